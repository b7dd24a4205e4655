package elevenlabs

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A DialogueMulti speaks many dialogues, several at once, on sockets that are
// open already. It is what a [TTSMulti] is for utterances, each dialogue with
// voices of its own; what it takes slots for differs: see
// [Client.DialDialogueMulti]. It is safe for concurrent use.
type DialogueMulti struct {
	*ttsPool
	req *DialogueStreamRequest
}

// DialDialogueMulti opens a socket for many dialogues, all with the same model,
// format and settings. It lives under the context, and so do they. Close it
// when done with it.
//
// Each socket takes a slot of the model's family for all of its life, whether
// anything is said on it or not, on the terms of the options as any call does.
// The utterances on it, 5 at most, take none. So the first socket holds a slot
// from here to Close, and so does each that Prewarm keeps;
// Prewarm(ctx, 0) leaves only those that are in use. An utterance that finds all
// sockets full waits for room on one, or for the slot of another, whichever
// comes first.
//
// A message that the vendor takes amiss ends its whole socket. An utterance on
// it that audio has come of goes on upon another. One that none has come of ends
// with the error where that says that something does not exist, as a voice, or
// is invalid: it may have been the one.
//
// Source: that the connection counts for its life is reported, not documented;
// that it counts once, with several contexts too, is inferred.
func (c *Client) DialDialogueMulti(ctx context.Context, req DialogueStreamRequest, opts ...CallOption) (*DialogueMulti, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	req = req.over(c.tts)
	if err := req.validate(); err != nil {
		return nil, err
	}
	call := req.call("Dialogue multi socket", "/multi-stream-input")
	d := &DialogueMulti{newTTSPool(ctx, c, cfg, call), &req}
	d.seats = d.socketSeats(ctx)
	if err := d.start(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// NewUtterance begins a dialogue of voices that may differ from those of the
// request, which is the default. It is a session of its own: what is said in it
// is spoken beside the others, and Cancel and Close end it alone. It ends with
// its context, too.
func (m *DialogueMulti) NewUtterance(ctx context.Context, voices ...string) (*DialogueSession, error) {
	if ctx == nil {
		return nil, badArgument("Context", "is nil")
	}
	req := *m.req
	if len(voices) > 0 {
		req.Voices = append([]string(nil), voices...)
	}
	if err := req.checkVoices("Voices"); err != nil {
		return nil, err
	}
	s := m.dialogue(ctx, &req)
	return &DialogueSession{s, req.Voices}, m.begin(s)
}

// dialogue returns an utterance that is to be begun.
func (m *DialogueMulti) dialogue(ctx context.Context, req *DialogueStreamRequest) *TTSSession {
	s := newDialogue(ctx, m.c, m.cfg, req, "Dialogue utterance", dialogueMultiDialect{dialogueDialect{req}})
	s.seated = true
	return s
}

// socketSeats are what sockets take that count for their life.
type socketSeats struct {
	c      *Client
	cfg    callConfig
	op     string
	family Family
	pulse  time.Duration                      // between signs of life of a socket that nobody is on; 0 for never
	sign   func(id string) (open, end []byte) // of which each is made
}

func (m *DialogueMulti) socketSeats(ctx context.Context) *socketSeats {
	say := dialogueMultiDialect{dialogueDialect{m.req}}
	call := Call{Family: FamilyOf(m.req.ModelID), model: m.req.ModelID}
	return &socketSeats{
		c: m.c, cfg: m.cfg, op: m.call.Op, family: m.c.familyOf(ctx, &call, m.cfg),
		// The last one who was on it may have been silent for as long.
		pulse: max(m.req.KeepAlive/2, 0),
		sign:  func(id string) (open, end []byte) { return say.open(id), say.end(id) },
	}
}

// take waits for a slot, but no longer than there is no room on another socket.
// What it returns gives the slot back, with how the socket ended.
func (p *socketSeats) take(ctx, full context.Context) (left func(error), err error) {
	if p == nil {
		return func(error) {}, nil
	}
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(full, cancel)()
	from := time.Now()
	e := p.event()
	p.c.hooks.fire(ctx, onQueued, e)
	permit, err := p.c.limiter.Acquire(wait, p.cfg.admission(p.family))
	switch {
	case err == nil:
	case ctx.Err() == nil && full.Err() != nil:
		return nil, errFreed
	default:
		return nil, &SocketError{Op: p.op, Err: fmt.Errorf("waiting for a slot: %w", err)}
	}
	e.Queued = time.Since(from)
	p.c.stats.admitted(p.family)
	p.c.hooks.fire(ctx, onAdmitted, e)
	since := time.Now()
	return func(err error) {
		p.c.settle(p.family, permit, p.outcome(err, time.Since(since)))
		e.Err = err
		p.c.hooks.fire(ctx, onDone, e)
	}, nil
}

// outcome is what a socket has taught that has lasted so long.
func (p *socketSeats) outcome(err error, lasted time.Duration) Outcome {
	var told *SocketError
	switch {
	case errors.Is(err, ErrConcurrencyLimit) && errors.As(err, &told):
		return Outcome{Verdict: VerdictRefused, Limit: number(limitInText, told.Message)}
	case lasted < leastLife:
		return Outcome{}
	}
	return Outcome{Verdict: VerdictServed}
}

func (p *socketSeats) event() Event {
	return Event{Op: p.op, Family: p.family, Weight: 1, Attempt: 1, MaxRetries: p.cfg.maxRetries, Meta: Meta{CharacterCost: -1}}
}

// dialogueMultiDialect is that of a socket of several dialogues. A context that
// closes speaks the text it has, and takes no message any more.
type dialogueMultiDialect struct{ dialogueDialect }

func (dialogueMultiDialect) end(id string) []byte {
	return dialogueMessage{Context: id, Close: true}.bytes()
}
func (d dialogueMultiDialect) cancel(id string) []byte { return d.end(id) }
