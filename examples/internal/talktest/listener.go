// Package talktest is the other end of a [talk.Line]: who listens to it, and
// speaks.
package talktest

import (
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	g711 "github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// FrameTime is how long each frame plays.
const FrameTime = 20 * time.Millisecond

// A Listener plays frames at their speed, and sends marks back behind what
// they follow. It is safe for concurrent use.
type Listener struct {
	width int // bytes of a sample
	back  func(name string)
	tasks sync.WaitGroup

	mu     sync.Mutex // guards all below
	frames []frame
	until  time.Time // when all that has come was played
	marks  map[string]*time.Timer
	ahead  time.Duration
	clears []time.Time
}

// A frame is played from a time on.
type frame struct {
	sound []byte
	at    time.Time
}

// NewListener returns a listener for a format, who sends marks back by a
// function.
func NewListener(format elevenlabs.Format, back func(name string)) *Listener {
	l := &Listener{width: 2, back: back, marks: make(map[string]*time.Timer)}
	if format == elevenlabs.FormatULaw_8000 {
		l.width = 1
	}
	return l
}

// Play takes a frame.
func (l *Listener) Play(sound []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.until.Before(now) {
		l.until = now
	}
	l.frames = append(l.frames, frame{sound, l.until})
	l.until = l.until.Add(FrameTime)
	l.ahead = max(l.ahead, time.Until(l.until))
}

// Mark takes a mark.
func (l *Listener) Mark(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.marks[name] = time.AfterFunc(time.Until(l.until), func() { l.back(name) })
}

// Clear drops what was not played. Marks in it come back at once.
func (l *Listener) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for n := len(l.frames); n > 0 && l.frames[n-1].at.After(now); n-- {
		l.frames = l.frames[:n-1]
	}
	l.until = now
	l.clears = append(l.clears, now)
	for name, timer := range l.marks {
		if timer.Stop() {
			l.tasks.Go(func() { l.back(name) })
		}
	}
	clear(l.marks)
}

// Close stops listening.
func (l *Listener) Close() {
	l.mu.Lock()
	for _, timer := range l.marks {
		timer.Stop()
	}
	l.mu.Unlock()
	l.tasks.Wait()
}

// Heard is what the emulator has said in what was played so far.
func (l *Listener) Heard() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var (
		ear  tone.Listener
		text strings.Builder
	)
	for _, f := range l.frames {
		if f.at.Before(time.Now()) {
			ear.Hear(f.sound, l.width, func(r rune, _ int64) { text.WriteRune(r) })
		}
	}
	return strings.TrimSpace(text.String())
}

// Cleared reports whether anything was to be forgotten.
func (l *Listener) Cleared() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.clears) > 0
}

// ClearedAt is when something was to be forgotten for the first time, zero if
// never.
func (l *Listener) ClearedAt() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.clears) == 0 {
		return time.Time{}
	}
	return l.clears[0]
}

// Ahead is the most that was there before it had to be played.
func (l *Listener) Ahead() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ahead
}

// A Mouth speaks at its speed, and is silent otherwise.
type Mouth struct {
	format  elevenlabs.Format
	silence byte

	mu     sync.Mutex // guards all below
	speech []byte
}

// NewMouth returns a mouth that has nothing to say yet.
func NewMouth(format elevenlabs.Format) *Mouth {
	m := &Mouth{format: format}
	if format == elevenlabs.FormatULaw_8000 {
		m.silence = 0xFF
	}
	return m
}

// Say adds something to be said, in the emulator's voice.
func (m *Mouth) Say(t *testing.T, text string) {
	t.Helper()
	spec, known := audio.Parse(string(m.format))
	require.True(t, known)
	source, err := tone.New(spec, text)
	require.NoError(t, err)
	sound, err := io.ReadAll(source)
	require.NoError(t, err)
	m.add(sound)
}

// Noise adds noise of a level in dBFS, or -Inf for silence. It is the same
// whenever it is asked for.
func (m *Mouth) Noise(d time.Duration, level float64) {
	m.add(Noise(m.format, d, level))
}

// Noise returns noise in a format.
func Noise(format elevenlabs.Format, d time.Duration, level float64) []byte {
	width := 2
	if format == elevenlabs.FormatULaw_8000 {
		width = 1
	}
	samples := int(d.Seconds() * float64(format.BytesPerSecond()/width))
	random := rand.New(rand.NewPCG(1, 2))
	most := math.Sqrt(3) * math.Pow(10, level/20) * math.MaxInt16 // of what is uniform
	var pcm []byte
	for range samples {
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(most*(2*random.Float64()-1))))
	}
	if width == 1 {
		return g711.AppendULaw(nil, pcm)
	}
	return pcm
}

func (m *Mouth) add(sound []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.speech = append(m.speech, sound...)
}

// Speak hands on a frame after the other until it is told to stop.
func (m *Mouth) Speak(stop <-chan struct{}, send func(frame []byte)) {
	clock := time.NewTicker(FrameTime)
	defer clock.Stop()
	for {
		select {
		case <-stop:
			return
		case <-clock.C:
			send(m.frame())
		}
	}
}

func (m *Mouth) frame() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := make([]byte, m.format.BytesPerSecond()*int(FrameTime)/int(time.Second))
	n := copy(f, m.speech)
	m.speech = m.speech[n:]
	for ; n < len(f); n++ {
		f[n] = m.silence
	}
	return f
}

// Await waits until something is so.
func Await(t *testing.T, so func() bool) {
	t.Helper()
	for range 3000 {
		if so() {
			return
		}
		time.Sleep(FrameTime)
	}
	require.FailNow(t, "a minute has passed in vain")
}
