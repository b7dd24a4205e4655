package elevenlabs_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestPlan_IsAskedForOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t,
			elevenlabstest.WithTier(elevenlabs.TierScale), elevenlabstest.WithServiceTime(2800*time.Millisecond))
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierAuto))
		at := time.Now()
		ctx := elevenlabs.NewContext(t.Context())
		calls := crowd(t, c, 15)
		require.Equal(t, 15, c.Stats().Families[standard].InFlight)
		calls.Wait()
		_, err := c.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Hello", ModelID: "eleven_flash_v2_5"})
		require.NoError(t, err)
		require.Equal(t, 30, c.Stats().Families[elevenlabs.FamilyFlash].Limit)
		require.Equal(t, 2*2800*time.Millisecond, time.Since(at).Truncate(time.Millisecond))
		require.Zero(t, srv.Usage().Families[standard].Refused)
		require.Len(t, srv.Requests(), 15+1+2)
	})
}

func TestPlan_GroupsOfModelsAreFamilies(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierAuto))
		for _, model := range []string{"eleven_multilingual_v2", "eleven_v3", "eleven_v4", "eleven_flash_v2", "eleven_of_tomorrow"} {
			_, _ = c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello", ModelID: model})
		}
		stats := c.Stats().Families
		require.EqualValues(t, 3, stats[standard].Admitted)
		require.EqualValues(t, 1, stats[elevenlabs.FamilyFlash].Admitted)
		require.EqualValues(t, 1, stats["standard_eleven_v4"].Admitted)
		require.Equal(t, 3, stats["standard_eleven_v4"].Limit)
	})
}

func TestPlan_AKeyThatMayNotAskWorksWithout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		srv.Inject(
			elevenlabstest.Status(401, `{"detail":{"status":"missing_permissions","message":"no user_read"}}`).On("/v1/user").Times(9),
			elevenlabstest.Status(401, `{"detail":{"status":"missing_permissions","message":"no models_read"}}`).On("/v1/models").Times(9))
		var log bytes.Buffer
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierAuto), elevenlabs.WithLogger(logTo(&log)))
		for range 2 {
			_, err := c.TTS(t.Context(), "Hello")
			require.NoError(t, err)
		}
		require.Equal(t, 1, strings.Count(log.String(), "\n"), "it is said once")
		require.Contains(t, log.String(), `level=WARN msg="TierAuto could not learn all of the account's limits" error="elevenlabs: Subscription: 401 missing_permissions`)
		require.Len(t, srv.Requests(), 4, "it was asked once")
		require.EqualValues(t, 2, c.Stats().Families[standard].Served)
	})
}

func TestPlan_IsFoundWhateverElseTheAnswersSay(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		switch r.URL.Path {
		case "/v1/user/subscription":
			return answered(200, "application/json", `{"tier":"pro","current_overage":{"amount":0}}`), nil
		case "/v1/models":
			return answered(200, "application/json", `[{"model_id":"eleven_v9","concurrency_group":"nine","languages":{}}]`), nil
		}
		return answered(200, "audio/mpeg", "ID3"), nil
	}), elevenlabs.WithTier(elevenlabs.TierAuto), elevenlabs.WithModel("eleven_v9"))
	_, err := c.TTS(t.Context(), "Hello")
	require.NoError(t, err)
	families := c.Stats().Families
	require.Equal(t, elevenlabs.TierPro.Limit(standard), families[standard].Limit)
	require.EqualValues(t, 1, families["nine"].Served)
}

func TestPlan_CallsDoNotWaitForItForLong(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		srv.Inject(elevenlabstest.SlowFirstByte(time.Hour).On("/v1/user"))
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierAuto))
		at := time.Now()
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, 4*time.Second, time.Since(at))
	})
}

func ExampleWithTier() {
	// An account whose plan nobody knows is asked for it.
	_, err := elevenlabs.New(elevenlabs.WithAPIKey("sk_example"), elevenlabs.WithTier(elevenlabs.TierAuto))
	if err != nil {
		panic(err)
	}
	// Output:
}
