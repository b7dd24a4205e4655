package elevenlabs

import "time"

// A pace is how fast a line moves: the time for one slot, over the last
// moments in which slots were handed to calls in a line that was never empty.
type pace struct {
	moments  [64]moment // a ring
	n        int        // moments so far since the line was last empty
	perSlot  time.Duration
	measured time.Time // when
}

// A moment is when slots were handed out, and how many.
type moment struct {
	at    time.Time
	slots int
}

// mark notes that slots were handed out.
func (p *pace) mark(now time.Time, slots int) {
	if p.n > 0 {
		if last := p.ring(p.n - 1); last.at.Equal(now) {
			last.slots += slots
			return
		}
		p.measure(now)
	}
	*p.ring(p.n) = moment{now, slots}
	p.n++
}

func (p *pace) ring(i int) *moment { return &p.moments[i%len(p.moments)] }

func (p *pace) measure(now time.Time) {
	oldest, slots := max(0, p.n-len(p.moments)), 0
	for i := oldest; i < p.n; i++ {
		slots += p.ring(i).slots
	}
	p.measured = now
	p.perSlot = now.Sub(p.ring(oldest).at) / time.Duration(slots)
}

// rest begins anew, since the line is empty. What was measured stays.
func (p *pace) rest() { p.n = 0 }

// until returns about how long it takes to hand out so many slots, 0 if that
// is not known: nothing was measured yet, or so long ago that it means nothing.
func (p *pace) until(slots float64, now time.Time) time.Duration {
	if now.Sub(p.measured) > max(8*p.perSlot, 10*time.Second) {
		return 0
	}
	return time.Duration(slots * float64(p.perSlot))
}
