package socket

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/coder/websocket"
)

// A Message is what one frame said, in memory that is used again. The zero
// Message is empty.
type Message struct {
	Data   []byte
	Binary bool // it was sent as such

	buf   *[]byte
	class int
}

// Free gives the memory of a message back, to be used for others: nothing may
// look into its Data any more. A message that is not freed is left to the
// garbage collector. It may be called more than once.
func (m *Message) Free() {
	if m.buf != nil {
		buffers[m.class].Put(m.buf)
	}
	*m = Message{}
}

// Held is how much memory the message holds, in bytes.
func (m *Message) Held() int { return cap(m.Data) }

// buffers are memory for messages, of four times the size from class to class.
// The largest has room for any message.
var buffers [7]sync.Pool

func init() {
	for i := range buffers {
		buffers[i].New = func() any {
			buf := make([]byte, 5<<10<<(2*i))
			return &buf
		}
	}
}

// Read waits for the next message. Its error is how the socket has ended: a
// CloseError, ErrTooLarge, or the cause that this side had.
func (c *Conn) Read() (Message, error) {
	c.reading.Store(c.wire.now())
	defer c.reading.Store(-1)
	typ, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return Message{}, c.ended(err)
	}
	m := Message{Binary: typ == websocket.MessageBinary, class: c.class}
	if err := m.fill(r); err != nil {
		m.Free()
		return m, c.ended(err)
	}
	if c.class = classOf(len(m.Data)); c.class < m.class {
		m.move(c.class) // who keeps it keeps no more than it needs
	}
	return m, nil
}

// classOf returns the smallest class with room for n bytes and one more, which
// lets the end be seen without growing.
func classOf(n int) int {
	class := 0
	for 5<<10<<(2*class) <= n {
		class++
	}
	return class
}

// fill reads all of a message.
func (m *Message) fill(r io.Reader) error {
	m.buf = buffers[m.class].Get().(*[]byte)
	n := 0
	for {
		got, err := r.Read((*m.buf)[n:])
		n += got
		m.Data = (*m.buf)[:n]
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case n == len(*m.buf):
			m.move(m.class + 1)
		}
	}
}

// move takes a message to a buffer of another class.
func (m *Message) move(class int) {
	to := buffers[class].Get().(*[]byte)
	n := copy(*to, m.Data)
	buffers[m.class].Put(m.buf)
	m.buf, m.class, m.Data = to, class, (*to)[:n]
}

// ended says how the socket has ended.
func (c *Conn) ended(err error) error {
	var ours error
	select {
	case <-c.done:
		ours = c.cause
	default:
	}
	var told websocket.CloseError
	switch {
	case ours != nil && !c.broke():
		return ours
	case errors.As(err, &told):
		return &CloseError{Code: int(told.Code), Reason: c.Redact(told.Reason)}
	case errors.Is(err, websocket.ErrMessageTooBig):
		return ErrTooLarge // and this is why nothing can be written any more
	case ours != nil:
		return ours
	case errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe), errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF // the library's and the network's many ways to say so
	}
	return &CloseError{Code: CodeLost, Err: err}
}

// broke reports whether this side has ended the socket because it could not
// write. The peer may have said why.
func (c *Conn) broke() bool {
	var lost *CloseError
	return errors.As(c.cause, &lost) && lost.Code == CodeLost
}
