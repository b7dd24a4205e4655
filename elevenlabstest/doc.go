// Package elevenlabstest stands in for the ElevenLabs API: in tests, in demos
// and wherever a key or a network is missing.
//
// [NewServer] gives a test a server of its own on a network in memory, which
// works inside testing/synctest:
//
//	srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierFree))
//	resp, err := srv.HTTPClient().Get(srv.URL + "/v1/models")
//
// [Start] does the same for a program, and [Emulator] is the http.Handler
// behind both.
//
// # What it does
//
// The emulator answers as the API was seen to: the same order of checks, error
// envelopes, headers, limits per plan and family of models, weight of long
// audio, and the same refusal at once of what is over the limit. Text to
// speech makes audio that decoders play. Speech to text tells what that audio
// was made from; what is heard in other audio is scripted by [WithTranscript]
// or [Emulator.Transcribe]. Dialogues are their lines in a row; the voice
// changer and the isolation give back a recording of the same length that says
// the same; sound effects hum their description. Voices can be added, edited
// and deleted, and added from a library of forty. What was spoken is in the
// history, item, audio and all; [WithHistoryLag] lets it come late. Transcripts
// are kept too, and those of requests in webhook mode are delivered to each
// [WithWebhook], signed. Sessions of realtime speech to text hear uncompressed
// speech of the emulator's own, from any place in it on, and what is scripted in
// other sound.
//
// # Judging a client
//
// [Emulator.Usage] tells what was served, refused, in flight at most, billed,
// and billed twice. [Emulator.Requests] has every request in full, keys left out.
//
// # Things going wrong
//
// [Emulator.Inject] scripts faults, by request and path: refusals, resets
// before or inside a body, stalls, answers of the wrong type, and on an open
// socket whatever [OnSocket] has.
//
//	srv.Inject(
//		elevenlabstest.ConcurrencyRefusal().Times(2),
//		elevenlabstest.ResetAfter(1000).On("/v1/text-to-speech/"),
//	)
//
// # Time
//
// Delays are realistic by default: a sentence takes about a second.
// [WithSpeed] makes all of them shorter, [WithServiceTime] makes them equal,
// and in a bubble of testing/synctest they are exact and cost nothing.
package elevenlabstest
