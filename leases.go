package elevenlabs

import (
	"cmp"
	"slices"
)

// leases remembers what is out, so that a permit counts once however often it
// is released. An id is an index into out and how often that entry has gone
// out and come back.
type leases struct {
	slots    int // slots out, all together
	ordinary int // those of calls that are not interactive
	resting  int // slots given back and not to be used yet
	lent     int // leases so far
	together int // slots out when the last of them was lent
	out      []lease
	free     []uint32 // entries of out that can be lent
	peaks    []peak   // by their numbers; each is higher than those behind it
}

// A peak is how many slots were out when a lease of a number was lent.
type peak struct{ number, slots int }

type lease struct {
	times    uint32 // that this entry has gone out and come back
	slots    int32
	together int32 // slots out when it was lent, its own included
	before   int32 // slots out when the one before it was lent
	late     int32 // slots that rested when it was lent
	number   int   // among all leases
	ordinary bool
}

func (l *leases) lend(slots int, ordinary bool) uint64 {
	if len(l.free) == 0 {
		l.free = append(l.free, uint32(len(l.out)))
		l.out = append(l.out, lease{})
	}
	last := len(l.free) - 1
	i := l.free[last]
	l.free = l.free[:last]
	l.slots += slots
	l.lent++
	if ordinary {
		l.ordinary += slots
	}
	e := &l.out[i]
	e.times++
	e.slots, e.number, e.ordinary = int32(slots), l.lent, ordinary
	e.together, e.before, e.late = int32(l.slots), int32(l.together), int32(l.resting)
	l.together = l.slots
	l.note()
	return uint64(e.times)<<32 | uint64(i)
}

// take ends a lease and returns it, nil if it is not out. What it returns holds
// until the next is lent.
func (l *leases) take(id uint64) *lease {
	i := uint32(id)
	if uint64(i) >= uint64(len(l.out)) || l.out[i].times != uint32(id>>32) {
		return nil
	}
	e := &l.out[i]
	e.times++
	l.slots -= int(e.slots)
	if e.ordinary {
		l.ordinary -= int(e.slots)
	}
	l.free = append(l.free, i)
	return e
}

// note remembers how many slots are out, in place of all that is lower.
func (l *leases) note() {
	n := len(l.peaks)
	for n > 0 && l.peaks[n-1].slots <= l.slots {
		n--
	}
	l.peaks = append(l.peaks[:n], peak{l.lent, l.slots})
}

// most returns the most slots that were out at a time while a lease was, which
// has just been taken.
func (l *leases) most(e *lease) int {
	most := max(int(e.together), l.slots+int(e.slots))
	i, _ := slices.BinarySearchFunc(l.peaks, e.number, func(p peak, number int) int { return cmp.Compare(p.number, number) })
	if i < len(l.peaks) {
		most = max(most, l.peaks[i].slots)
	}
	return most
}

// forget has most know no more of what was until now than what was out when a
// lease began: a slot was out that the account did not give.
func (l *leases) forget() { l.peaks = l.peaks[:0] }
