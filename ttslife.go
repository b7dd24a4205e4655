package elevenlabs

import (
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// attach gives the session a connection.
func (s *TTSSession) attach(l *ttsLink, id string) {
	s.mu.Lock()
	if l.pool == nil {
		s.own = l
	}
	if s.err != nil {
		s.unlock()
		l.giveBack(id)
		return
	}
	s.link, s.id, s.opened, s.ended, s.proven = l, id, false, false, false
	if told := l.join(id, s); told != nil {
		s.lose(*told) // it ended meanwhile
	}
	s.changed.Broadcast()
	s.unlock()
}

// hear takes a message of audio, or the last. It belongs to the goroutine of
// the connection, which waits in it for a listener that is slow.
func (s *TTSSession) hear(l *ttsLink, f timing.Frame, m socket.Message) {
	s.mu.Lock()
	defer s.unlock()
	if s.link != l || s.err != nil {
		m.Free()
		return
	}
	if len(f.Audio) > 0 {
		s.take(f, m)
	}
	switch {
	case f.Final && s.ended && !s.script.unheard():
		s.end(io.EOF)
		return
	case f.Final: // it ended by itself, for want of text, or has said nothing
		s.lose(SocketError{Op: s.op, Code: socket.CodeNormal})
		return
	case s.script.done():
		s.release(Outcome{Verdict: VerdictServed}, nil)
	}
	s.arm(time.Now())
	s.changed.Broadcast()
	l.held.Store(s.sound.full())
	for s.sound.full() && s.link == l && s.err == nil {
		s.changed.Wait()
	}
	l.held.Store(false)
	s.audioAt = time.Now() // a slow listener is not the server's fault
}

// take keeps the audio of a message, and notes what has been spoken.
func (s *TTSSession) take(f timing.Frame, m socket.Message) {
	s.audioAt = time.Now()
	s.proven = true
	if s.holding && !s.heard {
		s.heard = true
		e := s.event(nil)
		e.Queued, e.Meta.FirstByte = s.queued, s.audioAt.Sub(s.begun)
		s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onFirstByte, e) })
	}
	s.script.cover(f.Alignment, s.sound.made())
	s.sound.said = s.script.added
	s.sound.add(f, m)
	if s.script.spoken(s.sound.made(), s.Format.BytesPerSecond() > 0) {
		s.losses, s.waits = 0, nil
	}
}

// lost is told when the connection has ended.
func (s *TTSSession) lost(l *ttsLink, told SocketError) {
	s.mu.Lock()
	defer s.unlock()
	if s.link == l && s.err == nil {
		s.lose(told)
	}
}

// lose looks for another connection, if that can be done without a word spoken
// twice or lost.
func (s *TTSSession) lose(told SocketError) {
	s.link = nil
	// Whoever shares a socket with the one that was refused is told too.
	refused := errors.Is(&told, ErrConcurrencyLimit) && (s.seated || s.holding && !s.heard)
	o := Outcome{}
	if refused {
		o = Outcome{Verdict: VerdictRefused, Limit: number(limitInText, told.Message)}
	}
	s.release(o, &told)
	astray := s.script.astray()
	s.script.rewind()
	wait, again := s.pause(refused)
	switch {
	case s.ended && !astray && s.script.empty():
		s.end(io.EOF) // only the last word of the server is missing
	case astray, !told.passes() && !s.blameless(&told), !again:
		s.failed(told)
	default:
		e := s.event(&told)
		e.Retry, e.Wait, e.Class = s.losses, wait, ClassFailed
		if errors.Is(&told, ErrRateLimited) {
			e.Class = ClassRefused
		}
		s.c.stats.retried(s.family, e.Class)
		s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onRetry, e) })
		s.changed.Broadcast()
		s.tasks.Go(func() { s.reconnect(wait) })
	}
}

// pause says how long to wait for another connection, and false if there is to
// be none. One that a full account refused waits for a slot instead, as long as
// its context lasts.
func (s *TTSSession) pause(refused bool) (time.Duration, bool) {
	switch {
	case refused && s.cfg.maxRetries > 0:
		return 0, true
	case s.losses >= s.cfg.maxRetries:
		return 0, false
	}
	s.losses++
	if s.losses == 1 {
		return 0, true
	}
	if s.waits == nil {
		if s.waits = s.cfg.newBackOff(); s.waits == nil {
			return 0, false
		}
	}
	wait := s.waits.NextBackOff()
	return wait, wait != backoff.Stop
}

// passes reports whether another connection may fare better.
func (e *SocketError) passes() bool {
	k := e.meaning()
	return k == kindUnknown || classifyKind(k) != ClassFinal
}

// blameless reports whether an error is about what another has said that shares
// the socket: this one has been spoken. One alone shares none.
func (s *TTSSession) blameless(e *SocketError) bool {
	switch e.meaning() {
	case kindNotFound, kindInvalid, kindTooLong:
		return s.own == nil && s.proven
	}
	return false
}

// reconnect gives the session another connection and repeats what was not
// spoken.
func (s *TTSSession) reconnect(wait time.Duration) {
	if sleep(s.ctx, wait) != nil {
		return
	}
	if err := s.join(); err != nil {
		s.fail(SocketError{Op: s.op, Err: err})
		return
	}
	select {
	case s.turn <- struct{}{}:
		_ = s.pump() // what goes wrong is told to who writes or reads
		<-s.turn
	case <-s.ctx.Done():
	}
}

func (s *TTSSession) fail(told SocketError) {
	s.mu.Lock()
	defer s.unlock()
	if s.err == nil {
		s.failed(told)
	}
}

// failed ends the session with what is not spoken.
func (s *TTSSession) failed(told SocketError) {
	told.Op = s.op
	told.Unspoken = strings.TrimSpace(s.script.left() + s.text.all())
	s.end(&told)
}

// end ends the session. What has come can still be read.
func (s *TTSSession) end(err error) {
	s.err = err
	s.alarm.Stop()
	o := Outcome{}
	if err == io.EOF {
		o.Verdict, err = VerdictServed, nil
	}
	s.release(o, err)
	s.link = nil
	s.changed.Broadcast()
	s.after = append(s.after, s.cancel)
}

// shut ends the session for good: nothing can be read any more. The slot goes
// back when the server has stopped.
func (s *TTSSession) shut(err error) {
	s.mu.Lock()
	if s.err != nil {
		if err == os.ErrClosed {
			s.closeSound()
		}
		s.unlock()
		return
	}
	l, permit, holding, e := s.link, s.permit, s.holding, s.event(err)
	e.Queued = s.queued
	s.holding = false
	s.end(err)
	s.sound.drop()
	left := func() {
		if holding {
			s.c.settle(s.family, permit, Outcome{})
			s.c.hooks.fire(s.ctx, onDone, e)
		}
	}
	part := func() { s.part(l, left) }
	if s.sending && l != nil && l.pool != nil {
		s.parting, part = part, func() {} // the last word must come last
	}
	s.unlock()
	part()
}

// part takes the session off its connection.
func (s *TTSSession) part(l *ttsLink, left func()) {
	switch {
	case l == nil:
		left()
	case l.pool == nil:
		l.close()
		left()
	case !s.opened:
		l.giveBack(s.id)
		left()
	case s.ended:
		l.leave(s.id, nil, left)
	default:
		l.leave(s.id, s.say.cancel(s.id), left)
	}
}
