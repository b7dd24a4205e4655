package benchmarks_test

import (
	"flag"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const (
	// service is how long the vendor was seen to take for a short sentence.
	service = 2800 * time.Millisecond
	// seeds is how often this library goes through each scenario, for what is
	// random in it: faults, jitter, who comes first. The other contenders go
	// through it fewer times.
	seeds, fewer = 5, 3
	// small is how many calls a scenario has at most to be run with all
	// contenders when the full simulation was not asked for.
	small = 60
)

var (
	full   = flag.Bool("full", false, "simulate with every contender and every seed")
	update = flag.Bool("update", false, "simulate in full and rewrite the tables of RESULTS.md and plots/")
)

// TestSimulation prints how every contender fares in every scenario, and holds
// this library to what is asked of it.
func TestSimulation(t *testing.T) {
	t.Parallel()
	all := scenarios()
	var results []*result
	for i := range all {
		for _, c := range contenders {
			if r := newResult(&all[i], c); len(r.outcomes) > 0 {
				results = append(results, r)
			}
		}
	}
	// In a test of their own, which ends when all of them have.
	t.Run("runs", func(t *testing.T) {
		for _, r := range results {
			for seed := range r.outcomes {
				t.Run(r.scenario.name+"/"+r.contender.name(), func(t *testing.T) {
					t.Parallel()
					r.outcomes[seed] = r.scenario.run(t, r.contender, uint64(seed))
				})
			}
		}
	})
	results = slices.DeleteFunc(results, func(r *result) bool { return slices.Contains(r.outcomes, nil) }) // left out by -run
	t.Log("\n" + table(results) + "\n" + verdicts(results))
	if *update {
		require.NoError(t, publish(results))
	}
	for _, r := range results {
		if r.contender == (ours{}) {
			r.check(t)
		}
	}
}

// A result is how a contender fares in a scenario, by seed.
type result struct {
	scenario  *scenario
	contender contender
	outcomes  []*outcome
}

// newResult has room for as many runs as there are to be.
func newResult(s *scenario, c contender) *result {
	n := 1
	switch {
	case (*full || *update) && c == ours{}:
		n = seeds
	case *full || *update:
		n = fewer
	case c != ours{} && s.calls() > small:
		n = 0
	}
	return &result{scenario: s, contender: c, outcomes: make([]*outcome, n)}
}

// A job is one call that is to be made, a ride one that was.
type job struct {
	process int
	load    *load
}

type ride struct {
	job
	id          int // what it speaks
	asked, done time.Time
	err         error
}

// A run is one way of one contender through one scenario.
type run struct {
	*scenario
	rng    *rand.Rand // of the callers; the server has its own
	srv    *elevenlabstest.Server
	speak  []speaker // by process
	start  time.Time
	calls  sync.WaitGroup
	bursts sync.WaitGroup // the calls that come at once

	mu    sync.Mutex
	rides []*ride
}

// run lets a contender go and returns what became of it.
func (s *scenario) run(t *testing.T, c contender, seed uint64) (o *outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &run{scenario: s, rng: rand.New(rand.NewPCG(seed, 0)), start: time.Now()}
		r.srv = elevenlabstest.NewServer(t, s.serverOptions(rand.New(rand.NewPCG(seed, 1)))...)
		// To compress the refusals would cost more real time than all the rest.
		r.srv.HTTPClient().Transport.(*http.Transport).DisableCompression = true
		for range s.processes {
			r.speak = append(r.speak, c.process(t, r.srv, s))
		}
		if s.change.limit > 0 {
			r.calls.Go(func() {
				time.Sleep(s.change.at)
				r.srv.SetLimit(elevenlabs.FamilyStandard, s.change.limit)
			})
		}
		r.launch(t)
		r.calls.Wait()
		o = r.judge()
	})
	return o
}

// launch makes the calls that come at once, in an order of chance, and starts
// the loads that go on.
func (r *run) launch(t *testing.T) {
	for _, jobs := range r.groups() {
		r.rng.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
		at := time.Duration(r.rng.Int64N(int64(max(r.apart, 1))))
		r.bursts.Add(len(jobs))
		r.calls.Go(func() {
			time.Sleep(at)
			for _, j := range jobs {
				r.calls.Go(func() {
					defer r.bursts.Done()
					r.call(t, j)
				})
				time.Sleep(time.Microsecond) // so that chance has the seed, not the scheduler
			}
		})
	}
	for p := range r.processes {
		for i := range r.loads {
			if l := &r.loads[i]; l.every > 0 {
				r.calls.Go(func() { r.goOn(t, job{p, l}) })
			}
		}
	}
}

// groups are the calls that come at once: those of all processes together or,
// when they start apart, of each.
func (r *run) groups() [][]job {
	groups := make([][]job, r.processes)
	for p := range r.processes {
		g := p
		if r.apart == 0 {
			g = 0
		}
		for i := range r.loads {
			if l := &r.loads[i]; l.every == 0 {
				groups[g] = append(groups[g], slices.Repeat([]job{{p, l}}, l.calls)...)
			}
		}
	}
	return groups
}

// goOn makes a call at a time: as many as the load has, else until the calls
// that came at once are done.
func (r *run) goOn(t *testing.T, j job) {
	done := make(chan struct{})
	if j.load.calls == 0 {
		r.calls.Go(func() { r.bursts.Wait(); close(done) })
	}
	for n := 0; j.load.calls == 0 || n < j.load.calls; n++ {
		r.calls.Go(func() { r.call(t, j) })
		select {
		case <-done:
			return
		case <-time.After(j.load.every):
		}
	}
}

// call makes one call. Every call has a text of its own.
func (r *run) call(t *testing.T, j job) {
	r.mu.Lock()
	ride := &ride{job: j, id: len(r.rides), asked: time.Now()}
	r.rides = append(r.rides, ride)
	r.mu.Unlock()
	ctx := elevenlabs.NewContext(t.Context(), j.load.options...)
	u := utterance{text: strconv.Itoa(ride.id), model: j.load.model, stream: j.load.stream}
	ride.err = r.speak[j.process](ctx, u)
	ride.done = time.Now()
}
