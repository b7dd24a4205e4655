package subtitle

import (
	"cmp"
	"slices"
	"time"
)

// Merge puts the cues of streams that go on at the same time into one row
// without overlap. A cue ends where that of another stream starts, but is shown
// for the least time, or as long as it was to be, before: the other waits for
// that. No cue is lost.
func Merge(streams [][]Cue, least time.Duration) []Cue {
	if len(streams) == 1 {
		return streams[0]
	}
	least = max(least.Truncate(time.Millisecond), time.Millisecond)
	all := slices.Concat(streams...)
	slices.SortStableFunc(all, func(a, b Cue) int { return cmp.Compare(a.Start, b.Start) })
	for i := 1; i < len(all); i++ {
		before, c := &all[i-1], &all[i]
		before.End = min(before.End, max(c.Start, before.Start+least))
		if c.Start < before.End {
			length := c.End - c.Start
			c.Start = before.End
			c.End = max(c.End, c.Start+min(length, least))
		}
	}
	return all
}
