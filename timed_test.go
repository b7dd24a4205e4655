package elevenlabs_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// timed is a request for speech with timing.
var timed = elevenlabs.TTSRequest{
	Text: "Hello, world. It costs 3.50 today.", Timestamps: true, Format: elevenlabs.FormatPCM_16000,
}

// plain is the same request for speech alone.
func plain() elevenlabs.TTSRequest {
	req := timed
	req.Timestamps = false
	return req
}

func TestTimestamps_AreThoseOfTheAudio(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		want, err := c.Synthesize(t.Context(), plain())
		require.NoError(t, err)
		require.Nil(t, want.Alignment)
		speech, err := c.Synthesize(t.Context(), timed)
		require.NoError(t, err)
		require.Equal(t, want.Audio, speech.Audio)
		require.Equal(t, len(timed.Text), speech.Meta.CharacterCost)
		require.NotEmpty(t, speech.Meta.RequestID)
		require.Equal(t, timed.Text, speech.Alignment.Text())
		require.Equal(t, speech.Alignment, speech.NormalizedAlignment)
		require.NoError(t, speech.Alignment.Check())
		last := len(speech.Alignment.Ends) - 1
		require.InDelta(t, float64(len(speech.Audio))/32000, speech.Alignment.Ends[last], 0.001)
		path := srv.Requests()[1].Path
		require.True(t, strings.HasSuffix(path, "/with-timestamps"), path)
	})
}

func TestTimestamps_OfAStreamComeWithItsAudio(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		whole, err := c.Synthesize(t.Context(), timed)
		require.NoError(t, err)
		stream, err := c.SynthesizeStream(t.Context(), timed)
		require.NoError(t, err)
		require.Nil(t, stream.Alignment(), "nothing was read")
		var audio []byte
		buf := make([]byte, 1000)
		for err == nil {
			var n int
			n, err = stream.Read(buf)
			audio = append(audio, buf[:n]...)
			a := stream.Alignment()
			require.True(t, strings.HasPrefix(timed.Text, a.Text()))
			require.NoError(t, a.Check())
			heard := float64(len(audio)) / 32000
			if n := len(a.Ends); n < len(timed.Text) {
				require.Greater(t, a.Ends[n-1], heard-0.001, "what was heard is covered")
				require.Less(t, a.Starts[n-1], heard+0.5, "and not much more")
			}
		}
		require.Equal(t, io.EOF, err)
		require.Equal(t, whole.Audio, audio)
		require.Equal(t, whole.Alignment, stream.Alignment())
		require.Equal(t, whole.NormalizedAlignment, stream.NormalizedAlignment())
		require.Zero(t, c.Stats().Families[standard].InFlight)
		path := srv.Requests()[1].Path
		require.True(t, strings.HasSuffix(path, "/stream/with-timestamps"), path)
	})
}

func TestTimestamps_OfAudioThatWasReadAhead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		stream, err := c.SynthesizeStream(t.Context(), timed)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.Zero(t, c.Stats().Families[standard].InFlight, "all of it is here")
		require.Nil(t, stream.Alignment())
		_, err = io.CopyN(io.Discard, stream, 100)
		require.NoError(t, err)
		require.NotEmpty(t, stream.Alignment().Text())
		require.NotEqual(t, timed.Text, stream.Alignment().Text())
		_, err = io.Copy(io.Discard, stream)
		require.NoError(t, err)
		require.Equal(t, timed.Text, stream.Alignment().Text())
		require.NoError(t, stream.Close())
		require.Equal(t, timed.Text, stream.Alignment().Text())
	})
}

func TestTimestamps_OfAStreamThatBreaks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.CutAfter(60_000))
		stream, err := srv.Client().SynthesizeStream(t.Context(), timed)
		require.NoError(t, err)
		audio, err := io.ReadAll(stream)
		var broken *elevenlabs.PartialError
		require.ErrorAs(t, err, &broken)
		require.ErrorIs(t, err, elevenlabs.ErrTruncated)
		require.Equal(t, int64(len(audio)), broken.Bytes)
		require.Equal(t, time.Duration(len(audio))*time.Second/32000, broken.Duration)
		require.NotEmpty(t, audio)
		require.Equal(t, stream.Alignment(), broken.Alignment)
		n := len(broken.Alignment.Ends)
		require.InDelta(t, broken.Duration.Seconds(), broken.Alignment.Ends[n-1], 0.5)
		require.Less(t, n, len(timed.Text))
	})
}

func TestTimestamps_AreRecoveredWithTheSpeech(t *testing.T) {
	for name, lose := range map[string]elevenlabstest.Fault{
		"before the head": elevenlabstest.ResetAfter(0), "in the body": elevenlabstest.CutAfter(100), "empty": elevenlabstest.EmptyAudio(),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t)
				c := srv.Client()
				want, err := c.Synthesize(t.Context(), timed)
				require.NoError(t, err)
				srv.Inject(lose)
				speech, err := c.Synthesize(t.Context(), timed)
				require.NoError(t, err)
				require.True(t, speech.Meta.Recovered)
				require.Equal(t, want.Audio, speech.Audio)
				require.Equal(t, want.Alignment, speech.Alignment)
				require.Equal(t, want.NormalizedAlignment, speech.NormalizedAlignment)

				srv.Inject(lose)
				stream, err := c.SynthesizeStream(t.Context(), timed)
				require.NoError(t, err)
				audio, err := io.ReadAll(stream)
				require.NoError(t, err)
				require.True(t, stream.Meta.Recovered)
				require.Equal(t, want.Audio, audio)
				require.Equal(t, want.Alignment, stream.Alignment())
				require.Equal(t, 3*len(timed.Text), srv.Usage().Characters)
			})
		})
	}
}

func TestTimestamps_AreNotMadeUpForSpeechWithoutThem(t *testing.T) {
	untimed := drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		switch {
		case r.Method == http.MethodPost:
			return nil, errors.New("reset")
		case strings.HasSuffix(r.URL.Path, "/audio"):
			return answered(http.StatusOK, "audio/pcm", "audio"), nil
		case r.URL.Path == "/v1/history":
			return answered(http.StatusOK, "application/json", fmt.Sprintf(`{"history":[{"history_item_id":"it","text":%q,"date_unix":%d}]}`,
				timed.Text, time.Now().Unix())), nil
		}
		return answered(http.StatusOK, "application/json", `{"state":"created","alignments":null}`), nil
	})
	bubble(t, func(t *testing.T) {
		_, err := clientOn(t, untimed).Synthesize(t.Context(), timed)
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)
		require.EqualError(t, lost.History, "the speech is there without its timing")
		require.Equal(t, "it", lost.Meta.HistoryItemID)
		speech, err := clientOn(t, untimed).Synthesize(t.Context(), plain())
		require.NoError(t, err)
		require.Nil(t, speech.Alignment)
	})
}

// line is a line of a stream with timing: audio, and characters a second each.
func line(audio, text string, start float64) string {
	a := elevenlabs.Alignment{}
	for i, r := range text {
		a.Characters = append(a.Characters, string(r))
		a.Starts = append(a.Starts, start+float64(i))
		a.Ends = append(a.Ends, start+float64(i)+1)
	}
	b, _ := json.Marshal(a)
	return fmt.Sprintf(`{"audio_base64":%q,"alignment":%s,"normalized_alignment":null}`, base64.StdEncoding.EncodeToString([]byte(audio)), b)
}

// timedStream answers a stream with a body.
func timedStream(t *testing.T, body string, opts ...elevenlabs.ClientOption) (*elevenlabs.SpeechStream, error) {
	t.Helper()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(http.StatusOK, "application/json", body), nil
	}), opts...)
	return c.SynthesizeStream(t.Context(), timed)
}

func TestTimestamps_OfChunksAreContinuous(t *testing.T) {
	t.Parallel()
	second := strings.Repeat("x", 32000)
	for name, body := range map[string]string{
		"from the start of the speech": line(second+second, "ab", 0) + "\n\n" + line(second, "c", 2) + "\r\n" + line(second, "d", 3),
		"from the start of the chunk":  line(second+second, "ab", 0) + "\n" + line(second, "c", 0) + "\n" + line(second, "d", 0) + "\n",
		"with audio alone":             line(second, "ab", 0) + "\n{\"audio_base64\":\"" + base64.StdEncoding.EncodeToString([]byte(second)) + "\"}\n" + line("", "cd", 0) + "\n",
	} {
		stream, err := timedStream(t, body)
		require.NoError(t, err, name)
		_, err = io.Copy(io.Discard, stream)
		require.NoError(t, err, name)
		require.Equal(t, &elevenlabs.Alignment{
			Characters: []string{"a", "b", "c", "d"}, Starts: []float64{0, 1, 2, 3}, Ends: []float64{1, 2, 3, 4},
		}, stream.Alignment(), name)
		require.Nil(t, stream.NormalizedAlignment(), name)
	}
}

func TestTimestamps_NothingIsSwallowed(t *testing.T) {
	t.Parallel()
	good := line("audio", "a", 0) + "\n"
	for name, tt := range map[string]struct {
		body string
		want error
	}{
		"a line that is not JSON":     {"<html>\n", elevenlabs.ErrMalformed},
		"a line without audio":        {`{"detail":{"status":"x"}}` + "\n", elevenlabs.ErrMalformed},
		"a line that is too long":     {strings.Repeat("x", 2000), elevenlabs.ErrTooLarge},
		"an alignment of other types": {`{"audio_base64":"QQ==","alignment":7}` + "\n", elevenlabs.ErrMalformed},
	} {
		_, err := timedStream(t, tt.body, elevenlabs.WithMaxBody(1000))
		var resp *elevenlabs.ResponseError
		require.ErrorAs(t, err, &resp, name)
		require.ErrorIs(t, err, tt.want, name)

		stream, err := timedStream(t, good+tt.body+good, elevenlabs.WithMaxBody(1000))
		require.NoError(t, err, name)
		audio, err := io.ReadAll(stream)
		var broken *elevenlabs.PartialError
		require.ErrorAs(t, err, &broken, name)
		require.ErrorIs(t, err, tt.want, name)
		require.Equal(t, "audio", string(audio), name)
		require.Equal(t, "a", broken.Alignment.Text(), name)
	}
	stream, err := timedStream(t, good+good[:20])
	require.NoError(t, err)
	_, err = io.ReadAll(stream)
	require.ErrorIs(t, err, elevenlabs.ErrTruncated)
}

func TestTimestamps_OfAWholeAnswerThatIsWrong(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{"audio_base64":`:                       elevenlabs.ErrTruncated,
		``:                                       elevenlabs.ErrTruncated,
		`<html>`:                                 elevenlabs.ErrMalformed,
		`{"detail":"x"}`:                         elevenlabs.ErrMalformed,
		`{"audio_base64":"?"}`:                   elevenlabs.ErrMalformed,
		`{"audio_base64":"","alignment":null}`:   elevenlabs.ErrEmptyAudio,
		`{"audio_base64":null,"alignment":null}`: elevenlabs.ErrEmptyAudio,
		`{"audio_base64":"` + strings.Repeat("QUFB", 500) + `"}`: elevenlabs.ErrTooLarge,
	} {
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(http.StatusOK, "application/json", body), nil
		}), elevenlabs.WithMaxBody(1000), elevenlabs.WithoutRecovery())
		_, err := c.Synthesize(t.Context(), timed)
		require.ErrorIs(t, err, want, body)
	}
}

func TestTimestamps_BadInput(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { panic("sent") }))
	req := timed
	req.Format = elevenlabs.FormatWAV_16000
	_, err := c.SynthesizeStream(t.Context(), req)
	var bad *elevenlabs.ArgumentError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "TTSRequest.Format", bad.Field)
}

// FuzzTimedStream feeds lines of any kind to a stream.
func FuzzTimedStream(f *testing.F) {
	f.Add(line("audio", "ab", 0)+"\n"+line("audio", "c", 0), 3)
	f.Add("\n\n{}\n", 100)
	f.Fuzz(func(t *testing.T, body string, size int) {
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(http.StatusOK, "application/json", body), nil
		}), elevenlabs.WithoutRecovery(), elevenlabs.WithMaxRetries(0))
		stream, err := c.SynthesizeStream(t.Context(), timed)
		if err != nil {
			return
		}
		defer stream.Close()
		buf := make([]byte, 1+size&1023)
		for err == nil {
			_, err = stream.Read(buf)
		}
		if a := stream.Alignment(); a != nil && (len(a.Starts) != len(a.Characters) || len(a.Ends) != len(a.Characters)) {
			t.Fatalf("%d, %d, %d", len(a.Characters), len(a.Starts), len(a.Ends))
		}
	})
}
