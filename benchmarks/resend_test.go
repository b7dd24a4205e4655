package benchmarks_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// TestASecondRetryLayerIsFoundOut puts transports that retry below a client.
func TestASecondRetryLayerIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(*http.Client) http.RoundTripper{
		"none": func(h *http.Client) http.RoundTripper { return h.Transport },
		"go-retryablehttp": func(h *http.Client) http.RoundTripper {
			client := retryablehttp.NewClient()
			client.HTTPClient, client.Logger = h, nil
			return &retryablehttp.RoundTripper{Client: client}
		},
		"failsafehttp": func(h *http.Client) http.RoundTripper {
			retry := failsafehttp.NewRetryPolicyBuilder().WithDelay(time.Second).Build()
			return failsafehttp.NewRoundTripper(h.Transport, retry)
		},
	} {
		for _, fault := range []elevenlabstest.Fault{elevenlabstest.Status(503, ""), elevenlabstest.SystemBusy()} {
			synctest.Test(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
				srv.Inject(fault)
				h := &http.Client{Transport: wrap(srv.HTTPClient())}
				client := srv.Client(elevenlabs.WithHTTPClient(h))
				_, err := client.TTS(t.Context(), sentence)
				require.NoError(t, err, name)
				require.Equal(t, name != "none", client.Stats().Resent == 1, "%s after %s", name, fault)
			})
		}
	}
}
