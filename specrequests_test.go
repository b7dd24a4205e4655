package elevenlabs_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/specimen"
)

// unsent are fields of requests that are never sent, by operation.
var unsent = map[string]string{}

// unbidden are fields that are sent though they are not required.
var unbidden = map[string]string{
	"output_format":       "what comes is known only if it was asked for",
	"model_id":            "it decides the family and the limits that are checked",
	"include_total_count": "the vendor's default costs time and nobody sees the count",
	"file":                "it is required in fact, or else a URL",
}

func TestSpec_EveryFieldOfARequestCanBeSent(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	sent := sentFields{spec: spec, wrong: make(map[string]bool), least: make(map[string]bool), all: make(map[string]bool)}
	called := make(map[string]bool)
	t.Run("calls", func(t *testing.T) {
		for _, call := range specimen.Calls() {
			called[call.Operation] = true
			t.Run(call.Operation+" "+call.Name, func(t *testing.T) {
				t.Parallel()
				for _, x := range call.Run(t) {
					sent.add(t, call, x)
				}
			})
		}
	})
	missing, more := make(map[string]bool), sent.least
	for name, op := range spec.operations() {
		if !called[name] {
			t.Errorf("%s is never called", name)
		}
		for field, required := range spec.requestFields(op) {
			if !sent.all[name+" "+field] {
				missing[name+" "+field] = true
			}
			if required {
				delete(more, name+" "+field)
			}
		}
	}
	report(t, sent.wrong, nil)
	report(t, missing, unsent)
	report(t, fieldsOf(more), unbidden)
}

// fieldsOf takes the operations off the names of fields.
func fieldsOf(all map[string]bool) map[string]bool {
	fields := make(map[string]bool)
	for name := range all {
		fields[name[strings.LastIndex(name, " ")+1:]] = true
	}
	return fields
}

// requestFields returns the names of all that a request can say, and whether
// it must. What is inside of a field has both names; an item of a list counts
// as what it is in.
func (s *specification) requestFields(op operation) map[string]bool {
	fields := make(map[string]bool)
	for _, p := range op.Parameters {
		if p.In == "query" {
			fields[p.Name] = p.Required
		}
	}
	for _, body := range op.RequestBody.Content {
		s.innerFields(body.Schema, "", true, fields)
	}
	return fields
}

func (s *specification) innerFields(sh *shape, path string, must bool, fields map[string]bool) {
	for _, c := range s.choices(sh) {
		for name, prop := range c.Properties {
			required := must && slices.Contains(c.Required, name)
			fields[path+name] = required
			s.innerFields(prop, path+name+".", required, fields)
		}
		if c.Items != nil {
			s.innerFields(c.Items, path, must, fields)
		}
	}
}

// sentFields collects what arrived, by operation and field.
type sentFields struct {
	spec       *specification
	mu         sync.Mutex // guards the rest
	wrong      map[string]bool
	least, all map[string]bool
}

func (f *sentFields) add(t *testing.T, call specimen.Call, x specimen.Exchange) {
	t.Helper()
	name, op := f.spec.operationOf(x.Request)
	if name != call.Operation { // of what comes before the call
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	note := func(field string) {
		f.all[name+" "+field] = true
		if call.Name == specimen.Least {
			f.least[name+" "+field] = true
		}
	}
	differ := func(field, what string) { f.wrong[name+" "+field+": "+what] = true }
	query := x.Request.URL.Query()
	for _, p := range op.Parameters {
		if p.In != "query" || !query.Has(p.Name) {
			continue
		}
		note(p.Name)
		if !f.spec.takesTexts(p.Schema, query[p.Name]) {
			differ(p.Name, strings.Join(query[p.Name], ", "))
		}
		query.Del(p.Name)
	}
	for field := range query {
		differ(field, "is not in the specification")
	}
	body := sentBody(t, x)
	if body == nil {
		require.Empty(t, op.RequestBody.Content, name)
		return
	}
	for _, content := range op.RequestBody.Content {
		f.spec.takes(content.Schema, body, "", note, differ)
	}
}

// operationOf finds the operation of a request.
func (s *specification) operationOf(r *http.Request) (string, operation) {
	got := strings.Split(r.URL.Path, "/")
	best, found := "", operation{}
	for name, op := range s.operations() {
		method, path, _ := strings.Cut(name, " ")
		want := strings.Split(path, "/")
		fits := method == r.Method && len(want) == len(got)
		for i := 0; fits && i < len(want); i++ {
			fits = want[i] == got[i] || strings.HasPrefix(want[i], "{")
		}
		if fits && (best == "" || strings.Count(name, "{") < strings.Count(best, "{")) {
			best, found = name, op
		}
	}
	return best, found
}

// A formField is a field of a form, each value a text or a file.
type formField struct {
	texts []string
	files int
}

// sentBody returns what a request carries: JSON decoded, a form as its parts.
func sentBody(t *testing.T, x specimen.Exchange) map[string]any {
	t.Helper()
	if len(x.Sent) == 0 {
		return nil
	}
	kind, params, err := mime.ParseMediaType(x.Request.Header.Get("Content-Type"))
	require.NoError(t, err)
	body := make(map[string]any)
	if kind == "application/json" {
		require.NoError(t, json.Unmarshal(x.Sent, &body))
		return body
	}
	require.Equal(t, "multipart/form-data", kind)
	for form := multipart.NewReader(bytes.NewReader(x.Sent), params["boundary"]); ; {
		p, err := form.NextPart()
		if err == io.EOF {
			return body
		}
		require.NoError(t, err)
		value, err := io.ReadAll(p)
		require.NoError(t, err)
		field, _ := body[p.FormName()].(formField)
		if p.FileName() != "" {
			field.files++
		} else {
			field.texts = append(field.texts, string(value))
		}
		body[p.FormName()] = field
	}
}

// takes reports whether a value is one of a shape, and calls note for the
// fields in it and differ for those that are not right.
func (s *specification) takes(sh *shape, v any, path string, note func(string), differ func(string, string)) bool {
	for _, c := range s.choices(sh) {
		if s.takesOne(c, v, path, note, differ) {
			return true
		}
	}
	return false
}

func (s *specification) takesOne(sh *shape, v any, path string, note func(string), differ func(string, string)) bool {
	switch v := v.(type) {
	case map[string]any:
		if sh.Type != "object" || !fitsConstants(sh, v) {
			return false
		}
		for name, value := range v {
			prop := sh.Properties[name]
			switch {
			case prop == nil && sh.Properties == nil:
			case prop == nil:
				differ(path+name, "is not in the specification")
			case !s.takes(prop, value, path+name+".", note, differ):
				differ(path+name, "is of another type")
			default:
				note(path + name)
			}
		}
		return true
	case []any:
		return sh.Type == "array" && !slices.ContainsFunc(v, func(item any) bool {
			return !s.takes(sh.Items, item, path, note, differ)
		})
	case formField:
		return s.takesPart(sh, v, path, note, differ)
	case string:
		return sh.Type == "string" && known(sh, v)
	case float64:
		return sh.Type == "number" || sh.Type == "integer" && v == float64(int64(v))
	case bool:
		return sh.Type == "boolean"
	}
	return false
}

// takesPart is takes for a field of a form: what is neither a file nor text is
// JSON, but for lists of texts and of files, whose items are fields of their
// own.
func (s *specification) takesPart(sh *shape, p formField, path string, note func(string), differ func(string, string)) bool {
	switch {
	case sh.Format == "binary":
		return p.files == 1 && len(p.texts) == 0
	case sh.Type == "array" && s.look(sh.Items).Format == "binary":
		return p.files > 0 && len(p.texts) == 0
	case p.files > 0:
		return false
	case sh.Type == "array" && s.look(sh.Items).Type == "string":
		return s.takesTexts(sh, p.texts)
	case sh.Type == "object", sh.Type == "array":
		var v any
		return len(p.texts) == 1 && json.Unmarshal([]byte(p.texts[0]), &v) == nil && s.takes(sh, v, path, note, differ)
	}
	return s.takesTexts(sh, p.texts)
}

// fitsConstants reports whether an object has the values that its shape knows
// a single one of, which tell choices apart.
func fitsConstants(sh *shape, object map[string]any) bool {
	for name, prop := range sh.Properties {
		if len(prop.Enum) == 1 && object[name] != prop.Enum[0] {
			return false
		}
	}
	return true
}

func known(sh *shape, text string) bool {
	return len(sh.Enum) == 0 || slices.Contains(sh.Enum, any(text))
}

// takesTexts reports whether a shape takes a value that is written as text, or
// several.
func (s *specification) takesTexts(sh *shape, texts []string) bool {
	for _, c := range s.choices(sh) {
		var err error
		switch {
		case c.Type == "array":
			if !slices.ContainsFunc(texts, func(text string) bool { return !s.takesTexts(c.Items, []string{text}) }) {
				return true
			}
			continue
		case len(texts) != 1:
			continue
		case c.Type == "boolean":
			_, err = strconv.ParseBool(texts[0])
		case c.Type == "integer":
			_, err = strconv.ParseInt(texts[0], 10, 64)
		case c.Type == "number":
			_, err = strconv.ParseFloat(texts[0], 64)
		case c.Type != "string" || !known(c, texts[0]):
			continue
		}
		if err == nil {
			return true
		}
	}
	return false
}
