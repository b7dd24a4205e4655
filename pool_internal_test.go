package elevenlabs

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestPool_Model drives a pool with random operations and checks after each
// that ballast and permits add up and that nobody waits who could be served.
func TestPool_Model(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			m := newPoolModel(t, seed)
			for range 300 {
				m.step()
				m.check()
			}
			m.drain()
		})
	}
}

type poolModel struct {
	*testing.T
	r       *rand.Rand
	l       *LocalLimiter
	p       *pool
	arrived chan Permit
	out     []Permit
	cancels []context.CancelFunc
}

func newPoolModel(t *testing.T, seed uint64) *poolModel {
	r := rand.New(rand.NewPCG(seed, 1))
	l, err := NewLimiter(LimiterConfig{
		Tier: Tier(r.IntN(3)), Headroom: []float64{0, 0.3, 0.9}[r.IntN(3)], TenantCap: []float64{0, 0.4}[r.IntN(2)],
		Aging: []time.Duration{0, -1}[seed%2],
	})
	if err != nil {
		t.Fatal(err)
	}
	return &poolModel{T: t, r: r, l: l, p: l.pool(FamilyStandard), arrived: make(chan Permit, 1000)}
}

func (m *poolModel) step() {
	m.collect()
	switch m.r.IntN(5) {
	case 0, 1:
		ctx, cancel := context.WithCancel(m.Context())
		m.cancels = append(m.cancels, cancel)
		a := Admission{
			Family: FamilyStandard, Weight: m.r.IntN(6), Priority: Priority(m.r.IntN(3) - 1),
			Tenant: string(rune('a' + m.r.IntN(3))), TenantWeight: float64(m.r.IntN(3)),
		}
		go func() {
			if p, err := m.l.Acquire(ctx, a); err == nil {
				m.arrived <- p
			}
		}()
	case 2:
		if i := len(m.cancels); i > 0 {
			m.cancels[m.r.IntN(i)]()
		}
	default:
		m.releaseOne()
	}
	synctest.Wait()
}

func (m *poolModel) collect() {
	for len(m.arrived) > 0 {
		m.out = append(m.out, <-m.arrived)
	}
}

func (m *poolModel) releaseOne() {
	if len(m.out) == 0 {
		time.Sleep(time.Second) // a pause may be on
		return
	}
	i := m.r.IntN(len(m.out))
	p := m.out[i]
	m.out = append(m.out[:i], m.out[i+1:]...)
	o := Outcome{Verdict: Verdict(m.r.IntN(3)), Limit: m.r.IntN(8), InUse: m.r.IntN(8)}
	for range 1 + m.r.IntN(2) { // once or twice
		m.l.Release(p, o)
	}
}

func (m *poolModel) check() {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	p := m.p
	free := maxSlots - p.ballast - p.leases.slots - p.leases.resting
	if !p.sem.TryAcquire(int64(free)) || p.sem.TryAcquire(1) {
		m.Fatalf("the semaphore does not have the %d free that the pool thinks", free)
	}
	p.sem.Release(int64(free))
	if want := max(0, p.allowed.limit-p.leases.slots-p.leases.resting); free != want {
		m.Fatalf("%d free, want %d of a limit of %d with %d out and %d resting", free, want, p.allowed.limit, p.leases.slots, p.leases.resting)
	}
	if p.allowed.limit < 1 || p.allowed.limit > p.allowed.ceiling {
		m.Fatalf("limit %d of %d", p.allowed.limit, p.allowed.ceiling)
	}
	// With aging the turn may pass on with time alone; it is taken when
	// something happens next.
	if w := p.next(time.Now()); w != nil && p.queue.Aging == 0 && !p.paused && m.fits(w, free) {
		m.Fatalf("a waiter of weight %d was forgotten, %d free", w.Cost, free)
	}
}

// fits reports whether a waiter could be served with so much free.
func (m *poolModel) fits(w *waiter, free int) bool {
	ordinary := w.Level > 0
	n := m.p.slots(w.Cost, ordinary)
	return n <= free && !(ordinary && m.p.leases.ordinary+n > m.p.allowed.limit-m.p.headroom())
}

func (m *poolModel) drain() {
	for _, cancel := range m.cancels {
		cancel()
	}
	synctest.Wait()
	m.collect()
	for _, p := range m.out {
		m.l.Release(p, Outcome{})
	}
	time.Sleep(lastPause)
	if s := m.l.Pool(FamilyStandard); s.InFlight != 0 || s.Queued != 0 {
		m.Fatalf("left over: %+v", s)
	}
}
