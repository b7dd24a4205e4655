package elevenlabs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A wrong path is refused at the handshake, with 403 and no words.
func TestDialSockets_AreRefusedAtTheHandshake(t *testing.T) {
	for name, dial := range map[string]func(context.Context, *elevenlabs.Client) error{
		"a session":  func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.DialTTS(ctx, live); return err },
		"utterances": func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.DialTTSMulti(ctx, live); return err },
		"a dialogue": func(ctx context.Context, c *elevenlabs.Client) error {
			_, _, err := dialogues["a socket"](ctx, c)
			return err
		},
		"some of them": func(ctx context.Context, c *elevenlabs.Client) error {
			_, _, err := dialogues["a shared one"](ctx, c)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var asked atomic.Int32
				c := clientOn(t, memoryServer(t, func(w http.ResponseWriter, _ *http.Request) {
					asked.Add(1)
					w.WriteHeader(http.StatusForbidden)
				}), elevenlabs.WithBaseURL("http://127.0.0.1"))
				at := time.Now()
				err := dial(t.Context(), c)
				var told *elevenlabs.APIError
				require.ErrorAs(t, err, &told)
				require.Equal(t, http.StatusForbidden, told.StatusCode)
				require.Zero(t, time.Since(at))
				require.EqualValues(t, 1, asked.Load(), "it is final")
				for _, f := range c.Stats().Families {
					require.Zero(t, f.InFlight)
				}
			})
		})
	}
}

// Who closes the writing side behind the last text gets no audio.
func TestDialTTS_KeepsItsSideOpenUntilTheLastWord(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) {
			said := ""
			for text, ok := heardText(ws); ok && text != ""; text, ok = heardText(ws) {
				said += text
			}
			gone := make(chan struct{})
			go func() { defer close(gone); heardText(ws) }()
			select {
			case <-gone:
				return // no audio, close 1006
			case <-time.After(9 * time.Second):
			}
			tellAll(ws, timesOf(said), `{"audio":null,"isFinal":true,"normalizedAlignment":null,"alignment":null}`)
			ws.Close(1000, "")
			<-gone
		}, elevenlabs.WithMaxRetries(0))
		s := dialTTS(t, c, live)
		heard := listening(s)
		write(t, s, "Hello there. ")
		at := time.Now()
		require.NoError(t, s.End())
		require.Equal(t, 9*time.Second, time.Since(at))
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, "Hello there.", strings.TrimSpace(got.text.String()))
	})
}

// Without signs of life the sockets end as the vendor says, at the second.
func TestDialSockets_EndForWantOfText(t *testing.T) {
	never := live
	never.KeepAlive = -1
	silent := elevenlabs.DialogueStreamRequest{Voices: []string{sarah}, KeepAlive: -1}
	for name, tt := range map[string]struct {
		dial  func(context.Context, *elevenlabs.Client) (*elevenlabs.TTSSession, error)
		after time.Duration
		want  string
	}{
		"a session": {func(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, error) {
			return c.DialTTS(ctx, never)
		}, 20 * time.Second, "input_timeout_exceeded: Have not received a new text input within the timeout of 20 seconds. Streaming input terminated; closed with 1008"},
		"an utterance, which ends by itself": {func(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, error) {
			m, err := c.DialTTSMulti(ctx, never)
			if err != nil {
				return nil, err
			}
			return m.NewUtterance(ctx)
		}, 180 * time.Second, "closed with 1000"},
		"a dialogue": {func(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, error) {
			s, err := c.DialDialogue(ctx, silent)
			return s.TTSSession, err
		}, 20 * time.Second, "input_timeout_exceeded"},
		"a shared dialogue": {func(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, error) {
			m, err := c.DialDialogueMulti(ctx, silent)
			if err != nil {
				return nil, err
			}
			s, err := m.NewUtterance(ctx)
			return s.TTSSession, err
		}, 20 * time.Second, "input_timeout_exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := elevenlabstest.NewServer(t).Client(elevenlabs.WithMaxRetries(0))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s, err := tt.dial(ctx, c)
				require.NoError(t, err)
				at := time.Now()
				_, err = s.Next()
				require.Equal(t, tt.after, time.Since(at))
				require.ErrorContains(t, err, tt.want)
				require.ErrorAs(t, err, new(*elevenlabs.SocketError))
			})
		})
	}
}

// The vendor's pages spell the messages of several contexts in four ways.
func TestDialTTSMulti_UnderstandsEverySpelling(t *testing.T) {
	for _, id := range []string{"contextId", "context_id"} {
		for _, final := range []string{"isFinal", "is_final"} {
			t.Run(id+" "+final, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					c := clientOn(t, memoryServer(t, spelling(id, final)), elevenlabs.WithBaseURL("http://127.0.0.1"))
					m := dialMulti(t, c)
					gone, s := utter(t, m), utter(t, m)
					write(t, gone, "Never mind. ")
					gone.Cancel()
					write(t, s, "Hello there. ")
					require.NoError(t, s.End())
					got := hearOut(s)
					require.Equal(t, io.EOF, got.err)
					require.Equal(t, "Hello there. ", got.text.String())
					require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight, "the last word on both was heard")
				})
			})
		}
	}
}

// spelling speaks for several contexts, those that are closed too.
func spelling(id, final string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		for {
			_, data, err := ws.Read(context.Background())
			if err != nil {
				return
			}
			var m struct {
				Text    string
				Context string `json:"context_id"`
				Close   bool   `json:"close_context"`
			}
			_ = json.Unmarshal(data, &m)
			if strings.TrimSpace(m.Text) != "" {
				tellAll(ws, fmt.Sprintf(`{%q:%q,`, id, m.Context)+timesOf(m.Text)[1:])
			}
			if m.Close {
				tellAll(ws, fmt.Sprintf(`{%q:true,%q:%q}`, final, id, m.Context))
			}
		}
	}
}

// The first of several errors is why a socket ends.
func TestDialTTS_TellsTheFirstOfManyErrors(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) {
			tellAll(ws, `{"message":"Not today.","error":"quota_exceeded","code":1008}`, `{"message":"And so.","error":"internal_error"}`)
			ws.Close(1008, "")
		}, elevenlabs.WithMaxRetries(0))
		_, err := dialTTS(t, c, live).Next()
		require.EqualError(t, err, "elevenlabs: TTS socket: quota_exceeded: Not today; closed with 1008")
	})
}

func TestDialTTSMulti_PrewarmTellsWhyThereAreNotEnough(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithRoundTrip(100*time.Millisecond))
		m := dialMulti(t, srv.Client(elevenlabs.WithAPIKey("invalid-key")))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, m.Prewarm(ctx, 3), elevenlabs.ErrUnauthorized)
		require.LessOrEqual(t, srv.Usage().Requests, 4)
	})
}
