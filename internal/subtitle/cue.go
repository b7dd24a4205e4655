package subtitle

import (
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// Options shape cues. None of them may be zero or less.
type Options struct {
	LineLength  int     // columns
	Lines       int     // of a cue
	Speed       float64 // columns that are read in a second
	MinDuration time.Duration
	MaxDuration time.Duration
	// Speakers puts the name of the speaker before the first line, as SRT needs
	// it; see [WriteVTT] for the other way.
	Speakers bool
}

// A Cue is a text that is shown for a time. Its lines are not blank, and its
// end is at least a millisecond behind its start.
type Cue struct {
	Start, End time.Duration // in whole milliseconds
	Lines      []string
	Speaker    string
}

// Cues divides spans into cues that follow each other without overlap. A cue
// ends where a sentence does, else at a pause, else where it is full, and is
// shown until it could be read, as far as the next one lets it. A text for
// which there is no time at all is left out.
func Cues(spans []Span, o Options) []Cue {
	b := &builder{Options: o, units: units(spans)}
	b.tokens = b.split(tokenize(b.units))
	b.findSentences()
	var cues []Cue
	for i := 0; i < len(b.tokens); {
		j := b.take(i)
		if c := b.cue(i, j); c.End > c.Start {
			cues = append(cues, c)
		}
		i = j
	}
	return cues
}

type builder struct {
	Options
	units     []unit
	tokens    []token
	sentences []int // for each token, the one behind its sentence
}

// split cuts tokens that are longer than a line.
func (b *builder) split(tokens []token) []token {
	var out []token
	for _, t := range tokens {
		n := 0
		for i := t.from; i < t.to; i++ {
			c := columns(b.units[i].r)
			if n+c > b.LineLength && i > t.from && c > 0 && b.units[i-1].r != sentences.ZWJ {
				out = append(out, token{from: t.from, to: i, cols: n, space: t.space, apart: t.apart})
				t.from, t.space, t.apart, n = i, false, false, 0
			}
			n += c
		}
		t.cols = n
		out = append(out, t)
	}
	return out
}

func (b *builder) findSentences() {
	b.sentences = make([]int, len(b.tokens))
	end := len(b.tokens)
	for i := len(b.tokens) - 1; i >= 0; i-- {
		if endsSentence(b.units, b.tokens, i) {
			end = i + 1
		}
		b.sentences[i] = end
	}
}

// width returns the columns of tokens on one line.
func width(tokens []token) (n int) {
	for i, t := range tokens {
		if n += t.cols; i > 0 && t.space {
			n++
		}
	}
	return n
}

// short reports whether the tokens i to j take less than a third of a line.
func (b *builder) short(i, j int) bool {
	n := 0
	for ; i < j && n < b.LineLength/3; i++ {
		n += b.tokens[i].cols + 1
	}
	return n < b.LineLength/3
}

// start returns when token i begins, far off behind the last one.
func (b *builder) start(i int) time.Duration {
	if i == len(b.tokens) {
		return 1 << 62
	}
	return b.units[b.tokens[i].from].start
}

// end returns when the token before token i ends.
func (b *builder) end(i int) time.Duration { return b.units[b.tokens[i-1].to-1].end }

// silence is how long a cue goes on without a word.
const silence = 1500 * time.Millisecond

// take returns the token behind the cue that begins with token i. It ends with
// the first sentence that leaves time to read it, if one fits.
func (b *builder) take(i int) int {
	best, grade := i+1, -1
	for j := i + 1; j <= len(b.tokens); j++ {
		if j > i+1 && !b.fits(i, j) {
			break
		}
		g := b.grade(i, j)
		if g >= grade {
			best, grade = j, g
		}
		if g == bySentence || j < len(b.tokens) && b.tokens[j].apart {
			return j
		}
	}
	return best
}

// The grades of an end of a cue.
const (
	byForce    = iota // leaves a rest that is too short, or has no time
	byWord            // between two words
	byClause          // at a pause
	bySentence        // at the end of a sentence
)

// grade tells how well a cue of the tokens i to j ends.
func (b *builder) grade(i, j int) int {
	n := width(b.tokens[i:j])
	room := b.start(j) - b.start(i)
	ended := b.sentences[j-1] == j
	switch {
	case room < b.reading(n):
		if ended && room >= b.reading(n)/2 {
			return byClause
		}
		return byForce
	case ended:
		return bySentence
	case b.short(j, b.sentences[j]):
		return byForce
	case sentences.EndsClause(runes(b.units, b.tokens[j-1])) && n > b.LineLength*b.Lines/3:
		return byClause
	}
	return byWord
}

// reading returns how long a text must be shown to be read.
func (b *builder) reading(width int) time.Duration {
	return min(max(b.MinDuration, time.Duration(float64(width)/b.Speed*float64(time.Second))), b.MaxDuration)
}

// fits reports whether the tokens i to j have room in a cue.
func (b *builder) fits(i, j int) bool {
	last := b.start(j - 1)
	if last > b.start(i) && (b.end(j)-b.start(i) > b.MaxDuration || last-b.end(j-1) > silence) {
		return false
	}
	return len(b.wrap(b.tokens[i:j], b.LineLength, b.prefix(i))) <= b.Lines
}

// prefix returns what names the speaker of a cue that begins with token i.
func (b *builder) prefix(i int) string {
	if who := b.units[b.tokens[i].from].speaker; b.Speakers && who != "" {
		return strings.Join(strings.Fields(who), " ") + ": "
	}
	return ""
}

// wrap fills lines of a length one after the other and returns where each ends.
func (b *builder) wrap(tokens []token, length int, prefix string) []int {
	var ends []int
	col := 0
	for _, r := range prefix {
		col += columns(r)
	}
	for i, t := range tokens {
		gap := 0
		if i > 0 && t.space {
			gap = 1
		}
		if i > 0 && col+gap+t.cols > length {
			ends = append(ends, i)
			col, gap = 0, 0
		}
		col += gap + t.cols
	}
	return append(ends, len(tokens))
}

// cue makes a cue of the tokens i to j, its lines about equally long.
func (b *builder) cue(i, j int) Cue {
	tokens, prefix := b.tokens[i:j], b.prefix(i)
	ends := b.wrap(tokens, b.LineLength, prefix)
	for length := width(tokens) / len(ends); length < b.LineLength; length++ {
		if even := b.wrap(tokens, length, prefix); len(even) <= len(ends) {
			ends = even
			break
		}
	}
	c := Cue{Speaker: b.units[tokens[0].from].speaker}
	from := 0
	for _, to := range ends {
		if line := b.line(tokens[from:to]); line != "" {
			c.Lines = append(c.Lines, prefix+line)
			prefix = ""
		}
		from = to
	}
	c.Start, c.End = b.shown(i, j)
	if len(c.Lines) == 0 {
		c.End = c.Start
	}
	return c
}

func (b *builder) line(tokens []token) string {
	var s strings.Builder
	for i, t := range tokens {
		if i > 0 && t.space {
			s.WriteByte(' ')
		}
		s.WriteString(text(b.units[t.from:t.to]))
	}
	return s.String()
}

// shown returns when the cue of the tokens i to j is on the screen.
func (b *builder) shown(i, j int) (start, end time.Duration) {
	start = b.start(i)
	end = max(b.end(j), start+b.reading(width(b.tokens[i:j])))
	end = min(end, b.start(j), start+b.MaxDuration)
	return start.Truncate(time.Millisecond), end.Truncate(time.Millisecond)
}
