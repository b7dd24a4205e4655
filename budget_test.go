package elevenlabs_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestRetryBudget_IsAShareOfSuccessesAndAReserve(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v, down := newVendor(0), true
		v.happens = func(*http.Request, time.Duration) answerFunc {
			if down {
				return after(0, 500, "", "")
			}
			return nil
		}
		// Retries come at once, so that no time passes but what is said here.
		c := clientOn(t, v, elevenlabs.WithRetryBudget(0.5, 3), elevenlabs.WithBreaker(0), elevenlabs.WithMaxRetries(1000),
			elevenlabs.WithBackOff(elevenlabs.LinearBackOff(0)))
		retries := func() int {
			before := len(v.sent)
			_, err := c.TTS(t.Context(), "Hello")
			require.ErrorIs(t, err, elevenlabs.ErrRetryBudget)
			require.ErrorIs(t, err, elevenlabs.ErrServer, "and what happened")
			require.EqualError(t, err, "elevenlabs: TTS: not repeated: the retry budget is spent, after elevenlabs: TTS: 500 Internal Server Error")
			require.Zero(t, c.Stats().RetriesLeft)
			return len(v.sent) - before - 1
		}
		require.Equal(t, 3, c.Stats().RetriesLeft)
		require.Equal(t, 3, retries(), "the reserve")
		require.Equal(t, 0, retries())
		time.Sleep(20 * time.Second)
		require.Equal(t, 2, retries(), "as much of it as comes back in the time")
		time.Sleep(time.Hour)
		require.Equal(t, 3, retries(), "and no more than all of it")

		succeed := func(n int) {
			down = false
			for range n {
				_, err := c.TTS(t.Context(), "Hello")
				require.NoError(t, err)
			}
			down = true
		}
		succeed(10)
		require.Equal(t, 5, retries())
		succeed(1000)
		require.Equal(t, 100, c.Stats().RetriesLeft)
		time.Sleep(time.Hour)
		require.Equal(t, 100, retries(), "what is saved is kept")
	})
}

func TestRetryBudget_HoldsAStormWithoutABreaker(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(0)
		v.during(0, time.Hour, failing)
		c := clientOn(t, v, elevenlabs.WithBreaker(0), elevenlabs.WithTier(elevenlabs.TierPro))
		v.stream(t, c, 100*time.Millisecond, time.Minute)
		require.LessOrEqual(t, len(v.sent), 600+30+61, "each call, the reserve, and one each second")

		off := clientOn(t, v, elevenlabs.WithBreaker(0), elevenlabs.WithTier(elevenlabs.TierPro), elevenlabs.WithRetryBudget(-1, 0))
		before := len(v.sent)
		v.stream(t, off, 100*time.Millisecond, time.Minute)
		require.Equal(t, 4*600, len(v.sent)-before, "what it would be")
		require.Equal(t, -1, off.Stats().RetriesLeft)
	})
}

func TestRetryBudget_WaitingForASlotIsFreeAndARefusalIsCheap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(0)
		v.during(0, 3*time.Second, full)
		_, err := clientOn(t, v, elevenlabs.WithRetryBudget(0, 0)).TTS(t.Context(), "Hello")
		require.NoError(t, err)

		v = newVendor(0)
		v.during(0, 1, after(0, 429, "application/json", `{"detail":{"status":"system_busy"}}`))
		c := clientOn(t, v, elevenlabs.WithRetryBudget(0, 1), elevenlabs.WithMaxRetries(1000),
			elevenlabs.WithBackOff(elevenlabs.LinearBackOff(0)))
		_, err = c.TTS(t.Context(), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrRetryBudget)
		require.ErrorIs(t, err, elevenlabs.ErrSystemBusy)
		require.Len(t, v.sent, 1+20)
	})
}

func TestRetry_ABusyVendorIsGivenTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		v := newVendor(0)
		v.during(0, time.Hour, after(0, 429, "application/json", `{"detail":{"status":"system_busy"}}`))
		for range 20 {
			v.start, v.sent = time.Now(), nil
			_, err := clientOn(t, v).TTS(t.Context(), "Hello")
			require.ErrorIs(t, err, elevenlabs.ErrSystemBusy)
			require.Len(t, v.sent, 4)
			for i, least := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second} {
				wait := v.sent[i+1] - v.sent[i]
				require.GreaterOrEqual(t, wait, least)
				require.Less(t, wait, 2*least)
			}
		}
	})
}
