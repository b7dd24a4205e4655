package elevenlabs_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A shape is a schema of the vendor's specification, of which
// internal/spectest/specgen has made testdata/spec/openapi.json.
type shape struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Enum       []any             `json:"enum"`
	Default    any               `json:"default"`
	Nullable   bool              `json:"nullable"`
	Deprecated bool              `json:"deprecated"`
	Properties map[string]*shape `json:"properties"`
	Required   []string          `json:"required"`
	Items      *shape            `json:"items"`
	More       json.RawMessage   `json:"additionalProperties"` // true or a shape
	AnyOf      []*shape          `json:"anyOf"`
	OneOf      []*shape          `json:"oneOf"`
	AllOf      []*shape          `json:"allOf"`
}

// An operation is an endpoint of the specification.
type operation struct {
	Parameters []struct {
		Name, In string
		Required bool
		Schema   *shape
	}
	RequestBody struct {
		Content map[string]struct{ Schema *shape }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema *shape }
	}
}

type specification struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]*shape }
}

var readSpec = sync.OnceValues(func() (*specification, error) {
	data, err := os.ReadFile("testdata/spec/openapi.json")
	if err != nil {
		return nil, err
	}
	spec := new(specification)
	return spec, json.Unmarshal(data, spec)
})

func loadSpec(t *testing.T) *specification {
	t.Helper()
	spec, err := readSpec()
	require.NoError(t, err)
	return spec
}

// operations returns all operations by method and path.
func (s *specification) operations() map[string]operation {
	all := make(map[string]operation)
	for path, methods := range s.Paths {
		for method, op := range methods {
			all[strings.ToUpper(method)+" "+path] = op
		}
	}
	return all
}

// look returns the shape that another one stands for.
func (s *specification) look(sh *shape) *shape {
	nullable := sh.Nullable
	for {
		switch {
		case sh.Ref != "":
			sh = s.Components.Schemas[strings.TrimPrefix(sh.Ref, "#/components/schemas/")]
		case len(sh.AllOf) == 1:
			sh = sh.AllOf[0]
		default:
			seen := *sh
			seen.Nullable = nullable || sh.Nullable
			return &seen
		}
		nullable = nullable || sh.Nullable
	}
}

// choices returns what a shape may be, itself if there is no choice.
func (s *specification) choices(sh *shape) []*shape {
	sh = s.look(sh)
	if among := append(sh.AnyOf, sh.OneOf...); len(among) > 0 {
		all := make([]*shape, len(among))
		for i := range among {
			all[i] = s.look(among[i])
		}
		return all
	}
	return []*shape{sh}
}

// values returns the shape of a map's values, nil for anything.
func (sh *shape) values() *shape {
	v := new(shape)
	if string(sh.More) == "true" || json.Unmarshal(sh.More, v) != nil {
		return nil
	}
	return v
}

// report fails for differences that are not excused, and for excuses that
// nothing needs.
func report(t *testing.T, found map[string]bool, excuses map[string]string) {
	t.Helper()
	for what := range excuses {
		if !found[what] {
			t.Errorf("there is no need for the excuse %q", what)
		}
		delete(found, what)
	}
	for _, what := range slices.Sorted(maps.Keys(found)) {
		t.Error(what)
	}
}

// jsonFields returns the fields of a struct by their names in JSON, none for
// another type.
func jsonFields(typ reflect.Type) map[string]reflect.StructField {
	fields := make(map[string]reflect.StructField)
	if typ == nil || typ.Kind() != reflect.Struct {
		return fields
	}
	for _, f := range reflect.VisibleFields(typ) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f
		}
	}
	return fields
}
