package elevenlabs

// An allowance is how many slots of a family this process lets itself use, by
// what it was told and what became of its calls. It knows nothing of time.
type allowance struct {
	fixed   int  // the caller's override, which nothing exceeds; 0 without
	limit   int  // what we use now, at least 1
	ceiling int  // what the account has, as configured or told
	guessed bool // the ceiling is a guess
	quiet   int  // answers served since the limit last changed or a refusal
	since   int  // leases when the limit last changed
	newest  int  // the last lease whose call told the ceiling

	others int // the most slots that others were seen to use, in this round of answers and the one before
	before int // of the round before
	most   int // of this round
	seen   int // answers of this round

	sharing sharing
}

// A guess at the limit of an account grows by a factor, so that a large account
// is used in full from the first second on. A small one refuses what is too
// much, once, and says what it allows. The guess stops to grow where no plan of
// the vendor's table allows more.
const guessGrows, mostGuessed = 8, 64

// newAllowance returns the allowance of a plan, or the caller's own.
func newAllowance(planned, fixed int, guessed bool) allowance {
	if fixed > 0 {
		planned, guessed = fixed, false
	}
	return allowance{
		fixed: fixed, limit: planned, ceiling: planned, guessed: guessed,
		sharing: newSharing(),
	}
}

// told takes over the account's limit, as the call of a lease told it. A limit
// that refusals have shrunk below the old one stays there. A call that was sent
// before the one that told it last knows nothing newer, however late it ends.
func (a *allowance) told(limit, number int) {
	if number < a.newest {
		return
	}
	a.guessed, a.newest = false, number
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

// guess raises a limit that nobody told, since calls up to it were not refused.
func (a *allowance) guess() {
	a.ceiling = min(guessGrows*a.ceiling, max(a.ceiling, mostGuessed))
	a.limit = a.ceiling
}

// refused answers a refusal with so many slots of ours in flight besides: that
// is what the account has room for.
func (a *allowance) refused(besides, leases int) {
	a.quiet, a.guessed, a.since = 0, false, leases
	a.limit = max(1, min(a.limit, besides))
}

// served learns from an answer to one of so many leases, with so many slots of
// ours in flight.
func (a *allowance) served(o Outcome, l *lease, leases, ours int) {
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
	case told && l.number <= a.since:
		// An answer tells of the moment its call was admitted. What we have
		// changed since then is not in it.
	case told && shared:
		a.set(a.limit+a.sharing.move(a.limit, a.others, o.Limit-o.InUse, a.ceiling), leases)
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
