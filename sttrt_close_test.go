package elevenlabs_test

import (
	"context"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A hindrance is why a session gets no connection.
type hindrance struct {
	c    *elevenlabs.Client
	req  elevenlabs.STTStreamRequest
	then func() // what makes it so, behind the dials that are good
	held int    // slots of others
}

// hinderedFrom plays a server whose first connections are good, and lost at
// once. On the others it says something and falls silent.
func hinderedFrom(t *testing.T, good int, says ...string) *elevenlabs.Client {
	return acted(t, func(ws *websocket.Conn, over <-chan struct{}) {
		if good--; good >= 0 {
			tell(ws, greeting)
			return
		}
		tell(ws, says...)
		<-over
	}, elevenlabs.WithConcurrency(elevenlabs.FamilyRealtimeSTT, 1), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
}

// unanswered is a client whose first handshakes are good, and the connections
// lost at once. The others come to nothing.
func unanswered(t *testing.T, good int, other answerFunc) hindrance {
	srv := elevenlabstest.NewServer(t)
	srv.Inject(elevenlabstest.OnSocket(1, elevenlabstest.Drop()))
	transport := answerFunc(func(r *http.Request) (*http.Response, error) {
		if good--; good >= 0 {
			return srv.HTTPClient().Transport.RoundTrip(r)
		}
		return other(r)
	})
	return hindrance{c: srv.Client(elevenlabs.WithHTTPClient(&http.Client{Transport: transport}),
		elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))}
}

var hindrances = map[string]func(t *testing.T, good int) hindrance{
	"handshake": func(t *testing.T, good int) hindrance {
		return unanswered(t, good, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
	},
	"greeting": func(t *testing.T, good int) hindrance { return hindrance{c: hinderedFrom(t, good)} },
	"close behind an error": func(t *testing.T, good int) hindrance {
		return hindrance{c: hinderedFrom(t, good, `{"message_type":"error","error":"no"}`)}
	},
	"token": func(t *testing.T, good int) hindrance {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(1, elevenlabstest.Drop()))
		c := srv.Client()
		return hindrance{c: c, req: elevenlabs.STTStreamRequest{Tokens: func(ctx context.Context) (string, error) {
			if good--; good >= 0 {
				return c.NewToken(ctx, elevenlabs.TokenRealtimeSTT)
			}
			<-ctx.Done()
			return "", ctx.Err()
		}}}
	},
	"slot": func(t *testing.T, good int) hindrance {
		c := hinderedFrom(t, good, greeting)
		return hindrance{c: c, held: 1, then: func() {
			s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
		}}
	},
	"pause": func(t *testing.T, good int) hindrance {
		return unanswered(t, good, func(*http.Request) (*http.Response, error) { return answered(503, "text/plain", ""), nil })
	},
}

// idle checks that a client holds nothing and waits for nothing.
func idle(t *testing.T, h hindrance) {
	t.Helper()
	synctest.Wait()
	stats := h.c.Stats().Families[elevenlabs.FamilyRealtimeSTT]
	require.Equal(t, []int{h.held, 0}, []int{stats.InFlight, stats.Queued})
}

func TestDialSTT_GivesUpADialAtOnce(t *testing.T) {
	t.Parallel()
	for name, hinder := range hindrances {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				h := hinder(t, 0)
				if h.then != nil {
					h.then()
				}
				ctx, cancel := context.WithCancel(t.Context())
				failed := make(chan error)
				go func() { _, err := h.c.DialSTT(ctx, h.req); failed <- err }()
				synctest.Wait()
				at := time.Now()
				cancel()
				require.ErrorIs(t, <-failed, context.Canceled)
				require.LessOrEqual(t, time.Since(at), 50*msec)
				idle(t, h)
			})
		})
	}
}

func TestSTTSession_EndsAtOnceWithoutAConnection(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*testing.T, *elevenlabs.STTSession, context.CancelFunc){
		"Close": func(t *testing.T, s *elevenlabs.STTSession, _ context.CancelFunc) {
			require.NoError(t, s.Close())
			require.ErrorIs(t, s.Commit(), os.ErrClosed)
		},
		"context": func(t *testing.T, s *elevenlabs.STTSession, cancel context.CancelFunc) {
			cancel()
			require.ErrorIs(t, s.Finish(t.Context()), context.Canceled)
		},
		"Finish": func(t *testing.T, s *elevenlabs.STTSession, _ context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(0, cancel)
			require.ErrorIs(t, s.Finish(ctx), context.Canceled)
		},
		"many": func(t *testing.T, s *elevenlabs.STTSession, cancel context.CancelFunc) {
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { require.NoError(t, s.Close()) })
				all.Go(func() { require.Error(t, s.Finish(t.Context())) })
				all.Go(cancel)
				all.Go(func() { collectAny(s) })
			}
			all.Wait()
		},
	}
	for name, hinder := range hindrances {
		for by, end := range ends {
			t.Run(name+" "+by, func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					h := hinder(t, 1)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					s, err := h.c.DialSTT(ctx, h.req)
					require.NoError(t, err)
					put(t, s, hush(time.Second))
					synctest.Wait()
					if h.then != nil {
						h.then()
					}
					time.Sleep(2 * time.Second) // the next connection is tried
					synctest.Wait()
					at := time.Now()
					end(t, s, cancel)
					require.LessOrEqual(t, time.Since(at), 50*msec)
					require.NoError(t, s.Close())
					require.LessOrEqual(t, time.Since(at), 50*msec)
					idle(t, h)
				})
			})
		}
	}
}

// collectAny reads the events to their end, whatever that is.
func collectAny(s *elevenlabs.STTSession) (last error) {
	for _, err := range s.Events() {
		last = err
	}
	return last
}

// However long an attempt to reconnect may take, ReconnectFor bounds it. What
// is told is how the connection was lost.
func TestDialSTT_ReconnectForBoundsEachAttempt(t *testing.T) {
	t.Parallel()
	for name, hinder := range hindrances {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				h := hinder(t, 1)
				h.req.ReconnectFor = 7 * time.Second
				s, err := h.c.DialSTT(t.Context(), h.req)
				require.NoError(t, err)
				at := time.Now()
				put(t, s, hush(time.Second))
				synctest.Wait()
				if h.then != nil {
					h.then()
				}
				err = collectAny(s)
				require.LessOrEqual(t, time.Since(at), 7*time.Second+50*msec)
				require.Error(t, err)
				require.NotErrorIs(t, err, context.Canceled)
				require.NoError(t, s.Close())
				idle(t, h)
			})
		})
	}
}

// A session that has ended in order has done so for whoever asks late.
func TestSTTSession_FinishAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := dialSTT(t, elevenlabstest.NewServer(t), elevenlabs.STTStreamRequest{})
		require.NoError(t, s.Finish(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 20 {
			require.NoError(t, s.Finish(ctx))
		}
	})
}
