package elevenlabstest

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

const (
	// maxRecords is how many requests the record holds.
	maxRecords = 10_000
	// maxRecordedBody is how much of a body, or of a file's head, is kept.
	maxRecordedBody = 64 << 10
	// redacted stands where a credential stood.
	redacted = "REDACTED"
)

// secretQueries are the query parameters that hold a credential.
var secretQueries = []string{"token", "single_use_token", "authorization", "xi-api-key"}

// A Request is one entry of the emulator's record. Its maps and slices are
// shared with the record: read them, do not change them.
type Request struct {
	Method string
	Path   string // without query, escapes decoded
	Query  url.Values
	// Header holds the headers of the request, credentials replaced by
	// REDACTED.
	Header http.Header

	// Body is the first 64 KiB of the body. It is empty for a form, whose
	// parts are in Form and File.
	Body []byte
	Form map[string][]string
	File *File

	// Status is the HTTP status sent, 0 while there is none and for a request
	// that was never answered.
	Status int
	// Family and Weight are what the request counted as. The family is empty
	// for a request that takes no slot.
	Family elevenlabs.Family
	Weight int
	// Characters is what was billed for it, in credits.
	Characters int
	// RequestID, HistoryItemID and TraceID are the ids in the answer's headers.
	RequestID, HistoryItemID, TraceID string
	// Fault names the scripted fault that met the request, as [Fault.String]
	// does. It is empty without one.
	Fault string

	// Arrived is when the head of the request was read, Done when its answer
	// ended: the zero time while it is under way.
	Arrived, Done time.Time
}

// A File describes the file part of a form.
type File struct {
	Name        string
	ContentType string
	Size        int64
	SHA256      string // in hexadecimal
}

// Requests returns the last 10,000 requests in the order of their arrival,
// those still under way among them.
func (e *Emulator) Requests() []Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := e.records[max(0, len(e.records)-maxRecords):]
	out := make([]Request, len(last))
	for i, r := range last {
		out[i] = *r
	}
	return out
}

// newRecord files a request that has just arrived.
func (e *Emulator) newRecord(r *http.Request, trace string) *Request {
	rec := &Request{
		Method: r.Method, Path: r.URL.Path, TraceID: trace, Arrived: time.Now(),
		Header: r.Header.Clone(), Query: r.URL.Query(),
	}
	for _, name := range []string{"Xi-Api-Key", "Authorization"} {
		if rec.Header.Get(name) != "" {
			rec.Header.Set(name, redacted)
		}
	}
	for name := range rec.Query {
		if slices.Contains(secretQueries, name) {
			rec.Query.Set(name, redacted)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests++
	if len(e.records) >= 2*maxRecords {
		e.records = slices.Clone(e.records[maxRecords:])
	}
	e.records = append(e.records, rec)
	return rec
}

// note changes the record of a call.
func (c *call) note(change func(*Request)) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	change(c.rec)
}
