// Package sentences divides text as it is written: into the words and sentences
// of many languages, and into pieces of a bounded length that end where a
// reader would pause.
//
// It knows scripts and punctuation, not languages. Where a full stop can be
// either, it looks at what follows and at a list of usual abbreviations.
package sentences

import (
	"strings"
	"unicode"
)

// Blank reports whether words end at a code point and it is none of theirs.
// White space that does not break holds words together.
func Blank(r rune) bool {
	switch r {
	case '\u00A0', '\u2007', '\u202F', '\u2060', '\uFEFF':
		return false
	case '\u200B':
		return true
	}
	return unicode.IsSpace(r)
}

// LineEnd reports whether a line ends with a code point. That of Windows has
// two, of which the second counts.
func LineEnd(r rune) bool { return r == '\n' || r == '\u2029' }

// Divides reports whether a word ends between two code points that nothing
// stands between.
func Divides(before, after rune) bool {
	switch {
	case clings(after), before == ZWJ, opens(before), isLeading(before):
		return false
	case Spaceless(before), Spaceless(after):
		return true
	}
	return before == '—' && unicode.IsLetter(after)
}

// ZWJ is the zero width joiner, which makes one sign of two.
const ZWJ = '\u200D'

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

// Spaceless reports whether a code point is of a script that puts no spaces
// between words.
func Spaceless(r rune) bool {
	return r >= 0x0E00 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao,
		unicode.Khmer, unicode.Myanmar) || r >= 0x3000 && r <= 0x303F || r == 'ー' || r >= 0xFF01 && r <= 0xFF65)
}
