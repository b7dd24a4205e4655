// Package subtitle divides timed text into words, sentences and the cues of
// subtitles, and writes cues as SRT and WebVTT.
//
// It works on spans of any size whose texts, put together, are the whole text:
// single characters of speech that was made, or words of speech that was heard
// with the spaces between them. Times that cannot be are never passed on: they
// are repaired from their neighbours.
package subtitle

import (
	"math"
	"slices"
	"sort"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Span is a piece of the text with its time.
type Span struct {
	// Text is the piece, the white space in it included.
	Text string
	// Start and End are in seconds from the start of the audio, NaN if not known.
	Start, End float64
	// Speaker is who speaks, empty if not known. No cue has two.
	Speaker string
}

// A Word is a part of the text with a time that can be: never negative, Start
// never after End, nor before the Start of the part before it.
type Word struct {
	Text       string
	Start, End time.Duration
	Speaker    string
	// Faulty tells that a time in it was repaired.
	Faulty bool
}

// longest is the latest time that is believed, in seconds: about four months.
const longest = 1e7

// Sound reports whether the times of a span can be.
func (s *Span) sound() bool {
	return s.Start >= 0 && s.Start <= s.End && s.End <= longest // false for NaN
}

// A unit is a code point with its time.
type unit struct {
	r          rune
	faulty     bool
	start, end time.Duration
	speaker    string
}

// units spreads spans over their code points, none for longer than up to the
// start of the next. Without a single time that can be, nothing is left.
func units(spans []Span) []unit {
	trusted := trust(spans)
	if trusted == nil {
		return nil
	}
	n := 0
	for i := range spans {
		n += utf8.RuneCountInString(spans[i].Text)
	}
	u := make([]unit, n)
	next := math.Inf(1)
	for i, s := range slices.Backward(spans) {
		from := n
		for k := len(s.Text); k > 0; {
			r, size := utf8.DecodeLastRuneInString(s.Text[:k])
			k -= size
			from--
			u[from] = unit{r: r, speaker: s.Speaker, faulty: !trusted[i]}
		}
		if trusted[i] {
			spread(u[from:n], seconds(s.Start), seconds(min(s.End, next)))
			next = s.Start
		}
		n = from
	}
	repair(u)
	return u
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

// trust tells which spans have times to go by: of those that can be, as many
// as have starts in order. A single time that is far off spoils no other. It
// returns nil if there is none.
func trust(spans []Span) []bool {
	var (
		ends = make([]int, 0, len(spans)) // of the best row of each length, the span it ends with
		prev = make([]int, len(spans))    // in the row, the span before
	)
	for i := range spans {
		if !spans[i].sound() || spans[i].Text == "" {
			continue
		}
		at := len(ends)
		if at > 0 && spans[ends[at-1]].Start > spans[i].Start {
			at = sort.Search(at, func(k int) bool { return spans[ends[k]].Start > spans[i].Start })
		}
		if prev[i] = -1; at > 0 {
			prev[i] = ends[at-1]
		}
		if at == len(ends) {
			ends = append(ends, i)
		}
		ends[at] = i
	}
	if len(ends) == 0 {
		return nil
	}
	trusted := make([]bool, len(spans))
	for i := ends[len(ends)-1]; i >= 0; i = prev[i] {
		trusted[i] = true
	}
	return trusted
}

// repair gives the faulty units the time between their neighbours.
func repair(u []unit) {
	for i := 0; i < len(u); i++ {
		if !u[i].faulty {
			continue
		}
		to := i
		for to < len(u) && u[to].faulty {
			to++
		}
		fill(u, i, to)
		i = to
	}
}

// fill gives the units from and to, all of them faulty, the time from the end
// of the unit before to the start of the one behind. Where there is none they
// share that of the unit before; at the end of the text they have none.
func fill(u []unit, from, to int) {
	var start time.Duration
	if from > 0 {
		start = u[from-1].end
	}
	if to == len(u) {
		spread(u[from:to], start, start)
		return
	}
	end := u[to].start
	if start >= end && from > 0 {
		from--
		start = u[from].start
	}
	spread(u[from:to], min(start, end), end)
}

// spread divides a time among units.
func spread(u []unit, start, end time.Duration) {
	n := float64(len(u))
	for i := range u {
		u[i].start = start + time.Duration(float64(end-start)*float64(i)/n)
		u[i].end = start + time.Duration(float64(end-start)*float64(i+1)/n)
	}
}

// wide are the code points that take two columns.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115F, Stride: 1}, {Lo: 0x2E80, Hi: 0x303E, Stride: 1}, {Lo: 0x3041, Hi: 0xA4CF, Stride: 1},
		{Lo: 0xAC00, Hi: 0xD7A3, Stride: 1}, {Lo: 0xF900, Hi: 0xFAFF, Stride: 1}, {Lo: 0xFE30, Hi: 0xFE4F, Stride: 1},
		{Lo: 0xFF00, Hi: 0xFF60, Stride: 1}, {Lo: 0xFFE0, Hi: 0xFFE6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1F300, Hi: 0x1F64F, Stride: 1}, {Lo: 0x1F680, Hi: 0x1F6FF, Stride: 1},
		{Lo: 0x1F900, Hi: 0x1F9FF, Stride: 1}, {Lo: 0x20000, Hi: 0x3FFFD, Stride: 1},
	},
}

// columns returns how many columns a code point takes on the screen.
func columns(r rune) int {
	switch {
	case r >= ' ' && r < 0x7F:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}
