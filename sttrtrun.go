package elevenlabs

import (
	"context"
	"errors"
	"os"
	"time"
)

const (
	// A chunk has 0.1 to 1 s of audio, as the vendor advises.
	shortestChunk = 100 * time.Millisecond
	longestChunk  = time.Second
	// Under vad it is not known which audio a segment has, but that a pause ends
	// it: that can be told only of audio that comes not much faster than it plays.
	pacedSpeed = 2
	pacedChunk = 250 * time.Millisecond
	// leastCommit is how much audio a commit has: less than 0.3 s of it is fatal.
	leastCommit = 350 * time.Millisecond
	// pauseDoubt is how much earlier or later than here a server may hear a pause
	// begin.
	pauseDoubt = 200 * time.Millisecond
	// keptAlive is the silence that keeps a connection open.
	keptAlive = 20 * time.Millisecond
	// answerPatience is how long a commit may be without an answer, which takes a
	// third of a second, until the connection is taken for dead.
	answerPatience = 10 * time.Second
	// lateAnswers is how long further answers are waited for under vad, where it
	// is not known how many there are.
	lateAnswers = 500 * time.Millisecond
)

// always is a channel that never keeps anybody waiting.
var always = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

var errUnanswered = errors.New("a commit is not answered")

// A sttStep is what is done next on a connection.
type sttStep struct {
	message []byte        // to be sent; nil to wait
	wait    time.Duration // at most
	over    bool          // nothing more is to be done
}

// run holds the session, on a connection that is installed, until it ends.
func (s *STTSession) run(l *sttLink) {
	for {
		go s.read(l)
		err := s.serve(l)
		l.close(err)
		if err == nil {
			s.end(nil)
			return
		}
		if l, err = s.reconnect(l, err); l == nil {
			s.end(err)
			return
		}
		s.install(l)
	}
}

// install begins to send on a connection, with the audio that is not settled.
// What is not kept of it is lost.
func (s *STTSession) install(l *sttLink) {
	s.mu.Lock()
	from, to := s.settled, max(s.settled, s.rate.whole(s.ring.base+s.rate.width-1))
	s.settled = to
	for len(s.commits) > 0 && s.commits[0].at <= to {
		s.commits = s.commits[1:]
	}
	l.sent, l.marked.place = to, to
	s.link = l
	s.tell()
	if to > from {
		s.events.push(s.gap(from, to))
	}
	s.mu.Unlock()
}

// serve sends what there is to be sent until the connection ends, or there is
// nothing more to come.
func (s *STTSession) serve(l *sttLink) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		step := s.next(l)
		if step.over {
			return nil
		}
		var more <-chan struct{}
		switch {
		case step.message == nil:
			timer.Reset(step.wait)
		case l.f.conn.Send(s.ctx, step.message) == nil:
			more = always
		}
		select {
		case <-more:
		case <-timer.C:
		case <-s.wake:
		case <-l.lost:
			return s.gaveUp(l.err)
		case <-s.ctx.Done():
			return s.gaveUp(nil)
		}
	}
}

// gaveUp is an error, or that of a context that has ended.
func (s *STTSession) gaveUp(err error) error {
	switch {
	case s.ctx.Err() == nil:
		return err
	case errors.Is(context.Cause(s.ctx), os.ErrClosed):
		return os.ErrClosed
	}
	return &opError{op: opSTTSession, err: s.ctx.Err()}
}

// next decides what to do.
func (s *STTSession) next(l *sttLink) sttStep {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	step := sttStep{wait: time.Hour}
	within := func(d time.Duration) bool {
		if d > 0 {
			step.wait = min(step.wait, d)
		}
		return d <= 0
	}
	s.overdue(l, now, within)
	if s.final {
		s.commitRest(l)
	}
	if step.message = s.nextAudio(l, now, within); step.message != nil {
		return step
	}
	if step.message = s.nextCommit(l, now); step.message != nil {
		return step
	}
	if s.final && s.settledAll(l, now, within) {
		step.over = true
		return step
	}
	if l.commits > 0 && !l.held && within(answerPatience-min(now.Sub(s.commits[0].sent), now.Sub(l.resumed))) {
		l.f.conn.Fail(errUnanswered)
		step.wait = time.Hour
		return step
	}
	if s.req.KeepAlive > 0 && within(s.req.KeepAlive-now.Sub(l.last)) {
		step.message = s.say(l, s.rate.silence(s.rate.bytes(keptAlive)), false, now)
	}
	return step
}

// overdue goes on without what has been waited for long enough.
func (s *STTSession) overdue(l *sttLink, now time.Time, within func(time.Duration) bool) {
	for left, open := l.parts.overdue(now); open && within(left); left, open = l.parts.overdue(now) {
		s.events.push(s.segments(l, l.parts.expire())...)
	}
	for l.spare > 0 && within(sparePatience-now.Sub(s.answered)) {
		l.spare--
		s.answer(l)
	}
}

// nextAudio takes a chunk of the caller's audio, up to the next commit. Less
// than a whole one waits a little for more.
func (s *STTSession) nextAudio(l *sttLink, now time.Time, within func(time.Duration) bool) []byte {
	to, ends := s.rate.whole(s.ring.end()), s.final
	if l.commits < len(s.commits) {
		to, ends = min(to, s.commits[l.commits].at), true
	}
	n := min(to-l.sent, s.rate.bytes(longestChunk))
	if s.req.vad() {
		n = min(n, s.rate.bytes(pacedChunk))
	}
	every := s.rate.bytes(s.req.CommitEvery)
	if every > 0 {
		n = min(n, max(every-(l.wire-l.marked.wire), s.rate.width))
	}
	if n <= 0 || n < s.rate.bytes(shortestChunk) && !ends && !within(shortestChunk-now.Sub(s.since)) {
		return nil
	}
	if s.req.vad() && !within(l.ready.Sub(now)) {
		return nil
	}
	samples := s.ring.slice(l.sent, l.sent+n)
	l.clock.sent(l.wire, l.sent, n)
	l.sent += n
	s.since, l.ready = now, now.Add(s.rate.lasting(n)/pacedSpeed)
	s.tell()
	message := s.say(l, samples, false, now)
	if open := l.wire - l.marked.wire; every > 0 && (open >= every || open >= every*2/3 && s.rate.quiet(samples) >= s.rate.bytes(shortestChunk)) {
		s.commitAt(l, l.sent)
	}
	return message
}

// commitAt commits the audio up to a place that was sent and not committed.
func (s *STTSession) commitAt(l *sttLink, at int64) {
	if l.commits < len(s.commits) && s.commits[l.commits].at <= at {
		return // the caller has, right there
	}
	s.commits = append(s.commits[:l.commits:l.commits], append([]sttCommit{{at: at}}, s.commits[l.commits:]...)...)
}

// commitRest commits what comes last, once all of it is sent.
func (s *STTSession) commitRest(l *sttLink) {
	if end := s.rate.whole(s.ring.end()); l.sent == end && l.commits == len(s.commits) && s.mark() < end {
		s.commits = append(s.commits, sttCommit{at: end})
	}
}

// nextCommit sends a commit once the audio before it was, and silence before
// it where that is too little.
func (s *STTSession) nextCommit(l *sttLink, now time.Time) []byte {
	if l.commits == len(s.commits) || l.sent < s.commits[l.commits].at {
		return nil
	}
	if short := s.needed(l) - l.added; short > 0 {
		l.added += short
		return s.say(l, s.rate.silence(short), false, now)
	}
	message := s.say(l, nil, true, now)
	c := &s.commits[l.commits]
	c.sent, c.wire = now, l.wire
	l.commits++
	l.added, l.marked.wire, l.marked.place = 0, l.wire, l.sent
	return message
}

// needed is how much silence there has to be before a commit. Where the server
// commits too it may have done so just now, and nothing that was sent before
// would count; or the silence brings it to do so, and what comes behind that has
// to be enough.
func (s *STTSession) needed(l *sttLink) int64 {
	least, doubt := s.rate.bytes(leastCommit), s.rate.bytes(pauseDoubt)
	switch {
	case s.req.vad():
		left := s.rate.bytes(s.req.pause()) - (l.quiet - l.added) // until it does
		if left > -doubt && left < least+doubt {
			return least + max(left+doubt, 0)
		}
		return least
	case s.req.CommitEvery < 0 && l.wire-l.marked.wire >= s.rate.bytes(longestUncommitted):
		return least
	}
	return least - (l.sent - l.marked.place)
}

// settledAll reports whether the session is over.
func (s *STTSession) settledAll(l *sttLink, now time.Time, within func(time.Duration) bool) bool {
	if len(s.commits) > 0 || l.sent < s.rate.whole(s.ring.end()) || l.parts.pending() {
		return false
	}
	return !s.req.vad() || within(lateAnswers-now.Sub(s.answered))
}

// say makes a message of audio, and counts it.
func (s *STTSession) say(l *sttLink, samples []byte, commit bool, now time.Time) []byte {
	previous := ""
	if !l.begun {
		l.begun, previous = true, s.tail
	}
	l.wire += int64(len(samples))
	if quiet := s.rate.quiet(samples); quiet < int64(len(samples)) {
		l.quiet = quiet
	} else {
		l.quiet += quiet
	}
	l.last = now
	return audioMessage(samples, commit, s.req.Format.SampleRate(), previous)
}
