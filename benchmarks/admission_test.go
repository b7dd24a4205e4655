package benchmarks_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"

	"github.com/elevenlabs-go/elevenlabs"
)

// BenchmarkAdmission takes a slot and gives it back: free is one that nobody
// else wants, contended is 4 slots that 16 goroutines want.
func BenchmarkAdmission(b *testing.B) {
	const slots = 4
	b.Run("free", func(b *testing.B) {
		for _, c := range admissions(b, slots) {
			b.Run(c.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c.pass(b)
				}
			})
		}
	})
	b.Run("contended", func(b *testing.B) {
		for _, c := range admissions(b, slots) {
			b.Run(c.name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetParallelism(8) // times GOMAXPROCS
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						c.pass(b)
					}
				})
			})
		}
	})
}

type admission struct {
	name string
	pass func(testing.TB)
}

func admissions(tb testing.TB, slots int) []admission {
	ctx := tb.Context()
	limiter, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{
		Limits: map[elevenlabs.Family]int{elevenlabs.FamilyStandard: slots},
	})
	require.NoError(tb, err)
	sem := semaphore.NewWeighted(int64(slots))
	call := elevenlabs.Admission{Family: elevenlabs.FamilyStandard, Weight: 1}
	served := elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: slots, InUse: 1}
	return []admission{
		{"client", func(tb testing.TB) {
			p, err := limiter.Acquire(ctx, call)
			if err != nil {
				tb.Error(err)
			}
			limiter.Release(p, served)
		}},
		{"floor", func(tb testing.TB) {
			if err := sem.Acquire(ctx, 1); err != nil {
				tb.Error(err)
			}
			sem.Release(1)
		}},
	}
}
