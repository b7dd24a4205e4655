package elevenlabs

import (
	"cmp"
	"context"
	"io"
	"iter"
	"os"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"
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
// Timeouts.FirstByte (10 s by default), is replaced: up to [WithMaxRetries]
// times in a row without a new word, at once the first time, after the back-off
// then. Only text is sent again that no audio covered, by the times that come
// with it: no word is lost, and none is spoken twice, but for the start of one
// that was cut. Text that was on its way is billed again by the vendor. Where
// the times do not tell what was spoken, the session ends with a [SocketError]
// that has the rest.
//
// All methods may be called by several goroutines at once, but Read and Next by
// one only.
type TTSSession struct {
	// Format is how the audio is encoded.
	Format Format

	c        *Client
	cfg      callConfig
	op       string
	family   Family
	words    bool          // sent as they come, for a schedule
	alive    time.Duration // between signs of life
	lifelong bool          // a connection takes its slot for its life
	seated   bool          // or has one that all share who speak on it
	say      dialect
	connect  func(context.Context) (*ttsLink, string, error)

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
	proven bool   // audio has come on it
	losses int    // of connections in a row
	waits  backoff.BackOff

	sending bool    // a message is on its way to the link,
	parting func()  // and then the session leaves it
	before  [2]bool // what opened and ended were before it

	permit  Permit
	holding bool          // a slot
	queued  time.Duration // that it was waited for
	begun   time.Time
	heard   bool // audio of this generation

	sound   sound
	alarm   *time.Timer
	sentAt  time.Time // the last text, or sign of life
	audioAt time.Time // the last audio, or the text that it is awaited for
}

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

// alone has the session dial sockets of its own.
func (s *TTSSession) alone(call Call) {
	s.connect = func(ctx context.Context) (*ttsLink, string, error) {
		l, err := dialTTSLink(ctx, s.c, call, s.cfg, nil)
		if err == nil {
			go l.read()
		}
		return l, "", err
	}
}

// start connects the session. From here its context ends it.
func (s *TTSSession) start() error {
	s.alarm = time.AfterFunc(time.Hour, s.tick)
	context.AfterFunc(s.ctx, func() { s.shut(s.ctx.Err()) })
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	err := s.join()
	if err == nil {
		err = s.pump() // the first message, so that the server hears who speaks
	}
	if err != nil {
		_ = s.Close() // not before its slot is free
	}
	return err
}

// join connects the session, with a slot where the connection takes one.
func (s *TTSSession) join() error {
	if s.lifelong {
		if s.own != nil {
			<-s.own.done // which gives the slot of the last one back
		}
		if s.acquire(); !s.holds() {
			return s.how()
		}
	}
	l, id, err := s.connect(s.ctx)
	if err == nil {
		s.attach(l, id)
	}
	return err
}

func (s *TTSSession) holds() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.holding
}

// Write adds text, as [TTSSession.WriteString] does.
func (s *TTSSession) Write(p []byte) (int, error) { return s.WriteString(string(p)) }

// WriteString adds text, which may be cut anywhere. It returns when what can be
// spoken of it is on its way, which may take a slot.
//
// Bytes that are not UTF-8 are left out, and all else is spoken. The [ArgumentError]
// comes once the piece is whole that they are in, and says where the first was, in
// bytes of all text that was written.
func (s *TTSSession) WriteString(text string) (int, error) {
	err := s.write(text, func() error { return nil })
	if err != nil && !noText(err) {
		return 0, err
	}
	return len(text), err
}

// write adds text once something is done that comes before it.
func (s *TTSSession) write(text string, before func() error) error {
	return s.send(func() error {
		if s.ending {
			return &opError{op: s.op, what: "text after its end", err: os.ErrClosed}
		}
		early := before()
		s.text.add(text)
		part, err := s.text.take(s.words)
		s.script.add(part)
		return cmp.Or(early, err)
	})
}

// WriteAll adds the texts of a sequence, such as the tokens of a language
// model, and says that a sentence has ended, as Flush does, behind the last. It
// ends with the first error.
func (s *TTSSession) WriteAll(texts iter.Seq[string]) error {
	if texts == nil {
		return badArgument("texts", "is nil")
	}
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
// waits for who reads it only if that is more than the session keeps. The error
// is how the session ended otherwise, or that the last text was no text, which
// is left out.
func (s *TTSSession) End() error {
	var last error
	err := s.send(func() error {
		s.ending = true
		last = s.flush()
		return nil
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
		return last
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
// [TTSSession.HeardBy]. From then on Read, Write and End fail with os.ErrClosed.
// A session that has ended already stays as it is.
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

// noText reports whether an error is that of bytes that were left out.
func noText(err error) bool {
	_, ok := err.(*ArgumentError) // as it comes from the text, and not as why a session has ended
	return ok
}

// send changes the text and brings the connection up to date with it, even if
// some of it was no text.
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
	if err != nil && !noText(err) {
		return s.plain(err)
	}
	return cmp.Or(s.pump(), err)
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
