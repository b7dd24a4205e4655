package benchmarks_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// sentence is about as long as 50 KB of audio play.
const sentence = "The first move is what sets everything in motion."

// newAudio returns what looks like n bytes of MP3 from the outside.
func newAudio(n int) []byte {
	audio := bytes.Repeat([]byte{0x55}, n)
	copy(audio, []byte{0xFF, 0xFB, 0x90, 0x64})
	return audio
}

// BenchmarkTTS speaks a text whose audio has 50 KB.
func BenchmarkTTS(b *testing.B) {
	audio := newAudio(50_000)
	overBoth(b, newAnswer("audio/mpeg", audio), func(b *testing.B, be backend) {
		for _, c := range ttsContenders(b, be) {
			b.Run(c.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					got, err := c.tts(b.Context())
					if err != nil || len(got) != len(audio) {
						b.Fatal(len(got), err)
					}
				}
			})
		}
	})
}

func TestTTSContendersGetTheAudio(t *testing.T) {
	t.Parallel()
	audio := newAudio(50_000)
	a := newAnswer("audio/mpeg", audio)
	for _, be := range []backend{onMemory(a), onLoopback(t, a)} {
		for _, c := range ttsContenders(t, be) {
			got, err := c.tts(t.Context())
			require.NoError(t, err, c.name)
			require.True(t, bytes.Equal(audio, got), c.name)
		}
	}
}

type ttsContender struct {
	name string
	tts  func(context.Context) ([]byte, error)
}

func ttsContenders(tb testing.TB, be backend) []ttsContender {
	client := be.client(tb)
	return []ttsContender{
		{"client", func(ctx context.Context) ([]byte, error) { return client.TTS(ctx, sentence) }},
		{"readall", func(ctx context.Context) ([]byte, error) {
			return be.rawTTS(ctx, func(resp *http.Response) ([]byte, error) { return io.ReadAll(resp.Body) })
		}},
		{"floor", func(ctx context.Context) ([]byte, error) { return be.rawTTS(ctx, readFull) }},
	}
}

// readFull reads a body into one piece of the length that was told.
func readFull(resp *http.Response) ([]byte, error) {
	body := make([]byte, resp.ContentLength)
	_, err := io.ReadFull(resp.Body, body)
	return body, err
}

// ttsBody is what a caller without a library writes.
type ttsBody struct {
	Text    string `json:"text"`
	ModelID string `json:"model_id"`
}

// rawTTS is a call in plain net/http.
func (be backend) rawTTS(ctx context.Context, read func(*http.Response) ([]byte, error)) ([]byte, error) {
	req, err := be.ttsRequest(ctx, sentence)
	if err != nil {
		return nil, err
	}
	resp, err := be.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(resp.StatusCode)
	}
	return read(resp)
}

func (be backend) ttsRequest(ctx context.Context, text string) (*http.Request, error) {
	return be.request(ctx, utterance{text: text})
}

func (be backend) request(ctx context.Context, u utterance) (*http.Request, error) {
	body, err := json.Marshal(ttsBody{Text: u.text, ModelID: cmp.Or(u.model, modelID)})
	if err != nil {
		return nil, err
	}
	url := be.url + "/v1/text-to-speech/" + voiceID
	if u.stream {
		url += "/stream"
	}
	url += "?output_format=" + string(format)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Xi-Api-Key", apiKey)
	return req, nil
}

type statusError int

func (e statusError) Error() string { return fmt.Sprintf("status %d", int(e)) }
