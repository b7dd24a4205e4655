package elevenlabs_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

var hello = elevenlabs.TTSRequest{Text: "Hello there, this is a stream of speech."}

func TestSynthesizeStream_IsTheSpeech(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		stream, err := c.SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		require.NotEmpty(t, stream.Meta.RequestID)
		require.Equal(t, len(hello.Text), stream.Meta.CharacterCost)
		require.Equal(t, elevenlabs.FormatMP3_44100_128, stream.Format)
		audio, err := io.ReadAll(stream)
		require.NoError(t, err)
		n, err := stream.Read(make([]byte, 8))
		require.Zero(t, n)
		require.Equal(t, io.EOF, err, "the end stays the end")
		text, err := c.STT(t.Context(), audio, stream.Format.MIME())
		require.NoError(t, err)
		require.Equal(t, hello.Text, text)
		require.NoError(t, stream.Close())
	})
}

func TestSynthesizeStream_HoldsItsSlotToTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client(elevenlabs.WithConcurrency(standard, 1))
		inFlight := func() int { return c.Stats().Families[standard].InFlight }
		for name, end := range map[string]func(*elevenlabs.SpeechStream){
			"read to the end": func(s *elevenlabs.SpeechStream) { _, _ = io.Copy(io.Discard, s) },
			"closed":          func(s *elevenlabs.SpeechStream) { require.NoError(t, s.Close()) },
			"closed twice":    func(s *elevenlabs.SpeechStream) { require.NoError(t, s.Close()); require.NoError(t, s.Close()) },
		} {
			stream, err := c.SynthesizeStream(t.Context(), hello)
			require.NoError(t, err)
			require.Equal(t, 1, inFlight(), name)
			end(stream)
			require.Equal(t, 0, inFlight(), name)
		}
		require.Zero(t, srv.Usage().Families[standard].Refused)
	})
}

func TestSynthesizeStream_CloseEndsARead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.StallAfter(2000, time.Hour))
		stream, err := srv.Client(elevenlabs.WithTimeouts(elevenlabs.Timeouts{Gap: -1})).SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		ended := make(chan error)
		go func() {
			_, err := io.Copy(io.Discard, stream)
			ended <- err
		}()
		synctest.Wait()
		at := time.Now()
		require.NoError(t, stream.Close())
		require.ErrorIs(t, <-ended, os.ErrClosed)
		require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
	})
}

func TestSynthesizeStream_BreaksWithWhatCame(t *testing.T) {
	for name, fault := range map[string]elevenlabstest.Fault{
		"reset": elevenlabstest.ResetAfter(3000), "cut": elevenlabstest.CutAfter(3000), "stalled": elevenlabstest.StallAfter(3000, time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t)
				srv.Inject(fault)
				c := srv.Client()
				stream, err := c.SynthesizeStream(t.Context(), elevenlabs.TTSRequest{Text: hello.Text, Format: elevenlabs.FormatPCM_16000})
				require.NoError(t, err)
				audio, err := io.ReadAll(stream)
				var broken *elevenlabs.PartialError
				require.ErrorAs(t, err, &broken)
				require.Len(t, audio, 3000)
				require.Equal(t, int64(3000), broken.Bytes)
				require.Equal(t, 93750*time.Microsecond, broken.Duration)
				require.NotEmpty(t, broken.Meta.HistoryItemID)
				_, again := stream.Read(make([]byte, 8))
				require.Equal(t, err, again)
				require.Len(t, srv.Requests(), 1, "nothing is repeated after the first byte")
				require.Zero(t, c.Stats().Families[standard].InFlight)
				if name == "stalled" {
					var limit *elevenlabs.TimeoutError
					require.ErrorAs(t, err, &limit)
					require.Equal(t, "gap", limit.Limit)
				} else {
					require.ErrorIs(t, err, elevenlabs.ErrTruncated)
				}
			})
		})
	}
}

func TestSynthesizeStream_IsRetriedUpToTheFirstByte(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.Status(503, ""), elevenlabstest.ConcurrencyRefusal(), elevenlabstest.SystemBusy())
		stream, err := srv.Client().SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		require.Equal(t, 4, stream.Meta.Attempts)
		require.NoError(t, stream.Close())

		for _, fault := range []elevenlabstest.Fault{elevenlabstest.EmptyAudio(), elevenlabstest.ResetAfter(0)} {
			srv.Inject(fault)
			_, err = srv.Client(elevenlabs.WithoutRecovery()).SynthesizeStream(t.Context(), hello)
			var lost *elevenlabs.AmbiguousError
			require.ErrorAs(t, err, &lost, fault.String())
		}
	})
}

func TestSynthesizeStream_EndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.StallAfter(1000, time.Hour))
		ctx, cancel := context.WithCancel(t.Context())
		stream, err := srv.Client().SynthesizeStream(ctx, hello)
		require.NoError(t, err)
		time.AfterFunc(time.Second, cancel)
		at := time.Now()
		_, err = io.Copy(io.Discard, stream)
		require.ErrorIs(t, err, context.Canceled)
		require.LessOrEqual(t, time.Since(at), 1050*time.Millisecond)
	})
}

func TestAudio_NothingElsePassesForIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		contentType, body string
		format            elevenlabs.Format
		want              error
	}{
		"JSON by type":            {"application/json", `{"detail":"x"}`, elevenlabs.FormatPCM_16000, elevenlabs.ErrNotAudio},
		"problem by type":         {"application/problem+json; charset=utf-8", `{}`, "", elevenlabs.ErrNotAudio},
		"a page by type":          {"text/html", `<html>`, "", elevenlabs.ErrNotAudio},
		"JSON that says audio":    {"audio/mpeg", `{"detail":"x"}`, "", elevenlabs.ErrNotAudio},
		"a page that says audio":  {"audio/mpeg", `<html>`, elevenlabs.FormatOpus_48000_32, elevenlabs.ErrNotAudio},
		"samples that look JSON":  {"audio/pcm", `{abc`, elevenlabs.FormatPCM_16000, nil},
		"samples of another type": {"audio/mpeg", "\x00\x01", elevenlabs.FormatULaw_8000, nil},
		"no type at all":          {"", "\xff\xfb", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
				return answered(200, tt.contentType, tt.body), nil
			}))
			req := elevenlabs.TTSRequest{Text: "Hello", Format: tt.format}
			speech, err := c.Synthesize(t.Context(), req)
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, tt.body, string(speech.Audio))
				return
			}
			require.ErrorIs(t, err, tt.want)
			if tt.format == elevenlabs.FormatPCM_16000 || tt.format == "" {
				_, err = c.SynthesizeStream(t.Context(), req)
				require.ErrorIs(t, err, tt.want)
			}
			var lost *elevenlabs.AmbiguousError
			require.False(t, errors.As(err, &lost))
		})
	}
}

func TestTimeouts_EachSaysWhichItWas(t *testing.T) {
	for name, tt := range map[string]struct {
		fault elevenlabstest.Fault
		limit elevenlabs.Timeouts
		want  elevenlabs.TimeoutError
	}{
		"first byte": {elevenlabstest.SlowFirstByte(time.Hour), elevenlabs.Timeouts{FirstByte: 3 * time.Second}, elevenlabs.TimeoutError{Limit: "first byte", After: 3 * time.Second}},
		"gap":        {elevenlabstest.StallAfter(100, time.Hour), elevenlabs.Timeouts{Gap: 4 * time.Second}, elevenlabs.TimeoutError{Limit: "gap", After: 4 * time.Second}},
		"total":      {elevenlabstest.SlowFirstByte(time.Hour), elevenlabs.Timeouts{Total: 5 * time.Second}, elevenlabs.TimeoutError{Limit: "total", After: 5 * time.Second}},
		"default":    {elevenlabstest.SlowFirstByte(time.Hour), elevenlabs.Timeouts{}, elevenlabs.TimeoutError{Limit: "first byte", After: 60*time.Second + 25*time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := atOnce(t)
				srv.Inject(tt.fault)
				at := time.Now()
				_, err := srv.Client(elevenlabs.WithTimeouts(tt.limit), elevenlabs.WithoutRecovery()).TTS(t.Context(), "Hello")
				var limit *elevenlabs.TimeoutError
				require.ErrorAs(t, err, &limit)
				require.Equal(t, tt.want, *limit)
				require.True(t, limit.Timeout())
				require.NotErrorIs(t, err, context.DeadlineExceeded, "it was not the caller's deadline")
				require.Equal(t, tt.want.After, time.Since(at).Truncate(time.Millisecond))
			})
		})
	}
}

func TestTimeouts_ConnectIsRetried(t *testing.T) {
	bubble(t, func(t *testing.T) {
		tries := 0
		c := clientOn(t, answerFunc(func(r *http.Request) (*http.Response, error) {
			tries++
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), elevenlabs.WithTimeouts(elevenlabs.Timeouts{Connect: time.Second}), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
		at := time.Now()
		_, err := c.TTS(t.Context(), "Hello")
		var limit *elevenlabs.TimeoutError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, "connect", limit.Limit)
		require.Equal(t, 4, tries)
		require.Equal(t, (4+6)*time.Second, time.Since(at))
	})
}

func TestTimeouts_AHealthyStreamIsNotCut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Minute))
		h := *srv.HTTPClient()
		h.Timeout = 20 * time.Second // as many a caller's client has
		c := srv.Client(elevenlabs.WithHTTPClient(&h))
		at := time.Now()
		stream, err := c.SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, stream)
		require.NoError(t, err)
		require.Greater(t, time.Since(at), 30*time.Second)

		_, err = c.TTS(t.Context(), "Hello")
		var limit *elevenlabs.TimeoutError
		require.ErrorAs(t, err, &limit)
		require.Equal(t, elevenlabs.TimeoutError{Limit: "total", After: 20 * time.Second}, *limit)
		require.Equal(t, 20*time.Second, h.Timeout)
	})
}

func TestTimeouts_ASlowReaderIsNotCut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		stream, err := srv.Client(elevenlabs.WithTimeouts(elevenlabs.Timeouts{Gap: 5 * time.Second})).SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		buf := make([]byte, 16<<10)
		for err == nil {
			time.Sleep(time.Minute) // plays what it has
			_, err = stream.Read(buf)
		}
		require.Equal(t, io.EOF, err)
	})
}
