package elevenlabs

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// A TTSStreamRequest is everything that can be asked of speech whose text
// comes piece by piece, for [Client.DialTTS] and [Client.DialTTSMulti]. The zero
// value speaks with the client's defaults. A field at its zero value is left
// out, so that the server's default holds.
//
// Source: the vendor's websocket reference of 2025 and 2026.
type TTSStreamRequest struct {
	// VoiceID is who speaks. Default: the client's, see [WithVoice].
	VoiceID string
	// ModelID is the model. Default: the client's, else eleven_multilingual_v2.
	// The v3 and v4 models have no such socket.
	ModelID string
	// Format is how the audio is encoded, not WAV. Default: the client's, else
	// FormatMP3_44100_128.
	Format Format
	// LanguageCode forces a language, in ISO 639-1, on models that support it.
	LanguageCode string
	// VoiceSettings overrides the settings stored with the voice.
	VoiceSettings *VoiceSettings
	// Dictionaries are applied in order, at most 3, each with its VersionID.
	Dictionaries []DictionaryLocator
	// Seed makes the speech repeatable, as far as the model can.
	Seed *uint32
	// TextNormalization spells out numbers and the like: auto, on or off. Default
	// auto.
	TextNormalization string
	// SSML has tags such as <break time="1s"/> obeyed. Default false.
	SSML bool
	// ChunkLengthSchedule leaves it to the vendor when to speak: once as many
	// characters are there as the first value says, then the second and so on,
	// the last for all others; 50 to 500 each. Words are sent as they come then.
	// Default: none, sentences are sent as they come, each spoken at once
	// (auto_mode).
	ChunkLengthSchedule []int
	// InactivityTimeout is how long the vendor waits for text, in whole seconds
	// up to 180 s. Default 20 s; with DialTTSMulti 180 s.
	InactivityTimeout time.Duration
	// KeepAlive is how long no text is sent until a blank is, which costs
	// nothing. Default half of the InactivityTimeout; negative for never.
	KeepAlive time.Duration
	// ZeroRetention asks the vendor to keep nothing (enable_logging=false).
	// Nothing on a socket tells whether it was heeded.
	ZeroRetention bool
	// Tokens gives each connection a single-use token of type [TokenTTS] in place
	// of the API key.
	Tokens TokenSource
}

const (
	defaultInactivity = 20 * time.Second
	longestInactivity = 180 * time.Second
)

// over fills the fields that a client has defaults for.
func (r TTSStreamRequest) over(base TTSRequest) TTSStreamRequest {
	known := TTSRequest{
		VoiceID: r.VoiceID, ModelID: r.ModelID, Format: r.Format, VoiceSettings: r.VoiceSettings,
	}.over(base)
	r.VoiceID, r.ModelID, r.Format, r.VoiceSettings = known.VoiceID, known.ModelID, known.Format, known.VoiceSettings
	if r.InactivityTimeout == 0 {
		r.InactivityTimeout = defaultInactivity
	}
	if r.KeepAlive == 0 {
		r.KeepAlive = r.InactivityTimeout / 2
	}
	r.Dictionaries, r.ChunkLengthSchedule = slices.Clone(r.Dictionaries), slices.Clone(r.ChunkLengthSchedule)
	return r
}

func (r *TTSStreamRequest) validate() error {
	const name = "TTSStreamRequest."
	if err := checkNames(
		name+"VoiceID", r.VoiceID, name+"ModelID", r.ModelID, name+"Format", string(r.Format),
		name+"LanguageCode", r.LanguageCode,
	); err != nil {
		return err
	}
	if err := checkNormalization(name+"TextNormalization", r.TextNormalization, "auto", "on", "off"); err != nil {
		return err
	}
	if strings.HasPrefix(r.ModelID, "eleven_v3") || strings.HasPrefix(r.ModelID, "eleven_v4") {
		return &ArgumentError{Field: name + "ModelID", Reason: r.ModelID + " is not served on this socket; use DialDialogue", Err: ErrUnsupportedModel}
	}
	if err := checkStreamed(name+"Format", r.Format); err != nil {
		return err
	}
	switch {
	case r.InactivityTimeout < time.Second, r.InactivityTimeout > longestInactivity, r.InactivityTimeout%time.Second != 0:
		return badArgument(name+"InactivityTimeout", "%v is not whole seconds from 1 to 180", r.InactivityTimeout)
	case r.KeepAlive >= r.InactivityTimeout:
		return badArgument(name+"KeepAlive", "%v is not less than the InactivityTimeout", r.KeepAlive)
	}
	return r.validateOpening(name)
}

// validateOpening checks what the first message says.
func (r *TTSStreamRequest) validateOpening(name string) error {
	if r.VoiceSettings != nil {
		if err := r.VoiceSettings.validate(name + "VoiceSettings"); err != nil {
			return err
		}
	}
	if err := checkDictionaries(name+"Dictionaries", r.Dictionaries); err != nil {
		return err
	}
	noVersion := func(d DictionaryLocator) bool { return d.VersionID == "" }
	outside := func(n int) bool { return n < 50 || n > 500 }
	switch {
	case slices.ContainsFunc(r.Dictionaries, noVersion):
		return badArgument(name+"Dictionaries", "a dictionary has no VersionID, which this socket wants")
	case slices.ContainsFunc(r.ChunkLengthSchedule, outside):
		return badArgument(name+"ChunkLengthSchedule", "%v: a value is not from 50 to 500", r.ChunkLengthSchedule)
	}
	return nil
}

// call describes the request for a connection.
func (r *TTSStreamRequest) call(op, endpoint string) Call {
	q := url.Values{}
	p := params(q)
	p.text("model_id", r.ModelID)
	p.text("output_format", string(r.Format))
	p.text("language_code", r.LanguageCode)
	p.text("apply_text_normalization", r.TextNormalization)
	p.text("sync_alignment", "true")
	p.number("inactivity_timeout", int64(r.InactivityTimeout/time.Second))
	if len(r.ChunkLengthSchedule) == 0 {
		p.text("auto_mode", "true")
	}
	if r.SSML {
		p.text("enable_ssml_parsing", "true")
	}
	if r.ZeroRetention {
		p.text("enable_logging", "false")
	}
	if r.Seed != nil {
		q.Set("seed", formatUint(*r.Seed))
	}
	return Call{
		Op: op, Method: "GET", Path: "/v1/text-to-speech/" + r.VoiceID + endpoint, // of unreserved characters only
		rawQuery: q.Encode(), socket: &socket.Options{}, tokens: r.Tokens, tokenQuery: "single_use_token",
	}
}

// A dialect is how a session speaks to its socket. Messages are for the context
// that has the id, which a socket of one has not.
type dialect interface {
	open(id string) []byte
	text(id string, p part) []byte
	keepAlive(id string) []byte
	end(id string) []byte
	cancel(id string) []byte // nil: the socket is closed instead
}

// ttsMessage is what a client says on a socket of text to speech.
type ttsMessage struct {
	Text         *string             `json:"text,omitempty"`
	Context      string              `json:"context_id,omitempty"`
	Flush        bool                `json:"flush,omitempty"`
	Close        bool                `json:"close_context,omitempty"`
	Settings     *VoiceSettings      `json:"voice_settings,omitempty"`
	Config       *generationConfig   `json:"generation_config,omitempty"`
	Dictionaries []DictionaryLocator `json:"pronunciation_dictionary_locators,omitempty"`
}

type generationConfig struct {
	Schedule []int `json:"chunk_length_schedule"`
}

func (m ttsMessage) bytes() []byte {
	b, _ := json.Marshal(m) // of text and numbers that were checked
	return b
}

// blank is a text that is none: the server takes it as a sign of life.
var (
	blank = " "
	empty = ""
)

// singleDialect and multiDialect are those of the two sockets. An empty text
// ends the input of the one and keeps a context of the other alive.
type singleDialect struct{ req *TTSStreamRequest }

type multiDialect struct{ singleDialect }

func (d singleDialect) open(id string) []byte {
	m := ttsMessage{Text: &blank, Context: id, Settings: d.req.VoiceSettings, Dictionaries: d.req.Dictionaries}
	if len(d.req.ChunkLengthSchedule) > 0 {
		m.Config = &generationConfig{d.req.ChunkLengthSchedule}
	}
	return m.bytes()
}

func (singleDialect) text(id string, p part) []byte {
	return ttsMessage{Text: &p.text, Context: id, Flush: p.flush}.bytes()
}

func (singleDialect) keepAlive(string) []byte { return ttsMessage{Text: &blank}.bytes() }
func (singleDialect) end(string) []byte       { return ttsMessage{Text: &empty}.bytes() }
func (singleDialect) cancel(string) []byte    { return nil }

func (multiDialect) keepAlive(id string) []byte { return ttsMessage{Text: &empty, Context: id}.bytes() }
func (multiDialect) end(id string) []byte {
	return ttsMessage{Text: &blank, Context: id, Flush: true, Close: true}.bytes()
}
func (multiDialect) cancel(id string) []byte { return ttsMessage{Context: id, Close: true}.bytes() }

// DialTTS opens a session that speaks text as it comes. The session lives
// under the context: it ends when the context does. Close it when done with
// it, or read it to its end.
//
// An open session takes no slot. It takes one of the model's family, on the
// terms of the options as any call does, from the first text that is sent
// until all of it has come as audio.
//
// The dial is retried like any other call. A wrong key is not found out by it:
// the vendor opens the socket and tells then, so the first Read or Write does.
func (c *Client) DialTTS(ctx context.Context, req TTSStreamRequest, opts ...CallOption) (*TTSSession, error) {
	cfg, req, err := c.ttsSocket(ctx, "TTS socket", req, opts)
	if err != nil {
		return nil, err
	}
	call := req.call("TTS socket", "/stream-input")
	s := newTTSSession(ctx, c, cfg, &req, call.Op, singleDialect{&req})
	s.alone(call)
	return s, s.start()
}

// ttsSocket checks a request and fills in the client's defaults.
func (c *Client) ttsSocket(ctx context.Context, op string, req TTSStreamRequest, opts []CallOption) (callConfig, TTSStreamRequest, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return cfg, req, err
	}
	req = req.over(c.tts)
	if err := req.validate(); err != nil {
		return cfg, req, err
	}
	if req.VoiceID == "" {
		req.VoiceID, err = c.firstVoice(ctx, op, cfg)
	}
	return cfg, req, err
}
