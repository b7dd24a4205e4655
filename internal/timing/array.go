package timing

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// elements walks an array.
func (s *scanner) elements(element func() bool) bool {
	if !s.take('[') {
		return false
	}
	if s.take(']') {
		return true
	}
	for element() {
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
	return false
}

// strings scans an array of about n strings.
func (s *scanner) strings(to *[]string, n int) bool {
	all := make([]string, 0, n)
	ok := s.elements(func() bool {
		text, ok := s.character()
		all = append(all, text)
		return ok
	})
	*to = all
	return ok
}

// characters are the texts of single bytes.
var characters = func() (all [utf8.RuneSelf]string) {
	for i := range all {
		if i >= ' ' && i != '"' && i != '\\' {
			all[i] = string(rune(i))
		}
	}
	return all
}()

// character scans a string that is likely to be a single character.
func (s *scanner) character() (string, bool) {
	s.blank()
	if d := s.data[s.at:]; len(d) > 2 && d[0] == '"' && d[1] < utf8.RuneSelf && d[2] == '"' && characters[d[1]] != "" {
		s.at += 3
		return characters[d[1]], true
	}
	if s.null() {
		return "", true
	}
	from := s.at
	if text, ok := s.plain(); ok {
		return string(text), true
	}
	if s.at = from; s.at == len(s.data) || s.data[from] != '"' || !s.literal() {
		return "", false
	}
	var text string
	err := json.Unmarshal(s.data[from:s.at], &text)
	return text, err == nil
}

// numbers scans an array of about n numbers.
func (s *scanner) numbers(to *[]float64, n int) bool {
	all := make([]float64, 0, n)
	ok := s.elements(func() bool {
		x, ok := s.number()
		all = append(all, x)
		return ok
	})
	*to = all
	return ok
}

// powers of ten that a float64 holds exactly, as far as they are needed.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// number scans a number. One of at most 15 digits is the quotient of two
// numbers that a float64 holds exactly, so the division rounds once.
func (s *scanner) number() (float64, bool) {
	if s.null() {
		return 0, true
	}
	from := s.at
	negative := s.take('-')
	digits := s.at
	value, ok := s.digits(0)
	if !ok || s.data[digits] == '0' && s.at > digits+1 {
		return 0, false
	}
	count, scale := s.at-digits, 0
	if s.next('.') {
		point := s.at
		if value, ok = s.digits(value); !ok {
			return 0, false
		}
		scale = s.at - point
		count += scale
	}
	simple := count <= 15
	if s.next('e') || s.next('E') {
		simple = false
		_ = s.next('+') || s.next('-')
		if _, ok := s.digits(0); !ok {
			return 0, false
		}
	}
	if !simple {
		x, err := strconv.ParseFloat(string(s.data[from:s.at]), 64)
		return x, err == nil
	}
	x := float64(value) / powers[scale]
	if negative {
		x = -x
	}
	return x, true
}

// next goes behind a byte if it stands right here.
func (s *scanner) next(b byte) bool {
	if s.at < len(s.data) && s.data[s.at] == b {
		s.at++
		return true
	}
	return false
}

// digits appends at least one decimal digit to a value, which is wrong when
// there are too many.
func (s *scanner) digits(value uint64) (uint64, bool) {
	from := s.at
	for s.at < len(s.data) && s.data[s.at]-'0' < 10 {
		value = 10*value + uint64(s.data[s.at]-'0')
		s.at++
	}
	return value, s.at > from
}
