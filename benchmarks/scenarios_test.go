package benchmarks_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const flash = "eleven_flash_v2_5"

// scenarios are in the order of the table.
func scenarios() []scenario {
	all := slices.Concat(known(), learning(), []scenario{
		{
			name: "limit 3, believed 10", limit: 3, believed: 10, loads: atOnce(50),
			demands: []demand{everyCall, atMost(1.10, makespan)},
		},
		{
			name: "limit 3, 2 processes, 50 calls", limit: 3, processes: 2, loads: atOnce(50),
			demands: []demand{everyCall, atMost(1.30, makespan)},
		},
		{
			name: "limit 3, slots freed 30 ms late", limit: 3, loads: atOnce(200),
			server: func(*rand.Rand) []elevenlabstest.Option {
				return []elevenlabstest.Option{elevenlabstest.WithSlotLinger(30 * time.Millisecond)}
			},
			measures: []measure{refusedPerTen},
			demands:  []demand{everyCall, atMost(1.15, makespan), atMost(1, refusedPerTen)},
		},
		{
			name: "limit 3, flash allowed 6", limit: 3, loads: []load{{calls: 200, model: flash}},
			demands: []demand{everyCall, atMost(1.01, makespan), atMost(0, refused)},
		},
		{
			name: "limit 3, both families", limit: 3, loads: []load{{calls: 102}, {calls: 204, model: flash}},
			demands: []demand{everyCall, atMost(1.01, makespan), atMost(0, refused)},
		},
		{
			name: "limit 3, streamed", limit: 3, loads: []load{{calls: 50, stream: true}},
			demands: []demand{everyCall, atMost(1.01, makespan), atMost(0, refused)},
		},
	}, changing(), sharing(), failing(), []scenario{
		{
			name: "limit 5, a batch of 1,000 and a caller a second", limit: 5,
			loads: []load{
				{calls: 1000, options: as("batch", 1, elevenlabs.PriorityBatch)},
				{every: time.Second, options: as("caller", 1, elevenlabs.PriorityInteractive)},
			},
			options:  headroom(0.2),
			measures: []measure{interactiveWait, batchThroughput},
			demands:  []demand{everyCall, atMost(service.Seconds(), interactiveWait), atLeast(0.9, batchThroughput)},
		},
		{
			name: "limit 10, tenants of weights 1 to 10", limit: 10, loads: tenants(10, 200),
			measures: []measure{unfair},
			demands:  []demand{everyCall, atMost(1.01, makespan), atMost(0, refused), atMost(5, unfair)},
		},
	})
	for i := range all {
		all[i].processes = max(all[i].processes, 1)
	}
	return all
}

// known is many calls at once under a limit that was told.
func known() (all []scenario) {
	for _, calls := range []int{50, 500} {
		for _, limit := range []int{2, 3, 10, 30} {
			all = append(all, scenario{
				name: fmt.Sprintf("limit %d, known, %d calls", limit, calls), limit: limit, loads: atOnce(calls),
				demands: []demand{everyCall, atMost(1.01, makespan), atMost(0, refused)},
			})
		}
	}
	return all
}

// learning is the same when no plan was told.
func learning() (all []scenario) {
	for _, calls := range []int{50, 500} {
		for _, limit := range []int{2, 10, 30} {
			s := scenario{
				name: fmt.Sprintf("limit %d, not told, %d calls", limit, calls), limit: limit, loads: atOnce(calls),
				believed: untold,
				demands:  []demand{everyCall, atMost(1.05, makespan)},
			}
			if limit == 2 {
				s.demands[1] = atMost(1.10, makespan)
			}
			all = append(all, s)
		}
	}
	return all
}

// changing is an account whose limit changes under way.
func changing() []scenario {
	s := scenario{
		loads: atOnce(100), change: change{at: 10 * time.Second}, measures: []measure{settled},
		demands: []demand{everyCall, atMost(2, settled)},
	}
	down, up := s, s
	down.name, down.limit, down.change.limit = "limit 10, then 3", 10, 3
	up.name, up.limit, up.change.limit = "limit 3, then 10", 3, 10
	return []scenario{down, up}
}

// sharing is an account of several processes that do not talk to each other,
// each believing that all of it is its own. Calls take from 2.3 to 3.3 s, over
// a network: were all of the same length, they would go on in step, and a
// newcomer would find every slot taken again before it asked. How they fare is
// left to chance, so it is asked of several seeds only.
func sharing() (all []scenario) {
	for _, p := range []struct {
		processes int
		bound     float64
	}{{2, 1.10}, {4, 1.15}, {8, 1.25}} {
		s := scenario{
			name: fmt.Sprintf("limit 10, %d processes", p.processes), limit: 10, processes: p.processes,
			loads:  atOnce(1000),
			server: uneven, apart: service,
			measures: []measure{refusedPerTen, spread},
			demands:  []demand{everyCall},
		}
		if *full || *update {
			s.demands = append(s.demands, atMost(p.bound, makespan), atMost(1, refusedPerTen), atMost(20, spread))
		}
		all = append(all, s)
	}
	return all
}

// uneven has calls take half a second less or more than the others, at random.
func uneven(r *rand.Rand) []elevenlabstest.Option {
	const spread = 500 * time.Millisecond
	return []elevenlabstest.Option{
		elevenlabstest.WithServiceTime(service - spread),
		elevenlabstest.WithRoundTrip(40 * time.Millisecond),
		elevenlabstest.WithScript(func(elevenlabstest.Request) elevenlabstest.Fault {
			return elevenlabstest.SlowFirstByte(time.Duration(r.Int64N(int64(2 * spread))))
		}),
	}
}

// failing is a vendor that fails.
func failing() []scenario {
	return []scenario{
		{
			name: "limit 10, failures, history allowed", limit: 10, loads: atOnce(300), server: flaky,
			options:  history(true),
			measures: []measure{twice},
			demands:  []demand{everyCall, atMost(0, twice)},
		},
		{
			name: "limit 10, failures, history not allowed", limit: 10, loads: atOnce(300), server: flaky,
			options:  history(false),
			measures: []measure{untoldLosses},
			demands:  []demand{atLeast(85, served), atMost(0, untoldLosses), atMost(0, twice)},
		},
		{
			name: outageName, limit: 10, loads: []load{{calls: 3600, every: time.Second / 20}}, server: down,
			measures: []measure{outageLoad, recovery, timeToFail, unharmed},
			demands: []demand{
				atLeast(100, unharmed), atMost(5, outageLoad), atMost(5, recovery), atMost(0.1, timeToFail),
			},
		},
	}
}

// tenants have as many calls each and weights of 1, 2, 3 and so on.
func tenants(n, calls int) []load {
	loads := make([]load, n)
	for i := range loads {
		w := float64(i + 1)
		loads[i] = load{calls: calls, weight: w, options: as(fmt.Sprint("tenant ", w), w, elevenlabs.PriorityNormal)}
	}
	return loads
}

func as(tenant string, weight float64, p elevenlabs.Priority) []elevenlabs.CallOption {
	return []elevenlabs.CallOption{elevenlabs.WithTenant(tenant, weight), elevenlabs.WithPriority(p)}
}

func headroom(part float64) []elevenlabs.ClientOption {
	return []elevenlabs.ClientOption{elevenlabs.WithHeadroom(part)}
}

// history allows or forbids to look a lost answer up.
func history(allowed bool) []elevenlabs.ClientOption {
	if allowed {
		return nil
	}
	return []elevenlabs.ClientOption{elevenlabs.WithoutRecovery()}
}
