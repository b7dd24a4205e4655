package elevenlabs

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

const (
	// maxContexts is how many utterances the vendor allows on a socket, those
	// that close among them.
	//
	// Source: the reason of a close seen in March 2026.
	maxContexts = 5
	// finalPatience is how long the last word on a cancelled utterance may take
	// until its socket takes no new ones.
	finalPatience = 5 * time.Second
)

// A ttsPool is sockets that utterances share, on which they have places.
type ttsPool struct {
	c     *Client
	cfg   callConfig
	call  Call
	seats *socketSeats // that its sockets take; nil for none

	ctx     context.Context
	cancel  context.CancelFunc
	tasks   sync.WaitGroup
	dialing chan struct{} // held by who opens a socket
	ids     atomic.Int64

	mu    sync.Mutex // guards all below
	links []*ttsLink
	warm  int   // how many are to be open, used or not
	ended error // why the last had ended that was not replaced
	err   error

	full  context.Context // ends when a place is given up
	freed context.CancelFunc
}

func newTTSPool(ctx context.Context, c *Client, cfg callConfig, call Call) *ttsPool {
	m := &ttsPool{c: c, cfg: cfg, call: call, dialing: make(chan struct{}, 1)}
	m.full, m.freed = context.WithCancel(context.Background())
	m.ctx, m.cancel = context.WithCancel(ctx)
	return m
}

// start opens the first socket. From here the context ends all.
func (m *ttsPool) start(ctx context.Context) error {
	context.AfterFunc(m.ctx, func() { m.shut(m.ctx.Err()) })
	if err := m.Prewarm(ctx, 1); err != nil {
		m.cancel()
		return err
	}
	return nil
}

// Prewarm opens sockets until there are so many, and from then on keeps them
// open: one that has ended is replaced, unless it had been refused. More that
// nobody uses are closed. 0 is for as many as the utterances need. It begins
// with 1. If one ends meanwhile that is not replaced the error is why, as a
// wrong key.
func (m *ttsPool) Prewarm(ctx context.Context, sockets int) error {
	switch {
	case ctx == nil:
		return badArgument("Context", "is nil")
	case sockets < 0:
		return badArgument("sockets", "%d is negative", sockets)
	}
	m.mu.Lock()
	m.warm, m.ended = sockets, nil
	for _, l := range slices.Clone(m.links) {
		if m.retire(l) {
			m.tasks.Go(l.close)
		}
	}
	m.mu.Unlock()
	for {
		switch enough, ended, err := m.enough(); {
		case enough, err != nil:
			return err
		case ended != nil:
			return ended
		}
		if _, err := m.open(ctx, context.Background(), nil); err != nil {
			return err
		}
	}
}

// enough reports whether as many sockets are open as are to be warm, why one is
// not any more, and why there are to be none.
func (m *ttsPool) enough() (enough bool, ended, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.links) >= m.warm, m.ended, m.err
}

// begin begins an utterance.
func (m *ttsPool) begin(s *TTSSession) error {
	s.connect = m.place
	stop := context.AfterFunc(m.ctx, func() { s.shut(m.how()) })
	context.AfterFunc(s.ctx, func() { stop() })
	return s.start()
}

// Close ends all utterances and sockets, and returns when they have ended. It
// may be called more than once.
func (m *ttsPool) Close() error {
	m.shut(os.ErrClosed)
	m.tasks.Wait()
	return nil
}

// how is why there are no more utterances.
func (m *ttsPool) how() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		return m.ctx.Err()
	}
	return m.err
}

func (m *ttsPool) shut(err error) {
	m.mu.Lock()
	if m.err == nil {
		m.err = err
	}
	links := slices.Clone(m.links)
	m.mu.Unlock()
	m.cancel()
	var all sync.WaitGroup
	for _, l := range links {
		all.Go(l.close)
	}
	all.Wait()
}

// place finds a socket with room for a context, or opens one.
func (m *ttsPool) place(ctx context.Context) (*ttsLink, string, error) {
	id := m.newID()
	for {
		l, full, err := m.room(id)
		if l == nil && err == nil {
			l, err = m.open(ctx, full, &id)
		}
		if err != errFreed {
			return l, id, err
		}
	}
}

func (m *ttsPool) newID() string { return "u" + strconv.FormatInt(m.ids.Add(1), 10) }

// errFreed means that a place was given up meanwhile.
var errFreed = errors.New("there may be room")

// room reserves a place on an open socket. If all are full there is none, and
// the context ends when that may have changed.
func (m *ttsPool) room(id string) (*ttsLink, context.Context, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, nil, m.err
	}
	for _, l := range m.links {
		if l.reserve(id) {
			return l, nil, nil
		}
	}
	return nil, m.full, nil
}

// open opens a socket, one after the other. With an id it reserves a place on
// it, or on another that has found room meanwhile; without one there is none if
// enough are open by then. It stops waiting, but not dialing, when full ends.
func (m *ttsPool) open(ctx, full context.Context, id *string) (*ttsLink, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.ctx, cancel)()
	select {
	case m.dialing <- struct{}{}:
		defer func() { <-m.dialing }()
	case <-full.Done():
		return nil, errFreed
	case <-ctx.Done():
		return nil, m.stopped(ctx.Err())
	}
	if id != nil {
		l, now, err := m.room(*id)
		if l != nil || err != nil {
			return l, err
		}
		full = now
	} else if enough, _, err := m.enough(); enough || err != nil {
		return nil, err
	}
	return m.dial(ctx, full, id)
}

// dial opens a socket, with a slot if it takes one.
func (m *ttsPool) dial(ctx, full context.Context, id *string) (*ttsLink, error) {
	left, err := m.seats.take(ctx, full)
	if err != nil {
		return nil, m.stopped(err)
	}
	l, err := dialTTSLink(ctx, m.c, m.call, m.cfg, m)
	if err != nil {
		left(err)
		return nil, m.stopped(err)
	}
	l.keep(left)
	if err := m.add(l, id); err != nil {
		l.conn.Close(socket.CodeNormal, "")
		left(err)
		return nil, err
	}
	return l, nil
}

// stopped is an error, or how the pool has ended if that is behind it.
func (m *ttsPool) stopped(err error) error {
	if m.ctx.Err() != nil {
		return m.how()
	}
	return err
}

// add keeps a socket that was opened, unless it is too late.
func (m *ttsPool) add(l *ttsLink, id *string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	if id != nil {
		l.reserve(*id)
	}
	m.links = append(m.links, l)
	m.tasks.Go(l.read)
	return nil
}

// vacated is told that a place on a socket was given up. It reports whether the
// socket is of no more use: nobody is on it, and there are more than are to be
// warm.
func (m *ttsPool) vacated(l *ttsLink) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.freed()
	m.full, m.freed = context.WithCancel(context.Background())
	return m.retire(l)
}

// retire takes a socket that is of no more use out of use.
func (m *ttsPool) retire(l *ttsLink) bool {
	if len(m.links) <= m.warm || !l.retire() {
		return false
	}
	m.links = slices.DeleteFunc(m.links, func(other *ttsLink) bool { return other == l })
	return true
}

// lost is told how a socket has ended, and opens another in its place if that
// may do better. It returns why there are to be no more, nil if there are.
func (m *ttsPool) lost(l *ttsLink, told *SocketError) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := slices.Contains(m.links, l)
	m.links = slices.DeleteFunc(m.links, func(other *ttsLink) bool { return other == l })
	switch {
	case !known || m.err != nil || len(m.links) >= m.warm:
	case told.passes() && time.Since(l.since) > leastLife:
		m.tasks.Go(func() { _, _ = m.open(m.ctx, context.Background(), nil) }) // who needs one later is told what is wrong
	default:
		m.ended = told
	}
	return m.err
}
