package elevenlabs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"maps"
	"slices"
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

// waitingJobs brings deliveries and the jobs that want them together,
// whichever comes first.
type waitingJobs struct {
	mu    sync.Mutex // guards all below
	by    map[string]*awaited
	swept time.Time // when those given up were last looked for
	kept  keptDeliveries
}

// An awaited delivery is one that a job wants.
type awaited struct {
	came  chan struct{} // closed when body is set
	body  []byte
	asked time.Time // when a job last wanted it
}

// forgetJob is when a job that nobody waits for is given up.
const forgetJob = 24 * time.Hour

// expect returns where the delivery for a job will be: the place that was told
// before, if it has come there since or nobody has another one. The id is the
// request's, or the transcript's if that is all the job has.
func (w *waitingJobs) expect(id string, before *awaited) *awaited {
	w.mu.Lock()
	defer w.mu.Unlock()
	if before != nil && before.body != nil {
		return before
	}
	now := time.Now()
	a, ok := w.by[id]
	if !ok {
		w.sweep(now)
		if a = before; a == nil {
			a = &awaited{came: make(chan struct{})}
		}
		a.bring(w.kept.find(id))
		w.by[id] = a
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

func (w *waitingJobs) forget(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.by, id)
}

// deliver gives a delivery to the jobs that want it, and keeps it for those
// that are yet to ask: it may come before the answer to their submission.
func (w *waitingJobs) deliver(e *WebhookEvent) {
	d := keptDelivery{ids: [2]string{e.RequestID, e.TranscriptionID}, body: bytes.Clone(e.Raw), at: time.Now()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept.add(d)
	for _, id := range d.ids {
		if a := w.by[id]; a != nil {
			a.bring(d.body)
		}
	}
}

// bring ends the wait, once.
func (a *awaited) bring(body []byte) {
	if a.body == nil && body != nil {
		a.body = body
		close(a.came)
	}
}

// maxKept is how many deliveries are kept for jobs that have not asked yet.
const maxKept = 1000

// keptDeliveries are the latest, oldest first. The bodies are kept and not
// what was read from them, which is several times as large.
type keptDeliveries struct {
	window   time.Duration
	maxBytes int64

	list  []keptDelivery
	bytes int64
}

type keptDelivery struct {
	ids  [2]string // of the request and of the transcript; either may be empty
	body []byte
	at   time.Time
}

func (k *keptDeliveries) add(d keptDelivery) {
	if d.ids == [2]string{} {
		return // nobody can ask for it
	}
	again := slices.IndexFunc(k.list, func(old keptDelivery) bool { return old.ids == d.ids })
	if again >= 0 {
		k.bytes -= int64(len(k.list[again].body))
		k.list = slices.Delete(k.list, again, again+1)
	}
	k.list = append(k.list, d)
	k.bytes += int64(len(d.body))
	k.trim()
}

// find returns the body that was delivered last with an id, nil if none was.
func (k *keptDeliveries) find(id string) []byte {
	k.trim()
	for _, d := range slices.Backward(k.list) {
		if slices.Contains(d.ids[:], id) {
			return d.body
		}
	}
	return nil
}

// trim drops what is too old, and the oldest of what is too much.
func (k *keptDeliveries) trim() {
	n := 0
	for ; n < len(k.list); n++ {
		over := len(k.list)-n > maxKept || k.bytes > k.maxBytes
		if !over && time.Since(k.list[n].at) <= k.window {
			break
		}
		k.bytes -= int64(len(k.list[n].body))
	}
	k.list = slices.Delete(k.list, 0, n)
}
