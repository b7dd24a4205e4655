package elevenlabs_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// A resender is a transport that sends a request up to three times, until it
// is answered and not with a 5xx.
type resender struct{ next http.RoundTripper }

func (rt resender) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	for range 3 {
		if r.GetBody != nil {
			if r.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
		if resp, err = rt.next.RoundTrip(r); err == nil && resp.StatusCode < 500 {
			return resp, nil
		}
		if err == nil {
			resp.Body.Close()
		}
	}
	return resp, err
}

// unlucky fails every request that comes for the first time, and says audio to
// those that come again.
func unlucky(fail func(http.ResponseWriter)) http.HandlerFunc {
	var requests atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if requests.Add(1)%2 == 1 {
			fail(w)
			return
		}
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, "\xff\xfbaudio")
	}
}

func TestResent_ATransportThatRetriesIsFoundOut(t *testing.T) {
	for name, fail := range map[string]func(http.ResponseWriter){
		"after a failure":     func(w http.ResponseWriter) { w.WriteHeader(503) },
		"after a lost answer": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				tr := network(t, unlucky(fail), nil)
				tr.DisableKeepAlives = true
				var log bytes.Buffer
				told := 0
				c := over(t, resender{tr}, elevenlabs.WithLogger(logTo(&log)), elevenlabs.WithHooks(elevenlabs.Hooks{
					Resent: func(_ context.Context, e elevenlabs.Event) {
						require.Equal(t, "TTS", e.Op)
						told++
					},
				}))
				for range 3 {
					_, err := c.TTS(t.Context(), "Hello")
					require.NoError(t, err, "it never fails a call")
				}
				require.Equal(t, int64(3), c.Stats().Resent)
				require.Equal(t, 1, told)
				require.Equal(t, 1, strings.Count(log.String(), "TTS was sent several times by the HTTP transport"))
			})
		})
	}
}

// Not in a bubble: HTTP/2 of the standard library needs a real network.
func TestResent_IsFoundOutOverHTTP2(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(unlucky(func(w http.ResponseWriter) { w.WriteHeader(503) }))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	tr := srv.Client().Transport
	for want, rt := range []http.RoundTripper{tr, resender{tr}} {
		c := clientOn(t, rt, elevenlabs.WithBaseURL(srv.URL), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(0)))
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, int64(want), c.Stats().Resent)
	}
}

func TestResent_TheTransportsOwnSecondTryIsNone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var stale atomic.Bool
		requests := 0
		tr := network(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = io.WriteString(w, "\xff\xfbaudio")
		}, func(n int, conn net.Conn) net.Conn {
			if n == 1 {
				return staleConn{conn, &stale}
			}
			return conn
		})
		c := over(t, tr)
		for _, text := range []string{"Hello", "Hello", strings.Repeat("Hello ", 1500)} {
			_, err := c.TTS(t.Context(), text)
			require.NoError(t, err)
			stale.Store(true) // and it takes another connection
		}
		require.Equal(t, 3, requests)
		require.Zero(t, c.Stats().Resent)
	})
}

func TestResent_RedirectsAndOurOwnRetriesAreNone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		requests := 0
		c := over(t, network(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			requests++
			switch {
			case r.URL.Path != "/moved":
				http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect)
			case requests == 2:
				w.WriteHeader(503)
			case requests == 4:
				panic(http.ErrAbortHandler)
			default:
				_, _ = io.WriteString(w, "{}")
			}
		}, nil))
		resp, err := c.Do(t.Context(), elevenlabs.Call{Path: "/v1/x"})
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 5, requests, "the last by net/http itself, since the connection was an old one")
		require.Zero(t, c.Stats().Resent)
	})
}
