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
	q := &queue{limiter: l}
	first, err := l.Acquire(tb.Context(), oneSlot)
	require.NoError(tb, err)
	var quitters []context.CancelFunc
	for range calls {
		ctx, cancel := context.WithCancel(tb.Context())
		defer cancel()
		if rand.N(5) == 0 {
			quitters = append(quitters, cancel)
		}
		q.calls.Go(func() { q.wait(ctx, tb) })
	}
	for l.Pool(elevenlabs.FamilyStandard).Queued < calls {
		runtime.Gosched()
	}
	rand.Shuffle(len(quitters), func(i, j int) { quitters[i], quitters[j] = quitters[j], quitters[i] })
	q.calls.Go(func() {
		for _, cancel := range quitters {
			cancel()
			runtime.Gosched()
		}
	})
	q.handOver(first)
	q.calls.Wait()
	q.check(tb, calls, len(quitters))
	return q.took
}

// A queue is calls that wait for the one slot of a limiter.
type queue struct {
	limiter *elevenlabs.LocalLimiter
	calls   sync.WaitGroup
	gaveUp  atomic.Int64

	// Whoever has the slot has these too.
	released time.Time // by the one before
	took     []time.Duration
}

var oneSlot = elevenlabs.Admission{Family: elevenlabs.FamilyStandard, Weight: 1}

func (q *queue) wait(ctx context.Context, tb testing.TB) {
	p, err := q.limiter.Acquire(ctx, oneSlot)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			tb.Error(err)
		}
		q.gaveUp.Add(1)
		return
	}
	q.took = append(q.took, time.Since(q.released))
	q.handOver(p)
}

func (q *queue) handOver(p elevenlabs.Permit) {
	q.released = time.Now()
	q.limiter.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed})
}

// check holds that everybody came through who did not give up, that nobody is
// left, and that the slot is there.
func (q *queue) check(tb testing.TB, calls, quitters int) {
	tb.Helper()
	require.Equal(tb, calls, len(q.took)+int(q.gaveUp.Load()))
	require.LessOrEqual(tb, int(q.gaveUp.Load()), quitters)
	s := q.limiter.Pool(elevenlabs.FamilyStandard)
	require.Zero(tb, s.InFlight)
	require.Zero(tb, s.Queued)
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	_, err := q.limiter.Acquire(ctx, oneSlot)
	require.NoError(tb, err)
}
