package elevenlabstest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

// A Fault is something that goes wrong with a request, for [Emulator.Inject].
// It is made by one of the functions that return one and refined by its
// methods, which return a changed copy.
//
// Some faults answer in place of the emulator ([Status], [RedirectTo] and the
// like): they meet a request once its body has been read, before anything is
// checked or billed. The others spoil a real answer ([ResetAfter],
// [StallAfter] and the like): they meet a request that has passed every check,
// was given a slot and billed. A fault of this kind is not used up by a
// request that is refused.
type Fault struct {
	name   string
	prefix string
	times  int
	header http.Header

	instead  func(c *call)     // answers in place of the emulator
	early    bool              // instead is called before the body is read
	delay    time.Duration     // before the first byte
	stop     func(*call) error // what happens in the body,
	at       int64             // after so many bytes,
	messages int               // or, on a socket, messages
	empty    bool              // no body at all
}

// On limits the fault to requests whose path starts with a prefix. Without it
// any request will do.
func (f Fault) On(pathPrefix string) Fault {
	f.prefix = pathPrefix
	return f
}

// Times lets the fault meet n requests. Without it there is one.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// WithHeader adds a header to the answer, in place of the one the emulator
// would have sent.
func (f Fault) WithHeader(key, value string) Fault {
	f.header = f.header.Clone()
	if f.header == nil {
		f.header = make(http.Header)
	}
	f.header.Set(key, value)
	return f
}

// String names the fault, as in ResetAfter(100).
func (f Fault) String() string { return f.name }

// Status answers with a status and a body, at once. The body is sent as JSON
// when it starts with a brace or bracket, else as plain text. Nothing is
// billed.
func Status(code int, body string) Fault {
	return answer(fmt.Sprintf("Status(%d)", code), func(c *call) {
		c.sendText(code, textType(body), body)
	})
}

// ConcurrencyRefusal answers 429 as if the family's limit were reached, with
// the present limit in the message, after the latency of a refusal. Nothing
// is billed.
func ConcurrencyRefusal() Fault {
	return answer("ConcurrencyRefusal()", func(c *call) {
		f := c.charge.family
		if f == "" {
			f = elevenlabs.FamilyStandard
		}
		c.e.mu.Lock()
		p := c.e.pool(f)
		p.refused++
		limit := p.limit
		c.e.mu.Unlock()
		c.refuse(concurrencyExceeded(limit))
	})
}

// SystemBusy answers 429 as the vendor does under load, after the latency of
// a refusal. Nothing is billed.
func SystemBusy() Fault {
	return answer("SystemBusy()", func(c *call) { c.refuse(systemBusy()) })
}

// WrongContentType answers 200 with a body that is not what was asked for, as
// a proxy in between may. Nothing is billed.
func WrongContentType(contentType, body string) Fault {
	return answer("WrongContentType("+contentType+")", func(c *call) {
		c.sendText(http.StatusOK, contentType, body)
	})
}

// RedirectTo answers 307 with a Location. Nothing is billed.
func RedirectTo(url string) Fault {
	return answer("RedirectTo("+url+")", func(c *call) {
		c.sendText(http.StatusTemporaryRedirect, "text/plain; charset=utf-8", "")
	}).WithHeader("Location", url)
}

// Refuse resets the connection before the body of the request is read.
// Nothing is billed.
func Refuse() Fault {
	f := answer("Refuse()", func(c *call) { _ = c.hangUp(true) })
	f.early = true
	return f
}

// Lose takes the whole request and closes the connection, as a gateway does
// that dies before it has passed the request on. Nothing is billed and nothing
// shows up in the history: to the client it looks as ResetAfter(0) does, which
// is billed.
func Lose() Fault {
	return answer("Lose()", func(c *call) { _ = c.hangUp(true) })
}

// SlowFirstByte delays the answer by d, divided by the emulator's speed. The
// request keeps its slot and is billed.
func SlowFirstByte(d time.Duration) Fault {
	f := spoil(fmt.Sprintf("SlowFirstByte(%s)", d))
	f.delay = d
	return f
}

// StallAfter sends n bytes of the body and the rest d later, divided by the
// emulator's speed. The request keeps its slot and is billed.
func StallAfter(n int64, d time.Duration) Fault {
	return inBody(fmt.Sprintf("StallAfter(%d, %s)", n, d), n, func(c *call) error {
		return c.wait(d)
	})
}

// ResetAfter sends n bytes of the body and resets the connection. With n of
// zero or less it is reset before anything of the answer was sent. The request
// is billed: the audio was made and got lost. On the in-memory network, which
// has no resets, the connection is closed.
func ResetAfter(n int64) Fault {
	f := inBody(fmt.Sprintf("ResetAfter(%d)", n), n, func(c *call) error { return c.hangUp(true) })
	if n <= 0 {
		f.at = beforeHead
	}
	return f
}

// CutAfter sends the head and n bytes of the body and closes the connection,
// so that the content length is not reached or the last chunk is missing. The
// request is billed.
func CutAfter(n int64) Fault {
	return inBody(fmt.Sprintf("CutAfter(%d)", n), n, func(c *call) error { return c.hangUp(false) })
}

// EmptyAudio answers 200 with all headers and no body. The request is billed:
// its headers say so.
func EmptyAudio() Fault {
	f := spoil("EmptyAudio()")
	f.empty = true
	return f
}

// beforeHead as Fault.at means before the head of the answer.
const beforeHead = -1

func answer(name string, instead func(*call)) Fault {
	return Fault{name: name, times: 1, instead: instead}
}

func spoil(name string) Fault { return Fault{name: name, times: 1, at: beforeHead} }

func inBody(name string, n int64, stop func(*call) error) Fault {
	return Fault{name: name, times: 1, at: max(n, 0), stop: stop}
}

// Inject scripts faults. They are used up in order: each meets the next
// request that matches it, and of the faults that match a request the first
// one meets it.
func (e *Emulator) Inject(faults ...Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range faults {
		if f.times > 0 {
			e.faults = append(e.faults, &f)
		}
	}
}

// A faultMoment is a point on a request's way where a fault can meet it.
type faultMoment int

const (
	onArrival faultMoment = iota // before the body
	onRead                       // after the body, before the checks
	onServe                      // after the checks
)

func (f *Fault) moment() faultMoment {
	switch {
	case f.early:
		return onArrival
	case f.instead != nil:
		return onRead
	}
	return onServe
}

// meet returns the fault that meets a call at this moment, if there is one.
func (c *call) meet(now faultMoment) *Fault {
	e := c.e
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, f := range e.faults {
		if !f.meant(c.r) {
			continue
		}
		if f.moment() != now {
			// It waits for this request's next moment, or for another request.
			return nil
		}
		if f.times--; f.times == 0 {
			e.faults = slices.Delete(e.faults, i, i+1)
		}
		c.rec.Fault = f.name
		return f
	}
	if f := &c.script; f.name != "" && f.moment() == now && f.meant(c.r) {
		c.rec.Fault = f.name
		return f
	}
	return nil
}

// meant reports whether a request is one of those the fault is for.
func (f *Fault) meant(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, f.prefix) && (f.messages == 0 || r.Header.Get("Upgrade") != "")
}

// scriptFor asks the script about a request that has just arrived.
func (e *Emulator) scriptFor(rec *Request) Fault {
	if e.cfg.script == nil {
		return Fault{}
	}
	e.asking.Lock()
	defer e.asking.Unlock()
	return e.cfg.script(*rec)
}

// addTo puts the fault's own headers into an answer.
func (f *Fault) addTo(h http.Header) {
	if f != nil {
		maps.Copy(h, f.header)
	}
}

func textType(body string) string {
	if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}
