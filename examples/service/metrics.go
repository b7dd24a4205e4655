package main

import (
	"net/http"

	"github.com/elevenlabs-go/elevenlabs"
)

// metrics is the answer to GET /metrics. Its gauges fall back to where they
// were when the load has gone; one that does not shows a leak.
type metrics struct {
	ActiveSessions int64                        `json:"active_sessions"`
	Resources      resources                    `json:"resources"`
	Families       map[elevenlabs.Family]family `json:"families"`
}

type resources struct {
	Connections int64 `json:"connections"`
}

// A family is the state of one pool of models, and what it has done so far.
type family struct {
	Limit    int   `json:"limit"`
	InFlight int   `json:"in_flight"`
	Queued   int   `json:"queued"`
	Admitted int64 `json:"admitted"`
	Served   int64 `json:"served"`
	Refused  int64 `json:"refused"`
	Retries  int64 `json:"retries"`
	Credits  int64 `json:"credits"`
}

func (s *service) metrics(w http.ResponseWriter, _ *http.Request) {
	m := metrics{
		ActiveSessions: s.sessions.Load(),
		Resources:      resources{Connections: s.conns.open.Load()},
		Families:       make(map[elevenlabs.Family]family),
	}
	for name, f := range s.figures() {
		m.Families[name] = family{
			Limit: f.Limit, InFlight: f.InFlight, Queued: f.Queued,
			Admitted: f.Admitted, Served: f.Served, Refused: f.Refused, Retries: f.Retries, Credits: f.Credits,
		}
	}
	answer(w, http.StatusOK, m)
}
