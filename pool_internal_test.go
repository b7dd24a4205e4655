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
	l := new(LocalLimiter)
	return &poolModel{
		T: t, r: rand.New(rand.NewPCG(seed, 1)), l: l, p: l.pool(FamilyStandard), arrived: make(chan Permit, 1000),
	}
}

func (m *poolModel) step() {
	m.collect()
	switch m.r.IntN(5) {
	case 0, 1:
		ctx, cancel := context.WithCancel(m.Context())
		m.cancels = append(m.cancels, cancel)
		a := Admission{Family: FamilyStandard, Weight: m.r.IntN(6)}
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
	free := maxSlots - m.p.ballast - m.p.leases.slots
	if want := max(0, m.p.limit-m.p.leases.slots); free != want {
		m.Fatalf("%d free, want %d of a limit of %d with %d out", free, want, m.p.limit, m.p.leases.slots)
	}
	if len(m.p.line) > 0 && !m.p.paused && m.p.share(m.p.line[0].Weight) <= free {
		m.Fatalf("a waiter of weight %d was forgotten, %d free", m.p.line[0].Weight, free)
	}
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
