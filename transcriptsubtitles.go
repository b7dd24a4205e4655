package elevenlabs

import (
	"fmt"
	"io"
	"math"

	"github.com/elevenlabs-go/elevenlabs/internal/subtitle"
)

// WriteSRT writes the transcript as SubRip subtitles, in UTF-8. With
// opts.Speakers it names the speakers, and the channels where there are
// several. Of two who speak at once the one who began first has the screen until
// the other begins, though for opts.MinDuration at least. Without a word that has
// a time there are no cues. Errors are those of w, and [ArgumentError].
func (t *Transcript) WriteSRT(w io.Writer, opts SubtitleOptions) error {
	return writeSRT(w, t.spans(), opts)
}

// WriteVTT writes the transcript as WebVTT subtitles, otherwise as
// [Transcript.WriteSRT] does.
func (t *Transcript) WriteVTT(w io.Writer, opts SubtitleOptions) error {
	return writeVTT(w, t.spans(), opts)
}

// spans are the words of each channel by turns, with a space between two turns.
func (t *Transcript) spans() [][]subtitle.Span {
	var (
		streams = t.streams()
		spans   = make([][]subtitle.Span, len(streams))
		place   = make(map[int]int, len(streams)) // of a channel
	)
	for i, s := range streams {
		place[s.channel] = i
	}
	for _, turn := range t.Turns() {
		who := turn.Speaker
		if len(streams) > 1 {
			who = fmt.Sprintf("channel_%d %s", turn.Channel, turn.Speaker)
		}
		all := &spans[place[turn.Channel]]
		if *all != nil {
			*all = append(*all, subtitle.Span{Text: " ", Start: math.NaN(), End: math.NaN(), Speaker: who})
		}
		for _, w := range turn.Words {
			*all = append(*all, subtitle.Span{Text: w.Text, Start: orNaN(w.Start), End: orNaN(w.End), Speaker: who})
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
