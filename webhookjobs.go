package elevenlabs

import (
	"context"
	"crypto/sha256"
	"maps"
	"sync"
	"time"
)

// deliveries remembers what was delivered, so that it is handled once.
type deliveries struct {
	window time.Duration

	mu   sync.Mutex // guards all below
	seen map[deliveryKey]*handling
	old  []handled // successes, oldest first
}

type deliveryKey [sha256.Size]byte

// A handling is under way, or has succeeded: one that failed is forgotten.
type handling struct {
	done chan struct{} // closed when ok is set
	ok   bool
}

type handled struct {
	key deliveryKey
	at  time.Time
}

// once calls handle unless it has succeeded for the key before. Of several at
// once one does it and the others wait: they must not promise what may yet
// fail.
func (d *deliveries) once(ctx context.Context, key deliveryKey, handle func() error) error {
	for {
		h, mine := d.begin(key)
		if mine {
			return d.carryOut(key, h, handle)
		}
		select {
		case <-h.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if h.ok {
			return nil
		}
	}
}

// begin returns the handling of a key, and whether it is the caller's to do.
func (d *deliveries) begin(key deliveryKey) (h *handling, mine bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget()
	if h, ok := d.seen[key]; ok {
		return h, false
	}
	if d.seen == nil {
		d.seen = make(map[deliveryKey]*handling)
	}
	h = &handling{done: make(chan struct{})}
	d.seen[key] = h
	return h, true
}

// carryOut handles a delivery. One that failed, by a panic too, is forgotten
// before those who wait are woken.
func (d *deliveries) carryOut(key deliveryKey, h *handling, handle func() error) (err error) {
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if h.ok {
			d.old = append(d.old, handled{key, time.Now()})
		} else {
			delete(d.seen, key)
		}
		close(h.done)
	}()
	err = handle()
	h.ok = err == nil
	return err
}

func (d *deliveries) forget() {
	n := 0
	for ; n < len(d.old) && time.Since(d.old[n].at) > d.window; n++ {
		delete(d.seen, d.old[n].key)
	}
	d.old = d.old[n:]
}

// waitingJobs are the transcripts that jobs want, by request id.
type waitingJobs struct {
	mu    sync.Mutex // guards all below
	by    map[string]*awaited
	swept time.Time // when those given up were last looked for
}

// An awaited transcript is one that a job wants.
type awaited struct {
	came       chan struct{} // closed when transcript is set
	transcript *Transcript
	asked      time.Time // when a job last wanted it
}

// forgetJob is when a job that nobody waits for is given up.
const forgetJob = 24 * time.Hour

// expect returns where the transcript of a request will be: the place that was
// told before, if it has come there since or nobody has another one.
func (w *waitingJobs) expect(requestID string, before *awaited) *awaited {
	w.mu.Lock()
	defer w.mu.Unlock()
	if before != nil && before.transcript != nil {
		return before
	}
	now := time.Now()
	a, ok := w.by[requestID]
	if !ok {
		w.sweep(now)
		if a = before; a == nil {
			a = &awaited{came: make(chan struct{})}
		}
		w.by[requestID] = a
	}
	a.asked = now
	return a
}

func (w *waitingJobs) sweep(now time.Time) {
	if w.by == nil {
		w.by = make(map[string]*awaited)
	}
	if now.Sub(w.swept) < time.Hour {
		return
	}
	w.swept = now
	maps.DeleteFunc(w.by, func(_ string, a *awaited) bool { return now.Sub(a.asked) > forgetJob })
}

func (w *waitingJobs) forget(requestID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.by, requestID)
}

// deliver gives a job its transcript, which is its own: the callback has
// another.
func (w *waitingJobs) deliver(e *WebhookEvent) {
	w.mu.Lock()
	a := w.by[e.RequestID]
	w.mu.Unlock()
	if a == nil {
		return
	}
	own, err := parseEvent(e.Raw)
	if err != nil {
		return // it was read before
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if a.transcript == nil {
		a.transcript = own.Transcript
		close(a.came)
	}
}
