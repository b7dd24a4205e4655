package elevenlabs

import (
	"context"
	"fmt"
	"math"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// A TTSRequest is everything that can be asked of text to speech. Only Text is
// required. A field at its zero value is left out of the request, so that the
// server's default holds, but for VoiceID, ModelID, Format and VoiceSettings,
// which the client's own defaults fill in.
//
// Source: POST /v1/text-to-speech/{voice_id} in the OpenAPI document, and the
// three endpoints behind it: /stream, /with-timestamps, /stream/with-timestamps.
type TTSRequest struct {
	// Text is what is spoken: not blank, valid UTF-8, and no longer than the
	// model takes (10,000 code points for the default model).
	Text string
	// VoiceID is who speaks. Default: the client's, see [WithVoice].
	VoiceID string
	// ModelID is the model. Default: the client's, else eleven_multilingual_v2.
	ModelID string
	// Format is how the audio is encoded. Default: the client's, else
	// FormatMP3_44100_128.
	Format Format
	// LanguageCode forces a language, in ISO 639-1, on models that support it;
	// eleven_multilingual_v2 ignores it.
	LanguageCode string
	// VoiceSettings overrides the settings stored with the voice.
	VoiceSettings *VoiceSettings
	// Dictionaries are applied in order, at most 3.
	Dictionaries []DictionaryLocator
	// Seed makes the speech repeatable, as far as the model can.
	Seed *uint32
	// PreviousText and NextText are what comes before and after, for the
	// intonation. They are neither spoken nor billed. The v3 models refuse them.
	PreviousText, NextText string
	// PreviousRequestIDs and NextRequestIDs are the RequestIDs of the speech
	// before and after, at most 3 each, about 2 hours old at most. They win over
	// the texts. Not with ZeroRetention; the v3 models refuse them.
	PreviousRequestIDs, NextRequestIDs []string
	// TextNormalization spells out numbers and the like: auto, on or off. Default
	// auto; on needs Enterprise with the v2.5 models.
	TextNormalization string
	// LanguageTextNormalization is normalisation by language, slow, Japanese
	// only today. Default false.
	LanguageTextNormalization bool
	// Timestamps asks when each character is spoken: see Speech.Alignment and
	// [SpeechStream.Alignment]. The audio is the same and costs the same.
	Timestamps bool
	// ZeroRetention asks the vendor to keep nothing (enable_logging=false).
	// Accounts without that right are ignored silently: see
	// Meta.RetentionIgnored.
	ZeroRetention bool
	// OptimizeStreamingLatency trades quality for latency, 0 to 4.
	//
	// Deprecated: by the vendor; choose a flash model instead.
	OptimizeStreamingLatency *int
	// UsePVCAsIVC uses the instant version of a professional voice.
	//
	// Deprecated: by the vendor.
	UsePVCAsIVC bool
	// Extra adds fields that this package does not know to the JSON body. The
	// API ignores a field it does not know either, without a word.
	Extra map[string]any
}

// VoiceSettings overrides how a voice speaks. A nil field keeps the setting
// stored with the voice.
type VoiceSettings struct {
	// Stability is from 0 to 1; low is lively, high is even. Vendor's default 0.5.
	Stability *float64 `json:"stability,omitempty"`
	// SimilarityBoost is from 0 to 1. Vendor's default 0.75.
	SimilarityBoost *float64 `json:"similarity_boost,omitempty"`
	// Style exaggerates, from 0 to 1. Vendor's default 0.
	Style *float64 `json:"style,omitempty"`
	// UseSpeakerBoost is the vendor's default true.
	UseSpeakerBoost *bool `json:"use_speaker_boost,omitempty"`
	// Speed is 1 by default. The v2 models take 0.7 to 1.2, the v3 and v4
	// models ignore it.
	Speed *float64 `json:"speed,omitempty"`
}

// A DictionaryLocator names a pronunciation dictionary.
type DictionaryLocator struct {
	// ID is the dictionary. Required.
	ID string `json:"pronunciation_dictionary_id"`
	// VersionID is the version. Default the latest.
	VersionID string `json:"version_id,omitempty"`
}

// Speech is audio that was asked for.
type Speech struct {
	// Audio is whole and not empty.
	Audio []byte
	// Format is how it is encoded.
	Format Format
	// Alignment tells when the characters of the text are spoken, and
	// NormalizedAlignment when those of the text as it was read, with "$5" spelled
	// out. They are nil without TTSRequest.Timestamps, and may be nil with it.
	Alignment, NormalizedAlignment *Alignment
	// Segments tells who speaks when in a dialogue, in the order of its lines; nil
	// without DialogueRequest.Timestamps.
	Segments []VoiceSegment
	// Meta is what the answer told besides.
	Meta Meta
}

// Duration returns how long the audio plays. It is measured: MP3, WAV and Ogg
// Opus tell by their own headers, samples without a header by their number. It
// is 0 if that cannot be told, as for AAC.
func (s *Speech) Duration() time.Duration {
	size := int64(len(s.Audio))
	if s.Format.raw() {
		return s.Format.Duration(size)
	}
	info, _ := audio.Measure(s.Audio, size)
	return info.Duration
}

// TTS speaks a text and returns the audio, in mp3_44100_128 unless an option
// says otherwise. [Client.Synthesize] is the same with every field and with
// what the answer tells besides.
func (c *Client) TTS(ctx context.Context, text string, opts ...TTSOption) ([]byte, error) {
	cfg, err := c.callConfig(ctx, nil)
	if err != nil {
		return nil, err
	}
	req := TTSRequest{Text: text}
	for _, o := range opts {
		if o == nil {
			return nil, badArgument("TTSOption", "an option is nil")
		}
		if err := o.applyTTS(&req, &cfg); err != nil {
			return nil, err
		}
	}
	speech, err := c.synthesize(ctx, req, cfg)
	if err != nil {
		return nil, err
	}
	return speech.Audio, nil
}

// Synthesize speaks a text and returns the whole audio.
//
// Errors are an [ArgumentError] before anything is sent, an [APIError], an
// [AmbiguousError] when the answer was lost and the account's history could
// not make up for it, a [ResponseError] when it is not
// audio, or the context's.
//
// With Timestamps the audio comes as base64, which [WithMaxBody] counts.
func (c *Client) Synthesize(ctx context.Context, req TTSRequest, opts ...CallOption) (*Speech, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	return c.synthesize(ctx, req, cfg)
}

func (c *Client) synthesize(ctx context.Context, req TTSRequest, cfg callConfig) (*Speech, error) {
	call, req, err := c.ttsCall(ctx, req, cfg, "")
	if err != nil {
		return nil, err
	}
	return c.speech(ctx, call, cfg, req.Format)
}

// speech performs a call whose answer is audio, and returns the whole of it.
func (c *Client) speech(ctx context.Context, call Call, cfg callConfig, format Format) (*Speech, error) {
	var speech *Speech
	err := c.perform(ctx, call, cfg, func(f *flight) error {
		if err := f.checkAudioType(); err != nil {
			return err
		}
		data, err := f.readAll()
		if err != nil {
			return err
		}
		chunk, err := f.chunk(data)
		if err != nil {
			return err
		}
		if err := f.checkAudio(chunk.Audio, format); err != nil {
			return err
		}
		segments, err := decodeSegments(chunk.Segments)
		if err != nil {
			return &ResponseError{Op: call.Op, Meta: f.meta, Err: err}
		}
		speech = &Speech{
			Audio: chunk.Audio, Format: format, Meta: f.meta,
			Alignment: (*Alignment)(chunk.Alignment), NormalizedAlignment: (*Alignment)(chunk.Normalized),
			Segments: segments,
		}
		return nil
	})
	return speech, err
}

// checkAudioType refuses an answer that says it is text, unless audio in JSON
// was asked for. Nothing else that a
// server says of audio is trusted: the vendor declares types it does not send.
func (f *flight) checkAudioType() error {
	said := first(f.resp.Header, "Content-Type")
	if f.call.timed || strings.HasPrefix(said, "audio/") {
		return nil
	}
	t, _, _ := mime.ParseMediaType(said)
	if t == "application/json" || strings.HasSuffix(t, "+json") || strings.HasPrefix(t, "text/") {
		return &ResponseError{Op: f.call.Op, Meta: f.meta, Err: fmt.Errorf("%w but %s", ErrNotAudio, t)}
	}
	return nil
}

// checkAudio refuses silence, text in audio's clothes, and what the history has
// in another format than was asked for.
func (f *flight) checkAudio(head []byte, format Format) error {
	switch {
	case len(head) == 0:
		return &ResponseError{Op: f.call.Op, Meta: f.meta, Err: ErrEmptyAudio}
	case format.startsLikeText(head[0]):
		return &ResponseError{Op: f.call.Op, Meta: f.meta, Err: fmt.Errorf("%w but text", ErrNotAudio)}
	case f.meta.Recovered && !format.fits(head):
		return &ResponseError{Op: f.call.Op, Meta: f.meta, Err: errOtherFormat}
	}
	return nil
}

// ttsCall checks a request, fills in the client's defaults and describes the
// call to the convert endpoint, or to the one for streams behind it.
func (c *Client) ttsCall(ctx context.Context, req TTSRequest, cfg callConfig, endpoint string) (Call, TTSRequest, error) {
	req = req.over(c.tts)
	if err := req.validate(endpoint != ""); err != nil {
		return Call{}, req, err
	}
	body, err := req.body()
	if err != nil {
		return Call{}, req, err
	}
	if req.VoiceID == "" {
		if req.VoiceID, err = c.firstVoice(ctx, "TTS", cfg); err != nil {
			return Call{}, req, err
		}
	}
	if req.Timestamps {
		endpoint += "/with-timestamps"
	}
	call := Call{
		Op: "TTS", Method: http.MethodPost,
		Path: "/v1/text-to-speech/" + req.VoiceID + endpoint, // of unreserved characters only
		Body: body, rawQuery: req.query(),
		Family: FamilyOf(req.ModelID), Weight: 1, model: req.ModelID,
		zeroRetention: req.ZeroRetention, timed: req.Timestamps,
		firstByte: speechPatience(utf8.RuneCountInString(req.Text)),
		said:      &utterance{voice: req.VoiceID, model: req.ModelID, text: req.Text, format: req.Format},
	}
	return call, req, nil
}

// over fills the fields that a client has defaults for.
func (r TTSRequest) over(base TTSRequest) TTSRequest {
	if r.VoiceID == "" {
		r.VoiceID = base.VoiceID
	}
	if r.ModelID == "" {
		r.ModelID = base.ModelID
	}
	if r.ModelID == "" {
		r.ModelID = defaultModel
	}
	if r.Format == "" {
		r.Format = base.Format
	}
	if r.Format == "" {
		r.Format = defaultFormat
	}
	if r.VoiceSettings == nil {
		r.VoiceSettings = base.VoiceSettings
	}
	return r
}

func (r *TTSRequest) validate(stream bool) error {
	if err := r.validateText(); err != nil {
		return err
	}
	if err := checkNames(
		"TTSRequest.VoiceID", r.VoiceID, "TTSRequest.ModelID", r.ModelID, "TTSRequest.Format", string(r.Format),
		"TTSRequest.LanguageCode", r.LanguageCode,
	); err != nil {
		return err
	}
	if err := checkNormalization("TTSRequest.TextNormalization", r.TextNormalization, "auto", "on", "off"); err != nil {
		return err
	}
	if stream {
		if err := checkStreamed("TTSRequest.Format", r.Format); err != nil {
			return err
		}
	}
	if err := checkLatency("TTSRequest.OptimizeStreamingLatency", r.OptimizeStreamingLatency); err != nil {
		return err
	}
	if r.VoiceSettings != nil {
		if err := r.VoiceSettings.validate("TTSRequest.VoiceSettings"); err != nil {
			return err
		}
	}
	return r.validateContext()
}

func (r *TTSRequest) validateText() error {
	const field = "TTSRequest.Text"
	if err := checkText(field, r.Text); err != nil {
		return err
	}
	return checkLength(field, utf8.RuneCountInString(r.Text), r.ModelID, maxCharacters[r.ModelID])
}

// validateContext checks what is sent along with the text.
func (r *TTSRequest) validateContext() error {
	if err := checkDictionaries("TTSRequest.Dictionaries", r.Dictionaries); err != nil {
		return err
	}
	for _, ids := range []struct {
		field string
		ids   []string
	}{{"TTSRequest.PreviousRequestIDs", r.PreviousRequestIDs}, {"TTSRequest.NextRequestIDs", r.NextRequestIDs}} {
		switch {
		case len(ids.ids) > 3:
			return badArgument(ids.field, "%d given, at most 3", len(ids.ids))
		case slices.Contains(ids.ids, ""):
			return badArgument(ids.field, "an id is empty")
		case len(ids.ids) > 0 && r.ZeroRetention:
			return badArgument(ids.field, "cannot be combined with ZeroRetention: the vendor needs the stored speech")
		}
	}
	return nil
}

func (s *VoiceSettings) validate(field string) error {
	for _, v := range []struct {
		name  string
		value *float64
		unit  bool // from 0 to 1 by the schema
	}{
		{"Stability", s.Stability, true}, {"SimilarityBoost", s.SimilarityBoost, true},
		{"Style", s.Style, false}, {"Speed", s.Speed, false},
	} {
		switch {
		case v.value == nil:
		case math.IsNaN(*v.value), math.IsInf(*v.value, 0):
			return badArgument(field+"."+v.name, "is not a number")
		case v.unit && (*v.value < 0 || *v.value > 1):
			return badArgument(field+"."+v.name, "%v is not from 0 to 1", *v.value)
		}
	}
	return nil
}

// ttsBody is the JSON of a request.
type ttsBody struct {
	Text                      string              `json:"text"`
	ModelID                   string              `json:"model_id"`
	LanguageCode              string              `json:"language_code,omitempty"`
	VoiceSettings             *VoiceSettings      `json:"voice_settings,omitempty"`
	Dictionaries              []DictionaryLocator `json:"pronunciation_dictionary_locators,omitempty"`
	Seed                      *uint32             `json:"seed,omitempty"`
	PreviousText              string              `json:"previous_text,omitempty"`
	NextText                  string              `json:"next_text,omitempty"`
	PreviousRequestIDs        []string            `json:"previous_request_ids,omitempty"`
	NextRequestIDs            []string            `json:"next_request_ids,omitempty"`
	UsePVCAsIVC               bool                `json:"use_pvc_as_ivc,omitempty"`
	TextNormalization         string              `json:"apply_text_normalization,omitempty"`
	LanguageTextNormalization bool                `json:"apply_language_text_normalization,omitempty"`
}

func (r *TTSRequest) body() (Body, error) {
	known := ttsBody{
		Text: r.Text, ModelID: r.ModelID, LanguageCode: r.LanguageCode, VoiceSettings: r.VoiceSettings,
		Dictionaries: r.Dictionaries, Seed: r.Seed, PreviousText: r.PreviousText, NextText: r.NextText,
		PreviousRequestIDs: r.PreviousRequestIDs, NextRequestIDs: r.NextRequestIDs, UsePVCAsIVC: r.UsePVCAsIVC,
		TextNormalization: r.TextNormalization, LanguageTextNormalization: r.LanguageTextNormalization,
	}
	return jsonBody("TTSRequest", &known, r.Extra)
}

// query returns the URL's query.
func (r *TTSRequest) query() string {
	return audioQuery(r.Format, r.ZeroRetention, r.OptimizeStreamingLatency)
}
