package elevenlabs

import (
	"context"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// dialSocket opens the socket of a call, on the path of all calls: what is
// refused or lost on the way is tried again. A call with a family holds its
// slot for the handshake alone. The caller closes the socket.
func (c *Client) dialSocket(ctx context.Context, call Call, cfg callConfig) (conn *socket.Conn, meta Meta, err error) {
	err = c.perform(ctx, call, cfg, func(f *flight) error {
		conn, meta = f.conn, f.meta
		return nil
	})
	return conn, meta, err
}
