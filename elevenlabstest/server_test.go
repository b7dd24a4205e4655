package elevenlabstest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestServer_CloseIsIdempotentAndEndsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, err := elevenlabstest.Start(elevenlabstest.WithServiceTime(time.Hour))
		require.NoError(t, err)
		start := time.Now()
		failed := make(chan error)
		go func() {
			_, err := trySpeak(srv, ttsPath, "hello")
			failed <- err
		}()
		synctest.Wait()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { _ = srv.Close() })
		}
		require.Error(t, <-failed)
		wg.Wait()
		require.NoError(t, srv.Close())
		require.Zero(t, time.Since(start))
		require.NotZero(t, srv.Requests()[0].Done)
		_, err = trySpeak(srv, ttsPath, "hello")
		require.Error(t, err)
	})
}

// A body that nobody reads blocks the handler, and a stream waits for its time:
// Close ends both, and neither looks whole to the client.
func TestServer_CloseEndsBodiesNobodyReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, path := range []string{ttsPath, ttsPath + "/stream"} {
			srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Minute))
			resp := openSpeech(t, srv, path, strings.Repeat("long text ", 100))
			require.NoError(t, srv.Close())
			_, err := io.ReadAll(resp.Body)
			require.Error(t, err)
			require.NoError(t, resp.Body.Close())
			require.NotZero(t, srv.Requests()[0].Done)
		}
	})
}

func TestServer_Loopback(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.Loopback())
	require.NotEqual(t, "http://127.0.0.1", srv.URL)
	require.Equal(t, http.StatusOK, speak(t, srv, "hello").status)
	resp, err := http.Post(srv.URL+ttsPath, "application/json", strings.NewReader(`{"text":"a"}`))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	require.NoError(t, srv.Close())
	_, err = net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
	require.Error(t, err)
}

// It counts the goroutines of the whole process, so it is not parallel.
func TestServer_LeavesNothingBehind(t *testing.T) { //nolint:paralleltest // see above
	before := runtime.NumGoroutine()
	for _, opts := range [][]elevenlabstest.Option{{instant}, {instant, elevenlabstest.Loopback()}} {
		srv, err := elevenlabstest.Start(opts...)
		require.NoError(t, err)
		_, _ = parallel(t, 20, func(i int) (answer, error) { return try(srv, http.MethodGet, "/v1/models", nil) })
		srv.Inject(elevenlabstest.ResetAfter(10), elevenlabstest.CutAfter(10))
		for range 2 {
			_, err := trySpeak(srv, ttsPath, "hello")
			require.NoError(t, err)
		}
		require.NoError(t, srv.Close())
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		require.True(t, time.Now().Before(deadline), "%d goroutines before, %d after", before, runtime.NumGoroutine())
	}
}

func TestEmulator_IsAPlainHandler(t *testing.T) {
	t.Parallel()
	e := elevenlabstest.NewEmulator(instant, elevenlabstest.Loopback(), elevenlabstest.WithSpeed(-1))
	for _, path := range []string{ttsPath, ttsPath + "/stream"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"text":"hello"}`))
		r.Header.Set("Xi-Api-Key", "k")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code)
		require.NotEmpty(t, w.Body.Bytes())
	}
	require.Equal(t, 10, e.Usage().Characters)
}

func TestRequests_TellWhatWasSentWithoutTheKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		start := time.Now()
		speak(t, srv, "hello")
		transcribe(t, srv, make([]byte, sound), "language_code", "en")
		postJSON(t, srv, ttsPath+"?token=sutkn_1&next_page_token=2", `{}`, "Authorization", "Bearer secret")
		r := srv.Requests()
		require.Len(t, r, 3)
		require.Equal(t, http.MethodPost, r[0].Method)
		require.Equal(t, ttsPath, r[0].Path)
		require.JSONEq(t, `{"text":"hello"}`, string(r[0].Body))
		require.Equal(t, "REDACTED", r[0].Header.Get("Xi-Api-Key"))
		require.Equal(t, http.StatusOK, r[0].Status)
		require.Equal(t, 5, r[0].Characters)
		require.Equal(t, 1, r[0].Weight)
		require.Equal(t, start, r[0].Arrived)
		require.Equal(t, start.Add(420*time.Millisecond), r[0].Done)

		require.Empty(t, r[1].Body)
		require.Equal(t, map[string][]string{"model_id": {"scribe_v2"}, "language_code": {"en"}}, r[1].Form)
		require.Equal(t, int64(sound), r[1].File.Size)
		require.Equal(t, "speech.mp3", r[1].File.Name)

		require.Equal(t, http.StatusUnprocessableEntity, r[2].Status)
		require.Empty(t, r[2].Family)
		all := fmt.Sprintf("%+v", r)
		require.NotContains(t, all, "good-key")
		require.NotContains(t, all, "secret")
		require.NotContains(t, all, "sutkn_1")
		require.Equal(t, "2", r[2].Query.Get("next_page_token"))
	})
}

func TestRequests_KeepTheHeadOfALongBody(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	require.Equal(t, http.StatusBadRequest, speak(t, srv, strings.Repeat("a", 100_000)).status)
	require.Len(t, srv.Requests()[0].Body, 64<<10)
	a := speak(t, srv, strings.Repeat("a", 9<<20))
	require.Equal(t, "request_too_large", a.detail(t)["code"])
}

func TestRequests_KeepTheLastTenThousand(t *testing.T) {
	t.Parallel()
	e := elevenlabstest.NewEmulator(instant)
	for i := range 25_000 {
		r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/n/%d", i), nil)
		e.ServeHTTP(httptest.NewRecorder(), r)
	}
	r := e.Requests()
	require.Len(t, r, 10_000)
	require.Equal(t, "/n/15000", r[0].Path)
	require.Equal(t, "/n/24999", r[9_999].Path)
	require.Equal(t, 25_000, e.Usage().Requests)
}

// zeros is a file of any size.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestUpload_OfAnySizeTakesNoMemory(t *testing.T) { //nolint:paralleltest // it measures the heap
	const size = 24 << 20
	srv := elevenlabstest.NewServer(t, instant)
	body, pw := io.Pipe()
	w := multipart.NewWriter(pw)
	go func() {
		_ = w.WriteField("model_id", "scribe_v2")
		p, _ := w.CreateFormFile("file", "long.wav")
		_, _ = io.Copy(p, io.LimitReader(zeros{}, size))
		_ = w.Close()
		_ = pw.Close()
	}()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := send(t, srv, http.MethodPost, sttPath, body, "Content-Type", w.FormDataContentType())
	runtime.ReadMemStats(&after)
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, int64(size), srv.Requests()[0].File.Size)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

func TestUpload_CutShortIsRefused(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	body, contentType := form(make([]byte, sound), "model_id", "scribe_v2")
	whole, err := io.ReadAll(body)
	require.NoError(t, err)
	a := send(t, srv, http.MethodPost, sttPath, bytes.NewReader(whole[:len(whole)/2]), "Content-Type", contentType)
	require.Equal(t, http.StatusBadRequest, a.status)
	require.Contains(t, string(a.body), "error parsing the body")
}

func TestServer_ContextOfTheClientEndsTheDial(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/v1/models", nil)
	require.NoError(t, err)
	_, err = srv.HTTPClient().Do(req) //nolint:bodyclose // there is no answer
	require.ErrorIs(t, err, context.Canceled)
}
