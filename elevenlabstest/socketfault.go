package elevenlabstest

import (
	"fmt"
	"time"

	"github.com/coder/websocket"
)

// A SocketStep is one thing that goes wrong on an open socket, for [OnSocket].
type SocketStep struct {
	name string
	do   func(*call) error
}

// OnSocket spoils a socket once n messages have passed, in both directions
// together, its first one included: the steps are taken in order, and the
// socket goes on behind them unless one has ended it. The request has been
// admitted, and its Status is 101.
func OnSocket(n int, steps ...SocketStep) Fault {
	name := fmt.Sprintf("OnSocket(%d", n)
	for _, s := range steps {
		name += ", " + s.name
	}
	f := inBody(name+")", 0, func(c *call) error {
		for _, s := range steps {
			if err := s.do(c); err != nil {
				return err
			}
		}
		return nil
	})
	f.messages = max(n, 1)
	return f
}

// Say sends a text message of the caller's, whatever it says.
func Say(message string) SocketStep {
	name := "Say(" + message[:min(len(message), 40)] + ")"
	return SocketStep{name, func(c *call) error { return c.socket.Write(c.ctx, websocket.MessageText, []byte(message)) }}
}

// Drop ends the connection without a close frame, as a network does.
func Drop() SocketStep {
	return SocketStep{"Drop()", func(c *call) error { return c.hangUp(true) }}
}

// Stall neither reads nor writes for d, divided by the emulator's speed.
func Stall(d time.Duration) SocketStep {
	return SocketStep{fmt.Sprintf("Stall(%s)", d), func(c *call) error { return c.wait(d) }}
}

// CloseWith closes the socket with a code and a reason.
func CloseWith(code int, reason string) SocketStep {
	return SocketStep{fmt.Sprintf("CloseWith(%d, %q)", code, reason), func(c *call) error {
		_ = c.socket.Close(websocket.StatusCode(code), reason)
		return errHungUp
	}}
}

// passed counts a message on the socket and takes the steps of the fault whose
// time has come. An error ends the socket.
func (c *call) passed() error {
	c.messages++
	f := c.fault
	if f == nil || f.stop == nil || c.messages != f.messages {
		return nil
	}
	return f.stop(c)
}
