package elevenlabs

import "time"

// A lag is how late the account frees the slots of answers that have ended. It
// shows in refusals that neither the limit nor others explain, and in slots in
// use that are not known to be others'; a slot is then left alone for a while
// before it is used again.
type lag struct {
	rest    time.Duration
	since   int  // leases when the rest was last made longer
	quiet   int  // answers since it last changed
	refuted bool // a rest did not help: it is something else
}

const (
	firstRest = 50 * time.Millisecond
	lastRest  = 400 * time.Millisecond
	// lagAnswers is after how many answers a shorter rest is tried, and
	// doubtAnswers after how many a refuted lag may be suspected again.
	lagAnswers   = 64
	doubtAnswers = 4 * lagAnswers
)

// explains reports whether a refusal, which nothing else explains, is put down
// to the lag, of so many leases that there were.
func (g *lag) explains(l *lease, leases int) bool {
	switch {
	case l.number <= g.since:
		return true // lent before the rest was made longer
	case g.refuted:
		return false
	case g.rest >= lastRest:
		*g = lag{refuted: true}
		return false
	}
	*g = lag{rest: min(max(2*g.rest, firstRest), lastRest), since: leases}
	return true
}

// suspects reports whether slots in use, which are ours of before or others', are
// put down to the lag. After a rest that was long enough they are others'; if it
// is the first that shows it, there is no lag.
func (g *lag) suspects(l *lease, leases int) bool {
	if l.number <= g.since || g.rest < firstRest {
		return g.explains(l, leases)
	}
	if g.rest == firstRest {
		*g = lag{refuted: true}
	}
	return false
}

// served tries a shorter rest once many answers have come without a refusal.
func (g *lag) served() {
	if g.rest == 0 && !g.refuted {
		return
	}
	g.quiet++
	switch {
	case g.refuted && g.quiet >= doubtAnswers:
		*g = lag{}
	case g.rest > 0 && g.quiet >= lagAnswers:
		g.quiet = 0
		if g.rest = g.rest * 3 / 4; g.rest < firstRest/4 {
			*g = lag{}
		}
	}
}
