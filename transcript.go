package elevenlabs

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A Transcript is what was heard. With UseMultiChannel and the separate style,
// Channels holds a transcript for each channel and the fields of a single one
// are empty. With Webhook only Accepted is set.
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
	ChannelIndex *int `json:"channel_index"`
	// Entities is what EntityDetection found.
	Entities []Entity `json:"entities"`
	// AdditionalFormats holds the files that were asked for, in that order; one
	// that could not be made is empty.
	AdditionalFormats []TranscriptFile `json:"additional_formats"`
	// TranscriptionID names the transcript in the account.
	TranscriptionID string `json:"transcription_id"`
	// AudioSeconds is how long the audio is, 0 if not told.
	AudioSeconds float64 `json:"audio_duration_secs"`
	// Channels holds the transcripts of separate channels.
	Channels []Transcript `json:"transcripts"`
	// Accepted is set when the transcript will be delivered to a webhook.
	Accepted *Acceptance `json:"-"`
	// Meta is what the answer told besides.
	Meta Meta `json:"-"`
}

// A Word is a word, a space or an audio event of a transcript.
type Word struct {
	Text string `json:"text"`
	// Start and End are in seconds from the start of the audio, nil if not told.
	Start *float64 `json:"start"`
	End   *float64 `json:"end"`
	// Type is word, spacing or audio_event.
	Type string `json:"type"`
	// SpeakerID is who speaks, empty without Diarize.
	SpeakerID string `json:"speaker_id"`
	// LogProb is the logarithm of the word's probability, 0 or below.
	LogProb float64 `json:"logprob"`
	// Characters are the word's characters, with granularity character.
	Characters []Character `json:"characters"`
	// ChannelIndex is the channel, with the combined style.
	ChannelIndex *int `json:"channel_index"`
}

// A Character is a character of a word, its times in seconds.
type Character struct {
	Text  string   `json:"text"`
	Start *float64 `json:"start"`
	End   *float64 `json:"end"`
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
	// Content is the file.
	Content string `json:"content"`
}

// An Acceptance says that a transcript will be delivered to a webhook.
type Acceptance struct {
	// RequestID names the request in the delivery.
	RequestID string `json:"request_id"`
	// TranscriptionID names the transcript to come, if told.
	TranscriptionID string `json:"transcription_id"`
	// Message is for people.
	Message string `json:"message"`
}

var errNoTranscript = fmt.Errorf("%w: neither a transcript nor an acceptance", ErrMalformed)

// decodeTranscript tells the shapes of an answer apart by what is in it: the
// status is the same, and a mono file has one channel's shape whatever was
// asked for.
func decodeTranscript(data []byte) (*Transcript, error) {
	var answer struct {
		Transcript
		Text      *string `json:"text"`
		RequestID string  `json:"request_id"`
		Message   string  `json:"message"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	t := answer.Transcript
	switch {
	case answer.Text != nil:
		t.Text = *answer.Text
	case t.Channels != nil:
	case answer.RequestID != "":
		t.Accepted = &Acceptance{RequestID: answer.RequestID, TranscriptionID: t.TranscriptionID, Message: answer.Message}
	default:
		return nil, errNoTranscript
	}
	return &t, nil
}

// decodeText decodes no more than what was said; the words and times of an
// answer are many times as much work.
func decodeText(data []byte) (string, error) {
	var answer struct {
		Text     *string `json:"text"`
		Channels *[]struct {
			Text string `json:"text"`
		} `json:"transcripts"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	switch {
	case answer.Text != nil:
		return *answer.Text, nil
	case answer.Channels == nil:
		return "", errNoTranscript
	}
	lines := make([]string, 0, len(*answer.Channels))
	for _, channel := range *answer.Channels {
		lines = append(lines, channel.Text)
	}
	return strings.Join(lines, "\n"), nil
}
