package elevenlabs_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// A recorded answer, as testdata/errors holds them.
type recorded struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
	Raw     string            `json:"raw"`
}

func readRecorded(t testing.TB, name string) recorded {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "errors", name+".json"))
	require.NoError(t, err)
	var r recorded
	require.NoError(t, json.Unmarshal(b, &r))
	return r
}

func (r recorded) response() *http.Response {
	body := r.Raw
	if body == "" && string(r.Body) != "null" {
		body = string(r.Body)
	}
	resp := answered(r.Status, "application/json", body)
	for k, v := range r.Headers {
		resp.Header.Set(k, v)
	}
	return resp
}

// sentinels are all that an APIError can stand for.
var sentinels = map[string]error{
	"RateLimited": elevenlabs.ErrRateLimited, "ConcurrencyLimit": elevenlabs.ErrConcurrencyLimit,
	"SystemBusy": elevenlabs.ErrSystemBusy, "Server": elevenlabs.ErrServer, "QuotaExceeded": elevenlabs.ErrQuotaExceeded,
	"Unauthorized": elevenlabs.ErrUnauthorized, "MissingPermission": elevenlabs.ErrMissingPermission,
	"PlanRequired": elevenlabs.ErrPlanRequired, "NotFound": elevenlabs.ErrNotFound, "VoiceNotFound": elevenlabs.ErrVoiceNotFound,
	"InvalidRequest": elevenlabs.ErrInvalidRequest, "TextTooLong": elevenlabs.ErrTextTooLong,
	"UnsupportedModel": elevenlabs.ErrUnsupportedModel, "UnusualActivity": elevenlabs.ErrUnusualActivity,
	"BlockedByEdge": elevenlabs.ErrBlockedByEdge,
}

// errorTable is the API's errors: what they stand for and what is retried.
var errorTable = []struct {
	name  string // of a file in testdata/errors
	is    string // the sentinels it stands for, and no others
	class elevenlabs.Class
}{
	{"sound-generation-429-concurrency", "RateLimited ConcurrencyLimit", elevenlabs.ClassRefused},
	{"stt-429-concurrency", "RateLimited ConcurrencyLimit", elevenlabs.ClassRefused},
	{"system-busy-429-legacy", "RateLimited SystemBusy", elevenlabs.ClassRefused},
	{"rate-429", "RateLimited", elevenlabs.ClassRefused},
	{"bare-429", "RateLimited", elevenlabs.ClassRefused},
	{"internal-500", "Server", elevenlabs.ClassFailed},
	{"edge-502", "Server", elevenlabs.ClassFailed},
	{"busy-503", "Server", elevenlabs.ClassFailed},
	{"maintenance-503", "Server", elevenlabs.ClassFailed},
	{"empty-503", "Server", elevenlabs.ClassFailed},
	{"plain-504", "Server", elevenlabs.ClassFailed},
	{"internal-code-400", "Server", elevenlabs.ClassFailed},
	{"quota-401", "QuotaExceeded", elevenlabs.ClassFinal},
	{"quota-legacy-401", "QuotaExceeded", elevenlabs.ClassFinal},
	{"credits-402", "QuotaExceeded", elevenlabs.ClassFinal},
	{"auth-401-variants", "Unauthorized", elevenlabs.ClassFinal},
	{"bad-key-400", "Unauthorized", elevenlabs.ClassFinal},
	{"no-key-401", "Unauthorized", elevenlabs.ClassFinal},
	{"bad-header-401", "Unauthorized", elevenlabs.ClassFinal},
	{"auth-401-missing-permission", "MissingPermission", elevenlabs.ClassFinal},
	{"paid-plan-402", "PlanRequired", elevenlabs.ClassFinal},
	{"output-format-403-tier", "PlanRequired", elevenlabs.ClassFinal},
	{"creator-403", "PlanRequired", elevenlabs.ClassFinal},
	{"output-format-403-unknown", "InvalidRequest", elevenlabs.ClassFinal},
	{"voice-not-found", "NotFound VoiceNotFound", elevenlabs.ClassFinal},
	{"voice-metadata-400", "NotFound VoiceNotFound", elevenlabs.ClassFinal},
	{"workspace-404", "NotFound", elevenlabs.ClassFinal},
	{"transcript-404", "NotFound", elevenlabs.ClassFinal},
	{"path-404", "NotFound", elevenlabs.ClassFinal},
	{"model-400", "InvalidRequest UnsupportedModel", elevenlabs.ClassFinal},
	{"tts-400-unsupported-model", "InvalidRequest UnsupportedModel", elevenlabs.ClassFinal},
	{"text-too-long-400", "InvalidRequest TextTooLong", elevenlabs.ClassFinal},
	{"stt-400-invalid-content", "InvalidRequest", elevenlabs.ClassFinal},
	{"stt-400-keyterms", "InvalidRequest", elevenlabs.ClassFinal},
	{"validation-422", "InvalidRequest", elevenlabs.ClassFinal},
	{"history-400", "InvalidRequest", elevenlabs.ClassFinal},
	{"broken-json-400", "InvalidRequest", elevenlabs.ClassFinal},
	{"odd-types-400", "InvalidRequest", elevenlabs.ClassFinal},
	{"conflict-409", "", elevenlabs.ClassFinal},
	{"unusual-401", "UnusualActivity", elevenlabs.ClassFinal},
	{"edge-403", "BlockedByEdge", elevenlabs.ClassFinal},
	{"teapot-418", "", elevenlabs.ClassFinal},
}

// failWith performs a call that is answered with a recorded error.
func failWith(t testing.TB, name string) *elevenlabs.APIError {
	t.Helper()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return readRecorded(t, name).response(), nil
	}), elevenlabs.WithMaxRetries(0))
	_, err := c.TTS(t.Context(), "Hello")
	var api *elevenlabs.APIError
	require.ErrorAs(t, err, &api)
	return api
}

func TestAPIError_Table(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, tt := range errorTable {
		seen[tt.name+".json"] = true
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := failWith(t, tt.name)
			for name, sentinel := range sentinels {
				want := strings.Contains(" "+tt.is+" ", " "+name+" ")
				require.Equal(t, want, errors.Is(err, sentinel), "Is %s", name)
			}
			for _, sent := range []bool{true, false} {
				require.Equal(t, tt.class, elevenlabs.Classify(err, sent, true), "an answer decides, whether billable or not")
				require.Equal(t, tt.class, elevenlabs.Classify(err, sent, false))
			}
			require.Equal(t, readRecorded(t, tt.name).Status, err.StatusCode)
		})
	}
	files, err := os.ReadDir("testdata/errors")
	require.NoError(t, err)
	for _, f := range files {
		require.True(t, seen[f.Name()], "%s is in no row of the table", f.Name())
	}
}

func TestClassify_WithoutAnAnswer(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset by peer")
	empty := func(cost int) error {
		return &elevenlabs.ResponseError{Meta: elevenlabs.Meta{CharacterCost: cost}, Err: elevenlabs.ErrEmptyAudio}
	}
	for _, tt := range []struct {
		name           string
		err            error
		sent, billable bool
		want           elevenlabs.Class
	}{
		{"never sent", reset, false, true, elevenlabs.ClassRefused},
		{"never sent and free", reset, false, false, elevenlabs.ClassRefused},
		{"lost after it was sent", reset, true, true, elevenlabs.ClassAmbiguous},
		{"lost, but free", reset, true, false, elevenlabs.ClassFailed},
		{"timed out before it was sent", &elevenlabs.TimeoutError{Limit: "connect"}, false, true, elevenlabs.ClassRefused},
		{"timed out after it was sent", &elevenlabs.TimeoutError{Limit: "first byte"}, true, true, elevenlabs.ClassAmbiguous},
		{"cut short", elevenlabs.ErrTruncated, true, true, elevenlabs.ClassAmbiguous},
		{"redirected away", elevenlabs.ErrRedirected, false, true, elevenlabs.ClassFinal},
		{"failed on this side", elevenlabs.LocalError(reset), false, true, elevenlabs.ClassFinal},
		{"empty and not billed", empty(0), true, true, elevenlabs.ClassFailed},
		{"empty and billed", empty(12), true, true, elevenlabs.ClassAmbiguous},
		{"empty and no word of the cost", empty(-1), true, true, elevenlabs.ClassAmbiguous},
		{"not audio", &elevenlabs.ResponseError{Err: elevenlabs.ErrNotAudio}, true, true, elevenlabs.ClassFinal},
		{"malformed", &elevenlabs.ResponseError{Err: elevenlabs.ErrMalformed}, true, true, elevenlabs.ClassFinal},
		{"too large", &elevenlabs.ResponseError{Err: elevenlabs.ErrTooLarge}, true, true, elevenlabs.ClassFinal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, elevenlabs.Classify(tt.err, tt.sent, tt.billable))
		})
	}
}

func TestAPIError_SaysWhatTheBodySays(t *testing.T) {
	t.Parallel()
	concurrency := failWith(t, "sound-generation-429-concurrency")
	require.Equal(t, 4, concurrency.Limit)
	require.Equal(t, "332f31193d4ee91902a0cd173439968d", concurrency.RequestID)
	require.Equal(t, "332f31193d4ee91902a0cd173439968d", concurrency.TraceID)
	require.Equal(t, "us-central1", concurrency.Region)
	require.Equal(t, 1, concurrency.Attempts)
	require.NotEmpty(t, concurrency.DocsURL)
	require.Contains(t, concurrency.Error(), "elevenlabs: TTS: 429 concurrent_limit_exceeded: Too many concurrent requests.")

	require.Equal(t, &elevenlabs.Quota{Limit: 23736, Remaining: 979, Required: 984}, failWith(t, "quota-401").Quota)
	require.Nil(t, failWith(t, "credits-402").Quota)
	require.Equal(t, 7*time.Second, failWith(t, "rate-429").RetryAfter)
	require.Equal(t, "keywords", failWith(t, "stt-400-keyterms").Param)
	require.Equal(t, "Attention Required! | Cloudflare", failWith(t, "edge-403").Message)
	require.Equal(t, "upstream request timeout", failWith(t, "plain-504").Message)
	require.Equal(t, "still read", failWith(t, "odd-types-400").Message)

	fields := failWith(t, "validation-422")
	require.Equal(t, []elevenlabs.InvalidField{{Path: "body.text", Type: "missing", Message: "Field required"}}, fields.Fields)
	require.Contains(t, fields.Error(), "body.text: Field required")
}

func TestAPIError_MadeByHandMeansTheSame(t *testing.T) {
	t.Parallel()
	for want, err := range map[error]*elevenlabs.APIError{
		elevenlabs.ErrQuotaExceeded: {StatusCode: 401, Code: "quota_exceeded"},
		elevenlabs.ErrRateLimited:   {StatusCode: 429},
		elevenlabs.ErrServer:        {StatusCode: 503},
		elevenlabs.ErrVoiceNotFound: {StatusCode: 404, Status: "voice_not_found"},
		elevenlabs.ErrNotFound:      {StatusCode: 404, Status: "voice_not_found"},
	} {
		require.ErrorIs(t, err, want)
	}
}

func TestParseTier(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]elevenlabs.Tier{
		"free": elevenlabs.TierFree, "Starter": elevenlabs.TierStarter, "creator": elevenlabs.TierCreator,
		"pro": elevenlabs.TierPro, "scale_2024_08_10": elevenlabs.TierScale, "growing_business": elevenlabs.TierBusiness,
		" business ": elevenlabs.TierBusiness, "enterprise": elevenlabs.TierEnterprise, "payg": elevenlabs.TierUnlisted,
		"grant_tier_2_2025_07_23": elevenlabs.TierUnlisted,
	} {
		got, err := elevenlabs.ParseTier(name)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	_, err := elevenlabs.ParseTier("platinum")
	require.ErrorContains(t, err, `unknown tier "platinum"; known are free, starter, creator, pro, scale,`)
}

func TestTier_Limit(t *testing.T) {
	t.Parallel()
	for tier, want := range map[elevenlabs.Tier][4]int{
		elevenlabs.TierFree: {2, 4, 8, 6}, elevenlabs.TierStarter: {3, 6, 12, 9}, elevenlabs.TierCreator: {5, 10, 20, 15},
		elevenlabs.TierPro: {10, 20, 40, 30}, elevenlabs.TierScale: {15, 30, 60, 45}, elevenlabs.TierBusiness: {15, 30, 60, 45},
		elevenlabs.TierEnterprise: {15, 30, 60, 45}, elevenlabs.TierUnlisted: {3, 6, 12, 9}, 0: {3, 6, 12, 9},
	} {
		got := [4]int{}
		for i, f := range []elevenlabs.Family{elevenlabs.FamilyStandard, elevenlabs.FamilyFlash, elevenlabs.FamilySTT, elevenlabs.FamilyRealtimeSTT} {
			got[i] = tier.Limit(f)
		}
		require.Equal(t, want, got, tier.String())
		require.Equal(t, want[0], tier.Limit("standard_eleven_v4"))
	}
}

func TestFamilyOf(t *testing.T) {
	t.Parallel()
	for model, want := range map[string]elevenlabs.Family{
		"eleven_multilingual_v2": elevenlabs.FamilyStandard, "eleven_v3": elevenlabs.FamilyStandard, "eleven_v4_turbo": elevenlabs.FamilyStandard,
		"eleven_flash_v2_5": elevenlabs.FamilyFlash, "eleven_turbo_v2": elevenlabs.FamilyFlash, "scribe_v2": elevenlabs.FamilySTT,
		"scribe_v2_realtime": elevenlabs.FamilyRealtimeSTT, "tomorrow": elevenlabs.FamilyStandard,
	} {
		require.Equal(t, want, elevenlabs.FamilyOf(model), model)
	}
}
