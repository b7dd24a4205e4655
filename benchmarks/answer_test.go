package benchmarks_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const (
	apiKey  = "benchmark-key"
	voiceID = elevenlabstest.VoiceSarah
	modelID = "eleven_multilingual_v2"
	format  = elevenlabs.FormatMP3_44100_128
)

// An answer is sent to every request alike.
type answer struct {
	header http.Header
	body   []byte
}

// newAnswer has the headers that the vendor was seen to send.
func newAnswer(contentType string, body []byte) *answer {
	return &answer{body: body, header: http.Header{
		"Access-Control-Allow-Headers":  {"*"},
		"Access-Control-Allow-Methods":  {"POST, PATCH, OPTIONS, DELETE, GET, PUT"},
		"Access-Control-Allow-Origin":   {"*"},
		"Access-Control-Max-Age":        {"600"},
		"Access-Control-Expose-Headers": {"request-id, history-item-id, character-cost, regeneration-count, generation-info, current-concurrent-requests, maximum-concurrent-requests, collect-preference"},
		"Alt-Svc":                       {`h3=":443"; ma=2592000`},
		"Character-Cost":                {"48"},
		"Collect-Preference":            {"True"},
		"Content-Type":                  {contentType},
		"Current-Concurrent-Requests":   {"1"},
		"Date":                          {"Fri, 21 Aug 2026 11:31:47 GMT"},
		"History-Item-Id":               {"tFo6KODr41Cb5jL3fmnL"},
		"Maximum-Concurrent-Requests":   {"3"},
		"Request-Id":                    {"oKG8zOBWPuX4mN1THuLn"},
		"Server":                        {"uvicorn"},
		"Strict-Transport-Security":     {"max-age=1800;"},
		"Tts-Latency-Ms":                {"447"},
		"Vary":                          {"Accept-Language"},
		"Via":                           {"1.1 google"},
		"Workspace-Concurrent-Requests": {"1"},
		"X-Region":                      {"europe-west4"},
		"X-Trace-Id":                    {"f072e44189577818198059c710572f7f"},
	}}
}

// A memory transport answers without a network. It reads the request as a real
// one would and reports to the request's trace, so nobody is spared that work.
type memory struct{ answer *answer }

func (m memory) RoundTrip(req *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(req.Context())
	if trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Reused: true})
	}
	if err := drain(req.Body); err != nil {
		return nil, err
	}
	if trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: m.answer.header.Clone(), ContentLength: int64(len(m.answer.body)),
		Body: &answerBody{left: m.answer.body}, Request: req,
	}, nil
}

// answerBody ends with its last bytes, as a body of net/http does.
type answerBody struct{ left []byte }

func (b *answerBody) Read(p []byte) (int, error) {
	n := copy(p, b.left)
	b.left = b.left[n:]
	if len(b.left) == 0 {
		return n, io.EOF
	}
	return n, nil
}

func (b *answerBody) Close() error { return nil }

var drainBuffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// drain reads a body to its end and closes it.
func drain(body io.ReadCloser) error {
	buf := drainBuffers.Get().(*[32 << 10]byte)
	defer drainBuffers.Put(buf)
	for {
		if _, err := body.Read(buf[:]); err == io.EOF {
			return body.Close()
		} else if err != nil {
			return err
		}
	}
}

// ServeHTTP gives the answer over a network.
func (a *answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := drain(r.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
	a.writeHeader(w, strconv.Itoa(len(a.body)))
	_, _ = w.Write(a.body) // a client that is gone will say so itself
}

// writeHeader starts an answer, chunked if the length is empty.
func (a *answer) writeHeader(w http.ResponseWriter, length string) {
	h := w.Header()
	for k, v := range a.header {
		h[k] = v
	}
	if length != "" {
		h["Content-Length"] = []string{length}
	}
	w.WriteHeader(http.StatusOK)
}

// A backend is where a contender sends its requests.
type backend struct {
	url  string
	http *http.Client
}

// onMemory answers from memory.
func onMemory(a *answer) backend {
	return backend{url: "http://127.0.0.1", http: &http.Client{Transport: memory{a}}}
}

// onLoopback answers from a server on 127.0.0.1. Its transport has the settings
// that the client has by default, for all contenders.
func onLoopback(tb testing.TB, h http.Handler) backend {
	tb.Helper()
	srv := httptest.NewServer(h)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = 100
	transport.WriteBufferSize = 64 << 10
	transport.ReadBufferSize = 32 << 10
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		srv.Close()
	})
	return backend{url: srv.URL, http: &http.Client{Transport: transport}}
}

// client returns this library's client of a backend.
func (be backend) client(tb testing.TB) *elevenlabs.Client {
	tb.Helper()
	c, err := elevenlabs.New(elevenlabs.WithBaseURL(be.url), elevenlabs.WithHTTPClient(be.http),
		elevenlabs.WithAPIKey(apiKey), elevenlabs.WithVoice(voiceID))
	require.NoError(tb, err)
	return c
}

// overBoth runs a benchmark over memory and over loopback.
func overBoth(b *testing.B, a *answer, bench func(*testing.B, backend)) {
	b.Run("memory", func(b *testing.B) { bench(b, onMemory(a)) })
	b.Run("loopback", func(b *testing.B) { bench(b, onLoopback(b, a)) })
}
