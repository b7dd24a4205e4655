package elevenlabs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// A trip is a call on its way: as many flights as it takes.
type trip struct {
	client *Client
	ctx    context.Context
	call   Call
	cfg    callConfig

	attempts int
	retries  int // attempts that counted against MaxRetries
	refusals int // attempts that a full account refused
	queued   time.Duration
	place    uint64
	waits    backoff.BackOff
	last     error // of the last attempt
	meta     Meta  // of its answer, if one came

	lostSince time.Time // when the first attempt was sent whose answer was lost
}

// perform takes a call along the one path of all calls: wait for room, send,
// judge, recover what was lost, and again if that is safe. receive reads the
// answer of an attempt that was served; it keeps the flight to hand the body
// on.
func (c *Client) perform(ctx context.Context, call Call, cfg callConfig, receive func(*flight) error) error {
	call.Family = c.familyOf(ctx, &call, cfg)
	t := &trip{client: c, ctx: ctx, call: call, cfg: cfg}
	if done, err := t.resume(receive); done {
		return err
	}
	for {
		f, err := t.admit()
		if err != nil {
			return t.fail(t.notSent(err))
		}
		if err = t.fly(f, receive); err != nil {
			err = t.recover(f, err, receive)
		}
		if err == nil {
			return nil
		}
		if err = t.again(f, err); err != nil {
			return t.fail(err)
		}
	}
}

// fly makes an attempt. Whatever happens in it, a panic in the caller's code
// included, its room is given back.
func (t *trip) fly(f *flight, receive func(*flight) error) (err error) {
	defer func() {
		if !f.kept {
			f.finish(err)
		}
	}()
	t.client.stats.admitted(t.call.Family)
	t.client.claims.sent(t)
	t.tell(onAdmitted, Meta{}, nil)
	err = f.send()
	t.observe(f, err)
	if err != nil {
		return err
	}
	return receive(f)
}

// admit waits for room in flight and prepares an attempt.
func (t *trip) admit() (*flight, error) {
	f := &flight{trip: t, call: &t.call}
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	if err := t.client.breakers.check(t.call.Family, 0); err != nil {
		return nil, err
	}
	t.tell(onQueued, Meta{}, nil)
	if err := t.acquire(f); err != nil {
		return nil, err
	}
	t.attempts++
	f.ctx, f.watch.cancel = context.WithCancelCause(t.ctx)
	f.watch.limits = t.cfg.timeouts.over(Timeouts{
		Connect: defaultConnect, FirstByte: max(t.call.firstByte, defaultFirstByte), Gap: defaultGap,
	})
	return f, nil
}

// acquire waits for room in flight. The circuit may have opened meanwhile:
// those in line then are not sent one by one.
func (t *trip) acquire(f *flight) (err error) {
	c := t.client
	if t.call.Family != "" {
		from := time.Now()
		f.permit, err = c.limiter.Acquire(t.ctx, t.admission())
		t.queued += time.Since(from)
		if err != nil {
			return err
		}
		t.place = f.permit.Place
	}
	f.round, err = c.breakers.enter(t.call.Family)
	if err != nil && t.call.Family != "" {
		c.limiter.Release(f.permit, Outcome{})
	}
	return err
}

// notSent is the error of a call that was not admitted.
func (t *trip) notSent(err error) error {
	what := "waiting for a slot"
	if errors.Is(err, ErrCircuitOpen) {
		what = "not sent"
	}
	return &opError{op: t.call.Op, what: what, err: t.after(err)}
}

// admission is what the limiter is told of the next attempt.
func (t *trip) admission() Admission {
	a := Admission{
		Family: t.call.Family, Weight: t.call.Weight, Priority: t.cfg.priority,
		Tenant: t.cfg.tenant, TenantWeight: t.cfg.tenantWeight,
		MaxQueue: t.cfg.maxQueue, MaxWait: t.cfg.maxWait, Place: t.place,
	}
	if a.MaxWait > 0 && t.queued > 0 {
		if a.MaxWait -= t.queued; a.MaxWait <= 0 {
			a.MaxWait = -1
		}
	}
	return a
}

// land takes a flight's permit back and counts what it brought.
func (t *trip) land(f *flight, err error) {
	c := t.client
	if t.call.Family != "" {
		c.limiter.Release(f.permit, f.outcome())
	}
	c.stats.landed(t.call.Family, f)
	lost := t.call.recovers
	if t.meta = f.meta; lost != nil {
		t.meta = Meta{CharacterCost: -1} // what the audio cost is told of the call that lost it
	}
	if err == nil {
		c.claims.settle(t) // after a panic too
	}
	if f.kept || err == nil {
		t.tell(onDone, t.meta, err)
		if lost != nil {
			lost.tell(onDone, f.meta, err)
		}
	}
}

// again waits until a failed attempt may be repeated, or returns the error
// that ends the call.
func (t *trip) again(f *flight, err error) error {
	class := classify(err, f.sent(), t.call.billable())
	final := t.name(f, class, err)
	switch {
	case t.ctx.Err() != nil, class == ClassFinal, class == ClassAmbiguous && !t.cfg.retryAmbiguous, t.cfg.maxRetries == 0:
		return final
	case t.call.Body.Once && f.begun.Load(), t.call.token != "" && f.sent():
		return &opError{op: t.call.Op, what: "not repeated, the request can be made only once", err: final}
	}
	wait, ok := t.pause(err)
	switch {
	case !ok:
		return final
	case !t.inTime(wait):
		return &opError{op: t.call.Op, what: "not repeated, the deadline comes before the next attempt", err: final}
	}
	t.last = final
	if err := t.spared(err, wait); err != nil {
		return &opError{op: t.call.Op, what: "not repeated", err: t.after(err)}
	}
	t.client.stats.retried(t.call.Family, class)
	e := t.event(f.meta, err)
	e.Class, e.Wait, e.Requeued = class, wait, t.requeues(err)
	t.client.hooks.fire(t.ctx, onRetry, e)
	if wait == 0 {
		return nil
	}
	if err := sleep(t.ctx, wait); err != nil {
		return &opError{op: t.call.Op, what: "waiting to retry", err: t.after(err)}
	}
	return nil
}

// after adds what the last attempt came to, so that a call that may have been
// billed does not end as if it had only waited.
func (t *trip) after(err error) error {
	if t.last == nil {
		return err
	}
	return fmt.Errorf("%w, after %w", err, t.last)
}

// requeues reports whether a failed attempt goes back to its place in line.
func (t *trip) requeues(err error) bool {
	return errors.Is(err, ErrConcurrencyLimit) && t.cfg.backOff == nil && t.cfg.maxRetries > 0 && t.call.Family != ""
}

// pause says how long to wait before the next attempt, and false if there is
// none. A call that a full account refused goes back to its place in line,
// where the limiter knows best when a slot is free; it is as patient as its
// context. All other retries are counted.
func (t *trip) pause(err error) (time.Duration, bool) {
	var api *APIError
	asked := time.Duration(0)
	if errors.As(err, &api) {
		asked = api.RetryAfter
	}
	var wait time.Duration
	if t.requeues(err) {
		t.refusals++
	} else {
		if t.retries >= t.cfg.maxRetries {
			return 0, false
		}
		t.retries++
		if t.waits == nil {
			if t.waits = t.cfg.newBackOff(); t.waits == nil {
				return 0, false
			}
		}
		if wait = t.waits.NextBackOff(); wait == backoff.Stop {
			return 0, false
		}
		if e, ok := t.waits.(*exponential); ok && t.cfg.backOff == nil && errors.Is(err, ErrSystemBusy) {
			wait += e.ceiling // a busy vendor needs time, and is not in doubt
		}
	}
	if asked > 0 {
		wait = asked
	}
	return wait, asked <= maxRetryAfter
}

// inTime reports whether the caller's deadline leaves anything after a wait.
func (t *trip) inTime(wait time.Duration) bool {
	deadline, ok := t.ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}

// name gives an attempt's error the form in which the caller gets it.
func (t *trip) name(f *flight, class Class, err error) error {
	var (
		api  *APIError
		sock *SocketError
		resp *ResponseError
		none *notMade
	)
	wrong := errors.As(err, &resp)
	switch {
	case errors.As(err, &none):
		return &opError{op: t.call.Op, err: err}
	case errors.As(err, &api), errors.As(err, &sock), wrong && class != ClassAmbiguous:
		return err
	case class == ClassAmbiguous:
		return t.lost(f, err)
	case class == ClassRefused && t.ctx.Err() == nil:
		return &opError{op: t.call.Op, what: "the request could not be sent", err: err}
	}
	return &opError{op: t.call.Op, err: err}
}

// lost is the error of an answer that was lost for good.
func (t *trip) lost(f *flight, err error) error {
	e := &AmbiguousError{Op: t.call.Op, Meta: f.meta, Bytes: f.received}
	if e.Meta == (Meta{}) { // nothing came that could tell
		e.Meta = Meta{CharacterCost: -1, Attempts: t.attempts, Queued: t.queued}
	}
	var (
		dark *untold
		resp *ResponseError
	)
	if errors.As(err, &dark) {
		err, e.History = dark.err, dark.reason
	}
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("the connection was closed: %w", err)
	}
	if errors.As(err, &resp) && t.ctx.Err() == nil {
		err = resp.Err
	}
	e.Err = err
	return e
}

func (t *trip) fail(err error) error {
	t.client.stats.failed(t.call.Family, err)
	t.tell(onDone, t.meta, err)
	return err
}

// tell fires one of the client's hooks.
func (t *trip) tell(which hookOf, meta Meta, err error) {
	if t.client.hooks != nil {
		t.client.hooks.fire(t.ctx, which, t.event(meta, err))
	}
}

func (t *trip) event(meta Meta, err error) Event {
	return Event{
		Op: t.call.Op, Family: t.call.Family, Weight: max(t.call.Weight, 1),
		Attempt: t.attempts, Retry: t.retries, MaxRetries: t.cfg.maxRetries, Refusals: t.refusals,
		Queued: t.queued, Meta: meta, Err: err,
	}
}
