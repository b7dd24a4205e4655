package benchmarks_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// BenchmarkWaiters lets 100,000 calls wait for one slot, of which a fifth give
// up at random while it goes from hand to hand. handover-ns is how long that
// takes in the median: from before it is given back until the next has it.
func BenchmarkWaiters(b *testing.B) {
	var took []time.Duration
	for b.Loop() {
		took = append(took, waiters(b, 100_000)...)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "handover-ns")
}

// Not parallel: it counts the goroutines of the whole process.
func TestWaiters(t *testing.T) {
	const calls = 10_000
	before := runtime.NumGoroutine()
	require.NotEmpty(t, waiters(t, calls))
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// waiters sends so many calls through one slot and returns what each handing
// over took. It fails when a call that did not give up gets no slot, or when
// the slot is lost.
func waiters(tb testing.TB, calls int) []time.Duration {
	tb.Helper()
	l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{
		Limits: map[elevenlabs.Family]int{elevenlabs.FamilyStandard: 1},
	})
	require.NoError(tb, err)
	call := elevenlabs.Admission{Family: elevenlabs.FamilyStandard, Weight: 1}
	first, err := l.Acquire(tb.Context(), call)
	require.NoError(tb, err)

	var (
		all      sync.WaitGroup
		released = time.Now() // by the holder of the slot, before it gives it back
		took     []time.Duration
		gaveUp   atomic.Int64
		quitters []context.CancelFunc
	)
	for range calls {
		ctx, cancel := context.WithCancel(tb.Context())
		defer cancel()
		if rand.N(5) == 0 {
			quitters = append(quitters, cancel)
		}
		all.Go(func() {
			p, err := l.Acquire(ctx, call)
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					tb.Error(err)
				}
				gaveUp.Add(1)
				return
			}
			took = append(took, time.Since(released)) // the slot guards it
			released = time.Now()
			l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed})
		})
	}
	for l.Pool(elevenlabs.FamilyStandard).Queued < calls {
		runtime.Gosched()
	}
	rand.Shuffle(len(quitters), func(i, j int) { quitters[i], quitters[j] = quitters[j], quitters[i] })
	all.Go(func() {
		for _, cancel := range quitters {
			cancel()
			runtime.Gosched()
		}
	})
	released = time.Now()
	l.Release(first, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed})
	all.Wait()
	require.Equal(tb, calls, len(took)+int(gaveUp.Load()))
	require.LessOrEqual(tb, int(gaveUp.Load()), len(quitters))
	s := l.Pool(elevenlabs.FamilyStandard)
	require.Zero(tb, s.InFlight)
	require.Zero(tb, s.Queued)
	_, err = l.Acquire(tb.Context(), call)
	require.NoError(tb, err)
	return took
}
