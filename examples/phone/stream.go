package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/coder/websocket"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talk"
)

// A message of a media stream, in either direction.
type message struct {
	Event     string `json:"event"` // start, media, mark, stop; media, mark, clear
	StreamSID string `json:"streamSid,omitempty"`
	Start     *start `json:"start,omitempty"`
	Media     *media `json:"media,omitempty"`
	Mark      *mark  `json:"mark,omitempty"`
}

type start struct {
	StreamSID string `json:"streamSid"`
	CallSID   string `json:"callSid"`
	Format    struct {
		Encoding   string `json:"encoding"`
		SampleRate int    `json:"sampleRate"`
		Channels   int    `json:"channels"`
	} `json:"mediaFormat"`
}

type media struct {
	Payload string `json:"payload"` // mu-law in base64
}

type mark struct {
	Name string `json:"name"`
}

// A stream is a call under way. It is the wire to the caller.
type stream struct {
	ctx    context.Context
	socket *websocket.Conn
	sid    string
	line   *talk.Line
}

func (s *stream) send(m message) error {
	m.StreamSID = s.sid
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.socket.Write(s.ctx, websocket.MessageText, b)
}

func (s *stream) Media(frame []byte) error {
	return s.send(message{Event: "media", Media: &media{base64.StdEncoding.EncodeToString(frame)}})
}

func (s *stream) Mark(name string) error { return s.send(message{Event: "mark", Mark: &mark{name}}) }
func (s *stream) Clear() error           { return s.send(message{Event: "clear"}) }

// receive returns the next message, talk.ErrHungUp when there are no more.
func (s *stream) receive(ctx context.Context) (m message, err error) {
	_, b, err := s.socket.Read(ctx)
	if err == nil {
		err = json.Unmarshal(b, &m)
	} else if websocket.CloseStatus(err) != -1 || errors.Is(err, io.EOF) {
		err = talk.ErrHungUp
	}
	return m, err
}

// open waits until the call has started.
func (s *stream) open() (*start, error) {
	for {
		m, err := s.receive(s.ctx)
		if err != nil {
			return nil, err
		}
		if m.Event != "start" || m.Start == nil {
			continue
		}
		if f := m.Start.Format; f.Encoding != "audio/x-mulaw" || f.SampleRate != 8000 || f.Channels != 1 {
			return nil, fmt.Errorf("the stream is of %s, %d Hz, %d channels", f.Encoding, f.SampleRate, f.Channels)
		}
		s.sid = m.Start.StreamSID
		return m.Start, nil
	}
}

// hold talks to a caller until he hangs up.
func (b *bridge) hold(ctx context.Context, socket *websocket.Conn) error {
	s := &stream{ctx: ctx, socket: socket}
	started, err := s.open()
	if err != nil {
		return err
	}
	log := b.log.With("call", started.CallSID)
	s.line = talk.NewLine(s, elevenlabs.FormatULaw_8000)
	c := talk.Conversation{
		Client: b.client, Format: elevenlabs.FormatULaw_8000, Answer: b.answer, Line: s.line,
		Greeting: b.greeting, Loudness: b.loudness,
		Told: func(e talk.Event) { tell(log, e) },
	}
	return c.Run(ctx, s.hear)
}

// hear takes what Twilio says, until the call ends.
func (s *stream) hear(ctx context.Context, caller func([]byte) error) error {
	for {
		m, err := s.receive(ctx)
		switch {
		case err != nil:
			return err
		case m.Event == "stop":
			return talk.ErrHungUp
		case m.Event == "mark" && m.Mark != nil:
			s.line.Marked(m.Mark.Name)
		case m.Event == "media" && m.Media != nil:
			sound, err := base64.StdEncoding.DecodeString(m.Media.Payload)
			if err != nil {
				return fmt.Errorf("media: %w", err)
			}
			if err := caller(sound); err != nil {
				return err
			}
		}
	}
}

// tell writes down how a call goes, not what is said.
func tell(log *slog.Logger, e talk.Event) {
	switch e.Kind {
	case talk.First:
		log.Info("answering", "after", e.After)
	case talk.Heard, talk.Spoken, talk.Interrupted:
		log.Info(string(e.Kind), "characters", len([]rune(e.Text)))
	case talk.Failed:
		log.Error("failed", "err", e.Err)
	}
}
