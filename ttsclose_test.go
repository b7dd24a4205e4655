package elevenlabs_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// The frames and closes of the captures, as a caller without retries sees them.
func TestDialTTS_TellsHowTheVendorEndsASocket(t *testing.T) {
	const inactive = "Have not received a new text input within the timeout of 20 seconds. Streaming input terminated."
	const contexts = "Maximum simultaneous contexts per WebSocket connection exceeded (5). Please close an existing context before opening a new one."
	for name, tt := range map[string]struct {
		frame, reason string
		code          websocket.StatusCode
		want          string
		is            error
	}{
		"the key": {
			`{"message":"Invalid API key","error":"invalid_api_key","code":1008}`, "", 1008,
			"invalid_api_key: Invalid API key; closed with 1008", elevenlabs.ErrUnauthorized,
		},
		"that there is no key": {
			`{"message":"Sign in.","error":"authentication_required","code":1008,"param":"xi_api_key"}`, "", 1008,
			"authentication_required: Sign in; closed with 1008", elevenlabs.ErrUnauthorized,
		},
		"no text": {
			`{"message":"` + inactive + `","error":"input_timeout_exceeded","code":1008}`, "", 1008,
			"input_timeout_exceeded: " + strings.TrimSuffix(inactive, ".") + "; closed with 1008", nil,
		},
		"too many contexts": {"", contexts[:123], 1008, "closed with 1008 " + contexts[:123], nil},
		"a fault": {
			"", "We are sorry, something went wrong. You are not charged for this request.", 1008,
			"closed with 1008 We are sorry, something went wrong. You are not charged for this request.", nil,
		},
		"an end": {"", "", 1000, "closed with 1000", nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := onSocket(t, func(ws *websocket.Conn) {
					heardText(ws)
					if tt.frame != "" {
						tellAll(ws, tt.frame)
					}
					ws.Close(tt.code, tt.reason)
				}, elevenlabs.WithMaxRetries(0))
				s := dialTTS(t, c, live)
				write(t, s, "Hello there. ")
				_, err := s.Next()
				require.EqualError(t, err, "elevenlabs: TTS socket: "+tt.want)
				var told *elevenlabs.SocketError
				require.ErrorAs(t, err, &told)
				require.Equal(t, int(tt.code), told.Code)
				require.Equal(t, "Hello there.", told.Unspoken)
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
				}
				require.ErrorAs(t, s.End(), &told)
			})
		})
	}
}

// onlyDials is a client on a network on which every handshake takes for ever,
// after so many that do not.
func onlyDials(srv *elevenlabstest.Server, after int32) *elevenlabs.Client {
	c, _ := unreachable(srv, after)
	return c
}

// unreachable is that, and tells of each handshake.
func unreachable(srv *elevenlabstest.Server, after int32) (*elevenlabs.Client, chan struct{}) {
	asked, n := make(chan struct{}, 10), atomic.Int32{}
	return srv.Client(elevenlabs.WithHTTPClient(&http.Client{Transport: answerFunc(func(r *http.Request) (*http.Response, error) {
		if n.Add(1) <= after {
			return srv.HTTPClient().Transport.RoundTrip(r)
		}
		asked <- struct{}{}
		<-r.Context().Done()
		return nil, r.Context().Err()
	})})), asked
}

func TestDialTTS_GivesUpADialAtOnce(t *testing.T) {
	for name, dial := range map[string]func(context.Context, *elevenlabs.Client) error{
		"of a session": func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.DialTTS(ctx, live); return err },
		"of many":      func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.DialTTSMulti(ctx, live); return err },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, asked := unreachable(elevenlabstest.NewServer(t), 0)
				ctx, cancel := context.WithCancel(t.Context())
				failed := make(chan error)
				go func() { failed <- dial(ctx, c) }()
				<-asked
				at := time.Now()
				cancel()
				require.ErrorIs(t, <-failed, context.Canceled)
				require.Zero(t, time.Since(at))
			})
		})
	}
}

func TestDialTTSMulti_GivesUpADialAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(*elevenlabs.TTSMulti, context.CancelFunc)
		want error
	}{
		"of its own":     {func(_ *elevenlabs.TTSMulti, cancel context.CancelFunc) { cancel() }, context.Canceled},
		"when it closes": {func(m *elevenlabs.TTSMulti, _ context.CancelFunc) { m.Close() }, os.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c, asked := unreachable(elevenlabstest.NewServer(t), 1)
				m := dialMulti(t, c)
				for range 5 {
					utter(t, m)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				failed := make(chan error, 2)
				for range 2 { // one dials, the other waits for that
					go func() { _, err := m.NewUtterance(ctx); failed <- err }()
				}
				<-asked
				synctest.Wait()
				at := time.Now()
				tt.end(m, cancel)
				for range 2 {
					require.ErrorIs(t, <-failed, tt.want)
				}
				require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
			})
		})
	}
}
