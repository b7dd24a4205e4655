package elevenlabs

import "time"

// Classify exposes the one function that decides what is retried.
var Classify = classify

// Sent and unsent failures, for Classify.
func LocalError(err error) error { return &localError{err} }

// Weigh exposes how many requests a transcription counts for.
var Weigh = weigh

// Limits exposes a call's own default of the first byte.
var STTPatience = func(length time.Duration, size int64) time.Duration { return sttPatience(length, size) }

// DecodeTranscript exposes the parser of transcripts.
var DecodeTranscript = decodeTranscript

// ReadMeta exposes the parser of headers.
var ReadMeta = readMeta
