package elevenlabs_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const twoSecondsEach = 2 * time.Second

// oneSlot is a client of an account with one slot and calls of 2 s.
func oneSlot(t *testing.T, opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	srv := elevenlabstest.NewServer(t,
		elevenlabstest.WithLimit(standard, 1), elevenlabstest.WithServiceTime(twoSecondsEach))
	return srv.Client(append([]elevenlabs.ClientOption{elevenlabs.WithConcurrency(standard, 1)}, opts...)...)
}

// crowd makes n calls at once, which wait in line by the time it returns.
func crowd(t *testing.T, c *elevenlabs.Client, n int, opts ...elevenlabs.CallOption) *sync.WaitGroup {
	calls := new(sync.WaitGroup)
	ctx := elevenlabs.NewContext(t.Context(), opts...)
	for range n {
		calls.Go(func() {
			if _, err := c.TTS(ctx, "Hello"); err != nil {
				t.Error(err)
			}
		})
	}
	synctest.Wait()
	return calls
}

func TestLine_AFullQueueRefusesAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oneSlot(t)
		calls := crowd(t, c, 3)
		at := time.Now()
		_, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello"}, elevenlabs.WithMaxQueue(2))
		require.ErrorIs(t, err, elevenlabs.ErrQueueFull)
		var full *elevenlabs.QueueError
		require.ErrorAs(t, err, &full)
		require.Equal(t, 2, full.Depth)
		require.Equal(t, 3, full.Position)
		require.Equal(t, time.Second, full.RetryAfter, "nothing is known of the pace yet")
		require.Zero(t, time.Since(at))
		calls.Wait()
	})
}

func TestLine_NoWaitTakesAFreeSlotAndNothingElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oneSlot(t)
		for _, opt := range []elevenlabs.CallOption{elevenlabs.WithMaxWait(0), elevenlabs.WithMaxQueue(0)} {
			ctx := elevenlabs.NewContext(t.Context(), opt)
			_, err := c.TTS(ctx, "Hello")
			require.NoError(t, err, "a slot is free")
			calls := crowd(t, c, 1)
			_, err = c.TTS(ctx, "Hello")
			var busy *elevenlabs.QueueError
			require.ErrorAs(t, err, &busy)
			require.Zero(t, busy.Depth)
			calls.Wait()
		}
	})
}

func TestLine_MaxWaitEndsExactly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oneSlot(t)
		calls := crowd(t, c, 1)
		at := time.Now()
		_, err := c.TTS(elevenlabs.NewContext(t.Context(), elevenlabs.WithMaxWait(1500*time.Millisecond)), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrWaitTooLong)
		var late *elevenlabs.QueueError
		require.ErrorAs(t, err, &late)
		require.Equal(t, 1500*time.Millisecond, late.Waited)
		require.Equal(t, 1500*time.Millisecond, time.Since(at))
		calls.Wait()
		require.Zero(t, c.Stats().Families[standard].InFlight)
	})
}

// By the pace of those before it a call knows that its deadline comes first.
func TestLine_AHopelessDeadlineIsToldInAdvance(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oneSlot(t)
		calls := crowd(t, c, 10)
		time.Sleep(3*twoSecondsEach + time.Second) // 3 served, 6 wait
		at := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := c.TTS(ctx, "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrWaitTooLong)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		var hopeless *elevenlabs.QueueError
		require.ErrorAs(t, err, &hopeless)
		require.Equal(t, elevenlabs.QueueError{
			Family: standard, Depth: 6, Position: 7, Expected: 14 * time.Second, RetryAfter: 14 * time.Second,
			Err: elevenlabs.ErrWaitTooLong,
		}, *hopeless)
		require.Zero(t, time.Since(at))
		require.Equal(t, 14*time.Second, c.Stats().Families[standard].Wait, "as the refusal says")
		calls.Wait()
	})
}

func TestLine_UrgentCallsGoFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oneSlot(t)
		batch := crowd(t, c, 20, elevenlabs.WithPriority(elevenlabs.PriorityBatch))
		at := time.Now()
		crowd(t, c, 1, elevenlabs.WithPriority(elevenlabs.PriorityInteractive)).Wait()
		require.Equal(t, 2*twoSecondsEach, time.Since(at), "after the one in flight")
		batch.Wait()
	})
}

func TestLine_HeadroomIsForInteractiveCalls(t *testing.T) {
	t.Parallel()
	l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{
		Limits: map[elevenlabs.Family]int{standard: 5}, Headroom: 0.2,
	})
	require.NoError(t, err)
	noWait := elevenlabs.Admission{Family: standard, MaxWait: -1}
	for range 4 {
		_, err := l.Acquire(t.Context(), noWait)
		require.NoError(t, err)
	}
	_, err = l.Acquire(t.Context(), noWait)
	require.ErrorIs(t, err, elevenlabs.ErrWaitTooLong, "the fifth is kept")
	noWait.Priority = elevenlabs.PriorityInteractive
	_, err = l.Acquire(t.Context(), noWait)
	require.NoError(t, err)
}

// An ordinary call that has aged to the head of the line and waits for more
// than is free has no claim to the headroom.
func TestLine_AnAgedHeavyCallLeavesTheHeadroomAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{
			Limits: map[elevenlabs.Family]int{standard: 3}, Headroom: 0.3, Aging: time.Second,
		})
		require.NoError(t, err)
		at := time.Now()
		waits := make(map[string]time.Duration)
		var calls sync.WaitGroup
		ask := func(name string, a elevenlabs.Admission, hold time.Duration) {
			calls.Go(func() {
				a.Family = standard
				p, err := l.Acquire(t.Context(), a)
				require.NoError(t, err)
				waits[name] = time.Since(at)
				time.Sleep(hold)
				l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed})
			})
			synctest.Wait()
		}
		ask("light", elevenlabs.Admission{}, 10*time.Second)
		ask("heavy", elevenlabs.Admission{Weight: 2}, time.Second)
		time.Sleep(5 * time.Second)
		urgent := elevenlabs.Admission{Priority: elevenlabs.PriorityInteractive}
		ask("first", urgent, time.Second)
		ask("second", urgent, time.Second)
		calls.Wait()
		require.Equal(t, map[string]time.Duration{
			"light": 0, "first": 5 * time.Second, "second": 6 * time.Second, "heavy": 10 * time.Second,
		}, waits)
	})
}

func TestLine_ACappedTenantYieldsOnlyToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{
			Limits: map[elevenlabs.Family]int{standard: 4}, TenantCap: 0.5,
		})
		require.NoError(t, err)
		permits := make(chan elevenlabs.Permit, 10)
		ask := func(tenant string) {
			go func() {
				p, err := l.Acquire(t.Context(), elevenlabs.Admission{Family: standard, Tenant: tenant})
				if err != nil {
					t.Error(err)
				}
				permits <- p
			}()
			synctest.Wait()
		}
		for range 5 {
			ask("greedy")
		}
		require.Len(t, permits, 4, "alone it may have everything")
		ask("modest")
		l.Release(<-permits, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed})
		synctest.Wait()
		var last elevenlabs.Permit
		for range 4 {
			last = <-permits
			l.Release(last, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed})
		}
		require.Equal(t, "modest", last.Tenant, "it came later and was served before the fifth")
		synctest.Wait()
		require.Equal(t, "greedy", (<-permits).Tenant)
	})
}

func TestLine_OptionsOfTheContextStandBetweenClientAndCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oneSlot(t, elevenlabs.WithMaxWait(0))
		calls := crowd(t, c, 1)
		patient := elevenlabs.NewContext(t.Context(), elevenlabs.WithMaxWait(time.Minute))
		_, err := c.Synthesize(patient, elevenlabs.TTSRequest{Text: "Hello"}, elevenlabs.WithMaxWait(0))
		require.ErrorIs(t, err, elevenlabs.ErrWaitTooLong, "the call's own option wins")
		_, err = c.TTS(patient, "Hello")
		require.NoError(t, err, "the context's wins over the client's")
		calls.Wait()
		_, err = c.TTS(elevenlabs.NewContext(t.Context(), elevenlabs.WithMaxRetries(-1)), "Hello")
		require.ErrorContains(t, err, "WithMaxRetries")
	})
}

// A plan that nobody told is found out within two refusals' time, at the price
// of the calls that were too many, once.
func TestLine_AnUntoldPlanIsFoundOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierPro), elevenlabstest.WithServiceTime(2800*time.Millisecond))
		c := srv.Client()
		calls := crowd(t, c, 50)
		time.Sleep(time.Second)
		require.Equal(t, 10, c.Stats().Families[standard].Limit)
		calls.Wait()
		require.Equal(t, 8*3-10, srv.Usage().Families[standard].Refused)
	})
}

// An account that frees slots late is not asked again before it has.
func TestLine_LateSlotsAreWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t,
			elevenlabstest.WithServiceTime(time.Second), elevenlabstest.WithSlotLinger(30*time.Millisecond))
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierStarter))
		crowd(t, c, 60).Wait()
		require.LessOrEqual(t, srv.Usage().Families[standard].Refused, 3)
	})
}

// Nor does it look shared: what is not freed yet was ours.
func TestLine_LateSlotsAreNotTakenForOthers(t *testing.T) {
	t.Parallel()
	for _, few := range []int{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			srv := elevenlabstest.NewServer(t,
				elevenlabstest.WithServiceTime(time.Second), elevenlabstest.WithSlotLinger(30*time.Millisecond))
			c := srv.Client(elevenlabs.WithTier(elevenlabs.TierStarter))
			for range 20 {
				crowd(t, c, few).Wait()
			}
			at := time.Now()
			crowd(t, c, 120).Wait()
			require.Less(t, time.Since(at), 46*time.Second, "of 40 s that they need, after %d at a time", few)
			require.LessOrEqual(t, srv.Usage().Families[standard].Refused, 6)
		})
	}
}
