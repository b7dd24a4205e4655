package elevenlabstest

import (
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

// A pool counts what is in flight in one family. The emulator's mutex guards
// it.
type pool struct {
	limit     int
	served    int
	refused   int
	inFlight  int
	most      int
	departing []departure
}

// A departure is a slot that will be free at a time yet to come. Looking at
// the clock when the count is asked for takes no timer and no goroutine.
type departure struct {
	at     time.Time
	weight int
}

// settle frees the slots whose time has come.
func (p *pool) settle(now time.Time) {
	p.departing = slices.DeleteFunc(p.departing, func(d departure) bool {
		if d.at.After(now) {
			return false
		}
		p.inFlight -= d.weight
		return true
	})
}

// enter takes weight slots when they are free.
func (p *pool) enter(weight int, now time.Time) bool {
	p.settle(now)
	if p.inFlight+weight > p.limit {
		p.refused++
		return false
	}
	p.inFlight += weight
	p.served++
	p.most = max(p.most, p.inFlight)
	return true
}

// leave gives weight slots back at a time that may lie ahead.
func (p *pool) leave(weight int, at, now time.Time) {
	if at.After(now) {
		p.departing = append(p.departing, departure{at: at, weight: weight})
		return
	}
	p.inFlight -= weight
}

// Usage is what the emulator has served so far, for a test to judge by.
type Usage struct {
	// Requests counts all requests, of any path and outcome.
	Requests int
	// Characters is what has been billed, in credits. Text is billed when its
	// synthesis starts: an answer the client never gets is paid for all the same.
	Characters int
	// BilledTwice counts the syntheses that were billed although the same
	// voice, model, text and format had been billed before, among the last
	// 10,000. So it does for dialogues, changed and isolated recordings, and
	// sounds. It is 0 for a client that never says the same twice and never
	// pays twice.
	BilledTwice int
	// Audio is the duration of all audio that was taken for transcription.
	// The API does not tell its price, so it costs no credits here.
	Audio time.Duration
	// Families has an entry for each family of models.
	Families map[elevenlabs.Family]FamilyUsage
}

// FamilyUsage is what has happened in the pool of one family. Long audio
// counts by its weight in InFlight and MaxInFlight, as one in the others.
type FamilyUsage struct {
	// Limit is how many may be in flight now.
	Limit int
	// Served counts requests that were given a slot, whatever became of them.
	Served int
	// Refused counts requests that were answered 429 for concurrency, the
	// scripted ones of [ConcurrencyRefusal] among them.
	Refused int
	// InFlight is how many are in flight now, MaxInFlight the most ever.
	InFlight, MaxInFlight int
}

// Usage returns the counts as they are now.
func (e *Emulator) Usage() Usage {
	e.mu.Lock()
	defer e.mu.Unlock()
	u := Usage{
		Requests:   e.requests,
		Characters: e.account.billed, BilledTwice: e.account.billedTwice,
		Audio:    e.account.audio,
		Families: make(map[elevenlabs.Family]FamilyUsage, len(e.pools)),
	}
	now := time.Now()
	for f, p := range e.pools {
		p.settle(now)
		u.Families[f] = FamilyUsage{
			Limit: p.limit, Served: p.served, Refused: p.refused,
			InFlight: p.inFlight, MaxInFlight: p.most,
		}
	}
	return u
}

// SetLimit changes how many requests of a family may be in flight. Requests
// that are in flight already go on.
func (e *Emulator) SetLimit(f elevenlabs.Family, n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pool(f).limit = n
}

// pool returns the pool of a family, a new one for a family not met before.
// The caller holds the mutex.
func (e *Emulator) pool(f elevenlabs.Family) *pool {
	p, ok := e.pools[f]
	if !ok {
		p = &pool{limit: e.cfg.tier.Limit(f)}
		e.pools[f] = p
	}
	return p
}
