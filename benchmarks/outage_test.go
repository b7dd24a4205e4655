package benchmarks_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const outageName = "down for 60 s"

// The vendor is down from one time to another.
const (
	outageFrom = 60 * time.Second
	outageTo   = 120 * time.Second
)

// down answers 503 to everything as long as the outage lasts. Its calls are
// short, so that there are many: what probes for the end of an outage is not
// less where there are few.
func down(*rand.Rand) []elevenlabstest.Option {
	start := time.Now()
	return []elevenlabstest.Option{elevenlabstest.WithServiceTime(400 * time.Millisecond), elevenlabstest.WithScript(func(r elevenlabstest.Request) elevenlabstest.Fault {
		if at := r.Arrived.Sub(start); at < outageFrom || at >= outageTo {
			return elevenlabstest.Fault{}
		}
		return elevenlabstest.Status(http.StatusServiceUnavailable, "upstream connect error")
	})}
}

// flaky fails 5 % of the requests at once, loses 5 % of the answers half way,
// and is busy for a second in every twenty.
func flaky(rng *rand.Rand) []elevenlabstest.Option {
	start := time.Now()
	return []elevenlabstest.Option{elevenlabstest.WithScript(func(r elevenlabstest.Request) elevenlabstest.Fault {
		chance := rng.Float64()
		switch at := r.Arrived.Sub(start) % (20 * time.Second); {
		case at >= 10*time.Second && at < 11*time.Second:
			return elevenlabstest.SystemBusy()
		case chance < 0.05:
			return elevenlabstest.Status(http.StatusInternalServerError, `{"detail":"Internal Server Error"}`)
		case chance < 0.10:
			return elevenlabstest.ResetAfter(2000)
		}
		return elevenlabstest.Fault{}
	})}
}

// outageLoad is what the vendor gets while it is down, of what it gets before.
var outageLoad = measure{"requests in the outage", "%.1f %%", func(e *evidence) float64 {
	before, during := 0.0, 0.0
	for _, req := range e.requests {
		switch at := req.Arrived.Sub(e.start); {
		case at < outageFrom:
			before++
		case at < outageTo:
			during++
		}
	}
	return 100 * (during / (outageTo - outageFrom).Seconds()) / (before / outageFrom.Seconds())
}}

// recovery is how long after the outage the last call was made that failed,
// and at least how long it took until one was served.
var recovery = measure{"recovered after", "%.1f s", func(e *evidence) float64 {
	end := e.start.Add(outageTo)
	first, last := math.Inf(1), 0.0
	for _, req := range e.requests {
		if at := req.Arrived.Sub(end); at >= 0 && req.Status == http.StatusOK {
			first = min(first, at.Seconds())
		}
	}
	for _, r := range e.rides {
		if r.err != nil && r.asked.After(end) {
			last = max(last, r.asked.Sub(end).Seconds())
		}
	}
	return max(first, last)
}}

// timeToFail is how long a call takes to fail while the vendor is down, after the
// first ten seconds, in the median.
var timeToFail = measure{"time to fail", "%.3f s", func(e *evidence) float64 {
	var took []float64
	for _, r := range e.rides {
		at := r.asked.Sub(e.start)
		if r.err != nil && at >= outageFrom+10*time.Second && at < outageTo {
			took = append(took, r.done.Sub(r.asked).Seconds())
		}
	}
	if len(took) == 0 {
		return math.NaN()
	}
	slices.Sort(took)
	return took[len(took)/2]
}}

// unharmed is how many of the calls that the outage has no part in were served:
// those before it and those that come 5 s after its end or later.
var unharmed = measure{"served outside the outage", "%.4g %%", func(e *evidence) float64 {
	all, well := 0.0, 0.0
	for _, r := range e.rides {
		at := r.asked.Sub(e.start)
		if at < outageFrom-service || at >= outageTo+5*time.Second {
			all++
			if r.err == nil {
				well++
			}
		}
	}
	return 100 * well / all
}}
