package elevenlabs

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
)

// A sttMessage is a message of the server's, as far as it could be read.
type sttMessage struct {
	kind      string
	text      string
	err       *string // the text of an error; nil for a message that is none
	warning   string
	sessionID string
	config    json.RawMessage
	language  string
	words     []Word
	entities  []Entity
}

// sttTells are the kinds of message that are no error, whatever fields they have.
var sttTells = map[string]bool{
	"session_started": true, "partial_transcript": true, "warning": true,
	"committed_transcript": true, "committed_transcript_with_timestamps": true, "committed_transcript_entities": true,
	"final_transcript": true, "final_transcript_with_timestamps": true,
}

// decodeSTTMessage reads a message, false if it is none. A field of another
// type than it should have is left out: it must not take the text along.
func decodeSTTMessage(data []byte) (m sttMessage, ok bool) {
	var fields struct {
		Kind      lenient[string] `json:"message_type"`
		Text      lenient[string] `json:"text"`
		Error     json.RawMessage `json:"error"`
		Warning   lenient[string] `json:"warning"`
		SessionID lenient[string] `json:"session_id"`
		Config    json.RawMessage `json:"config"`
		Language  lenient[string] `json:"language_code"`
		Words     few[spokenWord] `json:"words"`
		Entities  few[Entity]     `json:"entities"`
	}
	err := json.Unmarshal(data, &fields)
	if _, isType := err.(*json.UnmarshalTypeError); err != nil && !isType || fields.Kind.v == "" {
		return m, false
	}
	m = sttMessage{
		kind: fields.Kind.v, text: fields.Text.v, warning: fields.Warning.v, sessionID: fields.SessionID.v,
		config: fields.Config, language: fields.Language.v,
	}
	if !sttTells[m.kind] {
		m.err = errorText(fields.Error)
	}
	for _, w := range fields.Words {
		m.words = append(m.words, w.v.word())
	}
	for _, e := range fields.Entities {
		m.entities = append(m.entities, e.v)
	}
	return m, true
}

// errorText is what an error says, nil if there is none.
func errorText(raw json.RawMessage) *string {
	if raw == nil || string(raw) == "null" {
		return nil
	}
	var text lenient[string]
	_ = text.UnmarshalJSON(raw)
	if text.v == "" {
		text.v = string(raw)
	}
	return &text.v
}

// lenient is a value that is zero if it comes as another type.
type lenient[T any] struct{ v T }

func (l *lenient[T]) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &l.v) != nil {
		l.v = *new(T)
	}
	return nil
}

// The longest list that is read. A segment of 90 s has a tenth of that.
const (
	maxListed     = 20_000
	maxListedSize = 2 << 20 // in bytes
)

// few is a list, each of whose items is zero if it comes as another type. One
// that is too long, or none, is left out: a short message could take a hundred
// times its size.
type few[T any] []lenient[T]

func (f *few[T]) UnmarshalJSON(data []byte) error {
	if len(data) > maxListedSize {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if open, _ := d.Token(); open != json.Delim('[') {
		return nil
	}
	var list few[T]
	for d.More() {
		var v lenient[T]
		if len(list) == maxListed || d.Decode(&v) != nil {
			return nil
		}
		list = append(list, v)
	}
	*f = list
	return nil
}

// A spokenWord is a word of a realtime session, whose characters come as
// strings by one source and as objects by another.
type spokenWord struct {
	Word
	Characters few[spokenCharacter] `json:"characters"`
}

func (s spokenWord) word() Word {
	w := s.Word
	for _, c := range s.Characters {
		if c.v.Text != "" {
			w.Characters = append(w.Characters, Character(c.v))
		}
	}
	return w
}

type spokenCharacter Character

func (c *spokenCharacter) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &c.Text) == nil {
		return nil
	}
	return json.Unmarshal(data, (*Character)(c))
}

// audioMessage writes a chunk. Previous text goes with the first one only.
func audioMessage(samples []byte, commit bool, rate int, previous string) []byte {
	const around = len(`{"message_type":"input_audio_chunk","audio_base_64":"","commit":false,"sample_rate":192000}`)
	b := make([]byte, 0, around+base64.StdEncoding.EncodedLen(len(samples)))
	b = append(b, `{"message_type":"input_audio_chunk","audio_base_64":"`...)
	b = base64.StdEncoding.AppendEncode(b, samples)
	b = append(b, `","commit":`...)
	b = strconv.AppendBool(b, commit)
	b = append(b, `,"sample_rate":`...)
	b = strconv.AppendInt(b, int64(rate), 10)
	if previous != "" {
		text, _ := json.Marshal(previous) // a string always can be
		b = append(append(b, `,"previous_text":`...), text...)
	}
	return append(b, '}')
}
