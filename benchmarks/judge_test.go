package benchmarks_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// An outcome is how a run went. What was refused, billed and in flight is by
// the account of the emulator; callers say what they got and when.
type outcome struct {
	calls, served int
	refused       int // answers 429 for too many in flight
	twice         int // billed again, of the last 10,000 requests
	makespan      time.Duration
	ideal         time.Duration // 0 if there is none
	measured      []float64     // the scenario's measures, then what is demanded
	failure       error         // of one of the calls that failed

	inFlight []point // over time, where the limit changes
	rate     []point // requests a second over time, where there is an outage
}

// A point is of a plot.
type point struct{ x, y float64 }

func (o *outcome) percent() float64 { return 100 * float64(o.served) / float64(o.calls) }
func (o *outcome) ratio() float64   { return o.makespan.Seconds() / o.ideal.Seconds() }

// judge sums a run up.
func (r *run) judge() *outcome {
	o := &outcome{calls: len(r.rides), ideal: r.ideal(), makespan: time.Since(r.start)}
	for _, ride := range r.rides {
		if ride.err == nil {
			o.served++
		} else {
			o.failure = ride.err
		}
	}
	for _, f := range r.srv.Usage().Families {
		o.refused += f.Refused
	}
	e := evidence{run: r, outcome: o, requests: r.srv.Requests()}
	o.twice = e.again()
	for _, m := range r.measures {
		o.measured = append(o.measured, m.of(&e))
	}
	for _, d := range r.demands {
		o.measured = append(o.measured, d.of(&e))
	}
	if r.change.limit > 0 {
		o.inFlight = e.flights()
	}
	if r.name == outageName {
		o.rate = e.rate(2 * time.Second)
	}
	return o
}

// evidence is what a measure may look at.
type evidence struct {
	*run
	*outcome
	requests []elevenlabstest.Request
}

// since is a time in seconds from the start of the run.
func (e *evidence) since(t time.Time) float64 { return t.Sub(e.start).Seconds() }

// again counts what was billed for a text after the first time.
func (e *evidence) again() int {
	billed, again := make(map[int]bool), 0
	for _, req := range e.requests {
		if req.Characters == 0 {
			continue
		}
		id := spoken(req)
		if billed[id] {
			again++
		}
		billed[id] = true
	}
	return again
}

// spoken is which ride a request belongs to.
func spoken(req elevenlabstest.Request) int {
	var body ttsBody
	if json.Unmarshal(req.Body, &body) != nil {
		return -1
	}
	id, _ := strconv.Atoi(body.Text)
	return id
}

// flights is how many requests the server had in work over time.
func (e *evidence) flights() []point {
	var steps []point
	for _, req := range e.requests {
		if req.Status != http.StatusOK {
			continue
		}
		steps = append(steps, point{e.since(req.Arrived), +1}, point{e.since(req.Done), -1})
	}
	slices.SortFunc(steps, func(a, b point) int {
		if a.x != b.x {
			return cmpFloat(a.x, b.x)
		}
		return cmpFloat(a.y, b.y) // what ends makes room for what begins
	})
	n := 0.0
	for i := range steps {
		n += steps[i].y
		steps[i].y = n
	}
	return steps
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// rate is how many requests came a second, in spans of this length.
func (e *evidence) rate(span time.Duration) []point {
	rate := make([]point, int(e.makespan/span)+1)
	for i := range rate {
		rate[i].x = float64(i) * span.Seconds()
	}
	for _, req := range e.requests {
		rate[int(req.Arrived.Sub(e.start)/span)].y += 1 / span.Seconds()
	}
	return rate
}

// A measure is a number taken of a run.
type measure struct {
	name   string
	format string
	of     func(*evidence) float64
}

// A demand is a measure and what it may be at most, or at least.
type demand struct {
	measure
	bound   float64
	atLeast bool
}

func atMost(bound float64, m measure) demand  { return demand{measure: m, bound: bound} }
func atLeast(bound float64, m measure) demand { return demand{measure: m, bound: bound, atLeast: true} }

func (d demand) met(v float64) bool {
	if d.atLeast {
		return v >= d.bound
	}
	return v <= d.bound // which no NaN is
}

// demanded returns what runs measured for a demand, best first.
func (r *result) demanded(i int) []float64 {
	var all []float64
	for _, o := range r.outcomes {
		all = append(all, o.measured[len(r.scenario.measures)+i])
	}
	slices.SortFunc(all, cmpFloat)
	if r.scenario.demands[i].atLeast {
		slices.Reverse(all)
	}
	return all
}

// meets reports whether a demand is met, and the first that does not.
func (r *result) meets(i int) (unmet float64, ok bool) {
	d, all := r.scenario.demands[i], r.demanded(i)
	for _, v := range all {
		if !d.met(v) {
			return v, false
		}
	}
	return 0, true
}

// check holds this library to the demands.
func (r *result) check(t *testing.T) {
	t.Helper()
	for i, d := range r.scenario.demands {
		if v, ok := r.meets(i); !ok {
			t.Errorf("%s: %s is %s, to be %s", r.scenario.name, d.name, number(d.format, v), d.limits())
		}
	}
}
