package elevenlabs

import (
	"context"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLag_RestIsBounded(t *testing.T) {
	t.Parallel()
	var g lag
	for n := 1; n <= 100; n++ {
		g.explains(&lease{number: n * 100}, n*100)
		g.explains(&lease{number: n*100 + 50}, n*100+60)
		for range lagAnswers {
			g.served()
		}
		require.LessOrEqual(t, g.rest, lastRest)
	}
}

// What others use is left to them, but not what nobody uses.
func TestAllowance_OneOtherDoesNotKeepTheRest(t *testing.T) {
	t.Parallel()
	a := newAllowance(15, 0, false)
	a.refused(2, 0)
	for n := range 500 {
		a.served(Outcome{Verdict: VerdictServed, Limit: 15, InUse: a.limit + 1}, &lease{number: n + 1}, n, a.limit)
	}
	require.GreaterOrEqual(t, a.limit, 13)
	require.LessOrEqual(t, a.limit, 14)
}

func TestAllowance_ForgetsOthersWhenAnswersTellNothing(t *testing.T) {
	t.Parallel()
	a := newAllowance(10, 0, false)
	a.served(Outcome{Limit: 10, InUse: 9}, &lease{number: 1}, 1, 1)
	require.Equal(t, 8, a.others)
	for n := range 30 {
		a.served(Outcome{}, &lease{number: n + 2}, n+2, 1)
	}
	require.Zero(t, a.others)
}

// An old pace says nothing of today's wait.
func TestPool_AnOldPaceRefusesNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, err := NewLimiter(LimiterConfig{Limits: map[Family]int{FamilyStandard: 1}})
		require.NoError(t, err)
		ask := func(most, hold time.Duration) error {
			p, err := l.Acquire(t.Context(), Admission{Family: FamilyStandard, MaxWait: most})
			if err == nil {
				time.Sleep(hold)
				l.Release(p, Outcome{Verdict: VerdictServed})
			}
			return err
		}
		for range 5 {
			go func() { _ = ask(0, time.Minute) }()
		}
		time.Sleep(24 * time.Hour)
		go func() { _ = ask(0, 100*time.Millisecond) }()
		synctest.Wait()
		require.NoError(t, ask(5*time.Second, 0))
	})
}

func TestPool_AbsurdWeightsTakeThePool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := new(LocalLimiter)
		for _, w := range []int{1, math.MaxInt, math.MaxInt, 2} {
			go func() {
				p, err := l.Acquire(t.Context(), Admission{Family: FamilyStandard, Weight: w})
				if err != nil {
					t.Error(err)
				}
				time.Sleep(time.Second)
				l.Release(p, Outcome{Verdict: VerdictServed})
			}()
		}
		time.Sleep(time.Minute)
		require.Zero(t, l.Pool(FamilyStandard).InFlight)
		require.Zero(t, l.Pool(FamilyStandard).Queued)
	})
}

func TestLookup_APanicIsNoAnswer(t *testing.T) {
	t.Parallel()
	var l lookup[int]
	require.Panics(t, func() { _, _ = l.get(t.Context(), func() (int, error) { panic("hook") }) })
	got, err := l.get(t.Context(), func() (int, error) { return 7, nil })
	require.NoError(t, err)
	require.Equal(t, 7, got)
}

func TestLookup_WhoeverLeavesLetsOthersAsk(t *testing.T) {
	t.Parallel()
	var l lookup[int]
	gone, leave := context.WithCancel(t.Context())
	_, err := l.get(gone, func() (int, error) { leave(); return 0, gone.Err() })
	require.ErrorIs(t, err, context.Canceled)
	got, err := l.get(t.Context(), func() (int, error) { return 7, nil })
	require.NoError(t, err)
	require.Equal(t, 7, got)
}

// A transport's own time-out, as that of an http.Client, is an answer.
func TestLookup_ATimeOutOfItsOwnEndsIt(t *testing.T) {
	t.Parallel()
	var l lookup[int]
	asked := 0
	for n := range 2 {
		_, err := l.get(t.Context(), func() (int, error) {
			if asked++; asked > n+1 {
				return 0, nil // asked for ever
			}
			return 0, context.DeadlineExceeded
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
}

// sharers are processes of one account, each of whose calls takes a round. What
// an answer tells is of the moment its call began.
type sharers struct {
	limit   int
	parts   []int
	sharing []sharing
}

func (s *sharers) others(i int) (n int) {
	for j, part := range s.parts {
		if j != i {
			n += part
		}
	}
	return n
}

// turn has every process see one answer for each of its slots, and returns
// what was left free.
func (s *sharers) turn() (free int) {
	for i := range s.parts {
		for range s.parts[i] {
			others := s.others(i)
			room := s.limit - others - s.parts[i]
			free += max(room, 0)
			moved := s.sharing[i].move(s.parts[i], others, room, s.limit)
			s.parts[i] = max(1, min(s.parts[i]+moved, s.limit-others)) // more is refused
		}
	}
	return free
}

func TestSharing_PartsBecomeEven(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		limit int
		parts []int
	}{
		{10, []int{9, 1}}, {10, []int{7, 1, 1, 1}}, {10, []int{5, 2, 2, 1}}, {11, []int{10, 1}}, {30, []int{27, 1, 1, 1}},
		{5, []int{2, 1, 1, 1}}, {10, []int{3, 1, 1, 1, 1, 1, 1, 1}},
	} {
		s := &sharers{limit: tt.limit, parts: slices.Clone(tt.parts)}
		for range tt.parts {
			s.sharing = append(s.sharing, newSharing())
		}
		had := make([]float64, len(tt.parts))
		for range 2000 {
			s.turn()
			for i, part := range s.parts {
				had[i] += float64(part)
			}
		}
		require.Less(t, slices.Max(had)/slices.Min(had), 1.5, "%d of %v: %v", tt.limit, tt.parts, had)
		require.Greater(t, slices.Max(had)*float64(len(had))/2000, 0.7*float64(tt.limit), "%d of %v: left idle", tt.limit, tt.parts)
	}
}
