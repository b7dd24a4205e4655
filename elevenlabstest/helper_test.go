package elevenlabstest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const (
	sarah   = "EXAVITQu4vr4xnSDxMaL"
	library = "Pr0LibraryV0iceStand"
	ttsPath = "/v1/text-to-speech/" + sarah
	sttPath = "/v1/speech-to-text"
)

// instant takes all time out of the emulator.
var instant = elevenlabstest.WithLatency(elevenlabstest.Latency{})

// An answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error // of reading the body
}

func (a answer) detail(t *testing.T) map[string]any {
	t.Helper()
	var v struct{ Detail map[string]any }
	require.NoError(t, json.Unmarshal(a.body, &v), "%s", a.body)
	return v.Detail
}

func (a answer) decode(t *testing.T, v any) {
	t.Helper()
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	require.NoError(t, json.Unmarshal(a.body, v), "%s", a.body)
}

// try sends a request with a good key, unless the headers have another, and
// reads the answer. Headers come as names and values by turns.
func try(srv *elevenlabstest.Server, method, path string, body io.Reader, headers ...string) (answer, error) {
	req, err := http.NewRequest(method, srv.URL+path, body)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Xi-Api-Key", "good-key")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Del(headers[i])
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := srv.HTTPClient().Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, a.err = io.ReadAll(resp.Body)
	return a, nil
}

func send(t *testing.T, srv *elevenlabstest.Server, method, path string, body io.Reader, headers ...string) answer {
	t.Helper()
	a, err := try(srv, method, path, body, headers...)
	require.NoError(t, err)
	require.NoError(t, a.err)
	return a
}

func get(t *testing.T, srv *elevenlabstest.Server, path string, headers ...string) answer {
	t.Helper()
	return send(t, srv, http.MethodGet, path, nil, headers...)
}

func postJSON(t *testing.T, srv *elevenlabstest.Server, path, body string, headers ...string) answer {
	t.Helper()
	return send(t, srv, http.MethodPost, path, strings.NewReader(body),
		append([]string{"Content-Type", "application/json"}, headers...)...)
}

func speak(t *testing.T, srv *elevenlabstest.Server, text string) answer {
	t.Helper()
	return postJSON(t, srv, ttsPath, textBody(text))
}

func textBody(text string) string {
	b, _ := json.Marshal(map[string]string{"text": text})
	return string(b)
}

// form builds a multipart body of fields, names and values by turns, and a
// file unless it is nil.
func form(file []byte, fields ...string) (body io.Reader, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	if file != nil {
		p, _ := w.CreateFormFile("file", "speech.mp3")
		_, _ = p.Write(file)
	}
	_ = w.Close()
	return &b, w.FormDataContentType()
}

func transcribe(t *testing.T, srv *elevenlabstest.Server, file []byte, fields ...string) answer {
	t.Helper()
	body, contentType := form(file, append([]string{"model_id", "scribe_v2"}, fields...)...)
	return send(t, srv, http.MethodPost, sttPath, body, "Content-Type", contentType)
}

// A fixture is an answer of the real API.
type fixture struct {
	Status  int
	Headers map[string]string
	Body    struct{ Detail any }
}

func readFixture(t *testing.T, name string) fixture {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".json")
	require.NoError(t, err)
	var f fixture
	require.NoError(t, json.Unmarshal(b, &f))
	return f
}
