// Package ahead reads a source ahead of a reader that has fallen behind.
package ahead

import (
	"sync"
	"time"
)

// A Reader reads a source. As long as its own reader keeps up, every Read is a
// Read of the source, with nothing between. A reader that has been away for
// longer than it has waited, by more than the patience, has fallen behind: a
// goroutine reads the source into memory then, until the source ends, the
// Reader is closed, or the reader has caught up and waits for more. It rests
// while as much is ahead as the limit allows.
//
// The source is read by one goroutine at a time. Read must not be called by
// two goroutines at once; Close may be called at any time and more than once.
type Reader struct {
	source   func([]byte) (int, error)
	limit    int64
	patience time.Duration

	mu      sync.Mutex // guards everything below
	cond    sync.Cond  // that something of it has changed
	head    []byte     // what had been read before
	ahead   fifo
	err     error // what comes after that
	filling bool  // the goroutine reads the source
	waiting bool  // the reader waits for it

	away    bool          // the reader is, since last
	last    time.Time     // it came or went
	credit  time.Duration // how long it may be away yet
	timer   *time.Timer
	ticking bool // it fires before the credit is used up, or just then
}

// New returns a Reader of head and, after it, of the source, up to limit bytes
// ahead of a reader that has fallen behind. With a limit of 0 nothing is read
// ahead. The source's first error ends it.
func New(source func([]byte) (int, error), head []byte, limit int64, patience time.Duration) *Reader {
	r := &Reader{source: source, head: head, limit: limit, patience: patience, credit: patience}
	r.cond.L = &r.mu
	return r
}

// Start lets the reader's time away count, which the first Read does too.
func (r *Reader) Start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.come()
	r.leave()
}

// Read reads what is ahead, and the source when nothing is.
func (r *Reader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.come()
	defer r.leave()
	r.wait()
	switch {
	case len(r.head) > 0:
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	case r.ahead.size > 0:
		n := r.ahead.read(p)
		r.cond.Broadcast() // there is room
		return n, nil
	case r.err != nil:
		return 0, r.err
	}
	n, err := r.readSource(p)
	r.credit = min(r.credit+r.lap(), r.patience)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// wait waits while there is nothing and the goroutine may bring something.
func (r *Reader) wait() {
	for len(r.head) == 0 && r.ahead.size == 0 && r.filling && r.err == nil {
		r.waiting = true
		r.cond.Wait()
	}
	if r.waiting {
		r.waiting = false
		r.credit = r.patience
		r.lap()
	}
}

// readSource is called, and returns, with the lock held.
func (r *Reader) readSource(p []byte) (int, error) {
	r.mu.Unlock()
	defer r.mu.Lock()
	return r.source(p)
}

// lap returns the time since its last call.
func (r *Reader) lap() time.Duration {
	now := time.Now()
	d := now.Sub(r.last)
	r.last = now
	return d
}

// come notes that the reader is back.
func (r *Reader) come() {
	if d := r.lap(); r.away {
		r.away = false
		r.credit -= d
	}
}

// leave notes that the reader goes away. The timer is not moved if it ticks
// already: that would cost more than a read.
func (r *Reader) leave() {
	if r.limit == 0 || r.filling || r.err != nil {
		return
	}
	r.away = true
	if !r.ticking {
		r.tick(r.credit)
	}
}

func (r *Reader) tick(d time.Duration) {
	r.ticking = true
	if r.timer == nil {
		r.timer = time.AfterFunc(d, r.check)
		return
	}
	r.timer.Reset(d)
}

// check looks whether the reader has fallen behind, and then fills.
func (r *Reader) check() {
	if r.behind() {
		r.fill()
	}
}

func (r *Reader) behind() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ticking = false
	if !r.away || r.err != nil {
		return false
	}
	if d := r.credit - time.Since(r.last); d > 0 {
		r.tick(d)
		return false
	}
	r.filling = true
	return true
}

// fill reads the source on the reader's behalf.
func (r *Reader) fill() {
	buf := pieces.Get().(*piece)
	defer pieces.Put(buf)
	for more := true; more; {
		room := r.room()
		if room == 0 {
			return
		}
		n, err := r.source(buf.data[:min(room, pieceSize)])
		more = r.put(buf.data[:n], err)
	}
}

// room waits for room and returns how much there is, none at the end.
func (r *Reader) room() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.err == nil && r.ahead.size >= r.limit {
		r.cond.Wait()
	}
	if r.err != nil {
		r.filling = false
		return 0
	}
	return r.limit - r.ahead.size
}

// put adds what was read and reports whether to go on. A reader that waits has
// caught up and reads the source itself from here.
func (r *Reader) put(b []byte, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.ahead.write(b)
		r.err = err
	}
	r.filling = !r.waiting && r.err == nil
	r.cond.Broadcast()
	return r.filling
}

// Close gives back the memory. A Read that waits, and any later one, fails
// with err; one that reads the source itself ends when the source does.
func (r *Reader) Close(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	r.head = nil
	r.ahead.drop()
	if r.timer != nil {
		r.timer.Stop()
	}
	r.cond.Broadcast()
}
