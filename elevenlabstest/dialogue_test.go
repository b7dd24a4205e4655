package elevenlabstest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const (
	george       = "JBFqnCBsd6RMkjVDRZzb"
	dialoguePath = "/v1/text-to-dialogue"
)

// lines is the body of a dialogue, voices and texts by turns.
func lines(t *testing.T, pairs ...string) string {
	t.Helper()
	type line struct {
		Voice string `json:"voice_id"`
		Text  string `json:"text"`
	}
	body := struct {
		Inputs []line `json:"inputs"`
	}{Inputs: []line{}}
	for i := 0; i < len(pairs); i += 2 {
		body.Inputs = append(body.Inputs, line{pairs[i], pairs[i+1]})
	}
	b, err := json.Marshal(body)
	require.NoError(t, err)
	return string(b)
}

func TestDialogue_IsItsLinesOneAfterTheOther(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	var want []byte
	for _, text := range []string{"Hello.", "Good day!"} {
		want = append(want, postJSON(t, srv, ttsPath+"?output_format=pcm_16000", textBody(text)).body...)
	}
	for _, path := range []string{dialoguePath, dialoguePath + "/stream"} {
		a := postJSON(t, srv, path+"?output_format=pcm_16000", lines(t, sarah, "Hello.", george, "Good day!"))
		require.Equal(t, http.StatusOK, a.status, "%s", a.body)
		require.Equal(t, "audio/pcm", a.header.Get("Content-Type"))
		require.Equal(t, want, a.body)
		require.Equal(t, "15", a.header.Get("Character-Cost"))
		require.Equal(t, "1", a.header.Get("Current-Concurrent-Requests"))
		require.Equal(t, "3", a.header.Get("Maximum-Concurrent-Requests"))
		require.Len(t, a.header.Get("Request-Id"), 20)
	}
	require.Equal(t, 1, srv.Usage().BilledTwice)
	require.Equal(t, 3+1, srv.Usage().Families[elevenlabs.FamilyStandard].Served)
}

func TestDialogue_IsInTheHistoryByItsLines(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	made := postJSON(t, srv, dialoguePath+"?output_format=wav_16000", lines(t, sarah, "Hello.", george, "Good day!"))
	path := "/v1/history/" + made.header.Get("History-Item-Id")
	var it map[string]any
	get(t, srv, path).decode(t, &it)
	require.Equal(t, []any{
		map[string]any{"text": "Hello.", "voice_id": sarah, "voice_name": "Sarah"},
		map[string]any{"text": "Good day!", "voice_id": george, "voice_name": "George"},
	}, it["dialogue"])
	require.Empty(t, it["text"], "the lines have it")
	require.Empty(t, it["voice_id"])
	require.Equal(t, "eleven_v3", it["model_id"])
	require.Equal(t, made.body, get(t, srv, path+"/audio").body)
}

func TestDialogue_RefusesWhatItCannotSpeak(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(elevenlabs.TierFree))
	var crowd []string
	for range 3 {
		crowd = append(crowd, sarah, "a", george, "b")
	}
	for _, tc := range []struct {
		name, query, body string
		status            int
		code              string
	}{
		{"few voices, many lines", "", lines(t, crowd...), 200, ""},
		{"no lines", "", lines(t), 400, "empty_text"},
		{"blank line", "", lines(t, sarah, "a", sarah, " "), 400, "empty_text"},
		{"unknown voice", "", lines(t, sarah, "a", "nobody", "b"), 404, "voice_not_found"},
		{"library voice", "", lines(t, library, "a"), 402, "paid_plan_required"},
		{"unknown model", "", `{"model_id":"eleven_v9","inputs":[{"text":"a","voice_id":"` + sarah + `"}]}`, 400, "model_not_found"},
		{"model of one voice", "", `{"model_id":"eleven_multilingual_v2","inputs":[{"text":"a","voice_id":"` + sarah + `"}]}`, 400, "unsupported_model"},
		{"too long together", "", lines(t, sarah, strings.Repeat("a", 5_000), george, strings.Repeat("b", 501)), 400, "text_too_long"},
		{"as long as is served", "", lines(t, sarah, strings.Repeat("a", 5_000), george, strings.Repeat("b", 500)), 200, ""},
		{"format above the plan", "?output_format=pcm_44100", lines(t, sarah, "a"), 403, "subscription_required"},
		{"format that cannot be made", "?output_format=opus_48000_32", lines(t, sarah, "a"), 501, "not_implemented"},
	} {
		a := postJSON(t, srv, dialoguePath+tc.query, tc.body)
		require.Equal(t, tc.status, a.status, "%s: %s", tc.name, a.body)
		if tc.code != "" {
			require.Equal(t, tc.code, a.detail(t)["code"], tc.name)
		}
	}
	a := postJSON(t, srv, dialoguePath+"/stream?output_format=wav_16000", lines(t, sarah, "a"))
	require.Equal(t, http.StatusForbidden, a.status)
}

func TestDialogue_SchemaNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, tc := range []struct{ body, kind, loc string }{
		{`{}`, "missing", `["body","inputs"]`},
		{`{"inputs":null}`, "list_type", `["body","inputs"]`},
		{`{"inputs":{}}`, "list_type", `["body","inputs"]`},
		{`{"inputs":["a"]}`, "model_attributes_type", `["body","inputs",0]`},
		{`{"inputs":[{"text":"a"}]}`, "missing", `["body","inputs",0,"voice_id"]`},
		{`{"inputs":[{"text":"a","voice_id":"v"},{"text":1,"voice_id":"v"}]}`, "string_type", `["body","inputs",1,"text"]`},
		{`{"inputs":[],"settings":{"stability":2}}`, "less_than_equal", `["body","settings","stability"]`},
		{`{"inputs":[],"seed":-1}`, "greater_than_equal", `["body","seed"]`},
		{`{"inputs":[],"apply_text_normalization":"no"}`, "literal_error", `["body","apply_text_normalization"]`},
	} {
		a := postJSON(t, srv, dialoguePath, tc.body)
		require.Equal(t, http.StatusUnprocessableEntity, a.status, tc.body)
		require.Contains(t, string(a.body), `"type":"`+tc.kind+`"`, tc.body)
		require.Contains(t, string(a.body), `"loc":`+tc.loc, tc.body)
	}
	a := postJSON(t, srv, dialoguePath, `{"inputs":[{"text":"a","voice_id":"`+sarah+`"}],"settings":{"speed":3},"seed":null,`+
		`"language_code":null,"pronunciation_dictionary_locators":null}`)
	require.Equal(t, http.StatusOK, a.status, "nulls, and a speed that is ignored: %s", a.body)
}

func TestDialogue_HasAPlaceInThePoolOfItsModel(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 0))
	a := postJSON(t, srv, dialoguePath, lines(t, sarah, "a"))
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.Empty(t, a.header.Get("Maximum-Concurrent-Requests"))
	require.Zero(t, srv.Usage().Characters)
}

func TestDialogue_TimesOfAllLines(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	body := lines(t, sarah, "Hi", george, "Good day!")
	plain := postJSON(t, srv, dialoguePath+"?output_format=pcm_16000", body).body
	a := postJSON(t, srv, dialoguePath+"/with-timestamps?output_format=pcm_16000", body)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	require.Empty(t, a.header.Get("Character-Cost"), "not seen on these answers")
	var got struct {
		Audio     []byte `json:"audio_base64"`
		Alignment struct {
			Characters []string
			Starts     []float64 `json:"character_start_times_seconds"`
			Ends       []float64 `json:"character_end_times_seconds"`
		}
		Segments []map[string]any `json:"voice_segments"`
	}
	a.decode(t, &got)
	require.Equal(t, plain, got.Audio)
	require.Equal(t, "HiGood day!", strings.Join(got.Alignment.Characters, ""))
	require.Equal(t, []map[string]any{
		{
			"voice_id": sarah, "start_time_seconds": 0.0, "end_time_seconds": 0.5,
			"character_start_index": 0.0, "character_end_index": 2.0, "dialogue_input_index": 0.0,
		},
		{
			"voice_id": george, "start_time_seconds": 0.5, "end_time_seconds": 1.494,
			"character_start_index": 2.0, "character_end_index": 11.0, "dialogue_input_index": 1.0,
		},
	}, got.Segments, "half a second is the shortest line")
	require.Equal(t, 0.5, got.Alignment.Starts[2])
	require.Equal(t, 1.494, got.Alignment.Ends[10])
	require.Equal(t, 22, srv.Usage().Characters, "billed all the same")

	var it struct {
		Alignments struct{ Alignment map[string]any }
	}
	get(t, srv, "/v1/history/"+a.header.Get("History-Item-Id")).decode(t, &it)
	require.Len(t, it.Alignments.Alignment["characters"], 11)
}

func TestDialogue_EveryLineOfAStreamHasItsSegments(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	body := lines(t, sarah, "Hi", george, "Good day!")
	a := postJSON(t, srv, dialoguePath+"/stream/with-timestamps", body)
	require.Equal(t, http.StatusOK, a.status)
	require.True(t, strings.HasSuffix(string(a.body), "}\n"), "the last line has an end too")
	var audio []byte
	for _, line := range strings.Split(strings.TrimSpace(string(a.body)), "\n") {
		var chunk struct {
			Audio     []byte `json:"audio_base64"`
			Alignment *struct{ Characters []string }
			Segments  *[]struct {
				From int `json:"character_start_index"`
				To   int `json:"character_end_index"`
			} `json:"voice_segments"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &chunk))
		require.NotNil(t, chunk.Segments, "always present")
		audio = append(audio, chunk.Audio...)
		n := 0
		for _, s := range *chunk.Segments {
			require.Equal(t, n, s.From)
			n = s.To
		}
		if chunk.Alignment == nil {
			require.Zero(t, n)
		} else {
			require.Len(t, chunk.Alignment.Characters, n)
		}
	}
	require.Equal(t, postJSON(t, srv, dialoguePath, body).body, audio)
}
