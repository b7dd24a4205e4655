package timing

// A Track puts the alignments of consecutive chunks together in continuous
// time. Its slices are only ever appended to.
//
// The times of a chunk may count from the start of the whole speech, of the
// chunk, or of a part of several chunks: the API does not say. A chunk that
// begins before the last time of those before it has started a new clock, which
// begins where the speech so far ends.
type Track struct {
	Alignment
	base float64 // where the present clock starts
	last float64 // the last time on it
}

// overlap is how far characters may run into each other on one clock, in
// seconds.
const overlap = 0.05

// missing stands for a time that was not sent.
const missing = -1

// Add appends the alignment of a chunk. heard is how long the audio before the
// chunk lasts, in seconds, 0 if that is not known.
func (t *Track) Add(a *Alignment, heard float64) {
	first, last := bounds(a)
	if first < max(t.last-overlap, t.last/2) {
		t.base, t.last = max(t.base+t.last, heard), 0
	}
	t.last = max(t.last, last)
	t.Characters = append(t.Characters, a.Characters...)
	t.Starts = t.shift(t.Starts, a.Starts, len(a.Characters))
	t.Ends = t.shift(t.Ends, a.Ends, len(a.Characters))
}

// Base returns where the clock of the last chunk starts, in seconds from the
// start of the speech.
func (t *Track) Base() float64 { return t.base }

// shift appends n times.
func (t *Track) shift(all, times []float64, n int) []float64 {
	for i := range n {
		x := float64(missing)
		if i < len(times) && times[i] >= 0 {
			x = t.base + times[i]
		}
		all = append(all, x)
	}
	return all
}

// bounds returns the first start and the last end that can be.
func bounds(a *Alignment) (first, last float64) {
	found := false
	for i := range min(len(a.Characters), len(a.Starts), len(a.Ends)) {
		if start, end := a.Starts[i], a.Ends[i]; start >= 0 && start <= end && end < 1e7 {
			if !found {
				first, found = start, true
			}
			last = max(last, end)
		}
	}
	if !found {
		first = 1e7 // no reason to start a new clock
	}
	return first, last
}
