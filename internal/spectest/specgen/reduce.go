package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type object = map[string]any

// A reducer takes the shapes out of a document, and of its schemas those that
// are used.
type reducer struct {
	all  map[string]object
	used object
	err  error
}

// key is the header of every operation, which the client sends by itself.
const key = "xi-api-key"

func (r *reducer) operation(op object) object {
	out := object{"responses": r.responses(op["responses"].(object))}
	if op["deprecated"] == true {
		out["deprecated"] = true
	}
	var params []any
	for _, p := range list(op["parameters"]) {
		if p := p.(object); p["name"] != key {
			params = append(params, r.parameter(p))
		}
	}
	if params != nil {
		out["parameters"] = params
	}
	if body, ok := op["requestBody"].(object); ok {
		out["requestBody"] = object{"required": body["required"] == true, "content": r.content(body["content"].(object))}
	}
	return out
}

func (r *reducer) parameter(p object) object {
	out := object{"name": p["name"], "in": p["in"], "schema": r.schema(p["schema"].(object))}
	for _, flag := range []string{"required", "deprecated"} {
		if p[flag] == true {
			out[flag] = true
		}
	}
	return out
}

func (r *reducer) responses(all object) object {
	out := object{}
	for status, resp := range all {
		out[status] = object{"description": "", "content": r.content(resp.(object)["content"].(object))}
	}
	return out
}

// content reduces a body. Audio without a schema is bytes like any other.
func (r *reducer) content(types object) object {
	out := object{}
	for name, media := range types {
		said, _ := media.(object)["schema"].(object)
		schema := r.schema(said)
		if len(schema) == 0 && strings.HasPrefix(name, "audio/") {
			schema = object{"type": "string", "format": "binary"}
		}
		out[name] = object{"schema": schema}
	}
	return out
}

var (
	prose = []string{"title", "description", "example", "examples"}
	plain = []string{
		"type", "format", "enum", "default", "required", "nullable", "deprecated", "discriminator",
		"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern",
	}
)

// schema reduces a schema. A keyword that it does not know is an error, so that
// a newer document does not lose what it says.
func (r *reducer) schema(s object) object {
	out := object{}
	for _, word := range slices.Sorted(maps.Keys(s)) {
		value := s[word]
		switch {
		case slices.Contains(prose, word), strings.HasPrefix(word, "x-"):
		case slices.Contains(plain, word):
			out[word] = value
		case word == "const":
			out["enum"] = []any{value}
		case word == "$ref":
			out[word] = value
			r.use(value.(string))
		case word == "items":
			out[word] = r.schema(value.(object))
		case word == "properties":
			out[word] = r.properties(value.(object))
		case word == "additionalProperties":
			out[word] = r.additional(value)
		case word == "anyOf", word == "oneOf", word == "allOf":
			r.choice(out, word, list(value))
		default:
			r.err = errors.Join(r.err, fmt.Errorf("keyword %q is not known", word))
		}
	}
	if out["anyOf"] != nil { // the vendor says some of it again with oneOf
		delete(out, "oneOf")
	}
	if ref := out["$ref"]; ref != nil && len(out) > 1 { // in OpenAPI 3.0 a reference stands alone
		delete(out, "$ref")
		out["allOf"] = []any{object{"$ref": ref}}
	}
	return out
}

// choice writes anyOf and oneOf. What can be null as well is nullable.
func (r *reducer) choice(out object, word string, among []any) {
	var others []any
	for _, s := range among {
		if s := s.(object); s["type"] == "null" {
			out["nullable"] = true
		} else {
			others = append(others, r.schema(s))
		}
	}
	if len(others) > 1 {
		out[word] = others
		return
	}
	maps.Copy(out, others[0].(object))
}

func (r *reducer) properties(all object) object {
	out := object{}
	for name, s := range all {
		out[name] = r.schema(s.(object))
	}
	return out
}

func (r *reducer) additional(value any) any {
	if s, ok := value.(object); ok {
		return r.schema(s)
	}
	return value
}

// use takes a schema over that something refers to.
func (r *reducer) use(ref string) {
	name := strings.TrimPrefix(ref, "#/components/schemas/")
	if r.used[name] != nil {
		return
	}
	s, ok := r.all[name]
	if !ok {
		r.err = errors.Join(r.err, fmt.Errorf("%s is not there", ref))
		return
	}
	r.used[name] = object{} // for schemas that refer to themselves
	r.used[name] = r.schema(s)
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}
