package elevenlabs

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// A ClientOption configures a [Client] in [New].
type ClientOption interface {
	applyClient(*config) error
}

// A TTSOption sets something of a speech: for one call of [Client.TTS], or as
// the client's default in [New].
type TTSOption interface {
	ClientOption
	applyTTS(*TTSRequest, *callConfig) error
}

// An STTOption sets something of a transcription: for one call of
// [Client.STT], or as the client's default in [New].
type STTOption interface {
	ClientOption
	applySTT(*STTRequest, *callConfig) error
}

// A CallOption sets how a call is made, whatever the call: for one call, or as
// the client's default in [New]. A call's option beats the client's.
type CallOption interface {
	TTSOption
	STTOption
	applyCall(*callConfig) error
}

// config is what New builds a client from.
type config struct {
	keys      KeySource
	baseURL   string
	region    Region
	http      *http.Client
	limiter   Limiter
	limits    LimiterConfig
	askPlan   bool // of the account, by TierAuto
	hooks     hookList
	logs      []*slog.Logger  // of which the hooks write too
	webhooks  *WebhookHandler // nil without one
	plainHTTP bool

	retryShare   float64 // negative for no budget
	retryReserve int
	breaker      int // failures in a row, 0 for no breaker

	call callConfig
	tts  TTSRequest
	stt  STTRequest
}

// callConfig is what call options set.
type callConfig struct {
	timeouts       Timeouts
	maxRetries     int
	backOff        BackOff // nil unless the caller chose one
	retryAmbiguous bool
	noRecovery     bool
	priority       Priority
	tenant         string
	tenantWeight   float64
	maxQueue       int           // 0 for no limit, negative for nobody
	maxWait        time.Duration // 0 for as long as the context lasts, negative for not at all
	header         http.Header
	query          url.Values
	maxBody        int64
	streamBuffer   int64
	lostAt         time.Time // from when on an earlier process may have sent the speech and lost the answer; zero if none did
}

func (c *callConfig) newBackOff() backoff.BackOff {
	if c.backOff != nil {
		return c.backOff()
	}
	return &exponential{base: defaultBackOffBase, limit: defaultBackOffLimit}
}

type clientOption func(*config) error

func (o clientOption) applyClient(c *config) error { return o(c) }

type ttsOption func(*TTSRequest) error

func (o ttsOption) applyClient(c *config) error                 { return o(&c.tts) }
func (o ttsOption) applyTTS(r *TTSRequest, _ *callConfig) error { return o(r) }

type sttOption func(*STTRequest) error

func (o sttOption) applyClient(c *config) error                 { return o(&c.stt) }
func (o sttOption) applySTT(r *STTRequest, _ *callConfig) error { return o(r) }

type callOption func(*callConfig) error

func (o callOption) applyClient(c *config) error                 { return o(&c.call) }
func (o callOption) applyTTS(_ *TTSRequest, c *callConfig) error { return o(c) }
func (o callOption) applySTT(_ *STTRequest, c *callConfig) error { return o(c) }
func (o callOption) applyCall(c *callConfig) error               { return o(c) }

// A KeySource returns the API key for an attempt, so that a key can rotate
// while a client lives. It must be safe for concurrent use.
type KeySource func(ctx context.Context) (string, error)

// WithAPIKey sets the API key. Default: the environment's ELEVENLABS_API_KEY.
func WithAPIKey(key string) ClientOption {
	return clientOption(func(c *config) error {
		c.keys = func(context.Context) (string, error) { return key, nil }
		return checkKey(key)
	})
}

// WithKeySource sets where the API key comes from, asked before each attempt.
func WithKeySource(source KeySource) ClientOption {
	return clientOption(func(c *config) error {
		if source == nil {
			return badArgument("WithKeySource", "the source is nil")
		}
		c.keys = func(ctx context.Context) (string, error) {
			key, err := source(ctx)
			if err != nil {
				return "", fmt.Errorf("key source: %w", err)
			}
			return key, checkKey(key)
		}
		return nil
	})
}

// WithBaseURL sets where the API is, such as a gateway. A path is kept as a
// prefix; a final slash or /v1 is taken off. Default: the environment's
// ELEVENLABS_BASE_URL, else the host of [WithRegion]. Plain http is accepted for
// loopback addresses only, unless [WithPlainHTTP] allows it.
func WithBaseURL(base string) ClientOption {
	return clientOption(func(c *config) error { c.baseURL = base; return nil })
}

// WithRegion sets which of the vendor's hosts is called, whatever the
// environment says. Default RegionGlobal.
// A data residency region needs a key of its own.
func WithRegion(r Region) ClientOption {
	return clientOption(func(c *config) error {
		if _, ok := regions[r]; !ok {
			return badArgument("WithRegion", "unknown region %q; known are global, us, eu, in, sg", string(r))
		}
		c.region = r
		return nil
	})
}

// WithPlainHTTP allows plain http to the named host, over which the API key
// travels unprotected. Loopback addresses need no such permission.
func WithPlainHTTP() ClientOption {
	return clientOption(func(c *config) error { c.plainHTTP = true; return nil })
}

// WithHTTPClient sets the HTTP client whose transport, jar and redirect rule
// are used. The client is copied, not changed. The transport should not retry
// by itself: what it repeats holds a slot, spends no budget and may be billed
// twice; see Hooks.Resent. The client's Timeout, which would cut
// healthy streams, becomes the Total of [Timeouts] if that is not set.
func WithHTTPClient(h *http.Client) ClientOption {
	return clientOption(func(c *config) error {
		if h == nil {
			return badArgument("WithHTTPClient", "the client is nil")
		}
		c.http = h
		return nil
	})
}

// WithTier tells the account's plan, from which the limits on requests in
// flight start. Default 0, it is not known: the limits start from those of
// TierStarter and are raised while calls wait and none is refused, until an
// answer tells, which costs a small account some refusals once. [TierAuto] asks
// the account instead. See [ParseTier] for the names the API uses.
func WithTier(t Tier) ClientOption {
	return clientOption(func(c *config) error {
		if c.askPlan = t == TierAuto; c.askPlan {
			t = 0
		}
		c.limits.Tier = t
		return nil
	})
}

// WithConcurrency sets how many requests of a family the client may have in
// flight, at least 1, instead of the plan's number. The limit never rises
// above it; it still falls when the account allows less.
func WithConcurrency(f Family, n int) ClientOption {
	return clientOption(func(c *config) error {
		limits := map[Family]int{f: n}
		if err := (LimiterConfig{Limits: limits}).validate(); err != nil {
			return err
		}
		if c.limits.Limits == nil {
			c.limits.Limits = limits
		}
		c.limits.Limits[f] = n
		return nil
	})
}

// WithLimiter sets the limiter, to share one between clients of the same
// account or to use another kind. [WithTier] and [WithConcurrency] configure
// the client's own limiter and cannot be combined with it.
func WithLimiter(l Limiter) ClientOption {
	return clientOption(func(c *config) error {
		if l == nil {
			return badArgument("WithLimiter", "the limiter is nil")
		}
		c.limiter = l
		return nil
	})
}

// WithLogger sets where retries, lost answers and recovered ones, and limits
// that [TierAuto] cannot find are logged, at Warn, and the success of a retried
// call, at Info. Default: nowhere. Texts, audio and keys are never logged.
func WithLogger(log *slog.Logger) ClientOption {
	return clientOption(func(c *config) error {
		if log == nil {
			return badArgument("WithLogger", "the logger is nil")
		}
		c.hooks, c.logs = append(c.hooks, logHooks(log)), append(c.logs, log)
		return nil
	})
}

// WithHooks adds hooks. Those of several WithHooks are all called, in order.
func WithHooks(h Hooks) ClientOption {
	return clientOption(func(c *config) error { c.hooks = append(c.hooks, h); return nil })
}

// WithMaxRetries sets how often a call is repeated after it failed, 0 for
// never. Default 3. A call that a full account refused waits in line for a
// slot, as long as its context lasts, and is not counted; with 0, or with
// [WithBackOff], it is. A call is not repeated when the answer asks for a wait
// (Retry-After) of more than a minute, or when its deadline comes first.
func WithMaxRetries(n int) CallOption {
	return callOption(func(c *callConfig) error {
		if n < 0 {
			return badArgument("WithMaxRetries", "%d is negative", n)
		}
		c.maxRetries = n
		return nil
	})
}

// WithRetryBudget sets how many of the client's attempts may be retries, so
// that an outage does not multiply the traffic: a share of the recent
// successes, from 0 to 1, and a reserve, which fills up within 30 s by itself.
// Successes save up to 100 retries. A failure that finds the budget spent ends
// its call, with an error that is [ErrRetryBudget] and wraps the failure. The
// retry after a 429 counts as a twentieth; a call that a full account refused
// and that waits for a slot is not counted. A negative share lifts the budget.
//
// Default 0.1 and 30: a client that is served none repeats once a second.
func WithRetryBudget(share float64, reserve int) ClientOption {
	return clientOption(func(c *config) error {
		if !(share <= 1) || reserve < 0 {
			return badArgument("WithRetryBudget", "share %v and reserve %d: want at most 1, and 0 or more", share, reserve)
		}
		c.retryShare, c.retryReserve = share, reserve
		return nil
	})
}

// WithBreaker sets after how many failures in a row the client takes the
// vendor for down, 0 for never. Failures are answers from 500 up, lost
// connections and timeouts before an answer; any other answer, a refusal
// included, ends the row. They have to last half a second, and what was in flight
// together when the row began counts once, so that a short blow opens nothing.
//
// While the circuit is open, calls end with a [BreakerError] and are not sent,
// those that wait in line or for a retry included, but for single ones that
// probe: the first after 1 s, then after 2 s, then every 4 s, each up to an
// eighth later. The first answer closes it. Each family has a circuit of its
// own, and calls that count in none have one together. Default 5.
//
// Source: the vendor's article on concurrency advises to open a circuit after 5
// failures in 10 s, in a row or not; under load that would be a good day.
func WithBreaker(failures int) ClientOption {
	return clientOption(func(c *config) error {
		if failures < 0 {
			return badArgument("WithBreaker", "%d is negative", failures)
		}
		c.breaker = failures
		return nil
	})
}

// WithBackOff sets the waits between attempts, for every kind of retry: a call
// that a full account refused waits by it too, instead of for a slot to come
// free, and is counted. Default:
// ExponentialBackOff(500 ms, 20 s) after failures, twice to three times that
// when the vendor says that it is busy, and a slot after a refusal.
func WithBackOff(b BackOff) CallOption {
	return callOption(func(c *callConfig) error {
		if b == nil {
			return badArgument("WithBackOff", "the back-off is nil")
		}
		c.backOff = b
		return nil
	})
}

// WithRetryAmbiguous allows a call whose answer was lost to be repeated,
// although it may be billed twice. Text to speech is repeated only if the
// account's history cannot tell what was made; see [WithoutRecovery].
func WithRetryAmbiguous() CallOption {
	return callOption(func(c *callConfig) error { c.retryAmbiguous = true; return nil })
}

// WithoutRecovery ends a call whose answer was lost at once with an
// [AmbiguousError], or repeats it at once under [WithRetryAmbiguous], without a
// look in the account's history. That look is free but takes its time: until
// the speech would have been made and has had 10 s to show up, 15 s and 10 ms
// for each character after the request was sent, if it finds nothing. It is
// for callers with no time, and for keys that may not read the history.
func WithoutRecovery() CallOption {
	return callOption(func(c *callConfig) error { c.noRecovery = true; return nil })
}

// WithTimeouts sets the limits of an attempt. Limits that are 0 stay as they
// were.
func WithTimeouts(t Timeouts) CallOption {
	return callOption(func(c *callConfig) error { c.timeouts = t.over(c.timeouts); return nil })
}

// WithHeader adds a header to a call; a name given twice has the last value.
func WithHeader(name, value string) CallOption {
	return callOption(func(c *callConfig) error {
		if err := checkHeader("WithHeader", name, value); err != nil {
			return err
		}
		c.header = c.header.Clone()
		if c.header == nil {
			c.header = make(http.Header)
		}
		c.header.Set(name, value)
		return nil
	})
}

// ownHeaders are set by the client alone. Those of idempotency would have
// net/http itself repeat a call that may have been billed: the API does not
// know them.
var ownHeaders = []string{
	"Xi-Api-Key", "Content-Type", "Content-Length", "Transfer-Encoding", "User-Agent",
	"Idempotency-Key", "X-Idempotency-Key",
}

func checkHeader(field, name, value string) error {
	if name == "" || strings.ContainsFunc(name, notToken) || strings.ContainsAny(value, "\r\n\x00") {
		return badArgument(field, "%q is not a header", name)
	}
	if own := textproto.CanonicalMIMEHeaderKey(name); slices.Contains(ownHeaders, own) {
		return badArgument(field, "%s cannot be set by the caller", own)
	}
	return nil
}

func notVisible(r rune) bool { return r <= ' ' || r >= 0x7f }

func notToken(r rune) bool {
	return notVisible(r) || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
}

// WithQuery adds a query parameter to a call, such as one this package does
// not know yet.
func WithQuery(name, value string) CallOption {
	return callOption(func(c *callConfig) error {
		if name == "" {
			return badArgument("WithQuery", "no name given")
		}
		query := url.Values{}
		for k, v := range c.query {
			query[k] = v
		}
		query.Set(name, value)
		c.query = query
		return nil
	})
}

// WithMaxBody sets how large a buffered answer may be, in bytes, at least 1.
// Default 512 MiB, more than the longest audio of any format. Streams have no
// limit, but each line of one with timestamps does.
func WithMaxBody(bytes int64) CallOption {
	return callOption(func(c *callConfig) error {
		if bytes < 1 {
			return badArgument("WithMaxBody", "%d is not positive", bytes)
		}
		c.maxBody = min(bytes, math.MaxInt64-1) // one more is read, to see the end
		return nil
	})
}

// WithStreamBuffer sets how much of a [SpeechStream] is read ahead of a reader
// that falls behind, in bytes, 0 for nothing. Default 4 MiB, four minutes in
// the default format. Speech is made much faster than it plays: with room for
// the rest of it, the call's slot is given back when the speech has been made,
// not when it has been heard. Memory is taken as it fills and given back as it
// is read; when it is full, the network waits.
func WithStreamBuffer(bytes int64) CallOption {
	return callOption(func(c *callConfig) error {
		if bytes < 0 {
			return badArgument("WithStreamBuffer", "%d is negative", bytes)
		}
		c.streamBuffer = bytes
		return nil
	})
}

// WithVoice sets the voice id. Default: the environment's
// ELEVENLABS_VOICE_ID, else the first voice of the account.
func WithVoice(id string) TTSOption {
	return ttsOption(func(r *TTSRequest) error {
		r.VoiceID = id
		return checkID("WithVoice", id)
	})
}

// WithModel sets the text to speech model. Default eleven_multilingual_v2.
func WithModel(id string) TTSOption {
	return ttsOption(func(r *TTSRequest) error {
		r.ModelID = id
		return checkID("WithModel", id)
	})
}

// WithFormat sets the format of the audio. Default [FormatMP3_44100_128].
func WithFormat(f Format) TTSOption {
	return ttsOption(func(r *TTSRequest) error {
		r.Format = f
		return checkID("WithFormat", string(f))
	})
}

// WithVoiceSettings overrides the settings stored with the voice.
func WithVoiceSettings(s VoiceSettings) TTSOption {
	return ttsOption(func(r *TTSRequest) error {
		r.VoiceSettings = &s
		return s.validate("WithVoiceSettings")
	})
}

// WithSTTModel sets the speech to text model. Default scribe_v2.
func WithSTTModel(id string) STTOption {
	return sttOption(func(r *STTRequest) error {
		r.ModelID = id
		return checkID("WithSTTModel", id)
	})
}

// WithLanguage sets the language that is spoken, in ISO 639-1 or 639-3.
// Default: it is detected.
func WithLanguage(code string) STTOption {
	return sttOption(func(r *STTRequest) error {
		r.LanguageCode = code
		return checkID("WithLanguage", code)
	})
}

// WithDuration tells how long the audio is, which decides how many requests
// the call counts for. Default: as the audio itself tells.
func WithDuration(d time.Duration) STTOption {
	return sttOption(func(r *STTRequest) error {
		if d < 0 {
			return badArgument("WithDuration", "%v is negative", d)
		}
		r.Duration = d
		return nil
	})
}

// checkKey refuses what cannot be a key, without repeating it.
func checkKey(key string) error {
	if key == "" {
		return badArgument("WithAPIKey", "the key is empty")
	}
	if strings.ContainsFunc(key, notVisible) {
		return badArgument("WithAPIKey", "the key contains white space or characters outside ASCII")
	}
	return nil
}

// checkID refuses an id that is empty or has other characters than those that
// stand for themselves anywhere in a URL: no id of the API needs others, and
// one that has them may reach another endpoint.
func checkID(field, id string) error {
	switch {
	case id == "":
		return badArgument(field, "is empty")
	case id == ".", id == "..", !isUnreserved(id):
		return badArgument(field, "%q has characters that no id has", id)
	}
	return nil
}

// unreserved marks the bytes that never need escaping in a URL.
var unreserved = func() (set [256]bool) {
	for _, b := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
		set[b] = true
	}
	return set
}()

func isUnreserved(id string) bool {
	for i := range len(id) {
		if !unreserved[id[i]] {
			return false
		}
	}
	return true
}
