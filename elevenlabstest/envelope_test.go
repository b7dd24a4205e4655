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

// requireFixture compares an answer with one of the real API. Not all of them
// were recorded in full, so what the fixture has must be there and equal; the
// request id differs each time and must be the trace id.
func requireFixture(t *testing.T, name string, got answer) {
	t.Helper()
	want := readFixture(t, name)
	require.Equal(t, want.Status, got.status, "%s", got.body)
	if list, ok := want.Body.Detail.([]any); ok {
		var v struct{ Detail []any }
		require.NoError(t, json.Unmarshal(got.body, &v))
		require.Equal(t, list, v.Detail)
		return
	}
	detail := got.detail(t)
	for key, value := range want.Body.Detail.(map[string]any) {
		if key == "request_id" {
			value = got.header.Get("X-Trace-Id")
			require.Len(t, value, 32)
		}
		require.Equal(t, value, detail[key], "%s", key)
	}
}

func TestEnvelopes_TextToSpeechAnswersAsCaptured(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fixture string
		tier    elevenlabs.Tier
		path    string
		body    string
		headers []string
	}{
		{fixture: "missing-text", body: `{}`},
		{fixture: "stability-too-high", body: `{"text":"a","voice_settings":{"stability":2}}`},
		{fixture: "invalid-key", body: `{"text":"a"}`, headers: []string{"Xi-Api-Key", "invalid-key"}},
		{fixture: "no-key", body: `{"text":"a"}`, headers: []string{"Xi-Api-Key", ""}},
		{
			fixture: "bad-authorization", body: `{"text":"a"}`,
			headers: []string{"Xi-Api-Key", "", "Authorization", "Bearer good-key"},
		},
		{fixture: "format-above-plan", tier: elevenlabs.TierCreator, path: ttsPath + "?output_format=wav_44100", body: `{"text":"a"}`},
		{fixture: "unknown-format", path: ttsPath + "?output_format=flac", body: `{"text":"a"}`},
		{fixture: "library-voice", tier: elevenlabs.TierFree, path: "/v1/text-to-speech/" + library, body: `{"text":"a"}`},
		{fixture: "voice-not-found", path: "/v1/text-to-speech/noexiste123", body: `{"text":"a"}`},
		{fixture: "unsupported-model", body: `{"text":"a","model_id":"eleven_v3","previous_text":"b"}`},
		{
			fixture: "text-too-long",
			body:    `{"model_id":"eleven_v3","text":"` + strings.Repeat("é", 5501) + `"}`,
		},
	} {
		t.Run(tc.fixture, func(t *testing.T) {
			t.Parallel()
			srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(tc.tier))
			path := tc.path
			if path == "" {
				path = ttsPath
			}
			requireFixture(t, tc.fixture, postJSON(t, srv, path, tc.body, tc.headers...))
			require.Zero(t, srv.Usage().Characters, "a 4xx is not billed")
		})
	}
}

func TestEnvelopes_QuotaAnswersAsCaptured(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithCredits(23736))
	for _, n := range []int{10000, 10000, 2757} {
		require.Equal(t, http.StatusOK, speak(t, srv, strings.Repeat("a", n)).status)
	}
	requireFixture(t, "quota", speak(t, srv, strings.Repeat("a", 984)))
	require.Equal(t, 22757, srv.Usage().Characters)
	require.Equal(t, http.StatusOK, speak(t, srv, strings.Repeat("a", 979)).status)
}

func TestEnvelopes_SpeechToTextAnswersAsCaptured(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	file := make([]byte, 32_000)
	requireFixture(t, "empty-file", transcribe(t, srv, []byte{}))
	requireFixture(t, "keyterms", transcribe(t, srv, file, "keyterms", `["one","two"]`))

	long := transcribe(t, srv, file, "keyterms", `["`+strings.Repeat("term", 20)+`"]`)
	require.Equal(t, "invalid_keyword_length", long.detail(t)["status"])
	twice := transcribe(t, srv, file, "additional_formats", `{"format":"srt"}`, "additional_formats", `{"format":"txt"}`)
	require.Equal(t, http.StatusBadRequest, twice.status)
	require.Equal(t, "invalid_additional_format_options", twice.detail(t)["status"])
}

func TestEnvelopes_LookupsAnswerAsCaptured(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	requireFixture(t, "voice-lookup", get(t, srv, "/v1/voices/YCMgeo2Dvws6xwm7kQNN"))
	requireFixture(t, "models-without-key", get(t, srv, "/v1/models", "Xi-Api-Key", ""))
	requireFixture(t, "invalid-key", get(t, srv, "/v1/models", "Xi-Api-Key", "invalid-key"))
	requireFixture(t, "no-key", get(t, srv, "/v1/user", "Xi-Api-Key", ""))
}

func TestEnvelopes_UnknownPathAndMethod(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := get(t, srv, "/v1/nothing", "Xi-Api-Key", "")
	require.Equal(t, http.StatusNotFound, a.status)
	require.JSONEq(t, `{"detail":"Not Found"}`, string(a.body))
	a = get(t, srv, ttsPath)
	require.Equal(t, http.StatusMethodNotAllowed, a.status)
	require.Equal(t, "POST", a.header.Get("Allow"))
	require.JSONEq(t, `{"detail":"Method Not Allowed"}`, string(a.body))
	require.Equal(t, http.StatusNotFound, get(t, srv, "/v1/voices/a%2Fb/c").status)
}

// Each request of the table is wrong in its own way and in all those of the
// rows below it, so the answers show which check comes first.
func TestChecks_ComeInTheVendorsOrder(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant,
		elevenlabstest.WithCredits(10), elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 0))
	const (
		badKey  = "invalid-key"
		goodKey = "good-key"
		nobody  = "/v1/text-to-speech/nobody"
	)
	long := strings.Repeat("a", 5501)
	for _, tc := range []struct {
		name, path, key, body string
		status                int
		code                  string
	}{
		{"schema", nobody + "?output_format=flac", badKey, `{"model_id":"nothing"}`, 422, ""},
		{"key", nobody + "?output_format=flac", badKey, `{"text":"` + long + `","model_id":"nothing"}`, 401, "unauthorized"},
		{"query", nobody + "?output_format=flac", goodKey, `{"text":"` + long + `","model_id":"nothing"}`, 403, "invalid_output_format"},
		{"plan", nobody + "?output_format=pcm_48000", goodKey, `{"text":"` + long + `","model_id":"nothing"}`, 403, "subscription_required"},
		{"voice", nobody, goodKey, `{"text":"` + long + `","model_id":"nothing"}`, 404, "voice_not_found"},
		{"model", ttsPath, goodKey, `{"text":"` + long + `","model_id":"nothing"}`, 400, "model_not_found"},
		{"length", ttsPath, goodKey, `{"text":"` + long + `","model_id":"eleven_v3","next_text":"a"}`, 400, "text_too_long"},
		{"context", ttsPath, goodKey, `{"text":"more than ten","model_id":"eleven_v3","next_text":"a"}`, 400, "unsupported_model"},
		{"quota", ttsPath, goodKey, `{"text":"more than ten","model_id":"eleven_v3"}`, 401, "quota_exceeded"},
		{"concurrency", ttsPath, goodKey, `{"text":"short","model_id":"eleven_v3"}`, 429, "concurrent_limit_exceeded"},
	} {
		a := postJSON(t, srv, tc.path, tc.body, "Xi-Api-Key", tc.key)
		require.Equal(t, tc.status, a.status, tc.name)
		if tc.code != "" {
			require.Equal(t, tc.code, a.detail(t)["code"], tc.name)
		}
	}
	require.Zero(t, srv.Usage().Characters)
}

func TestChecks_UnknownFormatListsTheAcceptedOnes(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := postJSON(t, srv, ttsPath+"?output_format=flac", `{"text":"a"}`)
	message, _ := a.detail(t)["message"].(string)
	_, list, _ := strings.Cut(message, ": ")
	require.Len(t, strings.Split(list, ", "), 29)
	a = postJSON(t, srv, ttsPath+"/stream?output_format=wav_16000", `{"text":"a"}`)
	require.Equal(t, http.StatusForbidden, a.status, "streams have no WAV")
	require.NotContains(t, a.detail(t)["message"], "wav_8000")
}

func TestChecks_NoKeyIsRejectedWhenToldSo(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithRejectKey(""))
	require.Equal(t, http.StatusOK, get(t, srv, "/v1/user", "Xi-Api-Key", "invalid-key").status)
	require.Equal(t, http.StatusUnauthorized, get(t, srv, "/v1/user", "Xi-Api-Key", "").status)
}
