package subtitle

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteSRT writes cues as SubRip. The format has no escapes: an arrow --> in a
// text, which would be taken for a time, is written ->.
func WriteSRT(w io.Writer, cues []Cue) error {
	bw := bufio.NewWriter(w)
	for i, c := range cues {
		fmt.Fprintf(bw, "%d\n%s --> %s\n", i+1, stamp(c.Start, ','), stamp(c.End, ','))
		for _, line := range c.Lines {
			for strings.Contains(line, "-->") {
				line = strings.ReplaceAll(line, "-->", "->")
			}
			fmt.Fprintln(bw, line)
		}
		fmt.Fprintln(bw)
	}
	return bw.Flush()
}

// escapes are those of WebVTT, which has its own marks in a text. An arrow
// cannot be in one, since > is escaped.
var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// WriteVTT writes cues as WebVTT, with the speaker as the voice of a cue where
// speakers is set.
func WriteVTT(w io.Writer, cues []Cue, speakers bool) error {
	bw := bufio.NewWriter(w)
	fmt.Fprint(bw, "WEBVTT\n\n")
	for _, c := range cues {
		fmt.Fprintf(bw, "%s --> %s\n", stamp(c.Start, '.'), stamp(c.End, '.'))
		if who := strings.Join(strings.Fields(c.Speaker), " "); speakers && who != "" {
			fmt.Fprintf(bw, "<v %s>", escapes.Replace(who))
		}
		for _, line := range c.Lines {
			fmt.Fprintln(bw, escapes.Replace(line))
		}
		fmt.Fprintln(bw)
	}
	return bw.Flush()
}

// stamp writes a time as hours, minutes, seconds and milliseconds.
func stamp(d time.Duration, point byte) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d%c%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, point, ms%1000)
}
