package elevenlabstest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// What was measured live on 23 and 24 September 2026.
const (
	leastCommit   = 300 * time.Millisecond    // a commit of less is fatal
	mostUnmarked  = 35_800 * time.Millisecond // uncommitted audio, after which the server commits
	realtimeIdle  = 15_500 * time.Millisecond // without a message, after which it closes
	firstPartial  = 2_100 * time.Millisecond  // of audio, from the start of speech
	partialEvery  = 500 * time.Millisecond    // of audio; a guess
	mostKeyterms  = 50
	longestChunk  = 10 * time.Second // of audio; a guess, one second is advised
	maxSocketRead = 16 << 20
)

var realtimeFormats = []string{"pcm_8000", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_44100", "pcm_48000", "ulaw_8000"}

func realtimeRoutes() []route {
	return []route{routeTo(http.MethodGet, "/v1/speech-to-text/realtime", endpoint{
		read: readRealtime, open: true, // it looks at the key when the socket is open
	})}
}

// A realtimeConfig is what session_started tells, as captured.
type realtimeConfig struct {
	SampleRate        int      `json:"sample_rate"`
	AudioFormat       string   `json:"audio_format"`
	Language          *string  `json:"language_code"`
	Languages         []string `json:"secondary_languages"`
	Granularity       string   `json:"timestamps_granularity"`
	VAD               bool     `json:"vad_commit_strategy"`
	Silence           float64  `json:"vad_silence_threshold_secs"`
	Threshold         float64  `json:"vad_threshold"`
	MinSpeech         int64    `json:"min_speech_duration_ms"`
	MinSilence        int64    `json:"min_silence_duration_ms"`
	Recompute         int      `json:"max_tokens_to_recompute"`
	Model             string   `json:"model_id"`
	Unlogged          bool     `json:"disable_logging"`
	Timestamps        bool     `json:"include_timestamps"`
	LanguageDetection bool     `json:"include_language_detection"`
	FilterBackground  bool     `json:"filter_background_audio"`
	Keyterms          []string `json:"keyterms"`
	NoVerbatim        bool     `json:"no_verbatim"`
	Entities          *string  `json:"entity_detection"`
}

// A realtimeJob is a socket of realtime speech to text.
type realtimeJob struct {
	config  realtimeConfig
	spec    audio.Spec
	refusal *refusal // what is wrong with the query; nil for nothing
}

// A refusal ends a session: an error message, and the close behind it.
type refusal struct {
	kind, message string
	code          websocket.StatusCode
	reason        string
}

// refuse is an error as most were seen: its type is the reason of the close.
func refuse(kind, message string) *refusal {
	return &refusal{kind, message, websocket.StatusNormalClosure, kind}
}

// misuse is an error in what the client asked for.
func misuse(message string) *refusal {
	return &refusal{"invalid_request", message, websocket.StatusPolicyViolation, "invalid_request"}
}

// readRealtime reads the query. What is wrong with it is told in the session.
func readRealtime(c *call) (job, *failure) {
	q := c.r.URL.Query()
	f := newFields("query", queryValues(q))
	j := &realtimeJob{config: realtimeConfig{
		AudioFormat: orText(q.Get("audio_format"), "pcm_16000"), Granularity: "word", Recompute: 5,
		Model: q.Get("model_id"), Languages: list(q, "secondary_languages"), Keyterms: list(q, "keyterms"),
		Language: textOrNull(q, "language_code"), Entities: textOrNull(q, "entity_detection"),
		VAD:        f.oneOf("commit_strategy", "manual", "manual", "vad") == "vad",
		Silence:    orElse(f.number("vad_silence_threshold_secs", 0.3, 3), 1.5),
		Threshold:  orElse(f.number("vad_threshold", 0.1, 0.9), 0.4),
		MinSpeech:  orElse(f.integer("min_speech_duration_ms", 50, 2000), 100),
		MinSilence: orElse(f.integer("min_silence_duration_ms", 50, 2000), 100),
		Timestamps: f.boolean("include_timestamps", optional, false), Unlogged: !f.boolean("enable_logging", optional, true),
		LanguageDetection: f.boolean("include_language_detection", optional, false),
		FilterBackground:  f.boolean("filter_background_audio", optional, false),
		NoVerbatim:        f.boolean("no_verbatim", optional, false),
	}}
	j.spec, _ = audio.Parse(j.config.AudioFormat)
	j.config.SampleRate = j.spec.RateHz
	j.refusal = j.misused(f)
	return j, nil
}

// misused finds what cannot be served.
func (j *realtimeJob) misused(f fields) *refusal {
	cfg := &j.config
	long := func(term string) bool { return len([]rune(term)) > 20 }
	switch {
	case len(*f.problems) > 0:
		p := (*f.problems)[0]
		return misuse(p.Loc[len(p.Loc)-1].(string) + ": " + p.Msg)
	case !strings.HasPrefix(cfg.Model, "scribe_v2_realtime"):
		return misuse("'" + cfg.Model + "' is not a valid model_id.")
	case !slices.Contains(realtimeFormats, cfg.AudioFormat):
		return misuse("'" + cfg.AudioFormat + "' is not a valid audio_format.")
	case cfg.FilterBackground && cfg.Timestamps:
		return misuse("filter_background_audio cannot be combined with include_timestamps. This will be supported in a future update.")
	case len(cfg.Keyterms) > mostKeyterms, slices.ContainsFunc(cfg.Keyterms, long):
		return misuse("There can be 50 keyterms of 20 characters each.")
	}
	return nil
}

func (j *realtimeJob) check(*call) *failure { return nil }

// charge is free: the slot is taken when the session is authenticated.
func (j *realtimeJob) charge() charge { return charge{} }

// answer opens the socket. Only then does it look who is there, and whether
// there is room: the errors are messages.
func (j *realtimeJob) answer(c *call) {
	s := newRealtime(c, j)
	if !s.accept() {
		return
	}
	s.run(j.admit(c))
}

// admit returns why the session cannot start, nil if it can.
func (j *realtimeJob) admit(c *call) *refusal {
	fail := c.authenticate(&endpoint{token: "realtime_scribe"})
	if fail != nil {
		return &refusal{"auth_error", "You must be authenticated to use this endpoint.", websocket.StatusNormalClosure, ""}
	}
	if j.refusal != nil {
		return j.refusal
	}
	if c.e.broke() {
		return refuse("quota_exceeded", "You have exceeded your quota.")
	}
	if fail := c.admit(charge{family: elevenlabs.FamilyRealtimeSTT, weight: 1}); fail != nil {
		return refuse("rate_limited", fail.message) // no capture: the words are those of the HTTP API
	}
	return nil
}

// broke reports whether no credits are left.
func (e *Emulator) broke() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.account.left() <= 0
}

// list returns the values of a repeated parameter, those of an empty one not.
func list(q url.Values, name string) []string {
	return slices.DeleteFunc(append([]string{}, q[name]...), func(v string) bool { return v == "" })
}

func textOrNull(q url.Values, name string) *string {
	v := q.Get(name)
	if v == "" {
		return nil
	}
	return &v
}

func orText(v, fallback string) string {
	if v == "" {
		return fallback
	}
	return v
}

// seconds writes a duration for a message.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + "s" }
