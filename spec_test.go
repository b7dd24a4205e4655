package elevenlabs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
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

// answers are the types that the answers in JSON are decoded into. An operation
// whose answer is one of several shapes names each of them.
var answers = map[string][]any{
	"POST /v1/forced-alignment":                                                      {elevenlabs.ForcedAlignment{}},
	"GET /v1/history":                                                                {elevenlabs.HistoryPage{}},
	"GET /v1/history/{history_item_id}":                                              {elevenlabs.HistoryItem{}},
	"DELETE /v1/history/{history_item_id}":                                           {elevenlabs.StatusAnswer{}},
	"GET /v1/models":                                                                 {[]elevenlabs.Model{}},
	"GET /v1/pronunciation-dictionaries":                                             {elevenlabs.DictionaryPage{}},
	"POST /v1/pronunciation-dictionaries/add-from-file":                              {elevenlabs.CreatedDictionary{}},
	"POST /v1/pronunciation-dictionaries/add-from-rules":                             {elevenlabs.CreatedDictionary{}},
	"PATCH /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}":             {elevenlabs.Dictionary{}},
	"GET /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}":               {elevenlabs.Dictionary{}},
	"POST /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}/add-rules":    {elevenlabs.DictionaryVersion{}},
	"POST /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}/remove-rules": {elevenlabs.DictionaryVersion{}},
	"POST /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}/set-rules":    {elevenlabs.DictionaryVersion{}},
	"GET /v1/shared-voices":                                                          {elevenlabs.SharedVoicePage{}},
	"POST /v1/single-use-token/{token_type}":                                         {elevenlabs.TokenAnswer{}},
	"POST /v1/speech-to-text":                                                        {elevenlabs.Transcript{}, elevenlabs.Transcript{}, elevenlabs.Acceptance{}},
	"GET /v1/speech-to-text/transcripts/{transcription_id}":                          {elevenlabs.Transcript{}, elevenlabs.Transcript{}},
	"POST /v1/text-to-dialogue/with-timestamps":                                      {timedDialogue{}},
	"POST /v1/text-to-dialogue/stream/with-timestamps":                               {timedDialogue{}},
	"POST /v1/text-to-speech/{voice_id}/with-timestamps":                             {timedAnswer{}},
	"POST /v1/text-to-speech/{voice_id}/stream/with-timestamps":                      {timedAnswer{}},
	"GET /v1/usage/character-stats":                                                  {elevenlabs.Usage{}},
	"GET /v1/user":                                                                   {elevenlabs.User{}},
	"GET /v1/user/subscription":                                                      {elevenlabs.Subscription{}},
	"GET /v1/voices":                                                                 {elevenlabs.VoicePage{}},
	"POST /v1/voices/add":                                                            {elevenlabs.AddedVoice{}},
	"POST /v1/voices/add/{public_user_id}/{voice_id}":                                {elevenlabs.AddedVoice{}},
	"GET /v1/voices/settings/default":                                                {elevenlabs.VoiceSettings{}},
	"GET /v1/voices/{voice_id}":                                                      {elevenlabs.Voice{}},
	"DELETE /v1/voices/{voice_id}":                                                   {elevenlabs.StatusAnswer{}},
	"POST /v1/voices/{voice_id}/edit":                                                {elevenlabs.StatusAnswer{}},
	"GET /v1/voices/{voice_id}/settings":                                             {elevenlabs.VoiceSettings{}},
	"POST /v1/voices/{voice_id}/settings/edit":                                       {elevenlabs.StatusAnswer{}},
	"GET /v2/voices":                                                                 {elevenlabs.VoicePage{}},
}

// A timedAnswer has the fields of audio with its timing, which internal/timing
// decodes by hand.
type timedAnswer struct {
	Audio      []byte                `json:"audio_base64"`
	Alignment  *elevenlabs.Alignment `json:"alignment,omitempty"`
	Normalized *elevenlabs.Alignment `json:"normalized_alignment,omitempty"`
}

type timedDialogue struct {
	timedAnswer
	Segments []elevenlabs.VoiceSegment `json:"voice_segments"`
}

// excused are differences between types and specification that are meant.
var excused = map[string]string{
	"GET /v1/user: workspace_id is not in the specification": "it is in the vendor's JavaScript SDK 2.73",

	"GET /v1/voices: has_more is not in the specification":        "the type is that of GET /v2/voices",
	"GET /v1/voices: next_page_token is not in the specification": "the type is that of GET /v2/voices",
	"GET /v1/voices: total_count is not in the specification":     "the type is that of GET /v2/voices",

	"POST /v1/voices/add/{public_user_id}/{voice_id}: requires_verification is not in the specification": "the type is that of POST /v1/voices/add",

	"GET /v1/pronunciation-dictionaries pronunciation_dictionaries[]: rules is not in the specification":           "GET of one dictionary tells them",
	"PATCH /v1/pronunciation-dictionaries/{pronunciation_dictionary_id}: rules is not in the specification":        "GET of the dictionary tells them",
	"POST /v1/speech-to-text transcripts[]: transcripts is not in the specification":                               "a channel has the type of the whole",
	"GET /v1/speech-to-text/transcripts/{transcription_id} transcripts[]: transcripts is not in the specification": "a channel has the type of the whole",
}

func TestSpec_EveryFieldOfAnAnswerHasAPlace(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	found := make(map[string]bool)
	for name, op := range spec.operations() {
		answer, ok := op.Responses["200"].Content["application/json"]
		if !ok || answer.Schema == nil || reflect.DeepEqual(*answer.Schema, shape{}) {
			require.NotContains(t, answers, name)
			continue
		}
		require.Contains(t, answers, name)
		w := walk{spec: spec, found: found}
		choices := spec.choices(answer.Schema)
		require.Len(t, answers[name], len(choices), name)
		byType := make(map[reflect.Type][]*shape)
		for i, sh := range choices {
			typ := reflect.TypeOf(answers[name][i])
			byType[typ] = append(byType[typ], sh)
		}
		for typ, shapes := range byType {
			w.match(name, &shape{AnyOf: shapes}, typ)
		}
	}
	report(t, found, excused)
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

// A walk compares shapes with types.
type walk struct {
	spec  *specification
	found map[string]bool // differences
}

func (w *walk) differ(path, format string, args ...any) {
	w.found[path+": "+fmt.Sprintf(format, args...)] = true
}

// match compares a shape with a type, which may be a pointer.
func (w *walk) match(path string, sh *shape, typ reflect.Type) {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	choices := w.spec.choices(sh)
	if len(choices) > 1 {
		w.choose(path, choices, typ)
		return
	}
	sh = choices[0]
	switch {
	case sh.Type == "object" && sh.Properties != nil && typ.Kind() == reflect.Struct:
		w.fields(path, sh, typ, false)
	case sh.Type == "object" && sh.Properties == nil && typ.Kind() == reflect.Map:
		if values := sh.values(); values != nil {
			w.match(path+"{}", values, typ.Elem())
		}
	case sh.Type == "array" && typ.Kind() == reflect.Slice:
		w.match(path+"[]", sh.Items, typ.Elem())
	case !kindFits(sh.Type, typ):
		w.differ(path, "%s is a %s", sh.Type, typ)
	}
}

func kindFits(name string, typ reflect.Type) bool {
	switch name {
	case "string":
		return typ.Kind() == reflect.String || typ == reflect.TypeFor[[]byte]()
	case "integer":
		return typ.Kind() == reflect.Int || typ.Kind() == reflect.Int64
	case "number":
		return typ.Kind() == reflect.Float64
	case "boolean":
		return typ.Kind() == reflect.Bool
	}
	return false
}

// choose compares several shapes with a type. Objects have all of their fields
// in one struct. A type that decodes and encodes itself decides what is there,
// which the round trips prove.
func (w *walk) choose(path string, choices []*shape, typ reflect.Type) {
	itself := reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Unmarshaler]())
	all := &shape{Type: "object", Properties: make(map[string]*shape), Required: choices[0].Required}
	for _, sh := range choices {
		if sh.Type != "object" || sh.Properties == nil {
			if !itself {
				w.differ(path, "%s does not take a choice of types", typ)
			}
			return
		}
		maps.Copy(all.Properties, sh.Properties)
		all.Required = slices.DeleteFunc(slices.Clone(all.Required), func(name string) bool {
			return !slices.Contains(sh.Required, name)
		})
	}
	w.fields(path, all, typ, itself)
}

// fields compares the properties of an object with the fields of a struct. A
// loose struct may have them whether they are required or not.
func (w *walk) fields(path string, sh *shape, typ reflect.Type, loose bool) {
	fields := jsonFields(typ)
	for name := range fields {
		if sh.Properties[name] == nil {
			w.differ(path, "%s is not in the specification", name)
		}
	}
	for name, prop := range sh.Properties {
		at := path + " " + name
		f, ok := fields[name]
		if !ok {
			w.differ(at, "missing from %s", typ)
			continue
		}
		omitted := strings.HasSuffix(f.Tag.Get("json"), ",omitempty")
		w.match(at, prop, f.Type)
		if loose {
			continue
		}
		required, nullable := slices.Contains(sh.Required, name), w.spec.look(prop).Nullable
		if !required && !omitted {
			w.differ(at, "optional, but not omitted when empty")
		}
		if required && !nullable && omitted {
			w.differ(at, "required, but omitted when empty")
		}
		w.absence(at, f.Type, !required || nullable)
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

// absence compares whether something can be absent with whether a type can.
// Texts, lists and maps are empty then.
func (w *walk) absence(path string, typ reflect.Type, absent bool) {
	switch typ.Kind() {
	case reflect.Pointer:
		if !absent && typ.Elem().Kind() != reflect.Struct {
			w.differ(path, "required, but a pointer")
		}
	case reflect.Int, reflect.Int64, reflect.Float64, reflect.Bool, reflect.Struct:
		if absent {
			w.differ(path, "optional, but its zero value is a choice")
		}
	}
}
