package elevenlabs

import (
	"fmt"
	"io"
	"math"

	"github.com/elevenlabs-go/elevenlabs/internal/subtitle"
)

// WriteSRT writes the transcript as SubRip subtitles, in UTF-8. With
// opts.Speakers it names the speakers, and the channels where there are
// several. Without a word that has a time there are no cues. Errors are those
// of w, and [ArgumentError].
func (t *Transcript) WriteSRT(w io.Writer, opts SubtitleOptions) error {
	return writeSRT(w, t.spans(), opts)
}

// WriteVTT writes the transcript as WebVTT subtitles, otherwise as
// [Transcript.WriteSRT] does.
func (t *Transcript) WriteVTT(w io.Writer, opts SubtitleOptions) error {
	return writeVTT(w, t.spans(), opts)
}

// spans are the words by turns, with a space between two turns.
func (t *Transcript) spans() []subtitle.Span {
	turns := t.Turns()
	channels := len(t.streams()) > 1
	var spans []subtitle.Span
	for i, turn := range turns {
		who := turn.Speaker
		if channels {
			who = fmt.Sprintf("channel_%d %s", turn.Channel, turn.Speaker)
		}
		if i > 0 {
			spans = append(spans, subtitle.Span{Text: " ", Start: math.NaN(), End: math.NaN(), Speaker: who})
		}
		for _, w := range turn.Words {
			spans = append(spans, subtitle.Span{Text: w.Text, Start: orNaN(w.Start), End: orNaN(w.End), Speaker: who})
		}
	}
	return spans
}

func orNaN(seconds *float64) float64 {
	if seconds == nil {
		return math.NaN()
	}
	return *seconds
}
