package elevenlabs

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

const (
	// defaultBreaker is the vendor's number. The failures have to be in a row
	// here: under load 5 of 100 calls fail on a good day.
	defaultBreaker = 5
	// breakerSpan is how long nothing but failures has to come, so that a short
	// blow is left to the retries.
	breakerSpan = 500 * time.Millisecond
	// An open circuit lets a call through after breakerWait, and others after
	// twice as long each up to breakerMaxWait, all of it and up to an eighth more.
	breakerWait    = time.Second
	breakerMaxWait = 4 * time.Second
)

// A sign is what an attempt shows of the vendor's health.
type sign int

const (
	signNone  sign = iota // it ended for another reason
	signAlive             // an answer that is no failure of the server, a refusal included
	signDown              // a failure of the server or of the way to it
)

// breakers are the circuit breakers of a client, one for each family that it
// has used. Its host is always the same.
type breakers struct {
	host     string
	failures int // in a row that open a circuit, 0 for never

	mu       sync.Mutex // guards the breakers
	families map[Family]*breaker
}

// A breaker is closed while calls pass. It opens on failures in a row; then it
// lets single calls through, as probes, until one of them meets life.
type breaker struct {
	round    int       // counts its openings and closings, odd while it is open
	failures int       // in a row
	since    time.Time // when nothing but failures began
	cause    error     // the last of them
	probes   int       // since it opened
	probeAt  time.Time // when the next may go
}

func (b *breaker) open() bool { return b.round%2 == 1 }

// of returns the breaker of a family.
func (b *breakers) of(f Family) *breaker {
	br := b.families[f]
	if br == nil {
		br = new(breaker)
		if b.families == nil {
			b.families = make(map[Family]*breaker)
		}
		b.families[f] = br
	}
	return br
}

// check refuses a call whose circuit is open for some time from now on.
func (b *breakers) check(f Family, from time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if br := b.of(f); br.open() && time.Until(br.probeAt) > from {
		return b.refusal(f, br)
	}
	return nil
}

// enter lets a call pass that is about to be sent, as a probe if the circuit
// is open. The round it is sent in goes with what it shows.
func (b *breakers) enter(f Family) (round int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	br := b.of(f)
	if !br.open() {
		return br.round, nil
	}
	if time.Until(br.probeAt) > 0 {
		return 0, b.refusal(f, br)
	}
	br.probes++
	br.rest()
	return br.round, nil
}

// rest puts the next probe off. A probe that hangs does not keep it.
func (b *breaker) rest() {
	wait := min(breakerWait<<min(b.probes, 8), breakerMaxWait)
	b.probeAt = time.Now().Add(wait + rand.N(wait/8))
}

// saw takes what a call showed that was sent at a time and in a round, and for
// a failure since when it lasts. It reports whether the circuit has opened, and
// then as what error, or closed by that.
func (b *breakers) saw(f Family, round int, s sign, sent, since time.Time, cause error) (changed bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	br := b.of(f)
	switch {
	case b.failures == 0, round != br.round: // off, or news from before
	case br.open():
		return br.probed(s), nil
	case s == signAlive:
		br.failures = 0
	case s == signDown:
		if br.fail(sent, since, cause); br.trips(b.failures) {
			br.round++
			br.probes = 0
			br.rest()
			return true, b.refusal(f, br)
		}
	}
	return false, nil
}

// probed takes what a probe showed, and reports whether that closes the
// circuit. One that showed nothing makes room for another.
func (b *breaker) probed(s sign) bool {
	switch s {
	case signNone:
		b.probeAt = time.Now()
	case signAlive:
		b.round++
		b.failures = 0
		return true
	}
	return false
}

// fail counts a failure. Requests that were in flight together when the row
// began can fail by one blow, and it takes as long as one of them lasts until
// an answer can show that it is over: they count once.
func (b *breaker) fail(sent, since time.Time, cause error) {
	switch {
	case b.failures == 0 || since.Before(b.since):
		b.since = since
	case sent.Before(b.since):
		return
	}
	b.failures++
	b.cause = cause
}

// trips reports whether the failures in a row are an outage.
func (b *breaker) trips(failures int) bool {
	return b.failures >= failures && time.Since(b.since) >= breakerSpan
}

// refusal is the error of a call that an open circuit does not let through.
func (b *breakers) refusal(f Family, br *breaker) error {
	wait := max(time.Until(br.probeAt), 1)
	return &BreakerError{
		Host: b.host, Family: f, Failures: br.failures, Cause: br.cause,
		RetryAfter: (wait + time.Second - 1).Truncate(time.Second),
	}
}

func (b *breakers) snapshot() map[Family]BreakerStats {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make(map[Family]BreakerStats, len(b.families))
	for f, br := range b.families {
		out[f] = BreakerStats{Open: br.open(), Opened: int64(br.round+1) / 2}
	}
	return out
}

// sign says what the attempt's end, up to its headers, shows of the vendor.
func (f *flight) sign(err error) sign {
	switch {
	case f.resp == nil:
		return f.lost(err)
	case f.resp.StatusCode >= http.StatusInternalServerError:
		return signDown
	}
	return signAlive
}

// lost says what it shows that no answer came.
func (f *flight) lost(err error) sign {
	var (
		local *localError
		cert  *tls.CertificateVerificationError
	)
	if f.trip.ctx.Err() != nil || errors.As(err, &local) || errors.As(err, &cert) || errors.Is(err, ErrRedirected) {
		return signNone
	}
	return signDown
}

// downSince is when the failure began that an attempt has run into. A silence
// has lasted since the request was sent.
func (f *flight) downSince(err error) time.Time {
	var limit *TimeoutError
	if errors.As(err, &limit) {
		return f.sentAt
	}
	return time.Now()
}

// observe tells the breaker and the budget what an attempt showed, as soon as
// its headers are there: the body of a stream may play for minutes.
func (t *trip) observe(f *flight, err error) {
	c := t.client
	var since time.Time
	if err == nil {
		c.budget.earn()
	} else {
		since = f.downSince(err)
	}
	changed, open := c.breakers.saw(t.call.Family, f.round, f.sign(err), f.sentAt, since, err)
	if changed {
		t.tell(onBreaker, f.meta, open)
	}
}

// spared returns why a failed attempt is not repeated although it could be:
// not to join a storm. An open circuit is asked first, since it costs nothing.
func (t *trip) spared(err error, wait time.Duration) error {
	c := t.client
	if open := c.breakers.check(t.call.Family, wait); open != nil {
		return open
	}
	if !t.requeues(err) && !c.budget.spend(retryCost(err)) {
		return ErrRetryBudget
	}
	return nil
}
