// Package socket holds a WebSocket open: one goroutine of its owner reads, one
// of its own writes, keeps the session alive and notices a peer that has gone
// without a word.
//
// No deadline of a caller reaches the socket itself, where it would end it. Who
// waits for a message does so above it, and closes it to give up.
package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

const (
	// MaxMessage is the largest message that is read, in bytes. An engineer of
	// the vendor names it as the largest that is sent.
	MaxMessage = 16 << 20
	// closePatience is how long a closing socket waits for its peer. The vendor's
	// may not answer at all.
	closePatience = 25 * time.Millisecond
	// queued is how many messages wait to be written before Send does.
	queued = 8
)

// The close codes that matter here, of RFC 6455.
const (
	CodeNormal   = 1000
	CodeLost     = 1006 // the connection ended without a close frame
	CodePolicy   = 1008
	CodeTooLarge = 1009
)

var (
	// ErrClosed means that this side has closed the socket.
	ErrClosed = errors.New("the socket is closed")
	// ErrSilent means that a peer that was pinged was not heard any more.
	ErrSilent = errors.New("the peer has gone silent")
	// ErrTooLarge means that a message is larger than MaxMessage.
	ErrTooLarge = errors.New("the message is too large")
)

// A CloseError is how the peer, or the network, ended a socket.
type CloseError struct {
	Code   int // CodeLost if there was no close frame
	Reason string
	Err    error // of the network; nil with a close frame
}

func (e *CloseError) Error() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("closed with %d: %v", e.Code, e.Err)
	case e.Reason != "":
		return fmt.Sprintf("closed with %d: %s", e.Code, e.Reason)
	}
	return fmt.Sprintf("closed with %d", e.Code)
}

func (e *CloseError) Unwrap() error { return e.Err }

// Options of a socket. The zero value has the defaults and sends nothing by
// itself but pings.
type Options struct {
	// KeepAlive is how long nothing is sent until Idle is asked; 0 for ever.
	KeepAlive time.Duration
	// Idle returns a message that keeps the session alive, nil for none. The
	// goroutine that writes calls it.
	Idle func() []byte
	// Silence is how long a peer may be silent until it is pinged. It has 4 s to
	// answer. Default 10 s, negative for ever.
	Silence time.Duration
}

const (
	defaultSilence = 10 * time.Second
	// pongPatience is less than the 5 s that the library gives the writing of a
	// ping, so that the cause is known before it cuts the connection.
	pongPatience = 4 * time.Second
	// writePatience is how long a message may take to be written.
	writePatience = defaultSilence + pongPatience
)

// A Conn is one socket. Read is for one goroutine, all else for any. Whoever
// dialed it closes it, however it has ended.
type Conn struct {
	ws   *websocket.Conn
	wire *wire
	opts Options

	out     chan []byte
	done    chan struct{} // closed when this side closes or gives up
	workers sync.WaitGroup

	secret  string       // that nothing the peer says may show
	class   int          // of the buffer that the last message fitted in
	reading atomic.Int64 // since when a Read waits, as wire.heard; negative for none
	pinging atomic.Bool
	writing atomic.Bool
	stuck   *time.Timer // runs meanwhile

	end     sync.Once
	cause   error // why this side ended it, set before done is closed
	closing atomic.Bool
	closed  chan struct{} // closed when Close has done its work
}

// Dial asks for a socket with a request that is ready but for the headers of
// the handshake, by any means h has: its transport, jar and redirect rule. An
// answer that is not 101 is returned without an error and without a Conn, its
// body unread. The request's context bounds the dial alone.
func Dial(h *http.Client, req *http.Request, opts Options) (*Conn, *http.Response, error) {
	d := &dialer{http: h}
	ws, _, err := websocket.Dial(req.Context(), req.URL.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: d}, HTTPHeader: req.Header,
	})
	switch {
	case d.refusal != nil:
		return nil, d.refusal, nil
	case d.err != nil:
		return nil, nil, d.err // as the transport said it
	case err != nil:
		return nil, nil, err
	}
	ws.SetReadLimit(MaxMessage)
	if opts.Silence == 0 {
		opts.Silence = defaultSilence
	}
	c := &Conn{
		ws: ws, wire: d.wire, opts: opts,
		out: make(chan []byte, queued), done: make(chan struct{}), closed: make(chan struct{}),
	}
	c.reading.Store(-1)
	c.stuck = time.AfterFunc(time.Hour, c.unstick)
	c.stuck.Stop()
	c.workers.Go(c.write)
	return c, d.resp, nil
}

// Hide takes a secret out of all that Redact and a CloseError quote of the peer.
// It is called before the socket is used.
func (c *Conn) Hide(secret string) { c.secret = secret }

// Redact takes the secret out of what the peer has said.
func (c *Conn) Redact(text string) string {
	if c.secret == "" {
		return text
	}
	return strings.ReplaceAll(text, c.secret, "REDACTED")
}

// A dialer passes the handshake on to a client, and keeps hold of what comes
// of it.
type dialer struct {
	http    *http.Client
	wire    *wire
	resp    *http.Response // of a socket
	refusal *http.Response // of anything else
	err     error
}

var errRefused = errors.New("refused")

func (d *dialer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := d.http.Do(req)
	if err != nil {
		d.err = err
		return nil, err
	}
	rwc, ok := resp.Body.(io.ReadWriteCloser)
	if resp.StatusCode != http.StatusSwitchingProtocols || !ok {
		d.refusal = resp
		return nil, errRefused
	}
	d.wire = &wire{ReadWriteCloser: rwc, since: time.Now()}
	told := *resp // the body is the socket's
	told.Body = http.NoBody
	d.resp = &told
	resp.Body = d.wire
	return resp, nil
}

// A wire is the connection under a socket. It knows when it was last heard, as
// the time since it was made.
type wire struct {
	io.ReadWriteCloser
	since time.Time
	heard atomic.Int64
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.ReadWriteCloser.Read(p)
	w.heard.Store(w.now())
	return n, err
}

func (w *wire) now() int64 { return int64(time.Since(w.since)) }

// Send hands a message over to be written, which belongs to the socket from
// here. It waits while several others do.
func (c *Conn) Send(ctx context.Context, m []byte) error {
	select {
	case <-c.done:
		return c.cause
	default:
	}
	select {
	case c.out <- m:
		return nil
	case <-c.done:
		return c.cause
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TrySend is a Send that does not wait. It reports false for a message that
// would have had to, or that nobody will write.
func (c *Conn) TrySend(m []byte) bool {
	select {
	case <-c.done:
		return false
	default:
	}
	select {
	case c.out <- m:
		return true
	default:
		return false
	}
}

// Fail ends the socket at once and without a word to the peer; a Read under way
// and all later calls have the error. Only the first cause counts.
func (c *Conn) Fail(cause error) {
	c.give(cause)
	_ = c.wire.Close()
}

func (c *Conn) give(cause error) {
	c.end.Do(func() {
		c.cause = cause
		close(c.done)
	})
}

// Close tells the peer, waits 25 ms for it at most, and ends all that the
// socket has going. A Read under way ends too. It may be called more than
// once; each call returns when the socket is closed.
func (c *Conn) Close(code int, reason string) {
	c.give(ErrClosed)
	if c.closing.Swap(true) {
		<-c.closed
		return
	}
	cut := time.AfterFunc(closePatience, func() { _ = c.wire.Close() })
	_ = c.ws.Close(websocket.StatusCode(code), reason)
	cut.Stop()
	_ = c.ws.CloseNow() // what a handshake left behind
	c.workers.Wait()
	close(c.closed)
}

// write is the goroutine that writes.
func (c *Conn) write() {
	idle, silent := newTimer(c.opts.KeepAlive), newTimer(c.opts.Silence)
	defer idle.Stop()
	defer silent.Stop()
	for {
		var m []byte
		select {
		case m = <-c.out:
		case <-idle.C:
			m = c.opts.Idle()
		case <-silent.C:
			silent.Reset(c.listen())
			continue
		case <-c.done:
			return
		}
		if m != nil && !c.put(m) {
			return
		}
		if c.opts.KeepAlive > 0 {
			idle.Reset(c.opts.KeepAlive)
		}
	}
}

// put writes a message. It reports whether the socket goes on.
func (c *Conn) put(m []byte) bool {
	c.writing.Store(true)
	c.stuck.Reset(writePatience)
	err := c.ws.Write(context.Background(), websocket.MessageText, m)
	c.writing.Store(false)
	c.stuck.Stop()
	if err != nil {
		// A peer that has closed may have said why, and that is still to be read.
		c.give(c.ended(err))
		time.AfterFunc(closePatience, func() { _ = c.wire.Close() })
	}
	return err == nil
}

// unstick ends a socket on which a message could not be written: a peer that
// takes nothing is as silent as one that says nothing, and no ping comes past
// the message. It may wait for somebody who listens.
func (c *Conn) unstick() {
	switch {
	case !c.writing.Load():
	case c.reading.Load() < 0:
		c.stuck.Reset(writePatience)
	default:
		c.Fail(ErrSilent)
	}
}

// newTimer returns a timer that never fires for a time of 0 or less.
func newTimer(d time.Duration) *time.Timer {
	if d > 0 {
		return time.NewTimer(d)
	}
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// silence is how long the peer was not heard although somebody listened.
func (c *Conn) silence() time.Duration {
	since := c.reading.Load()
	if since < 0 {
		return 0
	}
	return time.Duration(c.wire.now() - max(since, c.wire.heard.Load()))
}

// listen pings a peer that has been silent for too long, and returns when to
// listen again.
func (c *Conn) listen() time.Duration {
	quiet := c.silence()
	if quiet < c.opts.Silence {
		return c.opts.Silence - quiet
	}
	if !c.pinging.Swap(true) {
		c.workers.Go(c.ping)
	}
	return pongPatience
}

// ping ends the socket if nothing at all is heard within the patience.
func (c *Conn) ping() {
	defer c.pinging.Store(false)
	judge := time.AfterFunc(pongPatience, func() {
		if c.silence() >= pongPatience {
			c.Fail(ErrSilent)
		}
	})
	defer judge.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), 2*pongPatience)
	defer cancel()
	_ = c.ws.Ping(ctx) // an answer of any kind will do
}
