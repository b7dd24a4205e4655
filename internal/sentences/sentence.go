package sentences

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations are those that a sentence seldom ends with, without their last
// stop, and numbered those of them that stand before a number.
var (
	abbreviations = set("mr mrs ms dr prof st mt sr jr rev hon gen col capt lt sgt vs e.g i.e cf al approx dept " +
		"z.b bzw usw hr fr d.h u.a bspw vgl ggf evtl ca geb str " +
		"mme mlle m.me sra ud uds sig dott dhr mevr bijv t.n.v o.a p.ej np tzn itd tzv např " +
		"г.н т.е т.д т.п т.к проф")
	numbered = set("no nos nr vol fig p pp ch art sec núm")
)

func set(words string) map[string]bool {
	all := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// Ends reports whether a sentence ends with a word, given the one behind it.
// Both have the punctuation that clings to them, and neither is empty.
func Ends(word, next []rune) bool {
	to := len(word)
	for to > 0 && isCloser(word[to-1]) {
		to--
	}
	if to == 0 {
		return false
	}
	switch last := word[to-1]; last {
	case '.', '…':
		return !goesOn(next) && !(last == '.' && isAbbreviation(word[:to-1], next[0]))
	default:
		quoted := to < len(word)
		return unicode.Is(unicode.Sentence_Terminal, last) && !(quoted && (goesOn(next) || reports(next)))
	}
}

// EndsText reports whether a text ends with a sentence, as far as can be told
// without what follows.
func EndsText(text string) bool {
	word := strings.TrimRightFunc(text, unicode.IsSpace)
	if i := strings.LastIndexFunc(word, unicode.IsSpace); i >= 0 {
		_, n := utf8.DecodeRuneInString(word[i:])
		word = word[i+n:]
	}
	word = strings.TrimRightFunc(word, isCloser)
	last, n := utf8.DecodeLastRuneInString(word)
	switch {
	case last == '…':
		return true
	case !unicode.Is(unicode.Sentence_Terminal, last):
		return false
	case last != '.':
		return true
	}
	// A number may stand behind it, for all that is known.
	return n < len(word) && !isAbbreviation([]rune(word[:len(word)-n]), '0')
}

// isCloser reports whether a code point may stand between the end of a sentence
// and the next. Marks that open a quotation in English close one in German.
func isCloser(r rune) bool {
	return r == '"' || r == '\'' || unicode.In(r, unicode.Pe, unicode.Pf, unicode.Pi)
}

// goesOn reports whether a word begins as no sentence does.
func goesOn(word []rune) bool {
	for _, r := range word {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.IsLower(r)
		}
	}
	return false
}

// reports tells whether a word of Japanese says that what was quoted was said.
func reports(word []rune) bool { return word[0] == 'と' || word[0] == 'っ' }

// isAbbreviation reports whether a stop behind a word, and before another code
// point, is the word's own. A single letter is an initial, but for those that
// are words: I in English and Russian.
func isAbbreviation(word []rune, next rune) bool {
	bare := strings.TrimLeft(string(word), "([{\"'“‘«„‚")
	if r := []rune(bare); len(r) == 1 && unicode.IsLetter(r[0]) && r[0] != 'I' && r[0] != 'я' && !Spaceless(r[0]) {
		return true
	}
	bare = strings.ToLower(bare)
	return abbreviations[bare] || numbered[bare] && unicode.IsDigit(next)
}

// isOrdinal reports whether a word may be an ordinal number as German, Danish,
// Polish and others write it, or one of a list: 3.
func isOrdinal(word []rune) bool {
	n := len(word) - 1
	if n < 1 || n > 2 || word[n] != '.' {
		return false
	}
	for _, r := range word[:n] {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

// EndsClause reports whether a reader pauses behind a word.
func EndsClause(word []rune) bool {
	to := len(word)
	for to > 1 && isCloser(word[to-1]) {
		to--
	}
	return strings.ContainsRune(",;:–—、，；：،؛.…!?", word[to-1])
}
