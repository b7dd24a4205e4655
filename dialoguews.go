package elevenlabs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// A DialogueStreamRequest is everything that can be asked of a dialogue whose
// lines come piece by piece, for [Client.DialDialogue] and
// [Client.DialDialogueMulti]. A field at its zero value is left out, so that the
// server's default holds.
//
// Source: the vendor's reference of 2026; these sockets are not in the OpenAPI
// document.
type DialogueStreamRequest struct {
	// Voices are who may speak, the first of them to begin with: up to 10 different
	// ones, one for eleven_v3_conversational and eleven_v4_turbo. Default: the client's, see
	// [WithVoice].
	Voices []string
	// ModelID is the model, of the v3 family or later; the others have a socket of
	// their own, see [Client.DialTTS]. Default
	// eleven_v3_conversational, whatever the client's is.
	ModelID string
	// Format is how the audio is encoded, not WAV. Default: the client's, else
	// FormatMP3_44100_128.
	Format Format
	// LanguageCode forces a language, in ISO 639-1.
	LanguageCode string
	// Stability is from 0 to 1; low is lively, high is even. Vendor's default 0.5.
	Stability *float64
	// Dictionaries are applied in order, at most 3.
	Dictionaries []DictionaryLocator
	// Seed makes the speech repeatable, as far as the model can.
	Seed *uint32
	// TextNormalization spells out numbers and the like: on or off.
	TextNormalization string
	// ZeroRetention asks the vendor to keep nothing (enable_logging=false).
	// Nothing on a socket tells whether it was heeded.
	ZeroRetention bool
	// KeepAlive is how long nothing is said until a sign of life is given, which
	// costs nothing; the vendor waits 20 s. Default 10 s; negative for never.
	KeepAlive time.Duration
	// Tokens gives each connection a single-use token of type [TokenTTS] in place
	// of the API key.
	Tokens TokenSource
}

const defaultDialogueSocketModel = "eleven_v3_conversational"

// A DialogueSession speaks lines that are written piece by piece, by several
// voices. It is a [TTSSession] in which Say tells who speaks. It takes its slot
// for all of its life: see [Client.DialDialogue].
type DialogueSession struct {
	*TTSSession
	voices []string
}

// DialDialogue opens a session that speaks a dialogue as it comes. It lives
// under the context, and takes a slot of the model's family until it ends, on
// the terms of the options as any call does. Close it when done with it, or
// read it to its end.
//
// Source: that it counts for its life is reported, not documented.
func (c *Client) DialDialogue(ctx context.Context, req DialogueStreamRequest, opts ...CallOption) (*DialogueSession, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	req = req.over(c.tts)
	if err := req.validate(); err != nil {
		return nil, err
	}
	call := req.call("Dialogue socket", "/stream-input")
	s := newDialogue(ctx, c, cfg, &req, call.Op, dialogueDialect{&req})
	s.lifelong = true
	s.alone(call)
	return &DialogueSession{s, req.Voices}, s.start()
}

// newDialogue returns a session in which the first voice speaks.
func newDialogue(ctx context.Context, c *Client, cfg callConfig, req *DialogueStreamRequest, op string, say dialect) *TTSSession {
	like := TTSStreamRequest{ModelID: req.ModelID, Format: req.Format, KeepAlive: req.KeepAlive}
	s := newTTSSession(ctx, c, cfg, &like, op, say)
	s.script.cues, s.script.eager = true, true
	s.script.speak(req.Voices[0])
	return s
}

// Say adds text that a voice speaks. Where another spoke before, a turn begins:
// see Turn. The text of one voice may come in several pieces, as with
// WriteString, which adds to what the last voice says.
func (s *DialogueSession) Say(voiceID, text string) error {
	return s.speak(voiceID, false, text)
}

// Turn begins a turn of a voice: what is written from here on, by WriteString
// and WriteAll too, answers what was said before. That is spoken as it is,
// whole sentence or not. An agent, whose voice has nobody beside it, begins one
// with each answer. The first turn is that of the first voice.
func (s *DialogueSession) Turn(voiceID string) error {
	return s.speak(voiceID, true, "")
}

// speak lets a voice speak, in another turn if it is asked for or another has
// spoken.
func (s *DialogueSession) speak(voiceID string, again bool, text string) error {
	if !slices.Contains(s.voices, voiceID) {
		return badArgument("voiceID", "%q is not among the Voices of the session", voiceID)
	}
	return s.write(text, func() error {
		if last, _ := s.script.speaker(len(s.script.text)); last == voiceID && !again {
			return nil
		}
		err := s.flush()
		s.script.speak(voiceID)
		return err
	})
}

// over fills the fields that have defaults.
func (r DialogueStreamRequest) over(base TTSRequest) DialogueStreamRequest {
	if r.ModelID == "" {
		r.ModelID = defaultDialogueSocketModel
	}
	r.Format = TTSRequest{Format: r.Format}.over(base).Format
	if r.KeepAlive == 0 {
		r.KeepAlive = defaultInactivity / 2
	}
	if len(r.Voices) == 0 && base.VoiceID != "" {
		r.Voices = []string{base.VoiceID}
	}
	r.Voices, r.Dictionaries = slices.Clone(r.Voices), slices.Clone(r.Dictionaries)
	return r
}

func (r *DialogueStreamRequest) validate() error {
	const name = "DialogueStreamRequest."
	if err := r.checkVoices(name + "Voices"); err != nil {
		return err
	}
	if err := checkNames(
		name+"ModelID", r.ModelID, name+"Format", string(r.Format), name+"LanguageCode", r.LanguageCode,
	); err != nil {
		return err
	}
	if err := checkNormalization(name+"TextNormalization", r.TextNormalization, "on", "off"); err != nil {
		return err
	}
	if strings.Contains(r.ModelID, "_v1") || strings.Contains(r.ModelID, "_v2") {
		return &ArgumentError{Field: name + "ModelID", Reason: r.ModelID + " is not served on this socket; use DialTTS", Err: ErrUnsupportedModel}
	}
	if err := (&VoiceSettings{Stability: r.Stability}).validate("DialogueStreamRequest"); err != nil {
		return err
	}
	if r.KeepAlive >= defaultInactivity {
		return badArgument(name+"KeepAlive", "%v is not less than the 20 s that the vendor waits", r.KeepAlive)
	}
	if err := checkDictionaries(name+"Dictionaries", r.Dictionaries); err != nil {
		return err
	}
	return checkStreamed(name+"Format", r.Format)
}

// checkVoices checks who may speak. What a model takes that is not known here is
// left to the vendor.
func (r *DialogueStreamRequest) checkVoices(field string) error {
	most, takes := maxDialogueVoices, fmt.Sprintf("1 to %d", maxDialogueVoices)
	switch r.ModelID {
	case defaultDialogueSocketModel, "eleven_v4_turbo":
		most, takes = 1, "one"
	}
	if n := len(r.Voices); n == 0 || n > most {
		return badArgument(field, "%d given, %s takes %s", n, r.ModelID, takes)
	}
	for i, id := range r.Voices {
		if err := checkID(field, id); err != nil {
			return err
		}
		if slices.Contains(r.Voices[:i], id) {
			return badArgument(field, "%s is in it twice", id)
		}
	}
	return nil
}

// call describes the request for a connection.
func (r *DialogueStreamRequest) call(op, endpoint string) Call {
	q := url.Values{}
	p := params(q)
	p.text("model_id", r.ModelID)
	p.text("output_format", string(r.Format))
	p.text("language_code", r.LanguageCode)
	p.text("apply_text_normalization", r.TextNormalization)
	p.text("sync_alignment", "true")
	if r.ZeroRetention {
		p.text("enable_logging", "false")
	}
	if r.Seed != nil {
		q.Set("seed", formatUint(*r.Seed))
	}
	return Call{
		Op: op, Method: "GET", Path: "/v1/text-to-dialogue" + endpoint, rawQuery: q.Encode(),
		socket: &socket.Options{}, tokens: r.Tokens, tokenQuery: "single_use_token",
	}
}

// dialogueMessage is what a client says on a socket of dialogue.
type dialogueMessage struct {
	Context      string              `json:"context_id,omitempty"`
	Voices       []string            `json:"voices,omitempty"`
	Settings     *dialogueSettings   `json:"voice_settings,omitempty"`
	Dictionaries []DictionaryLocator `json:"pronunciation_dictionary_locators,omitempty"`
	Inputs       []dialogueLine      `json:"inputs,omitempty"`
	Flush        bool                `json:"flush,omitempty"`
	KeepAlive    bool                `json:"keep_alive,omitempty"`
	Close        bool                `json:"close_context,omitempty"`
	Bye          bool                `json:"close_socket,omitempty"`
}

type dialogueLine struct {
	Text    string `json:"text"`
	VoiceID string `json:"voice_id"`
	NewTurn bool   `json:"new_turn,omitempty"`
}

func (m dialogueMessage) bytes() []byte {
	b, _ := json.Marshal(m) // of text and numbers that were checked
	return b
}

// dialogueDialect is that of a socket of dialogue. The server would wait for 40
// characters and 8 words; sentences are spoken as they come.
type dialogueDialect struct{ req *DialogueStreamRequest }

func (d dialogueDialect) open(id string) []byte {
	m := dialogueMessage{Context: id, Voices: d.req.Voices, Dictionaries: d.req.Dictionaries}
	if d.req.Stability != nil {
		m.Settings = &dialogueSettings{d.req.Stability}
	}
	return m.bytes()
}

func (dialogueDialect) text(id string, p part) []byte {
	return dialogueMessage{Context: id, Inputs: []dialogueLine{{p.text, p.voice, p.begins}}, Flush: p.flush}.bytes()
}

func (dialogueDialect) keepAlive(id string) []byte {
	return dialogueMessage{Context: id, KeepAlive: true}.bytes()
}
func (dialogueDialect) end(string) []byte    { return dialogueMessage{Bye: true}.bytes() }
func (dialogueDialect) cancel(string) []byte { return nil }
