// Package talk is a conversation by voice: what the phone and the agent have
// in common. Speech comes in, an answer is spoken, and it stops when somebody
// speaks meanwhile: when his sound is loud for 200 ms or, if he is quiet, when
// the transcript tells. If it was no speech no transcript follows, and the agent
// stays silent until one does.
package talk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

// turnEnds is the silence that ends what somebody says.
const turnEnds = 700 * time.Millisecond

// A Turn is what one side has said. Of an answer that was interrupted it is
// what the caller has heard.
type Turn struct {
	Agent bool
	Text  string
}

// An Answer tells what to say next, in pieces as they come. The last turn is
// the caller's. When the context ends nobody listens any more.
type Answer func(context.Context, []Turn) iter.Seq[string]

// Echo is an answer that needs no language model.
func Echo(_ context.Context, turns []Turn) iter.Seq[string] {
	return strings.SplitAfterSeq("You said: "+turns[len(turns)-1].Text, " ")
}

// An Event is something that a conversation tells while it runs.
type Event struct {
	// Kind says what it is.
	Kind Kind `json:"type"`
	// Text is what was said, of Partial, Heard, Token, Spoken and Interrupted.
	Text string `json:"text,omitempty"`
	// After is how long the caller has waited, from the end of his turn as the
	// server told it, or from the first moment of a greeting, to the first audio;
	// of First.
	After time.Duration `json:"-"`
	// Err is what went wrong, of Failed.
	Err error `json:"-"`
}

// A Kind of event.
type Kind string

// The kinds of events.
const (
	Partial     Kind = "partial"     // of what the caller is saying
	Heard       Kind = "heard"       // a turn of the caller's
	Token       Kind = "token"       // a piece of the answer, before it is spoken
	First       Kind = "first"       // its first audio is on its way
	Spoken      Kind = "spoken"      // an answer was heard to its end
	Interrupted Kind = "interrupted" // or up to here
	Failed      Kind = "failed"      // or not, or not to its end
)

// A Conversation is a caller and an agent.
type Conversation struct {
	// Client speaks and listens.
	Client *elevenlabs.Client
	// Format is that of the audio in both directions.
	Format elevenlabs.Format
	// Answer is what the agent says.
	Answer Answer
	// Greeting is what the agent says first; empty for nothing.
	Greeting string
	// Loudness is the level of the caller's audio, in dBFS from -60 to 0, that
	// interrupts the agent when it is exceeded for 200 ms of 300, and by 10 dB the
	// noise that was there before. Default 0, which nothing exceeds: then only the
	// transcript interrupts.
	Loudness float64
	// Line leads to the caller.
	Line *Line
	// Told is called with what happens, by several goroutines but one at a time.
	// It must be quick.
	Told func(Event)

	voice *elevenlabs.TTSMulti
	mu    sync.Mutex // held while Told is called
	turns []Turn     // for the goroutine that runs, or the one that speaks
	stop  func()     // ends the turn that is spoken and waits for that

	hush atomic.Pointer[context.CancelFunc] // ends it while it can be heard, else nil
}

// ErrHungUp is how a caller leaves.
var ErrHungUp = errors.New("the caller has hung up")

// Run listens and answers until the caller hangs up, which is no error, the
// context ends or the ears fail. An answer that fails is told, and the
// conversation goes on. Run calls hear on a goroutine of its own to hand on the
// caller's audio, in pieces that are not changed afterwards; how hear ends is
// how the caller has left.
func (c *Conversation) Run(ctx context.Context, hear func(ctx context.Context, caller func([]byte) error) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	caller, left := make(chan []byte), make(chan struct{})
	go func() {
		defer close(left)
		ear := newEar(c.Format, c.Loudness)
		cancel(hear(ctx, func(sound []byte) error {
			if ear.hear(sound) {
				c.interrupt()
			}
			select {
			case caller <- sound:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}))
	}()
	err := c.converse(ctx, caller)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel(err)
	<-left
	if errors.Is(err, ErrHungUp) {
		return nil
	}
	return err
}

func (c *Conversation) converse(ctx context.Context, caller <-chan []byte) error {
	now := elevenlabs.WithPriority(elevenlabs.PriorityInteractive)
	var err error
	c.voice, err = c.Client.DialTTSMulti(ctx, elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5", Format: c.Format}, now)
	if err != nil {
		return err
	}
	defer c.voice.Close()
	ears, err := c.Client.DialSTT(ctx, elevenlabs.STTStreamRequest{Format: c.Format, CommitStrategy: "vad", VADSilence: turnEnds}, now)
	if err != nil {
		return err
	}
	var hearing sync.WaitGroup
	hearing.Go(func() { _ = ears.WriteFrom(ctx, caller) }) // the events tell what goes wrong
	defer hearing.Wait()
	defer ears.Close()
	c.stop = func() {}
	defer func() { c.stop() }()
	if c.Greeting != "" {
		c.start(ctx, func(context.Context, []Turn) iter.Seq[string] { return strings.SplitAfterSeq(c.Greeting, " ") })
	}
	return c.listen(ctx, ears)
}

// interrupt has the agent fall silent, if it can be heard.
func (c *Conversation) interrupt() {
	if hush := c.hush.Swap(nil); hush != nil {
		(*hush)()
	}
}

// listen takes turns.
func (c *Conversation) listen(ctx context.Context, ears *elevenlabs.STTSession) error {
	for event, err := range ears.Events() {
		switch {
		case err != nil:
			return err
		case event.Kind == elevenlabs.STTPartial && event.Text != "":
			c.stop() // the caller speaks
			c.tell(Event{Kind: Partial, Text: event.Text})
		case event.Kind == elevenlabs.STTCommitted && event.Segment.Text != "":
			c.stop()
			c.tell(Event{Kind: Heard, Text: event.Segment.Text})
			c.turns = append(c.turns, Turn{Text: event.Segment.Text})
			c.start(ctx, c.Answer)
		}
	}
	return ctx.Err()
}

// start speaks on a goroutine of its own.
func (c *Conversation) start(ctx context.Context, answer Answer) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	c.stop = func() {
		cancel()
		<-done
	}
	go func() {
		defer close(done)
		c.speak(ctx, cancel, answer)
	}()
}

// speak speaks an answer, and notes what was heard of it.
func (c *Conversation) speak(ctx context.Context, cancel context.CancelFunc, answer Answer) {
	asked := time.Now()
	speech, err := c.voice.NewUtterance(ctx)
	if err != nil {
		c.failed(ctx, err)
		return
	}
	defer speech.Close()
	var writing sync.WaitGroup
	tokens := answer(ctx, slices.Clone(c.turns))
	writing.Go(func() { c.write(speech, tokens) })
	err = c.Line.Play(ctx, speech, func() {
		c.hush.Store(&cancel)
		c.tell(Event{Kind: First, After: time.Since(asked)})
	})
	c.hush.Store(nil)
	speech.Cancel() // nothing is told of the text from here on
	var played time.Duration
	if err != nil { // silence does not wait for who is slow to stop writing
		played, _ = c.Line.Stop() // that a wire has broken is told to who reads from it
	}
	writing.Wait()
	if err == nil {
		c.said(Spoken, speech.HeardBy(time.Hour).Text)
		return
	}
	c.said(Interrupted, speech.HeardBy(played).Text)
	c.failed(ctx, err)
}

// write gives the speech its text. An error is that of the speech, too.
func (c *Conversation) write(speech *elevenlabs.TTSSession, tokens iter.Seq[string]) {
	for token := range tokens {
		if _, err := io.WriteString(speech, token); err != nil {
			return
		}
		c.tell(Event{Kind: Token, Text: token})
	}
	_ = speech.End()
}

func (c *Conversation) said(kind Kind, text string) {
	if text != "" {
		c.turns = append(c.turns, Turn{Agent: true, Text: text})
	}
	c.tell(Event{Kind: kind, Text: text})
}

// failed tells of an answer that failed, not of one that was interrupted.
func (c *Conversation) failed(ctx context.Context, err error) {
	if ctx.Err() == nil && !errors.Is(err, context.Canceled) {
		c.tell(Event{Kind: Failed, Err: fmt.Errorf("answer: %w", err)})
	}
}

func (c *Conversation) tell(e Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Told(e)
}
