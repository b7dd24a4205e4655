package subtitle

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// EndsSentence reports whether a text ends with a sentence, as far as can be
// told without what follows.
func EndsSentence(text string) bool {
	word := strings.TrimRightFunc(text, unicode.IsSpace)
	if i := strings.LastIndexFunc(word, unicode.IsSpace); i >= 0 {
		_, n := utf8.DecodeRuneInString(word[i:])
		word = word[i+n:]
	}
	word = strings.TrimRightFunc(word, isCloser)
	last, n := utf8.DecodeLastRuneInString(word)
	if last != '…' && !unicode.Is(unicode.Sentence_Terminal, last) {
		return false
	}
	if last != '.' {
		return true
	}
	var u []unit
	for _, r := range word[:len(word)-n] {
		u = append(u, unit{r: r})
	}
	return len(u) > 0 && !isAbbreviation(u, '0')
}

// Spaceless reports whether a code point is of a script that puts no spaces
// between words.
func Spaceless(r rune) bool { return spaceless(r) }
