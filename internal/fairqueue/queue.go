// Package fairqueue decides whose turn it is among those who wait for a share
// of something scarce.
//
// A queue has levels of urgency. The most urgent level that has somebody in it
// is served first, but a level that has been passed over for long enough gets
// one turn. Inside a level the tenants are served by weighted fair queueing:
// each has a clock that runs on with what it is given, slower for a tenant
// with a larger share, and the one whose clock is behind comes first. Inside a
// tenant it is first come, first served, after those who come back.
//
// Every operation takes O(log n), n being the number of tenants, or of those
// of one tenant who came back.
package fairqueue

import "time"

// Levels is how many levels of urgency a queue has. Level 0 is the most urgent.
const Levels = 3

// An Item is somebody who waits, with Value for whom. Its fields must not
// change while it waits.
type Item[V any] struct {
	Value V
	// Level is from 0 to Levels-1.
	Level int
	// Tenant is on whose behalf the item waits.
	Tenant string
	// Share is the tenant's share of its level, relative to the shares of the
	// others that wait; positive. The latest holds for the tenant.
	Share float64
	// Cost is how much the item asks for; positive.
	Cost int
	// Place orders those of a tenant who come back, and tenants that are equal
	// otherwise: the lower one came earlier.
	Place uint64
	// Returning items come before all others of their tenant, by Place. What
	// they were charged at their last turn is given back.
	Returning bool

	flow       *flow[V] // nil while it does not wait
	prev, next *Item[V]
	index      int
}

// Waits reports whether the item is in a queue.
func (it *Item[V]) Waits() bool { return it.flow != nil }

func (it *Item[V]) before(o *Item[V]) bool { return it.Place < o.Place }
func (it *Item[V]) at(i int)               { it.index = i }

// A Queue is not safe for concurrent use. The zero value has no aging and no
// cap.
type Queue[V any] struct {
	// Aging is how long a level is passed over before it gets a turn, 0 for ever.
	Aging time.Duration

	cap     int // what a tenant may have out before it yields; 0 is no cap
	n       int
	levels  [Levels]level[V]
	tenants map[string]*tenant[V]
}

// A level is those of one urgency.
type level[V any] struct {
	ready heap[*flow[V]] // tenants that wait
	idle  heap[*flow[V]] // tenants that do not, and are ahead of the level's clock
	clock float64
	share float64 // of the tenants that wait
	cost  int     // of all who wait
	since time.Time
}

// A tenant is on whose behalf items wait, or have something out under a cap.
type tenant[V any] struct {
	name   string
	out    int
	capped bool
	flows  [Levels]*flow[V]
}

// Len returns how many wait.
func (q *Queue[V]) Len() int { return q.n }

// Push adds an item that does not wait yet.
func (q *Queue[V]) Push(it *Item[V], now time.Time) {
	l := &q.levels[it.Level]
	f := q.flow(it)
	if len(l.ready.items) == 0 {
		l.since = now
	}
	if f.empty() {
		l.idle.remove(f.index)
		f.clock, f.share = max(f.clock, l.clock), 0
	}
	l.share += it.Share - f.share
	f.share = it.Share
	if it.Returning {
		f.clock -= float64(it.Cost) / it.Share
	}
	f.push(it)
	q.n++
	l.cost += it.Cost
	l.ready.put(f, f.index)
}

// Next returns the item whose turn it is, among the levels up to the least
// urgent one that is named; nil if nobody waits there. It stays in the queue.
func (q *Queue[V]) Next(now time.Time, least int) *Item[V] {
	var capped *flow[V]
	first := q.aged(now, least)
	for i := -1; i <= least; i++ {
		f := first
		if i >= 0 {
			f = q.levels[i].ready.first()
		}
		switch {
		case f == nil:
		case !f.tenant.capped:
			return f.head()
		case capped == nil:
			capped = f
		}
	}
	if capped == nil {
		return nil
	}
	return capped.head()
}

// aged returns the first tenant of the level that has been passed over for
// the longest time, if any has for too long.
func (q *Queue[V]) aged(now time.Time, least int) *flow[V] {
	var oldest *level[V]
	for i := 1; i <= least && q.Aging > 0; i++ {
		l := &q.levels[i]
		if len(l.ready.items) > 0 && now.Sub(l.since) >= q.Aging && (oldest == nil || l.since.Before(oldest.since)) {
			oldest = l
		}
	}
	if oldest == nil {
		return nil
	}
	return oldest.ready.first()
}

// Take takes an item out for its turn, and charges its tenant for it.
func (q *Queue[V]) Take(it *Item[V], now time.Time) {
	f, l := it.flow, &q.levels[it.Level]
	l.since = now
	// The clock of the level is at least where the one being served is, and
	// runs on as if all who wait were served at once, by their shares. So it
	// passes everybody in the end, however many new tenants come.
	l.clock = max(l.clock, f.clock) + float64(it.Cost)/max(l.share, f.share)
	f.clock += float64(it.Cost) / f.share
	q.Remove(it)
	for owes := l.idle.first(); owes != nil && owes.clock <= l.clock; owes = l.idle.first() {
		l.idle.remove(owes.index)
		q.forget(owes)
	}
}

// Remove takes an item out that will have no turn. It does nothing to one that
// does not wait.
func (q *Queue[V]) Remove(it *Item[V]) {
	f, l := it.flow, &q.levels[it.Level]
	if f == nil {
		return
	}
	f.remove(it)
	q.n--
	l.cost -= it.Cost
	if !f.empty() {
		l.ready.fix(f.index)
		return
	}
	l.ready.remove(f.index)
	l.share -= f.share
	if len(l.ready.items) == 0 {
		q.clear(l) // nobody is left to whom anybody could owe
		q.forget(f)
		return
	}
	if f.clock <= l.clock {
		q.forget(f)
		return
	}
	l.idle.put(f, -1)
}

// clear starts the clocks of a level anew.
func (q *Queue[V]) clear(l *level[V]) {
	for _, f := range l.idle.items {
		q.forget(f)
	}
	l.idle.items, l.clock, l.share = nil, 0, 0
}

// Ahead returns about how much will be given out before an item that does not
// wait yet would have its turn.
func (q *Queue[V]) Ahead(it *Item[V]) float64 {
	above := 0
	for i := range it.Level {
		above += q.levels[i].cost
	}
	l := &q.levels[it.Level]
	own, shares := 0, l.share+it.Share
	if t := q.tenants[it.Tenant]; !it.Returning && t != nil && t.flows[it.Level] != nil && !t.flows[it.Level].empty() {
		own, shares = t.flows[it.Level].cost, l.share
	}
	return float64(above) + min(float64(l.cost), float64(own)*shares/it.Share)
}

// SetCap sets how much a tenant may have out before others come first, 0 for
// no cap.
func (q *Queue[V]) SetCap(n int) {
	if n == q.cap {
		return
	}
	q.cap = n
	for _, t := range q.tenants {
		q.recap(t)
	}
}

// Give counts what a tenant was given, or gave back if it is negative. It need
// not be told while there is no cap.
func (q *Queue[V]) Give(name string, n int) {
	t := q.tenant(name)
	t.out += n
	q.recap(t)
	q.drop(t)
}

// recap moves a tenant behind those below the cap, or back among them.
func (q *Queue[V]) recap(t *tenant[V]) {
	capped := q.cap > 0 && t.out >= q.cap
	if capped == t.capped {
		return
	}
	t.capped = capped
	for i, f := range t.flows {
		if f != nil && !f.empty() {
			q.levels[i].ready.fix(f.index)
		}
	}
}

func (q *Queue[V]) tenant(name string) *tenant[V] {
	t := q.tenants[name]
	if t == nil {
		if q.tenants == nil {
			q.tenants = make(map[string]*tenant[V])
		}
		t = &tenant[V]{name: name}
		q.tenants[name] = t
	}
	return t
}

// flow returns the line that an item stands in.
func (q *Queue[V]) flow(it *Item[V]) *flow[V] {
	t := q.tenant(it.Tenant)
	f := t.flows[it.Level]
	if f == nil {
		f = &flow[V]{tenant: t, level: it.Level, index: -1, clock: q.levels[it.Level].clock}
		t.flows[it.Level] = f
	}
	return f
}

func (q *Queue[V]) forget(f *flow[V]) {
	f.tenant.flows[f.level] = nil
	q.drop(f.tenant)
}

func (q *Queue[V]) drop(t *tenant[V]) {
	if t.out <= 0 && t.flows == [Levels]*flow[V]{} {
		delete(q.tenants, t.name)
	}
}
