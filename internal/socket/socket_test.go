package socket_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// dial returns a socket to a peer that plays a part. The peer has until the end
// of the test.
func dial(t *testing.T, opts socket.Options, part func(*websocket.Conn)) *socket.Conn {
	t.Helper()
	c, resp, err := try(t, opts, peer(part))
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	t.Cleanup(func() { c.Close(socket.CodeNormal, "") })
	return c
}

// peer accepts a socket and plays a part on it.
func peer(part func(*websocket.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		ws.SetReadLimit(-1)
		part(ws)
	}
}

func try(t *testing.T, opts socket.Options, answer http.HandlerFunc) (*socket.Conn, *http.Response, error) {
	t.Helper()
	return tryOver(t, opts, func(c net.Conn) net.Conn { return c }, answer)
}

// tryOver tries it over a network of its own kind.
func tryOver(t *testing.T, opts socket.Options, kind func(net.Conn) net.Conn, answer http.HandlerFunc) (*socket.Conn, *http.Response, error) {
	t.Helper()
	ln := memnet.Listen()
	var busy sync.WaitGroup
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		busy.Add(1)
		defer busy.Done()
		answer(w, r)
	})}
	go srv.Serve(ln)
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := ln.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return kind(c), nil
	}}
	t.Cleanup(func() { srv.Close(); transport.CloseIdleConnections(); busy.Wait() })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://host/path", nil)
	require.NoError(t, err)
	return socket.Dial(&http.Client{Transport: transport}, req, opts)
}

func say(ws *websocket.Conn, text string) {
	_ = ws.Write(context.Background(), websocket.MessageText, []byte(text))
}

func hear(ws *websocket.Conn) string {
	_, b, err := ws.Read(context.Background())
	if err != nil {
		return "error: " + err.Error()
	}
	return string(b)
}

func bubble(t *testing.T, story func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, story)
}

func TestConn_ReadsMessagesOfAnySize(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sizes := []int{0, 1, 5 << 10, 5<<10 - 1, 75_015, 293_720, 40, socket.MaxMessage}
		c := dial(t, socket.Options{}, func(ws *websocket.Conn) {
			for _, n := range sizes {
				say(ws, strings.Repeat("x", n))
			}
			hear(ws)
		})
		for _, n := range sizes {
			m, err := c.Read()
			require.NoError(t, err)
			require.False(t, m.Binary)
			require.Equal(t, n, bytes.Count(m.Data, []byte("x")))
			require.LessOrEqual(t, m.Held(), max(5<<10, 16*n+16), "of %d", n)
			m.Free()
			m.Free()
		}
	})
}

func TestConn_SendsInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		heard := make(chan string, 3)
		c := dial(t, socket.Options{}, func(ws *websocket.Conn) {
			for range 3 {
				heard <- hear(ws)
			}
			hear(ws)
		})
		go c.Read()
		for _, text := range []string{"a", "b"} {
			require.NoError(t, c.Send(t.Context(), []byte(text)))
		}
		require.True(t, c.TrySend([]byte("c")))
		for _, text := range []string{"a", "b", "c"} {
			require.Equal(t, text, <-heard)
		}
	})
}

func TestConn_TellsHowItEnded(t *testing.T) {
	for name, tt := range map[string]struct {
		part func(*websocket.Conn)
		want string
		is   error
	}{
		"normally": {func(ws *websocket.Conn) { ws.Close(1000, "") }, "closed with 1000", nil},
		"with a reason": {
			func(ws *websocket.Conn) { ws.Close(1008, "no more than 5") }, "closed with 1008: no more than 5", nil,
		},
		"without a close frame": {
			func(ws *websocket.Conn) { ws.CloseNow() }, "closed with 1006: unexpected EOF", io.ErrUnexpectedEOF,
		},
		"with too much": {
			func(ws *websocket.Conn) { say(ws, strings.Repeat("x", socket.MaxMessage+1)) }, "the message is too large", socket.ErrTooLarge,
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := dial(t, socket.Options{}, tt.part)
				_, err := c.Read()
				require.EqualError(t, err, tt.want)
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
				}
				_, again := c.Read()
				require.Error(t, again)
			})
		})
	}
}

// slowEnd is a connection that takes its time to close.
type slowEnd struct{ net.Conn }

func (c slowEnd) Close() error {
	time.Sleep(time.Millisecond)
	return c.Conn.Close()
}

// What is too large ends the writing too. The reader is told why, even where the
// writer has noticed first.
func TestConn_TellsWhatWasTooLargeWhoeverNoticesFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, _, err := tryOver(t, socket.Options{}, func(c net.Conn) net.Conn { return slowEnd{c} }, peer(func(ws *websocket.Conn) {
			say(ws, strings.Repeat("x", socket.MaxMessage+1<<20))
		}))
		require.NoError(t, err)
		defer c.Close(socket.CodeNormal, "")
		read := make(chan error)
		go func() {
			_, err := c.Read()
			read <- err
		}()
		synctest.Wait() // it tells the peer, who still speaks
		require.NoError(t, c.Send(t.Context(), []byte("a")))
		require.ErrorIs(t, <-read, socket.ErrTooLarge)
	})
}

func TestConn_AnswerThatIsNoSocketIsHandedOver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, resp, err := try(t, socket.Options{}, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, strings.Repeat("no", 2000))
		})
		require.NoError(t, err)
		require.Nil(t, c)
		require.Equal(t, http.StatusForbidden, resp.StatusCode)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Len(t, body, 4000)
		resp.Body.Close()
	})
}

func TestConn_HandshakeThatIsWrongIsAnError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, _, err := try(t, socket.Options{}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Upgrade", "websocket")
			w.Header().Set("Sec-WebSocket-Accept", "wrong")
			w.WriteHeader(http.StatusSwitchingProtocols)
		})
		require.ErrorContains(t, err, "Sec-WebSocket-Accept")
	})
}

// deaf neither reads nor answers.
func deaf(t *testing.T) func(*websocket.Conn) {
	return func(*websocket.Conn) { <-t.Context().Done() }
}

func TestConn_ClosesBesideADeafPeer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := dial(t, socket.Options{}, deaf(t))
		read := make(chan error)
		go func() { _, err := c.Read(); read <- err }()
		for c.TrySend([]byte("text")) {
			synctest.Wait()
		}
		sent := make(chan error)
		go func() { sent <- c.Send(context.Background(), []byte("one more")) }()
		synctest.Wait()
		at := time.Now()
		var closers sync.WaitGroup
		for range 3 {
			closers.Go(func() { c.Close(socket.CodeNormal, "") })
		}
		require.ErrorIs(t, <-sent, socket.ErrClosed)
		closers.Wait()
		require.ErrorIs(t, <-read, socket.ErrClosed)
		require.Equal(t, 25*time.Millisecond, time.Since(at))
		c.Close(socket.CodeNormal, "")
		require.ErrorIs(t, c.Send(t.Context(), []byte("late")), socket.ErrClosed)
		require.False(t, c.TrySend([]byte("late")))
		require.Equal(t, 25*time.Millisecond, time.Since(at))
	})
}

func TestConn_ClosesAtOnceBesideAPolitePeer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		told := make(chan string, 1)
		c := dial(t, socket.Options{}, func(ws *websocket.Conn) { told <- hear(ws) })
		at := time.Now()
		c.Close(socket.CodeNormal, "bye")
		require.Zero(t, time.Since(at))
		require.Contains(t, <-told, "bye")
	})
}

func TestConn_SendHonoursItsContextAndSparesTheSocket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		start := make(chan struct{})
		c := dial(t, socket.Options{}, func(ws *websocket.Conn) {
			<-start
			say(ws, "hello")
			for range 12 {
				hear(ws)
			}
		})
		for c.TrySend([]byte("text")) {
			synctest.Wait()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, c.Send(ctx, []byte("more")), context.DeadlineExceeded)
		close(start)
		m, err := c.Read()
		require.NoError(t, err)
		require.Equal(t, "hello", string(m.Data))
	})
}

func TestConn_KeepsTheSessionAlive(t *testing.T) {
	bubble(t, func(t *testing.T) {
		type heard struct {
			text string
			at   time.Duration
		}
		log, from := make(chan heard, 10), time.Now()
		c := dial(t, socket.Options{KeepAlive: 4 * time.Second, Idle: func() []byte { return []byte("idle") }}, func(ws *websocket.Conn) {
			for range 4 {
				log <- heard{hear(ws), time.Since(from)}
			}
			hear(ws)
		})
		go c.Read()
		time.Sleep(5 * time.Second)
		require.True(t, c.TrySend([]byte("text")))
		for _, want := range []heard{
			{"idle", 4 * time.Second}, {"text", 5 * time.Second}, {"idle", 9 * time.Second}, {"idle", 13 * time.Second},
		} {
			require.Equal(t, want, <-log)
		}
	})
}

func TestConn_FindsAPeerThatHasGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		at := time.Now()
		c := dial(t, socket.Options{}, deaf(t))
		_, err := c.Read()
		require.ErrorIs(t, err, socket.ErrSilent)
		require.Equal(t, 14*time.Second, time.Since(at))
		require.ErrorIs(t, c.Send(t.Context(), nil), socket.ErrSilent)
	})
}

func TestConn_FindsAPeerThatTakesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := dial(t, socket.Options{}, deaf(t))
		at := time.Now()
		require.NoError(t, c.Send(t.Context(), []byte("stuck")))
		_, err := c.Read()
		require.ErrorIs(t, err, socket.ErrSilent)
		require.Equal(t, 14*time.Second, time.Since(at))
	})
}

func TestConn_LeavesAPeerAloneThatAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := dial(t, socket.Options{}, func(ws *websocket.Conn) {
			go func() { time.Sleep(time.Minute); say(ws, "still here") }()
			hear(ws)
		})
		time.Sleep(30 * time.Second) // nobody listens, so nobody is missed
		m, err := c.Read()
		require.NoError(t, err)
		require.Equal(t, "still here", string(m.Data))
	})
}

func TestConn_FailsWithTheFirstCause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := dial(t, socket.Options{}, deaf(t))
		first := errors.New("first")
		c.Fail(first)
		c.Fail(errors.New("second"))
		_, err := c.Read()
		require.Equal(t, first, err)
	})
}

func TestConn_AllocatesNothingToRead(t *testing.T) {
	text := strings.Repeat("x", 75_000)
	c := dial(t, socket.Options{Silence: -1}, func(ws *websocket.Conn) {
		for ws.Write(context.Background(), websocket.MessageText, []byte(text)) == nil {
		}
	})
	for range 5 {
		m, err := c.Read()
		require.NoError(t, err)
		m.Free()
	}
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		m, err := c.Read()
		if err != nil {
			t.Error(err)
		}
		m.Free()
	}), 2.0, "the peer's own allocations among them")
}
