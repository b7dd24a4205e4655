package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// bubble runs a story on fake time.
func bubble(t *testing.T, story func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, story)
}

// logTo returns a logger that writes lines without a time.
func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{
		Level: slog.LevelInfo,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "queued" {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// atOnce makes an emulator that answers without delay.
func atOnce(t testing.TB) *elevenlabstest.Server {
	t.Helper()
	return elevenlabstest.NewServer(t, elevenlabstest.WithLatency(elevenlabstest.Latency{}),
		elevenlabstest.WithServiceTime(time.Nanosecond))
}

func TestTTS_WaitsLinearlyAndSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(429, `{"detail":{"code":"rate_limit_exceeded"}}`).Times(3))
		var log bytes.Buffer
		c := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(2*time.Second)), elevenlabs.WithLogger(logTo(&log)))
		at := time.Now()
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, 12*time.Second, time.Since(at).Truncate(time.Millisecond), "2 s, 4 s and 6 s")
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 4)
		for i, want := range []string{
			`level=WARN msg="TTS rate limit hit, retrying in 2s (attempt 1/3)" op=TTS attempt=1 family=standard status=429 code=rate_limit_exceeded`,
			`level=WARN msg="TTS rate limit hit, retrying in 4s (attempt 2/3)" op=TTS attempt=2`,
			`level=WARN msg="TTS rate limit hit, retrying in 6s (attempt 3/3)" op=TTS attempt=3`,
			`level=INFO msg="TTS served after 3 retries" op=TTS attempt=4`,
		} {
			require.True(t, strings.HasPrefix(lines[i], want), lines[i])
		}
	})
}

func TestTTS_GivesUpAfterMaxRetries(t *testing.T) {
	for name, fault := range map[string]elevenlabstest.Fault{
		"busy":   elevenlabstest.SystemBusy(),
		"failed": elevenlabstest.Status(500, ""),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := atOnce(t)
				srv.Inject(fault.Times(10))
				_, err := srv.Client().TTS(t.Context(), "Hello")
				var api *elevenlabs.APIError
				require.ErrorAs(t, err, &api)
				require.Equal(t, 4, api.Attempts)
				require.Len(t, srv.Requests(), 4)

				_, err = srv.Client(elevenlabs.WithMaxRetries(0)).TTS(t.Context(), "Hello")
				require.Error(t, err)
				require.Len(t, srv.Requests(), 5)
			})
		})
	}
}

func TestTTS_RefusedCallWaitsForASlot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		srv.Inject(elevenlabstest.ConcurrencyRefusal().Times(5))
		var log bytes.Buffer
		c := srv.Client(elevenlabs.WithLogger(logTo(&log)))
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err, "a full account costs patience, not the call")
		require.Contains(t, log.String(), `msg="TTS rate limit hit, waiting for a slot (refused 5 times)"`)

		srv.Inject(elevenlabstest.ConcurrencyRefusal().Times(100))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, err = c.TTS(ctx, "Hello")
		require.ErrorIs(t, err, context.DeadlineExceeded)

		_, err = srv.Client(elevenlabs.WithMaxRetries(0)).TTS(t.Context(), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrConcurrencyLimit)
	})
}

func TestTTS_RefusedCallKeepsToAChosenBackOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, step := range []time.Duration{0, 50 * time.Millisecond, 2 * time.Second} {
			srv := atOnce(t)
			srv.Inject(elevenlabstest.ConcurrencyRefusal().Times(10))
			at := time.Now()
			_, err := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(step))).TTS(t.Context(), "Hello")
			require.ErrorIs(t, err, elevenlabs.ErrConcurrencyLimit)
			require.Len(t, srv.Requests(), 4)
			require.Equal(t, 6*step, time.Since(at).Truncate(time.Millisecond))
		}
	})
}

func TestTTS_ASleepingRetryHoldsNoSlot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		srv.Inject(elevenlabstest.Status(503, ""))
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyStandard, 1),
			elevenlabs.WithBackOff(elevenlabs.LinearBackOff(10*time.Second)))
		at := time.Now()
		failed := make(chan time.Duration)
		go func() {
			_, err := c.TTS(t.Context(), "One")
			if err != nil {
				t.Error(err)
			}
			failed <- time.Since(at)
		}()
		synctest.Wait()
		_, err := c.TTS(t.Context(), "Two")
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(at).Truncate(time.Millisecond))
		require.Equal(t, 11*time.Second, (<-failed).Truncate(time.Millisecond))
	})
}

func TestTTS_RetryAfterIsObeyedOrEndsTheCall(t *testing.T) {
	busy := elevenlabstest.SystemBusy()
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		at := time.Now()
		srv.Inject(busy.WithHeader("Retry-After", "9"))
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, 9*time.Second, time.Since(at).Truncate(time.Millisecond))

		at = time.Now()
		srv.Inject(busy.WithHeader("Retry-After", "3600"))
		_, err = c.TTS(t.Context(), "Hello")
		var api *elevenlabs.APIError
		require.ErrorAs(t, err, &api)
		require.Equal(t, time.Hour, api.RetryAfter)
		require.Zero(t, time.Since(at).Truncate(time.Millisecond), "an hour is not slept through")

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		at = time.Now()
		srv.Inject(busy.WithHeader("Retry-After", "9"))
		_, err = c.TTS(ctx, "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrSystemBusy)
		require.ErrorContains(t, err, "not repeated, the deadline comes before the next attempt")
		require.Zero(t, time.Since(at).Truncate(time.Millisecond), "nor a wait that the deadline makes useless")
	})
}

func TestTTS_BackOffCanStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(500, "").Times(5))
		_, err := srv.Client(elevenlabs.WithBackOff(func() backoff.BackOff { return &backoff.StopBackOff{} })).TTS(t.Context(), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrServer)
		require.Len(t, srv.Requests(), 1)
	})
}

func TestTTS_ALostAnswerIsNotPaidForTwice(t *testing.T) {
	for name, tt := range map[string]struct {
		fault elevenlabstest.Fault
		is    error
	}{
		"reset before the answer":   {elevenlabstest.ResetAfter(0), nil},
		"reset inside the answer":   {elevenlabstest.ResetAfter(100), elevenlabs.ErrTruncated},
		"cut inside the answer":     {elevenlabstest.CutAfter(100), elevenlabs.ErrTruncated},
		"stalled inside the answer": {elevenlabstest.StallAfter(100, time.Hour), nil},
		"no answer at all":          {elevenlabstest.SlowFirstByte(time.Hour), nil},
		"an empty answer":           {elevenlabstest.EmptyAudio(), elevenlabs.ErrEmptyAudio},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := atOnce(t)
				srv.Inject(tt.fault)
				c := srv.Client(elevenlabs.WithoutRecovery())
				audio, err := c.TTS(t.Context(), "Hello")
				var lost *elevenlabs.AmbiguousError
				require.ErrorAs(t, err, &lost)
				require.Nil(t, audio)
				require.Len(t, srv.Requests(), 1)
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
					require.NotEmpty(t, lost.Meta.HistoryItemID)
				}

				srv.Inject(tt.fault)
				audio, err = srv.Client(elevenlabs.WithoutRecovery(), elevenlabs.WithRetryAmbiguous()).TTS(t.Context(), "Hello")
				require.NoError(t, err, "unless the caller would rather pay twice")
				require.NotEmpty(t, audio)
			})
		})
	}
}

func TestTTS_UnsentIsRetried(t *testing.T) {
	bubble(t, func(t *testing.T) {
		tries := 0
		c := clientOn(t, &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			tries++
			return nil, errors.New("no route to host")
		}})
		_, err := c.TTS(t.Context(), "Hello")
		require.ErrorContains(t, err, "elevenlabs: TTS: the request could not be sent: no route to host")
		require.Equal(t, 4, tries)
	})
}

func TestTTS_ARequestCutWhileItIsWrittenIsUnsent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		tries := 0
		c := clientOn(t, answerFunc(func(r *http.Request) (*http.Response, error) {
			tries++
			_, _ = r.Body.Read(make([]byte, 4))
			return nil, errors.New("broken pipe")
		}))
		_, err := c.TTS(t.Context(), "Hello")
		require.ErrorContains(t, err, "could not be sent")
		require.Equal(t, 4, tries)
	})
}

func TestTTS_CallerWhoGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Minute))
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyStandard, 1))
		for _, where := range []string{"in flight", "in line"} {
			ctx, cancel := context.WithCancel(t.Context())
			if where == "in line" {
				hold, err := c.SynthesizeStream(t.Context(), elevenlabs.TTSRequest{Text: "Held"})
				require.NoError(t, err)
				defer hold.Close()
			}
			ended := make(chan error)
			go func() {
				_, err := c.TTS(ctx, where)
				ended <- err
			}()
			synctest.Wait()
			at := time.Now()
			cancel()
			err := <-ended
			require.ErrorIs(t, err, context.Canceled, where)
			require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
			var lost *elevenlabs.AmbiguousError
			require.Equal(t, where == "in flight", errors.As(err, &lost), "what was sent may be billed")
		}
	})
}

func TestTTS_DoneContextSendsNothing(t *testing.T) {
	t.Parallel()
	c := clientOn(t, answerFunc(func(*http.Request) (*http.Response, error) {
		t.Error("sent")
		return nil, errors.New("sent")
	}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.TTS(ctx, "Hello")
	require.ErrorIs(t, err, context.Canceled)
}

func TestExponentialBackOff_StaysUnderItsCeiling(t *testing.T) {
	t.Parallel()
	for range 1000 {
		b := elevenlabs.ExponentialBackOff(time.Second, 5*time.Second)()
		for round, ceiling := range []time.Duration{1, 2, 4, 5, 5, 5} {
			d := b.NextBackOff()
			require.GreaterOrEqual(t, d, time.Duration(0))
			require.LessOrEqual(t, d, ceiling*time.Second, "round %d", round)
		}
		b.Reset()
		require.LessOrEqual(t, b.NextBackOff(), time.Second)
	}
	zero := elevenlabs.ExponentialBackOff(0, 0)()
	require.Zero(t, zero.NextBackOff())
	require.Zero(t, zero.NextBackOff())
}

func TestLinearBackOff(t *testing.T) {
	t.Parallel()
	b := elevenlabs.LinearBackOff(2 * time.Second)()
	for _, want := range []time.Duration{2, 4, 6, 8} {
		require.Equal(t, want*time.Second, b.NextBackOff())
	}
	b.Reset()
	require.Equal(t, 2*time.Second, b.NextBackOff())
}
