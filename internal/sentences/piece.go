package sentences

import (
	"bufio"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"
)

// ErrNotUTF8 means that a text is not valid UTF-8.
var ErrNotUTF8 = errors.New("not valid UTF-8")

// ahead is how many code points behind a piece are looked at to choose its end:
// a few words, and the longest tag.
const ahead, longestTag = 256, 120

// A Splitter divides a text into pieces of a bounded length while it reads it.
// Put together the pieces are the text. It holds no more of it than a piece and
// the few words behind it.
//
// A piece ends with a paragraph if that makes it at least half as long as it
// may be, else with a sentence, else where a reader pauses, else between two
// words. What has none of these ends between two characters as a reader sees
// them. A tag in square or angle brackets is never divided, unless it is longer
// than a piece.
type Splitter struct {
	r     *bufio.Reader
	limit int // code points
	text  []rune
	err   error // that reading ended with
}

// NewSplitter returns a Splitter into pieces of at most so many code points, at
// least 1.
func NewSplitter(r io.Reader, limit int) *Splitter {
	return &Splitter{r: bufio.NewReader(r), limit: limit}
}

// Next returns the next piece, which is not empty, or [io.EOF]. A text that is
// not UTF-8 ends with ErrNotUTF8, and one that cannot be read with the reader's
// error, each behind the pieces that are sure.
func (s *Splitter) Next() (string, error) {
	s.fill(s.limit + ahead)
	switch {
	case s.err != nil && s.err != io.EOF && len(s.text) <= s.limit+ahead:
		return "", s.err
	case len(s.text) == 0:
		return "", io.EOF
	}
	n := len(s.text)
	if n > s.limit {
		n = cut(s.text, s.limit)
	}
	piece := string(s.text[:n])
	s.text = append(s.text[:0], s.text[n:]...)
	return piece, nil
}

// fill reads until there are so many code points, or one more to know that
// there are.
func (s *Splitter) fill(n int) {
	for s.err == nil && len(s.text) <= n {
		r, size, err := s.r.ReadRune()
		switch {
		case err != nil:
			s.err = err
		case r == utf8.RuneError && size == 1:
			s.err = ErrNotUTF8
		default:
			s.text = append(s.text, r)
		}
	}
}

// The grades of an end of a piece, the best first.
const (
	byParagraph = iota
	bySentence
	byPause
	byWord
	inside // between two characters of a script without spaces
	grades
)

// cut returns how many code points of a text are its first piece, of a text that
// has more than the limit.
func cut(text []rune, limit int) int {
	least := [grades]int{byParagraph: limit / 2, byPause: limit / 4}
	at := 0
	last := ends(text, limit)
	for grade := range last {
		if at = max(at, last[grade]); at > least[grade] {
			return at
		}
	}
	if at > 0 {
		return at
	}
	return force(text, limit)
}

// ends returns, for each grade, the last place within the limit where a piece
// may end with it, or 0.
func ends(text []rune, limit int) (last [grades]int) {
	tagged := tags(text, limit)
	word := next(text, 0, tagged)
	for word.to <= limit && word.to < len(text) {
		after := next(text, word.to, tagged)
		at := min(after.from, limit)
		for at > word.to && whole(text, at) {
			at--
		}
		if at > 0 && !whole(text, at) {
			last[grade(text, word, after, tagged)] = at
		}
		word = after
	}
	return last
}

// A word is a part of a text without white space: the code points from and to.
// lines is how many lines end before it.
type word struct{ from, to, lines int }

// next returns the first word at place i or behind it, empty at the end of the
// text.
func next(text []rune, i int, tagged []bool) word {
	w := word{from: i}
	for ; w.from < len(text) && Blank(text[w.from]); w.from++ {
		if LineEnd(text[w.from]) {
			w.lines++
		}
	}
	for w.to = w.from; w.to < len(text); w.to++ {
		if w.to == w.from || tagged[w.to] {
			continue
		}
		if Blank(text[w.to]) || Divides(text[w.to-1], text[w.to]) && !whole(text, w.to) {
			break
		}
	}
	return w
}

// grade tells how well a piece ends between two words.
func grade(text []rune, before, after word, tagged []bool) int {
	w := text[before.from:before.to]
	if after.lines > 1 {
		return byParagraph
	}
	if len(w) > 0 && Ends(w, said(text, after, tagged)) && !isOrdinal(w) {
		return bySentence
	}
	switch {
	case after.lines > 0, len(w) > 0 && EndsClause(w):
		return byPause
	case after.from > before.to:
		return byWord
	}
	return inside
}

// said returns the first word that is spoken, from a word on: not a tag. At the
// end of the text that is a stop.
func said(text []rune, w word, tagged []bool) []rune {
	for w.from < w.to && tagTo(text, w.from, tagged) == w.to {
		w = next(text, w.to, tagged)
	}
	if from := tagTo(text, w.from, tagged); from < w.to {
		return text[from:w.to]
	}
	return []rune{'.'}
}

// tagTo returns the end of the tag that begins at place i, or i.
func tagTo(text []rune, i int, tagged []bool) int {
	to := i
	if i < len(text) && closing(text[i]) != 0 {
		for to++; to < len(text) && tagged[to]; to++ {
		}
		if to == i+1 {
			return i
		}
	}
	return to
}

// tags tells before which code points a piece cannot end since they are inside
// of a tag: [whispers] or <break time="1s"/>.
func tags(text []rune, limit int) []bool {
	tagged := make([]bool, len(text))
	for i := 0; i < len(text); i++ {
		to := tag(text[i:min(len(text), i+min(limit, longestTag))])
		for k := 1; k < to; k++ {
			tagged[i+k] = true
		}
		i += max(to-1, 0)
	}
	return tagged
}

// tag returns how many code points the tag has that a text begins with, or 0.
func tag(text []rune) int {
	if len(text) < 2 {
		return 0
	}
	end := closing(text[0])
	if end == 0 || end == '>' && text[1] != '/' && !unicode.IsLetter(text[1]) {
		return 0
	}
	for i, r := range text[1:] {
		switch {
		case r == end:
			return i + 2
		case LineEnd(r), r == text[0]:
			return 0
		}
	}
	return 0
}

// closing returns what closes a tag that a code point opens, 0 for any other.
func closing(r rune) rune {
	switch r {
	case '[':
		return ']'
	case '<':
		return '>'
	}
	return 0
}

// force returns the last place within the limit that is not inside of a
// character or a tag, else the limit.
func force(text []rune, limit int) int {
	tagged := tags(text, limit)
	for at := limit; at > 0; at-- {
		if !tagged[at] && !whole(text, at) {
			return at
		}
	}
	return limit
}
