package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talk"
)

const (
	// statsEvery is how often the page is told of the slots.
	statsEvery = 250 * time.Millisecond
	// maxMessage is 2 s of sound, far more than the page sends at once.
	maxMessage = 64 << 10
)

//go:embed page.html
var page []byte

// An agent talks to whoever opens its page.
type agent struct {
	client *elevenlabs.Client
	answer talk.Answer
	about  string // the account
	log    *slog.Logger

	loudness float64 // of a [talk.Conversation]
}

func (a *agent) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
	mux.HandleFunc("GET /about", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, a.about)
	})
	mux.HandleFunc("GET /talk", a.talk)
	return mux
}

// talk holds a conversation. Only the agent's own page may have one: Accept
// looks at the origin.
func (a *agent) talk(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // which was answered
	}
	defer socket.CloseNow()
	socket.SetReadLimit(maxMessage)
	if err := a.hold(r.Context(), socket); err != nil && !errors.Is(err, context.Canceled) {
		a.log.Error("conversation", "err", err)
		_ = socket.Close(websocket.StatusInternalError, "the conversation has failed") // no more than that is the page's business
		return
	}
	_ = socket.Close(websocket.StatusNormalClosure, "")
}

// hold talks to a page until it leaves.
func (a *agent) hold(ctx context.Context, socket *websocket.Conn) error {
	s := &speaker{ctx: ctx, socket: socket}
	s.line = talk.NewLine(s, elevenlabs.FormatPCM_16000)
	c := talk.Conversation{
		Client: a.client, Format: elevenlabs.FormatPCM_16000, Answer: a.answer, Line: s.line, Loudness: a.loudness,
		Told: func(e talk.Event) {
			if e.Kind == talk.Failed {
				a.log.Error("conversation", "err", e.Err)
			}
			_ = s.send(message{Type: string(e.Kind), Text: e.Text, AfterMS: e.After.Milliseconds()}) // hear knows when the page is gone
		},
	}
	return c.Run(ctx, func(ctx context.Context, caller func([]byte) error) error {
		stats, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			a.showSlots(s, stats)
		}()
		defer func() { close(stats); <-stopped }()
		return s.hear(ctx, caller)
	})
}

// A message is JSON in either direction: mark and clear as of a [talk.Wire],
// the events of a conversation, and slots. Sound is binary, in either
// direction.
type message struct {
	Type    string          `json:"type"`
	Name    string          `json:"name,omitempty"`
	Text    string          `json:"text,omitempty"`
	AfterMS int64           `json:"after_ms,omitempty"`
	Slots   map[string]slot `json:"slots,omitempty"`
}

// A slot is how a family of models stands.
type slot struct {
	Limit    int   `json:"limit"`
	InFlight int   `json:"in_flight"`
	Queued   int   `json:"queued"`
	Served   int64 `json:"served"`
	Refused  int64 `json:"refused"`
}

// showSlots tells the page how the account stands, until it is stopped.
func (a *agent) showSlots(s *speaker, stop <-chan struct{}) {
	tick := time.NewTicker(statsEvery)
	defer tick.Stop()
	for {
		slots := make(map[string]slot)
		for name, f := range a.client.Stats().Families {
			slots[string(name)] = slot{f.Limit, f.InFlight, f.Queued, f.Served, f.Refused}
		}
		_ = s.send(message{Type: "slots", Slots: slots})
		select {
		case <-tick.C:
		case <-stop:
			return
		}
	}
}

// A speaker is a page: the wire to who listens to it, and his microphone.
type speaker struct {
	ctx    context.Context
	socket *websocket.Conn
	line   *talk.Line
}

func (s *speaker) send(m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.socket.Write(s.ctx, websocket.MessageText, b)
}

func (s *speaker) Media(frame []byte) error {
	return s.socket.Write(s.ctx, websocket.MessageBinary, frame)
}

func (s *speaker) Mark(name string) error { return s.send(message{Type: "mark", Name: name}) }
func (s *speaker) Clear() error           { return s.send(message{Type: "clear"}) }

// hear takes what the page says, until it leaves.
func (s *speaker) hear(ctx context.Context, caller func([]byte) error) error {
	for {
		kind, b, err := s.socket.Read(ctx)
		switch {
		case websocket.CloseStatus(err) != -1, errors.Is(err, io.EOF):
			return talk.ErrHungUp
		case err != nil:
			return err
		case kind == websocket.MessageBinary:
			if err := caller(b); err != nil {
				return err
			}
		default:
			var m message
			if err := json.Unmarshal(b, &m); err != nil {
				return err
			}
			s.line.Marked(m.Name)
		}
	}
}
