package elevenlabs

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// closeDelay is how long the close behind an error is waited for.
const closeDelay = time.Second

// An sttLink is one connection of a session. The session's mutex guards what
// changes.
type sttLink struct {
	f        *flight
	forget   context.CancelCauseFunc // of its context
	lost     chan struct{}           // closed when it can be read no more
	err      error                   // why, set before
	told     *SocketError            // the last error that came as a message; nil for none
	heard    bool                    // a transcript came,
	answered bool                    // and audio was settled by it

	clock   audioClock
	sent    int64                       // the place in the caller's audio up to which it was sent
	wire    int64                       // bytes sent, added silence included
	last    time.Time                   // when something was sent,
	ready   time.Time                   // and when audio may be again, where that is paced
	begun   bool                        // audio was sent
	quiet   int64                       // how much at the end of it has no speech
	added   int64                       // silence since the last commit, to make enough for the next
	marked  struct{ wire, place int64 } // at the last commit
	from    int64                       // where in its audio the segment begins that comes next
	commits int                         // of the session's, how many were sent

	spare int // answers that came too early to be surely those of commits

	held    bool      // nobody reads the events, and it is read no further
	resumed time.Time // when it was after that

	parts pairing
	echo  string    // the text that comes again as a partial,
	until time.Time // if it comes by then
	said  string    // the last partial
}

// connect opens a connection and waits until the session on it has started: only
// then is it authenticated. All of it may take so long, 0 for any time.
func (s *STTSession) connect(within time.Duration) (l *sttLink, err error) {
	ctx, forget := context.WithCancelCause(s.ctx)
	defer func() {
		if err != nil {
			forget(nil)
		}
	}()
	if within > 0 {
		defer time.AfterFunc(within, func() { forget(nil) }).Stop()
	}
	err = s.c.perform(ctx, s.call, s.cfg, func(f *flight) error {
		started, err := f.greeted()
		if err != nil {
			return err
		}
		f.keep(f.conn.Fail)
		l = &sttLink{f: f, forget: forget, lost: make(chan struct{}), parts: newPairing(&s.req), last: time.Now()}
		s.events.push(STTEvent{Kind: STTStarted, SessionID: f.conn.Redact(started.sessionID), Raw: l.raw(started.config)})
		return nil
	})
	return l, err
}

// greeted reads the first messages up to session_started. An error among them
// is told once the socket is closed, or after a second.
func (f *flight) greeted() (sttMessage, error) {
	if f.conn == nil {
		return sttMessage{}, &ResponseError{Op: f.call.Op, Meta: f.meta, Err: ErrMalformed}
	}
	f.watch.arm(phaseGap)
	stop := context.AfterFunc(f.ctx, func() { f.conn.Fail(context.Cause(f.ctx)) })
	defer stop()
	var told *SocketError
	for {
		m, err := f.conn.Read()
		if err != nil {
			return sttMessage{}, f.ungreeted(told, err)
		}
		said, ok := decodeSTTMessage(m.Data)
		m.Free()
		switch {
		case ok && said.err != nil && told == nil:
			told = f.socketError(said.kind, *said.err)
			defer time.AfterFunc(closeDelay, func() { f.conn.Fail(told) }).Stop()
		case ok && said.kind == "session_started":
			f.watch.stop()
			f.meta.FirstByte = time.Since(f.sentAt)
			f.trip.tell(onFirstByte, f.meta, nil)
			return said, nil
		}
	}
}

// ungreeted is why a session did not start.
func (f *flight) ungreeted(told *SocketError, err error) error {
	f.conn.Close(socket.CodeNormal, "")
	switch cause := context.Cause(f.ctx); {
	case f.trip.ctx.Err() != nil:
		return f.trip.ctx.Err()
	case cause != nil:
		return cause
	case told == nil:
		told = &SocketError{Op: f.call.Op}
	}
	if err != error(told) {
		told.closedBy(err)
	}
	f.denial = told
	return told
}

// socketError is an error that came as a message, with no secret in it.
func (f *flight) socketError(kind, text string) *SocketError {
	e := &SocketError{Op: f.call.Op, Type: f.conn.Redact(kind), Message: f.conn.Redact(text)}
	if socketKinds[kind] == kindRate {
		e.Limit = number(limitInText, text)
	}
	return e
}

// read takes the messages of a connection as they come, until it ends.
func (s *STTSession) read(l *sttLink) {
	defer close(l.lost)
	for {
		m, err := l.f.conn.Read()
		if err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			e := l.told
			if e == nil {
				e = &SocketError{Op: opSTTSession}
			}
			e.closedBy(err)
			l.err = e
			return
		}
		s.mu.Lock()
		s.events.push(s.hear(l, m.Data)...)
		s.mu.Unlock()
		m.Free()
		s.nudge()
		if s.events.full() {
			s.hold(l)
		}
	}
}

// hold reads no further until somebody has read events. A server is not blamed
// for that.
func (s *STTSession) hold(l *sttLink) {
	s.mu.Lock()
	l.held = true
	s.mu.Unlock()
	s.events.await(s.ctx.Done())
	s.mu.Lock()
	l.held, l.resumed = false, time.Now()
	s.mu.Unlock()
	s.nudge()
}

// hear takes a message in, and returns what it tells. The caller holds the
// mutex.
func (s *STTSession) hear(l *sttLink, data []byte) []STTEvent {
	m, ok := decodeSTTMessage(data)
	switch {
	case !ok:
		return l.other(data)
	case m.err != nil:
		l.told = l.f.socketError(m.kind, *m.err)
		if m.kind == "commit_throttled" && l.commits > 0 && s.req.vad() {
			l.spare++ // a pause has committed all of it just before
			s.answered = time.Now()
			return nil
		}
		return []STTEvent{{Kind: STTWarning, Text: strings.Trim(l.told.Type+": "+l.told.Message, ": ")}}
	case sttParts[m.kind] != 0:
		l.heard, l.told = true, nil // an error that has not ended the session
		l.parts.place = sttPlace{l.wire, l.sent}
		return s.segments(l, l.parts.add(&m, time.Now()))
	}
	switch m.kind {
	case "partial_transcript":
		l.heard, l.told = true, nil
		return l.partial(m.text)
	case "warning":
		return []STTEvent{{Kind: STTWarning, Text: l.f.conn.Redact(m.warning)}}
	case "session_started":
		return nil // once is enough
	}
	return l.other(data)
}

// other is a message that nobody here understands.
func (l *sttLink) other(data []byte) []STTEvent {
	return []STTEvent{{Kind: STTOther, Raw: l.raw(data)}}
}

// raw is what the server said, with no secret in it, nil if that is much.
func (l *sttLink) raw(data []byte) json.RawMessage {
	if len(data) > maxRawEvent {
		return nil
	}
	return json.RawMessage(l.f.conn.Redact(string(data)))
}

// close ends a connection, and gives its slot back.
func (l *sttLink) close(err error) {
	l.f.conn.Close(socket.CodeNormal, "")
	<-l.lost
	l.f.finish(err)
	l.forget(nil)
}

// partial is news only if it says something new: a segment comes once more as
// a partial when it has been committed.
func (l *sttLink) partial(text string) []STTEvent {
	if text == l.echo && text != "" && time.Now().Before(l.until) {
		l.echo = ""
		return nil
	}
	if text == l.said {
		return nil
	}
	l.said = text
	return []STTEvent{{Kind: STTPartial, Text: text}}
}
