package elevenlabs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs"
)

// FuzzErrorBody feeds answers of any kind to a call that fails.
func FuzzErrorBody(f *testing.F) {
	files, err := os.ReadDir("testdata/errors")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		r := readRecorded(f, strings.TrimSuffix(file.Name(), filepath.Ext(file.Name())))
		body, _ := io.ReadAll(r.response().Body)
		f.Add(r.Status, body, "7")
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, retryAfter string) {
		if status < 300 || status > 599 || status/100 == 3 {
			status = 429
		}
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			resp := answered(status, "application/json", string(body))
			resp.Header["Retry-After"] = []string{retryAfter}
			return resp, nil
		}), elevenlabs.WithMaxRetries(0))
		_, err := c.TTS(t.Context(), "Hello")
		api, ok := err.(*elevenlabs.APIError)
		if !ok {
			t.Fatalf("not an APIError: %v", err)
		}
		if !utf8.ValidString(api.Error()) && utf8.Valid(body) {
			t.Fatalf("invalid text made of valid text: %q", api.Error())
		}
		if api.RetryAfter < 0 || api.Limit < 0 {
			t.Fatalf("negative: %+v", api)
		}
	})
}

func FuzzTranscript(f *testing.F) {
	f.Add([]byte(`{"text":"Hello","words":[{"text":"Hello","start":0,"end":1,"type":"word"}]}`))
	f.Add([]byte(`{"transcripts":[{"text":"a"}]}`))
	f.Add([]byte(`{"request_id":"r","message":"m"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := elevenlabs.DecodeTranscript(body)
		if (got == nil) == (err == nil) {
			t.Fatalf("%v, %v", got, err)
		}
		if err != nil {
			return
		}
		got.Turns()
		stored, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := elevenlabs.DecodeTranscript(stored)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(stored) {
			t.Fatalf("%s, then %s, %v", stored, twice, err)
		}
	})
}

func FuzzMeta(f *testing.F) {
	f.Add("3", "10", "447")
	f.Add("-1", "99999999999999999999", "1e9")
	f.Fuzz(func(t *testing.T, cost, limit, latency string) {
		m := elevenlabs.ReadMeta(http.Header{
			"Character-Cost": {cost}, "Maximum-Concurrent-Requests": {limit}, "Tts-Latency-Ms": {latency},
		}, secret)
		if m.CharacterCost < -1 || m.Limit < 0 || m.ServerLatency < 0 {
			t.Fatalf("%+v", m)
		}
	})
}
