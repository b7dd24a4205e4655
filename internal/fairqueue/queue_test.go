package fairqueue

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// model is the same rules without any structure: it looks at everybody who
// waits, every time.
type model struct {
	aging   time.Duration
	cap     int
	waiting []*Item[int]
	out     map[string]int
	clocks  [Levels]map[string]float64 // of tenants that wait or owe
	shares  [Levels]map[string]float64 // of tenants that wait
	level   [Levels]float64
	since   [Levels]time.Time
}

func newModel(aging time.Duration, limit int) *model {
	m := &model{aging: aging, cap: limit, out: map[string]int{}}
	for i := range Levels {
		m.clocks[i], m.shares[i] = map[string]float64{}, map[string]float64{}
	}
	return m
}

func (m *model) in(level int, tenant string) (line []*Item[int]) {
	for _, it := range m.waiting {
		if it.Level == level && (tenant == "*" || it.Tenant == tenant) {
			line = append(line, it)
		}
	}
	return line
}

func (m *model) push(it *Item[int], now time.Time) {
	l := it.Level
	if len(m.in(l, "*")) == 0 {
		m.since[l] = now
	}
	if len(m.in(l, it.Tenant)) == 0 {
		m.clocks[l][it.Tenant] = max(m.clocks[l][it.Tenant], m.level[l])
	}
	m.shares[l][it.Tenant] = it.Share
	if it.Returning {
		m.clocks[l][it.Tenant] -= float64(it.Cost) / it.Share
	}
	m.waiting = append(m.waiting, it)
}

// head returns who comes first of a tenant: those who return by place, then
// the others as they came.
func (m *model) head(level int, tenant string) *Item[int] {
	line := m.in(level, tenant)
	if back := slices.DeleteFunc(slices.Clone(line), func(it *Item[int]) bool { return !it.Returning }); len(back) > 0 {
		return slices.MinFunc(back, func(a, b *Item[int]) int { return int(a.Place) - int(b.Place) })
	}
	return line[0]
}

// best returns who comes first of a level, and whether that one is capped.
func (m *model) best(level int) (best *Item[int], capped bool) {
	for tenant := range m.shares[level] {
		head, over := m.head(level, tenant), m.cap > 0 && m.out[tenant] >= m.cap
		if best == nil || m.less(head, over, best, capped) {
			best, capped = head, over
		}
	}
	return best, capped
}

func (m *model) less(a *Item[int], aCapped bool, b *Item[int], bCapped bool) bool {
	ca, cb := m.clocks[a.Level][a.Tenant], m.clocks[b.Level][b.Tenant]
	switch {
	case aCapped != bCapped:
		return bCapped
	case ca != cb:
		return ca < cb
	}
	return a.Place < b.Place
}

func (m *model) next(now time.Time, least int) *Item[int] {
	var order []int
	for i := 1; i <= least && m.aging > 0; i++ {
		if len(m.in(i, "*")) > 0 && now.Sub(m.since[i]) >= m.aging {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return m.since[a].Compare(m.since[b]) })
	order = order[:min(len(order), 1)]
	for i := range least + 1 {
		order = append(order, i)
	}
	var yielding *Item[int]
	for _, i := range order {
		best, capped := m.best(i)
		switch {
		case best == nil:
		case !capped:
			return best
		case yielding == nil:
			yielding = best
		}
	}
	return yielding
}

func (m *model) take(it *Item[int], now time.Time) {
	l, shares := it.Level, 0.0
	for _, s := range m.shares[it.Level] {
		shares += s
	}
	m.since[l] = now
	m.level[l] = max(m.level[l], m.clocks[l][it.Tenant]) + float64(it.Cost)/shares
	m.clocks[l][it.Tenant] += float64(it.Cost) / m.shares[l][it.Tenant]
	m.remove(it)
}

func (m *model) remove(it *Item[int]) {
	l := it.Level
	m.waiting = slices.DeleteFunc(m.waiting, func(o *Item[int]) bool { return o == it })
	if len(m.in(l, it.Tenant)) == 0 {
		delete(m.shares[l], it.Tenant)
	}
	if len(m.in(l, "*")) == 0 {
		clear(m.clocks[l])
		m.level[l] = 0
	}
}

// TestQueue_Model drives a queue and the model with the same operations. All
// shares are powers of two, so that clocks are equal to the last bit.
func TestQueue_Model(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		aging, limit := []time.Duration{0, 5 * time.Second}[r.IntN(2)], []int{0, 2}[r.IntN(2)]
		q, m := &Queue[int]{Aging: aging}, newModel(aging, limit)
		q.SetCap(limit)
		now, place := start, uint64(0)
		for range 600 {
			now = now.Add(time.Duration(r.IntN(2000)) * time.Millisecond)
			switch r.IntN(8) {
			case 0, 1, 2, 3:
				place++
				it := &Item[int]{
					Value: int(place), Level: r.IntN(Levels), Tenant: string(rune('a' + r.IntN(4))),
					Share: float64(int(1) << r.IntN(3)), Cost: 1 << r.IntN(3), Place: place, Returning: r.IntN(5) == 0,
				}
				q.Push(it, now)
				m.push(it, now)
			case 4:
				if n := len(m.waiting); n > 0 {
					it := m.waiting[r.IntN(n)]
					q.Remove(it)
					m.remove(it)
					require.False(t, it.Waits())
				}
			case 5:
				tenant, n := string(rune('a'+r.IntN(4))), r.IntN(3)-1
				if m.out[tenant]+n >= 0 {
					q.Give(tenant, n)
					m.out[tenant] += n
				}
			default:
				it := q.Next(now, r.IntN(Levels))
				if it == nil {
					continue
				}
				q.Take(it, now)
				m.take(it, now)
			}
			for least := range Levels {
				require.Equal(t, m.next(now, least), q.Next(now, least), "seed %d", seed)
			}
			require.Equal(t, len(m.waiting), q.Len())
		}
		for it := q.Next(now, Levels-1); it != nil; it = q.Next(now, Levels-1) {
			q.Take(it, now)
		}
		for tenant, n := range m.out {
			q.Give(tenant, -n)
		}
		require.Zero(t, q.Len())
		require.Empty(t, q.tenants, "nothing is kept of who has left")
	}
}

// serve takes n items and counts them by tenant. Who is served comes again.
func serve(q *Queue[int], n int) map[string]int {
	got := map[string]int{}
	for range n {
		it := q.Next(start, Levels-1)
		q.Take(it, start)
		got[it.Tenant]++
		q.Push(it, start)
	}
	return got
}

func TestQueue_SharesFollowWeights(t *testing.T) {
	t.Parallel()
	var q Queue[int]
	for i, tenant := range []string{"one", "two", "seven"} {
		for range 2 { // so that all of them always wait
			q.Push(&Item[int]{Level: 1, Tenant: tenant, Share: []float64{1, 2, 7}[i], Cost: 1, Place: uint64(i)}, start)
		}
	}
	got := serve(&q, 1000)
	for tenant, want := range map[string]float64{"one": 100, "two": 200, "seven": 700} {
		require.InDelta(t, want, got[tenant], 2, tenant)
	}
}

// A tenant who waits is passed in the end, however many come new.
func TestQueue_NewTenantsDoNotStarveAnyone(t *testing.T) {
	t.Parallel()
	var q Queue[int]
	heavy := &Item[int]{Level: 1, Tenant: "heavy", Share: 1, Cost: 4, Place: 1}
	again := &Item[int]{Level: 1, Tenant: "heavy", Share: 1, Cost: 4, Place: 2}
	q.Push(heavy, start)
	q.Push(again, start)
	q.Take(heavy, start)
	turns := 0
	for place := uint64(3); again.Waits(); place++ {
		for range 2 { // twice as many as are served
			q.Push(&Item[int]{Level: 1, Tenant: time.Duration(place).String(), Share: 1, Cost: 1, Place: place}, start)
			place++
		}
		q.Take(q.Next(start, Levels-1), start)
		turns++
		require.Less(t, turns, 1000)
	}
}

func TestQueue_AgingGivesOneTurn(t *testing.T) {
	t.Parallel()
	q := Queue[int]{Aging: 10 * time.Second}
	for i := range 4 {
		q.Push(&Item[int]{Level: 0, Share: 1, Cost: 1, Place: uint64(i)}, start)
		q.Push(&Item[int]{Level: 2, Share: 1, Cost: 1, Place: uint64(i)}, start)
	}
	at := func(now time.Time) int {
		it := q.Next(now, Levels-1)
		q.Take(it, now)
		return it.Level
	}
	require.Equal(t, 0, at(start.Add(9*time.Second)))
	require.Equal(t, 2, at(start.Add(10*time.Second)), "passed over for long enough")
	require.Equal(t, 0, at(start.Add(10*time.Second)), "one turn only")
	require.Equal(t, 0, at(start.Add(19*time.Second)))
	require.Equal(t, 2, at(start.Add(20*time.Second)))
}

func TestQueue_AheadKnowsShares(t *testing.T) {
	t.Parallel()
	var q Queue[int]
	for i := range 1000 {
		q.Push(&Item[int]{Level: 1, Tenant: "batch", Share: 1, Cost: 1, Place: uint64(i)}, start)
	}
	require.Zero(t, q.Ahead(&Item[int]{Level: 0, Tenant: "urgent", Share: 1, Cost: 1}))
	require.Zero(t, q.Ahead(&Item[int]{Level: 1, Tenant: "other", Share: 1, Cost: 1}), "nobody of its own is before it")
	require.InDelta(t, 1000, q.Ahead(&Item[int]{Level: 1, Tenant: "batch", Share: 1, Cost: 1}), 0)
	require.InDelta(t, 1000, q.Ahead(&Item[int]{Level: 2, Tenant: "other", Share: 1, Cost: 1}), 0)
}
