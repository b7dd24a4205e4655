package subtitle

import (
	"strings"
	"unicode"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// A token is a word among units: the units from and to, without white space.
type token struct {
	from, to int
	cols     int  // its width
	space    bool // white space before it
	apart    bool // another speaker or paragraph than before it
}

// Words divides spans into words, each with the punctuation that clings to it.
// Scripts that put no spaces between words, such as Chinese, Japanese and Thai,
// are divided into characters with their marks. The texts have no white space
// but the one that does not break.
func Words(spans []Span) []Word {
	u := units(spans)
	tokens := tokenize(u)
	words := make([]Word, len(tokens))
	for i, t := range tokens {
		words[i] = part(u, t.from, t.to)
	}
	return words
}

// Sentences divides spans into sentences, whose texts have the white space
// between their words as it was. Paragraphs and speakers end a sentence too.
func Sentences(spans []Span) []Word {
	u := units(spans)
	tokens := tokenize(u)
	var out []Word
	from := 0
	for i := range tokens {
		if endsSentence(u, tokens, i) {
			out = append(out, part(u, tokens[from].from, tokens[i].to))
			from = i + 1
		}
	}
	return out
}

// part makes a Word of units.
func part(u []unit, from, to int) Word {
	w := Word{Text: text(u[from:to]), Start: u[from].start, Speaker: u[from].speaker}
	for _, u := range u[from:to] {
		w.End = max(w.End, u.end)
		w.Faulty = w.Faulty || u.faulty
	}
	return w
}

// text puts units together again, without control characters.
func text(u []unit) string {
	var b strings.Builder
	for _, u := range u {
		if !unicode.IsControl(u.r) || sentences.Blank(u.r) {
			b.WriteRune(u.r)
		}
	}
	return b.String()
}

func tokenize(u []unit) []token {
	var (
		out   []token
		space bool
		lines int // line ends since the last token
	)
	for i := range u {
		r := u[i].r
		if sentences.Blank(r) {
			space = true
			if sentences.LineEnd(r) {
				lines++
			}
			continue
		}
		other := i > 0 && len(out) > 0 && u[i].speaker != u[out[len(out)-1].to-1].speaker
		if n := len(out); n > 0 && !space && !other && !sentences.Divides(u[i-1].r, r) {
			out[n-1].to = i + 1
			out[n-1].cols += columns(r)
			continue
		}
		out = append(out, token{from: i, to: i + 1, cols: columns(r), space: space, apart: other || lines > 1})
		space, lines = false, 0
	}
	return out
}

// endsSentence reports whether a sentence ends with a token.
func endsSentence(u []unit, tokens []token, i int) bool {
	if i == len(tokens)-1 || tokens[i+1].apart {
		return true
	}
	return sentences.Ends(runes(u, tokens[i]), runes(u, tokens[i+1]))
}

// runes are the code points of a token.
func runes(u []unit, t token) []rune {
	r := make([]rune, 0, t.to-t.from)
	for _, u := range u[t.from:t.to] {
		r = append(r, u.r)
	}
	return r
}
