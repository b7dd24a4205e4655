package elevenlabstest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/elevenlabs-go/elevenlabs"
)

// An Emulator is a stand-in for the vendor's API: an [http.Handler] that
// checks, counts, bills and answers as the API was seen to. It is safe for
// concurrent use and starts no goroutines but one for each socket, which ends
// with it. All that it knows of time it takes
// from package time, so it works inside testing/synctest.
//
// An Emulator holds one account. Any API key but the rejected one opens it.
type Emulator struct {
	cfg    config
	routes []route

	mu       sync.Mutex // guards all below
	account  account
	pools    map[elevenlabs.Family]*pool
	faults   []*Fault
	requests int
	records  []*Request // the last maxRecords or more
	scripted *string    // set by Transcribe
	voices   []voiceAnswer
	edits    int // of voices, additions included
	tokens   map[string]token
	mail     mailbox

	dictionaries []*dictionary // oldest first

	asking sync.Mutex // held while the script is asked
}

// NewEmulator returns an Emulator. Without options it is a Starter account
// that answers in realistic time.
func NewEmulator(opts ...Option) *Emulator {
	e := &Emulator{
		cfg:    newConfig(opts),
		routes: routes(),
		pools:  make(map[elevenlabs.Family]*pool),
		voices: firstVoices(),
		mail:   mailbox{wake: make(chan struct{}, 1)},
	}
	e.account = account{
		quota: e.cfg.credits, bySum: make(map[[sha256.Size]byte]*item), made: make(map[speechKey]int), bills: make(map[bill]sum),
	}
	for f, n := range e.cfg.limits {
		e.pools[f] = &pool{limit: n}
	}
	return e
}

// Transcribe makes text what is heard from now on in audio that the
// emulator's own text to speech did not make, in place of [WithTranscript].
func (e *Emulator) Transcribe(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.scripted = &text
}

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{e: e, w: w, r: r, ctx: r.Context(), trace: newTraceID()}
	if c.travel() != nil {
		_ = c.hangUp(false)
		return
	}
	c.rec = e.newRecord(r, c.trace)
	defer c.finish()
	c.serve()
	if !c.begun && !c.hungUp {
		// The client is gone or the server closes. net/http would make a 200 of
		// an answer that was never given.
		_ = c.hangUp(false)
	}
}

// A job is a request that has been read: what has yet to be checked about it,
// what it costs, and how it is answered.
type job interface {
	// check looks at the query and the rules of business, in that order.
	check(*call) *failure
	// charge says what the job takes. It is called after check, and before it
	// for the family alone.
	charge() charge
	// answer does the work and sends it.
	answer(*call)
}

// A charge is what a job takes of the account. The zero charge is free.
type charge struct {
	family  elevenlabs.Family // empty: takes no slot
	weight  int
	credits int
	audio   time.Duration
	item    *item // filed when the work starts; nil for none
}

// A call is one request on its way.
type call struct {
	e     *Emulator
	w     http.ResponseWriter
	r     *http.Request
	ctx   context.Context
	trace string
	rec   *Request
	vars  map[string]string // from the path

	charge charge
	script Fault  // what the script wants; the zero Fault for nothing
	fault  *Fault // spoils the answer; nil for none

	admitted  time.Time
	seated    bool // holds a slot
	inFlight  int  // in the family when admitted, this call included
	limit     int  // of the family when admitted
	workspace int  // in flight in all families when admitted

	begun  bool // the head of an answer was sent
	hungUp bool // the connection was closed under the answer

	socket   *websocket.Conn // that the call has become; nil for none
	messages int             // passed on it, both ways
}

// serve takes the vendor's order of checks: schema, key, query, business
// rules, credits, concurrency.
func (c *call) serve() {
	c.script = c.e.scriptFor(c.rec)
	if f := c.meet(onArrival); f != nil {
		f.instead(c)
		return
	}
	ep, fail := c.route()
	var j job
	if fail == nil {
		j, fail = ep.read(c)
	}
	if j != nil {
		c.charge = j.charge()
	}
	if f := c.meet(onRead); f != nil {
		c.fault = f
		f.instead(c)
		return
	}
	if fail == nil {
		fail = c.authenticate(ep)
	}
	if fail == nil {
		fail = j.check(c)
	}
	if fail == nil {
		fail = c.admit(j.charge())
	}
	if fail != nil {
		c.fail(fail)
		return
	}
	defer c.leave()
	c.fault = c.meet(onServe)
	j.answer(c)
}

// authenticate looks at the key.
func (c *call) authenticate(ep *endpoint) *failure {
	key := c.r.Header.Get("Xi-Api-Key")
	if id := c.r.URL.Query().Get(tokenQueries[ep.token]); id != "" && ep.token != "" {
		return c.redeem(ep.token, id)
	}
	switch {
	case ep.open:
	case key == "" && c.r.Header.Get("Authorization") != "":
		// Keys are refused as bearer tokens, and there are no other tokens here.
		return unauthorized("invalid_authorization_header", "Provided authorization header was invalid.")
	case key == "" && ep.anonymous != nil:
		return ep.anonymous
	case key == "":
		return unauthorized("needs_authorization",
			"Neither authorization header nor xi-api-key received, please provide one.")
	case key == c.e.cfg.rejectKey:
		return unauthorized("invalid_api_key", "Invalid API key")
	case ep.permission != "" && slices.Contains(c.e.cfg.withheld, ep.permission):
		return unauthorized("missing_permissions", fmt.Sprintf(
			"The API key you used is missing the permission %s to execute this operation.", ep.permission))
	}
	return nil
}

// admit bills the call and gives it a slot, both or neither.
func (c *call) admit(ch charge) *failure {
	e := c.e
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if left := e.account.left(); ch.credits > left {
		return quotaExceeded(e.account.quota, left, ch.credits)
	}
	if ch.family != "" {
		p := e.pool(ch.family)
		// A request heavier than the whole pool takes all of it: else it could
		// never be served.
		ch.weight = min(ch.weight, max(p.limit, 1))
		c.rec.Family, c.rec.Weight = ch.family, ch.weight
		if !p.enter(ch.weight, now) {
			return concurrencyExceeded(p.limit)
		}
		c.seated, c.inFlight, c.limit = true, p.inFlight, p.limit
		for _, p := range e.pools {
			p.settle(now)
			c.workspace += p.inFlight
		}
	}
	c.charge, c.admitted = ch, now
	c.rec.Characters = ch.credits
	e.account.bill(ch, now)
	return nil
}

// leave gives the call's slot back. It may be called more than once.
func (c *call) leave() { c.leaveAfter(c.e.scaled(c.e.cfg.linger)) }

func (c *call) leaveAfter(d time.Duration) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if !c.seated {
		return
	}
	c.seated = false
	now := time.Now()
	c.e.pool(c.charge.family).leave(c.charge.weight, now.Add(d), now)
}

// finish closes the record.
func (c *call) finish() {
	c.note(func(r *Request) { r.Done = time.Now() })
}

// scaled divides a delay by the speed.
func (e *Emulator) scaled(d time.Duration) time.Duration {
	if e.cfg.speed == 1 {
		return d
	}
	return time.Duration(float64(d) / e.cfg.speed)
}

// wait takes a delay of the emulator's. It fails when the client goes away.
func (c *call) wait(d time.Duration) error {
	return c.waitUntil(time.Now().Add(c.e.scaled(d)))
}

// travel takes one way over the network.
func (c *call) travel() error { return c.wait(c.e.cfg.roundTrip / 2) }

func (c *call) waitUntil(t time.Time) error {
	d := time.Until(t)
	if d <= 0 {
		return c.ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}
