package elevenlabstest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

// A LimiterSuite is what [TestLimiter] needs to know of a limiter.
type LimiterSuite struct {
	// New returns a fresh limiter whose families allow limit requests in flight
	// each. Required.
	New func(t testing.TB, limit int) elevenlabs.Limiter
	// Networked runs the suite in real time, for a limiter that waits for
	// something outside the process. Default: in bubbles of testing/synctest.
	Networked bool
}

// TestLimiter checks that a limiter keeps what [elevenlabs.Limiter] promises.
func TestLimiter(t *testing.T, suite LimiterSuite) {
	for _, c := range []struct {
		name  string
		check func(limiterCheck)
	}{
		{"admits up to the limit", limiterCheck.admitsUpToTheLimit},
		{"keeps families apart", limiterCheck.keepsFamiliesApart},
		{"a done context takes nothing", limiterCheck.doneContext},
		{"a context that ends while waiting loses no slot", limiterCheck.contextEndsWaiting},
		{"first come first served", limiterCheck.firstCome},
		{"a returning call keeps its place", limiterCheck.keepsPlace},
		{"weights count", limiterCheck.weightsCount},
		{"a heavy head is not overtaken", limiterCheck.heavyHead},
		{"a weight above the limit takes the whole pool", limiterCheck.tooHeavy},
		{"a permit counts once", limiterCheck.releasedTwice},
		{"follows the limit that answers tell", limiterCheck.followsTold},
		{"a refused call comes back later, not at once and not never", limiterCheck.comesBack},
		{"a storm of calls and cancellations", limiterCheck.storm},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if suite.Networked {
				c.check(limiterCheck{t, suite.New, func() { time.Sleep(100 * time.Millisecond) }})
				return
			}
			synctest.Test(t, func(t *testing.T) { c.check(limiterCheck{t, suite.New, synctest.Wait}) })
		})
	}
}

// limiterCheck is one check under way.
type limiterCheck struct {
	*testing.T
	make   func(testing.TB, int) elevenlabs.Limiter
	settle func() // returns when everybody who will wait is waiting
}

const family = elevenlabs.FamilyStandard

func (c limiterCheck) limiter(limit int) elevenlabs.Limiter {
	c.Helper()
	l := c.make(c.T, limit)
	c.must(l != nil, "New returned no limiter")
	return l
}

// must ends the check unless ok holds.
func (c limiterCheck) must(ok bool, format string, args ...any) {
	c.Helper()
	if !ok {
		c.Fatalf(format, args...)
	}
}

func (c limiterCheck) order(want, got []string) {
	c.Helper()
	c.must(slices.Equal(want, got), "admitted in the order %v, want %v", got, want)
}

func (c limiterCheck) take(l elevenlabs.Limiter, a elevenlabs.Admission) elevenlabs.Permit {
	c.Helper()
	if a.Family == "" {
		a.Family = family
	}
	ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
	defer cancel()
	p, err := l.Acquire(ctx, a)
	c.must(err == nil, "Acquire: %v", err)
	c.must(p.ID != 0, "a permit has an id")
	c.must(p.Family == a.Family, "the permit is of family %q, want %q", p.Family, a.Family)
	return p
}

var served = elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed}

// line makes calls wait, one after the other, and returns the order in which
// they were admitted once all have come through. Each gives its slot back as
// soon as it has noted its name.
func (c limiterCheck) line(l elevenlabs.Limiter, open func(), calls ...elevenlabs.Admission) []string {
	c.Helper()
	var (
		mu    sync.Mutex
		order []string
		all   sync.WaitGroup
	)
	for _, a := range calls {
		a.Family = family
		all.Go(func() {
			p, err := l.Acquire(c.Context(), a)
			if err != nil {
				c.Errorf("%s: %v", a.Tenant, err)
				return
			}
			mu.Lock()
			order = append(order, a.Tenant)
			mu.Unlock()
			l.Release(p, served)
		})
		c.settle()
	}
	open()
	all.Wait()
	return order
}

// full reports that one more call has to wait.
func (c limiterCheck) full(l elevenlabs.Limiter, f elevenlabs.Family) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := l.Acquire(ctx, elevenlabs.Admission{Family: f})
	c.must(errors.Is(err, context.DeadlineExceeded), "one more call was admitted, or failed: %v", err)
}

func (c limiterCheck) admitsUpToTheLimit() {
	l := c.limiter(3)
	var permits []elevenlabs.Permit
	for range 3 {
		permits = append(permits, c.take(l, elevenlabs.Admission{}))
	}
	c.full(l, family)
	l.Release(permits[1], served)
	c.take(l, elevenlabs.Admission{})
	c.full(l, family)
}

func (c limiterCheck) keepsFamiliesApart() {
	l := c.limiter(1)
	c.take(l, elevenlabs.Admission{Family: elevenlabs.FamilyFlash})
	c.take(l, elevenlabs.Admission{Family: elevenlabs.FamilySTT})
	c.take(l, elevenlabs.Admission{Family: "a_group_of_tomorrow"})
	c.full(l, elevenlabs.FamilySTT)
}

func (c limiterCheck) doneContext() {
	l := c.limiter(1)
	ctx, cancel := context.WithCancel(c.Context())
	cancel()
	for range 100 {
		_, err := l.Acquire(ctx, elevenlabs.Admission{Family: family})
		c.must(errors.Is(err, context.Canceled), "got %v, want context.Canceled", err)
	}
	c.take(l, elevenlabs.Admission{})
}

func (c limiterCheck) contextEndsWaiting() {
	l := c.limiter(1)
	p := c.take(l, elevenlabs.Admission{})
	ctx, cancel := context.WithCancel(c.Context())
	ended := make(chan error)
	go func() {
		_, err := l.Acquire(ctx, elevenlabs.Admission{Family: family})
		ended <- err
	}()
	c.settle()
	cancel()
	err := <-ended
	c.must(errors.Is(err, context.Canceled), "got %v, want context.Canceled", err)
	l.Release(p, served)
	c.take(l, elevenlabs.Admission{})
}

func (c limiterCheck) firstCome() {
	l := c.limiter(1)
	p := c.take(l, elevenlabs.Admission{})
	var calls []elevenlabs.Admission
	var want []string
	for i := range 10 {
		want = append(want, fmt.Sprint(i))
		calls = append(calls, elevenlabs.Admission{Tenant: want[i]})
	}
	c.order(want, c.line(l, func() { l.Release(p, served) }, calls...))
}

func (c limiterCheck) keepsPlace() {
	l := c.limiter(1)
	first := c.take(l, elevenlabs.Admission{})
	c.must(first.Place != 0, "an admitted call knows its place")
	l.Release(first, elevenlabs.Outcome{})
	p := c.take(l, elevenlabs.Admission{})
	order := c.line(l, func() { l.Release(p, served) },
		elevenlabs.Admission{Tenant: "new"},
		elevenlabs.Admission{Tenant: "newer"},
		elevenlabs.Admission{Tenant: "returning", Place: first.Place})
	c.order([]string{"returning", "new", "newer"}, order)
}

func (c limiterCheck) weightsCount() {
	l := c.limiter(4)
	heavy := c.take(l, elevenlabs.Admission{Weight: 3})
	c.take(l, elevenlabs.Admission{Weight: 1})
	c.full(l, family)
	l.Release(heavy, served)
	for range 3 {
		c.take(l, elevenlabs.Admission{})
	}
	c.full(l, family)
}

func (c limiterCheck) heavyHead() {
	l := c.limiter(3)
	a, b := c.take(l, elevenlabs.Admission{}), c.take(l, elevenlabs.Admission{Weight: 2})
	order := c.line(l, func() { l.Release(a, served); c.settle(); l.Release(b, served) },
		elevenlabs.Admission{Tenant: "heavy", Weight: 3},
		elevenlabs.Admission{Tenant: "light"})
	c.order([]string{"heavy", "light"}, order)
}

func (c limiterCheck) tooHeavy() {
	l := c.limiter(2)
	p := c.take(l, elevenlabs.Admission{Weight: 20})
	c.full(l, family)
	l.Release(p, served)
	c.take(l, elevenlabs.Admission{Weight: 2})
}

func (c limiterCheck) releasedTwice() {
	l := c.limiter(2)
	a, b := c.take(l, elevenlabs.Admission{}), c.take(l, elevenlabs.Admission{})
	for range 3 {
		l.Release(a, served)
	}
	l.Release(elevenlabs.Permit{}, served)
	c.take(l, elevenlabs.Admission{})
	c.full(l, family)
	l.Release(a, served) // again, after its place was taken by another
	c.full(l, family)
	l.Release(b, served)
	c.take(l, elevenlabs.Admission{})
}

func (c limiterCheck) followsTold() {
	l := c.limiter(2)
	l.Release(c.take(l, elevenlabs.Admission{}),
		elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 1, InUse: 1})
	one := c.take(l, elevenlabs.Admission{})
	c.full(l, family)
	l.Release(one, elevenlabs.Outcome{Verdict: elevenlabs.VerdictServed, Limit: 2, InUse: 1})
	c.take(l, elevenlabs.Admission{})
	c.take(l, elevenlabs.Admission{})
	c.full(l, family)
}

func (c limiterCheck) comesBack() {
	l := c.limiter(3)
	p := c.take(l, elevenlabs.Admission{})
	for range 20 {
		at := time.Now()
		l.Release(p, elevenlabs.Outcome{Verdict: elevenlabs.VerdictRefused, Limit: 3})
		p = c.take(l, elevenlabs.Admission{Place: p.Place})
		c.must(time.Since(at) > 10*time.Millisecond, "others hold all slots, so it has to ask again later")
		if c.bubble() {
			continue
		}
		break // twenty pauses are too long to wait for in real time
	}
	l.Release(p, served)
	c.take(l, elevenlabs.Admission{})
}

// bubble reports whether time costs nothing.
func (c limiterCheck) bubble() bool {
	at := time.Now()
	return at.Year() == 2000 // where bubbles start
}

func (c limiterCheck) storm() {
	const limit = 4
	l := c.limiter(limit)
	var inFlight, most, got atomic.Int64
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(c.Context(), time.Duration(rand.N(500))*time.Millisecond)
			defer cancel()
			weight := 1 + rand.N(3)
			p, err := l.Acquire(ctx, elevenlabs.Admission{Family: family, Weight: weight})
			if err != nil {
				return
			}
			got.Add(1)
			now := inFlight.Add(int64(weight))
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			time.Sleep(time.Duration(rand.N(20)) * time.Millisecond)
			inFlight.Add(int64(-weight))
			l.Release(p, served)
		})
	}
	all.Wait()
	c.must(got.Load() > 0, "nobody was admitted")
	c.must(most.Load() <= limit, "%d in flight, the limit is %d", most.Load(), limit)
	for range limit {
		c.take(l, elevenlabs.Admission{})
	}
	c.full(l, family)
}
