package elevenlabstest

import (
	"bufio"
	"net"
	"net/http"
)

// A partingWriter makes a socket that gives its slot back before its close
// frame goes out, be that an answer to the client's: who has seen the socket
// end may open the next.
type partingWriter struct {
	http.ResponseWriter
	c *call
}

func (w partingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	parting := partingConn{conn, w.c}
	return parting, bufio.NewReadWriter(rw.Reader, bufio.NewWriter(parting)), nil
}

// A partingConn is the connection of such a socket. Each frame is written by
// itself, or from its start, and nothing of a client's is masked here.
type partingConn struct {
	net.Conn
	c *call
}

// closeFrame is how a whole frame begins that closes a socket, of RFC 6455.
const closeFrame = 0x88

func (p partingConn) Write(b []byte) (int, error) {
	if len(b) > 0 && b[0] == closeFrame && len(b) <= 2+125 {
		p.c.leave()
	}
	return p.Conn.Write(b)
}
