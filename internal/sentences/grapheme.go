package sentences

import "unicode"

// whole reports whether what a reader sees as one character goes across place
// i of a text. It is told for a few pairs too many, which costs nothing.
//
// Source: Unicode Standard Annex #29, rules GB3 to GB13, by the properties that
// the standard library has.
func whole(text []rune, i int) bool {
	if i <= 0 || i >= len(text) {
		return false
	}
	before, after := text[i-1], text[i]
	switch {
	case before == '\r' && after == '\n':
		return true
	case control(before), control(after):
		return false
	case extends(after), before == ZWJ, precedes(before):
		return true
	case hangul(before, after):
		return true
	case unicode.Is(unicode.Regional_Indicator, before) && unicode.Is(unicode.Regional_Indicator, after):
		return flags(text[:i])%2 == 1
	}
	return conjoins(text[:i])
}

func control(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r == '\u200B' || r == '\uFEFF'
}

// extends reports whether a code point is a mark on the one before.
func extends(r rune) bool {
	switch {
	case r < 0x300:
		return r == '\u00AD' // a soft hyphen stays with what it is behind
	case r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0020 && r <= 0xE007F: // skin and flags
		return true
	case r == 'ำ', r == 'ຳ', r == ZWJ:
		return true
	}
	return unicode.In(r, unicode.M, unicode.Other_Grapheme_Extend)
}

// precedes reports whether a code point is a mark on the one behind it.
func precedes(r rune) bool {
	switch r {
	case 0x0D4E, 0x111C2, 0x111C3, 0x1193F, 0x11941, 0x113D1, 0x11A3A, 0x11D46, 0x11F02:
		return true
	}
	return unicode.Is(unicode.Prepended_Concatenation_Mark, r) || r >= 0x11A84 && r <= 0x11A89
}

// hangul reports whether two code points are of one syllable.
func hangul(before, after rune) bool {
	const leading, vowel, trailing, none = 0, 1, 2, 3
	kind := func(r rune) (first, last int) {
		switch {
		case r >= 0x1100 && r <= 0x115F, r >= 0xA960 && r <= 0xA97C:
			return leading, leading
		case r >= 0x1160 && r <= 0x11A7, r >= 0xD7B0 && r <= 0xD7C6:
			return vowel, vowel
		case r >= 0x11A8 && r <= 0x11FF, r >= 0xD7CB && r <= 0xD7FB:
			return trailing, trailing
		case r >= 0xAC00 && r <= 0xD7A3:
			if (r-0xAC00)%28 == 0 {
				return leading, vowel
			}
			return leading, trailing
		}
		return none, none
	}
	_, end := kind(before)
	start, _ := kind(after)
	switch end {
	case leading:
		return start == leading || start == vowel
	case vowel:
		return start == vowel || start == trailing
	case trailing:
		return start == trailing
	}
	return false
}

// flags counts the halves of flags that a text ends with.
func flags(text []rune) (n int) {
	for n < len(text) && unicode.Is(unicode.Regional_Indicator, text[len(text)-1-n]) {
		n++
	}
	return n
}

// conjoins reports whether a text ends with a sign that joins two consonants
// into one, in the scripts of India.
func conjoins(text []rune) bool {
	for i := len(text) - 1; i >= 0 && extends(text[i]); i-- {
		switch text[i] {
		case 0x094D, 0x09CD, 0x0ACD, 0x0B4D, 0x0C4D, 0x0D4D, 0x1039, 0x17D2, 0x1A60, 0x1B44, 0x1BAB, 0xA9C0, 0xAAF6,
			0x10A3F, 0x11133, 0x113D0, 0x1193E, 0x11A47, 0x11A99, 0x11F42:
			return true
		}
	}
	return false
}
