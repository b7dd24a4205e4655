package elevenlabs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// A ttsLink is a connection with the sessions that speak on it: one, or as many
// as there are contexts. A goroutine of its own reads it until it ends.
type ttsLink struct {
	op   string
	conn *socket.Conn
	pool *ttsPool      // whose it is; nil for a session's own
	done chan struct{} // closed when the connection has ended and all were told

	since time.Time
	held  atomic.Bool // by a listener that is slow

	mu     sync.Mutex           // guards all below
	places map[string]*ttsPlace // by context
	failed *SocketError         // what the server told before it closed
	told   SocketError          // how it has ended
	over   bool                 // nobody may join any more
	tired  bool                 // a last word is overdue, so nobody new may
	left   func(error)          // gives its slot back; nil for none
}

// errorPatience is how long a connection may stay open behind an error.
const errorPatience = time.Second

// leastLife is how long a connection has to have lasted to be worth another in
// its place.
const leastLife = time.Second

// A ttsPlace is a context's on a link. One that closes keeps it until the
// server says that it is final.
type ttsPlace struct {
	session *TTSSession // nil once it has left
	left    func()      // called when the place is given up; nil for nothing
}

// dialTTSLink opens a connection, which is the caller's to read.
func dialTTSLink(ctx context.Context, c *Client, call Call, cfg callConfig, pool *ttsPool) (*ttsLink, error) {
	l := &ttsLink{op: call.Op, pool: pool, done: make(chan struct{}), places: make(map[string]*ttsPlace)}
	if pool != nil && pool.seats != nil {
		call.socket = &socket.Options{KeepAlive: pool.seats.pulse, Idle: l.idle}
	}
	conn, _, err := c.dialSocket(ctx, call, cfg)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn, l.since = conn, time.Now()
	return l, nil
}

// idle is a sign of life where nobody is who could give one: a context without
// text that is closed at once. The goroutine that writes asks for it.
func (l *ttsLink) idle() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.conn == nil || len(l.places) > 0 {
		return nil
	}
	id := l.pool.newID()
	open, end := l.pool.seats.sign(id)
	l.places[id] = new(ttsPlace)
	l.conn.TrySend(end)
	return open
}

// reserve takes a place for a context, if there is one.
func (l *ttsLink) reserve(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.tired || len(l.places) >= maxContexts {
		return false
	}
	l.places[id] = new(ttsPlace)
	return true
}

// retire lets nobody join any more, unless somebody is on the link.
func (l *ttsLink) retire() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.places) > 0 {
		return false
	}
	l.over = true
	return true
}

// join puts a session on the link. The error is how the link has ended.
func (l *ttsLink) join(id string, s *TTSSession) *SocketError {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		told := l.told
		return &told
	}
	l.places[id] = &ttsPlace{session: s}
	return nil
}

// giveBack gives up the place of a context that the server has not heard of.
func (l *ttsLink) giveBack(id string) {
	l.mu.Lock()
	over := l.over
	delete(l.places, id)
	l.mu.Unlock()
	if !over && (l.pool == nil || l.pool.vacated(l)) {
		l.close()
	}
}

// leave takes a session off the link. One that shares it leaves its place to
// the server until that has said its last word, and left is called then. It
// says nothing if the last word on it was said.
func (l *ttsLink) leave(id string, bye []byte, left func()) {
	l.mu.Lock()
	p := l.places[id]
	if l.over || p == nil {
		l.mu.Unlock()
		left()
		return
	}
	left = sync.OnceFunc(left)
	p.session, p.left = nil, left
	time.AfterFunc(finalPatience, func() { l.overdue(id, p) })
	if bye != nil && !l.conn.TrySend(bye) { // others have much to say, or a listener who was slow has held them up
		l.pool.tasks.Go(func() { _ = l.conn.Send(l.pool.ctx, bye) })
	}
	l.mu.Unlock()
}

// keep has the link give a slot back when it has ended. It reports false for one
// that has.
func (l *ttsLink) keep(left func(error)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return false
	}
	l.left = left
	return true
}

// overdue gives up on the last word on a context. Its place stays taken, until
// the link can be replaced without harm to others.
func (l *ttsLink) overdue(id string, p *ttsPlace) {
	l.mu.Lock()
	waits := l.places[id] == p
	l.tired = l.tired || waits
	l.mu.Unlock()
	if waits {
		p.left()
	}
	if l.spent() {
		l.conn.Fail(errNoFinal)
	}
}

// spent reports whether the link takes nobody any more and nobody is on it.
func (l *ttsLink) spent() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.places {
		if p.session != nil {
			return false
		}
	}
	return l.tired
}

var (
	errNoFinal  = errors.New("the server has not ended what was cancelled")
	errLeftOpen = errors.New("the server did not close behind its error")
)

// close ends the link and returns when it has ended.
func (l *ttsLink) close() {
	l.conn.Close(socket.CodeNormal, "")
	<-l.done
}

// read is the goroutine of the link.
func (l *ttsLink) read() {
	defer close(l.done)
	var (
		d   timing.FrameDecoder
		err error
		m   socket.Message
	)
	for err == nil {
		if m, err = l.conn.Read(); err == nil {
			err = l.take(&d, m)
		}
	}
	l.conn.Close(socket.CodeNormal, "")
	l.end(err)
}

// take hands a message to the session it is for.
func (l *ttsLink) take(d *timing.FrameDecoder, m socket.Message) error {
	f, err := d.Decode(m.Data)
	switch {
	case err != nil:
		m.Free()
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	case f.Failed:
		l.fail(f)
		m.Free()
		return nil
	}
	s, left, known := l.whose(f)
	if s == nil || len(f.Audio) == 0 {
		m.Free()
	}
	switch {
	case s != nil:
		s.hear(l, f, m)
	case left != nil:
		left()
	}
	if f.Final && known {
		return l.ceded()
	}
	return nil
}

// fail notes the first error that the server tells. The close follows, or so it
// should.
func (l *ttsLink) fail(f timing.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = &SocketError{Op: l.op, Type: l.conn.Redact(f.Error), Message: l.conn.Redact(f.Message)}
		time.AfterFunc(errorPatience, func() { l.conn.Fail(errLeftOpen) })
	}
}

// whose is the session that a message is for, nil for one that has left or was
// never known. The last message on one of several contexts gives up its place:
// who had left it has something to do then.
func (l *ttsLink) whose(f timing.Frame) (s *TTSSession, left func(), known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.places[f.Context]
	if p == nil {
		return nil, nil, false
	}
	if f.Final && l.pool != nil {
		delete(l.places, f.Context)
		left = p.left
	}
	return p.session, left, true
}

// ceded is told that a last message has come. The error is why the link is of
// no more use.
func (l *ttsLink) ceded() error {
	switch {
	case l.spent():
		return errNoFinal
	case l.pool != nil && !l.pool.vacated(l):
		return nil
	}
	return io.EOF // nothing more will be said
}

// end tells all sessions how the link has ended.
func (l *ttsLink) end(err error) {
	l.mu.Lock()
	l.over, l.told = true, SocketError{Op: l.op}
	if l.failed != nil {
		l.told = *l.failed
	}
	l.told.closedBy(err)
	places, told, left := l.places, l.told, l.left
	l.places = nil
	l.mu.Unlock()
	if left != nil {
		left(&told)
	}
	var over error // of all sessions of the pool
	if l.pool != nil {
		over = l.pool.lost(l, &told)
	}
	for _, p := range places {
		switch {
		case p.session == nil:
		case over != nil:
			p.session.shut(over)
		default:
			p.session.lost(l, told)
		}
		if p.left != nil {
			p.left()
		}
	}
}
