package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
	"github.com/stretchr/testify/require"
)

// A site is the service, serving on a network in memory, and its emulator.
type site struct {
	t        *testing.T
	emulator *elevenlabstest.Server
	svc      *service
	http     *http.Client
	stop     context.CancelFunc
	stopped  chan struct{} // closed when serve has returned err
	err      error
}

// setup starts a site inside a bubble.
func setup(t *testing.T, opts ...elevenlabstest.Option) *site {
	t.Helper()
	account, err := demo.Open(demo.Env{Emulator: opts})
	require.NoError(t, err)
	t.Cleanup(account.Close)
	svc, err := open(account, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	svc.timeout = 30 * time.Second

	ln := memnet.Listen()
	ctx, stop := context.WithCancel(t.Context())
	s := &site{
		t: t, emulator: account.Emulator, svc: svc, stop: stop, stopped: make(chan struct{}),
		http: &http.Client{Transport: &http.Transport{DialContext: ln.DialContext, MaxIdleConnsPerHost: 100}},
	}
	go func() {
		defer close(s.stopped)
		s.err = serve(ctx, ln, svc, io.Discard)
	}()
	t.Cleanup(func() {
		s.http.CloseIdleConnections()
		stop()
		<-s.stopped
	})
	return s
}

// post sends a request and returns the answer's status and JSON.
func (s *site) post(path, contentType, body string) (int, map[string]any) {
	s.t.Helper()
	resp, err := s.http.Post("http://service"+path, contentType, strings.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return 0, nil
	}
	return resp.StatusCode, decode(s.t, resp.Body)
}

func (s *site) metrics() metrics {
	s.t.Helper()
	resp, err := s.http.Get("http://service/metrics")
	require.NoError(s.t, err)
	defer resp.Body.Close()
	var m metrics
	require.NoError(s.t, json.NewDecoder(resp.Body).Decode(&m))
	return m
}

func decode(t *testing.T, body io.ReadCloser) map[string]any {
	t.Helper()
	defer body.Close()
	var v map[string]any
	if err := json.NewDecoder(body).Decode(&v); err != nil {
		t.Error(err)
	}
	return v
}

func TestSpeaks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := setup(t)
		status, got := s.post("/tts", "application/json", `{"text":"Good morning","voice":"JBFqnCBsd6RMkjVDRZzb"}`)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, "Good morning", got["text"])
		require.Equal(t, "mp3_44100_128", got["format"])
		require.NotEmpty(t, got["audio"])
		require.NotContains(t, got, "degraded")
		require.Equal(t, "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb", s.emulator.Requests()[0].Path)
	})
}

func TestListens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := setup(t)
		s.emulator.Transcribe("So be it.")
		status, got := s.post("/stt", "audio/mpeg; codecs=mp3", strings.Repeat("x", 32_000))
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, map[string]any{"text": "So be it."}, got)
	})
}

func TestDegrades(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		reason string
		faults []elevenlabstest.Fault
		opts   []elevenlabstest.Option
	}{
		{reason: "quota_exceeded", opts: []elevenlabstest.Option{elevenlabstest.WithCredits(1)}},
		{reason: "busy", faults: []elevenlabstest.Fault{elevenlabstest.SystemBusy().Times(4)}},
		{reason: "vendor_failure", faults: []elevenlabstest.Fault{elevenlabstest.Status(503, "secret of the vendor").Times(4)}},
		{reason: "misconfigured", faults: []elevenlabstest.Fault{elevenlabstest.Status(401, "secret of the vendor")}},
		{reason: "timeout", faults: []elevenlabstest.Fault{elevenlabstest.SlowFirstByte(time.Minute)}},
		{reason: "unavailable", faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0)}, opts: []elevenlabstest.Option{elevenlabstest.WithoutHistoryPermission()}},
		{reason: "unavailable", faults: []elevenlabstest.Fault{elevenlabstest.EmptyAudio()}, opts: []elevenlabstest.Option{elevenlabstest.WithoutHistoryPermission()}},
		{reason: "unavailable", faults: []elevenlabstest.Fault{elevenlabstest.WrongContentType("text/html", "secret of the vendor")}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := setup(t, tt.opts...)
				s.emulator.Inject(tt.faults...)
				status, got := s.post("/tts", "application/json", `{"text":"Good morning"}`)
				require.Equal(t, http.StatusOK, status)
				require.Equal(t, map[string]any{
					"text": "Good morning", "audio": "", "format": "mp3_44100_128", "degraded": true, "reason": tt.reason,
				}, got)
			})
		})
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path, contentType, body string
		status                        int
		message                       string
	}{
		{"not JSON", "/tts", "application/json", "hello", 400, "the body is not JSON with a text"},
		{"no text", "/tts", "application/json", "{}", 400, "there is no text"},
		{"blank text", "/tts", "application/json", `{"text":" \n"}`, 400, "there is no text"},
		{"too much text", "/tts", "application/json", `{"text":"` + strings.Repeat("a", 10_001) + `"}`, 400, "the text is too long"},
		{"huge body", "/tts", "application/json", `{"text":"` + strings.Repeat("a", maxText) + `"}`, 413, "the body is too large"},
		{"no such voice", "/tts", "application/json", `{"text":"hi","voice":"nobody"}`, 400, "there is no such voice"},
		{"a path for a voice", "/tts", "application/json", `{"text":"hi","voice":"../history"}`, 400, "this cannot be processed"},
		{"no audio", "/stt", "audio/mpeg", "", 400, "there is no audio"},
		{"too little audio", "/stt", "audio/mpeg", "blip", 400, "this cannot be processed"},
		{"huge audio", "/stt", "audio/mpeg", strings.Repeat("a", maxAudio+1), 413, "the body is too large"},
		{"a text for audio", "/stt", "text/plain", "hello", 400, "the Content-Type is not that of audio"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := setup(t)
				status, got := s.post(tt.path, tt.contentType, tt.body)
				require.Equal(t, tt.status, status)
				require.Equal(t, map[string]any{"error": tt.message}, got)
			})
		})
	}
}

func TestTranscriptionIsUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := setup(t)
		s.emulator.Inject(elevenlabstest.SystemBusy().Times(4))
		status, got := s.post("/stt", "audio/mpeg", strings.Repeat("x", 32_000))
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Equal(t, map[string]any{"error": "audio cannot be transcribed now", "reason": "busy"}, got)
	})
}

// TestLoad sends more than the plan allows at once: everybody is served, in
// turn, and the gauges follow and come back.
func TestLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := setup(t, elevenlabstest.WithServiceTime(time.Second))
		idle := s.metrics()
		require.Equal(t, family{Limit: 3}, idle.Families[elevenlabs.FamilyStandard])
		require.Equal(t, metrics{Resources: resources{Connections: 1}, Families: idle.Families}, idle)

		start := time.Now()
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				if status, got := s.post("/tts", "application/json", `{"text":"Good morning"}`); status != 200 || got["audio"] == "" {
					t.Errorf("%d %v", status, got)
				}
			})
		}
		synctest.Wait()
		busy := s.metrics()
		require.EqualValues(t, 30, busy.ActiveSessions)
		require.EqualValues(t, 31, busy.Resources.Connections)
		require.Equal(t, family{Limit: 3, InFlight: 3, Queued: 27, Admitted: 3}, busy.Families[elevenlabs.FamilyStandard])

		wg.Wait()
		require.Equal(t, 10*time.Second, time.Since(start))
		s.http.CloseIdleConnections()
		synctest.Wait()
		after := s.metrics()
		require.Zero(t, after.ActiveSessions)
		require.EqualValues(t, 1, after.Resources.Connections)
		require.Equal(t, family{Limit: 3, Admitted: 30, Served: 30, Credits: 360}, after.Families[elevenlabs.FamilyStandard])
	})
}

// TestUserLeaves checks that a request nobody waits for gives its slot back.
func TestUserLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := setup(t)
		ctx, leave := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer leave()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://service/tts", strings.NewReader(`{"text":"hi"}`))
		require.NoError(t, err)
		_, err = s.http.Do(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		m := s.metrics()
		require.Zero(t, m.ActiveSessions)
		require.Zero(t, m.Families[elevenlabs.FamilyStandard].InFlight)
	})
}

// TestShutdown checks that a request under way is answered before the end.
func TestShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := setup(t, elevenlabstest.WithServiceTime(2*time.Second))
		answered := make(chan int, 1)
		go func() {
			status, _ := s.post("/tts", "application/json", `{"text":"hi"}`)
			answered <- status
		}()
		synctest.Wait()
		s.stop()
		require.Equal(t, http.StatusOK, <-answered)
		<-s.stopped
		require.NoError(t, s.err)
	})
}

// echo stands in for the client: code that takes the interfaces needs no server.
type echo struct{ err error }

func (e echo) TTS(_ context.Context, text string, _ ...elevenlabs.TTSOption) ([]byte, error) {
	return []byte(text), e.err
}

func (e echo) STT(_ context.Context, audio []byte, _ string, _ ...elevenlabs.STTOption) (string, error) {
	return string(audio), e.err
}

func TestWithAMock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := setup(t)
		s.svc.voice, s.svc.ear = echo{}, echo{}
		_, got := s.post("/stt", "audio/wav", "hello")
		require.Equal(t, "hello", got["text"])
		s.svc.voice = echo{err: elevenlabs.ErrQuotaExceeded}
		_, got = s.post("/tts", "application/json", `{"text":"hi"}`)
		require.Equal(t, "quota_exceeded", got["reason"])
	})
}

// TestRun runs the program as it is run, on a real port.
func TestRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	stopped := make(chan error, 1)
	go func() {
		stopped <- run(ctx, demo.Env{
			Args: []string{"-addr", "127.0.0.1:0"}, Stdout: w, Stderr: io.Discard,
			Emulator: []elevenlabstest.Option{elevenlabstest.WithSpeed(100)},
		})
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	require.True(t, lines.Scan())
	require.Contains(t, lines.Text(), "using the built-in emulator")
	require.True(t, lines.Scan())
	_, url, found := strings.Cut(lines.Text(), "listening on ")
	require.True(t, found)

	resp, err := http.Get(url + "/healthz")
	require.NoError(t, err)
	require.Equal(t, map[string]any{"status": "ok"}, decode(t, resp.Body))
	resp, err = http.Post(url+"/tts", "application/json", strings.NewReader(`{"text":"hi"}`))
	require.NoError(t, err)
	require.NotEmpty(t, decode(t, resp.Body)["audio"])

	stop()
	require.True(t, lines.Scan())
	require.Equal(t, "stopping", lines.Text())
	require.NoError(t, <-stopped)
}
