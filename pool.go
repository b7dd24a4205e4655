package elevenlabs

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/elevenlabs-go/elevenlabs/internal/fairqueue"
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
	lastPause  = 750 * time.Millisecond
)

// patienceOfGuess is how long calls up to a guessed limit must go without a
// refusal until the guess is raised. A refusal was seen to take 200 to 264 ms.
const patienceOfGuess = 275 * time.Millisecond

// pool admits the calls of one family.
type pool struct {
	family Family
	cfg    *LimiterConfig

	mu      sync.Mutex // guards everything below
	sem     *semaphore.Weighted
	ballast int // slots of sem that are held out of use
	leases  leases
	allowed allowance

	queue fairqueue.Queue[chan uint64]
	place uint64 // the last place given out
	pace  pace

	lag      lag
	paused   bool
	pauses   int // pauses in a row
	guessing bool
	guesses  int // so far
}

type waiter = fairqueue.Item[chan uint64] // to be told the id of its permit

func newPool(f Family, cfg *LimiterConfig) *pool {
	p := &pool{
		family: f, cfg: cfg, sem: semaphore.NewWeighted(maxSlots),
		allowed: newAllowance(cfg.Tier.Limit(f), cfg.Limits[f], cfg.Tier.guessed() && f.answersFast()),
	}
	p.queue.Aging = cfg.aging()
	p.settle()
	return p
}

// acquire waits for a permit and fills in its id and place.
func (p *pool) acquire(ctx context.Context, a *Permit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	returning := a.Place != 0
	if !returning {
		p.place++
		a.Place = p.place
	}
	if p.queue.Len() == 0 {
		ordinary := a.Priority < PriorityInteractive
		if slots := p.take(a.Weight, ordinary); slots > 0 {
			a.ID = p.lend(slots, ordinary, a.Tenant)
			p.mu.Unlock()
			return nil
		}
	}
	w := &waiter{
		Value: make(chan uint64, 1), Level: level(a.Priority), Tenant: a.Tenant, Share: a.share(),
		Cost: a.Weight, Place: a.Place, Returning: returning,
	}
	ahead := p.queue.Ahead(w)
	err := p.join(ctx, w, &a.Admission, ahead)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	a.ID, err = p.wait(ctx, w, a.MaxWait, ahead)
	return err
}

// join puts a call in line, and takes it out again if it may not wait.
func (p *pool) join(ctx context.Context, w *waiter, a *Admission, ahead float64) error {
	p.queue.Push(w, time.Now())
	p.admit()
	if !w.Waits() {
		return nil
	}
	if err := p.refuse(ctx, w, a, ahead); err != nil {
		p.queue.Remove(w)
		p.admit()
		return err
	}
	return nil
}

// refuse tells a call in advance that it would wait in vain.
func (p *pool) refuse(ctx context.Context, w *waiter, a *Admission, ahead float64) error {
	e := &QueueError{Family: p.family, Depth: p.queue.Len() - 1, Position: int(ahead) + 1, Expected: p.pace.until(ahead+float64(w.Cost), time.Now())}
	deadline, bounded := ctx.Deadline()
	switch {
	case a.MaxQueue != 0 && !w.Returning && e.Position > max(a.MaxQueue, 0):
		e.Err = ErrQueueFull
	case a.MaxWait < 0, a.MaxWait > 0 && e.Expected > a.MaxWait, bounded && e.Expected > time.Until(deadline):
		e.Err = ErrWaitTooLong
	default:
		return nil
	}
	e.RetryAfter = wholeSeconds(e.Expected - max(a.MaxWait, 0))
	return e
}

// wait waits for a turn, for as long as the call may.
func (p *pool) wait(ctx context.Context, w *waiter, most time.Duration, ahead float64) (uint64, error) {
	var (
		tooLong <-chan time.Time
		since   time.Time
	)
	if most > 0 {
		timer := time.NewTimer(most)
		defer timer.Stop()
		tooLong, since = timer.C, time.Now()
	}
	select {
	case id := <-w.Value:
		return id, nil
	case <-ctx.Done():
		p.leave(w)
		return 0, ctx.Err()
	case <-tooLong:
		return 0, p.late(w, ahead, time.Since(since))
	}
}

// leave takes a waiter out of the line, or gives back what it was handed in
// the same moment.
func (p *pool) leave(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.abandon(w)
}

func (p *pool) abandon(w *waiter) {
	if w.Waits() {
		p.queue.Remove(w)
	} else {
		p.free(p.leases.take(<-w.Value).slots, w.Tenant)
	}
	p.admit()
}

// late takes a waiter out that has waited as long as it may.
func (p *pool) late(w *waiter, ahead float64, waited time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.abandon(w)
	expected := p.pace.until(ahead+float64(w.Cost), time.Now())
	return &QueueError{
		Family: p.family, Depth: p.queue.Len(), Position: int(ahead) + 1, Expected: expected, Waited: waited,
		RetryAfter: wholeSeconds(expected), Err: ErrWaitTooLong,
	}
}

func wholeSeconds(d time.Duration) time.Duration {
	return max(time.Second, (d + time.Second - 1).Truncate(time.Second))
}

func (p *pool) release(permit *Permit, o Outcome) {
	p.mu.Lock()
	if lease := p.leases.take(permit.ID); lease != nil {
		p.learn(o, lease)
		if p.lag.rest > 0 {
			p.rest(lease.slots, permit.Tenant)
		} else {
			p.free(lease.slots, permit.Tenant)
		}
		if p.queue.Len() > 0 || p.ballast != maxSlots-p.allowed.limit {
			p.admit()
		}
	}
	p.mu.Unlock()
}

// free makes slots usable again that a lease gave back.
func (p *pool) free(slots int32, tenant string) {
	p.sem.Release(int64(slots))
	if p.cfg.TenantCap > 0 {
		p.queue.Give(tenant, -int(slots))
	}
}

// rest leaves slots alone for a while before they are used again.
func (p *pool) rest(slots int32, tenant string) {
	p.leases.resting += int(slots)
	time.AfterFunc(p.lag.rest, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.leases.resting -= int(slots)
		p.free(slots, tenant)
		p.admit()
	})
}

// slots is how many slots a call takes: all there are for its kind, if it asks
// for more.
func (p *pool) slots(weight int, ordinary bool) int {
	if ordinary {
		return min(weight, p.allowed.limit-p.headroom())
	}
	return min(weight, p.allowed.limit)
}

// headroom is how many slots calls that are not interactive leave free.
func (p *pool) headroom() int {
	if p.cfg.Headroom == 0 {
		return 0
	}
	return min(int(math.Ceil(p.cfg.Headroom*float64(p.allowed.limit))), p.allowed.limit-1)
}

// take takes the slots of a call and returns how many, or 0 if there are too
// few.
func (p *pool) take(weight int, ordinary bool) int {
	n := p.slots(weight, ordinary)
	if p.paused || ordinary && p.leases.ordinary+n > p.allowed.limit-p.headroom() || !p.sem.TryAcquire(int64(n)) {
		return 0
	}
	return n
}

// lend makes the permit of a call for slots that were taken.
func (p *pool) lend(slots int, ordinary bool, tenant string) uint64 {
	if p.cfg.TenantCap > 0 {
		p.queue.Give(tenant, slots)
	}
	return p.leases.lend(slots, ordinary)
}

// level is where a priority stands in the queue.
func level(p Priority) int { return int(PriorityInteractive - p) }

// admit hands slots to whose turn it is, for as long as that one can be
// served. While the head of the line waits for more than is free, nobody
// overtakes it but for a more urgent call.
func (p *pool) admit() {
	p.settle()
	if p.queue.Len() == 0 {
		p.pace.rest()
		return
	}
	now := time.Now()
	for w := p.next(now); w != nil; w = p.next(now) {
		if !p.hand(w, now) && !p.handUrgent(w, now) {
			break
		}
	}
	if p.queue.Len() == 0 {
		p.pace.rest()
	}
	p.guess()
}

// hand gives a waiter what it waits for, if that is free.
func (p *pool) hand(w *waiter, now time.Time) bool {
	ordinary := w.Level > 0
	slots := p.take(w.Cost, ordinary)
	if slots == 0 {
		return false
	}
	p.queue.Take(w, now)
	p.pace.mark(now, w.Cost)
	w.Value <- p.lend(slots, ordinary, w.Tenant)
	return true
}

// handUrgent serves an interactive call from the headroom while a head of the
// line waits that may not use it.
func (p *pool) handUrgent(head *waiter, now time.Time) bool {
	if head.Level == 0 || p.headroom() == 0 {
		return false
	}
	w := p.queue.Next(now, 0)
	return w != nil && p.leases.slots-p.leases.ordinary+p.slots(w.Cost, false) <= p.headroom() && p.hand(w, now)
}

// next returns whose turn it is. Where only headroom is left, that is an
// interactive call.
func (p *pool) next(now time.Time) *waiter {
	least := fairqueue.Levels - 1
	if p.leases.ordinary >= p.allowed.limit-p.headroom() {
		least = 0
	}
	return p.queue.Next(now, least)
}

// settle moves slots between the semaphore and the ballast until the limit is
// what it should be, as far as calls in flight allow.
func (p *pool) settle() {
	if p.cfg.TenantCap > 0 {
		p.queue.SetCap(max(1, int(p.cfg.TenantCap*float64(p.allowed.limit))))
	}
	want := maxSlots - p.allowed.limit
	if p.ballast == want {
		return
	}
	if p.ballast > want {
		p.sem.Release(int64(p.ballast - want))
		p.ballast = want
		return
	}
	more := min(want-p.ballast, maxSlots-p.ballast-p.leases.slots-p.leases.resting)
	if more > 0 && p.sem.TryAcquire(int64(more)) {
		p.ballast += more
	}
}

// learn moves the limit by what an attempt taught.
func (p *pool) learn(o Outcome, l *lease) {
	if o.Limit > 0 {
		p.allowed.told(min(o.Limit, maxSlots), l.number)
	}
	switch o.Verdict {
	case VerdictRefused:
		p.refused(o, l)
	case VerdictServed:
		p.pauses = 0
		p.lag.served()
		p.allowed.served(o, l, p.leases.lent, p.ours(o, l))
	}
}

// ours is how many slots that an answer told of were ours. Those of ours that
// the account frees late are not taken for others'; there are no more of them
// than were out when a call before was admitted.
func (p *pool) ours(o Outcome, l *lease) int {
	if least := int(l.together + l.late); o.InUse <= least {
		return least
	}
	ours := p.leases.most(l) + int(l.late)
	if more := o.InUse - ours; p.allowed.others == 0 && 0 < more && more <= int(l.before) && p.lag.suspects(l, p.leases.lent) {
		return o.InUse
	}
	return ours
}

// refused finds out what a refusal means. What others do not explain, with just
// the account's limit in flight, can come of a slot that was used before.
func (p *pool) refused(o Outcome, l *lease) {
	p.leases.forget()
	explained := p.allowed.others > 0 || int(l.together+l.late) != p.allowed.ceiling || l.number <= p.allowed.ceiling
	if !explained && p.lag.explains(l, p.leases.lent) {
		return
	}
	p.allowed.refused(p.leases.slots, p.leases.lent)
	if p.leases.slots == 0 && !p.paused && !o.Paced {
		p.pause()
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

// guess raises a limit that nobody told while calls wait for more, once those
// in flight have not been refused for long enough. Each raise waits twice as
// long as the one before it, since it risks as many refusals more.
func (p *pool) guess() {
	if !p.allowed.guessed || p.guessing || p.paused || p.queue.Len() == 0 {
		return
	}
	p.guessing = true
	time.AfterFunc(patienceOfGuess<<min(p.guesses, 8), func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.guessing = false
		if p.allowed.guessed && p.queue.Len() > 0 {
			p.allowed.guess()
			p.guesses++
		}
		p.admit()
	})
}

// plan takes over the limit of a plan that has been found out, unless answers
// have told better.
func (p *pool) plan(t Tier) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.allowed.guessed && !t.guessed() {
		p.allowed.told(t.Limit(p.family), 0)
		p.admit()
	}
}

func (p *pool) stats() PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PoolStats{
		Limit: p.allowed.limit, Told: p.allowed.ceiling, Others: p.allowed.others,
		InFlight: p.leases.slots, Queued: p.queue.Len(),
		Wait: p.expected(),
	}
}

// expected is about how long a new call of normal priority would wait, if any
// call waits.
func (p *pool) expected() time.Duration {
	if p.queue.Len() == 0 {
		return 0
	}
	ahead := p.queue.Ahead(&waiter{Level: level(PriorityNormal), Share: 1})
	return p.pace.until(ahead+1, time.Now())
}
