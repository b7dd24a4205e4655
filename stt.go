package elevenlabs

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

// An STTRequest is everything that can be asked of speech to text. Only Audio
// is required. A field at its zero value is left out of the request, so that
// the server's default holds. It is sent as a form; the tags name its fields.
//
// Source: POST /v1/speech-to-text in the OpenAPI document.
type STTRequest struct {
	// Audio is what is transcribed: at least 100 ms, up to 5 GB and 10 hours, in
	// any common audio or video container.
	Audio AudioSource `json:"-"`
	// ModelID is the model. Default: the client's, else scribe_v2.
	ModelID string `json:"model_id,omitempty"`
	// LanguageCode is what is spoken, in ISO 639-1 or 639-3. Default: the
	// client's, else detected.
	LanguageCode string `json:"language_code,omitempty"`
	// TagAudioEvents marks laughter and the like. Default true.
	TagAudioEvents *bool `json:"tag_audio_events,omitempty"`
	// NumSpeakers is the most speakers there can be, 1 to 32. Default not told.
	NumSpeakers int `json:"num_speakers,omitempty"`
	// TimestampsGranularity is none, word or character. Default word.
	TimestampsGranularity string `json:"timestamps_granularity,omitempty"`
	// Diarize tells speakers apart. Default false.
	Diarize bool `json:"diarize,omitempty"`
	// DiarizationThreshold is from 0.1 to 0.4, higher for fewer speakers. Only
	// with Diarize and without NumSpeakers. Vendor's default about 0.22.
	DiarizationThreshold *float64 `json:"diarization_threshold,omitempty"`
	// AdditionalFormats asks for files of the transcript, at most 10.
	AdditionalFormats []AdditionalFormat `json:"additional_formats,omitempty"`
	// FileFormat is pcm_s16le_16 for raw 16 kHz mono samples without a header,
	// which is faster. Default other: anything with a header. Samples of another
	// rate need one, see [audio.NewWAVWriter]; what is samples by its media type or
	// its name and has neither is refused here, as the vendor would refuse it when
	// all of it was sent.
	FileFormat string `json:"file_format,omitempty"`
	// Webhook has the transcript delivered to a webhook: the answer carries
	// RequestID instead of text. Default false.
	Webhook bool `json:"webhook,omitempty"`
	// WebhookID chooses one webhook. Only with Webhook. Default all of them.
	WebhookID string `json:"webhook_id,omitempty"`
	// WebhookMetadata comes back with the delivery: a JSON object of at most 16
	// KB and depth 2. Only with Webhook.
	WebhookMetadata map[string]any `json:"webhook_metadata,omitempty"`
	// Temperature is from 0 to 2. Default the model's, mostly 0.
	Temperature *float64 `json:"temperature,omitempty"`
	// Seed makes the transcript repeatable, 0 to 2147483647.
	Seed *uint32 `json:"seed,omitempty"`
	// UseMultiChannel transcribes each channel by itself, at most 5, each
	// billed. Default false.
	UseMultiChannel bool `json:"use_multi_channel,omitempty"`
	// MultichannelOutputStyle is separate, or combined, which needs timestamps
	// and excludes EntityDetection. Default separate.
	MultichannelOutputStyle string `json:"multichannel_output_style,omitempty"`
	// EntityDetection is all, categories (pii, phi, pci, other,
	// offensive_language) or types of entities to find, for 30 % more.
	EntityDetection []string `json:"entity_detection,omitempty"`
	// EntityRedaction is what of EntityDetection to hide, for 30 % more; the
	// answer then has no Entities.
	EntityRedaction []string `json:"entity_redaction,omitempty"`
	// EntityRedactionMode is redacted, entity_type or enumerated_entity_type.
	// Default enumerated_entity_type.
	EntityRedactionMode string `json:"entity_redaction_mode,omitempty"`
	// NoVerbatim drops fillers and false starts, with scribe_v2. Default false.
	NoVerbatim bool `json:"no_verbatim,omitempty"`
	// UseSpeakerLibrary names known speakers. Only with Diarize. Default false.
	UseSpeakerLibrary bool `json:"use_speaker_library,omitempty"`
	// DetectSpeakerRoles names speakers agent and customer, for 10 % more. Only
	// with Diarize and without UseMultiChannel. Default false.
	DetectSpeakerRoles bool `json:"detect_speaker_roles,omitempty"`
	// Keyterms are words to expect, for 20 % more: at most 1000, each below 50
	// characters and of at most 5 words, without any of <>{}[]\.
	Keyterms []string `json:"keyterms,omitempty"`
	// ZeroRetention asks the vendor to keep nothing (enable_logging=false).
	ZeroRetention bool `json:"-"`
	// Token is a single-use token of type batch_scribe that stands in for the
	// API key. Its use spends it, so a call that was sent is not retried.
	Token string `json:"-"`
	// Extra adds form fields that this package does not know.
	Extra map[string]string `json:"-"`

	// Duration is how long the audio plays. With Channels it decides how many
	// requests the call counts for: one for each 8 minutes, at most 4, times the
	// channels with UseMultiChannel. Default: as the audio's header tells, 1
	// request if it does not. It is not sent.
	Duration time.Duration `json:"-"`
	// Channels is how many channels the audio has. Default: as its header tells.
	// It is not sent.
	Channels int `json:"-"`
}

// An AdditionalFormat asks for a file of the transcript. Fields at their zero
// value are left out, so that the server's default holds.
type AdditionalFormat struct {
	// Format is segmented_json, docx, pdf, txt, html or srt. Required.
	Format string `json:"format"`
	// IncludeSpeakers defaults to true, for srt to false.
	IncludeSpeakers *bool `json:"include_speakers,omitempty"`
	// IncludeTimestamps defaults to true.
	IncludeTimestamps *bool `json:"include_timestamps,omitempty"`
	// SegmentOnSilenceLongerThan is in seconds; for srt 0.8.
	SegmentOnSilenceLongerThan *float64 `json:"segment_on_silence_longer_than_s,omitempty"`
	// MaxSegmentDuration is in seconds; for srt 4.
	MaxSegmentDuration *float64 `json:"max_segment_duration_s,omitempty"`
	// MaxSegmentChars is in characters; for srt 84.
	MaxSegmentChars *int `json:"max_segment_chars,omitempty"`
	// MaxCharactersPerLine is for srt (42) and txt (100).
	MaxCharactersPerLine *int `json:"max_characters_per_line,omitempty"`
}

// STT transcribes audio of the given media type, such as audio/mpeg, and
// returns the text; channels transcribed separately are joined by line breaks.
// An empty type means that it is not known. [Client.Transcribe] is the same
// with every field and with words and times.
func (c *Client) STT(ctx context.Context, audio []byte, mime string, opts ...STTOption) (string, error) {
	cfg, err := c.callConfig(ctx, nil)
	if err != nil {
		return "", err
	}
	req := STTRequest{Audio: AudioBytes(audio, mime)}
	for _, o := range opts {
		if o == nil {
			return "", badArgument("STTOption", "an option is nil")
		}
		if err := o.applySTT(&req, &cfg); err != nil {
			return "", err
		}
	}
	call, err := c.sttCall(req.over(c.stt))
	if err != nil {
		return "", err
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) (string, error) { return decodeText(data) })
}

// Transcribe transcribes audio. An upload from a file or a reader is streamed
// in constant memory.
//
// Errors are as of [Client.Synthesize].
func (c *Client) Transcribe(ctx context.Context, req STTRequest, opts ...CallOption) (*Transcript, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	call, err := c.sttCall(req.over(c.stt))
	if err != nil {
		return nil, err
	}
	return c.transcript(ctx, call, opts)
}

// sttCall checks a request and describes the call.
func (c *Client) sttCall(req STTRequest) (Call, error) {
	if err := req.validate(); err != nil {
		return Call{}, err
	}
	body, src, err := req.body(multipart.New())
	if err != nil {
		return Call{}, err
	}
	call := Call{
		Op: "STT", Method: http.MethodPost, Path: "/v1/speech-to-text", Query: url.Values{}, Body: body,
		Family: FamilySTT, token: req.Token, zeroRetention: req.ZeroRetention,
	}
	if req.ZeroRetention {
		call.Query.Set("enable_logging", "false")
	}
	if req.Token != "" {
		call.Query.Set("token", req.Token)
	}
	length, channels := req.plays(src)
	call.Weight = weigh(length, channels)
	call.firstByte = sttPatience(length, src.Size)
	return call, nil
}

// body writes the form, the fields before the audio.
func (r *STTRequest) body(form *multipart.Form) (body Body, src content, err error) {
	if err := r.fill(form); err != nil {
		return body, src, err
	}
	if r.Audio.kind != sourceURL {
		if src, err = r.Audio.prepare("STTRequest.Audio"); err != nil {
			return body, src, err
		}
		form.AddFile("file", src.File)
	}
	return formBody(form, src), src, nil
}

// plays returns how long the audio is and how many channels of it are
// transcribed, as far as they are known.
func (r *STTRequest) plays(src content) (length time.Duration, channels int) {
	length, channels = r.Duration, r.Channels
	if r.FileFormat == "pcm_s16le_16" {
		if length == 0 && src.Size > 0 {
			length = time.Duration(src.Size) * time.Second / 32_000
		}
	} else if info, ok := src.measure(); ok {
		if length == 0 {
			length = info.Duration
		}
		if channels == 0 {
			channels = info.Channels
		}
	}
	if !r.UseMultiChannel {
		channels = 1
	}
	return length, channels
}

// weigh says how many requests a transcription counts for: long audio is cut
// into up to four pieces, and each channel is transcribed by itself.
//
// Source: the vendor's models page of August 2025.
func weigh(length time.Duration, channels int) int {
	const piece = 8 * time.Minute
	pieces := (length + piece - 1) / piece
	return int(min(max(pieces, 1), 4)) * min(max(channels, 1), 5)
}

// sttPatience is how long the start of an answer may take: the length of the
// audio, as far as it is known, besides the usual.
func sttPatience(length time.Duration, size int64) time.Duration {
	const (
		slowest      = 4_000 // bytes a second, 32 kbit/s
		longestAudio = 10 * time.Hour
	)
	switch {
	case length > 0:
		return defaultFirstByte + min(length, longestAudio)
	case size > 0:
		return defaultFirstByte + min(time.Duration(size/slowest)*time.Second, longestAudio)
	}
	return time.Hour
}

func (r STTRequest) over(base STTRequest) STTRequest {
	if r.ModelID == "" {
		r.ModelID = base.ModelID
	}
	if r.ModelID == "" {
		r.ModelID = defaultSTTModel
	}
	if r.LanguageCode == "" {
		r.LanguageCode = base.LanguageCode
	}
	if r.Duration == 0 {
		r.Duration = base.Duration
	}
	return r
}
