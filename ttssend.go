package elevenlabs

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// pump sends what the connection has not been sent, over one after the other if
// need be. Its caller has the turn, or is the first.
func (s *TTSSession) pump() error {
	for {
		l, m, err := s.due()
		switch {
		case err == errNeedsSlot:
			s.acquire()
		case err != nil || m == nil:
			return err
		default:
			s.deliver(l, m)
		}
	}
}

var errNeedsSlot = errors.New("a slot is needed first")

// due waits for a connection and returns the next message for it.
func (s *TTSSession) due() (*ttsLink, []byte, error) {
	s.mu.Lock()
	defer s.unlock()
	for s.link == nil && s.err == nil {
		s.changed.Wait()
	}
	switch {
	case s.err == io.EOF && s.ending:
		return nil, nil, nil
	case s.err != nil:
		return nil, nil, s.plain(s.err)
	case s.needsSlot():
		return nil, nil, errNeedsSlot
	}
	s.before = [2]bool{s.opened, s.ended}
	m := s.next()
	s.sending = m != nil
	return s.link, m, nil
}

// needsSlot reports whether the next message has something spoken without a
// slot for it.
func (s *TTSSession) needsSlot() bool {
	if !s.opened || s.holding || s.seated {
		return false
	}
	return s.script.unsent() || s.script.unflushed() && !s.script.blind()
}

// next returns the next message for the connection, nil if there is none.
func (s *TTSSession) next() []byte {
	now := time.Now()
	switch {
	case !s.opened:
		s.opened = true
		s.sentAt = now
		s.arm(now)
		return s.say.open(s.id)
	case s.script.unsent(), s.script.unflushed():
		if s.script.done() {
			s.audioAt = now // nothing was awaited before
		}
		p := s.script.send()
		s.sentAt = now
		s.arm(now)
		return s.say.text(s.id, p)
	case s.ending && !s.ended:
		s.ended = true
		s.audioAt = now
		s.arm(now)
		return s.say.end(s.id)
	}
	return nil
}

// deliver hands a message to a connection. One that has ended says so itself.
func (s *TTSSession) deliver(l *ttsLink, m []byte) {
	var err error
	if !l.conn.TrySend(m) {
		err = l.conn.Send(s.ctx, m)
	}
	s.mu.Lock()
	defer s.unlock()
	s.sending = false
	if err != nil && s.ctx.Err() != nil {
		s.opened, s.ended = s.before[0], s.before[1] // it was not said
	}
	if s.parting != nil {
		s.after = append(s.after, s.parting)
		s.parting = nil
	}
	for err != nil && s.link == l && s.err == nil {
		s.changed.Wait()
	}
}

// acquire takes a slot for what is to be spoken.
func (s *TTSSession) acquire() {
	from := time.Now()
	e := s.event(nil)
	s.c.hooks.fire(s.ctx, onQueued, e)
	p, err := s.c.limiter.Acquire(s.ctx, s.cfg.admission(s.family))
	if err != nil {
		if s.ctx.Err() == nil {
			s.fail(SocketError{Op: s.op, Err: fmt.Errorf("waiting for a slot: %w", err)})
		} else {
			_ = s.how()
		}
		return
	}
	e.Queued = time.Since(from)
	s.mu.Lock()
	defer s.unlock()
	if s.err != nil || s.link == nil && !s.lifelong { // it has to do without, or to find another connection first
		s.c.limiter.Release(p, Outcome{})
		return
	}
	s.permit, s.holding, s.begun, s.heard, s.queued = p, true, time.Now(), false, e.Queued
	s.audioAt = s.begun
	s.c.stats.admitted(s.family)
	s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onAdmitted, e) })
}

// admission is what a socket asks of the limiter.
func (c callConfig) admission(f Family) Admission {
	return Admission{
		Family: f, Weight: 1, Priority: c.priority, Tenant: c.tenant,
		TenantWeight: c.tenantWeight, MaxQueue: c.maxQueue, MaxWait: c.maxWait,
	}
}

// release gives the slot back, if there is one. A connection that takes one for
// its life keeps it until it has ended.
func (s *TTSSession) release(o Outcome, err error) {
	if !s.holding || s.lifelong && s.link != nil && s.err == nil {
		return
	}
	s.holding = false
	permit, e := s.permit, s.event(err)
	e.Queued = s.queued
	left := func(error) {
		s.c.settle(s.family, permit, o)
		s.c.hooks.fire(s.ctx, onDone, e)
	}
	if s.lifelong && s.own != nil && s.own.keep(left) {
		return
	}
	s.c.settle(s.family, permit, o)
	s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onDone, e) })
}

// settle gives back the slot of a socket, and counts what has come of it.
func (c *Client) settle(f Family, p Permit, o Outcome) {
	c.limiter.Release(p, o)
	c.stats.update(f, func(s *FamilyStats) {
		switch o.Verdict {
		case VerdictServed:
			s.Served++
		case VerdictRefused:
			s.Refused++
		}
	})
}

func (s *TTSSession) event(err error) Event {
	return Event{Op: s.op, Family: s.family, Weight: 1, Attempt: 1, MaxRetries: s.cfg.maxRetries, Meta: Meta{CharacterCost: -1}, Err: err}
}
