package elevenlabstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A problem is one entry of the list that a 422 carries.
type problem struct {
	Type  string         `json:"type"`
	Loc   []any          `json:"loc"`
	Msg   string         `json:"msg"`
	Input any            `json:"input"`
	Ctx   map[string]any `json:"ctx,omitempty"`
}

// presence says whether a field may be left out or null.
type presence int

const (
	required presence = iota // must be there, not null
	optional                 // may be left out, not null
	nullable                 // may be left out or null
)

// fields checks the values of an object as the vendor's schema does and
// collects what is wrong. It is as lenient as the vendor: a number or a
// boolean may come as text, which is all a form or a query has.
type fields struct {
	problems *[]problem
	loc      []any
	values   map[string]any
}

func newFields(where string, values map[string]any) fields {
	return fields{problems: new([]problem), loc: []any{where}, values: values}
}

// decodeFields reads a JSON object.
func decodeFields(body []byte) (fields, *failure) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return fields{}, schemaFailure([]problem{{
			Type: "json_invalid", Loc: []any{"body", dec.InputOffset()}, Msg: "JSON decode error",
			Input: map[string]any{}, Ctx: map[string]any{"error": err.Error()},
		}})
	}
	m, ok := v.(map[string]any)
	if !ok {
		return fields{}, schemaFailure([]problem{{
			Type: "model_attributes_type", Loc: []any{"body"}, Input: v,
			Msg: "Input should be a valid dictionary or object to extract fields from",
		}})
	}
	return newFields("body", m), nil
}

// failure returns the 422, or nil when nothing was wrong.
func (f fields) failure() *failure {
	if len(*f.problems) == 0 {
		return nil
	}
	return schemaFailure(*f.problems)
}

func (f fields) report(kind, name string, input any, ctx map[string]any, msg string) {
	*f.problems = append(*f.problems, problem{
		Type: kind, Loc: append(slices.Clone(f.loc), name), Msg: msg, Input: input, Ctx: ctx,
	})
}

// get returns a field's value, and false where there is none to check.
func (f fields) get(name string, p presence) (any, bool) {
	v, ok := f.values[name]
	if !ok {
		if p == required {
			f.report("missing", name, nil, nil, "Field required")
		}
		return nil, false
	}
	return v, v != nil || p != nullable
}

func (f fields) text(name string, p presence) string {
	v, ok := f.get(name, p)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		f.report("string_type", name, v, nil, "Input should be a valid string")
	}
	return s
}

func (f fields) oneOf(name, fallback string, allowed ...string) string {
	v, ok := f.get(name, optional)
	if !ok {
		return fallback
	}
	if s, ok := v.(string); ok && slices.Contains(allowed, s) {
		return s
	}
	expected := "'" + strings.Join(allowed[:len(allowed)-1], "', '") + "' or '" + allowed[len(allowed)-1] + "'"
	f.report("literal_error", name, v, map[string]any{"expected": expected}, "Input should be "+expected)
	return fallback
}

func (f fields) boolean(name string, p presence, fallback bool) bool {
	v, ok := f.get(name, p)
	if !ok {
		return fallback
	}
	switch v := v.(type) {
	case bool:
		return v
	case string:
		switch strings.ToLower(v) {
		case "true", "1", "yes", "on", "t", "y":
			return true
		case "false", "0", "no", "off", "f", "n":
			return false
		}
		f.report("bool_parsing", name, v, nil, "Input should be a valid boolean, unable to interpret input")
	default:
		f.report("bool_type", name, v, nil, "Input should be a valid boolean")
	}
	return fallback
}

// number returns nil where the field is absent, null or wrong.
func (f fields) number(name string, lo, hi float64) *float64 {
	v, ok := f.get(name, nullable)
	if !ok {
		return nil
	}
	var x float64
	var err error
	switch v := v.(type) {
	case json.Number:
		x, err = v.Float64()
	case string:
		x, err = strconv.ParseFloat(v, 64)
	default:
		f.report("float_type", name, v, nil, "Input should be a valid number")
		return nil
	}
	if err != nil {
		f.report("float_parsing", name, v, nil, "Input should be a valid number, unable to parse string as a number")
		return nil
	}
	if !f.within(name, v, x, lo, hi) {
		return nil
	}
	return &x
}

func (f fields) integer(name string, lo, hi int64) *int64 {
	v, ok := f.get(name, nullable)
	if !ok {
		return nil
	}
	var s string
	switch v := v.(type) {
	case json.Number:
		s = v.String()
	case string:
		s = v
	default:
		f.report("int_type", name, v, nil, "Input should be a valid integer")
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if x, ferr := strconv.ParseFloat(s, 64); err != nil && ferr == nil && x != math.Trunc(x) {
		f.report("int_from_float", name, v, nil, "Input should be a valid integer, got a number with a fractional part")
		return nil
	}
	if err != nil {
		f.report("int_parsing", name, v, nil, "Input should be a valid integer, unable to parse string as an integer")
		return nil
	}
	if !f.within(name, v, float64(n), float64(lo), float64(hi)) {
		return nil
	}
	return &n
}

func (f fields) within(name string, input any, x, lo, hi float64) bool {
	switch {
	case !(x >= lo): // NaN too
		f.report("greater_than_equal", name, input, map[string]any{"ge": lo},
			"Input should be greater than or equal to "+number(lo))
	case x > hi:
		f.report("less_than_equal", name, input, map[string]any{"le": hi},
			"Input should be less than or equal to "+number(hi))
	default:
		return true
	}
	return false
}

func (f fields) list(name string, most int) []any { return f.listOf(name, nullable, most) }

// listNotNull is a list that may be absent but not null.
func (f fields) listNotNull(name string, most int) []any { return f.listOf(name, optional, most) }

func (f fields) listOf(name string, p presence, most int) []any {
	v, ok := f.get(name, p)
	if !ok {
		return nil
	}
	l, ok := v.([]any)
	if !ok {
		f.report("list_type", name, v, nil, "Input should be a valid list")
		return nil
	}
	if len(l) > most {
		f.report("too_long", name, v,
			map[string]any{"field_type": "List", "max_length": most, "actual_length": len(l)},
			fmt.Sprintf("List should have at most %d items after validation, not %d", most, len(l)))
	}
	return l
}

// objects returns the fields of each object in a list.
func (f fields) objects(name string) []fields {
	v, ok := f.get(name, required)
	if !ok {
		return nil
	}
	l, ok := v.([]any)
	if !ok {
		f.report("list_type", name, v, nil, "Input should be a valid list")
		return nil
	}
	out := make([]fields, len(l))
	for i, v := range l {
		out[i] = fields{problems: f.problems, loc: append(slices.Clone(f.loc), name, i)}
		if out[i].values, ok = v.(map[string]any); !ok {
			*f.problems = append(*f.problems, problem{
				Type: "model_attributes_type", Loc: out[i].loc, Input: v,
				Msg: "Input should be a valid dictionary or object to extract fields from",
			})
		}
	}
	return out
}

// object returns the fields of a nested object; with none they are all absent.
func (f fields) object(name string) fields {
	in := fields{problems: f.problems, loc: append(slices.Clone(f.loc), name)}
	v, ok := f.get(name, nullable)
	if !ok {
		return in
	}
	m, ok := v.(map[string]any)
	if !ok {
		f.report("model_attributes_type", name, v, nil,
			"Input should be a valid dictionary or object to extract fields from")
		return in
	}
	in.values = m
	return in
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
