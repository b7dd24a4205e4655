package talk

import (
	"context"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/audio"
)

const (
	frameTime = 20 * time.Millisecond
	// lead is how far the audio is ahead of the listener: enough for the network
	// to be uneven, and little to be thrown away.
	lead = 200 * time.Millisecond
	// framesPerMark is how many frames there are from one mark to the next, and
	// so how exactly it is known what was heard: 100 ms.
	framesPerMark = 5
)

// A Wire leads to a listener who keeps audio until it is played. Its methods
// are called by one goroutine at a time.
type Wire interface {
	// Media sends a frame of audio, valid until Media returns.
	Media(frame []byte) error
	// Mark asks to be told when all audio before it was played.
	Mark(name string) error
	// Clear has the listener forget all audio that was not played.
	Clear() error
}

// A Line plays speech over a wire, no faster than it is heard, and knows what
// was heard of it. One speech plays at a time; Marked may be called by anyone.
type Line struct {
	wire    Wire
	bytes   int // of a frame
	silence byte

	mu     sync.Mutex // guards all below
	marks  int        // so far, to name them
	sent   []mark     // and not come back
	played time.Duration
	back   chan struct{} // closed when all marks have come back
}

// A mark is behind so much audio.
type mark struct {
	name string
	at   time.Duration
}

// NewLine returns a line for audio of a format, PCM or mu-law.
func NewLine(wire Wire, format elevenlabs.Format) *Line {
	l := &Line{wire: wire, bytes: int(format.BytesPerSecond() * int(frameTime) / int(time.Second)), silence: audio.PCMSilence}
	if format == elevenlabs.FormatULaw_8000 {
		l.silence = audio.ULawSilence
	}
	return l
}

// Play plays a speech, and returns when the listener has heard its end, or the
// context ends. It calls first when the first frame is on its way.
func (l *Line) Play(ctx context.Context, speech io.Reader, first func()) error {
	l.mu.Lock()
	l.played, l.sent = 0, nil
	l.mu.Unlock()
	frames, due := 0, time.Now() // when the listener needs the next frame
	for frame, err := range audio.NewPaddedFrameReader(speech, l.bytes, l.silence).All() {
		if err == nil {
			err = sleep(ctx, time.Until(due)-lead)
		}
		if err == nil {
			err = l.wire.Media(frame)
		}
		if err != nil {
			return err
		}
		if frames++; frames == 1 {
			first()
		}
		if due = later(due, time.Now()).Add(frameTime); frames%framesPerMark == 0 {
			if err := l.mark(frames); err != nil {
				return err
			}
		}
	}
	if err := l.mark(frames); err != nil {
		return err
	}
	return l.drained(ctx)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mark sends a mark behind so many frames.
func (l *Line) mark(frames int) error {
	l.mu.Lock()
	l.marks++
	m := mark{"m" + strconv.Itoa(l.marks), time.Duration(frames) * frameTime}
	if len(l.sent) == 0 {
		l.back = make(chan struct{})
	}
	l.sent = append(l.sent, m)
	l.mu.Unlock()
	return l.wire.Mark(m.name)
}

// Marked is told that a mark has come back. One of a speech that was stopped
// does not count.
func (l *Line) Marked(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, m := range l.sent {
		if m.name == name {
			l.played = m.at
			if l.sent = l.sent[i+1:]; len(l.sent) == 0 {
				close(l.back)
			}
			return
		}
	}
}

// drained waits until all marks have come back.
func (l *Line) drained(ctx context.Context) error {
	l.mu.Lock()
	back := l.back
	l.mu.Unlock()
	select {
	case <-back:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stop has the listener drop what was not played, and returns how much of the
// last speech was.
func (l *Line) Stop() (time.Duration, error) {
	l.mu.Lock()
	played := l.played
	l.sent = nil
	l.mu.Unlock()
	return played, l.wire.Clear()
}
