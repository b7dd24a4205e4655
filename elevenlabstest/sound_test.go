package elevenlabstest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestSound_LastsAndCostsAsAsked(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, tc := range []struct {
		body  string
		bytes int
		cost  string
	}{
		{`{"text":"gentle rain","duration_seconds":5,"loop":true,"prompt_influence":0.8,"model_id":"eleven_text_to_sound_v2"}`, 160_000, "27"},
		{`{"text":"rain","duration_seconds":0.5}`, 16_000, "3"},
		{`{"text":"rain","duration_seconds":30}`, 960_000, "162"},
		{`{"text":"rain","duration_seconds":null,"prompt_influence":null}`, 16_000, "3"},
		{`{"text":"` + strings.Repeat("a", 1000) + `"}`, 960_000, "162"},
	} {
		a := postJSON(t, srv, "/v1/sound-generation?output_format=pcm_16000", tc.body)
		require.Equal(t, http.StatusOK, a.status, "%s", a.body)
		require.Len(t, a.body, tc.bytes, tc.body)
		require.Equal(t, tc.cost, a.header.Get("Character-Cost"))
		require.Equal(t, "character-cost", a.header.Get("Access-Control-Expose-Headers"))
		for _, name := range []string{"Maximum-Concurrent-Requests", "Current-Concurrent-Requests", "Request-Id", "History-Item-Id"} {
			require.Empty(t, a.header.Get(name), name)
		}
	}
	require.Equal(t, 27+3+162+3+162, srv.Usage().Characters)
	require.Empty(t, history(t, srv, "").History, "sounds are not in the history")
}

func TestSound_RefusesWhatItCannotMake(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, tc := range []struct {
		query, body string
		status      int
	}{
		{"", `{}`, 422},
		{"", `{"text":"a","loop":null}`, 422},
		{"", `{"text":"a","model_id":"eleven_v3"}`, 422},
		{"", `{"text":"a","duration_seconds":"long"}`, 422},
		{"", `{"text":" "}`, 400},
		{"", `{"text":"a","duration_seconds":0.4}`, 400},
		{"", `{"text":"a","duration_seconds":31}`, 400},
		{"", `{"text":"a","prompt_influence":-1}`, 400},
		{"?output_format=wav_16000", `{"text":"a"}`, 403},
		{"?output_format=mp3_44100_192", `{"text":"a"}`, 403},
	} {
		a := postJSON(t, srv, "/v1/sound-generation"+tc.query, tc.body)
		require.Equal(t, tc.status, a.status, "%s %s: %s", tc.query, tc.body, a.body)
	}
	require.Zero(t, srv.Usage().Characters)
	srv.SetLimit(elevenlabs.FamilyStandard, 4)
	srv.Inject(elevenlabstest.ConcurrencyRefusal())
	a := postJSON(t, srv, "/v1/sound-generation", `{"text":"a"}`)
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.Contains(t, a.detail(t)["message"], "maximum of "+strconv.Itoa(4)+" concurrent requests")
}
