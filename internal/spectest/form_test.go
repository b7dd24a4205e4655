package spectest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// decodeForm reads a form as the vendor does: lists of texts and of files have a
// part for each item, anything else is one part, in JSON if it is neither a
// file nor text. The validator's own decoder knows no lists in JSON, and takes
// any text where there is a choice of types.
func decodeForm(body io.Reader, header http.Header, schema *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
	_, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	parts := make(map[string][]string)
	for form := multipart.NewReader(body, params["boundary"]); ; {
		p, err := form.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		prop := schema.Value.Properties[p.FormName()]
		if prop == nil {
			return nil, fmt.Errorf("part %q is not in the specification", p.FormName())
		}
		if isFile(prop.Value) != (p.FileName() != "") {
			return nil, fmt.Errorf("part %q is a file where none is due, or the other way round", p.FormName())
		}
		parts[p.FormName()] = append(parts[p.FormName()], string(value))
	}
	fields := make(map[string]any)
	for name, values := range parts {
		if fields[name], err = decodeParts(schema.Value.Properties[name].Value, values); err != nil {
			return nil, fmt.Errorf("part %q: %w", name, err)
		}
	}
	return fields, nil
}

func isFile(s *openapi3.Schema) bool {
	return s.Format == "binary" || s.Items != nil && s.Items.Value.Format == "binary"
}

// decodeParts decodes the parts of one name, as the first of several types that
// they fit.
func decodeParts(s *openapi3.Schema, values []string) (v any, err error) {
	choices := []*openapi3.Schema{s}
	for _, choice := range s.AnyOf {
		choices = append(choices, choice.Value)
	}
	for _, choice := range choices {
		if len(s.AnyOf) > 0 && choice == s {
			continue
		}
		if v, err = decodeAs(choice, values); err == nil {
			return v, nil
		}
	}
	return nil, err
}

func decodeAs(s *openapi3.Schema, values []string) (any, error) {
	if s.Type.Is("array") && s.Items.Value.Type.Is("string") {
		list := make([]any, len(values))
		for i := range values {
			list[i] = values[i]
		}
		return list, nil
	}
	if len(values) > 1 {
		return nil, fmt.Errorf("%d parts of a %v", len(values), s.Type)
	}
	text := values[0]
	switch {
	case s.Type.Is("string"):
		return text, nil
	case s.Type.Is("boolean"):
		return strconv.ParseBool(text)
	case s.Type.Is("integer"):
		return strconv.ParseInt(text, 10, 64)
	case s.Type.Is("number"):
		return strconv.ParseFloat(text, 64)
	}
	var v any
	err := json.Unmarshal([]byte(text), &v)
	return v, err
}
