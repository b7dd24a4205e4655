// Package elevenlabs is a client for the ElevenLabs speech API: text to speech
// and speech to text, within the account's limits and paid for once.
//
//	client, err := elevenlabs.New(elevenlabs.WithTier(elevenlabs.TierCreator))
//	audio, err := client.TTS(ctx, "Hello")
//	text, err := client.STT(ctx, audio, "audio/mpeg")
//
// The key comes from ELEVENLABS_API_KEY unless an option gives one, the voice
// from ELEVENLABS_VOICE_ID, or else it is the account's first.
//
// # Calls
//
// [Client.TTS] and [Client.STT] are short for [Client.Synthesize] and
// [Client.Transcribe], which take a request with every field of the endpoint
// and return what the answer tells besides: ids, cost, times. Audio is read
// while it is made with [Client.SynthesizeStream]. [Client.Do] reaches any
// other endpoint. All of them take the same path through limits, retries and
// errors.
//
// [Client.Narrate] speaks a text of any length, such as a book: in pieces that
// end with sentences, made in parallel and written in order as one file, with
// one alignment. With a checkpoint a narration that broke off goes on and pays
// for nothing twice.
//
// # Limits
//
// A plan allows 2 to 30 requests in flight for speech, counted apart for flash
// models and for transcription, and the API refuses the rest at once. A client
// keeps to the limit: calls wait in line and hold their slot from the sending
// to the last byte of the answer. The limit starts from [WithTier] and follows
// what the API tells. Who waits is served by [WithPriority], then by
// [WithTenant] and its weight, then as they came; [WithMaxWait] and
// [WithMaxQueue] bound the wait with a [QueueError], and [NewContext] sets all
// of these for what a request does. Long audio counts for up to
// four requests, and is admitted as such. Clients of the same account share a
// [Limiter]. A stream is read ahead of a listener, so that it holds its slot
// while the speech is made and not while it plays: see [WithStreamBuffer].
//
// # Retries
//
// A call that was refused, or never sent, is repeated; so is one that the
// server failed, with full jitter between. A call whose answer was lost after
// it was sent may have been billed. Text to speech is then looked for in the
// account's history: what was made is fetched from there at no cost, and what
// was not is repeated. Where the history cannot tell, and for other calls, the
// call ends with an [AmbiguousError], unless [WithRetryAmbiguous] says to risk
// it. After the first byte of a stream nothing is repeated. A call that sleeps
// before a retry holds no slot.
// [WithBackOff] takes any back-off of github.com/cenkalti/backoff.
//
// # Outages
//
// A client does not join a storm. Its retries are a share of what it is served
// ([WithRetryBudget]), and when nothing but failures comes, calls end at once
// with a [BreakerError] while single ones probe ([WithBreaker]). The transport
// should not retry by itself; one that does is reported in [Stats], in a log
// and to Hooks.Resent.
//
// # Errors
//
// The API's refusals are [APIError]s, told apart by [errors.Is] and sentinels
// such as [ErrQuotaExceeded] and [ErrVoiceNotFound]: the body's code decides,
// because the status is often misleading. A value that must fail is an
// [ArgumentError] before anything is sent. A 200 that is not audio is a
// [ResponseError], a stream that breaks a [PartialError], a limit of
// [Timeouts] a [TimeoutError]. The context's own errors stay what they are.
//
// # Safety
//
// The key is in no error, log or printed value, and goes to no other origin.
// Ids cannot reach another endpoint, plain http is for loopback, and bodies
// have caps. Texts and audio are not logged.
//
// # Testing
//
// Code that takes a [Synthesizer] or a [Transcriber] is easy to mock. Package
// elevenlabstest has an emulator of the API, limits, billing and failures
// included, on a network in memory that works inside testing/synctest. As a
// program it is cmd/elevenlabs-emulator.
package elevenlabs
