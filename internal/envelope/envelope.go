// Package envelope decodes the bodies the API answers errors with.
package envelope

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is kept of one text of a body, in characters: of a body that is not
// JSON less, since it is hardly meant for people.
const (
	maxText  = 2000
	maxPlain = 200
)

// Envelope is what an error body says, whatever its shape. Every field may be
// empty.
type Envelope struct {
	Type      string
	Code      string
	Status    string
	Message   string
	RequestID string
	Param     string
	DocsURL   string
	Fields    []Field
	// HTML tells that the body was a web page: a gateway answered, not the API.
	HTML bool
}

// Field is one entry of a schema refusal.
type Field struct {
	// Path is the place of the field, such as body.voice_settings.stability.
	Path    string
	Type    string
	Message string
}

// Decode reads an error body: an object under detail (new and old), an array
// under detail, a bare string under detail, an error/message pair, a web
// page, plain text, or nothing.
func Decode(body []byte) Envelope {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return Envelope{}
	}
	if body[0] == '<' {
		return Envelope{HTML: true, Message: title(body)}
	}
	var outer struct {
		Detail  json.RawMessage `json:"detail"`
		Error   json.RawMessage `json:"error"`
		Message json.RawMessage `json:"message"`
	}
	if json.Unmarshal(body, &outer) != nil {
		return Envelope{Message: clean(string(body), maxPlain)}
	}
	if len(outer.Detail) > 0 {
		return decodeDetail(outer.Detail)
	}
	return Envelope{Code: text(outer.Error), Message: text(outer.Message)}
}

func decodeDetail(raw json.RawMessage) Envelope {
	switch raw[0] {
	case '"':
		return Envelope{Message: text(raw)}
	case '[':
		return decodeFields(raw)
	case '{':
		return decodeObject(raw)
	}
	return Envelope{}
}

// decodeObject takes each key for itself, so that one of an unexpected type
// does not cost the others.
func decodeObject(raw json.RawMessage) Envelope {
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return Envelope{}
	}
	return Envelope{
		Type:      text(keys["type"]),
		Code:      text(keys["code"]),
		Status:    text(keys["status"]),
		Message:   text(keys["message"]),
		RequestID: text(keys["request_id"]),
		Param:     text(keys["param"]),
		DocsURL:   text(keys["docs_url"]),
	}
}

func decodeFields(raw json.RawMessage) Envelope {
	var items []struct {
		Loc  []any  `json:"loc"`
		Msg  string `json:"msg"`
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &items) != nil {
		return Envelope{}
	}
	var e Envelope
	lines := make([]string, 0, len(items))
	for _, it := range items {
		path := make([]string, 0, len(it.Loc))
		for _, l := range it.Loc {
			path = append(path, fmt.Sprint(l))
		}
		f := Field{Path: clean(strings.Join(path, "."), maxPlain), Type: clean(it.Type, maxPlain), Message: clean(it.Msg, maxPlain)}
		e.Fields = append(e.Fields, f)
		lines = append(lines, f.Path+": "+f.Message)
	}
	e.Message = clean(strings.Join(lines, "; "), maxText)
	return e
}

// text returns a JSON string's value, and nothing for any other JSON.
func text(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return clean(s, maxText)
}

// title returns what a web page calls itself.
func title(page []byte) string {
	lower := bytes.ToLower(page)
	from := bytes.Index(lower, []byte("<title>"))
	if from < 0 {
		return "a web page"
	}
	from += len("<title>")
	to := bytes.Index(lower[from:], []byte("</title>"))
	if to < 0 || from+to > len(page) {
		return "a web page"
	}
	return clean(string(page[from:from+to]), maxPlain)
}

// clean makes foreign text fit for one line of a log: printable, valid and of
// at most so many characters.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}
