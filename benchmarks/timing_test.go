package benchmarks_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// A timedSpeech is an answer with timestamps as most people decode it.
type timedSpeech struct {
	Audio      []byte                `json:"audio_base64"`
	Alignment  *elevenlabs.Alignment `json:"alignment"`
	Normalized *elevenlabs.Alignment `json:"normalized_alignment"`
}

// timedAnswer is an answer of so many bytes of audio, with 15 characters a
// second.
func timedAnswer(tb testing.TB, size int) []byte {
	tb.Helper()
	audio := bytes.Repeat(speech(tb), size/upload+1)[:size]
	text := strings.Repeat(sentence+" ", size/16000*15/len(sentence)+1)
	var a elevenlabs.Alignment
	for i, r := range []rune(text) {
		a.Characters = append(a.Characters, string(r))
		a.Starts = append(a.Starts, math.Round(float64(i)*66.6)/1000)
		a.Ends = append(a.Ends, math.Round(float64(i+1)*66.6)/1000)
	}
	body, err := json.Marshal(timedSpeech{audio, &a, &a})
	require.NoError(tb, err)
	return body
}

// decoders are the ways to decode such an answer. They write over their input.
var decoders = []struct {
	name   string
	decode func([]byte) (audio []byte, characters int, err error)
}{
	{"client", func(body []byte) ([]byte, int, error) {
		c, err := timing.Decode(body)
		if err != nil {
			return nil, 0, err
		}
		return c.Audio, len(c.Alignment.Characters), nil
	}},
	{"json", func(body []byte) ([]byte, int, error) {
		var s timedSpeech
		if err := json.Unmarshal(body, &s); err != nil {
			return nil, 0, err
		}
		return s.Audio, len(s.Alignment.Characters), nil
	}},
}

// BenchmarkTimingDecode decodes 1 MiB of audio with its timing, from memory
// that is filled anew each time.
func BenchmarkTimingDecode(b *testing.B) {
	body := timedAnswer(b, upload)
	scratch := make([]byte, len(body))
	for _, d := range decoders {
		b.Run(d.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				copy(scratch, body)
				if _, _, err := d.decode(scratch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestTimingDecodersAgree checks that what is compared is the same work.
func TestTimingDecodersAgree(t *testing.T) {
	body := timedAnswer(t, upload)
	var audio [][]byte
	for _, d := range decoders {
		got, characters, err := d.decode(bytes.Clone(body))
		require.NoError(t, err)
		require.Greater(t, characters, 900)
		audio = append(audio, bytes.Clone(got))
	}
	require.True(t, bytes.Equal(audio[0], audio[1]))
}

// BenchmarkTiming asks for 1 MiB of audio with its timing.
func BenchmarkTiming(b *testing.B) {
	body := timedAnswer(b, upload)
	overBoth(b, newAnswer("application/json", body), func(b *testing.B, be backend) {
		client := be.client(b)
		req := elevenlabs.TTSRequest{Text: sentence, Timestamps: true}
		b.Run("client", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if s, err := client.Synthesize(b.Context(), req); err != nil || s.Alignment == nil {
					b.Fatal(s, err)
				}
			}
		})
		b.Run("raw", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if s, err := be.rawTiming(); err != nil || s.Alignment == nil {
					b.Fatal(s, err)
				}
			}
		})
	})
}

// rawTiming is a call in plain net/http as most people write it.
func (be backend) rawTiming() (*timedSpeech, error) {
	resp, err := be.http.Post(be.url+"/v1/text-to-speech/"+voiceID+"/with-timestamps", "application/json", strings.NewReader(`{"text":"`+sentence+`"}`))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(resp.StatusCode)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	s := new(timedSpeech)
	return s, json.Unmarshal(data, s)
}
