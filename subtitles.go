package elevenlabs

import (
	"cmp"
	"io"
	"math"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/subtitle"
)

// SubtitleOptions shape subtitles. A field at its zero value has its default,
// so the zero SubtitleOptions are good for most screens.
//
// A cue ends where a sentence does, else at a pause, else where it is full. No
// two overlap. It is shown as long as it is spoken, and until it can be read
// as far as the next one lets it.
type SubtitleOptions struct {
	// LineLength is the most columns of a line, at least 8. A character of
	// Chinese, Japanese or Korean takes two. Default 42.
	LineLength int
	// Lines is the most lines of a cue. Default 2.
	Lines int
	// CharactersPerSecond is how fast viewers read, in columns. Default 20, for
	// adults; 17 suits children.
	CharactersPerSecond float64
	// MinDuration and MaxDuration bound how long a cue is shown. Defaults 1 s and
	// 7 s. A cue is shorter than the minimum only if the next one comes at once
	// and has no room for both.
	MinDuration, MaxDuration time.Duration
	// Speakers names the speaker of each cue where one is known: before the text
	// in SRT, as the cue's voice in WebVTT. A change of speakers always ends a
	// cue.
	Speakers bool
}

// shape fills in the defaults and refuses what cannot be.
func (o SubtitleOptions) shape() (subtitle.Options, error) {
	s := subtitle.Options{
		LineLength: cmp.Or(o.LineLength, 42), Lines: cmp.Or(o.Lines, 2), Speed: cmp.Or(o.CharactersPerSecond, 20),
		MinDuration: cmp.Or(o.MinDuration, time.Second), MaxDuration: cmp.Or(o.MaxDuration, 7*time.Second),
	}
	const of = "SubtitleOptions."
	switch {
	case s.LineLength < 8:
		return s, badArgument(of+"LineLength", "%d is less than 8", s.LineLength)
	case s.Lines < 0:
		return s, badArgument(of+"Lines", "%d is negative", s.Lines)
	case !(s.Speed > 0), math.IsInf(s.Speed, 0):
		return s, badArgument(of+"CharactersPerSecond", "%v is not above 0", s.Speed)
	case s.MinDuration < 0:
		return s, badArgument(of+"MinDuration", "%v is negative", s.MinDuration)
	case s.MaxDuration < s.MinDuration:
		return s, badArgument(of+"MaxDuration", "%v is less than the MinDuration, %v", s.MaxDuration, s.MinDuration)
	}
	return s, nil
}

// writeSRT writes timed text as SubRip subtitles, in UTF-8. Several streams of
// it go on at the same time.
func writeSRT(w io.Writer, streams [][]subtitle.Span, opts SubtitleOptions) error {
	shape, err := opts.shape()
	if err != nil {
		return err
	}
	shape.Speakers = opts.Speakers
	return subtitle.WriteSRT(w, cues(streams, shape))
}

// writeVTT writes timed text as WebVTT subtitles.
func writeVTT(w io.Writer, streams [][]subtitle.Span, opts SubtitleOptions) error {
	shape, err := opts.shape()
	if err != nil {
		return err
	}
	return subtitle.WriteVTT(w, cues(streams, shape), opts.Speakers)
}

func cues(streams [][]subtitle.Span, shape subtitle.Options) []subtitle.Cue {
	all := make([][]subtitle.Cue, len(streams))
	for i, spans := range streams {
		all[i] = subtitle.Cues(spans, shape)
	}
	return subtitle.Merge(all, shape.MinDuration)
}
