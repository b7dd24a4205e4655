// Package extra keeps the fields of JSON objects that a struct does not name,
// so that a program can reach what an API has added since.
package extra

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// Fields are the fields that a struct does not name, as they came.
type Fields = map[string]json.RawMessage

// Unmarshal decodes an object into the struct that v points to and returns the
// fields it has no place for, nil if there are none. The struct's type must
// have no UnmarshalJSON that calls Unmarshal: convert it to a type without
// methods.
func Unmarshal(data []byte, v any) (Fields, error) {
	if err := json.Unmarshal(data, v); err != nil {
		return nil, err
	}
	var all Fields
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for name := range named(reflect.TypeOf(v).Elem()) {
		delete(all, name)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// Marshal encodes a struct together with the fields it does not name. A field
// that it does name wins.
func Marshal(v any, more Fields) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil || len(more) == 0 {
		return data, err
	}
	all := make(Fields, len(more))
	for name, value := range more {
		all[name] = value
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

var cache sync.Map // of reflect.Type to map[string]bool

// named returns the names that a struct's fields have in JSON.
func named(t reflect.Type) map[string]bool {
	if names, ok := cache.Load(t); ok {
		return names.(map[string]bool)
	}
	names := make(map[string]bool)
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names[name] = true
		}
	}
	cache.Store(t, names)
	return names
}
