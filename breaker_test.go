package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// once is a client that sends a call once.
func once(t *testing.T, v *vendor, opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	return clientOn(t, v, append([]elevenlabs.ClientOption{elevenlabs.WithMaxRetries(0)}, opts...)...)
}

// bringDown has calls fail until the circuit opens, which takes the failures
// and half a second.
func bringDown(t *testing.T, c *elevenlabs.Client) {
	t.Helper()
	for range 20 {
		if _, err := c.TTS(t.Context(), "Hello"); errors.Is(err, elevenlabs.ErrCircuitOpen) {
			return
		}
	}
	require.Fail(t, "the circuit does not open")
}

func TestBreaker_LetsSingleCallsThroughAndClosesWithTheFirstAnswer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(0)
		v.during(0, time.Minute, failing)
		c := once(t, v)
		bringDown(t, c)
		require.Len(t, v.sent, 6, "half a second after the first failure, which came after 100 ms")

		_, err := c.TTS(t.Context(), "Hello")
		var open *elevenlabs.BreakerError
		require.ErrorAs(t, err, &open)
		require.Equal(t, "api.elevenlabs.io", open.Host)
		require.Equal(t, standard, open.Family)
		require.Equal(t, 6, open.Failures)
		require.Equal(t, 2*time.Second, open.RetryAfter, "1 s and a little, in whole seconds")
		require.ErrorIs(t, open.Cause, elevenlabs.ErrServer)
		require.NotErrorIs(t, err, elevenlabs.ErrServer, "that was another call's")
		require.EqualError(t, err, "elevenlabs: TTS: not sent: the circuit is open: api.elevenlabs.io for standard "+
			"failed 6 times in a row, the last with: status 503; retry after 2s")
		require.Equal(t, elevenlabs.BreakerStats{Open: true, Opened: 1}, c.Stats().Breakers[standard])

		for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second, 4 * time.Second} {
			before := len(v.sent)
			time.Sleep(wait - 101*time.Millisecond) // since the last probe was sent
			_, err := c.TTS(t.Context(), "Hello")
			require.ErrorIs(t, err, elevenlabs.ErrCircuitOpen)
			require.Len(t, v.sent, before)
			time.Sleep(wait/8 + 101*time.Millisecond)
			_, err = c.TTS(t.Context(), "Hello")
			require.ErrorIs(t, err, elevenlabs.ErrServer, "the probe has an error of its own")
			require.Len(t, v.sent, before+1)
		}

		time.Sleep(time.Minute)
		_, err = c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		_, err = c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, elevenlabs.BreakerStats{Opened: 1}, c.Stats().Breakers[standard])
	})
}

func TestBreaker_OneProbeAtATimeAndAnotherForOneThatSaysNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(time.Second)
		v.during(0, 10*time.Second, failing)
		c := once(t, v, elevenlabs.WithConcurrency(standard, 5))
		bringDown(t, c)
		before := len(v.sent)
		time.Sleep(20 * time.Second)

		probe := make(chan error)
		ctx, giveUp := context.WithCancel(t.Context())
		go func() {
			_, err := c.TTS(ctx, "Hello")
			probe <- err
		}()
		synctest.Wait()
		_, err := c.TTS(t.Context(), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrCircuitOpen, "one is on its way")
		giveUp()
		require.ErrorIs(t, <-probe, context.Canceled)
		_, err = c.TTS(t.Context(), "Hello")
		require.NoError(t, err, "its caller gave up, so another may")
		require.Len(t, v.sent, before+2)
	})
}

func TestBreaker_ThoseInLineWhenItOpensAreNotSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(time.Second)
		v.during(0, time.Minute, failing)
		c := once(t, v, elevenlabs.WithConcurrency(standard, 1))
		var calls sync.WaitGroup
		at := time.Now()
		for range 50 {
			calls.Go(func() { _, _ = c.TTS(t.Context(), "Hello") })
		}
		calls.Wait()
		require.Len(t, v.sent, 6)
		require.Equal(t, 600*time.Millisecond, time.Since(at))
		require.Zero(t, c.Stats().Families[standard].InFlight, "they have given their slots back")
	})
}

func TestBreaker_EachFamilyHasItsOwnAndLookUpsHaveOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(0)
		v.happens = func(r *http.Request, _ time.Duration) answerFunc {
			if strings.HasPrefix(r.URL.Path, "/v1/text-to-speech") {
				return nil
			}
			return failing
		}
		c := once(t, v)
		for range 6 {
			_, err := c.Do(t.Context(), elevenlabs.Call{Path: "/v1/models"})
			require.ErrorIs(t, err, elevenlabs.ErrServer)
		}
		_, err := c.Do(t.Context(), elevenlabs.Call{Path: "/v1/voices"})
		require.ErrorIs(t, err, elevenlabs.ErrCircuitOpen)
		require.ErrorContains(t, err, "elevenlabs: GET /v1/voices: not sent: the circuit is open: api.elevenlabs.io failed 6 times in a row")
		_, err = c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, map[elevenlabs.Family]elevenlabs.BreakerStats{"": {Open: true, Opened: 1}, standard: {}}, c.Stats().Breakers)
	})
}

func TestBreaker_OnlyAnOutageOpensIt(t *testing.T) {
	rare := 0
	for name, tt := range map[string]struct {
		what answerFunc
		opts []elevenlabs.ClientOption
	}{
		"a wrong key":               {after(200*time.Millisecond, 401, "application/json", `{"detail":{"status":"invalid_api_key"}}`), nil},
		"a voice that is not there": {after(200*time.Millisecond, 404, "", ""), nil},
		"a full account":            {full, nil},
		"a busy vendor":             {busy, nil},
		"a source that fails":       {func(*http.Request) (*http.Response, error) { return nil, elevenlabs.ErrRedirected }, nil},
		"four of five": {func(r *http.Request) (*http.Response, error) {
			if rare++; rare%5 == 0 {
				return after(200*time.Millisecond, 404, "", "")(r)
			}
			return failing(r)
		}, nil},
		"an outage, when it is off": {failing, []elevenlabs.ClientOption{elevenlabs.WithBreaker(0)}},
		"less than is asked for":    {failing, []elevenlabs.ClientOption{elevenlabs.WithBreaker(31)}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				v := newVendor(0)
				v.during(0, time.Hour, tt.what)
				c := once(t, v, tt.opts...)
				for range 30 {
					_, err := c.TTS(t.Context(), "Hello")
					require.Error(t, err)
					require.NotErrorIs(t, err, elevenlabs.ErrCircuitOpen)
				}
				require.Len(t, v.sent, 30)
			})
		})
	}
}

func TestBreaker_ACallerWhoGivesUpProvesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(time.Minute)
		v.during(0, 0, nil)
		c := once(t, v)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := c.TTS(ctx, "Hello")
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		require.Zero(t, c.Stats().Breakers[standard].Opened)
	})
}

func TestBreaker_TellsHooksAndTheLog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(0)
		v.during(0, 3*time.Second, failing)
		var (
			log   bytes.Buffer
			story []error
		)
		c := once(t, v, elevenlabs.WithLogger(logTo(&log)), elevenlabs.WithHooks(elevenlabs.Hooks{
			Breaker: func(_ context.Context, e elevenlabs.Event) {
				require.Equal(t, standard, e.Family)
				story = append(story, e.Err)
			},
		}))
		bringDown(t, c)
		time.Sleep(5 * time.Second)
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Len(t, story, 2)
		require.ErrorIs(t, story[0], elevenlabs.ErrCircuitOpen)
		require.NoError(t, story[1])
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 2)
		require.True(t, strings.HasPrefix(lines[0], `level=WARN msg="TTS fails, calls are not sent for a while" op=TTS attempt=1 family=standard`), lines[0])
		require.Contains(t, lines[0], " host=api.elevenlabs.io failures=6 retry_after=2s")
		require.True(t, strings.HasPrefix(lines[1], `level=INFO msg="TTS works again, calls are sent" op=TTS attempt=1 family=standard`), lines[1])
	})
}

func TestOutageOptions_RefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, o := range []elevenlabs.ClientOption{
		elevenlabs.WithRetryBudget(1.5, 0), elevenlabs.WithRetryBudget(0.1, -1), elevenlabs.WithBreaker(-1),
	} {
		_, err := elevenlabs.New(elevenlabs.WithAPIKey(secret), o)
		var bad *elevenlabs.ArgumentError
		require.ErrorAs(t, err, &bad)
	}
}
