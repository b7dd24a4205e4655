package elevenlabs

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Meta is what an answer tells besides its content. Every header it is read
// from is optional: a string that was not told is empty.
//
// Source: the headers of a live answer of 21 August 2026.
type Meta struct {
	// RequestID is what stitching asks for. Transcripts have none, only a
	// TraceID.
	RequestID string
	// TraceID is what the vendor's support asks for.
	TraceID string
	// HistoryItemID names the speech in the account's history; not_stored if
	// the vendor kept nothing.
	HistoryItemID string
	// Region is where the call ran, such as europe-west4.
	Region string
	// CharacterCost is what the call was billed, in credits; -1 if not told.
	CharacterCost int
	// InUse and Limit are how many requests the account had and may have in
	// flight in the family of the call; 0 if not told.
	InUse, Limit int
	// WorkspaceInUse is how many requests the whole workspace had in flight; 0
	// if not told.
	WorkspaceInUse int
	// ServerLatency is the tts-latency-ms header, whose meaning the vendor
	// does not document.
	ServerLatency time.Duration
	// RetentionIgnored is true when zero retention was asked for and the
	// answer does not confirm it. Accounts without that right are ignored
	// silently (seen live on 8 September 2026).
	RetentionIgnored bool
	// Recovered is true when the answer was lost and its audio was fetched from
	// the account's history instead, at no further cost. Then FirstByte ends
	// when that came, and CharacterCost may be from the history.
	Recovered bool

	// Attempts is how often the call was sent.
	Attempts int
	// Queued is how long the call waited for room in flight, all attempts
	// together.
	Queued time.Duration
	// FirstByte is the time from sending the last attempt to the start of its
	// answer.
	FirstByte time.Duration
}

// notStored is what history-item-id says when nothing was kept.
const notStored = "not_stored"

// redacted stands where a server has echoed a secret.
const redacted = "REDACTED"

// readMeta takes what the headers of an answer tell, but for a secret that
// they echo.
func readMeta(h http.Header, secret string) Meta {
	text := func(canonical string) string { return strings.ReplaceAll(first(h, canonical), secret, redacted) }
	return Meta{
		RequestID:      text("Request-Id"),
		TraceID:        text("X-Trace-Id"),
		HistoryItemID:  text("History-Item-Id"),
		Region:         text("X-Region"),
		CharacterCost:  count(h, "Character-Cost", -1),
		InUse:          count(h, "Current-Concurrent-Requests", 0),
		Limit:          count(h, "Maximum-Concurrent-Requests", 0),
		WorkspaceInUse: count(h, "Workspace-Concurrent-Requests", 0),
		ServerLatency:  time.Duration(count(h, "Tts-Latency-Ms", 0)) * time.Millisecond,
	}
}

// first reads a header by its canonical name, without the work of making one.
func first(h http.Header, canonical string) string {
	if v := h[canonical]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// count reads a header that holds a number; one that is absent, unreadable,
// negative or absurd is the fallback.
func count(h http.Header, canonical string, fallback int) int {
	n, err := strconv.ParseInt(first(h, canonical), 10, 32)
	if err != nil || n < 0 {
		return fallback
	}
	return int(n)
}

// suffix names the answer in an error's text.
func (m Meta) suffix() string {
	switch {
	case m.RequestID != "":
		return " (request " + m.RequestID + ")"
	case m.TraceID != "":
		return " (trace " + m.TraceID + ")"
	}
	return ""
}
