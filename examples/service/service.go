package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

// The most a request may carry, in bytes.
const (
	maxText  = 64 << 10
	maxAudio = 25 << 20
)

// format is how the service speaks.
const format = elevenlabs.FormatMP3_44100_128

// A service speaks and listens for others. It knows no more of the client than
// it needs, so that a test can put something else in its place.
type service struct {
	voice   elevenlabs.Synthesizer
	ear     elevenlabs.Transcriber
	figures func() map[elevenlabs.Family]elevenlabs.FamilyStats
	log     *slog.Logger
	timeout time.Duration

	sessions atomic.Int64 // requests being worked on
	conns    connections
}

// connections counts the open ones.
type connections struct{ open atomic.Int64 }

// track is an http.Server's ConnState.
func (c *connections) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	}
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tts", s.session(s.tts))
	mux.HandleFunc("POST /stt", s.session(s.stt))
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	return mux
}

// session counts a request while it is worked on, and bounds it: a user who
// has waited for so long would rather have the text.
func (s *service) session(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.sessions.Add(1)
		defer s.sessions.Add(-1)
		ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
		defer cancel()
		next(w, r.WithContext(ctx))
	}
}

// speech is the answer to POST /tts. Without speech it is degraded: the text
// comes back, to be shown instead.
type speech struct {
	Text     string            `json:"text"`
	Audio    []byte            `json:"audio"`
	Format   elevenlabs.Format `json:"format"`
	Degraded bool              `json:"degraded,omitempty"`
	Reason   string            `json:"reason,omitempty"`
}

func (s *service) tts(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Text  string `json:"text"`
		Voice string `json:"voice"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxText)).Decode(&ask); err != nil {
		s.refuse(w, tooLargeOr(err, badRequest("the body is not JSON with a text")))
		return
	}
	if strings.TrimSpace(ask.Text) == "" {
		s.refuse(w, badRequest("there is no text"))
		return
	}
	opts := []elevenlabs.TTSOption{elevenlabs.WithFormat(format)}
	if ask.Voice != "" {
		opts = append(opts, elevenlabs.WithVoice(ask.Voice))
	}
	audio, err := s.voice.TTS(r.Context(), ask.Text, opts...)
	switch bad := fault(err, ask.Voice != ""); {
	case err == nil:
		answer(w, http.StatusOK, speech{Text: ask.Text, Audio: audio, Format: format})
	case bad != nil:
		s.refuse(w, *bad)
	default:
		s.lament(r, "speech degraded to text", err)
		// Empty audio is "" and not null, so that nobody has to tell them apart.
		answer(w, http.StatusOK, speech{
			Text: ask.Text, Audio: []byte{}, Format: format, Degraded: true, Reason: reason(err),
		})
	}
}

func (s *service) stt(w http.ResponseWriter, r *http.Request) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "audio/") && !strings.HasPrefix(kind, "video/") {
		s.refuse(w, badRequest("the Content-Type is not that of audio"))
		return
	}
	audio, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAudio))
	if err != nil {
		s.refuse(w, tooLargeOr(err, badRequest("the body ended early")))
		return
	}
	if len(audio) == 0 {
		s.refuse(w, badRequest("there is no audio"))
		return
	}
	text, err := s.ear.STT(r.Context(), audio, kind)
	switch bad := fault(err, false); {
	case err == nil:
		answer(w, http.StatusOK, map[string]string{"text": text})
	case bad != nil:
		s.refuse(w, *bad)
	default:
		s.lament(r, "nothing was heard", err)
		s.refuse(w, refusal{Status: http.StatusServiceUnavailable, Message: "audio cannot be transcribed now", Reason: reason(err)})
	}
}

// lament logs what the user is not told, unless the user has gone.
func (s *service) lament(r *http.Request, what string, err error) {
	if !errors.Is(err, context.Canceled) {
		s.log.WarnContext(r.Context(), what, "reason", reason(err), "error", err)
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails when the user has gone
}
