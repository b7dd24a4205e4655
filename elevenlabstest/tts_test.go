package elevenlabstest_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestTTS_HasTheCapturedHeaders(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := speak(t, srv, "Hello there!")
	require.Equal(t, http.StatusOK, a.status)
	for name, value := range readFixture(t, "tts-ok").Headers {
		switch name {
		case "date", "content-length", "character-cost", "tts-latency-ms":
			require.NotEmpty(t, a.header.Get(name), name)
		case "request-id", "history-item-id", "x-trace-id":
			require.Len(t, a.header.Get(name), len(value), name)
			require.NotEqual(t, value, a.header.Get(name), name)
		default:
			require.Equal(t, value, a.header.Get(name), name)
		}
	}
	require.Equal(t, strconv.Itoa(len(a.body)), a.header.Get("Content-Length"))
	require.Equal(t, "12", a.header.Get("Character-Cost"))
	rec := srv.Requests()[0]
	require.Equal(t, a.header.Get("Request-Id"), rec.RequestID)
	require.Equal(t, a.header.Get("History-Item-Id"), rec.HistoryItemID)
	require.Equal(t, a.header.Get("X-Trace-Id"), rec.TraceID)
}

func TestTTS_BillsCodePointsByModel(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		model, text string
		cost        string // empty: refused
	}{
		{"eleven_multilingual_v2", "日本語", "3"},
		{"eleven_multilingual_v2", " ", "1"},
		{"eleven_flash_v2_5", "Grüße", "3"},
		{"eleven_flash_v2_5", "", "0"},
		{"eleven_turbo_v2", "  ", "0"},
		{"eleven_v4_turbo", "🎉", "1"},
		{"eleven_v3_conversational", "four", "2"},
		{"eleven_v3", "four", "4"},
		{"eleven_v3", " ", ""},
		{"eleven_v3_conversational", "", ""},
		{"eleven_v4", " ", ""},
		{"eleven_v4_turbo", "\n", ""},
	} {
		t.Run(tc.model+" "+strconv.Quote(tc.text), func(t *testing.T) {
			t.Parallel()
			srv := elevenlabstest.NewServer(t, instant)
			a := postJSON(t, srv, ttsPath, `{"model_id":"`+tc.model+`","text":`+strconv.QuoteToGraphic(tc.text)+`}`)
			if tc.cost == "" {
				require.Equal(t, http.StatusBadRequest, a.status)
				require.Equal(t, "input_text_empty", a.detail(t)["status"])
				return
			}
			require.Equal(t, http.StatusOK, a.status, "%s", a.body)
			require.Equal(t, tc.cost, a.header.Get("Character-Cost"))
			require.Equal(t, tc.cost, strconv.Itoa(srv.Usage().Characters))
			require.NotEmpty(t, a.body)
		})
	}
}

func TestTTS_ModelsRefuseWhatTheyWereSeenToRefuse(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, tc := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"speed", `{"text":"a","voice_settings":{"speed":1.3}}`, 400, "invalid_voice_settings"},
		{"slow flash", `{"text":"a","model_id":"eleven_flash_v2","voice_settings":{"speed":0.69}}`, 400, "invalid_voice_settings"},
		{"speed in range", `{"text":"a","voice_settings":{"speed":1.2}}`, 200, ""},
		{"any speed on v3", `{"text":"a","model_id":"eleven_v3","voice_settings":{"speed":4}}`, 200, ""},
		{"any speed on v4", `{"text":"a","model_id":"eleven_v4","voice_settings":{"speed":0.1}}`, 200, ""},
		{"v3 next_text", `{"text":"a","model_id":"eleven_v3_conversational","next_text":"b"}`, 400, "unsupported_model"},
		{"v3 previous ids", `{"text":"a","model_id":"eleven_v3","previous_request_ids":["x"]}`, 400, "unsupported_model"},
		{"context on v2", `{"text":"a","previous_text":"b","previous_request_ids":["x"]}`, 200, ""},
		{"v4 normalization", `{"text":"a","model_id":"eleven_v4","apply_language_text_normalization":true}`, 400, "unsupported_model"},
		{"voice changer", `{"text":"a","model_id":"eleven_english_sts_v2"}`, 400, "unsupported_model"},
		{"unknown model", `{"text":"a","model_id":"eleven_v9"}`, 400, "model_not_found"},
	} {
		a := postJSON(t, srv, ttsPath, tc.body)
		require.Equal(t, tc.status, a.status, tc.name)
		if tc.code != "" {
			require.Equal(t, tc.code, a.detail(t)["code"], tc.name)
		}
	}
}

func TestTTS_SchemaNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, tc := range []struct{ body, kind, field string }{
		{`{"text":5}`, "string_type", "text"},
		{`{"text":null}`, "string_type", "text"},
		{`{"text":"a","seed":"x"}`, "int_parsing", "seed"},
		{`{"text":"a","seed":1.5}`, "int_from_float", "seed"},
		{`{"text":"a","seed":-1}`, "greater_than_equal", "seed"},
		{`{"text":"a","voice_settings":7}`, "model_attributes_type", "voice_settings"},
		{`{"text":"a","voice_settings":{"use_speaker_boost":"maybe"}}`, "bool_parsing", "use_speaker_boost"},
		{`{"text":"a","previous_request_ids":["1","2","3","4"]}`, "too_long", "previous_request_ids"},
		{`{"text":"a","next_request_ids":"1"}`, "list_type", "next_request_ids"},
		{`{"text":"a","apply_text_normalization":"never"}`, "literal_error", "apply_text_normalization"},
		{`{"text":`, "json_invalid", ""},
		{`["text"]`, "model_attributes_type", "body"},
	} {
		a := postJSON(t, srv, ttsPath, tc.body)
		require.Equal(t, http.StatusUnprocessableEntity, a.status, tc.body)
		require.Contains(t, string(a.body), `"type":"`+tc.kind+`"`, tc.body)
		require.Contains(t, string(a.body), tc.field, tc.body)
	}
	a := postJSON(t, srv, ttsPath+"?enable_logging=maybe", `{"text":"a"}`)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, string(a.body), `["query","enable_logging"]`)
	a = postJSON(t, srv, ttsPath, `{"text":"a"}`, "Content-Type", "text/plain")
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
}

func TestTTS_BearsWhatSDKsSend(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := postJSON(t, srv, ttsPath+"?optimize_streaming_latency=3&enable_logging=true", `{
		"text": "a", "voice_settings": null, "previous_text": null, "next_text": null, "seed": null,
		"previous_request_ids": null, "pronunciation_dictionary_locators": null, "language_code": null,
		"mispelled_option": {"deep": [1]}}`)
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
}

func TestTTS_ZeroRetentionIsForEnterpriseAlone(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tier   elevenlabs.Tier
		stored bool
	}{{elevenlabs.TierCreator, true}, {elevenlabs.TierEnterprise, false}} {
		srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(tc.tier))
		a := postJSON(t, srv, ttsPath+"?enable_logging=false", `{"text":"a"}`)
		require.Equal(t, http.StatusOK, a.status)
		require.Equal(t, tc.stored, a.header.Get("History-Item-Id") != "not_stored")
	}
}

func TestTTS_FormatsByPlan(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		format      string
		tier        elevenlabs.Tier
		status      int
		contentType string
	}{
		{"mp3_22050_32", elevenlabs.TierFree, 200, "audio/mpeg"},
		{"mp3_44100_192", elevenlabs.TierStarter, 403, ""},
		{"mp3_44100_192", elevenlabs.TierUnlisted, 403, ""},
		{"mp3_44100_192", elevenlabs.TierCreator, 200, "audio/mpeg"},
		{"pcm_16000", elevenlabs.TierFree, 200, "audio/pcm"},
		{"pcm_44100", elevenlabs.TierCreator, 403, ""},
		{"pcm_48000", elevenlabs.TierPro, 200, "audio/pcm"},
		{"wav_48000", elevenlabs.TierEnterprise, 200, "audio/wav"},
		{"ulaw_8000", elevenlabs.TierFree, 200, "audio/basic"},
		{"opus_48000_32", elevenlabs.TierFree, 501, ""},
		{"m4a_aac_44100_128", elevenlabs.TierFree, 501, ""},
	} {
		srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(tc.tier))
		a := postJSON(t, srv, ttsPath+"?output_format="+tc.format, `{"text":"a"}`)
		require.Equal(t, tc.status, a.status, "%s on %s", tc.format, tc.tier)
		switch tc.status {
		case http.StatusOK:
			require.Equal(t, tc.contentType, a.header.Get("Content-Type"), tc.format)
		case http.StatusNotImplemented:
			require.Equal(t, "not_implemented", a.detail(t)["code"])
			require.Zero(t, srv.Usage().Characters)
		}
	}
}

func TestTTS_LibraryVoiceIsForPaidPlans(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	require.Equal(t, http.StatusOK, postJSON(t, srv, "/v1/text-to-speech/"+library, `{"text":"a"}`).status)
}
