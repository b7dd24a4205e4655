package elevenlabs

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"unicode/utf8"
)

const (
	defaultDialogueModel = "eleven_v3"
	maxDialogueVoices    = 10
)

// A DialogueRequest is everything that can be asked of text to dialogue: lines
// spoken by several voices that hear each other. Only Inputs is required. A
// field at its zero value is left out of the request, so that the server's
// default holds.
//
// Source: POST /v1/text-to-dialogue in the OpenAPI document, and the three
// endpoints behind it: /stream, /with-timestamps, /stream/with-timestamps.
type DialogueRequest struct {
	// Inputs are the lines in their order, by at most 10 different voices. All
	// texts together are no longer than the model takes (5,000 code points for
	// eleven_v3); the vendor advises 2,000 at most.
	Inputs []DialogueInput
	// ModelID is the model, of the v3 family or later. Default eleven_v3,
	// whatever the client's is.
	ModelID string
	// Format is how the audio is encoded; WAV is not for streams. Default: the
	// client's, else FormatMP3_44100_128.
	Format Format
	// LanguageCode forces a language, in ISO 639-1.
	LanguageCode string
	// Stability is from 0 to 1; low is lively, high is even. Vendor's default 0.5.
	Stability *float64
	// Dictionaries are applied in order, at most 3.
	Dictionaries []DictionaryLocator
	// Seed makes the speech repeatable, as far as the model can.
	Seed *uint32
	// TextNormalization spells out numbers and the like: auto, on or off.
	// Default auto.
	TextNormalization string
	// Timestamps asks when each character is spoken, and by whom: see
	// Speech.Alignment and Speech.Segments, [SpeechStream.Alignment] and
	// [SpeechStream.Segments]. The audio is the same; what it cost is not told.
	Timestamps bool
	// ZeroRetention asks the vendor to keep nothing (enable_logging=false).
	// Accounts without that right are ignored silently: see
	// Meta.RetentionIgnored.
	ZeroRetention bool
	// Extra adds fields that this package does not know to the JSON body.
	Extra map[string]any
}

// A DialogueInput is a line of a dialogue.
type DialogueInput struct {
	// Text is what is spoken: not blank, valid UTF-8. Tags in brackets, such as
	// [laughs], direct the voice.
	Text string `json:"text"`
	// VoiceID is who speaks. Required.
	VoiceID string `json:"voice_id"`
}

// Dialogue speaks a dialogue and returns the whole audio.
//
// Errors are as of [Client.Synthesize], but that a lost answer is always an
// [AmbiguousError]: it is not looked for in the account's history.
func (c *Client) Dialogue(ctx context.Context, req DialogueRequest, opts ...CallOption) (*Speech, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	req = c.dialogueDefaults(req)
	call, err := req.call("Dialogue", "")
	if err != nil {
		return nil, err
	}
	return c.speech(ctx, call, cfg, req.Format)
}

// DialogueStream speaks a dialogue and returns as soon as the first audio has
// come. It is to [Client.Dialogue] what [Client.SynthesizeStream] is to
// Synthesize.
func (c *Client) DialogueStream(ctx context.Context, req DialogueRequest, opts ...CallOption) (*SpeechStream, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	req = c.dialogueDefaults(req)
	if err := checkStreamed("DialogueRequest.Format", req.Format); err != nil {
		return nil, err
	}
	call, err := req.call("Dialogue stream", "/stream")
	if err != nil {
		return nil, err
	}
	return c.speechStream(ctx, call, cfg, req.Format)
}

func (c *Client) dialogueDefaults(req DialogueRequest) DialogueRequest {
	req.ModelID = cmp.Or(req.ModelID, defaultDialogueModel)
	req.Format = cmp.Or(req.Format, c.tts.Format, defaultFormat)
	return req
}

// call checks a request and describes the call to an endpoint of dialogue.
func (r *DialogueRequest) call(op, endpoint string) (Call, error) {
	characters, err := r.validate()
	if err != nil {
		return Call{}, err
	}
	body, err := r.body()
	if err != nil {
		return Call{}, err
	}
	if r.Timestamps {
		endpoint += "/with-timestamps"
	}
	return Call{
		Op: op, Method: http.MethodPost, Path: "/v1/text-to-dialogue" + endpoint,
		Body: body, rawQuery: audioQuery(r.Format, r.ZeroRetention, nil),
		Family: FamilyOf(r.ModelID), Weight: 1, model: r.ModelID,
		zeroRetention: r.ZeroRetention, timed: r.Timestamps,
		firstByte: speechPatience(characters),
	}, nil
}

// validate returns how many characters there are to speak.
func (r *DialogueRequest) validate() (characters int, err error) {
	if err := checkNames(
		"DialogueRequest.ModelID", r.ModelID, "DialogueRequest.Format", string(r.Format),
		"DialogueRequest.LanguageCode", r.LanguageCode,
	); err != nil {
		return 0, err
	}
	if err := checkNormalization("DialogueRequest.TextNormalization", r.TextNormalization, "auto", "on", "off"); err != nil {
		return 0, err
	}
	if outside(r.Stability, 0, 1) {
		return 0, badArgument("DialogueRequest.Stability", "%v is not from 0 to 1", *r.Stability)
	}
	if err := checkDictionaries("DialogueRequest.Dictionaries", r.Dictionaries); err != nil {
		return 0, err
	}
	return r.validateInputs()
}

func (r *DialogueRequest) validateInputs() (characters int, err error) {
	const field = "DialogueRequest.Inputs"
	if len(r.Inputs) == 0 {
		return 0, badArgument(field, "is empty")
	}
	voices := make(map[string]bool)
	for i, in := range r.Inputs {
		line := field + "[" + strconv.Itoa(i) + "]"
		if err := checkText(line+".Text", in.Text); err != nil {
			return 0, err
		}
		if err := checkID(line+".VoiceID", in.VoiceID); err != nil {
			return 0, err
		}
		voices[in.VoiceID] = true
		characters += utf8.RuneCountInString(in.Text)
	}
	if len(voices) > maxDialogueVoices {
		return 0, badArgument(field, "%d different voices, at most %d", len(voices), maxDialogueVoices)
	}
	return characters, checkLength(field, characters, r.ModelID, maxCharacters[r.ModelID])
}

// dialogueBody is the JSON of a request.
type dialogueBody struct {
	Inputs            []DialogueInput     `json:"inputs"`
	ModelID           string              `json:"model_id"`
	LanguageCode      string              `json:"language_code,omitempty"`
	Settings          *dialogueSettings   `json:"settings,omitempty"`
	Dictionaries      []DictionaryLocator `json:"pronunciation_dictionary_locators,omitempty"`
	Seed              *uint32             `json:"seed,omitempty"`
	TextNormalization string              `json:"apply_text_normalization,omitempty"`
}

type dialogueSettings struct {
	Stability *float64 `json:"stability,omitempty"`
}

func (r *DialogueRequest) body() (Body, error) {
	known := dialogueBody{
		Inputs: r.Inputs, ModelID: r.ModelID, LanguageCode: r.LanguageCode, Dictionaries: r.Dictionaries,
		Seed: r.Seed, TextNormalization: r.TextNormalization,
	}
	if r.Stability != nil {
		known.Settings = &dialogueSettings{r.Stability}
	}
	return jsonBody("DialogueRequest", &known, r.Extra)
}
