package elevenlabs_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
)

const greeting = `{"message_type":"session_started","session_id":"1","config":{}}`

// acted is a client of a server that plays a part on each socket it is asked
// for. A socket lasts until the part is over.
func acted(t testing.TB, part func(ws *websocket.Conn, over <-chan struct{}), opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	t.Helper()
	ln := memnet.Listen()
	var busy sync.WaitGroup
	over := make(chan struct{})
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		busy.Add(1)
		defer busy.Done()
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		ws.SetReadLimit(-1)
		part(ws, over)
	})}
	go srv.Serve(ln)
	transport := &http.Transport{DialContext: ln.DialContext}
	t.Cleanup(func() { close(over); srv.Close(); transport.CloseIdleConnections(); busy.Wait() })
	return clientOn(t, transport, append([]elevenlabs.ClientOption{elevenlabs.WithBaseURL("http://127.0.0.1")}, opts...)...)
}

func tell(ws *websocket.Conn, messages ...string) {
	for _, m := range messages {
		_ = ws.Write(context.Background(), websocket.MessageText, []byte(m))
	}
}

// deafen is a part of somebody who says what is given and never reads.
func deafen(messages ...string) func(*websocket.Conn, <-chan struct{}) {
	return func(ws *websocket.Conn, over <-chan struct{}) {
		tell(ws, messages...)
		<-over
	}
}

// attend reads until the socket ends.
func attend(ws *websocket.Conn) {
	for {
		if _, _, err := ws.Read(context.Background()); err != nil {
			return
		}
	}
}

func TestSTTSession_EndsAtOnceBesideADeafPeer(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*testing.T, *elevenlabs.STTSession, context.CancelFunc){
		"Close": func(t *testing.T, s *elevenlabs.STTSession, _ context.CancelFunc) { require.NoError(t, s.Close()) },
		"context": func(t *testing.T, s *elevenlabs.STTSession, cancel context.CancelFunc) {
			cancel()
			for _, err := range s.Events() {
				if err != nil {
					require.ErrorIs(t, err, context.Canceled)
				}
			}
		},
		"Finish": func(t *testing.T, s *elevenlabs.STTSession, _ context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, s.Finish(ctx), context.Canceled)
		},
		"many": func(t *testing.T, s *elevenlabs.STTSession, cancel context.CancelFunc) {
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() { require.NoError(t, s.Close()) })
				all.Go(func() { _ = s.Finish(t.Context()) })
				all.Go(cancel)
			}
			all.Wait()
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				c := acted(t, deafen(greeting))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s, err := c.DialSTT(ctx, elevenlabs.STTStreamRequest{})
				require.NoError(t, err)
				_, err = s.Write(hush(20 * time.Second)) // it gets stuck
				require.NoError(t, err)
				synctest.Wait()
				at := time.Now()
				end(t, s, cancel)
				require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
				_, err = s.Write(hush(msec))
				require.True(t, errors.Is(err, os.ErrClosed) || errors.Is(err, context.Canceled), "%v", err)
				require.NoError(t, s.Close())
				require.Zero(t, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
			})
		})
	}
}

func TestDialSTT_GivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	for name, messages := range map[string][]string{
		"nothing is said": nil, "something else is said": {`{"message_type":"news"}`, `nonsense`},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				c := acted(t, deafen(messages...))
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				at := time.Now()
				_, err := c.DialSTT(ctx, elevenlabs.STTStreamRequest{})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.LessOrEqual(t, time.Since(at), time.Second+50*time.Millisecond)
				require.Zero(t, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
			})
		})
	}
}

func TestDialSTT_WaitsForTheGreetingOnlySoLong(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := acted(t, deafen())
		_, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{}, elevenlabs.WithMaxRetries(0),
			elevenlabs.WithTimeouts(elevenlabs.Timeouts{Gap: 3 * time.Second}))
		var limit *elevenlabs.TimeoutError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, 3*time.Second, limit.After)
	})
}

// An error without the close behind it is told all the same.
func TestDialSTT_ErrorThatDoesNotClose(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := acted(t, deafen(`{"message_type":"auth_error","error":{"odd":"`+secret+`"}}`))
		at := time.Now()
		_, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
		require.NotContains(t, err.Error(), secret)
		require.LessOrEqual(t, time.Since(at), time.Second+50*time.Millisecond)
	})
}

func TestSTTSession_CommitWithoutAnAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var times atomic.Int32
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, greeting)
			if times.Add(1) == 2 {
				tell(ws, `{"message_type":"committed_transcript","text":"early"}`)
			}
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{}, elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
		require.NoError(t, err)
		defer s.Close()
		put(t, s, hush(time.Second))
		require.NoError(t, s.Commit())
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.EqualValues(t, 1, times.Load())
		time.Sleep(time.Second)
		synctest.Wait()
		require.EqualValues(t, 2, times.Load(), "the connection is taken for dead")
	})
}

// A session ends when no connection is to be had for long enough, with what
// that cost.
func TestSTTSession_GivesUpReconnecting(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(3, elevenlabstest.Drop()))
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{ReconnectFor: 10 * time.Second},
			elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
		srv.Inject(elevenlabstest.Status(http.StatusForbidden, `{"detail":{"status":"missing_permissions"}}`))
		put(t, s, hush(3*time.Second))
		var gap elevenlabs.STTEvent
		var last error
		for e, err := range s.Events() {
			if last = err; e.Kind == elevenlabs.STTGap {
				gap = e
			}
		}
		require.ErrorIs(t, last, elevenlabs.ErrMissingPermission)
		require.Equal(t, 3*time.Second, gap.To)
		require.ErrorIs(t, s.Finish(t.Context()), elevenlabs.ErrMissingPermission)
	})
}

// ReadFrom waits for a connection where Write lets go of the oldest audio.
func TestSTTSession_ReadFromWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		audio := spoken(t, srv, "one two three four five six seven eight nine ten")
		srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Drop()))
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{ReplayBuffer: 2 * time.Second},
			elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
		n, err := s.ReadFrom(&slowly{audio: audio})
		require.NoError(t, err)
		require.EqualValues(t, len(audio), n)
		require.NoError(t, s.Finish(t.Context()))
		told, segments := collect(t, s)
		require.Equal(t, "one two three four five six seven eight nine ten", texts(segments), "%v", told)
	})
}

// slowly is a source that is twice as fast as the audio plays.
type slowly struct{ audio []byte }

func (s *slowly) Read(p []byte) (int, error) {
	n := copy(p, s.audio)
	s.audio = s.audio[n:]
	if n == 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Duration(n) * time.Second / 64000)
	return n, nil
}

func TestSTTSession_UnreadEventsHoldItBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		long := `{"message_type":"committed_transcript","text":"` + strings.Repeat("x", 500_000) + `"}`
		var told atomic.Int32
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, greeting)
			for range 16 {
				tell(ws, long)
				told.Add(1)
			}
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		synctest.Wait()
		require.Less(t, told.Load(), int32(12), "4 MiB of them")
		n := 0
		for e := range s.Events() {
			if e.Kind == elevenlabs.STTCommitted {
				if n++; n == 16 {
					break
				}
			}
		}
		require.NoError(t, s.Close())
	})
}
