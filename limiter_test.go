package elevenlabs_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// everyFamily is a limiter's configuration with one limit for all.
func newLimiter(t testing.TB, limit int) *elevenlabs.LocalLimiter {
	t.Helper()
	l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{Limits: map[elevenlabs.Family]int{
		elevenlabs.FamilyStandard: limit, elevenlabs.FamilyFlash: limit, elevenlabs.FamilySTT: limit,
	}})
	require.NoError(t, err)
	return l
}

func TestLocalLimiter_Conforms(t *testing.T) {
	t.Parallel()
	elevenlabstest.TestLimiter(t, elevenlabstest.LimiterSuite{
		New: func(t testing.TB, limit int) elevenlabs.Limiter { return newLimiter(t, limit) },
	})
}

const standard = elevenlabs.FamilyStandard

func acquire(t testing.TB, l elevenlabs.Limiter, place uint64) elevenlabs.Permit {
	t.Helper()
	p, err := l.Acquire(t.Context(), elevenlabs.Admission{Family: standard, Place: place})
	require.NoError(t, err)
	return p
}

func acquireAll(t testing.TB, l elevenlabs.Limiter, n int) []elevenlabs.Permit {
	t.Helper()
	var out []elevenlabs.Permit
	for range n {
		out = append(out, acquire(t, l, 0))
	}
	return out
}

func TestLocalLimiter_StartsFromThePlan(t *testing.T) {
	t.Parallel()
	l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{Tier: elevenlabs.TierPro})
	require.NoError(t, err)
	require.Equal(t, 10, l.Pool(elevenlabs.FamilyStandard).Limit)
	require.Equal(t, 20, l.Pool(elevenlabs.FamilyFlash).Limit)
	require.Equal(t, 40, l.Pool(elevenlabs.FamilySTT).Limit)
	require.Equal(t, 10, l.Pool("standard_eleven_v9").Limit)
}

func TestLocalLimiter_FollowsTheHeader(t *testing.T) {
	t.Parallel()
	l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{})
	require.NoError(t, err)
	for _, told := range []int{10, 2, 30} {
		l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: told, InUse: 1})
		require.Equal(t, told, l.Pool(standard).Limit)
	}
}

func TestLocalLimiter_NeverRisesAboveAnOverride(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, 2)
	l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 10, InUse: 1})
	require.Equal(t, 2, l.Pool(standard).Limit)
	l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 1, InUse: 1})
	require.Equal(t, 1, l.Pool(standard).Limit, "but falls with the account")
}

func TestLocalLimiter_BelievedTooMuch(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, 10)
	permits := acquireAll(t, l, 10)
	for _, p := range permits[3:] { // the account takes three
		l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictRefused, Limit: 3})
	}
	require.Equal(t, elevenlabs.PoolStats{Limit: 3, Told: 3, InFlight: 3}, l.Pool(standard))
}

func TestLocalLimiter_LeavesOthersTheirPart(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, 5)
	permits := acquireAll(t, l, 5)
	for _, p := range permits[2:] { // others hold three of five
		l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictRefused, Limit: 5})
	}
	require.Equal(t, 2, l.Pool(standard).Limit)

	l.Release(permits[0], elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 5, InUse: 5})
	require.Equal(t, 3, l.Pool(standard).Others)
	require.LessOrEqual(t, l.Pool(standard).Limit, 2, "an account that is full has nothing to give back")
	l.Release(permits[1], elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 5, InUse: 4})
	for range 10 { // the others have left; it takes two rounds of answers to believe it
		l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 5, InUse: 1})
	}
	require.Equal(t, elevenlabs.PoolStats{Limit: 5, Told: 5}, l.Pool(standard), "what others had is taken back")
}

// An answer tells of the moment its call came in, which may have been when more
// of ours were in flight than before and after it.
func TestLocalLimiter_DoesNotTakeItselfForOthers(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, 10)
	whole := elevenlabs.PoolStats{Limit: 10, Told: 10}
	for range 3 {
		slow := acquire(t, l, 0)
		for _, p := range acquireAll(t, l, 9) {
			l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 10, InUse: 9})
		}
		for range 5 {
			l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 10, InUse: 2})
		}
		l.Release(slow, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 10, InUse: 10})
		require.Equal(t, whole, l.Pool(standard))
	}
	l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 10, InUse: 4})
	require.Equal(t, 3, l.Pool(standard).Others, "what is over now counts for calls of then only")
}

// A slot that the account refused is none of ours, but those that were out when
// a call came in are, whatever was refused meanwhile.
func TestLocalLimiter_ARefusalDoesNotMakeItTakeItselfForOthers(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, 5)
	permits := acquireAll(t, l, 5)
	l.Release(permits[4], elevenlabs.Outcome{Verdict: elevenlabs.VerdictRefused, Limit: 4})
	for i, p := range permits[:3] {
		l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 4, InUse: i + 1})
	}
	last := acquire(t, l, 0)
	l.Release(permits[3], elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 4, InUse: 4})
	l.Release(last, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 4, InUse: 2})
	require.Equal(t, elevenlabs.PoolStats{Limit: 4, Told: 4}, l.Pool(standard))
}

// The headers of a call that was sent before the account's limit changed may
// come to an end after those that tell of the change.
func TestLocalLimiter_OldNewsOfTheLimitIsNoNews(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ before, after int }{{10, 3}, {3, 10}} {
		l := newLimiter(t, 10)
		l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: tt.before, InUse: 1})
		old := acquireAll(t, l, 2)
		l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: tt.after, InUse: 3})
		for i, p := range old {
			l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: tt.before, InUse: i + 1})
		}
		require.Equal(t, elevenlabs.PoolStats{Limit: tt.after, Told: tt.after}, l.Pool(standard), "%d to %d", tt.before, tt.after)
		l.Release(acquire(t, l, 0), elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: tt.before, InUse: 1})
		require.Equal(t, tt.before, l.Pool(standard).Told, "what a later call tells is")
	}
}

func TestLocalLimiter_GrowsBackWithoutBeingTold(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, 4)
	permits := acquireAll(t, l, 4)
	l.Release(permits[3], elevenlabs.Outcome{Verdict: elevenlabs.VerdictRefused})
	l.Release(permits[2], elevenlabs.Outcome{Verdict: elevenlabs.VerdictRefused})
	require.Equal(t, 2, l.Pool(standard).Limit)
	quiet := elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed}
	l.Release(permits[0], quiet)
	require.Equal(t, 2, l.Pool(standard).Limit)
	l.Release(permits[1], quiet)
	require.Equal(t, 3, l.Pool(standard).Limit, "one more after a round of quiet answers")
	for range 10 {
		l.Release(acquire(t, l, 0), quiet)
	}
	require.Equal(t, 4, l.Pool(standard).Limit, "and never above what was told")
}

func TestLocalLimiter_PausesWhenOthersHoldEverything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(t, 3)
		p := acquire(t, l, 0)
		var last time.Duration
		for i, most := range []time.Duration{250, 500, 750, 750, 750} {
			at := time.Now()
			l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictRefused, Limit: 3})
			p = acquire(t, l, p.Place)
			last = time.Since(at)
			require.LessOrEqual(t, last, most*time.Millisecond, "pause %d", i)
			require.GreaterOrEqual(t, last, most*time.Millisecond/2, "pause %d", i)
		}
	})
}

func TestLocalLimiter_FailureTeachesNothing(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, 3)
	l.Release(acquire(t, l, 0), elevenlabs.Outcome{})
	require.Equal(t, elevenlabs.PoolStats{Limit: 3, Told: 3}, l.Pool(standard))
}

func TestNewLimiter_BadInput(t *testing.T) {
	t.Parallel()
	for _, cfg := range []elevenlabs.LimiterConfig{
		{Tier: -1}, {Tier: 99},
		{Limits: map[elevenlabs.Family]int{standard: 0}},
		{Limits: map[elevenlabs.Family]int{standard: -4}},
		{Limits: map[elevenlabs.Family]int{standard: 1 << 30}},
		{Limits: map[elevenlabs.Family]int{"": 1}},
	} {
		_, err := elevenlabs.NewLimiter(cfg)
		var arg *elevenlabs.ArgumentError
		require.ErrorAs(t, err, &arg, "%+v", cfg)
	}
}
