package elevenlabstest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// region is where the emulator says it runs.
const region = "europe-west4"

// gzipFrom is the size from which JSON is compressed for who accepts it.
const gzipFrom = 500

var errHungUp = errors.New("connection closed by a fault")

// A delivery is a body on its way out.
type delivery struct {
	status int
	body   io.Reader
	size   int64
	// hollow is the body of an answer without audio, which a fault may want.
	hollow string
	// chunked sends without a content length and flushes at every stop.
	chunked bool
	// stops are points where the body pauses, in order.
	stops []stop
	// made is called when the whole body has been read, before its last byte
	// is sent. Nil for nothing.
	made func()
}

// A stop is something that happens when so many bytes have been sent.
type stop struct {
	at  int64
	act func(*call) error
}

// deliver sends a body. It keeps the last byte back until the slot is free:
// a client that waits for the end before it sends its next request can then
// never meet its own slot. A body that ends early takes the connection with
// it: net/http would close a chunked one as if it were whole.
func (c *call) deliver(d delivery) {
	if err := c.sendBody(d); err != nil && !c.hungUp {
		_ = c.hangUp(false)
	}
}

func (c *call) sendBody(d delivery) error {
	d.applyFault(c)
	if f := c.fault; f != nil && f.stop != nil && f.at == beforeHead {
		return f.stop(c)
	}
	c.sendHead(d)
	var sent int64
	for _, s := range d.stops {
		at := min(s.at, max(d.size-1, 0))
		if _, err := io.CopyN(c.w, d.body, at-sent); err != nil {
			return err
		}
		sent = at
		if err := c.flush(); err != nil {
			return err
		}
		if err := s.act(c); err != nil {
			return err
		}
	}
	if _, err := io.CopyN(c.w, d.body, max(d.size-1, 0)-sent); err != nil {
		return err
	}
	last, err := io.ReadAll(d.body)
	if err != nil {
		return err
	}
	if d.made != nil {
		d.made()
	}
	c.leave()
	if err := c.travel(); err != nil {
		return err
	}
	_, err = c.w.Write(last)
	return err
}

// applyFault makes a body do what the call's fault wants.
func (d *delivery) applyFault(c *call) {
	f := c.fault
	if f == nil {
		return
	}
	if f.empty {
		d.body, d.size, d.stops, d.made = strings.NewReader(d.hollow), int64(len(d.hollow)), nil, nil
	}
	if f.stop != nil && f.at != beforeHead {
		d.stops = append(d.stops, stop{at: f.at, act: f.stop})
		slices.SortStableFunc(d.stops, func(a, b stop) int { return int(a.at - b.at) })
	}
}

func (c *call) sendHead(d delivery) {
	h := c.w.Header()
	if !d.chunked {
		h.Set("Content-Length", strconv.FormatInt(d.size, 10))
	}
	c.fault.addTo(h)
	c.note(func(r *Request) {
		r.Status = d.status
		r.RequestID, r.HistoryItemID = h.Get("Request-Id"), h.Get("History-Item-Id")
	})
	c.begun = true
	c.w.WriteHeader(d.status)
	if d.chunked {
		_ = c.flush()
	}
}

// flush pushes what was written to the client. A writer that has no way to,
// such as one that a caller has wrapped, is left to its own time.
func (c *call) flush() error {
	err := http.NewResponseController(c.w).Flush()
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// hangUp closes the connection under the answer. The slot is freed first, as
// with any other end.
func (c *call) hangUp(reset bool) error {
	c.leave()
	c.hungUp = true
	if c.socket != nil {
		_ = c.socket.CloseNow()
		return errHungUp
	}
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // what net/http offers where hijacking is not possible
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	return errHungUp
}

// maxPieces and minPiece bound how a stream is cut: at most so many pieces of at
// least so many bytes.
const maxPieces, minPiece = 16, 1024

// piecesOf returns into how many pieces a stream of a size is cut.
func piecesOf(size int64) int { return int(min(max(size/minPiece, 1), maxPieces)) }

// pace spreads a stream over a time, a piece at each of its stops and one
// behind the last: at equal distances, the first one at the start and the last
// one at the end. A stream of a single piece ends at the end.
func (d *delivery) pace(start time.Time, rest time.Duration) {
	if len(d.stops) == 0 {
		d.stops = []stop{{at: 0, act: func(c *call) error { return c.waitUntil(start.Add(rest)) }}}
		return
	}
	for i := range d.stops {
		at := start.Add(rest * time.Duration(i+1) / time.Duration(len(d.stops)))
		d.stops[i].act = func(c *call) error { return c.waitUntil(at) }
	}
}

// commonHeaders are on every answer of the vendor's.
func (c *call) commonHeaders() {
	h := c.w.Header()
	h.Set("Access-Control-Allow-Headers", "*")
	h.Set("Access-Control-Allow-Methods", "POST, PATCH, OPTIONS, DELETE, GET, PUT")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Max-Age", "600")
	h.Set("Server", "uvicorn")
	h.Set("Vary", "Accept-Language")
	h.Set("Via", "1.1 google")
	h.Set("X-Region", region)
	h.Set("X-Trace-Id", c.trace)
}

// sendJSON answers with a value, compressed when it is large and the client
// takes it so.
func (c *call) sendJSON(status int, v any) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // the emulator's own types; a bug if they cannot be encoded
	}
	body.Truncate(body.Len() - 1) // the encoder's newline
	c.commonHeaders()
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	d := delivery{status: status, body: &body, size: int64(body.Len())}
	if body.Len() >= gzipFrom {
		h.Set("Vary", "Accept-Language, Accept-Encoding")
		if acceptsGzip(c.r.Header) {
			packed := compress(body.Bytes())
			h.Set("Content-Encoding", "gzip")
			d = delivery{status: status, body: packed, size: int64(packed.Len()), chunked: true}
		}
	}
	if c.fault != nil && c.fault.delay > 0 && c.charge.family == "" {
		if c.wait(c.fault.delay) != nil { // jobs with a slot have waited for it
			return
		}
	}
	c.deliver(d)
}

// gzipWriters are kept because making one costs more than a refusal.
var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func compress(b []byte) *bytes.Buffer {
	var packed bytes.Buffer
	zw := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(zw)
	zw.Reset(&packed)
	_, _ = zw.Write(b)
	_ = zw.Close()
	return &packed
}

func acceptsGzip(h http.Header) bool {
	for _, v := range strings.Split(h.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(v), ";")
		if strings.TrimSpace(name) == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

// sendText answers with a body as it is.
func (c *call) sendText(status int, contentType, body string) {
	c.commonHeaders()
	c.w.Header().Set("Content-Type", contentType)
	c.deliver(delivery{status: status, body: strings.NewReader(body), size: int64(len(body))})
}

// fail answers with a failure, a refusal after its time.
func (c *call) fail(f *failure) {
	if f.http == http.StatusTooManyRequests {
		c.refuse(f)
		return
	}
	c.sendJSON(f.http, f.body(c.trace))
}

func (c *call) refuse(f *failure) {
	if c.wait(c.e.cfg.latency.Refusal) == nil {
		c.sendJSON(f.http, f.body(c.trace))
	}
}

// serviceEnd returns when a piece of work that was admitted will be done.
func (c *call) serviceEnd(d time.Duration) time.Time {
	if c.fault != nil {
		d += c.fault.delay
	}
	return c.admitted.Add(c.e.scaled(d))
}

const (
	hexDigits  = "0123456789abcdef"
	wordDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// newTraceID returns an id as in x-trace-id, newID one as in request-id.
func newTraceID() string { return randomID(hexDigits, 32) }
func newID() string      { return randomID(wordDigits, 20) }

func randomID(digits string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = digits[rand.IntN(len(digits))]
	}
	return string(b)
}
