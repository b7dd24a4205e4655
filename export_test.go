package elevenlabs

import (
	"io"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

// Classify exposes the one function that decides what is retried.
var Classify = classify

// LocalError makes a failure of this side, for Classify.
func LocalError(err error) error { return &localError{err} }

// Weigh exposes how many requests a transcription counts for.
var Weigh = weigh

// STTPatience exposes how long a transcription may take to begin.
var STTPatience = sttPatience

// DecodeTranscript exposes the parser of transcripts.
var DecodeTranscript = decodeTranscript

// ReadMeta exposes the parser of headers.
var ReadMeta = readMeta

// Settled exposes how long the history is waited for.
var Settled = settled

// STTForm returns the form of a transcription, with a boundary that is always
// the same.
func STTForm(req STTRequest) ([]byte, error) {
	form := multipart.New()
	if err := form.SetBoundary("boundary"); err != nil {
		return nil, err
	}
	body, _, err := req.body(form)
	if err != nil {
		return nil, err
	}
	r, err := body.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// DecodeSegments and AddSegments expose how the segments of a stream come
// together.
var (
	DecodeSegments = decodeSegments
	AddSegments    = addSegments
)

// The answers that callers see only the parts of.
type (
	HistoryPage     = historyPage
	DictionaryPage  = dictionaryPage
	SharedVoicePage = sharedVoicePage
	VoicePage       = voicePage
	StatusAnswer    = statusAnswer
	TokenAnswer     = tokenAnswer
)

// ReadKept exposes the parser of pieces in a checkpoint.
var ReadKept = readKept

// DecodeSTTMessage exposes the parser of a realtime session's messages.
func DecodeSTTMessage(data []byte) (kind, text string, ok bool) {
	m, ok := decodeSTTMessage(data)
	return m.kind, m.text, ok
}

// PairSegments exposes how the messages of a realtime session make segments.
func PairSegments(req STTStreamRequest, messages []string) (whole []STTSegment) {
	p := newPairing(&req)
	for _, data := range messages {
		if m, ok := decodeSTTMessage([]byte(data)); ok && sttParts[m.kind] != 0 {
			for _, s := range p.add(&m, time.Time{}) {
				whole = append(whole, s.STTSegment)
			}
		}
	}
	return whole
}
