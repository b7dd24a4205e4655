package elevenlabs

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
)

// A resendWatch finds out whether the transport has sent an attempt more than
// once by itself. A transport that retries, such as those of
// hashicorp/go-retryablehttp and failsafe-go, knows nothing of slots, budgets and
// what may be billed twice.
//
// net/http's own transport moves a request to another connection too, but never
// once an answer has begun to come, and over HTTP/1 only from a connection that
// was used before. Over HTTP/2 a server can hand any request back unprocessed.
type resendWatch struct {
	mu       sync.Mutex // guards all below
	on       httptrace.GotConnInfo
	answered bool // an answer has begun to come
	resent   bool
}

// connected takes note of a connection for the attempt. plain tells that the
// API is reached without TLS.
func (w *resendWatch) connected(info httptrace.GotConnInfo, plain bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.answered:
		w.resent = true
	case w.on.Conn != nil && !w.on.Reused && isHTTP1(w.on, plain):
		w.resent = true
	}
	w.on = info
}

func (w *resendWatch) firstByte() {
	w.mu.Lock()
	w.answered = true
	w.mu.Unlock()
}

// isHTTP1 reports whether a connection surely speaks HTTP/1: one of another
// kind over TLS does not tell.
func isHTTP1(info httptrace.GotConnInfo, plain bool) bool {
	if conn, ok := info.Conn.(*tls.Conn); ok {
		return conn.ConnectionState().NegotiatedProtocol != "h2"
	}
	return plain
}

// seen reports what was found out when the transport is done. A redirect is
// another request by right.
func (w *resendWatch) seen(req *http.Request, resp *http.Response, err error) bool {
	w.mu.Lock()
	resent := w.resent
	w.mu.Unlock()
	if !resent {
		return false
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.URL == req.URL.String()
	}
	return resp != nil && resp.Request != nil && resp.Request.Response == nil
}

// resent counts an attempt that the transport has sent more than once, and
// says so the first time.
func (t *trip) resent() {
	if t.client.resends.Add(1) == 1 {
		t.tell(onResent, Meta{}, nil)
	}
}
