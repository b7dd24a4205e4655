// Package memnet is a network in memory: a listener whose connections are
// pipes. It works inside testing/synctest, where a loopback socket would keep
// the bubble's clock from moving.
package memnet

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// host is the address everything on this network appears to have.
var host = net.IPv4(127, 0, 0, 1)

// firstPort is where the ports of dialing ends start: the first of the range
// that real systems hand out.
const firstPort = 49152

// A Listener accepts the connections that its [Listener.DialContext] makes.
// It is safe for concurrent use and starts no goroutines.
type Listener struct {
	addr  *net.TCPAddr
	conns chan net.Conn
	done  chan struct{}
	close sync.Once
	ports atomic.Uint32
}

// Listen returns a Listener that says it is at port 80 of 127.0.0.1. It takes
// no real port, so any number of them live side by side.
func Listen() *Listener {
	return &Listener{
		addr:  &net.TCPAddr{IP: host, Port: 80},
		conns: make(chan net.Conn),
		done:  make(chan struct{}),
	}
}

// Accept waits for the next dial. After Close it fails with [net.ErrClosed].
func (l *Listener) Accept() (net.Conn, error) {
	// A dial that races with Close must lose: select alone would toss a coin.
	select {
	case <-l.done:
		return nil, l.failure("accept", net.ErrClosed)
	default:
	}
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, l.failure("accept", net.ErrClosed)
	}
}

// Close stops the listener: a pending or later Accept or dial fails.
// Connections made before stay open. Close is idempotent and never fails.
func (l *Listener) Close() error {
	l.close.Do(func() { close(l.done) })
	return nil
}

// Addr returns the listener's address, a [*net.TCPAddr].
func (l *Listener) Addr() net.Addr { return l.addr }

// DialContext connects to the listener, whatever network and address say: the
// arguments are those of [net.Dialer.DialContext], whose place it takes in an
// http.Transport. It returns once the connection has been accepted. It fails
// with ctx's error when ctx ends first, and with ECONNREFUSED, as a dial to a
// port nobody listens on would, when the listener is closed.
func (l *Listener) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, l.failure("dial", err)
	}
	refused := os.NewSyscallError("connect", syscall.ECONNREFUSED)
	select {
	case <-l.done:
		return nil, l.failure("dial", refused)
	default:
	}
	dialer := &net.TCPAddr{IP: host, Port: l.port()}
	near, far := net.Pipe()
	select {
	case l.conns <- &conn{Conn: far, local: l.addr, remote: dialer}:
		return &conn{Conn: near, local: dialer, remote: l.addr}, nil
	case <-l.done:
		return nil, l.failure("dial", refused)
	case <-ctx.Done():
		return nil, l.failure("dial", ctx.Err())
	}
}

// port hands out the ports of dialing ends in turn.
func (l *Listener) port() int {
	return firstPort + int((l.ports.Add(1)-1)%(1<<16-firstPort))
}

func (l *Listener) failure(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: l.addr, Err: err}
}

// A conn is one end of a pipe with the addresses of a TCP connection, which
// is what servers log and rate limiters parse.
type conn struct {
	net.Conn
	local, remote net.Addr
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }
