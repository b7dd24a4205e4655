package timing

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// A scanner walks an object of the usual form. Its methods report false where
// the form is another, right or wrong.
type scanner struct {
	data []byte
	at   int
}

// chunk scans a whole object and returns its audio as it stands.
func (s *scanner) chunk(c *Chunk) (code []byte, ok bool) {
	var seen struct{ audio, alignment, normalized, segments bool }
	first := func(seen *bool) bool { was := *seen; *seen = true; return !was }
	ok = s.object(func(name string) (ok bool) {
		switch {
		case name == "audio_base64" && first(&seen.audio):
			code, ok = s.base64()
		case name == "alignment" && first(&seen.alignment):
			c.Alignment, ok = s.alignment()
		case name == "normalized_alignment" && first(&seen.normalized):
			c.Normalized, ok = s.alignment()
		case name == "voice_segments" && first(&seen.segments):
			c.Segments, ok = s.any()
			c.Segments = bytes.Clone(c.Segments)
		default:
			ok = s.skip(name, "audio_base64", "alignment", "normalized_alignment", "voice_segments")
		}
		return ok
	})
	s.blank()
	return code, ok && seen.audio && s.at == len(s.data)
}

func (s *scanner) alignment() (*Alignment, bool) {
	if s.null() {
		return nil, true
	}
	a := new(Alignment)
	ok := s.object(func(name string) bool {
		switch {
		case name == "characters" && a.Characters == nil:
			return s.strings(&a.Characters, max(len(a.Starts), len(a.Ends)))
		case name == "character_start_times_seconds" && a.Starts == nil:
			return s.numbers(&a.Starts, max(len(a.Characters), len(a.Ends)))
		case name == "character_end_times_seconds" && a.Ends == nil:
			return s.numbers(&a.Ends, max(len(a.Characters), len(a.Starts)))
		}
		return s.skip(name, "characters", "character_start_times_seconds", "character_end_times_seconds")
	})
	return a, ok
}

func (s *scanner) blank() {
	for s.at < len(s.data) && (s.data[s.at] == ' ' || s.data[s.at] == '\n' || s.data[s.at] == '\r' || s.data[s.at] == '\t') {
		s.at++
	}
}

// take goes behind a byte if it is next.
func (s *scanner) take(b byte) bool {
	s.blank()
	if s.at < len(s.data) && s.data[s.at] == b {
		s.at++
		return true
	}
	return false
}

func (s *scanner) null() bool {
	s.blank()
	if bytes.HasPrefix(s.data[s.at:], []byte("null")) {
		s.at += len("null")
		return true
	}
	return false
}

// names are those of fields, which need not be made of each message again.
var names = func() map[string]string {
	all := make(map[string]string)
	for _, name := range slices.Concat(frameFields, syllableFields) {
		all[name] = name
	}
	return all
}()

func nameOf(b []byte) string {
	if name, ok := names[string(b)]; ok {
		return name
	}
	return string(b)
}

// object walks the fields of an object.
func (s *scanner) object(field func(name string) bool) bool {
	if !s.take('{') {
		return false
	}
	if s.take('}') {
		return true
	}
	for {
		name, ok := s.plain()
		if !ok || !s.take(':') || !field(nameOf(name)) {
			return false
		}
		if s.take('}') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

// skip goes behind the value of a field, unless encoding/json takes its name
// for one of those known.
func (s *scanner) skip(name string, known ...string) bool {
	for _, k := range known {
		if strings.EqualFold(name, k) {
			return false
		}
	}
	_, ok := s.any()
	return ok
}

// any returns the next value, whatever it is.
func (s *scanner) any() ([]byte, bool) {
	s.blank()
	from, depth := s.at, 0
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			if !s.literal() {
				return nil, false
			}
			s.at--
		case c == '{' || c == '[':
			depth++
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		case depth == 0 && (c == ',' || c == '}' || c == ']'):
			value := bytes.TrimRight(s.data[from:s.at], " \t\r\n")
			return value, json.Valid(value)
		}
	}
	return nil, false
}

// literal goes behind a string and does not look inside.
func (s *scanner) literal() bool {
	for i := s.at + 1; i < len(s.data); {
		n := bytes.IndexByte(s.data[i:], '"')
		if n < 0 {
			return false
		}
		i += n + 1
		escapes := 0
		for s.data[i-2-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			s.at = i
			return true
		}
	}
	return false
}

// base64 returns what is between the quotes of a string without escapes.
func (s *scanner) base64() ([]byte, bool) {
	if s.null() {
		return nil, true
	}
	if !s.take('"') {
		return nil, false
	}
	n := bytes.IndexByte(s.data[s.at:], '"')
	if n < 0 {
		return nil, false
	}
	code := s.data[s.at : s.at+n]
	s.at += n + 1
	return code, bytes.IndexByte(code, '\\') < 0
}

// plain returns what is between the quotes of a string without escapes, in
// valid UTF-8.
func (s *scanner) plain() ([]byte, bool) {
	if !s.take('"') {
		return nil, false
	}
	from, ascii := s.at, true
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			text := s.data[from : s.at-1]
			return text, ascii || utf8.Valid(text)
		case c < ' ' || c == '\\':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}
