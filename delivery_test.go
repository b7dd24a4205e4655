package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
)

// The tests of this file run against net/http on both sides of a network in
// memory, where connections go stale, answers come early and bodies block.

// network serves a handler and returns the way to it. wrap may spoil its
// connections, the first being number 1.
func network(t *testing.T, handle http.HandlerFunc, wrap func(int, net.Conn) net.Conn) *http.Transport {
	t.Helper()
	ln := memnet.Listen()
	var conns sync.WaitGroup
	srv := &http.Server{Handler: handle, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			conns.Add(1)
		case http.StateClosed, http.StateHijacked:
			conns.Done()
		}
	}}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(ln)
	}()
	dials := 0
	tr := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := ln.DialContext(ctx, network, addr)
		dials++
		if err == nil && wrap != nil {
			conn = wrap(dials, conn)
		}
		return conn, err
	}}
	t.Cleanup(func() {
		_ = srv.Close()
		<-served
		conns.Wait()
		tr.CloseIdleConnections()
	})
	return tr
}

// over returns a client on such a network.
func over(t *testing.T, tr http.RoundTripper, opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	t.Helper()
	return clientOn(t, tr, append([]elevenlabs.ClientOption{elevenlabs.WithBaseURL("http://127.0.0.1")}, opts...)...)
}

// staleConn fails every write once it is stale, as a connection does that the
// other side has long forgotten.
type staleConn struct {
	net.Conn
	stale *atomic.Bool
}

func (c staleConn) Write(p []byte) (int, error) {
	if c.stale.Load() {
		return 0, errors.New("broken pipe")
	}
	return c.Conn.Write(p)
}

func TestDelivery_AStaleConnectionDoesNotHideThatTheNextOneDelivered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		carriedOut := 0
		var stale atomic.Bool
		tr := network(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if carriedOut++; carriedOut == 2 {
				panic(http.ErrAbortHandler) // the answer is lost
			}
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = w.Write([]byte("\xff\xfbaudio"))
		}, func(n int, conn net.Conn) net.Conn {
			if n == 1 {
				return staleConn{conn, &stale}
			}
			return conn
		})
		c := over(t, tr, elevenlabs.WithoutRecovery())
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		stale.Store(true)
		_, err = c.TTS(t.Context(), strings.Repeat("Hello ", 1500)) // more than one write
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)
		require.Equal(t, 2, carriedOut)
	})
}

func TestDelivery_AnEarlyRedirectDoesNotHideThatTheNextHopDelivered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		carriedOut := 0
		tr := network(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/moved" {
				http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect) // without reading the upload
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			carriedOut++
			panic(http.ErrAbortHandler)
		}, nil)
		_, err := over(t, tr).Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(make([]byte, 4<<20), "")})
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)
		require.Equal(t, 1, carriedOut)
	})
}

func TestDelivery_AnAnswerProvesThatItWasSent(t *testing.T) {
	t.Parallel()
	sent := 0
	c := clientOn(t, answerFunc(func(r *http.Request) (*http.Response, error) {
		sent++
		_, _ = r.Body.Read(make([]byte, 10)) // and answers before it has all
		body := io.MultiReader(strings.NewReader(`{"te`), errReader{errors.New("connection reset")})
		return &http.Response{StatusCode: 200, ContentLength: 100, Body: io.NopCloser(body)}, nil
	}))
	_, err := c.STT(t.Context(), make([]byte, 1000), "")
	var lost *elevenlabs.AmbiguousError
	require.ErrorAs(t, err, &lost)
	require.Equal(t, 1, sent)
}

// Not parallel: it replaces the default transport.
func TestDelivery_ADefaultTransportThatTellsNothing(t *testing.T) {
	sent := 0
	before := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = before })
	http.DefaultTransport = drained(func(*http.Request, []byte) (*http.Response, error) {
		sent++
		return nil, errors.New("connection reset")
	})
	for name, opts := range map[string][]elevenlabs.ClientOption{
		"the library's client": nil, "a client of the caller's": {elevenlabs.WithHTTPClient(&http.Client{})},
	} {
		sent = 0
		c, err := elevenlabs.New(append(opts, elevenlabs.WithAPIKey(secret), elevenlabs.WithVoice("v"), elevenlabs.WithoutRecovery())...)
		require.NoError(t, err)
		_, err = c.TTS(t.Context(), "Hello")
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost, name)
		require.Equal(t, 1, sent, name)
	}
}

func TestDelivery_APostByDoIsNotRepeatedBlindly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		carriedOut := 0
		c := over(t, network(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			carriedOut++
			panic(http.ErrAbortHandler)
		}, nil), elevenlabs.WithBreaker(0))
		body := elevenlabs.BytesBody("text/plain", []byte("thunder"))
		for _, tt := range []struct {
			call elevenlabs.Call
			want int
		}{
			{elevenlabs.Call{Path: "/v1/x", Body: body}, 1},
			{elevenlabs.Call{Path: "/v1/x", Body: body, Method: "PATCH"}, 1},
			{elevenlabs.Call{Path: "/v1/x", Body: body, Repeatable: true}, 4},
			{elevenlabs.Call{Path: "/v1/x", Method: "DELETE"}, 4},
			{elevenlabs.Call{Path: "/v1/x"}, 4},
		} {
			carriedOut = 0
			_, err := c.Do(t.Context(), tt.call)
			require.Error(t, err)
			require.Equal(t, tt.want, carriedOut, "%+v", tt.call)
		}
	})
}

func TestDelivery_ABlockedSourceDoesNotHoldTheCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		tr := network(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }, nil)
		c := over(t, tr)
		pr, pw := io.Pipe()
		defer pw.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		at := time.Now()
		_, err := c.Transcribe(ctx, elevenlabs.STTRequest{Audio: elevenlabs.AudioReader(pr, "audio/mpeg")})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.LessOrEqual(t, time.Since(at), 1050*time.Millisecond)
		require.Zero(t, c.Stats().Families[elevenlabs.FamilySTT].InFlight)
	})
}

// blockingSeeker blocks in Read from its second use on.
type blockingSeeker struct {
	*bytes.Reader
	armed   *atomic.Bool
	release chan struct{}
}

func (b blockingSeeker) Read(p []byte) (int, error) {
	if b.armed.Load() {
		<-b.release
	}
	return b.Reader.Read(p)
}

func TestDelivery_ABlockedSeekerDoesNotHoldTheRetry(t *testing.T) {
	bubble(t, func(t *testing.T) {
		tr := network(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, nil)
		var armed atomic.Bool
		c := over(t, tr, elevenlabs.WithHooks(elevenlabs.Hooks{Admitted: func(context.Context, elevenlabs.Event) { armed.Store(true) }}))
		src := blockingSeeker{bytes.NewReader(make([]byte, 1<<20)), &armed, make(chan struct{})}
		defer close(src.release)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		at := time.Now()
		_, err := c.Transcribe(ctx, elevenlabs.STTRequest{Audio: elevenlabs.AudioReader(src, "")})
		require.Error(t, err)
		require.LessOrEqual(t, time.Since(at), time.Minute+50*time.Millisecond)
	})
}

func TestDelivery_AnEarlyAnswerThatStallsRunsIntoTheGap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		tr := network(t, func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).EnableFullDuplex()
			w.WriteHeader(503)
			_, _ = w.Write([]byte(`{"detail":`))
			_ = http.NewResponseController(w).Flush()
			<-release
		}, nil)
		c := over(t, tr, elevenlabs.WithMaxRetries(0), elevenlabs.WithTimeouts(elevenlabs.Timeouts{Gap: time.Second}))
		pr, pw := io.Pipe()
		defer pr.Close()
		go func() {
			for {
				if _, err := pw.Write(make([]byte, 100)); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond) // a source in no hurry
			}
		}()
		at := time.Now()
		_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioReader(pr, "audio/mpeg")})
		require.ErrorIs(t, err, elevenlabs.ErrServer)
		require.LessOrEqual(t, time.Since(at), 2*time.Second)
	})
}

func TestDelivery_APanicGivesTheSlotBack(t *testing.T) {
	t.Parallel()
	serve := drained(func(*http.Request, []byte) (*http.Response, error) { return audioAnswer(), nil })
	hook := func(context.Context, elevenlabs.Event) { panic("hook") }
	for name, opt := range map[string]elevenlabs.ClientOption{
		"key source": elevenlabs.WithKeySource(func(context.Context) (string, error) { panic("vault") }),
		"admitted":   elevenlabs.WithHooks(elevenlabs.Hooks{Admitted: hook}),
		"first byte": elevenlabs.WithHooks(elevenlabs.Hooks{FirstByte: hook}),
	} {
		c := clientOn(t, serve, opt)
		require.Panics(t, func() { _, _ = c.TTS(t.Context(), "Hello") }, name)
		require.Zero(t, c.Stats().Families[standard].InFlight, name)
	}
}

func TestDelivery_AForgottenStreamEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		ctx, cancel := context.WithCancel(t.Context())
		stream, err := c.SynthesizeStream(ctx, hello)
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		require.Zero(t, c.Stats().Families[standard].InFlight)
		_, err = io.ReadAll(stream)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestDelivery_AClosedStreamGivesNothingMore(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return audioAnswer(), nil }))
	stream, err := c.SynthesizeStream(t.Context(), hello)
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	n, err := stream.Read(make([]byte, 8))
	require.Zero(t, n)
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestDelivery_AFileThatChangesUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		uploads := make(chan []byte, 2) // one may be cut off by a client that has left
		tr := network(t, func(w http.ResponseWriter, r *http.Request) {
			got, _ := io.ReadAll(r.Body)
			uploads <- got
			_, _ = w.Write([]byte(`{"text":"x"}`))
		}, nil)
		for name, tt := range map[string]struct {
			size int64
			ok   bool
		}{"grows": {5000, true}, "shrinks": {10, false}} {
			path := filepath.Join(t.TempDir(), "a.mp3")
			require.NoError(t, os.WriteFile(path, make([]byte, 1000), 0o600))
			tries := 0
			c := over(t, tr, elevenlabs.WithHooks(elevenlabs.Hooks{Admitted: func(context.Context, elevenlabs.Event) {
				tries++
				_ = os.Truncate(path, tt.size)
			}}))
			_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioFile(path)})
			require.Equal(t, 1, tries, name)
			if tt.ok {
				require.NoError(t, err, name)
				synctest.Wait()
				require.Equal(t, 1000, largest(uploads), "as much as there was when the call began")
			} else {
				require.ErrorContains(t, err, "shorter than it was", name)
			}
		}
	})
}

// largest returns how many zeros the upload with the most has.
func largest(uploads chan []byte) (n int) {
	for len(uploads) > 0 {
		n = max(n, bytes.Count(<-uploads, []byte{0}))
	}
	return n
}

func TestDelivery_ABodyWithoutALengthIsStreamed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var got []byte
		var length int64
		c := over(t, network(t, func(_ http.ResponseWriter, r *http.Request) {
			length = r.ContentLength
			got, _ = io.ReadAll(r.Body)
		}, nil))
		closed := false
		body := elevenlabs.Body{ContentType: "text/plain", Open: func() (io.ReadCloser, error) {
			return noteClose{strings.NewReader("hello"), &closed}, nil
		}}
		resp, err := c.Do(t.Context(), elevenlabs.Call{Path: "/v1/x", Body: body})
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "hello", string(got))
		require.Equal(t, int64(-1), length)
		require.True(t, closed)
	})
}

type noteClose struct {
	io.Reader
	closed *bool
}

func (c noteClose) Close() error { *c.closed = true; return nil }

func TestDelivery_ARedirectMayNotChangeTheMethod(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var seen []string
		c := over(t, network(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			seen = append(seen, r.Method)
			http.Redirect(w, r, "/login", http.StatusFound)
		}, nil))
		_, err := c.TTS(t.Context(), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrRedirected)
		require.Equal(t, []string{"POST"}, seen)
	})
}

func TestDelivery_FirstByteIsOfAnAnswerThatServes(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return answered(401, "", `{}`), nil }),
		elevenlabs.WithHooks(elevenlabs.Hooks{FirstByte: func(context.Context, elevenlabs.Event) { t.Error("a refusal is no first byte") }}))
	_, err := c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
}

func TestDelivery_ATokenIsASecretToo(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		return answered(401, "text/plain", strings.Repeat("x", 190)+" "+r.URL.Query().Get("token")+"\x1b[31m"), nil
	}))
	_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioURL("https://example.com/a"), Token: "sutkn_secret"})
	require.NotContains(t, err.Error(), "sutkn_")
	require.NotContains(t, err.Error(), "\x1b")
}

func TestDelivery_ALongWaitDoesNotHideALostAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := over(t, network(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		}, nil), elevenlabs.WithRetryAmbiguous(), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(10*time.Second)))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := c.TTS(ctx, "Hello")
		require.ErrorIs(t, err, context.Canceled)
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)
	})
}

func TestBackOff_OddValuesDoNotPanic(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]elevenlabs.BackOff{
		"negative": elevenlabs.ExponentialBackOff(-time.Second, time.Second), "huge": elevenlabs.ExponentialBackOff(math.MaxInt64, math.MaxInt64),
		"backwards": elevenlabs.LinearBackOff(-time.Second), "far": elevenlabs.LinearBackOff(math.MaxInt64),
	} {
		next := b()
		for range 70 {
			require.GreaterOrEqual(t, next.NextBackOff(), time.Duration(0), name)
		}
	}
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return answered(500, "", ""), nil }),
		elevenlabs.WithBackOff(func() backoff.BackOff { return nil }))
	_, err := c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, elevenlabs.ErrServer)
}

func TestBackOff_ZeroWaitIsLoggedAsARetry(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return answered(500, "", ""), nil }),
		elevenlabs.WithBackOff(elevenlabs.LinearBackOff(0)), elevenlabs.WithLogger(logTo(&log)))
	_, err := c.TTS(t.Context(), "Hello")
	require.Error(t, err)
	require.Contains(t, log.String(), "TTS failed with status 500, retrying in 0s (attempt 1/3)")
}

func TestResponse_JSONWithoutALimit(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return answered(200, "", `{"a":1}`), nil }),
		elevenlabs.WithMaxBody(math.MaxInt64))
	resp, err := c.Do(t.Context(), elevenlabs.Call{Path: "/v1/x"})
	require.NoError(t, err)
	require.NoError(t, resp.JSON(new(any)))
}

func TestLocalLimiter_ZeroValueWorks(t *testing.T) {
	t.Parallel()
	var l elevenlabs.LocalLimiter
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			p, err := l.Acquire(t.Context(), elevenlabs.Admission{Family: standard})
			if err != nil {
				t.Error(err)
			}
			l.Release(p, elevenlabs.Outcome{})
		})
	}
	calls.Wait()
	require.Equal(t, elevenlabs.PoolStats{Limit: 3, Told: 3}, l.Pool(standard))
}

func TestTranscribe_IsOfTheTranscribingFamilyWhateverTheModel(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return transcriptAnswer(), nil }))
	_, err := c.STT(t.Context(), []byte("audio"), "", elevenlabs.WithSTTModel("whisper_v9"))
	require.NoError(t, err)
	require.Equal(t, int64(1), c.Stats().Families[elevenlabs.FamilySTT].Served)
}
