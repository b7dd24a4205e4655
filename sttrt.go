package elevenlabs

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// An STTStreamRequest is everything that can be asked of realtime speech to
// text, for [Client.DialSTT]. The zero value is a session of 16 kHz PCM in a
// language to be detected. A field at its zero value is left out, so that the
// server's default holds; the tags name the query's parameters.
//
// Source: the vendor's reference of July 2026 and sessions seen live in
// September 2026.
type STTStreamRequest struct {
	// ModelID is the model. Default scribe_v2_realtime.
	ModelID string `json:"model_id,omitempty"`
	// Format is how the audio is encoded: pcm_8000, pcm_16000, pcm_22050,
	// pcm_24000, pcm_44100, pcm_48000 or ulaw_8000, mono and without a header.
	// Default pcm_16000.
	Format Format `json:"audio_format,omitempty"`
	// LanguageCode is what is spoken, in ISO 639-1 or 639-3. Default: the
	// client's, else detected.
	LanguageCode string `json:"language_code,omitempty"`
	// SecondaryLanguages are others that may be spoken.
	SecondaryLanguages []string `json:"secondary_languages,omitempty"`
	// CommitStrategy is manual, where [STTSession.Commit] ends a segment, or vad,
	// where a pause does too. Default manual. In both the session commits by
	// itself before too much is uncommitted: see CommitEvery. Under vad audio is
	// sent at twice its speed at most.
	CommitStrategy string `json:"commit_strategy,omitempty"`
	// VADSilence is the pause that ends a segment, 300 ms to 3 s. Vendor's
	// default 1.5 s. It and the three below are of use under vad.
	VADSilence time.Duration `json:"vad_silence_threshold_secs,omitempty"`
	// VADThreshold is how sure it must be that there is speech, 0.1 to 0.9.
	// Vendor's default 0.4.
	VADThreshold float64 `json:"vad_threshold,omitempty"`
	// MinSpeech and MinSilence are the shortest that count, 50 ms to 2 s.
	// Vendor's default 100 ms.
	MinSpeech  time.Duration `json:"min_speech_duration_ms,omitempty"`
	MinSilence time.Duration `json:"min_silence_duration_ms,omitempty"`
	// Timestamps gives each segment its Words. Not with FilterBackgroundAudio.
	Timestamps bool `json:"include_timestamps,omitempty"`
	// LanguageDetection gives each segment its LanguageCode.
	LanguageDetection bool `json:"include_language_detection,omitempty"`
	// Keyterms are words to expect; the vendor's types say at most 50 of 20
	// characters, and more are left to the server to refuse.
	Keyterms []string `json:"keyterms,omitempty"`
	// NoVerbatim drops fillers and false starts. Default false.
	NoVerbatim bool `json:"no_verbatim,omitempty"`
	// EntityDetection is all, categories or types of entities to find, and gives
	// each segment its Entities.
	EntityDetection []string `json:"entity_detection,omitempty"`
	// FilterBackgroundAudio ignores what is not the speaker's. Default false.
	FilterBackgroundAudio bool `json:"filter_background_audio,omitempty"`
	// ZeroRetention asks the vendor to keep nothing (enable_logging=false). An
	// account without that right is told so in a warning, and the session is kept.
	ZeroRetention bool `json:"-"`
	// PreviousText is what was said before the session, for context; below 50
	// characters work best.
	PreviousText string `json:"-"`
	// Tokens gives each connection a single-use token of type [TokenRealtimeSTT]
	// in place of the API key.
	Tokens TokenSource `json:"-"`

	// CommitEvery is how much audio may be uncommitted until the session commits
	// by itself, 1 s to 35 s: in a pause once two thirds of it have come, at the
	// latest then. The vendor would do so at 35.8 s, in the middle of a word.
	// Default 30 s; negative for never: then the vendor does, and a [STTSession.Commit]
	// after 35 s brings 0.35 s of silence along, since it may come right behind that.
	CommitEvery time.Duration `json:"-"`
	// KeepAlive is how long nothing is sent until the session sends 20 ms of
	// silence, which is billed as audio; 15 s without anything close it. Default
	// 5 s; negative for never: then a session that was closed for its silence is
	// opened again by the next audio.
	KeepAlive time.Duration `json:"-"`
	// ReplayBuffer is how much audio is kept, at least 1 s: what is not transcribed
	// for sure, so that it can be sent again on another connection, and what
	// comes while there is none. Default 60 s, 1.9 MB in the default format;
	// memory is taken as it fills.
	ReplayBuffer time.Duration `json:"-"`
	// ReconnectFor is how long the session tries to reconnect, waiting for a slot
	// or a token included. Default 30 s; negative for not at all, as under
	// WithMaxRetries(0).
	ReconnectFor time.Duration `json:"-"`
}

const (
	defaultRealtimeModel = "scribe_v2_realtime"
	defaultCommitEvery   = 30 * time.Second
	defaultSTTKeepAlive  = 5 * time.Second
	defaultReplayBuffer  = 60 * time.Second
	defaultReconnectFor  = 30 * time.Second
	longestKeepAlive     = 15 * time.Second
	longestUncommitted   = 35 * time.Second
)

// realtimeFormats are all that the vendor's reference of the socket names.
var realtimeFormats = []Format{
	FormatPCM_8000, FormatPCM_16000, FormatPCM_22050, FormatPCM_24000, FormatPCM_44100, FormatPCM_48000, FormatULaw_8000,
}

// complete fills in the defaults.
func (r STTStreamRequest) complete(base STTRequest) STTStreamRequest {
	orElse := func(d *time.Duration, fallback time.Duration) {
		if *d == 0 {
			*d = fallback
		}
	}
	if r.ModelID == "" {
		r.ModelID = defaultRealtimeModel
	}
	if r.Format == "" {
		r.Format = FormatPCM_16000
	}
	if r.LanguageCode == "" {
		r.LanguageCode = base.LanguageCode
	}
	orElse(&r.CommitEvery, defaultCommitEvery)
	orElse(&r.KeepAlive, defaultSTTKeepAlive)
	orElse(&r.ReplayBuffer, defaultReplayBuffer)
	orElse(&r.ReconnectFor, defaultReconnectFor)
	r.SecondaryLanguages, r.Keyterms = slices.Clone(r.SecondaryLanguages), slices.Clone(r.Keyterms)
	r.EntityDetection = slices.Clone(r.EntityDetection)
	return r
}

// validate refuses what must fail. It is given a complete request.
func (r *STTStreamRequest) validate() error {
	if err := checkID("STTStreamRequest.ModelID", r.ModelID); err != nil {
		return err
	}
	if r.LanguageCode != "" {
		if err := checkID("STTStreamRequest.LanguageCode", r.LanguageCode); err != nil {
			return err
		}
	}
	switch {
	case !slices.Contains(realtimeFormats, r.Format):
		return badArgument("STTStreamRequest.Format", "%q is not taken, only %v", string(r.Format), realtimeFormats)
	case !slices.Contains([]string{"", "manual", "vad"}, r.CommitStrategy):
		return badArgument("STTStreamRequest.CommitStrategy", "%q is not manual or vad", r.CommitStrategy)
	case r.Timestamps && r.FilterBackgroundAudio:
		return badArgument("STTStreamRequest.FilterBackgroundAudio", "cannot be combined with Timestamps")
	case slices.Contains(r.Keyterms, ""):
		return badArgument("STTStreamRequest.Keyterms", "a term is empty")
	case r.VADThreshold != 0 && !(r.VADThreshold >= 0.1 && r.VADThreshold <= 0.9):
		return badArgument("STTStreamRequest.VADThreshold", "%v is not from 0.1 to 0.9", r.VADThreshold)
	}
	return r.validateTimes()
}

func (r *STTStreamRequest) validateTimes() error {
	for _, t := range []struct {
		field       string
		d           time.Duration
		least, most time.Duration
		negative    bool // means never
	}{
		{"VADSilence", r.VADSilence, 300 * time.Millisecond, 3 * time.Second, false},
		{"MinSpeech", r.MinSpeech, 50 * time.Millisecond, 2 * time.Second, false},
		{"MinSilence", r.MinSilence, 50 * time.Millisecond, 2 * time.Second, false},
		{"CommitEvery", r.CommitEvery, time.Second, longestUncommitted, true},
		{"KeepAlive", r.KeepAlive, 100 * time.Millisecond, longestKeepAlive, true},
		{"ReplayBuffer", r.ReplayBuffer, time.Second, time.Hour, false},
		{"ReconnectFor", r.ReconnectFor, 1, 24 * time.Hour, true},
	} {
		if t.d == 0 || t.negative && t.d < 0 {
			continue
		}
		if t.d < t.least || t.d > t.most {
			return badArgument("STTStreamRequest."+t.field, "%v is not from %v to %v", t.d, t.least, t.most)
		}
	}
	return nil
}

// vad reports whether the server commits in pauses.
func (r *STTStreamRequest) vad() bool { return r.CommitStrategy == "vad" }

// pause is the silence after which the server commits under vad.
func (r *STTStreamRequest) pause() time.Duration {
	return max(cmp.Or(r.VADSilence, 1500*time.Millisecond), r.MinSilence)
}

// call describes the request for a connection.
func (r *STTStreamRequest) call() Call {
	q := url.Values{
		"model_id": {r.ModelID}, "audio_format": {string(r.Format)},
		"secondary_languages": r.SecondaryLanguages, "keyterms": r.Keyterms,
	}
	p := params(q)
	p.text("language_code", r.LanguageCode)
	p.text("commit_strategy", r.CommitStrategy)
	p.text("entity_detection", strings.Join(r.EntityDetection, ","))
	p.number("min_speech_duration_ms", r.MinSpeech.Milliseconds())
	p.number("min_silence_duration_ms", r.MinSilence.Milliseconds())
	for name, v := range map[string]float64{"vad_silence_threshold_secs": r.VADSilence.Seconds(), "vad_threshold": r.VADThreshold} {
		if v != 0 {
			p.text(name, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	for name, v := range map[string]bool{
		"include_timestamps": r.Timestamps, "include_language_detection": r.LanguageDetection,
		"no_verbatim": r.NoVerbatim, "filter_background_audio": r.FilterBackgroundAudio,
	} {
		if v {
			p.text(name, "true")
		}
	}
	if r.ZeroRetention {
		p.text("enable_logging", "false")
	}
	return Call{
		Op: opSTTSession, Method: http.MethodGet, Path: "/v1/speech-to-text/realtime", Query: q,
		Family: FamilyRealtimeSTT, socket: &socket.Options{}, tokens: r.Tokens, tokenQuery: "token",
	}
}

const opSTTSession = "STT session"
