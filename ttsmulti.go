package elevenlabs

import (
	"context"
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

// A TTSMulti is a voice that speaks many utterances, several at once, on
// sockets that are open already. Each socket has room for 5; one more is
// opened when they are full. It is safe for concurrent use.
type TTSMulti struct {
	c    *Client
	cfg  callConfig
	req  TTSStreamRequest
	call Call

	ctx     context.Context
	cancel  context.CancelFunc
	tasks   sync.WaitGroup
	dialing chan struct{} // held by who opens a socket
	ids     atomic.Int64

	mu    sync.Mutex // guards all below
	links []*ttsLink
	warm  int // how many are to be open, used or not
	err   error
}

// DialTTSMulti opens a socket for many utterances of one voice. What a
// [TTSUtterance] does not set is as in the request. It lives under the context,
// and so do its utterances. Close it when done with it.
//
// See [Client.DialTTS] for slots and errors: an utterance takes a slot while
// audio is made for it, an open socket none.
func (c *Client) DialTTSMulti(ctx context.Context, req TTSStreamRequest, opts ...CallOption) (*TTSMulti, error) {
	if req.InactivityTimeout == 0 {
		req.InactivityTimeout = longestInactivity
		if req.KeepAlive == 0 {
			req.KeepAlive = defaultInactivity / 2
		}
	}
	cfg, req, err := c.ttsSocket(ctx, "TTS multi socket", req, opts)
	if err != nil {
		return nil, err
	}
	m := &TTSMulti{c: c, cfg: cfg, req: req, call: req.call("TTS multi socket", "/multi-stream-input"), dialing: make(chan struct{}, 1)}
	m.ctx, m.cancel = context.WithCancel(ctx)
	context.AfterFunc(m.ctx, func() { m.shut(m.ctx.Err()) })
	if err := m.Prewarm(ctx, 1); err != nil {
		m.cancel()
		return nil, err
	}
	return m, nil
}

// Prewarm opens sockets until there are so many, and from then on keeps them
// open: one that has ended is replaced, unless it had been refused. 0 is for as
// many as the utterances need. A DialTTSMulti begins with 1.
func (m *TTSMulti) Prewarm(ctx context.Context, sockets int) error {
	switch {
	case ctx == nil:
		return badArgument("Context", "is nil")
	case sockets < 0:
		return badArgument("sockets", "%d is negative", sockets)
	}
	m.mu.Lock()
	m.warm = sockets
	m.mu.Unlock()
	for {
		m.mu.Lock()
		enough, err := len(m.links) >= m.warm, m.err
		m.mu.Unlock()
		if enough || err != nil {
			return err
		}
		if _, _, err := m.open(ctx, nil); err != nil {
			return err
		}
	}
}

// NewUtterance begins something to be said, with the settings that the sockets
// were opened with. It is a session of its own: what is written to it is spoken
// beside the others, and Cancel and Close end it alone. It ends with its
// context, too, and heeds the options that one has of [NewContext].
func (m *TTSMulti) NewUtterance(ctx context.Context) (*TTSSession, error) {
	return m.Utter(ctx, TTSUtterance{})
}

// Close ends all utterances and sockets, and returns when they have ended. It
// may be called more than once.
func (m *TTSMulti) Close() error {
	m.shut(os.ErrClosed)
	m.tasks.Wait()
	return nil
}

// how is why there are no more utterances.
func (m *TTSMulti) how() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		return m.ctx.Err()
	}
	return m.err
}

func (m *TTSMulti) shut(err error) {
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
func (m *TTSMulti) place(ctx context.Context) (*ttsLink, string, error) {
	id := "u" + strconv.FormatInt(m.ids.Add(1), 10)
	if l, err := m.room(id); l != nil || err != nil {
		return l, id, err
	}
	l, again, err := m.open(ctx, &id)
	if again != nil {
		l = again
	}
	return l, id, err
}

// room reserves a place on an open socket, nil if all are full.
func (m *TTSMulti) room(id string) (*ttsLink, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	for _, l := range m.links {
		if l.reserve(id) {
			return l, nil
		}
	}
	return nil, nil
}

// open opens a socket, one after the other. With an id it reserves a place on
// it, or on another that has found room meanwhile.
func (m *TTSMulti) open(ctx context.Context, id *string) (opened, found *ttsLink, err error) {
	select {
	case m.dialing <- struct{}{}:
		defer func() { <-m.dialing }()
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-m.ctx.Done():
		return nil, nil, m.how()
	}
	if id != nil {
		if l, err := m.room(*id); l != nil || err != nil {
			return nil, l, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.ctx, cancel)()
	l, err := dialTTSLink(ctx, m.c, m.call, m.cfg, m)
	if err != nil {
		return nil, nil, err
	}
	if err := m.add(l, id); err != nil {
		l.conn.Close(socket.CodeNormal, "")
		return nil, nil, err
	}
	return l, nil, nil
}

// add keeps a socket that was opened, unless it is too late.
func (m *TTSMulti) add(l *ttsLink, id *string) error {
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

// freed is told that a context of a socket is final. It reports whether the
// socket is of no more use: nobody is on it, and there are more than are to be
// warm.
func (m *TTSMulti) freed(l *ttsLink) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.links) <= m.warm || !l.retire() {
		return false
	}
	m.links = slices.DeleteFunc(m.links, func(other *ttsLink) bool { return other == l })
	return true
}

// lost is told that a socket has ended, and opens another in its place if that
// may do better. It returns why there are to be no more, nil if there are.
func (m *TTSMulti) lost(l *ttsLink, again bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.links)
	m.links = slices.DeleteFunc(m.links, func(other *ttsLink) bool { return other == l })
	if again && m.err == nil && len(m.links) < before && len(m.links) < m.warm {
		m.tasks.Go(func() { _, _, _ = m.open(m.ctx, nil) }) // who needs one later is told what is wrong
	}
	return m.err
}
