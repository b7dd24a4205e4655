package elevenlabs

import (
	"context"
	"time"
)

// Hooks are called along the path of every call; logging and [Client.Stats]
// tell the same story. Each is optional. They are called synchronously, by
// many goroutines at once, with the call's context: they must be quick and
// safe for concurrent use.
//
// On a socket the handshake is a call. Where an open one takes no slot, the
// handshake has no Family, and each time that a session takes a slot to speak is
// a call of its own, with one: from Queued to Done, without a cost, which no
// message tells.
type Hooks struct {
	// Queued is called when an attempt asks for room in flight, even if there is
	// room at once.
	Queued func(context.Context, Event)
	// Admitted is called when an attempt has room and is about to be sent.
	Admitted func(context.Context, Event)
	// Retry is called when an attempt has failed, its room has been given back,
	// and another will follow. Err, Class and Wait are set.
	Retry func(context.Context, Event)
	// FirstByte is called when the first byte of an answer's body has come.
	// Meta is set.
	FirstByte func(context.Context, Event)
	// Breaker is called when the attempt has shown that the vendor is down, and
	// the circuit of its family has opened, or that it is back, and the circuit
	// has closed. Err is a BreakerError or nil.
	Breaker func(context.Context, Event)
	// Resent is called once in a client's life, when its transport has sent an
	// attempt several times: it retries by itself, below this package's retries,
	// which multiplies them and pays twice for an answer that was lost.
	Resent func(context.Context, Event)
	// Done is called when a call has ended and its room has been given back, for
	// a stream when its last byte has come, which may be before it was read, or
	// when it broke or was closed. Meta is set if an answer came, Err if the call
	// failed. Meta.Recovered tells a call whose answer was lost and fetched from
	// the account's history; the lookups there are calls of their own, without a
	// family.
	Done func(context.Context, Event)
}

// An Event is what happened to a call.
type Event struct {
	// Op is the call: TTS, STT, or method and path.
	Op string
	// Family and Weight are what the call counts as; Family is empty for a call
	// that takes no room in flight.
	Family Family
	Weight int
	// Attempt counts the times the call was sent, this one included.
	Attempt int
	// Retry counts the retries so far that MaxRetries limits, and Refusals
	// those after a full account, which it does not.
	Retry, MaxRetries, Refusals int
	// Queued is how long the call has waited for room in flight so far.
	Queued time.Duration
	// Wait is the time until the call asks to be sent again.
	Wait time.Duration
	// Requeued tells that a call which a full account refused is back at its
	// place in line.
	Requeued bool
	// Class is what the failure means.
	Class Class
	// Meta is what the answer told.
	Meta Meta
	// Err is what went wrong.
	Err error
}

// hookList is all the hooks of a client.
type hookList []Hooks

// A hookOf picks one of the hooks.
type hookOf func(*Hooks) func(context.Context, Event)

func onQueued(h *Hooks) func(context.Context, Event)    { return h.Queued }
func onAdmitted(h *Hooks) func(context.Context, Event)  { return h.Admitted }
func onRetry(h *Hooks) func(context.Context, Event)     { return h.Retry }
func onFirstByte(h *Hooks) func(context.Context, Event) { return h.FirstByte }
func onBreaker(h *Hooks) func(context.Context, Event)   { return h.Breaker }
func onResent(h *Hooks) func(context.Context, Event)    { return h.Resent }
func onDone(h *Hooks) func(context.Context, Event)      { return h.Done }

func (l hookList) fire(ctx context.Context, which hookOf, e Event) {
	for i := range l {
		if hook := which(&l[i]); hook != nil {
			hook(ctx, e)
		}
	}
}
