package specimen

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// An Exchange is a request and its answer, without their bodies, which are
// besides.
type Exchange struct {
	Request  *http.Request
	Sent     []byte
	Response *http.Response
	Received []byte
}

// A recorder records what goes over a network.
type recorder struct {
	next http.RoundTripper

	mu        sync.Mutex // guards the one below, and the bodies of answers
	exchanges []*Exchange
}

// RoundTrip implements [http.RoundTripper].
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	x := &Exchange{Request: req.Clone(req.Context())}
	if req.Body != nil {
		defer req.Body.Close()
		var err error
		if x.Sent, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(x.Sent))
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x.Response = new(http.Response)
	*x.Response = *resp
	resp.Body = &tape{ReadCloser: resp.Body, rec: r, x: x}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, x)
	return resp, nil
}

func (r *recorder) all() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Exchange, len(r.exchanges))
	for i, x := range r.exchanges {
		out[i] = *x
	}
	return out
}

// A tape keeps what is read of an answer.
type tape struct {
	io.ReadCloser
	rec *recorder
	x   *Exchange
}

func (t *tape) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.rec.mu.Lock()
	defer t.rec.mu.Unlock()
	t.x.Received = append(t.x.Received, p[:n]...)
	return n, err
}
