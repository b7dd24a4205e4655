package elevenlabs

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// A Transcript is what was heard. With UseMultiChannel and the separate style,
// Channels holds a transcript for each channel and the fields of a single one
// are empty. With Webhook only Accepted is set. In JSON it has the API's shapes,
// so it can be stored and read again without loss.
//
// Source: SpeechToTextChunkResponseModel and the two models beside it in the
// OpenAPI document.
type Transcript struct {
	// LanguageCode is the language heard, of two or three letters.
	LanguageCode string `json:"language_code"`
	// LanguageProbability is from 0 to 1.
	LanguageProbability float64 `json:"language_probability"`
	// Text is everything that was said; empty for silence.
	Text string `json:"text"`
	// Words holds the words, the spaces between them and audio events, each with
	// its times unless the granularity was none.
	Words []Word `json:"words"`
	// ChannelIndex is the channel this is the transcript of, nil for all.
	ChannelIndex *int `json:"channel_index,omitempty"`
	// Entities is what EntityDetection found.
	Entities []Entity `json:"entities,omitempty"`
	// AdditionalFormats holds the files that were asked for, in that order; one
	// that could not be made is the zero TranscriptFile.
	AdditionalFormats []TranscriptFile `json:"additional_formats,omitempty"`
	// TranscriptionID names the transcript in the account, for
	// [Client.Transcript].
	TranscriptionID string `json:"transcription_id,omitempty"`
	// AudioSeconds is how long the audio is, nil if not told.
	AudioSeconds *float64 `json:"audio_duration_secs,omitempty"`
	// Channels holds the transcripts of separate channels; see
	// [Transcript.MergeChannels].
	Channels []Transcript `json:"transcripts,omitempty"`
	// Accepted is set when the transcript will be delivered to a webhook.
	Accepted *Acceptance `json:"-"`
	// Meta is what the answer told besides.
	Meta Meta `json:"-"`
	// Extra holds the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

// A Word is a word, a space or an audio event of a transcript.
type Word struct {
	Text string `json:"text"`
	// Start and End are in seconds from the start of the audio, nil if not told.
	Start *float64 `json:"start,omitempty"`
	End   *float64 `json:"end,omitempty"`
	// Type is word, spacing or audio_event.
	Type string `json:"type"`
	// SpeakerID is who speaks, empty without Diarize.
	SpeakerID string `json:"speaker_id,omitempty"`
	// LogProb is the logarithm of the word's probability, 0 or below.
	LogProb float64 `json:"logprob"`
	// Characters are the word's characters, with granularity character.
	Characters []Character `json:"characters,omitempty"`
	// ChannelIndex is the channel, with UseMultiChannel.
	ChannelIndex *int `json:"channel_index,omitempty"`
}

// A Character is a character of a word, its times in seconds.
type Character struct {
	Text  string   `json:"text"`
	Start *float64 `json:"start,omitempty"`
	End   *float64 `json:"end,omitempty"`
}

// An Entity is something found in the text; its place is in characters, the
// end exclusive.
type Entity struct {
	Text      string `json:"text"`
	Type      string `json:"entity_type"`
	StartChar int    `json:"start_char"`
	EndChar   int    `json:"end_char"`
}

// A TranscriptFile is a transcript in another format.
type TranscriptFile struct {
	// Format is what was asked for, such as srt.
	Format string `json:"requested_format"`
	// Extension is the file's, without a dot.
	Extension string `json:"file_extension"`
	// ContentType is its media type.
	ContentType string `json:"content_type"`
	// Base64 tells that Content is in base64, as binary formats are.
	Base64 bool `json:"is_base64_encoded"`
	// Content is the file as it was sent; see [TranscriptFile.Bytes].
	Content string `json:"content"`
}

// Bytes returns the file, out of its base64 if it is in that. The error is
// ErrMalformed.
func (f TranscriptFile) Bytes() ([]byte, error) {
	if !f.Base64 {
		return []byte(f.Content), nil
	}
	data, err := base64.StdEncoding.DecodeString(f.Content)
	if err != nil {
		return nil, fmt.Errorf("elevenlabs: transcript in %s: %w: %w", f.Format, ErrMalformed, err)
	}
	return data, nil
}

// MarshalJSON writes a file that could not be made as null, as the API does.
func (f TranscriptFile) MarshalJSON() ([]byte, error) {
	if f == (TranscriptFile{}) {
		return []byte("null"), nil
	}
	type plain TranscriptFile
	return json.Marshal(plain(f))
}

// An Acceptance says that a transcript will be delivered to a webhook.
//
// Source: SpeechToTextWebhookResponseModel in the OpenAPI document.
type Acceptance struct {
	// RequestID names the request in the delivery.
	RequestID string `json:"request_id"`
	// TranscriptionID names the transcript to come, if told.
	TranscriptionID string `json:"transcription_id,omitempty"`
	// Message is for people.
	Message string `json:"message"`
}
