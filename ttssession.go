package elevenlabs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// A TTSSession speaks text that is written piece by piece, on a socket of its
// own ([Client.DialTTS]) or on one that it shares ([TTSMulti.NewUtterance]).
//
// Text goes in by Write, WriteString or WriteAll; End says that it was all.
// Audio comes out by Read, or by Next with its timing, until io.EOF. The two
// sides are for two goroutines: text is taken no faster than slots allow, audio
// no faster than it is read. A session whose audio nobody reads takes
// [WithStreamBuffer] of it and then holds up its socket.
//
// Without a ChunkLengthSchedule text is kept until a sentence is whole, or
// Flush, or End; with one until a word is. A word is never divided.
//
// A connection that breaks, falls silent, or gives no audio for text in
// Timeouts.FirstByte (10 s by default), is replaced, up to [WithMaxRetries] times in a row
// without new audio: the first at once, others after the back-off. Only text is sent again
// that no audio covered, by the times that come with it: nothing is spoken
// twice, but for a word that was cut, and nothing is lost. Text that was on its
// way is billed again by the vendor. Where the times do not tell what was
// spoken, the session ends with a [SocketError] that has the rest.
//
// All methods may be called by several goroutines at once, but Read and Next by
// one only.
type TTSSession struct {
	// Format is how the audio is encoded.
	Format Format

	c       *Client
	cfg     callConfig
	op      string
	family  Family
	words   bool          // sent as they come, for a schedule
	alive   time.Duration // between signs of life
	say     dialect
	connect func(context.Context) (*ttsLink, string, error)

	ctx    context.Context
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	turn   chan struct{} // held by who sends

	mu      sync.Mutex // guards all below
	changed sync.Cond
	after   []func() // what to do once it is unlocked
	err     error    // how it ended

	text   textBuffer // what is not sent on yet
	script script     // what is, and not spoken yet
	ending bool       // no more text comes

	own    *ttsLink // the last that was for this session alone; nil for none
	link   *ttsLink
	id     string // of the context on it
	opened bool   // the first message was sent
	ended  bool   // the last one was
	losses int    // of connections in a row
	waits  backoff.BackOff
	retry  func() // stops the wait for another connection

	permit  Permit
	holding bool // a slot
	begun   time.Time
	heard   bool // audio of this generation

	sound   sound
	alarm   *time.Timer
	sentAt  time.Time // the last text, or sign of life
	audioAt time.Time // the last audio, or the text that it is awaited for
}

const (
	// audioPatience is how long text may be without audio.
	audioPatience = 10 * time.Second
	// quietTime is how long no audio has to come until what was sent is taken to
	// wait for more text.
	quietTime = time.Second
)

func newTTSSession(ctx context.Context, c *Client, cfg callConfig, req *TTSStreamRequest, op string, say dialect) *TTSSession {
	s := &TTSSession{
		Format: req.Format, c: c, cfg: cfg, op: op, words: len(req.ChunkLengthSchedule) > 0, alive: req.KeepAlive, say: say,
		turn: make(chan struct{}, 1), sound: sound{format: req.Format, limit: cfg.streamBuffer}, text: textBuffer{ssml: req.SSML},
		script: script{ssml: req.SSML},
	}
	call := Call{Family: FamilyOf(req.ModelID), model: req.ModelID}
	s.family = c.familyOf(ctx, &call, cfg)
	s.changed.L = &s.mu
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// start connects the session. From here its context ends it.
func (s *TTSSession) start() error {
	l, id, err := s.connect(s.ctx)
	if err != nil {
		s.cancel()
		return err
	}
	s.alarm = time.AfterFunc(time.Hour, s.tick)
	context.AfterFunc(s.ctx, func() { s.shut(s.ctx.Err()) })
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.attach(l, id)
	if err := s.pump(); err != nil { // the first message, so that the server hears who speaks
		s.shut(os.ErrClosed)
		return err
	}
	return nil
}

// Write adds text, as [TTSSession.WriteString] does.
func (s *TTSSession) Write(p []byte) (int, error) { return s.WriteString(string(p)) }

// WriteString adds text, which may be cut anywhere. It returns when what can be
// spoken of it is on its way, which may take a slot.
func (s *TTSSession) WriteString(text string) (int, error) {
	err := s.send(func() error {
		if s.ending {
			return &opError{op: s.op, what: "text after its end", err: os.ErrClosed}
		}
		s.text.add(text)
		part, err := s.text.take(s.words)
		s.script.add(part)
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(text), nil
}

// WriteAll adds the texts of a sequence, such as the tokens of a language
// model, and says that a sentence has ended, as Flush does, behind the last.
func (s *TTSSession) WriteAll(texts iter.Seq[string]) error {
	for text := range texts {
		if _, err := s.WriteString(text); err != nil {
			return err
		}
	}
	return s.Flush()
}

// Flush has all text spoken that was written, whether or not it is a whole
// sentence.
func (s *TTSSession) Flush() error {
	return s.send(s.flush)
}

func (s *TTSSession) flush() error {
	rest, err := s.text.rest()
	s.script.add(rest)
	s.script.flush()
	return err
}

// End says that no more text comes, and returns when the last audio has: it
// waits for who reads it only if that is more than the session keeps. The error is how the session ended
// otherwise.
func (s *TTSSession) End() error {
	err := s.send(func() error {
		s.ending = true
		return s.flush()
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.unlock()
	for s.err == nil {
		s.changed.Wait()
	}
	if s.err == io.EOF {
		return nil
	}
	return s.err
}

// Heard is what of a speech was handed to its listener.
type Heard struct {
	// Text is what was spoken, as it was written.
	Text string
	// Duration is how long that audio plays; 0 where neither the format nor the
	// times that came with it tell.
	Duration time.Duration
}

// Cancel stops the speech and returns what was read of it, to the character
// whose audio was read to its end. What is under way is dropped, and not
// awaited. A listener that keeps audio of its own has heard less: see
// [TTSSession.HeardBy]. A session that has ended already stays as it is.
func (s *TTSSession) Cancel() Heard {
	s.mu.Lock()
	heard := s.sound.heardBy(s.sound.at())
	s.unlock()
	s.shut(os.ErrClosed)
	return heard
}

// HeardBy returns what was spoken in the first part of the audio that was read:
// what somebody has heard to whom so much of it was played.
func (s *TTSSession) HeardBy(played time.Duration) Heard {
	s.mu.Lock()
	defer s.unlock()
	return s.sound.heardBy(min(played.Seconds(), s.sound.at()))
}

// Close stops the speech and gives back all that the session holds. A Read,
// Write or End under way, and any later one, fails with os.ErrClosed. It may be
// called more than once, and returns when all has ended.
func (s *TTSSession) Close() error {
	s.shut(os.ErrClosed)
	s.tasks.Wait()
	if s.own != nil {
		<-s.own.done
	}
	return nil
}

// send changes the text and brings the connection up to date with it.
func (s *TTSSession) send(change func() error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-s.ctx.Done():
		return s.how()
	}
	s.mu.Lock()
	err := s.err
	if err == nil {
		err = change()
	}
	s.unlock()
	if err != nil {
		return s.plain(err)
	}
	return s.pump()
}

// how is the error of a session that has ended.
func (s *TTSSession) how() error {
	s.mu.Lock()
	defer s.unlock()
	for s.err == nil {
		s.changed.Wait() // for who ends it just now
	}
	return s.plain(s.err)
}

// plain is an error as who writes gets it: the end of the audio is too late for
// text.
func (s *TTSSession) plain(err error) error {
	if err == io.EOF {
		return &opError{op: s.op, what: "text after its end", err: os.ErrClosed}
	}
	return err
}

// unlock unlocks the session and does what had to wait for that.
func (s *TTSSession) unlock() {
	after := s.after
	s.after = nil
	s.mu.Unlock()
	for _, f := range after {
		f()
	}
}

// pump sends what the connection has not been sent, over one after the other if
// need be. Its caller has the turn, or is the first.
func (s *TTSSession) pump() error {
	for {
		s.mu.Lock()
		for s.link == nil && s.err == nil {
			s.changed.Wait()
		}
		if s.err != nil {
			err := s.err
			s.unlock()
			if err == io.EOF && s.ending {
				return nil
			}
			return s.plain(err)
		}
		l, m, slot := s.link, []byte(nil), false
		if s.script.unsent() && s.opened && !s.holding {
			slot = true
		} else {
			m = s.next()
		}
		s.unlock()
		switch {
		case slot:
			s.acquire()
		case m == nil:
			return nil
		default:
			s.deliver(l, m)
		}
	}
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
		text, flush := s.script.send()
		s.sentAt = now
		s.arm(now)
		return s.say.text(s.id, text, flush)
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
	if l.conn.Send(s.ctx, m) == nil {
		return
	}
	s.mu.Lock()
	for s.link == l && s.err == nil {
		s.changed.Wait()
	}
	s.unlock()
}

// acquire takes a slot for what is to be spoken.
func (s *TTSSession) acquire() {
	from := time.Now()
	a := Admission{
		Family: s.family, Weight: 1, Priority: s.cfg.priority, Tenant: s.cfg.tenant,
		TenantWeight: s.cfg.tenantWeight, MaxQueue: s.cfg.maxQueue, MaxWait: s.cfg.maxWait,
	}
	s.c.hooks.fire(s.ctx, onQueued, s.event(nil))
	p, err := s.c.limiter.Acquire(s.ctx, a)
	if err != nil {
		if s.ctx.Err() == nil {
			s.fail(SocketError{Op: s.op, Err: fmt.Errorf("waiting for a slot: %w", err)})
		} else {
			_ = s.how()
		}
		return
	}
	e := s.event(nil)
	e.Queued = time.Since(from)
	s.mu.Lock()
	defer s.unlock()
	if s.err != nil {
		s.c.limiter.Release(p, Outcome{})
		return
	}
	s.permit, s.holding, s.begun, s.heard = p, true, time.Now(), false
	s.c.stats.admitted(s.family)
	s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onAdmitted, e) })
}

// release gives the slot back, if there is one.
func (s *TTSSession) release(o Outcome, err error) {
	if !s.holding {
		return
	}
	s.holding = false
	s.c.limiter.Release(s.permit, o)
	if o.Verdict == VerdictServed {
		s.c.stats.update(s.family, func(f *FamilyStats) { f.Served++ })
	}
	e := s.event(err)
	s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onDone, e) })
}

func (s *TTSSession) event(err error) Event {
	return Event{Op: s.op, Family: s.family, Weight: 1, Attempt: 1, MaxRetries: s.cfg.maxRetries, Meta: Meta{CharacterCost: -1}, Err: err}
}

// attach gives the session a connection.
func (s *TTSSession) attach(l *ttsLink, id string) {
	s.mu.Lock()
	s.link, s.id, s.opened, s.ended = l, id, false, false
	if l.pool == nil {
		s.own = l
	}
	joined := s.err == nil && l.join(id, s)
	if !joined {
		s.link = nil
	}
	over := s.err != nil
	s.changed.Broadcast()
	s.unlock()
	switch {
	case over:
		l.leave(id, s.say.cancel(id), func() {})
	case !joined:
		s.mu.Lock()
		s.link = l
		s.unlock()
		s.lost(l, SocketError{Op: s.op, Code: socket.CodeLost, Err: io.ErrUnexpectedEOF})
	}
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
	now := time.Now()
	if len(f.Audio) > 0 {
		s.losses, s.waits = 0, nil
		s.audioAt = now
		if s.holding && !s.heard {
			s.heard = true
			e := s.event(nil)
			e.Meta.FirstByte = now.Sub(s.begun)
			s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onFirstByte, e) })
		}
		s.script.cover(f.Alignment, s.sound.made())
		s.sound.add(f, m)
		s.script.spoken(s.sound.made(), s.Format.BytesPerSecond() > 0)
	}
	if f.Final {
		s.release(Outcome{Verdict: VerdictServed}, nil)
		if !s.ending { // it ended by itself, for want of text
			s.lose(SocketError{Op: s.op, Code: socket.CodeNormal})
			return
		}
		s.end(io.EOF)
		return
	}
	if s.script.done() {
		s.release(Outcome{Verdict: VerdictServed}, nil)
	}
	s.arm(now)
	s.changed.Broadcast()
	for s.sound.full() && s.link == l && s.err == nil {
		s.changed.Wait()
	}
	s.audioAt = time.Now() // a slow listener is not the server's fault
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
	refused := errors.Is(&told, ErrConcurrencyLimit) && s.holding && !s.heard
	o := Outcome{}
	if refused {
		o = Outcome{Verdict: VerdictRefused, Limit: number(limitInText, told.Message)}
	}
	s.release(o, &told)
	astray := s.script.astray()
	s.script.rewind()
	switch {
	case s.ending && s.ended && !astray && s.script.empty():
		s.end(io.EOF) // only the last word of the server is missing
		return
	case astray, !told.passes(), s.losses >= s.cfg.maxRetries && !(refused && s.cfg.maxRetries > 0):
		s.failed(told)
		return
	}
	wait := time.Duration(0)
	if refused {
		s.losses-- // it waits for a slot, as long as its context lasts
	} else if s.losses > 0 {
		if s.waits == nil {
			s.waits = s.cfg.newBackOff()
		}
		if wait = s.waits.NextBackOff(); wait == backoff.Stop {
			s.failed(told)
			return
		}
	}
	s.losses++
	s.c.stats.retried(s.family, ClassFailed)
	e := s.event(&told)
	e.Retry, e.Wait, e.Class = s.losses, wait, ClassFailed
	s.after = append(s.after, func() { s.c.hooks.fire(s.ctx, onRetry, e) })
	s.changed.Broadcast()
	s.tasks.Go(func() { s.reconnect(wait) })
}

// passes reports whether another connection may fare better.
func (e *SocketError) passes() bool {
	k := e.meaning()
	return k == kindUnknown || classifyKind(k) != ClassFinal
}

// reconnect gives the session another connection and repeats what was not
// spoken.
func (s *TTSSession) reconnect(wait time.Duration) {
	if sleep(s.ctx, wait) != nil {
		return
	}
	l, id, err := s.connect(s.ctx)
	if err != nil {
		s.fail(SocketError{Op: s.op, Err: err})
		return
	}
	s.attach(l, id)
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
	told.Unspoken = strings.TrimSpace(s.script.left() + s.text.all())
	s.end(&told)
}

// end ends the session. What has come can still be read.
func (s *TTSSession) end(err error) {
	s.err = err
	if s.alarm != nil {
		s.alarm.Stop()
	}
	s.release(Outcome{}, err)
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
	l, id, permit, holding := s.link, s.id, s.permit, s.holding
	s.holding = false
	s.end(err)
	s.sound.drop()
	s.unlock()
	left := func() {
		if holding {
			s.c.limiter.Release(permit, Outcome{})
			s.c.hooks.fire(s.ctx, onDone, s.event(err))
		}
	}
	if l == nil {
		left()
		return
	}
	l.leave(id, s.say.cancel(id), left)
}

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
	if patience < 0 || s.link == nil || !awaited || s.sound.full() {
		return time.Time{}
	}
	return s.audioAt.Add(patience)
}

// quietAt is when text that is not spoken is taken to wait for more.
func (s *TTSSession) quietAt() time.Time {
	if !s.holding || !s.words || s.ended || s.script.awaited() || s.script.unsent() {
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
		s.after = append(s.after, func() { l.conn.Fail(errNoAudio) })
	}
	if due(s.quietAt()) {
		s.release(Outcome{Verdict: VerdictServed}, nil)
	}
	if due(s.keepAliveAt()) {
		s.sentAt = now
		s.link.conn.TrySend(s.say.keepAlive(s.id))
	}
	s.arm(now)
}

var errNoAudio = errors.New("no audio has come for text that was sent")
