package elevenlabs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// unheard names a field and an enum value that the specification does not know.
const unheard = "unheard_of"

// A sampler makes answers of a shape. Every value in one is another.
type sampler struct {
	spec    *specification
	least   bool // only what is required
	nulls   bool // null where it may be
	zeros   bool // 0 and false, and "" where it may be null
	strange bool // with fields and enum values that the specification does not know
	choice  int  // which of several shapes, from 0
	n       int  // values so far
}

// samplers are the ways in which an answer can come.
func samplers(spec *specification) map[string]sampler {
	return map[string]sampler{
		"everything":      {spec: spec},
		"another choice":  {spec: spec, choice: 1},
		"a third choice":  {spec: spec, choice: 2},
		"what must be":    {spec: spec, least: true},
		"nulls":           {spec: spec, nulls: true},
		"zeros":           {spec: spec, zeros: true},
		"what is unknown": {spec: spec, strange: true},
	}
}

func (s *sampler) of(sh *shape) any {
	sh = s.spec.look(sh)
	if s.nulls && sh.Nullable {
		return nil
	}
	choices := s.spec.choices(sh)
	sh = choices[s.choice%len(choices)]
	s.n++
	switch {
	case sh.Properties != nil:
		return s.object(sh)
	case sh.Type == "object":
		if values := sh.values(); values != nil {
			return map[string]any{"a": s.of(values), "b": s.of(values)}
		}
		return map[string]any{"a": s.n, "b": []any{"c"}}
	case sh.Type == "array":
		return []any{s.of(sh.Items), s.of(sh.Items)}
	}
	return s.scalar(sh)
}

func (s *sampler) object(sh *shape) map[string]any {
	out := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(sh.Properties)) {
		switch {
		case s.least && !slices.Contains(sh.Required, name):
		case name == "audio_base64": // there is always audio
			out[name] = "AQID"
		default:
			out[name] = s.of(sh.Properties[name])
		}
	}
	if s.strange {
		out[unheard] = map[string]any{"n": s.n}
	}
	return out
}

func (s *sampler) scalar(sh *shape) any {
	switch {
	case sh.Type == "boolean":
		return !s.zeros
	case sh.Type == "integer" && s.zeros, sh.Type == "number" && s.zeros:
		return 0
	case sh.Type == "integer":
		return s.n
	case sh.Type == "number":
		return float64(s.n) + 0.25
	case len(sh.Enum) > 0 && s.strange:
		return unheard
	case len(sh.Enum) > 0:
		return sh.Enum[s.n%len(sh.Enum)]
	case s.zeros && sh.Nullable:
		return ""
	}
	return fmt.Sprintf("text %d", s.n)
}

func TestSpec_AnswersSurviveDecodingAndEncoding(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	for name, op := range spec.operations() {
		if answers[name] == nil {
			continue
		}
		sh, typ := op.Responses["200"].Content["application/json"].Schema, reflect.TypeOf(answers[name][0])
		for kind, s := range samplers(spec) {
			t.Run(name+" with "+kind, func(t *testing.T) {
				t.Parallel()
				sample, err := json.Marshal(s.of(sh))
				require.NoError(t, err)
				got := roundTrip(t, name, typ, sample)
				require.Equal(t, spec.plain(t, sh, typ, sample), spec.plain(t, sh, typ, got), "%s", sample)
			})
		}
	}
}

// roundTrip decodes an answer and encodes what came of it.
func roundTrip(t *testing.T, name string, typ reflect.Type, data []byte) []byte {
	t.Helper()
	var v any
	if strings.HasSuffix(name, "with-timestamps") {
		v = timedRoundTrip(t, name, data)
	} else {
		v = reflect.New(typ).Interface()
		require.NoError(t, json.Unmarshal(data, v), "%s", data)
	}
	got, err := json.Marshal(v)
	require.NoError(t, err)
	return got
}

// timedRoundTrip has a client decode audio with its timing.
func timedRoundTrip(t *testing.T, name string, data []byte) timedDialogue {
	t.Helper()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", string(data)+"\n"), nil
	}))
	tts := elevenlabs.TTSRequest{Text: "Hi", Timestamps: true}
	dialogue := elevenlabs.DialogueRequest{Inputs: []elevenlabs.DialogueInput{{Text: "Hi", VoiceID: "v"}}, Timestamps: true}
	if !strings.Contains(name, "/stream/") {
		speech, err := c.Synthesize(t.Context(), tts)
		if strings.Contains(name, "dialogue") {
			speech, err = c.Dialogue(t.Context(), dialogue)
		}
		require.NoError(t, err)
		return timedDialogue{timedAnswer{speech.Audio, speech.Alignment, speech.NormalizedAlignment}, speech.Segments}
	}
	stream, err := c.SynthesizeStream(t.Context(), tts)
	if strings.Contains(name, "dialogue") {
		require.NoError(t, stream.Close())
		stream, err = c.DialogueStream(t.Context(), dialogue)
	}
	require.NoError(t, err)
	defer stream.Close()
	audio, err := io.ReadAll(stream)
	require.NoError(t, err)
	return timedDialogue{timedAnswer{audio, stream.Alignment(), stream.NormalizedAlignment()}, stream.Segments()}
}

// plain decodes an answer and leaves out what makes no difference.
func (s *specification) plain(t *testing.T, sh *shape, typ reflect.Type, data []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v))
	return s.without(sh, typ, v)
}

// without leaves out null, an empty text that can be null, empty lists and
// objects; of fields that are not in the shape those that only the type has;
// and what is unknown where the type does not keep it.
func (s *specification) without(sh *shape, typ reflect.Type, v any) any {
	if typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch v := v.(type) {
	case []any:
		return s.withoutItems(sh, typ, v)
	case map[string]any:
		return s.withoutFields(sh, typ, v)
	case string:
		if v == "" && (sh == nil || s.look(sh).Nullable) {
			return nil
		}
	}
	return v
}

func (s *specification) withoutItems(sh *shape, typ reflect.Type, list []any) any {
	if len(list) == 0 {
		return nil
	}
	var items *shape
	for _, c := range s.choices(sh) {
		items = c.Items
	}
	for i := range list {
		list[i] = s.without(items, elem(typ), list[i])
	}
	return list
}

func (s *specification) withoutFields(sh *shape, typ reflect.Type, object map[string]any) any {
	props, values, fields := map[string]*shape{}, (*shape)(nil), jsonFields(typ)
	for _, c := range s.choices(sh) {
		maps.Copy(props, c.Properties)
		values = c.values()
	}
	for name, value := range object {
		var field reflect.Type
		if f, ok := fields[name]; ok {
			field = f.Type
		}
		switch {
		case props[name] != nil:
			value = s.without(props[name], field, value)
		case name == unheard && !keeps(typ), len(props) > 0 && field != nil:
			value = nil
		case len(props) == 0 && values != nil:
			value = s.without(values, elem(typ), value)
		}
		if object[name] = value; value == nil {
			delete(object, name)
		}
	}
	if len(object) == 0 {
		return nil
	}
	return object
}

// elem returns the type of a list's items or a map's values, nil for another.
func elem(typ reflect.Type) reflect.Type {
	if typ != nil && (typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map) {
		return typ.Elem()
	}
	return nil
}

// keeps reports whether a type keeps fields that it does not know.
func keeps(typ reflect.Type) bool {
	if typ == nil || typ.Kind() != reflect.Struct {
		return false
	}
	_, ok := typ.FieldByName("Extra")
	return ok
}
