package elevenlabstest

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
)

// maxIdle is how many idle connections a client of ours keeps: enough that a
// test with many workers does not dial all the time.
const maxIdle = 1000

// A Server is an [Emulator] that can be reached over HTTP. It is safe for
// concurrent use.
type Server struct {
	*Emulator
	// URL is the base URL, without a slash at its end. In memory it is
	// http://127.0.0.1, which only [Server.HTTPClient] can reach: that client
	// takes every host and port to this server.
	URL string

	http   *http.Server
	client *http.Client
	cancel context.CancelFunc
	served chan struct{}  // closed when Serve has returned
	busy   sync.WaitGroup // connections, handlers and deliveries
	closed sync.Once
	err    error
}

// Start returns a running Server, on a network in memory or, with [Loopback],
// on a free port of 127.0.0.1. The caller closes it. It fails only when there
// is no port to be had.
func Start(opts ...Option) (*Server, error) {
	s := &Server{Emulator: NewEmulator(opts...), served: make(chan struct{})}
	transport := &http.Transport{MaxIdleConnsPerHost: maxIdle}
	var ln net.Listener
	if s.cfg.loopback {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		ln, s.URL = tcp, "http://"+tcp.Addr().String()
	} else {
		mem := memnet.Listen()
		ln, s.URL = mem, "http://127.0.0.1"
		transport.DialContext = mem.DialContext
	}
	s.client = &http.Client{Transport: transport}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.http = &http.Server{
		Handler:     http.HandlerFunc(s.handle),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   s.track,
		ErrorLog:    log.New(io.Discard, "", 0), // broken connections are what faults are for
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(ln) // returns ErrServerClosed
	}()
	if len(s.cfg.webhooks) > 0 {
		s.busy.Go(func() { s.DeliverWebhooks(ctx) })
	}
	return s, nil
}

// NewServer returns a running Server that is closed when the test ends. It
// works inside testing/synctest unless [Loopback] is given.
func NewServer(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s, err := Start(opts...)
	if err != nil {
		t.Fatalf("elevenlabstest: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// HTTPClient returns a client that reaches this server, the same one every
// time. It has no timeout, no proxy and, in memory, no way to anywhere else.
// It needs no closing: Close ends its idle connections.
func (s *Server) HTTPClient() *http.Client { return s.client }

// Close stops the server: it closes all connections, ends what is under way
// and waits for it. It is idempotent and may be called by many at once; each
// returns when the server has stopped.
func (s *Server) Close() error {
	s.closed.Do(func() {
		// Connections first: a handler that finds its context done has then
		// nobody left to tell.
		s.err = s.http.Close()
		s.cancel()
		<-s.served
		// New connections are announced by Serve alone, which has returned, so
		// from here on the count only falls.
		s.busy.Wait()
		s.client.CloseIdleConnections()
	})
	return s.err
}

// handle counts the handlers apart from their connections, for a connection
// that a handler has hijacked is none of the server's any more.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	s.busy.Add(1)
	defer s.busy.Done()
	s.ServeHTTP(w, r)
}

func (s *Server) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.busy.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.busy.Done()
	}
}
