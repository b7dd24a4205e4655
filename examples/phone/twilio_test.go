package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/audio"
	formats "github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

const (
	frameBytes = 160
	frameTime  = 20 * time.Millisecond
)

// A phone is Twilio's side of a media stream, and whoever is on the telephone.
// It plays audio at its speed and sends marks back behind what they follow.
type phone struct {
	t      *testing.T
	socket *websocket.Conn
	tasks  sync.WaitGroup
	hungUp chan struct{}

	mu     sync.Mutex // guards all below
	speech []byte     // to be said; silence otherwise
	frames []frame
	until  time.Time // when all that has come was played
	marks  []*time.Timer
	back   []func()      // what sends them, in their order
	ahead  time.Duration // the most that was kept
	clears int
}

// A frame is played from a time on.
type frame struct {
	sound []byte
	at    time.Time
}

// dial begins a call.
func dial(t *testing.T, ln *memnet.Listener) *phone {
	t.Helper()
	h := &http.Client{Transport: &http.Transport{DialContext: ln.DialContext}}
	socket, _, err := websocket.Dial(t.Context(), "ws://bridge/media", &websocket.DialOptions{HTTPClient: h})
	require.NoError(t, err)
	p := &phone{t: t, socket: socket, hungUp: make(chan struct{})}
	p.send(map[string]any{"event": "connected", "protocol": "Call", "version": "1.0.0"})
	p.send(map[string]any{"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": map[string]any{
		"streamSid": "MZ1", "callSid": "CA1", "tracks": []string{"inbound"},
		"mediaFormat": map[string]any{"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
	}})
	p.tasks.Go(p.talk)
	p.tasks.Go(p.listen)
	return p
}

// hangUp ends the call.
func (p *phone) hangUp() {
	close(p.hungUp)
	p.send(map[string]any{"event": "stop", "streamSid": "MZ1"})
	p.tasks.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.marks {
		m.Stop()
	}
}

func (p *phone) send(v any) {
	b, err := json.Marshal(v)
	if err == nil {
		_ = p.socket.Write(p.t.Context(), websocket.MessageText, b) // the other side may be gone
	}
}

// say has the caller say something, in the emulator's voice.
func (p *phone) say(text string) {
	spec, known := formats.Parse("ulaw_8000")
	require.True(p.t, known)
	source, err := tone.New(spec, text)
	require.NoError(p.t, err)
	sound, err := io.ReadAll(source)
	require.NoError(p.t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.speech = append(p.speech, sound...)
}

// talk sends what the caller says, a frame after the other.
func (p *phone) talk() {
	clock := time.NewTicker(frameTime)
	defer clock.Stop()
	for {
		select {
		case <-p.hungUp:
			return
		case <-clock.C:
		}
		p.mu.Lock()
		f := p.speech[:min(frameBytes, len(p.speech))]
		p.speech = p.speech[len(f):]
		p.mu.Unlock()
		for f = append([]byte(nil), f...); len(f) < frameBytes; {
			f = append(f, audio.ULawSilence)
		}
		p.send(map[string]any{"event": "media", "streamSid": "MZ1", "media": map[string]any{
			"track": "inbound", "payload": base64.StdEncoding.EncodeToString(f),
		}})
	}
}

// listen takes what the bridge says until it ends the call.
func (p *phone) listen() {
	for {
		_, b, err := p.socket.Read(p.t.Context())
		if err != nil {
			return
		}
		var m message
		if err := json.Unmarshal(b, &m); err != nil || m.StreamSID != "MZ1" {
			p.t.Errorf("%s: %v", b, err)
		}
		switch m.Event {
		case "media":
			p.play(m.Media.Payload)
		case "mark":
			p.mark(m.Mark.Name)
		case "clear":
			p.clear()
		default:
			p.t.Errorf("%s", b)
		}
	}
}

func (p *phone) play(payload string) {
	sound, err := base64.StdEncoding.DecodeString(payload)
	if err != nil || len(sound) != frameBytes {
		p.t.Errorf("a frame of %d bytes: %v", len(sound), err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.until.Before(now) {
		p.until = now
	}
	p.frames = append(p.frames, frame{sound, p.until})
	p.until = p.until.Add(frameTime)
	p.ahead = max(p.ahead, time.Until(p.until))
}

func (p *phone) mark(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sent atomic.Bool
	back := func() {
		if sent.CompareAndSwap(false, true) {
			p.send(map[string]any{"event": "mark", "streamSid": "MZ1", "mark": map[string]any{"name": name}})
		}
	}
	p.back = append(p.back, back)
	p.marks = append(p.marks, time.AfterFunc(time.Until(p.until), back))
}

// clear drops what was not played. The marks in it come back at once.
func (p *phone) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clears++
	now := time.Now()
	for n := len(p.frames); n > 0 && p.frames[n-1].at.After(now); n-- {
		p.frames = p.frames[:n-1]
	}
	p.until = now
	all := p.back
	p.back = nil
	p.tasks.Go(func() {
		for _, back := range all {
			back()
		}
	})
}

// heard is what was played so far.
func (p *phone) heard() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var (
		ear  tone.Listener
		text strings.Builder
	)
	for _, f := range p.frames {
		if f.at.Before(time.Now()) {
			ear.Hear(f.sound, 1, func(r rune, _ int64) { text.WriteRune(r) })
		}
	}
	return strings.TrimSpace(text.String())
}

func (p *phone) cleared() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clears > 0
}

// await waits until something is so.
func await(t *testing.T, so func() bool) {
	t.Helper()
	for range 3000 {
		if so() {
			return
		}
		time.Sleep(frameTime)
	}
	t.Fatal("a minute has passed in vain")
}
