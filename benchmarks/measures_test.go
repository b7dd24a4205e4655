package benchmarks_test

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

var (
	served   = measure{"served", "%.4g %%", func(e *evidence) float64 { return e.percent() }}
	makespan = measure{"makespan / ideal", "%.3f", func(e *evidence) float64 { return e.ratio() }}
	refused  = measure{"refused", "%.0f", func(e *evidence) float64 { return float64(e.refused) }}
	twice    = measure{"billed twice", "%.0f", func(e *evidence) float64 { return float64(e.twice) }}

	refusedPerTen = measure{"429s for 10 served", "%.2f", func(e *evidence) float64 {
		return 10 * float64(e.refused) / float64(e.outcome.served)
	}}
)

// everyCall demands that all calls are served.
var everyCall = atLeast(100, served)

// settled is how many service times it takes after a change of the limit until
// the account is used at the new one: no more in flight and nothing refused any
// more, or as many in flight as may be.
var settled = measure{"settled in service times", "%.2f", func(e *evidence) float64 {
	from, until := e.change.at.Seconds(), e.change.at.Seconds()
	flights := e.flights()
	if e.change.limit > e.limit {
		i := slices.IndexFunc(flights, func(p point) bool { return p.x >= from && p.y >= float64(e.change.limit) })
		if i < 0 {
			return math.Inf(1)
		}
		return (flights[i].x - from) / service.Seconds()
	}
	for i, p := range flights[1:] {
		if flights[i].y > float64(e.change.limit) {
			until = max(until, p.x)
		}
	}
	for _, req := range e.requests {
		if req.Status == http.StatusTooManyRequests {
			until = max(until, e.since(req.Done))
		}
	}
	return (until - from) / service.Seconds()
}}

// spread is how much more the process with the most had served than the one
// with the least while all of them had work.
var spread = measure{"shares apart by", "%.0f %%", func(e *evidence) float64 {
	n := e.shares(func(r *ride) any { return r.process })
	if len(n) < e.processes {
		return math.Inf(1)
	}
	return 100 * (slices.Max(n)/slices.Min(n) - 1)
}}

// unfair is how far the worst treated tenant was off its share while all of
// them had work, up or down.
var unfair = measure{"shares off by", "%.1f %%", func(e *evidence) float64 {
	begun := make(map[*load]float64)
	all, weights := 0.0, 0.0
	for _, r := range e.contested(func(r *ride) any { return r.load }) {
		begun[r.load]++
		all++
	}
	for _, l := range e.loads {
		weights += l.weight
	}
	worst := 0.0
	for i := range e.loads {
		l := &e.loads[i]
		worst = max(worst, math.Abs(begun[l]/all/(l.weight/weights)-1))
	}
	return 100 * worst
}}

// begun is when a served call's work began at the server.
func (r *ride) begun() time.Time { return r.done.Add(-service) }

// contested returns the served rides that began while everybody still had some
// that were to begin.
func (e *evidence) contested(by func(*ride) any) []*ride {
	last := make(map[any]time.Time)
	for _, r := range e.rides {
		if k := by(r); r.err == nil && r.begun().After(last[k]) {
			last[k] = r.begun()
		}
	}
	var end time.Time
	for _, t := range last {
		if end.IsZero() || t.Before(end) {
			end = t
		}
	}
	var in []*ride
	for _, r := range e.rides {
		if r.err == nil && !r.begun().After(end) {
			in = append(in, r)
		}
	}
	return in
}

// shares is how many of the contested rides each had, nobody's left out.
func (e *evidence) shares(by func(*ride) any) []float64 {
	n := make(map[any]float64)
	for _, r := range e.contested(by) {
		n[by(r)]++
	}
	var all []float64
	for _, v := range n {
		all = append(all, v)
	}
	return all
}

// untoldLosses counts the calls that failed in another way than by telling
// that their answer was lost.
var untoldLosses = measure{"failed, not as lost", "%.0f", func(e *evidence) float64 {
	n := 0
	for _, r := range e.rides {
		var lost *elevenlabs.AmbiguousError
		if r.err != nil && !errors.As(r.err, &lost) {
			n++
		}
	}
	return float64(n)
}}

// interactiveWait is the 99th percentile of the waits of the calls that come
// one by one.
var interactiveWait = measure{"interactive p99 wait", "%.1f s", func(e *evidence) float64 {
	var waits []float64
	for _, r := range e.rides {
		if r.load.every == 0 {
			continue
		}
		if r.err != nil {
			waits = append(waits, math.Inf(1))
			continue
		}
		waits = append(waits, (r.done.Sub(r.asked) - service).Seconds())
	}
	slices.Sort(waits)
	return waits[(len(waits)-1)*99/100]
}}

// batchThroughput is that of the calls that came at once, of what the others
// leave.
var batchThroughput = measure{"batch / what is left", "%.2f", func(e *evidence) float64 {
	left := float64(e.limit) / service.Seconds()
	n, end := 0.0, e.start
	for _, l := range e.loads {
		if l.every > 0 {
			left -= 1 / l.every.Seconds()
		}
	}
	for _, r := range e.rides {
		if r.load.every == 0 && r.err == nil {
			n++
			if r.done.After(end) {
				end = r.done
			}
		}
	}
	return n / e.since(end) / left
}}
