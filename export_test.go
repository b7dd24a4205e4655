package elevenlabs

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

// DecodeSegments and AddSegments expose how the segments of a stream come
// together.
var (
	DecodeSegments = decodeSegments
	AddSegments    = addSegments
)
