package elevenlabs

import (
	"errors"
	"net/http"
	"sync"
)

// Stats is a snapshot of what a client has done since it was made.
type Stats struct {
	// Families holds the families this package knows and those used so far.
	Families map[Family]FamilyStats
	// Breakers holds the circuit breakers of the families used so far, with
	// that of all calls without a family under the empty one.
	Breakers map[Family]BreakerStats
	// RetriesLeft is how many retries the client may make now, each after a
	// failure; see [WithRetryBudget]. It is -1 if they are not counted.
	RetriesLeft int
	// Resent counts attempts that the HTTP transport has sent several times. It
	// is 0 with a transport that does not retry by itself, as it should be.
	Resent int64
}

// BreakerStats is the state of a circuit breaker.
type BreakerStats struct {
	// Open tells that calls are not sent, but for single ones that probe.
	Open bool
	// Opened counts how often it has opened.
	Opened int64
}

// FamilyStats counts the calls of one family.
type FamilyStats struct {
	// PoolStats is the limiter's view, shared with other clients that use the
	// same limiter; zero for a limiter that does not report.
	PoolStats
	// Admitted counts attempts sent.
	Admitted int64
	// Served counts answers with status 200.
	Served int64
	// Refused counts 429s, and what sockets were refused as those are.
	Refused int64
	// Retries counts attempts that were followed by another.
	Retries int64
	// Credits is the sum of what answers said they were billed. Sockets do not say.
	Credits int64
	// RecoveredCalls counts calls whose answer was lost and whose audio was
	// fetched from the account's history, and RecoveredCredits what it had been
	// billed, which Credits has once.
	RecoveredCalls, RecoveredCredits int64
	// Ambiguous counts calls that ended with an AmbiguousError: each may have
	// been billed for nothing.
	Ambiguous int64
	// Doubled counts attempts that were repeated although their fate was
	// unknown: each may have been billed twice. See WithRetryAmbiguous.
	Doubled int64
}

// A PoolReporter is a [Limiter] that can tell the state of a family.
type PoolReporter interface {
	Pool(Family) PoolStats
}

// Stats returns a snapshot. Families are independent of each other, so sums
// over them may be a little off under load.
func (c *Client) Stats() Stats {
	out := c.stats.snapshot()
	if pools, ok := c.limiter.(PoolReporter); ok {
		for f, s := range out {
			s.PoolStats = pools.Pool(f)
			out[f] = s
		}
	}
	return Stats{Families: out, Breakers: c.breakers.snapshot(), RetriesLeft: c.budget.left(), Resent: c.resends.Load()}
}

// counters counts per family. Calls without a family are not counted.
type counters struct {
	mu       sync.Mutex
	families map[Family]*FamilyStats
}

func (c *counters) update(f Family, change func(*FamilyStats)) {
	if f == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.families[f]
	if s == nil {
		s = new(FamilyStats)
		if c.families == nil {
			c.families = make(map[Family]*FamilyStats)
		}
		c.families[f] = s
	}
	change(s)
}

func (c *counters) admitted(f Family) {
	c.update(f, func(s *FamilyStats) { s.Admitted++ })
}

func (c *counters) retried(f Family, class Class) {
	c.update(f, func(s *FamilyStats) {
		s.Retries++
		if class == ClassAmbiguous {
			s.Doubled++
		}
	})
}

// recovered counts a call that was recovered and had been billed cost, which
// is counted already unless it is new.
func (c *counters) recovered(f Family, cost int, isNew bool) {
	cost = max(cost, 0)
	c.update(f, func(s *FamilyStats) {
		s.RecoveredCalls++
		s.RecoveredCredits += int64(cost)
		if isNew {
			s.Credits += int64(cost)
		}
	})
}

// failed counts a call that ended with an error.
func (c *counters) failed(f Family, err error) {
	var lost *AmbiguousError
	if errors.As(err, &lost) {
		c.update(f, func(s *FamilyStats) { s.Ambiguous++ })
	}
}

func (c *counters) landed(f Family, fl *flight) {
	c.update(f, func(s *FamilyStats) {
		switch {
		case fl.refusal != nil && fl.refusal.StatusCode == http.StatusTooManyRequests:
			s.Refused++
		case fl.denial != nil && fl.denial.meaning() == kindConcurrency:
			s.Refused++
		case fl.refusal == nil && fl.denial == nil && fl.resp != nil:
			s.Served++
		}
		s.Credits += int64(max(fl.meta.CharacterCost, 0))
	})
}

func (c *counters) snapshot() map[Family]FamilyStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[Family]FamilyStats{FamilyStandard: {}, FamilyFlash: {}, FamilySTT: {}}
	for f, s := range c.families {
		out[f] = *s
	}
	return out
}
