package elevenlabs

import (
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// reconnect opens another connection when one has ended, and returns none if
// the session is over.
func (s *STTSession) reconnect(last *sttLink, err error) (l *sttLink, _ error) {
	defer func() {
		if l == nil {
			s.closeParts(last)
		}
	}()
	if s.ctx.Err() != nil {
		return nil, err
	}
	if s.wasOfUse(last, err) || s.down.IsZero() {
		s.down, s.waits = time.Now(), s.cfg.newBackOff()
	}
	var end *SocketError
	if errors.As(err, &end) {
		s.recall(last, end)
	}
	for {
		if s.over(end) || s.ctx.Err() != nil {
			return nil, s.gaveUp(nil)
		}
		if classify(err, true, false) == ClassFinal || s.cfg.maxRetries == 0 || s.req.ReconnectFor < 0 {
			return nil, err
		}
		wait := s.pause()
		if wait == backoff.Stop {
			return nil, err
		}
		if sleep(s.ctx, wait) != nil {
			return nil, s.gaveUp(nil)
		}
		l, failed := s.connect(s.left())
		if failed == nil {
			return l, nil
		}
		if s.left() > 0 { // else it was cut short, and says nothing
			err = failed
		}
		end = nil
	}
}

// wasOfUse reports whether a connection has brought the session on: audio was
// settled, or at least heard for the first time. One that only hears, and
// answers no commit, does not.
func (s *STTSession) wasOfUse(l *sttLink, err error) bool {
	further := l.sent > s.reached
	s.reached = max(s.reached, l.sent)
	return l.answered || l.heard && further && !errors.Is(err, errUnanswered)
}

// pause is how long to wait before the next attempt, backoff.Stop if there is
// none.
func (s *STTSession) pause() time.Duration {
	if s.waits == nil {
		return backoff.Stop
	}
	wait := s.waits.NextBackOff()
	if wait != backoff.Stop && wait >= s.left() {
		return backoff.Stop
	}
	return wait
}

// left is how long it may still be tried to reconnect.
func (s *STTSession) left() time.Duration { return s.req.ReconnectFor - time.Since(s.down) }

// recall takes back what was sent on a connection that has ended and is not
// settled. A segment of which a message is missing is among that: it comes
// again, and whole.
func (s *STTSession) recall(l *sttLink, end *SocketError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if end.Type == "insufficient_audio_activity" { // there is no speech in it
		s.settle(l, l.sent)
	}
	s.link = nil
	s.tell()
}

// closeParts makes a segment of what has come of the last one, when there is
// no other connection for it to come again.
func (s *STTSession) closeParts(l *sttLink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l.parts.pending() {
		s.events.push(s.segments(l, l.parts.expire())...)
	}
}

// over reports whether there is nothing left to connect for. A connection that
// was closed in order, with nothing open, is not missed until there is audio.
func (s *STTSession) over(end *SocketError) bool {
	inOrder := end != nil && end.Type == "" && end.Code == socket.CodeNormal
	for {
		s.mu.Lock()
		open, final := s.settled < s.rate.whole(s.ring.end()), s.final
		s.mu.Unlock()
		switch {
		case open:
			return false
		case final:
			return true
		case !inOrder:
			return false
		}
		select {
		case <-s.wake:
			s.down, s.waits = time.Now(), s.cfg.newBackOff()
		case <-s.ctx.Done():
			return true
		}
	}
}
