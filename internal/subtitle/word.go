package subtitle

import (
	"strings"
	"unicode"
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
		if !unicode.IsControl(u.r) || isBlank(u.r) {
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
		if isBlank(r) {
			space = true
			if r == '\n' || r == '\u2029' {
				lines++
			}
			continue
		}
		other := i > 0 && len(out) > 0 && u[i].speaker != u[out[len(out)-1].to-1].speaker
		if n := len(out); n > 0 && !space && !other && !divides(u[i-1].r, r) {
			out[n-1].to = i + 1
			out[n-1].cols += columns(r)
			continue
		}
		out = append(out, token{from: i, to: i + 1, cols: columns(r), space: space, apart: other || lines > 1})
		space, lines = false, 0
	}
	return out
}

// isBlank reports whether words end at a code point and it is none of theirs.
// White space that does not break holds words together.
func isBlank(r rune) bool {
	switch r {
	case '\u00A0', '\u2007', '\u202F', '\u2060', '\uFEFF':
		return false
	case '\u200B':
		return true
	}
	return unicode.IsSpace(r)
}

// divides reports whether a word ends between two code points that nothing
// stands between.
func divides(before, after rune) bool {
	switch {
	case clings(after), before == zwj, opens(before), isLeading(before):
		return false
	case spaceless(before), spaceless(after):
		return true
	}
	return before == '—' && unicode.IsLetter(after)
}

const zwj = '\u200D'

// small are the signs that no line of Japanese, Thai or Lao begins with.
const small = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶー々ゝゞヽヾะาำๆຳາະໆฯ"

// clings reports whether a code point belongs to the one before.
func clings(r rune) bool {
	if r < 0x80 {
		return unicode.IsPunct(r) && !opens(r)
	}
	return unicode.In(r, unicode.M, unicode.Cf, unicode.Sk) || unicode.IsPunct(r) && !opens(r) || strings.ContainsRune(small, r)
}

// opens reports whether a code point belongs to the one behind.
func opens(r rune) bool { return unicode.In(r, unicode.Ps, unicode.Pi) || r == '¿' || r == '¡' }

// isLeading reports whether a vowel is written before the consonant it follows.
func isLeading(r rune) bool { return r >= 0x0E40 && r <= 0x0E44 || r >= 0x0EC0 && r <= 0x0EC4 }

// spaceless reports whether a code point is of a script without spaces.
func spaceless(r rune) bool {
	return r >= 0x0E00 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar) || r >= 0x3000 && r <= 0x303F || r == 'ー' || r >= 0xFF01 && r <= 0xFF65)
}

// abbreviations are those that a sentence seldom ends with, without their stop,
// and numbered those of them that stand before a number.
var (
	abbreviations = set("mr mrs ms dr prof st mt sr jr rev hon gen col capt lt sgt vs e.g i.e cf al approx z.b bzw usw hr fr d.h u.a " +
		"str mme mlle sra ud uds sig dott dhr mevr")
	numbered = set("no nos nr vol fig p pp ca ch art sec")
)

func set(words string) map[string]bool {
	all := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// endsSentence reports whether a sentence ends with a token.
func endsSentence(u []unit, tokens []token, i int) bool {
	if i == len(tokens)-1 || tokens[i+1].apart {
		return true
	}
	to := tokens[i].to
	for to > tokens[i].from && isCloser(u[to-1].r) {
		to--
	}
	if to == tokens[i].from {
		return false
	}
	switch last := u[to-1].r; last {
	case '.', '…':
		return !goesOn(u, tokens[i+1]) && !(last == '.' && isAbbreviation(u[tokens[i].from:to-1], u[tokens[i+1].from].r))
	default:
		return unicode.Is(unicode.Sentence_Terminal, last) && !(to < tokens[i].to && goesOn(u, tokens[i+1]))
	}
}

// isCloser reports whether a code point may stand between the end of a sentence
// and the next.
func isCloser(r rune) bool {
	return r == '"' || r == '\'' || unicode.In(r, unicode.Pe, unicode.Pf)
}

// goesOn reports whether a token begins as no sentence does.
func goesOn(u []unit, t token) bool {
	for _, u := range u[t.from:t.to] {
		if unicode.IsLetter(u.r) || unicode.IsDigit(u.r) {
			return unicode.IsLower(u.r)
		}
	}
	return false
}

// isAbbreviation reports whether a stop behind units, and before another code
// point, is their own. A single capital is an initial.
func isAbbreviation(u []unit, next rune) bool {
	word := strings.TrimLeft(text(u), "([{\"'“‘«")
	if r := []rune(word); len(r) == 1 && unicode.IsUpper(r[0]) && r[0] != 'I' {
		return true
	}
	word = strings.ToLower(word)
	return abbreviations[word] || numbered[word] && unicode.IsDigit(next)
}

// endsClause reports whether a pause in a sentence is made behind a token.
func endsClause(u []unit, t token) bool {
	to := t.to
	for to > t.from+1 && isCloser(u[to-1].r) {
		to--
	}
	return strings.ContainsRune(",;:–—、，；：،؛.…!?", u[to-1].r)
}
