package elevenlabs

import "context"

// A TTSMulti is a voice that speaks many utterances, several at once, on
// sockets that are open already. Each socket has room for 5; one more is
// opened when they are full. It is safe for concurrent use.
type TTSMulti struct {
	*ttsPool
	req TTSStreamRequest
}

// DialTTSMulti opens a socket for many utterances of one voice. What a
// [TTSUtterance] does not set is as in the request. It lives under the context,
// and so do its utterances. Close it when done with it.
//
// A message that the vendor takes amiss ends its whole socket. An utterance on
// it that audio has come of goes on upon another. One that none has come of ends
// with the error where that says that something does not exist, as a
// dictionary, or is invalid: it may have been the one.
//
// See [Client.DialTTS] for slots and errors: an utterance takes a slot while
// audio is made for it, an open socket none.
func (c *Client) DialTTSMulti(ctx context.Context, req TTSStreamRequest, opts ...CallOption) (*TTSMulti, error) {
	if req.InactivityTimeout == 0 {
		req.InactivityTimeout = longestInactivity
		if req.KeepAlive == 0 {
			req.KeepAlive = defaultInactivity / 2
		}
	}
	cfg, req, err := c.ttsSocket(ctx, "TTS multi socket", req, opts)
	if err != nil {
		return nil, err
	}
	m := &TTSMulti{newTTSPool(ctx, c, cfg, req.call("TTS multi socket", "/multi-stream-input")), req}
	if err := m.start(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// NewUtterance begins something to be said, with the settings that the sockets
// were opened with. It is a session of its own: what is written to it is spoken
// beside the others, and Cancel and Close end it alone. It ends with its
// context, too, and heeds the options that one has of [NewContext].
func (m *TTSMulti) NewUtterance(ctx context.Context) (*TTSSession, error) {
	return m.Utter(ctx, TTSUtterance{})
}
