package elevenlabs

import "math/rand/v2"

// An allowance is how many slots of a family this process lets itself use, by
// what it was told and what became of its calls. It knows nothing of time.
type allowance struct {
	fixed   int  // the caller's override, which nothing exceeds; 0 without
	limit   int  // what we use now, at least 1
	ceiling int  // what the account has, as configured or told
	guessed bool // the ceiling is a guess
	quiet   int  // answers served since the limit last changed or a refusal
	since   int  // leases when the limit last changed

	others int // the most slots that others were seen to use, in this round of answers and the one before
	before int // of the round before
	most   int // of this round
	seen   int // answers of this round

	take, give float64 // how near we are to taking a slot of the others', and to giving one up
}

// mostGuessed is where a guess at the limit of an account stops to grow. No
// plan of the vendor's table allows more.
const mostGuessed = 64

// newAllowance returns the allowance of a plan, or the caller's own.
func newAllowance(planned, fixed int, guessed bool) allowance {
	if fixed > 0 {
		planned, guessed = fixed, false
	}
	return allowance{
		fixed: fixed, limit: planned, ceiling: planned, guessed: guessed,
		take: rand.Float64(), give: rand.Float64(), // so that processes do not move in step
	}
}

// told takes over the account's limit. A limit that refusals have shrunk
// below the old one stays there.
func (a *allowance) told(limit int) {
	a.guessed = false
	if a.fixed > 0 {
		limit = min(limit, a.fixed)
	}
	if limit == a.ceiling {
		return
	}
	if a.limit == a.ceiling && a.others == 0 {
		a.limit = limit
	}
	a.ceiling = limit
	a.limit = min(a.limit, limit)
}

// guess doubles a limit that nobody told, since calls up to it were not
// refused.
func (a *allowance) guess() {
	a.ceiling = min(2*a.ceiling, max(a.ceiling, mostGuessed))
	a.limit = a.ceiling
}

// refused answers a refusal with so many slots of ours in flight besides: that
// is what the account has room for.
func (a *allowance) refused(besides int) {
	a.quiet, a.guessed = 0, false
	a.limit = max(1, min(a.limit, besides))
}

// served learns from an answer to one of so many leases, with so many slots of
// ours in flight.
func (a *allowance) served(o Outcome, l lease, leases, ours int) {
	a.quiet++
	told := o.Limit > 0 && o.InUse > 0
	others := 0
	if told {
		others = o.InUse - ours
	}
	if others <= 0 && a.others == 0 && a.limit == a.ceiling {
		return // all of the account is ours, and we know it
	}
	shared := a.shared(others)
	switch {
	case told && shared:
		// An answer tells of the moment its call was admitted. What we have
		// changed since then is not in it.
		if l.number > a.since {
			a.set(a.limit+a.share(o.Limit-o.InUse), leases)
		}
	case told:
		a.set(a.limit+max(0, o.Limit-o.InUse), leases)
	case a.quiet >= a.limit: // answers that tell nothing give back one slot a round
		a.set(a.limit+1, leases)
	}
}

func (a *allowance) set(limit, leases int) {
	limit = max(1, min(limit, a.ceiling))
	if limit != a.limit {
		a.limit, a.quiet, a.since = limit, 0, leases
	}
}

// shared notes how much others use, and reports whether anybody does. Others
// may have been between two calls when ours was admitted, so the most of a
// round of answers counts.
func (a *allowance) shared(others int) bool {
	if a.seen++; a.seen > a.limit {
		a.seen, a.before, a.most = 1, a.most, 0
	}
	a.most = max(a.most, others)
	a.others = max(a.most, a.before)
	return a.others > 0
}

// How fast processes move slots among themselves, found by simulation: slow
// enough that few take the same slot and little lies idle, fast enough that
// shares are even within some dozens of calls.
const (
	takes     = 0.22 // of a free slot, for each round of answers
	takesEven = 0.25 // the same for each answer, by one of two equals
	gives     = 0.07 // of a slot, for each answer and slot of ours
	givesEven = 0.10 // the same for each answer, by one of two equals
	givesFast = 0.5  // the same, by one that has more than all others
)

// share says by how much to move the limit among others of the same account
// that do the same, without a word between them. Everyone sees about the same
// room and takes of it at the same pace, however many slots it has; and while
// there is none, gives up the more the more it has. So shares become even, and
// some room is always left for who comes new. Two who have an equal part have
// no reason to move much.
func (a *allowance) share(room int) int {
	even := a.limit >= a.others-1
	switch {
	case room > 0 && a.limit <= a.others:
		pace := takes / float64(a.limit)
		if even {
			pace = max(pace, takesEven)
		}
		return due(&a.take, pace*float64(room))
	case room > 1 && a.limit > a.others: // but for the last, which is left to the others
		return due(&a.take, takes/float64(a.limit)*float64(room-1))
	case room > 0 || a.limit == 1:
		return 0
	case a.limit > a.others+1:
		return -due(&a.give, givesFast)
	case a.limit >= a.others:
		return -due(&a.give, givesEven)
	}
	return -due(&a.give, gives*float64(a.limit))
}

// due adds to an account, and takes one out of it as soon as it holds one.
// Turns come more evenly so than by chance.
func due(account *float64, part float64) int {
	if *account += part; *account < 1 {
		return 0
	}
	*account--
	return 1
}
