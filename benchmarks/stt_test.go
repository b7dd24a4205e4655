package benchmarks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// upload is how much audio is transcribed: a minute of MP3 in 128 kb/s.
const upload = 1 << 20

// BenchmarkSTT transcribes 1 MiB of audio. The answer has the times of every
// word, as the vendor sends them unless told otherwise.
func BenchmarkSTT(b *testing.B) {
	audio := speech(b)
	body, text := transcript(b)
	overBoth(b, newAnswer("application/json", body), func(b *testing.B, be backend) {
		for _, c := range sttContenders(b, be, audio) {
			b.Run(c.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					got, err := c.stt(b.Context())
					if err != nil || got != text {
						b.Fatal(got, err)
					}
				}
			})
		}
	})
}

func TestSTTContendersSendTheAudio(t *testing.T) {
	t.Parallel()
	audio := speech(t)
	srv := elevenlabstest.NewServer(t, elevenlabstest.Loopback(),
		elevenlabstest.WithTranscript(func(i elevenlabstest.AudioInfo) string {
			assert.EqualValues(t, len(audio), i.File.Size)
			return "as heard"
		}),
		elevenlabstest.WithLatency(elevenlabstest.Latency{}))
	for _, c := range sttContenders(t, backend{url: srv.URL, http: srv.HTTPClient()}, audio) {
		got, err := c.stt(t.Context())
		require.NoError(t, err, c.name)
		require.Equal(t, "as heard", got, c.name)
	}
}

type sttContender struct {
	name string
	stt  func(context.Context) (string, error)
}

func sttContenders(tb testing.TB, be backend, audio []byte) []sttContender {
	client := be.client(tb)
	form := newForm(tb)
	return []sttContender{
		{"client", func(ctx context.Context) (string, error) { return client.STT(ctx, audio, "audio/mpeg") }},
		{"floor", func(ctx context.Context) (string, error) { return be.rawSTT(ctx, form, audio) }},
	}
}

// A form is a multipart body made beforehand, but for the file.
type form struct {
	contentType   string
	before, after []byte
}

func newForm(tb testing.TB) form {
	tb.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	require.NoError(tb, w.WriteField("model_id", "scribe_v2"))
	h := make(textproto.MIMEHeader)
	h.Set("Content-Disposition", multipart.FileContentDisposition("file", "audio.mp3"))
	h.Set("Content-Type", "audio/mpeg")
	_, err := w.CreatePart(h)
	require.NoError(tb, err)
	n := buf.Len()
	require.NoError(tb, w.Close())
	all := buf.Bytes()
	return form{contentType: w.FormDataContentType(), before: all[:n:n], after: all[n:]}
}

// post sends a file in a form, its length told unless it is negative.
func (be backend) post(ctx context.Context, f form, file io.Reader, size int64) (*http.Response, error) {
	body := io.MultiReader(bytes.NewReader(f.before), file, bytes.NewReader(f.after))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, be.url+"/v1/speech-to-text", body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = -1
	if size >= 0 {
		req.ContentLength = int64(len(f.before)) + size + int64(len(f.after))
	}
	req.Header.Set("Content-Type", f.contentType)
	req.Header.Set("Xi-Api-Key", apiKey)
	return be.http.Do(req)
}

// rawSTT is a call in plain net/http that takes no more than the text.
func (be backend) rawSTT(ctx context.Context, f form, audio []byte) (string, error) {
	resp, err := be.post(ctx, f, bytes.NewReader(audio), int64(len(audio)))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", statusError(resp.StatusCode)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	var answer struct {
		Text string `json:"text"`
	}
	err = json.Unmarshal(data, &answer)
	return answer.Text, err
}

// speech returns real MP3 of the upload's size.
func speech(tb testing.TB) []byte {
	tb.Helper()
	srv := elevenlabstest.NewServer(tb, elevenlabstest.WithLatency(elevenlabstest.Latency{}))
	text := strings.Repeat(sentence+" ", 30)
	audio, err := srv.Client().TTS(tb.Context(), text)
	require.NoError(tb, err)
	audio = bytes.Repeat(audio, upload/len(audio)+1)
	return audio[:upload]
}

// transcript returns the vendor's answer for a minute of speech, and its text.
func transcript(tb testing.TB) (body []byte, text string) {
	tb.Helper()
	type word struct {
		Text    string  `json:"text"`
		Start   float64 `json:"start"`
		End     float64 `json:"end"`
		Type    string  `json:"type"`
		Speaker *string `json:"speaker_id"`
		LogProb float64 `json:"logprob"`
	}
	var words []word
	text = strings.TrimSpace(strings.Repeat(sentence+" ", 18))
	at := 0.0
	for i, w := range strings.Fields(text) {
		if i > 0 {
			words = append(words, word{Text: " ", Start: at, End: at + 0.02, Type: "spacing", LogProb: -0.001})
		}
		words = append(words, word{Text: w, Start: at + 0.02, End: at + 0.39, Type: "word", LogProb: -0.0274})
		at += 0.4
	}
	body, err := json.Marshal(map[string]any{
		"language_code": "eng", "language_probability": 0.98, "text": text, "words": words,
		"transcription_id": "MmVnc1ZxQXJ2SnZ3cUFzZmJk", "audio_duration_secs": 65.5,
	})
	require.NoError(tb, err)
	return body, text
}
