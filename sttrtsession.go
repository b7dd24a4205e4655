package elevenlabs

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// An STTSession is a session of realtime speech to text: audio is written into
// it, and [STTSession.Events] tells what was heard. Close it when done with it;
// after [STTSession.Finish] that does nothing.
//
// A session survives its connections. When one breaks, another is opened, and
// the audio that is not transcribed for sure is sent again; what could not be
// kept for that is told by a gap. Segments come once each, and their times
// count in the caller's audio all along. Audio that comes meanwhile is kept.
//
// A session holds a slot of [FamilyRealtimeSTT] while it has a connection. All
// methods may be called by several goroutines at once.
type STTSession struct {
	c    *Client
	req  STTStreamRequest
	call Call
	cfg  callConfig
	rate audioRate
	ring audioRing

	ctx    context.Context
	cancel context.CancelCauseFunc
	wake   chan struct{} // of one: there is something to do
	done   chan struct{} // closed when the session has ended
	events eventQueue

	mu      sync.Mutex    // guards all below, and the ring
	link    *sttLink      // nil while there is none
	changed chan struct{} // closed and made anew when waiting takes may go on
	waiting int           // how many there are
	commits []sttCommit   // to be answered, in order
	settled int64         // the place up to which all is transcribed, or told as lost
	since   time.Time     // when the oldest audio came that was not sent
	final   bool          // no more audio comes
	ended   bool
	err     error // how it ended

	seq      int
	tail     string    // the end of what was said
	answered time.Time // when the last segment came

	// Only for the goroutine that runs.
	down    time.Time       // since when there is no connection that was of use
	waits   backoff.BackOff // between the attempts to get one
	reached int64           // the place up to which any was sent
}

// An sttCommit is the end of a segment to be.
type sttCommit struct {
	at     int64
	byUser bool
	sent   time.Time // on the present connection,
	wire   int64     // and where in its audio
}

// DialSTT opens a session of realtime speech to text, and returns when it has
// started. Up to there it is retried like any call, and errors are as of
// [Client.Synthesize], a refusal that comes as a message being a
// [SocketError].
//
// The session lives under the context: it ends when the context does.
func (c *Client) DialSTT(ctx context.Context, req STTStreamRequest, opts ...CallOption) (*STTSession, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	req = req.complete(c.stt)
	if err := req.validate(); err != nil {
		return nil, err
	}
	s := &STTSession{
		c: c, req: req, call: req.call(), cfg: cfg,
		rate: audioRate{perSecond: int64(req.Format.BytesPerSecond()), width: int64(req.Format.BytesPerSecond() / req.Format.SampleRate())},
		wake: make(chan struct{}, 1), done: make(chan struct{}), changed: make(chan struct{}),
	}
	s.tail = req.PreviousText
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	l, err := s.connect(0)
	if err != nil {
		s.cancel(nil)
		return nil, err
	}
	s.install(l) // before anything is written, which is not to be lost for want of a connection
	go s.run(l)
	return s, nil
}

// nudge tells the session that there is something to do.
func (s *STTSession) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// tell wakes those who wait for room. The caller holds the mutex.
func (s *STTSession) tell() {
	if s.waiting == 0 {
		return
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// Write takes audio, cut anywhere, and returns when all of it is kept. It waits
// while the network is behind by [STTStreamRequest].ReplayBuffer. It does not
// wait for a reconnection, for live audio does not: if that takes so long that
// the buffer is full, the oldest audio is lost, and told by a gap.
//
// After the end of the session it returns how that ended, os.ErrClosed after
// Finish or Close.
func (s *STTSession) Write(p []byte) (int, error) { return s.take(context.Background(), p, false) }

// ReadFrom takes audio from a reader up to its end, as [io.Copy] does. Unlike
// Write it waits for a reconnection rather than lose audio. A Read that is
// under way when the session ends is waited for.
func (s *STTSession) ReadFrom(r io.Reader) (int64, error) {
	if r == nil {
		return 0, badArgument("r", "is nil")
	}
	buf := make([]byte, s.rate.bytes(100*time.Millisecond))
	var total int64
	for {
		n, err := r.Read(buf)
		m, failed := s.take(context.Background(), buf[:n], true)
		total += int64(m)
		switch {
		case failed != nil:
			return total, failed
		case errors.Is(err, io.EOF):
			return total, nil
		case err != nil:
			return total, err
		}
	}
}

// WriteFrom takes audio from a channel until that is closed, the context ends
// or the session does. It waits as Write does.
func (s *STTSession) WriteFrom(ctx context.Context, audio <-chan []byte) error {
	switch {
	case ctx == nil:
		return badArgument("Context", "is nil")
	case audio == nil:
		return badArgument("audio", "is nil")
	}
	for {
		select {
		case p, more := <-audio:
			if !more {
				return nil
			}
			if _, err := s.take(ctx, p, false); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-s.done:
			return s.failure()
		}
	}
}

// take keeps audio, as room allows.
func (s *STTSession) take(ctx context.Context, p []byte, patient bool) (taken int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(p) > 0 {
		if err := s.closed(); err != nil {
			return taken, err
		}
		n := min(s.room(len(p), patient), len(p))
		if n == 0 {
			if s.await(ctx); ctx.Err() != nil {
				return taken, ctx.Err()
			}
			continue
		}
		if l := s.link; l == nil || l.sent == s.ring.end() {
			s.since = time.Now()
		}
		s.ring.add(p[:n])
		taken, p = taken+n, p[n:]
		s.nudge()
	}
	return taken, s.closed()
}

// await waits for a change, without the mutex, unless the context ends.
func (s *STTSession) await(ctx context.Context) {
	changed := s.changed
	s.waiting++
	s.mu.Unlock()
	select {
	case <-changed:
	case <-ctx.Done():
	}
	s.mu.Lock()
	s.waiting--
}

// room makes room for n bytes and returns how much there is. Audio that was
// sent is let go first: it is missed only if the connection breaks before it is
// transcribed.
func (s *STTSession) room(n int, patient bool) int {
	most := s.rate.bytes(s.req.ReplayBuffer)
	short := int64(len(s.ring.buf)) + int64(n) - most
	if short > 0 {
		switch {
		case s.link != nil:
			s.ring.drop(min(s.ring.base+short, s.link.sent))
		case !patient:
			s.ring.drop(s.rate.whole(s.ring.base + short + s.rate.width - 1))
		}
	}
	return int(max(most-int64(len(s.ring.buf)), 0))
}

// closed is why nothing more is taken. The caller holds the mutex.
func (s *STTSession) closed() error {
	switch {
	case s.ended && s.err != nil:
		return s.err
	case s.ended, s.final:
		return os.ErrClosed
	}
	return nil
}

// failure is how the session ended, os.ErrClosed if in order.
func (s *STTSession) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed()
}

// Commit ends the segment with the audio written so far and returns at once;
// the segment comes as an event. Less than 0.35 s is filled up with silence,
// and nothing at all is not committed.
func (s *STTSession) Commit() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.closed(); err != nil {
		return err
	}
	if at := s.rate.whole(s.ring.end()); at > s.mark() {
		s.commits = append(s.commits, sttCommit{at: at, byUser: true})
		s.nudge()
	}
	return nil
}

// mark is the end of the last segment that is asked for.
func (s *STTSession) mark() int64 {
	if n := len(s.commits); n > 0 {
		return s.commits[n-1].at
	}
	return s.settled
}

// Finish ends the session in order: it sends what was written, commits it,
// waits for the last segment and closes. An end of the connection that loses
// nothing is a success. If the context ends before that, the session is closed.
// No audio is taken from here on.
func (s *STTSession) Finish(ctx context.Context) error {
	if ctx == nil {
		return badArgument("Context", "is nil")
	}
	s.mu.Lock()
	s.final = true
	s.tell()
	s.mu.Unlock()
	s.nudge()
	if s.outlasts(ctx) {
		s.Close()
		return &opError{op: opSTTSession, what: "not finished", err: ctx.Err()}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.settled < s.rate.whole(s.ring.end()) {
		return os.ErrClosed // somebody has closed it
	}
	return s.err
}

// outlasts waits for the end of the session, or of the context if that comes
// before.
func (s *STTSession) outlasts(ctx context.Context) bool {
	select {
	case <-s.done:
	case <-ctx.Done():
		select {
		case <-s.done:
		default:
			return true
		}
	}
	return false
}

// Close ends the session at once. What has not been transcribed is given up.
// It may be called more than once, and while anything else is under way.
func (s *STTSession) Close() error {
	s.cancel(os.ErrClosed)
	<-s.done
	return nil
}

// end settles how the session ended. Audio that nothing came of is told as a
// gap if it was not the caller who gave it up.
func (s *STTSession) end(err error) {
	if errors.Is(err, os.ErrClosed) && errors.Is(context.Cause(s.ctx), os.ErrClosed) {
		err = nil
	}
	s.mu.Lock()
	from, to := s.settled, s.ring.end()
	s.ended, s.err, s.link = true, err, nil
	s.tell()
	s.mu.Unlock()
	if err != nil && to > from {
		s.events.push(s.gap(from, to))
	}
	s.events.close(err)
	s.cancel(nil)
	close(s.done)
}

func (s *STTSession) gap(from, to int64) STTEvent {
	return STTEvent{Kind: STTGap, From: s.rate.lasting(from), To: s.rate.lasting(to)}
}
