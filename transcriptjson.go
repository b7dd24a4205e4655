package elevenlabs

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

var errNoTranscript = fmt.Errorf("%w: neither a transcript nor an acceptance", ErrMalformed)

// UnmarshalJSON reads any of the API's shapes. They are told apart by what is
// in them: the status is the same, and a mono file has one channel's shape
// whatever was asked for.
func (t *Transcript) UnmarshalJSON(data []byte) (err error) {
	type plain Transcript
	if t.Extra, err = extra.Unmarshal(data, (*plain)(t)); err != nil {
		return err
	}
	if t.Extra["request_id"] == nil || t.Text != "" || t.Words != nil || t.Channels != nil || t.LanguageCode != "" {
		return nil
	}
	t.Accepted = new(Acceptance)
	delete(t.Extra, "request_id")
	delete(t.Extra, "message")
	return json.Unmarshal(data, t.Accepted)
}

// MarshalJSON writes the shape that the transcript has.
func (t Transcript) MarshalJSON() ([]byte, error) {
	type plain Transcript
	switch {
	case t.Accepted != nil:
		return extra.Marshal(t.Accepted, t.Extra)
	case t.Channels != nil:
		return extra.Marshal(struct {
			Channels        []Transcript `json:"transcripts"`
			TranscriptionID string       `json:"transcription_id,omitempty"`
			AudioSeconds    *float64     `json:"audio_duration_secs,omitempty"`
		}{t.Channels, t.TranscriptionID, t.AudioSeconds}, t.Extra)
	}
	return extra.Marshal(plain(t), t.Extra)
}

// decodeTranscript reads an answer, which must have one of the shapes.
func decodeTranscript(data []byte) (*Transcript, error) {
	t, err := decodeJSON[Transcript](data)
	if err != nil {
		return nil, err
	}
	if t.Text == "" && t.Channels == nil && t.Accepted == nil {
		if _, err := decodeText(data); err != nil { // silence says that it is
			return nil, err
		}
	}
	return t, nil
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
