package elevenlabstest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A speechPeer is the client's side of a socket, by hand.
type speechPeer struct {
	t    *testing.T
	ws   *websocket.Conn
	from time.Time
}

func dialSpeech(t *testing.T, srv *elevenlabstest.Server, path, key string) *speechPeer {
	t.Helper()
	h := http.Header{}
	if key != "" {
		h.Set("Xi-Api-Key", key)
	}
	ws, _, err := websocket.Dial(t.Context(), srv.URL+ttsPath+path, &websocket.DialOptions{HTTPClient: srv.HTTPClient(), HTTPHeader: h})
	require.NoError(t, err)
	ws.SetReadLimit(-1)
	t.Cleanup(func() { ws.CloseNow() })
	return &speechPeer{t, ws, time.Now()}
}

func (p *speechPeer) say(messages ...string) {
	p.t.Helper()
	for _, m := range messages {
		require.NoError(p.t, p.ws.Write(context.Background(), websocket.MessageText, []byte(m)))
	}
}

// hear returns the next message as it is, the audio in it replaced by its
// length.
func (p *speechPeer) hear() string {
	p.t.Helper()
	typ, data, err := p.ws.Read(context.Background())
	if err != nil {
		return err.Error()
	}
	require.Equal(p.t, websocket.MessageText, typ)
	var m struct{ Audio *string }
	require.NoError(p.t, json.Unmarshal(data, &m))
	if m.Audio != nil {
		audio, err := base64.StdEncoding.DecodeString(*m.Audio)
		require.NoError(p.t, err)
		require.NotEmpty(p.t, audio)
		return strings.Replace(string(data), *m.Audio, "...", 1)
	}
	return string(data)
}

func (p *speechPeer) closes(code websocket.StatusCode, reason string) {
	p.t.Helper()
	_, _, err := p.ws.Read(context.Background())
	var closed websocket.CloseError
	require.ErrorAs(p.t, err, &closed)
	require.Equal(p.t, websocket.CloseError{Code: code, Reason: reason}, closed)
}

func (p *speechPeer) after(d time.Duration) {
	p.t.Helper()
	require.Equal(p.t, d, time.Since(p.from))
}

const flashSocket = "/stream-input?model_id=eleven_flash_v2_5&output_format=pcm_8000"

func speechBubble(t *testing.T, story func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, story)
}

func TestSpeechSocket_SpeaksOnceThereIsEnough(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		p := dialSpeech(t, srv, flashSocket, "key")
		p.say(`{"text":" ","generation_config":{"chunk_length_schedule":[50]}}`,
			`{"text":"This is not enough. "}`, `{"text":"But that makes it enough to be spok"}`)
		text := "This is not enough. But that makes it enough to be "
		got := p.hear()
		p.after(150 * time.Millisecond)
		require.Contains(t, got, `"isFinal":null`)
		require.Contains(t, got, `"alignment":{"chars":["T","h","i","s",`)
		require.Contains(t, got, `"charStartTimesMs":[0,66,132,`)
		require.Equal(t, 1, srv.Usage().Families[elevenlabs.FamilyFlash].MaxInFlight)
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyFlash].InFlight, "free before it has come")
		require.Equal(t, (len(text)-1+1)/2, srv.Usage().Characters)
		p.say(`{"text":"en."}`, `{"text":""}`)
		require.Contains(t, p.hear(), `"chars":["s","p","o","k","e","n","."]`)
		require.JSONEq(t, `{"audio":null,"isFinal":true,"normalizedAlignment":null,"alignment":null}`, p.hear())
		p.closes(1000, "")
		history := get(t, srv, "/v1/history")
		require.Contains(t, string(history.body), text+"spoken.")
	})
}

func TestSpeechSocket_SpeaksAtOnce(t *testing.T) {
	for name, tt := range map[string]struct{ query, message string }{
		"when flushed":  {"", `{"text":"Hello. ","flush":true}`},
		"when asked to": {"", `{"text":"Hello. ","try_trigger_generation":true}`},
		"by itself":     {"&auto_mode=true", `{"text":"Hello. "}`},
	} {
		t.Run(name, func(t *testing.T) {
			speechBubble(t, func(t *testing.T) {
				p := dialSpeech(t, elevenlabstest.NewServer(t), flashSocket+tt.query, "key")
				p.say(`{"text":" "}`, tt.message)
				require.Contains(t, p.hear(), `"chars":["H","e","l","l","o","."," "]`)
				p.after(150 * time.Millisecond)
			})
		})
	}
}

func TestSpeechSocket_AlignsTheFirstMessageOrEach(t *testing.T) {
	for query, want := range map[string][]int{"": {84, 0}, "&sync_alignment=true": {61, 23}} {
		t.Run(query, func(t *testing.T) {
			speechBubble(t, func(t *testing.T) {
				p := dialSpeech(t, elevenlabstest.NewServer(t), flashSocket+query, "key")
				p.say(`{"text":" "}`, `{"text":"A sentence that is so long that it comes in two messages, not in one but in several. ","flush":true}`)
				for _, n := range want {
					var m struct{ Alignment *struct{ Chars []string } }
					require.NoError(t, json.Unmarshal([]byte(p.hear()), &m))
					if n == 0 {
						require.Nil(t, m.Alignment)
					} else {
						require.InDelta(t, n, len(m.Alignment.Chars), 4)
					}
				}
			})
		})
	}
}

func TestSpeechSocket_TellsWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct{ path, key, first, want string }{
		"a bad key":        {flashSocket, "invalid-key", "", `{"message":"Invalid API key","error":"invalid_api_key","code":1008}`},
		"a bad key within": {flashSocket, "", `{"text":" ","xi_api_key":"invalid-key"}`, `{"message":"Invalid API key","error":"invalid_api_key","code":1008}`},
		"no key": {flashSocket, "", `{"text":" "}`,
			`{"message":"Neither authorization header nor xi-api-key received, please provide one.","error":"needs_authorization","code":1008}`},
		"no text": {flashSocket, "key", `{"flush":true}`, `{"message":"The message has no text.","error":"invalid_message","code":1008}`},
		"a schedule": {flashSocket, "key", `{"text":" ","generation_config":{"chunk_length_schedule":[49]}}`,
			`{"message":"chunk_length_schedule takes values from 50 to 500.","error":"invalid_parameters","code":1008}`},
		"a token": {flashSocket + "&single_use_token=used", "", ``,
			`{"message":"The single-use token is unknown, of another type, expired or was used before.","error":"invalid_token","code":1008}`},
	} {
		t.Run(name, func(t *testing.T) {
			speechBubble(t, func(t *testing.T) {
				p := dialSpeech(t, elevenlabstest.NewServer(t), tt.path, tt.key)
				if tt.first != "" {
					p.say(tt.first)
				}
				require.JSONEq(t, tt.want, p.hear())
				p.closes(1008, "")
			})
		})
	}
}

func TestSpeechSocket_WaitsOnlySoLongForText(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithSpeed(1000)) // the client's time, which stays
		p := dialSpeech(t, srv, flashSocket, "key")
		p.say(`{"text":" "}`)
		time.Sleep(15 * time.Second)
		p.say(`{"text":" "}`)
		require.JSONEq(t, `{"message":"Have not received a new text input within the timeout of 20 seconds. Streaming input terminated.",
			"error":"input_timeout_exceeded","code":1008}`, p.hear())
		p.after(35 * time.Second)
		p.closes(1008, "")
	})
}

func TestSpeechSocket_IsRefusedAtTheHandshake(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		for _, path := range []string{"/no-such-input", "/stream-input?model_id=eleven_v3"} {
			_, resp, err := websocket.Dial(t.Context(), srv.URL+ttsPath+path, &websocket.DialOptions{HTTPClient: srv.HTTPClient()})
			require.Error(t, err)
			require.Equal(t, http.StatusForbidden, resp.StatusCode)
		}
	})
}

func TestSpeechSocket_WhoClosesTooSoonGetsNothing(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		p := dialSpeech(t, srv, flashSocket, "key")
		p.say(`{"text":" "}`, `{"text":"Hello. "}`, `{"text":""}`)
		p.ws.Close(1000, "")
		synctest.Wait()
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyFlash].InFlight)
	})
}

func TestSpeechSocket_RefusesWhatIsOverTheLimit(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyFlash, 1))
		a, b := dialSpeech(t, srv, flashSocket, "key"), dialSpeech(t, srv, flashSocket, "key")
		a.say(`{"text":" "}`, `{"text":"Hello. ","flush":true}`)
		b.say(`{"text":" "}`, `{"text":"Hello. ","flush":true}`)
		require.Contains(t, b.hear(), "too_many_concurrent_requests")
		b.after(240 * time.Millisecond)
		b.closes(1008, "")
		require.Contains(t, a.hear(), "audio")
	})
}

const multiSocket = "/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_8000"

func TestMultiSocket_HasRoomForFive(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		p := dialSpeech(t, elevenlabstest.NewServer(t), multiSocket, "key")
		for _, id := range []string{"1", "2", "3", "4", "5"} {
			p.say(`{"text":" ","context_id":"` + id + `"}`)
		}
		p.say(`{"text":" ","context_id":"6"}`)
		p.closes(1008, "Maximum simultaneous contexts per WebSocket connection exceeded (5). "+
			"Please close an existing context before opening a new ") // as much of it as a close frame holds
	})
}

func TestMultiSocket_AContextKeepsItsPlaceUntilItsLastWord(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		p := dialSpeech(t, elevenlabstest.NewServer(t), multiSocket, "key")
		p.say(`{"text":"Hello. ","context_id":"a","flush":true}`, `{"context_id":"a","close_context":true}`,
			`{"text":"Never spoken","context_id":"b"}`, `{"context_id":"b","close_context":true}`)
		require.JSONEq(t, `{"isFinal":true,"contextId":"b"}`, p.hear())
		got := p.hear()
		require.Contains(t, got, `"contextId":"a"`)
		require.NotContains(t, got, "isFinal")
		p.after(150 * time.Millisecond)
		require.JSONEq(t, `{"isFinal":true,"contextId":"a"}`, p.hear())
		p.say(`{"close_socket":true}`)
		p.closes(1000, "")
	})
}

func TestMultiSocket_AnIdleContextEndsByItself(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		p := dialSpeech(t, elevenlabstest.NewServer(t, elevenlabstest.WithSpeed(1000)), multiSocket+"&inactivity_timeout=30", "key")
		p.say(`{"text":" ","context_id":"a"}`, `{"text":" ","context_id":"b"}`)
		time.Sleep(20 * time.Second)
		p.say(`{"text":"","context_id":"a"}`)
		require.JSONEq(t, `{"isFinal":true,"contextId":"b"}`, p.hear())
		p.after(30 * time.Second)
		require.JSONEq(t, `{"isFinal":true,"contextId":"a"}`, p.hear())
		p.after(50 * time.Second)
		require.Contains(t, p.hear(), "input_timeout_exceeded")
		p.after(80 * time.Second)
	})
}
