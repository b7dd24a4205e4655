package elevenlabs

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/subtitle"
)

// An Alignment tells when each character of a text is spoken. The three slices
// belong together: Starts[i] and Ends[i] are those of Characters[i]. A nil
// Alignment has no text.
//
// It has the form of the API's JSON, so it is stored and read again without
// loss, and takes 32 bytes a character in memory. Its methods give durations.
//
// The API's times are mostly contiguous: a pause belongs to a character, mostly
// the punctuation mark before it. The audio can be up to a tenth longer than
// the last time.
//
// Source: CharacterAlignmentResponseModel in the OpenAPI document; the rest was
// measured in September 2026.
type Alignment struct {
	// Characters are the text, mostly a code point each.
	Characters []string `json:"characters"`
	// Starts and Ends are in seconds from the start of the audio. A time that is
	// missing in a stream is -1.
	Starts []float64 `json:"character_start_times_seconds"`
	Ends   []float64 `json:"character_end_times_seconds"`
}

// A Span is a part of a text with the time it is spoken in, from the start of
// the audio.
type Span struct {
	// Text is the part, as it is written.
	Text string
	// Start is never negative, End never before it, and no Span starts before the
	// one before it.
	Start, End time.Duration
	// Faulty tells that a time in it could not be, and was repaired from its
	// neighbours: see [Alignment.Check].
	Faulty bool
}

// ErrFaultyTimes means that times of an [Alignment] cannot be.
var ErrFaultyTimes = errors.New("faulty times")

// characterOverlap is how far a character may reach into the next, in seconds.
const characterOverlap = 0.05

// Check returns nil if all times can be. Otherwise the error is
// ErrFaultyTimes, and tells what is wrong first: slices of different lengths,
// or a character whose time is not a number or negative, ends before it starts,
// starts before the one before it, or reaches more than 50 ms into the next.
//
// The methods that make something of an Alignment repair such times from their
// neighbours, and never pass them on.
func (a *Alignment) Check() error {
	faulty := func(format string, args ...any) error {
		return fmt.Errorf("elevenlabs: alignment: %w: %s", ErrFaultyTimes, fmt.Sprintf(format, args...))
	}
	if a == nil {
		return nil
	}
	n := len(a.Characters)
	if len(a.Starts) != n || len(a.Ends) != n {
		return faulty("%d characters have %d starts and %d ends", n, len(a.Starts), len(a.Ends))
	}
	for i, start := range a.Starts {
		end := a.Ends[i]
		switch {
		case math.IsNaN(start + end), math.IsInf(start+end, 0):
			return faulty("character %d: from %v to %v is not a time", i, start, end)
		case start < 0, end < 0:
			return faulty("character %d: from %v to %v is negative", i, start, end)
		case end < start:
			return faulty("character %d: ends at %v, before its start at %v", i, end, start)
		case i > 0 && start < a.Starts[i-1]:
			return faulty("character %d: starts at %v, before the one before it at %v", i, start, a.Starts[i-1])
		case i > 0 && start < a.Ends[i-1]-characterOverlap:
			return faulty("character %d: starts at %v, inside of the one before it, until %v", i, start, a.Ends[i-1])
		}
	}
	return nil
}

// Text returns the characters put together.
func (a *Alignment) Text() string {
	if a == nil {
		return ""
	}
	return strings.Join(a.Characters, "")
}

// Words returns the words with their times, each with the punctuation that
// clings to it, its pause included, and without white space. Scripts that put no spaces between
// words are divided into characters with their marks: Chinese, Japanese, Thai,
// Lao, Khmer, Burmese. An Alignment without a single time that can be has none.
func (a *Alignment) Words() []Span { return spansOf(subtitle.Words(a.spans())) }

// Sentences returns the sentences with their times. A sentence ends at the
// marks for that of any script, unless they belong to a usual abbreviation, an
// initial or a number, and at a blank line. Scripts without such marks, such as
// Thai, have long sentences.
func (a *Alignment) Sentences() []Span { return spansOf(subtitle.Sentences(a.spans())) }

// WriteSRT writes the text as SubRip subtitles, in UTF-8. The format has no
// escapes: an arrow --> in the text is written ->. A part of the text for which
// there is no time at all, even after repair, is left out. Lines of a script
// without spaces can break inside of a word.
//
// Errors are an [ArgumentError] before anything is written, or the writer's.
func (a *Alignment) WriteSRT(w io.Writer, opts SubtitleOptions) error {
	if a == nil {
		return errNoTimes
	}
	return writeSRT(w, [][]subtitle.Span{a.spans()}, opts)
}

// WriteVTT is like [Alignment.WriteSRT] for WebVTT, in which everything in the
// text is escaped that has a meaning there.
func (a *Alignment) WriteVTT(w io.Writer, opts SubtitleOptions) error {
	if a == nil {
		return errNoTimes
	}
	return writeVTT(w, [][]subtitle.Span{a.spans()}, opts)
}

var errNoTimes = badArgument("Alignment", "is nil: no timestamps were asked for, or the API told none")

// spans are the characters; a nil Alignment has none.
func (a *Alignment) spans() []subtitle.Span {
	if a == nil {
		return nil
	}
	spans := make([]subtitle.Span, len(a.Characters))
	for i, text := range a.Characters {
		spans[i] = subtitle.Span{Text: text, Start: at(a.Starts, i), End: at(a.Ends, i)}
	}
	return spans
}

// at returns the i-th time if there is one.
func at(times []float64, i int) float64 {
	if i >= len(times) {
		return math.NaN()
	}
	return times[i]
}

func spansOf(words []subtitle.Word) []Span {
	spans := make([]Span, len(words))
	for i, w := range words {
		spans[i] = Span{Text: w.Text, Start: w.Start, End: w.End, Faulty: w.Faulty}
	}
	return spans
}
