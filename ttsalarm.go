package elevenlabs

import (
	"errors"
	"time"
)

const (
	// audioPatience is how long text may be without audio.
	audioPatience = 10 * time.Second
	// quietTime is how long no audio has to come until what was sent is taken to
	// wait for more text.
	quietTime = time.Second
)

// arm sets the alarm for what is due first.
func (s *TTSSession) arm(now time.Time) {
	at := now.Add(time.Hour)
	for _, due := range []time.Time{s.keepAliveAt(), s.watchAt(), s.quietAt()} {
		if !due.IsZero() && due.Before(at) {
			at = due
		}
	}
	s.alarm.Reset(at.Sub(now))
}

// keepAliveAt is when a sign of life is due.
func (s *TTSSession) keepAliveAt() time.Time {
	if s.alive <= 0 || s.link == nil || !s.opened || s.ended {
		return time.Time{}
	}
	return s.sentAt.Add(s.alive)
}

// watchAt is when audio is overdue.
func (s *TTSSession) watchAt() time.Time {
	patience := s.cfg.timeouts.FirstByte
	if patience == 0 {
		patience = audioPatience
	}
	awaited := s.ended || !s.script.done() && (!s.words || s.script.awaited())
	if s.script.blind() {
		awaited = s.ended || s.holding && !s.heard
	}
	if patience < 0 || s.link == nil || !awaited || s.sound.full() {
		return time.Time{}
	}
	return s.audioAt.Add(patience)
}

// quietAt is when text that is not spoken is taken to wait for more, or to be
// spoken where no times tell.
func (s *TTSSession) quietAt() time.Time {
	waits := s.words && !s.script.awaited() || s.script.blind() && s.heard
	if !s.holding || s.lifelong || !waits || s.ended || s.script.unsent() {
		return time.Time{}
	}
	last := s.sentAt
	if s.audioAt.After(last) {
		last = s.audioAt
	}
	return last.Add(quietTime)
}

// tick does what is due.
func (s *TTSSession) tick() {
	s.mu.Lock()
	defer s.unlock()
	if s.err != nil {
		return
	}
	now := time.Now()
	due := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	if due(s.watchAt()) {
		l := s.link
		s.audioAt = now
		if !l.held.Load() { // else the audio may lie behind that of another
			s.after = append(s.after, func() { l.conn.Fail(errNoAudio) })
		}
	}
	if due(s.quietAt()) {
		s.release(Outcome{Verdict: VerdictServed}, nil)
	}
	if due(s.keepAliveAt()) {
		s.sentAt = now
		if !s.sending {
			s.link.conn.TrySend(s.say.keepAlive(s.id))
		}
	}
	s.arm(now)
}

var errNoAudio = errors.New("no audio has come for text that was sent")
