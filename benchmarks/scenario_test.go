package benchmarks_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A scenario is a situation of one account: what the server does, which
// processes there are, what they call, and what is to be reached.
type scenario struct {
	name string

	limit  int                                          // what the account allows
	change change                                       // of the limit, under way
	server func(rng *rand.Rand) []elevenlabstest.Option // beside the limit; nil for none

	believed  int                       // the limit each process believes; the true one unless set
	processes int                       // 1 unless set
	apart     time.Duration             // processes start within this time, at once unless set
	options   []elevenlabs.ClientOption // of this library

	loads []load // of each process

	measures []measure // shown of every contender
	demands  []demand  // made on this library
}

// untold as what a process believes leaves this library without a plan. The
// others have to be told something: what this library starts from.
const untold = -1

// A change sets the account's limit at a time after the start.
type change struct {
	at    time.Duration
	limit int
}

// A load is calls of one kind.
type load struct {
	calls   int           // 0 for as long as the loads that come at once last
	every   time.Duration // between calls; 0 if they come at once
	model   string
	stream  bool
	weight  float64                 // of its tenant
	options []elevenlabs.CallOption // of this library
}

func (l load) family() elevenlabs.Family { return elevenlabs.FamilyOf(l.model) }

// atOnce is so many calls at the same time.
func atOnce(n int) []load { return []load{{calls: n}} }

// calls is how many calls there are, but for those whose number is open.
func (s *scenario) calls() int {
	n := 0
	for _, l := range s.loads {
		n += l.calls
	}
	return n * s.processes
}

func (s *scenario) believes() int {
	if s.believed == untold {
		return elevenlabs.TierStarter.Limit(elevenlabs.FamilyStandard)
	}
	return cmp.Or(s.believed, s.limit)
}

func (s *scenario) serverOptions(rng *rand.Rand) []elevenlabstest.Option {
	opts := []elevenlabstest.Option{
		elevenlabstest.WithLimit(elevenlabs.FamilyStandard, s.limit),
		elevenlabstest.WithLimit(elevenlabs.FamilyFlash, 2*s.limit),
		elevenlabstest.WithServiceTime(service),
	}
	if s.server != nil {
		opts = append(opts, s.server(rng)...)
	}
	return opts
}

// ideal is the makespan of a scheduler that knows everything; 0 for loads
// that take their own time.
func (s *scenario) ideal() time.Duration {
	n := make(map[elevenlabs.Family]int)
	for _, l := range s.loads {
		if l.every > 0 {
			return 0
		}
		n[l.family()] += l.calls * s.processes
	}
	limitAt := func(at time.Duration) int {
		if s.change.limit > 0 && at >= s.change.at {
			return s.change.limit
		}
		return s.limit
	}
	return max(
		schedule(n[elevenlabs.FamilyStandard], limitAt, s.change.at),
		schedule(n[elevenlabs.FamilyFlash], func(at time.Duration) int { return 2 * limitAt(at) }, s.change.at))
}

// schedule returns when so many calls are done at the earliest under a limit
// that changes once.
func schedule(calls int, limitAt func(time.Duration) int, changes time.Duration) time.Duration {
	at, inFlight := time.Duration(0), []time.Duration(nil) // by when they end
	for calls > 0 || len(inFlight) > 0 {
		for calls > 0 && len(inFlight) < limitAt(at) {
			inFlight = append(inFlight, at+service)
			calls--
		}
		next := inFlight[0]
		if at < changes && changes < next {
			at = changes
			continue
		}
		at = next
		inFlight = slices.DeleteFunc(inFlight, func(end time.Duration) bool { return end <= at })
	}
	return at
}

func TestIdeal(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		s      scenario
		rounds float64
	}{
		{scenario{limit: 3, loads: atOnce(50)}, 17},
		{scenario{limit: 10, processes: 4, loads: atOnce(200)}, 80},
		{scenario{limit: 3, loads: []load{{calls: 6}, {calls: 200, model: flash}}}, 34},
		{scenario{limit: 10, loads: atOnce(50), change: change{10 * time.Second, 3}}, 4 + 4},
		{scenario{limit: 3, loads: atOnce(13), change: change{service / 2, 10}}, 2},
		{scenario{limit: 3, loads: []load{{calls: 6, every: time.Second}}}, 0},
	} {
		tc.s.processes = max(tc.s.processes, 1)
		require.InDelta(t, tc.rounds*service.Seconds(), tc.s.ideal().Seconds(), 1e-9, "%+v", tc.s)
	}
}
