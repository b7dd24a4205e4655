package elevenlabs

import "math/rand/v2"

// A sharing finds our part of an account that others use too, processes that
// do the same, without a word between them. All it sees is how much of the
// limit is ours, how much others' and how much nobody's.
//
// Everyone takes of the room that is left the slower the more it has had on
// the average of the last rounds, and while there is none gives up the more.
// So parts become even, whoever had too much for a while has too little
// afterwards, and some room is always left for who comes new.
//
// One who has as much as all others together is either one of two with equal
// parts, who have no reason to move, or has far too much among many. To find
// out it offers slots and leaves them alone for a while. If nobody takes them
// it asks again after twice as long.
//
// What is counted is answers. As many of them as we have slots are a round.
type sharing struct {
	take, give float64 // how near we are to taking a slot, and to giving one up
	mean       float64 // how much we have had in the last rounds; 0 before the first answer

	many int // answers for which we take ourselves for one of many
	left int // answers for which what we gave up is left to others

	offer int // answers for which what we offer is left to others; 0 without an offer
	until int // answers until the next offer
	pause int // rounds between offers
	spare int // answers for which everybody has left the room alone
}

// How fast slots move among processes, found by simulation: slow enough that
// few take the same slot and little lies idle, fast enough that parts are even
// within some dozens of calls. The paces are those of an account of ten slots;
// those of a larger one are in proportion.
const (
	takes     = 0.30  // of a free slot in a round, by one that had none
	takesEven = 0.25  // of a free slot for each answer, by one of two
	gives     = 0.045 // of a slot for each answer, by one that had one; by the square of what it had
	givesFast = 0.5   // of what we have too much for each answer, by one that has more than all others

	meanRounds = 20 // rounds that the mean goes back
	manyRounds = 4  // rounds that it takes to forget that there are many others
	leftRounds = 2  // rounds for which what was given up or offered is left alone
	mostPause  = 32 // rounds between offers at most
)

// newSharing returns one that does not move in step with that of another
// process.
func newSharing() sharing { return sharing{take: rand.Float64(), give: rand.Float64()} }

// move says by how much to change our part of the limit.
func (s *sharing) move(ours, others, room, limit int) int {
	s.left--
	s.had(ours)
	if s.offer == 0 && !s.level(ours, others) {
		s.pause, s.until, s.spare = 1, 2, 0
		return s.amongMany(ours, others, room, limit)
	}
	return s.amongTwo(ours, others, room)
}

// had takes an answer's part of a round into the mean.
func (s *sharing) had(ours int) {
	if s.mean == 0 {
		s.mean = float64(ours)
	}
	s.mean += (float64(ours) - s.mean) / float64(meanRounds*ours)
}

// level reports whether we may be one of two with equal parts. One who has
// been below that is one of many for some time to come.
func (s *sharing) level(ours, others int) bool {
	if ours < others-1 {
		s.many = min(s.many+1, manyRounds*ours)
		return false
	}
	s.many = max(s.many-1, 0)
	return s.many == 0 && ours <= others+1
}

func (s *sharing) amongMany(ours, others, room, limit int) int {
	scale := max(1, float64(limit)/10)
	had, free := s.mean/scale, float64(room)
	switch {
	case room > 0 && ours <= others:
		pace := takes / (1 + had) * free * max(1, free/scale)
		return due(&s.take, pace/float64(ours)) * max(1, min(room, others-ours)/2)
	case room > 1 && ours > others && s.left < 0: // but for the last, which is left to the others
		return due(&s.take, takes/float64(ours)*(free-1))
	case room > 0 || ours == 1:
		return 0
	case ours > others+1:
		given := s.giveUp(ours, givesFast, max(1, (ours-others)/2))
		if given != 0 { // what we had before we knew better does not count
			s.mean = float64(ours + given)
		}
		return given
	}
	return s.giveUp(ours, gives*had*had, 1)
}

func (s *sharing) giveUp(ours int, part float64, slots int) int {
	if due(&s.give, part) == 0 {
		return 0
	}
	s.left = leftRounds * ours
	return -slots
}

func (s *sharing) amongTwo(ours, others, room int) int {
	switch {
	case room > 0 && s.offer > 0: // nobody has taken it yet
		if s.offer--; s.offer > 0 {
			return 0
		}
		return s.keep(ours, min(room, offered(ours)))
	case room > 0 && ours < others:
		return s.keep(ours, due(&s.take, takesEven*max(1, float64(room)/2)))
	case room > 0:
		// Others who have less, if there are any, go first.
		if s.spare++; s.spare <= leftRounds*(others-1)*ours {
			return 0
		}
		return s.keep(ours, 1)
	}
	s.offer, s.spare = 0, 0
	if ours == 1 {
		return 0
	}
	if s.until--; s.until > 0 {
		return 0
	}
	s.pause = min(2*s.pause, mostPause)
	s.until = s.pause * ours
	s.offer = leftRounds * ours
	return -offered(ours)
}

// keep puts the next offer off after we have taken slots.
func (s *sharing) keep(ours, taken int) int {
	s.spare = 0
	s.until = s.pause * ours
	return taken
}

// offered is how many slots one offers at a time.
func offered(ours int) int { return max(1, ours/3) }

// due adds to an account, and takes one out of it as soon as it holds one.
// Turns come more evenly so than by chance.
func due(account *float64, part float64) int {
	if *account += part; *account < 1 {
		return 0
	}
	*account--
	return 1
}
