package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talktest"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
)

// A phone is Twilio's side of a media stream, and whoever is on the telephone.
type phone struct {
	*talktest.Listener
	mouth  *talktest.Mouth
	t      *testing.T
	socket *websocket.Conn
	tasks  sync.WaitGroup
	hungUp chan struct{}
}

// dial begins a call.
func dial(t *testing.T, ln *memnet.Listener) *phone {
	t.Helper()
	h := &http.Client{Transport: &http.Transport{DialContext: ln.DialContext}}
	socket, _, err := websocket.Dial(t.Context(), "ws://bridge/media", &websocket.DialOptions{HTTPClient: h})
	require.NoError(t, err)
	p := &phone{t: t, socket: socket, hungUp: make(chan struct{}), mouth: talktest.NewMouth(elevenlabs.FormatULaw_8000)}
	p.Listener = talktest.NewListener(elevenlabs.FormatULaw_8000, func(name string) {
		p.send(map[string]any{"event": "mark", "streamSid": "MZ1", "mark": map[string]any{"name": name}})
	})
	p.send(map[string]any{"event": "connected", "protocol": "Call", "version": "1.0.0"})
	p.send(map[string]any{"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": map[string]any{
		"streamSid": "MZ1", "callSid": "CA1", "tracks": []string{"inbound"},
		"mediaFormat": map[string]any{"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
	}})
	p.tasks.Go(func() { p.mouth.Speak(p.hungUp, p.sound) })
	p.tasks.Go(p.listen)
	return p
}

// hangUp ends the call.
func (p *phone) hangUp() {
	close(p.hungUp)
	p.send(map[string]any{"event": "stop", "streamSid": "MZ1"})
	p.tasks.Wait()
	p.Close()
}

func (p *phone) send(v any) {
	b, err := json.Marshal(v)
	if err == nil {
		_ = p.socket.Write(p.t.Context(), websocket.MessageText, b) // the other side may be gone
	}
}

func (p *phone) say(text string) { p.mouth.Say(p.t, text) }

func (p *phone) sound(frame []byte) {
	p.send(map[string]any{"event": "media", "streamSid": "MZ1", "media": map[string]any{
		"track": "inbound", "payload": base64.StdEncoding.EncodeToString(frame),
	}})
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
			sound, err := base64.StdEncoding.DecodeString(m.Media.Payload)
			if err != nil || len(sound) != 160 {
				p.t.Errorf("a frame of %d bytes: %v", len(sound), err)
			}
			p.Play(sound)
		case "mark":
			p.Mark(m.Mark.Name)
		case "clear":
			p.Clear()
		default:
			p.t.Errorf("%s", b)
		}
	}
}
