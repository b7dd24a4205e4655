package elevenlabs

import (
	"context"
	"time"
)

// Hooks are called along the path of every call; logging and [Client.Stats]
// tell the same story. Each is optional. They are called synchronously, by
// many goroutines at once, with the call's context: they must be quick and
// safe for concurrent use.
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
	// Done is called when a call has ended and its room has been given back, for
	// a stream when it was read to its end or closed. Meta is set if an answer came, Err if the call failed.
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

func (l hookList) queued(ctx context.Context, e Event) {
	for _, h := range l {
		if h.Queued != nil {
			h.Queued(ctx, e)
		}
	}
}

func (l hookList) admitted(ctx context.Context, e Event) {
	for _, h := range l {
		if h.Admitted != nil {
			h.Admitted(ctx, e)
		}
	}
}

func (l hookList) retry(ctx context.Context, e Event) {
	for _, h := range l {
		if h.Retry != nil {
			h.Retry(ctx, e)
		}
	}
}

func (l hookList) firstByte(ctx context.Context, e Event) {
	for _, h := range l {
		if h.FirstByte != nil {
			h.FirstByte(ctx, e)
		}
	}
}

func (l hookList) done(ctx context.Context, e Event) {
	for _, h := range l {
		if h.Done != nil {
			h.Done(ctx, e)
		}
	}
}
