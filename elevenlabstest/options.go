package elevenlabstest

import (
	"maps"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

// An Option configures an [Emulator] or a [Server].
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// config is what the options fill in. It does not change after NewEmulator.
type config struct {
	tier       elevenlabs.Tier
	limits     map[elevenlabs.Family]int
	speed      float64
	latency    Latency
	service    time.Duration
	linger     time.Duration
	roundTrip  time.Duration
	script     func(Request) Fault
	rejectKey  string
	transcript func(AudioInfo) string
	credits    int
	historyLag time.Duration
	withheld   []string // permissions that keys lack
	loopback   bool
	webhooks   []Webhook
}

// Latency says how long the emulator takes. A zero field costs no time. All
// of it is divided by the speed of [WithSpeed].
type Latency struct {
	// Refusal is the time to a 429. It was 238 to 264 ms when seen live.
	Refusal time.Duration
	// Base and PerCharacter (a Unicode code point of the text) make up the time
	// of text to speech by a standard model. A stream's first bytes come after
	// Base, the rest over the time of the characters.
	Base, PerCharacter time.Duration
	// FlashBase and PerFlashCharacter are the same for flash and turbo models.
	FlashBase, PerFlashCharacter time.Duration
	// STTBase and PerAudioSecond make up the time of speech to text, and of
	// other work on recordings. A stream's first bytes come after STTBase.
	STTBase, PerAudioSecond time.Duration
	// PerSoundSecond (a second of the sound) and Base make up the time of a
	// sound effect.
	PerSoundSecond time.Duration
	// Commit is the time from a commit in realtime speech to text to its answer,
	// and Echo the time from there to the partial that repeats it.
	Commit, Echo time.Duration
}

// DefaultLatency returns what an Emulator uses unless told otherwise: 240 ms
// to a refusal, 400 ms and 4 ms per character for standard models, 150 ms and
// 1 ms per character for flash models, 500 ms and a 36th of the audio's
// duration for speech to text, 400 ms and 480 ms per second for sound effects,
// and in realtime speech to text 320 ms to the answer of a commit and 20 ms more
// to its echo.
func DefaultLatency() Latency {
	return Latency{
		Refusal:           240 * time.Millisecond,
		Base:              400 * time.Millisecond,
		PerCharacter:      4 * time.Millisecond,
		FlashBase:         150 * time.Millisecond,
		PerFlashCharacter: time.Millisecond,
		STTBase:           500 * time.Millisecond,
		PerAudioSecond:    time.Second / 36,
		PerSoundSecond:    480 * time.Millisecond,
		Commit:            320 * time.Millisecond,
		Echo:              20 * time.Millisecond,
	}
}

// WithTier sets the account's plan: its limits, the output formats it may ask
// for, and what GET /v1/user/subscription tells. The default is
// [elevenlabs.TierStarter].
func WithTier(t elevenlabs.Tier) Option {
	return optionFunc(func(c *config) { c.tier = t })
}

// WithLimit sets how many requests of a family may be in flight, in place of
// the plan's number. Zero refuses all of them. See also [Emulator.SetLimit].
func WithLimit(f elevenlabs.Family, n int) Option {
	return optionFunc(func(c *config) { c.limits[f] = n })
}

// WithSpeed divides every delay of the emulator by x. The default is 1; a
// value that is not positive counts as 1. How long a socket may be silent is
// the client's time, and stays.
func WithSpeed(x float64) Option {
	return optionFunc(func(c *config) { c.speed = x })
}

// WithLatency sets all delays in place of [DefaultLatency].
func WithLatency(l Latency) Option {
	return optionFunc(func(c *config) { c.latency = l })
}

// WithServiceTime makes every request that makes or hears audio take d,
// whatever its size. A stream sends its first bytes after a quarter of it.
// Refusals keep their own time. Zero, the default, leaves it to the latency.
func WithServiceTime(d time.Duration) Option {
	return optionFunc(func(c *config) { c.service = d })
}

// WithSlotLinger frees the slot of a request d after its answer has ended, as
// a service does that counts with some delay. The default is 0: the slot is
// free before a client can have seen the end, so that a client that keeps to
// the limit is never refused.
func WithSlotLinger(d time.Duration) Option {
	return optionFunc(func(c *config) { c.linger = d })
}

// WithRoundTrip puts a network in between. Half of d passes before a request
// is seen, half after the slot of its answer was freed and before its last
// byte is sent; what comes before that byte is not held back. The default is
// 0.
func WithRoundTrip(d time.Duration) Option {
	return optionFunc(func(c *config) { c.roundTrip = d })
}

// WithScript asks a function about every request which fault meets it; the
// zero [Fault] lets it pass. So faults can come by chance, from a source of
// the caller's with a seed, or by the time, as an outage does. Faults given to
// [Emulator.Inject] go first. Of the request there is what its head tells. The
// function is called by one handler at a time, in the order of arrival, and
// may use the emulator. [Fault.Times] has no meaning here.
func WithScript(script func(Request) Fault) Option {
	return optionFunc(func(c *config) { c.script = script })
}

// WithRejectKey sets the one API key that is not valid, "invalid-key" unless
// set. Any other key that is not empty is. With an empty key none is rejected.
func WithRejectKey(key string) Option {
	return optionFunc(func(c *config) { c.rejectKey = key })
}

// WithTranscript sets what is heard in audio that the emulator's own text to
// speech did not make. The function is called from handlers, by many at once;
// in multi-channel mode once per channel. The default hears a fixed sentence.
// See also [Emulator.Transcribe].
func WithTranscript(hear func(AudioInfo) string) Option {
	return optionFunc(func(c *config) { c.transcript = hear })
}

// WithCredits sets how many credits the account has left. The default is a
// thousand million. A request that needs more than are left is refused with
// quota_exceeded.
func WithCredits(n int) Option {
	return optionFunc(func(c *config) { c.credits = n })
}

// WithHistoryLag makes what was synthesized show up in the account's history d
// after its work started, divided by the emulator's speed, as a service does
// that files with some delay. The default is 0: at once.
func WithHistoryLag(d time.Duration) Option {
	return optionFunc(func(c *config) { c.historyLag = d })
}

// WithoutHistoryPermission makes every key one that lacks the scopes of the
// history: its endpoints answer 401 missing_permissions.
func WithoutHistoryPermission() Option {
	return WithoutPermission("speech_history_read", "speech_history_write")
}

// WithoutPermission makes every key one that lacks these scopes, such as
// voices_read or voices_write: what needs them answers 401
// missing_permissions.
func WithoutPermission(scopes ...string) Option {
	return optionFunc(func(c *config) { c.withheld = append(c.withheld, scopes...) })
}

// Loopback makes [Start] and [NewServer] listen on a free TCP port of
// 127.0.0.1 in place of the in-memory network. It does not work inside
// testing/synctest. An Emulator without a server ignores it.
func Loopback() Option {
	return optionFunc(func(c *config) { c.loopback = true })
}

func newConfig(opts []Option) config {
	c := config{
		tier:      elevenlabs.TierStarter,
		limits:    make(map[elevenlabs.Family]int),
		latency:   DefaultLatency(),
		rejectKey: "invalid-key",
		transcript: func(AudioInfo) string {
			return "This is a transcript from the emulator."
		},
		credits: 1_000_000_000,
	}
	for _, o := range opts {
		o.apply(&c)
	}
	if c.speed <= 0 {
		c.speed = 1
	}
	told := maps.Clone(c.limits)
	for _, f := range []elevenlabs.Family{
		elevenlabs.FamilyStandard, elevenlabs.FamilyFlash,
		elevenlabs.FamilySTT, elevenlabs.FamilyRealtimeSTT,
	} {
		c.limits[f] = c.tier.Limit(f)
	}
	maps.Copy(c.limits, told)
	return c
}
