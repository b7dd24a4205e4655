package elevenlabs

import (
	"context"
	"crypto/tls"
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// A Class is what a failed attempt means for trying again.
type Class int

const (
	// ClassFinal is not tried again: trying would fail the same way, or the
	// caller has given up.
	ClassFinal Class = iota
	// ClassRefused was not carried out: the API refused it for load or for too
	// many requests in flight, or it was not sent. It cost nothing.
	ClassRefused
	// ClassFailed was answered with a failure of the server, was lost before
	// anything was made by the account's history, or concerns a call that costs
	// nothing.
	ClassFailed
	// ClassAmbiguous was sent, and its answer was lost: it may have been
	// carried out, and billed.
	ClassAmbiguous
)

// String returns final, refused, failed or ambiguous.
func (c Class) String() string {
	switch c {
	case ClassRefused:
		return "refused"
	case ClassFailed:
		return "failed"
	case ClassAmbiguous:
		return "ambiguous"
	}
	return "final"
}

// classify says what an attempt's error means: sent tells whether the request
// may have reached the server whole, billable whether the call costs money.
func classify(err error, sent, billable bool) Class {
	var (
		none  *notMade
		api   *APIError
		resp  *ResponseError
		sock  *SocketError
		local *localError
		cert  *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &none):
		return ClassFailed
	case errors.As(err, &api):
		return classifyKind(api.meaning())
	case errors.As(err, &sock) && sock.meaning() != kindUnknown:
		return classifyKind(sock.meaning())
	case errors.As(err, &resp):
		return classifyResponse(resp, billable)
	case errors.As(err, &local), errors.As(err, &cert), errors.Is(err, ErrRedirected):
		return ClassFinal
	case !sent:
		return ClassRefused
	case !billable:
		return ClassFailed
	}
	return ClassAmbiguous
}

func classifyKind(k kind) Class {
	switch k {
	case kindConcurrency, kindBusy, kindRate:
		return ClassRefused
	case kindServer:
		return ClassFailed
	}
	return ClassFinal
}

// classifyResponse judges a 200 that is not what was asked for. Silence that
// was not billed may be tried again; silence that may have been is a lost
// answer.
func classifyResponse(e *ResponseError, billable bool) Class {
	switch {
	case !errors.Is(e, ErrEmptyAudio):
		return ClassFinal
	case !billable, e.Meta.CharacterCost == 0:
		return ClassFailed
	}
	return ClassAmbiguous
}

// A BackOff makes the waits between the attempts of one call; any of
// github.com/cenkalti/backoff fits. It is called once for each call that is
// retried and must be safe for concurrent use; what it returns need not be.
type BackOff func() backoff.BackOff

// LinearBackOff waits step, 2 step, 3 step and so on: 2 s, 4 s, 6 s for a step
// of 2 s. A negative step is 0.
func LinearBackOff(step time.Duration) BackOff {
	step = max(step, 0)
	return func() backoff.BackOff { return &linear{step: step} }
}

// ExponentialBackOff waits a random time between 0 and base, then 0 and 2
// base, then 0 and 4 base, never above the cap. Such full jitter spreads
// callers that failed together. A negative base or cap is 0.
func ExponentialBackOff(base, limit time.Duration) BackOff {
	base, limit = max(base, 0), max(limit, 0)
	return func() backoff.BackOff { return &exponential{base: base, limit: limit} }
}

// The default waits between attempts that failed.
const (
	defaultBackOffBase  = 500 * time.Millisecond
	defaultBackOffLimit = 20 * time.Second
)

type linear struct{ step, next time.Duration }

func (b *linear) NextBackOff() time.Duration {
	if b.next > math.MaxInt64-b.step {
		return b.next
	}
	b.next += b.step
	return b.next
}

func (b *linear) Reset() { b.next = 0 }

type exponential struct {
	base, limit time.Duration
	ceiling     time.Duration
}

func (b *exponential) NextBackOff() time.Duration {
	switch {
	case b.ceiling == 0:
		b.ceiling = min(b.base, b.limit)
	case b.ceiling > b.limit/2:
		b.ceiling = b.limit
	default:
		b.ceiling *= 2
	}
	if b.ceiling == 0 {
		return 0
	}
	return rand.N(b.ceiling)
}

func (b *exponential) Reset() { b.ceiling = 0 }

// maxRetryAfter is the longest Retry-After that is waited for. A longer one
// ends the call, with the wait in its error.
const maxRetryAfter = time.Minute

// sleep waits, or returns the context's error as soon as it ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
