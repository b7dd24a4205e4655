package elevenlabs

import (
	"context"
	"sync"
	"time"
)

// Timeouts are the limits of one attempt; each starts anew with a retry. The
// caller's context bounds the whole call, waits included. A limit that is 0
// is the default, a negative one is none.
//
// An attempt that runs into one ends with a [TimeoutError].
type Timeouts struct {
	// Connect is the time to a usable connection, TLS included. Default 15 s.
	Connect time.Duration
	// FirstByte is the time from the sent request to the start of the answer.
	// The vendor makes the whole audio or transcript before it answers, so the
	// default grows with the work: 60 s and 5 ms for each character of text, or
	// 60 s and the length of the audio (1 s for each 4 kB when its length is
	// not known, 1 h when its size is not known either).
	FirstByte time.Duration
	// Gap is the time without a byte, while a request is sent and while an
	// answer is read. Default 30 s. A caller who is slow to supply or to read
	// is not counted.
	Gap time.Duration
	// Total is the time of the whole attempt, the reading of a buffered answer
	// included. It never cuts a stream that has begun. Default none.
	Total time.Duration
}

const (
	defaultConnect   = 15 * time.Second
	defaultFirstByte = 60 * time.Second
	defaultGap       = 30 * time.Second
)

// over returns t with its unset limits taken from base.
func (t Timeouts) over(base Timeouts) Timeouts {
	pick := func(a, b time.Duration) time.Duration {
		if a != 0 {
			return a
		}
		return b
	}
	return Timeouts{
		Connect:   pick(t.Connect, base.Connect),
		FirstByte: pick(t.FirstByte, base.FirstByte),
		Gap:       pick(t.Gap, base.Gap),
		Total:     pick(t.Total, base.Total),
	}
}

// A phase is the part of an attempt that a limit applies to.
type phase int

const (
	phaseConnect phase = iota
	phaseUpload
	phaseFirstByte
	phaseGap
)

func (p phase) String() string { return [...]string{"connect", "upload", "first byte", "gap"}[p] }

// watch ends an attempt that runs into one of its limits. One limit is armed
// at a time, besides the total.
type watch struct {
	cancel context.CancelCauseFunc
	limits Timeouts

	mu       sync.Mutex // guards everything below
	timer    *time.Timer
	fires    time.Time // when the timer will
	total    *time.Timer
	phase    phase
	deadline time.Time // zero when no limit is armed
	done     bool
}

func (w *watch) start() {
	if d := w.limits.Total; d > 0 {
		w.total = time.AfterFunc(d, func() { w.cancel(&TimeoutError{Limit: "total", After: d}) })
	}
	w.arm(phaseConnect)
}

func (w *watch) limit(p phase) time.Duration {
	switch p {
	case phaseConnect:
		return w.limits.Connect
	case phaseFirstByte:
		return w.limits.FirstByte
	}
	return w.limits.Gap
}

// arm starts the limit of a phase. The answer can overtake the end of the
// request, so once it is being read no other phase begins.
func (w *watch) arm(p phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done || w.phase == phaseGap && p != phaseGap {
		return
	}
	w.phase = p
	d := w.limit(p)
	if d <= 0 {
		w.deadline = time.Time{}
		return
	}
	w.deadline = time.Now().Add(d)
	switch {
	case w.timer == nil:
		w.timer = time.AfterFunc(d, w.fire)
	case !w.fires.IsZero() && !w.deadline.Before(w.fires):
		return // it fires before the deadline, and goes on from there
	default:
		w.timer.Reset(d)
	}
	w.fires = w.deadline
}

// rest lifts the limit of a phase, if that is the one that is armed. The timer goes on and finds nothing to do:
// moving it for every read would cost more than the read.
func (w *watch) rest(p phase) {
	w.mu.Lock()
	if w.phase == p {
		w.deadline = time.Time{}
	}
	w.mu.Unlock()
}

func (w *watch) fire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fires = time.Time{}
	if w.deadline.IsZero() || w.done {
		return
	}
	if left := time.Until(w.deadline); left > 0 {
		w.fires = w.deadline
		w.timer.Reset(left)
		return
	}
	w.cancel(&TimeoutError{Limit: w.phase.String(), After: w.limit(w.phase)})
}

// streaming lifts the total: what has begun to play is not cut.
func (w *watch) streaming() {
	if w.total != nil {
		w.total.Stop()
	}
}

// stop ends all limits.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	if w.timer != nil {
		w.timer.Stop()
	}
	if w.total != nil {
		w.total.Stop()
	}
}
