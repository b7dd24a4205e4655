package timing_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// reference is what encoding/json makes of an object.
func reference(data []byte) (timing.Chunk, bool) {
	var v struct {
		Audio      *string           `json:"audio_base64"`
		Alignment  *timing.Alignment `json:"alignment"`
		Normalized *timing.Alignment `json:"normalized_alignment"`
		Segments   json.RawMessage   `json:"voice_segments"`
	}
	var has struct {
		Audio json.RawMessage `json:"audio_base64"`
	}
	if json.Unmarshal(data, &v) != nil || json.Unmarshal(data, &has) != nil || has.Audio == nil {
		return timing.Chunk{}, false
	}
	c := timing.Chunk{Alignment: v.Alignment, Normalized: v.Normalized, Segments: v.Segments}
	if v.Audio == nil {
		return c, true
	}
	audio, err := base64.StdEncoding.DecodeString(*v.Audio)
	c.Audio = audio
	return c, err == nil
}

// agree compares a Decode with encoding/json.
func agree(t *testing.T, data []byte) {
	t.Helper()
	want, ok := reference(data)
	got, err := timing.Decode(bytes.Clone(data))
	require.Equal(t, ok, err == nil, "%.200q: %v", data, err)
	if err != nil {
		require.Empty(t, got)
		return
	}
	require.True(t, bytes.Equal(want.Audio, got.Audio), "%.200q", data)
	want.Audio, got.Audio = nil, nil
	require.True(t, reflect.DeepEqual(want, got), "%.200q\nwant %+v %+v\ngot  %+v %+v", data, want.Alignment, want.Normalized, got.Alignment, got.Normalized)
}

// objects are of every form that comes to mind.
var objects = []string{
	`{"audio_base64":"SUQz","alignment":{"characters":["H","i"],"character_start_times_seconds":[0.0,0.058],"character_end_times_seconds":[0.058,0.104]},"normalized_alignment":null}`,
	` { "audio_base64" : "SUQzBA==" , "alignment" : { "characters" : [ "\"" , "\\", "\n", "é", "你", "\u00e9", "\ud83d\ude00", "\ud83d", "👩‍👩‍👧", null, "" ] } } ` + "\r\n",
	`{"audio_base64":null}`, `{"audio_base64":""}`, `{}`, `null`, `[]`, ``, ` `, `{`, `{"audio_base64":"SUQ`, `{"audio_base64":"SUQz"`, `{"audio_base64":"SUQz"}x`,
	`{"audio_base64":"SUQ"}`, `{"audio_base64":"S=Qz"}`, `{"audio_base64":"SUQzBA==SUQz"}`, `{"audio_base64":"SUQ\u007a"}`, `{"audio_base64":"SU\/z"}`, "{\"audio_base64\":\"SUQ\n\"}",
	"{\"audio_base64\":\"SUQz\\n\"}", "{\"audio_base64\":\"SU\r\nQz\"}", `{"audio_base64":["x"]}`, `{"audio_base64":[1,2]}`, `{"audio_base64":7}`,
	`{"AUDIO_base64":"SUQz"}`, `{"audio_base64":"SUQz","audio_base64":"SUQ0"}`, `{"audio_ba\u0073e64":"SUQz"}`, `{"audio_baſe64":"SUQz"}`,
	`{"audio_base64":"","alignment":{"characters":["a"]},"alignment":{"character_end_times_seconds":[1]}}`, `{"audio_base64":"","Alignment":{}}`,
	`{"audio_base64":"","alignment":[]}`, `{"audio_base64":"","alignment":7}`, `{"audio_base64":"","alignment":{"characters":{}}}`, `{"audio_base64":"","alignment":{"characters":[1]}}`,
	`{"audio_base64":"","alignment":{"characters":[],"characters":["b"]}}`, `{"audio_base64":"","alignment":{"characters":null,"character_end_times_seconds":null}}`,
	`{"audio_base64":"","alignment":{"character_end_times_seconds":[0,-0,1e-05,0.5340000000000001,1.5E+3,null,123456789012345,1234567890123456,0.1234567890123456789,-12.5]}}`,
	`{"audio_base64":"","alignment":{"character_end_times_seconds":[01]}}`, `{"audio_base64":"","alignment":{"character_end_times_seconds":[1.]}}`,
	`{"audio_base64":"","alignment":{"character_end_times_seconds":[- 1]}}`, `{"audio_base64":"","alignment":{"character_end_times_seconds":[.5]}}`,
	`{"audio_base64":"","alignment":{"character_end_times_seconds":[1e]}}`, `{"audio_base64":"","alignment":{"character_end_times_seconds":[1e999]}}`,
	`{"audio_base64":"","alignment":{"character_end_times_seconds":[NaN]}}`, `{"audio_base64":"","alignment":{"character_end_times_seconds":["1"]}}`,
	`{"audio_base64":"","alignment":{"character_end_times_seconds":[1,]}}`, `{"audio_base64":"","alignment":{"character_end_times_seconds":[1 2]}}`,
	`{"audio_base64":"","more":{"a":[1,"]}",{"b":"\"\\"}],"c":true},"n":nullx}`, `{"audio_base64":"","more":{"a":[1,"]}",{"b":"\"\\"}],"c":true},"n":-1e5 ,"o":"x"}`,
	`{"audio_base64":"","more":{"a":]}}`, `{"audio_base64":"","more":}`, `{"audio_base64":"","more":tru}`, `{"audio_base64":"",}`, `{"audio_base64":"" "a":1}`,
	`{"audio_base64":"","voice_segments":[ {"voice_id":"a"} , {} ] ,"alignment":{"extra":[1]}}`, `{"audio_base64":"","voice_segments":null}`,
	"{\"audio_base64\":\"\",\"alignment\":{\"characters\":[\"\xff\",\"a\x00\"]}}", "{\"audio_base64\":\"\",\"alignment\":{\"characters\":[\"\xff\"]}}", "{\"\xff\":1,\"audio_base64\":\"\"}",
	`{"audio_base64":"","alignment":{"characters":["\x"]}}`, `{"audio_base64":"","alignment":{"characters":["\u12"]}}`, `{"audio_base64":"","alignment":{"characters":["a`,
	`{"detail":{"status":"something"}}`,
}

func TestDecode_AgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, object := range objects {
		agree(t, []byte(object))
	}
	for n := range 20 {
		for _, size := range []int{3072, 6144, 10000} {
			agree(t, object(t, bytes.Repeat([]byte{1, 2, 3, 250, 7}, size)[:size-n], "Hello"))
		}
	}
}

// object is an answer with one line of alignment for a text.
func object(t testing.TB, audio []byte, text string) []byte {
	t.Helper()
	a := timing.Alignment{Characters: []string{}, Starts: []float64{}, Ends: []float64{}}
	for i, r := range []rune(text) {
		a.Characters = append(a.Characters, string(r))
		a.Starts = append(a.Starts, math.Round(float64(i)*58)/1000)
		a.Ends = append(a.Ends, math.Round(float64(i+1)*58)/1000)
	}
	data, err := json.Marshal(map[string]any{"audio_base64": audio, "alignment": a, "normalized_alignment": a})
	require.NoError(t, err)
	return data
}

func TestDecode_TakesTheAudioFromWhereItStands(t *testing.T) {
	data := object(t, make([]byte, 1<<20), "")
	c, err := timing.Decode(data)
	require.NoError(t, err)
	require.Len(t, c.Audio, 1<<20)
	require.Equal(t, 1<<20, cap(c.Audio))
	at := bytes.Index(data, []byte(`64":"`)) + len(`64":"`)
	require.Same(t, &data[at], &c.Audio[0])

	again := object(t, make([]byte, 1<<20), "")
	require.LessOrEqual(t, testing.AllocsPerRun(1, func() {
		copy(data, again)
		_, _ = timing.Decode(data)
	}), 12.0)
}

func FuzzDecode(f *testing.F) {
	for _, object := range objects {
		f.Add([]byte(object))
	}
	f.Fuzz(func(t *testing.T, data []byte) { agree(t, data) })
}

// inPieces gives data so many bytes at a time, and then an error.
func inPieces(data string, size int, end error) func([]byte) (int, error) {
	return func(p []byte) (int, error) {
		n := copy(p[:min(size, len(p))], data)
		data = data[n:]
		if n == 0 {
			return 0, end
		}
		return n, nil
	}
}

func TestLines_OfAnyLengthAndForm(t *testing.T) {
	t.Parallel()
	long := string(object(t, bytes.Repeat([]byte("audio"), 100_000), "long"))
	const a, b = `{"audio_base64":"QQ=="}`, `{"audio_base64":"Qg=="}`
	for name, tt := range map[string]struct {
		body string
		want string
		fail string
	}{
		"one each":             {a + "\n" + b + "\n", "AB", "EOF"},
		"the last without end": {a + "\n" + b, "AB", "EOF"},
		"blank lines":          {"\n\r\n" + a + "\r\n \n" + b + "\n\n", "AB", "EOF"},
		"nothing":              {"", "", "EOF"},
		"blanks only":          {" \n\n", "", "EOF"},
		"a long one":           {a + "\n" + long + "\n" + b, "A" + strings.Repeat("audio", 100_000) + "B", "EOF"},
		"not JSON":             {a + "\noh no\n" + b, "A", "line 2: invalid character 'o' looking for beginning of value"},
		"without audio":        {a + "\n\n{\"detail\":1}\n" + b, "A", "line 3: an object without audio_base64"},
		"not base64":           {a + "\n{\"audio_base64\":\"QQ\"}", "A", "line 2: audio_base64 is not base64"},
		"cut short":            {a + "\n" + b[:10], "A", "line 2: unexpected EOF"},
		"too long":             {a + "\n" + strings.Repeat("x", 1<<20+1), "A", "the line is too long"},
		"too long with an end": {a + "\n" + strings.Repeat("x", 1<<20+1) + "\n" + b, "A", "the line is too long"},
	} {
		for _, size := range []int{1 << 20, 4096, 7} {
			if size < 100 && len(tt.body) > 1000 {
				continue
			}
			lines := timing.NewLines(inPieces(tt.body, size, io.EOF), 1<<20)
			var got strings.Builder
			c, err := lines.Next()
			for ; err == nil; c, err = lines.Next() {
				got.Write(c.Audio)
			}
			require.Equal(t, tt.want, got.String(), name)
			require.EqualError(t, err, tt.fail, name)
			_, again := lines.Next()
			require.Equal(t, err, again, name)
		}
	}
}

func TestLines_PassOnWhatEndsThem(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	lines := timing.NewLines(inPieces(`{"audio_base64":"QQ=="}`+"\n{", 100, gone), 1<<20)
	_, err := lines.Next()
	require.NoError(t, err)
	_, err = lines.Next()
	require.Equal(t, gone, err)
}

func TestTrack_IsContinuous(t *testing.T) {
	t.Parallel()
	chunk := func(times ...float64) *timing.Alignment {
		a := &timing.Alignment{Starts: times[:len(times)-1], Ends: times[1:]}
		a.Characters = make([]string, len(a.Ends))
		return a
	}
	for name, tt := range map[string]struct {
		chunks []*timing.Alignment
		heard  []float64
		want   []float64
	}{
		"from the start of the speech": {
			[]*timing.Alignment{chunk(0, 1, 2), chunk(2, 3), chunk(2.99, 4)}, []float64{0, 2.1, 3.1}, []float64{0, 1, 2, 2.99},
		},
		"each from its own start": {
			[]*timing.Alignment{chunk(0, 1, 2), chunk(0, 1), chunk(0, 0.02), chunk(0, 1)}, []float64{0, 0, 0, 0}, []float64{0, 1, 2, 3, 3.02},
		},
		"each from the start of its audio": {
			[]*timing.Alignment{chunk(0, 1, 2), chunk(0, 1), chunk(0.5, 1)}, []float64{0, 2.5, 3}, []float64{0, 1, 2.5, 4},
		},
		"from the start of a sentence": {
			[]*timing.Alignment{chunk(0, 1), chunk(1, 2), chunk(0, 1), chunk(1, 2)}, []float64{0, 1, 2.25, 3}, []float64{0, 1, 2.25, 3.25},
		},
		"with times that cannot be": {
			[]*timing.Alignment{
				chunk(0, 1), {Characters: []string{"a", "b"}, Starts: []float64{-3}, Ends: []float64{2}}, {},
				{Characters: []string{"c"}, Starts: []float64{1, 5}, Ends: []float64{2, 6}},
			}, []float64{0, 0, 0, 0}, []float64{0, -1, -1, 1},
		},
	} {
		var track timing.Track
		for i, c := range tt.chunks {
			track.Add(c, tt.heard[i])
		}
		require.InDeltaSlice(t, tt.want, track.Starts, 1e-9, name)
		require.Len(t, track.Characters, len(tt.want), name)
		require.Len(t, track.Ends, len(tt.want), name)
	}
}
