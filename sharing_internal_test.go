package elevenlabs

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A simAccount serves the calls of several processes, each with a pool of its
// own, on a clock of its own. With the same seed it does the same.
type simAccount struct {
	r       *rand.Rand
	now     time.Duration
	coming  simEvents
	limit   int
	inUse   int
	served  int
	refused int
	work    time.Duration // that the calls served so far take
	procs   []*simProcess
}

// A simProcess has calls that wait, as many as it is given at the start.
type simProcess struct {
	account *simAccount
	pool    *pool
	waiting int
	began   []time.Duration // when its calls were served
}

// How long a message travels, a refusal takes, and a call.
const (
	simTrip    = 20 * time.Millisecond
	simRefusal = 240 * time.Millisecond
	simCall    = 2800 * time.Millisecond
	simVaries  = 500 * time.Millisecond // either way
)

func newSimAccount(seed uint64, limit, processes, calls int) *simAccount {
	a := &simAccount{r: rand.New(rand.NewPCG(seed, 7)), limit: limit}
	for i := range processes {
		p := &simProcess{account: a, waiting: calls, pool: newPool(FamilyStandard, &LimiterConfig{
			Limits: map[Family]int{FamilyStandard: limit},
		})}
		p.pool.allowed.sharing = sharing{take: a.r.Float64(), give: a.r.Float64()}
		a.procs = append(a.procs, p)
		a.after(simCall*time.Duration(i)/time.Duration(processes), p.admit)
	}
	return a
}

func (a *simAccount) after(d time.Duration, do func()) {
	heap.Push(&a.coming, simEvent{a.now + d, a.coming.pushed, do})
}

func (a *simAccount) run() {
	for a.coming.Len() > 0 {
		e := heap.Pop(&a.coming).(simEvent)
		a.now = e.at
		e.do()
	}
}

// spread is by how much more than the least the most was served, while all had
// calls that wait.
func (a *simAccount) spread() float64 {
	until := a.now
	for _, p := range a.procs {
		until = min(until, p.began[len(p.began)-1])
	}
	var n []float64
	for _, p := range a.procs {
		k, _ := slices.BinarySearch(p.began, until+1)
		n = append(n, float64(k))
	}
	return slices.Max(n)/slices.Min(n) - 1
}

// slowdown is how much longer all took than without any slot idle.
func (a *simAccount) slowdown() float64 {
	return a.now.Seconds() * float64(a.limit) / a.work.Seconds()
}

func (p *simProcess) admit() {
	p.pool.settle()
	for p.waiting > 0 && p.pool.take(1, true) > 0 {
		p.waiting--
		id := p.pool.lend(1, true, "")
		p.account.after(simTrip, func() { p.arrive(id) })
	}
}

// arrive is when the account decides about a call.
func (p *simProcess) arrive(id uint64) {
	a := p.account
	if a.inUse >= a.limit {
		a.refused++
		a.after(simRefusal+simTrip, func() { p.refuse(id) })
		return
	}
	a.inUse++
	told := Outcome{Verdict: VerdictServed, Limit: a.limit, InUse: a.inUse}
	takes := simCall - simVaries + time.Duration(a.r.Int64N(int64(2*simVaries)))
	a.work += takes
	p.began = append(p.began, a.now)
	a.after(takes, func() {
		a.inUse--
		a.served++
		a.after(simTrip, func() { p.release(id, told) })
	})
}

func (p *simProcess) release(id uint64, o Outcome) {
	l := p.pool.leases.take(id)
	p.pool.learn(o, l)
	p.pool.leases.resting += int(l.slots)
	p.account.after(p.pool.lag.rest, func() {
		p.pool.leases.resting -= int(l.slots)
		p.pool.free(l.slots, "")
		p.admit()
	})
}

// refuse also ends the pool's pause, on the account's clock.
func (p *simProcess) refuse(id uint64) {
	p.waiting++
	was := p.pool.paused
	p.release(id, Outcome{Verdict: VerdictRefused, Limit: p.account.limit})
	if p.pool.paused && !was {
		d := min(firstPause<<min(p.pool.pauses-1, 16), lastPause)
		p.account.after(d/2+time.Duration(p.account.r.Int64N(int64(d/2))), func() { p.pool.paused = false; p.admit() })
	}
}

type simEvent struct {
	at time.Duration
	n  int // events of one time come in the order they were made
	do func()
}

type simEvents struct {
	list   []simEvent
	pushed int
}

func (e *simEvents) Len() int      { return len(e.list) }
func (e *simEvents) Swap(i, j int) { e.list[i], e.list[j] = e.list[j], e.list[i] }
func (e *simEvents) Push(x any)    { e.list, e.pushed = append(e.list, x.(simEvent)), e.pushed+1 }
func (e *simEvents) Less(i, j int) bool {
	a, b := e.list[i], e.list[j]
	return a.at < b.at || a.at == b.at && a.n < b.n
}

func (e *simEvents) Pop() any {
	last := len(e.list) - 1
	x := e.list[last]
	e.list = e.list[:last]
	return x
}

// Processes of one account that each believe to be alone, and do not talk to
// each other, come to even parts of it, waste little, and are refused little.
func TestSharing_ProcessesOfOneAccountComeToEvenParts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		processes int
		slowdown  float64
	}{{2, 1.10}, {4, 1.15}, {8, 1.25}} {
		synctest.Test(t, func(t *testing.T) { // the pools' own pauses never end here
			var spreads []float64
			served, refused := 0, 0
			for seed := range uint64(5) {
				a := newSimAccount(seed, 10, tt.processes, 1000)
				a.run()
				require.Equal(t, 1000*tt.processes, a.served)
				require.Less(t, a.slowdown(), tt.slowdown, "%d processes, seed %d", tt.processes, seed)
				spreads = append(spreads, a.spread())
				served, refused = served+a.served, refused+a.refused
			}
			slices.Sort(spreads)
			require.Less(t, spreads[len(spreads)/2], 0.2, "%d processes: %v", tt.processes, spreads)
			require.Less(t, spreads[len(spreads)-1], 0.45, "%d processes: %v", tt.processes, spreads)
			require.Less(t, refused, served/10, "%d processes", tt.processes)
		})
	}
}

// A process that is alone has the whole limit again two service times after it
// rose, and knows from the first refusal that it fell.
func TestSharing_OneProcessFollowsTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(20) {
			a := newSimAccount(seed, 10, 1, 400)
			const settled = 2 * (simCall + simVaries + 2*simTrip)
			for i, limit := range []int{3, 10, 9, 10, 2, 15} {
				at := time.Duration(i+1) * 15 * time.Second
				a.after(at, func() { a.limit = limit })
				a.after(at+settled, func() {
					require.Equal(t, min(limit, 10), a.procs[0].pool.allowed.limit, "seed %d, %d slots", seed, limit)
				})
			}
			a.run()
			require.LessOrEqual(t, a.refused, 8, "seed %d: what is sent until the refusal comes", seed)
		}
	})
}

func TestSharing_WhoHadMoreTakesLaterAndGivesSooner(t *testing.T) {
	t.Parallel()
	answers := func(had float64, room int) (n int) {
		s := sharing{mean: had}
		for n = 1; s.move(2, 8-room, room, 10) == 0; n++ {
			require.Less(t, n, 1000)
		}
		return n
	}
	require.Less(t, answers(2, 1), answers(6, 1), "to take the slot that is free")
	require.Greater(t, answers(2, 0), answers(6, 0), "to give one up while none is")
}

// One who had all as long as it was alone is not behind for that later.
func TestSharing_WhatOneHadAloneDoesNotCount(t *testing.T) {
	t.Parallel()
	s := sharing{}
	ours := 9
	for n := 0; ours > 5; n++ {
		require.Less(t, n, 20)
		ours += s.move(ours, 10-ours, 0, 10)
	}
	require.InDelta(t, ours, s.mean, 0.5)
}
