package elevenlabs

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// maxSlots is the size of every pool's semaphore, far above any plan. What the
// limit leaves out of it is held as ballast, so that a limit is changed by
// letting ballast go or taking more of it.
const maxSlots = 1 << 20

// A pool refused with nothing of its own in flight knows of no slot to wait
// for: others hold them all. It asks again after a pause that doubles from the
// first to the last of these.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 2 * time.Second
)

// pool admits the calls of one family.
type pool struct {
	family Family
	fixed  int // the caller's override, which the limit never exceeds; 0 without

	mu      sync.Mutex // guards everything below
	sem     *semaphore.Weighted
	limit   int // slots we allow ourselves now
	ceiling int // slots the account allows, as configured or told
	ballast int // slots of sem that are held out of use
	leases  leases

	line  line
	place uint64 // the last place given out

	quiet  int // answers served since the limit last changed or a refusal
	paused bool
	pauses int // pauses in a row
}

// newPool returns a pool with the limit of the plan, or with the caller's own.
func newPool(f Family, planned, fixed int) *pool {
	p := &pool{family: f, sem: semaphore.NewWeighted(maxSlots), fixed: fixed, limit: planned}
	if fixed > 0 {
		p.limit = fixed
	}
	p.ceiling = p.limit
	p.settle()
	return p
}

func (p *pool) acquire(ctx context.Context, a *Admission) (Permit, error) {
	if err := ctx.Err(); err != nil {
		return Permit{}, err
	}
	p.mu.Lock()
	if a.Place == 0 {
		p.place++
		a.Place = p.place
	}
	if p.line.comesFirst(a.Place) && p.take(a.Weight) {
		id := p.leases.lend(p.share(a.Weight))
		p.mu.Unlock()
		return Permit{Admission: *a, ID: id, pool: p}, nil
	}
	w := &waiter{Admission: *a, admitted: make(chan Permit, 1)}
	heap.Push(&p.line, w)
	p.mu.Unlock()

	select {
	case permit := <-w.admitted:
		return permit, nil
	case <-ctx.Done():
		p.leave(w)
		return Permit{}, ctx.Err()
	}
}

// leave takes a waiter out of the line, or gives back what it was handed in
// the same moment.
func (p *pool) leave(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.index >= 0 {
		heap.Remove(&p.line, w.index)
	} else {
		p.giveBack((<-w.admitted).ID)
	}
	p.admit()
}

func (p *pool) release(id uint64, o Outcome) {
	p.mu.Lock()
	if p.giveBack(id) {
		p.learn(o)
		p.admit()
	}
	p.mu.Unlock()
}

// giveBack returns a permit's slots, and reports false for one that is not out.
func (p *pool) giveBack(id uint64) bool {
	slots := p.leases.take(id)
	if slots == 0 {
		return false
	}
	p.sem.Release(int64(slots))
	return true
}

// share is how many slots a weight takes: all there are, if it asks for more.
func (p *pool) share(weight int) int { return min(weight, p.limit) }

func (p *pool) take(weight int) bool {
	return !p.paused && p.sem.TryAcquire(int64(p.share(weight)))
}

// admit hands slots to the head of the line, for as long as it can be served.
func (p *pool) admit() {
	p.settle()
	for len(p.line) > 0 && p.take(p.line[0].Weight) {
		w := heap.Pop(&p.line).(*waiter)
		w.admitted <- Permit{Admission: w.Admission, ID: p.leases.lend(p.share(w.Weight)), pool: p}
	}
}

// settle moves slots between the semaphore and the ballast until the limit is
// what it should be, as far as calls in flight allow.
func (p *pool) settle() {
	want := maxSlots - p.limit
	if p.ballast == want {
		return
	}
	if p.ballast > want {
		p.sem.Release(int64(p.ballast - want))
		p.ballast = want
		return
	}
	more := min(want-p.ballast, maxSlots-p.ballast-p.leases.slots)
	if more > 0 && p.sem.TryAcquire(int64(more)) {
		p.ballast += more
	}
}

// learn moves the limit by what an attempt taught.
func (p *pool) learn(o Outcome) {
	if o.Limit > 0 {
		p.told(min(o.Limit, maxSlots))
	}
	switch o.Verdict {
	case VerdictRefused:
		p.shrink()
		if p.leases.slots == 0 && !p.paused && !o.Paced {
			p.pause()
		}
	case VerdictServed:
		p.pauses = 0
		p.grow(o)
	}
}

// told takes over the account's limit. A limit that refusals have shrunk
// below the old one stays there.
func (p *pool) told(limit int) {
	if p.fixed > 0 {
		limit = min(limit, p.fixed)
	}
	if limit == p.ceiling {
		return
	}
	if p.limit == p.ceiling {
		p.limit = limit
	}
	p.ceiling = limit
	p.limit = min(p.limit, limit)
}

// shrink answers a refusal: what is in flight besides is what the account has
// room for.
func (p *pool) shrink() {
	p.quiet = 0
	p.limit = max(1, min(p.limit, p.leases.slots))
}

// grow gives back what refusals have taken: at once as far as the answer shows
// room, else by one slot for each round of answers. An answer that shows the
// account full gives nothing back.
func (p *pool) grow(o Outcome) {
	if p.limit >= p.ceiling {
		return
	}
	p.quiet++
	room := 0
	switch {
	case o.Limit > 0 && o.InUse > 0:
		room = max(0, o.Limit-o.InUse)
	case p.quiet >= p.limit:
		room = 1
	}
	if room > 0 {
		p.limit = min(p.limit+room, p.ceiling)
		p.quiet = 0
	}
}

// pause holds back a pool that was refused with nothing in flight, and so has
// no slot of its own to wait for.
func (p *pool) pause() {
	d := min(firstPause<<min(p.pauses, 16), lastPause)
	p.pauses++
	p.paused = true
	// Jitter keeps processes that were refused together from asking together.
	d = d/2 + rand.N(d/2)
	time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.paused = false
		p.admit()
	})
}

func (p *pool) stats() PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PoolStats{Limit: p.limit, InFlight: p.leases.slots, Queued: p.line.Len()}
}

// A waiter stands in line until admitted holds its permit.
type waiter struct {
	Admission
	admitted chan Permit // of capacity 1, so that handing over never blocks
	index    int         // in the line, -1 outside
}

// line is a heap of waiters, the lowest place first.
type line []*waiter

// comesFirst reports whether a place is before everyone who waits.
func (l line) comesFirst(place uint64) bool { return len(l) == 0 || place < l[0].Place }

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return l[i].Place < l[j].Place }

func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].index, l[j].index = i, j
}

func (l *line) Push(x any) {
	w := x.(*waiter)
	w.index = len(*l)
	*l = append(*l, w)
}

func (l *line) Pop() any {
	last := len(*l) - 1
	w := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	w.index = -1
	return w
}

// leases remembers what is out, so that a permit counts once however often it
// is released. An id is an index into out and the number of times that entry
// was lent.
type leases struct {
	slots int // slots out, all together
	out   []lease
	free  []uint32 // entries of out that can be lent
}

type lease struct {
	lent  uint32
	slots int32 // 0 when it is not out
}

func (l *leases) lend(slots int) uint64 {
	if len(l.free) == 0 {
		l.free = append(l.free, uint32(len(l.out)))
		l.out = append(l.out, lease{})
	}
	last := len(l.free) - 1
	i := l.free[last]
	l.free = l.free[:last]
	e := &l.out[i]
	e.lent++
	e.slots = int32(slots)
	l.slots += slots
	return uint64(e.lent)<<32 | uint64(i)
}

// take ends a lease and returns its slots, or 0 if it is not out.
func (l *leases) take(id uint64) int {
	i := uint32(id)
	if uint64(i) >= uint64(len(l.out)) || l.out[i].lent != uint32(id>>32) || l.out[i].slots == 0 {
		return 0
	}
	slots := int(l.out[i].slots)
	l.out[i].slots = 0
	l.slots -= slots
	l.free = append(l.free, i)
	return slots
}
