package timing_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

const hi = `"alignment":{"chars":["H","i"],"charStartTimesMs":[0,58],"charDurationsMs":[58,46]}`

func TestFrameDecoder_UnderstandsEverySpelling(t *testing.T) {
	t.Parallel()
	times := &timing.Alignment{Characters: []string{"H", "i"}, Starts: []float64{0, 0.058}, Ends: []float64{0.058, 0.104}}
	for name, tt := range map[string]struct {
		message string
		want    timing.Frame
	}{
		"audio": {
			`{"audio":"SGk=","isFinal":null,"normalizedAlignment":null,"alignment":null}`, timing.Frame{Audio: []byte("Hi")},
		},
		"with its timing": {
			`{"audio":"SGk=","isFinal":false,"normalizedAlignment":null,` + hi + `}`, timing.Frame{Audio: []byte("Hi"), Alignment: times},
		},
		"as the older schema spells it": {
			`{"audio":"SGk=",` + strings.ReplaceAll(hi, "charDurations", "charsDurations") + `}`,
			timing.Frame{Audio: []byte("Hi"), Alignment: times},
		},
		"of a dialogue": {
			`{"audio":"SGk=","alignment":null,"normalized_alignment":{"chars":["H","i"],"char_start_times_ms":[0,58],"char_durations_ms":[58,46]}}`,
			timing.Frame{Audio: []byte("Hi"), Normalized: times},
		},
		"the last": {
			`{"audio":null,"isFinal":true,"normalizedAlignment":null,"alignment":null}`, timing.Frame{Final: true},
		},
		"of a context":      {`{"audio":"SGk=","contextId":"c1"}`, timing.Frame{Audio: []byte("Hi"), Context: "c1"}},
		"of one in snake":   {`{"is_final":true,"context_id":"c1"}`, timing.Frame{Final: true, Context: "c1"}},
		"the end of a turn": {`{"is_final_audio_for_turn":true}`, timing.Frame{TurnFinal: true}},
		"an error": {
			`{"message":"Invalid API key","error":"invalid_api_key","code":1008}`,
			timing.Frame{Failed: true, Error: "invalid_api_key", Message: "Invalid API key"},
		},
		"an error of other types": {
			`{"error":{"a":1},"message":null,"code":"x","param":"inputs"}`,
			timing.Frame{Failed: true, Error: `{"a":1}`, Param: "inputs"},
		},
		"unknown": {`{"type":"news","data":[{"audio":1}]}`, timing.Frame{}},
		"what is wide": {
			`{"audio":"","alignment":{"chars":["é","a","\n","日"],"charStartTimesMs":[1,2,3],"charDurationsMs":[1,null]}}`,
			timing.Frame{Alignment: &timing.Alignment{
				Characters: []string{"é", "a", "\n", "日"}, Starts: []float64{0.001, 0.002, 0.003, -1}, Ends: []float64{0.002, 0.002, -1, -1},
			}},
		},
	} {
		var d timing.FrameDecoder
		for range 2 {
			got, err := d.Decode([]byte(tt.message))
			require.NoError(t, err, name)
			require.Equal(t, tt.want, got, name)
		}
	}
}

func TestFrameDecoder_RefusesWhatIsNoFrame(t *testing.T) {
	t.Parallel()
	for _, message := range []string{``, `null`, `[]`, `"x"`, `{`, `{"audio":1}`, `{"audio":"?"}`, `{"isFinal":"yes"}`, `{"audio":""}x`} {
		var d timing.FrameDecoder
		_, err := d.Decode([]byte(message))
		require.Error(t, err, message)
	}
}

// longFrame is a message of about 300 KB.
func longFrame() []byte {
	audio := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("audio", 40_000)))
	var chars, starts, durations []string
	for i := range 1000 {
		chars, starts, durations = append(chars, `"a"`), append(starts, fmt.Sprint(i*60)), append(durations, "60")
	}
	times := fmt.Sprintf(`{"chars":[%s],"charStartTimesMs":[%s],"charDurationsMs":[%s]}`,
		strings.Join(chars, ","), strings.Join(starts, ","), strings.Join(durations, ","))
	return fmt.Appendf(nil, `{"audio":"%s","isFinal":null,"normalizedAlignment":%s,"alignment":%s}`, audio, times, times)
}

func TestFrameDecoder_AllocatesLittle(t *testing.T) {
	message := longFrame()
	var d timing.FrameDecoder
	data := make([]byte, len(message))
	decode := func() {
		copy(data, message)
		if _, err := d.Decode(data); err != nil {
			t.Error(err)
		}
	}
	decode()
	require.LessOrEqual(t, testing.AllocsPerRun(100, decode), 4.0)
}

func BenchmarkFrame(b *testing.B) {
	message := longFrame()
	data := make([]byte, len(message))
	b.Run("here", func(b *testing.B) {
		var d timing.FrameDecoder
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			copy(data, message)
			if _, err := d.Decode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		type times struct {
			Chars     []string  `json:"chars"`
			Starts    []float64 `json:"charStartTimesMs"`
			Durations []float64 `json:"charDurationsMs"`
		}
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var v struct {
				Audio      []byte `json:"audio"`
				Alignment  *times `json:"alignment"`
				Normalized *times `json:"normalizedAlignment"`
			}
			copy(data, message)
			if err := json.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// FuzzFrame compares with encoding/json, through which an unknown field of its
// own sends the same message.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"audio":"SGk=","isFinal":null,"normalizedAlignment":null,` + hi + `}`))
	f.Add([]byte(`{"isFinal":true,"contextId":"c1"}`))
	f.Add([]byte(`{"audio":"SGk=","alignment":{"chars":["é","\n"],"charStartTimesMs":[1.5,2e3],"charsDurationsMs":[]}}`))
	f.Add([]byte(`{"message":"Invalid API key","error":"invalid_api_key","code":1008}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d, slow timing.FrameDecoder
		want, wantErr := slow.DecodeAny(append([]byte(nil), data...))
		got, err := d.Decode(data)
		if wantErr != nil {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func BenchmarkFrameOf75KB(b *testing.B) {
	audio := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("audio", 11_250)))
	message := []byte(`{"audio":"` + audio + `","isFinal":null,"normalizedAlignment":null,"alignment":null}`)
	data := make([]byte, len(message))
	var d timing.FrameDecoder
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		copy(data, message)
		if _, err := d.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
