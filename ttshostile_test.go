package elevenlabs_test

import (
	"context"
	"io"
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

// onSocket is a client whose every socket is played by a part. The first
// message has been read.
func onSocket(t *testing.T, part func(*websocket.Conn), opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	t.Helper()
	return clientOn(t, memoryServer(t, func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		ws.SetReadLimit(-1)
		if _, _, err := ws.Read(context.Background()); err == nil {
			part(ws)
		}
	}), append([]elevenlabs.ClientOption{elevenlabs.WithBaseURL("http://127.0.0.1")}, opts...)...)
}

func TestDialTTS_SurvivesAHostileServer(t *testing.T) {
	say := func(messages ...string) func(*websocket.Conn) {
		return func(ws *websocket.Conn) {
			for _, m := range messages {
				if ws.Write(context.Background(), websocket.MessageText, []byte(m)) != nil {
					return
				}
			}
			ws.Close(1000, "")
		}
	}
	for name, tt := range map[string]struct {
		part func(*websocket.Conn)
		want string
	}{
		"that says no JSON":        {say("hello"), "malformed"},
		"that says null":           {say("null"), "malformed"},
		"whose audio is no base64": {say(`{"audio":"???"}`), "malformed"},
		"whose types are wrong":    {say(`{"audio":[1]}`), "malformed"},
		"that says too much":       {say(`{"audio":"` + strings.Repeat("A", 17<<20) + `"}`), "too large"},
		"that says what is new":    {say(`{"type":"news"}`, `{"audio":null,"contextId":7}`), "malformed"},
		"whose times are mad": {say(`{"audio":"AAAA","alignment":{"chars":["x"],"charStartTimesMs":[-1e300],"charDurationsMs":[1e300]}}`,
			`{"audio":"AAAA","alignment":{"chars":["a","b"],"charStartTimesMs":[1],"charDurationsMs":[]}}`), "closed with 1000"},
		"that ends at once": {say(`{"isFinal":true}`), "closed with 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				c := onSocket(t, tt.part, elevenlabs.WithMaxRetries(1), elevenlabs.WithStreamBuffer(1<<20))
				s, err := c.DialTTS(t.Context(), live)
				require.NoError(t, err)
				go s.WriteString("Hello there. ")
				_, err = io.Copy(io.Discard, s)
				require.ErrorContains(t, err, tt.want)
				require.NoError(t, s.Close())
				require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
			})
		})
	}
}

func TestDialTTS_EndsBesideAServerThatDoesNot(t *testing.T) {
	t.Parallel()
	c := onSocket(t, func(ws *websocket.Conn) {
		message := []byte(`{"audio":"` + strings.Repeat("A", 400_000) + `"}`)
		for ws.Write(context.Background(), websocket.MessageText, message) == nil {
		}
	})
	s := dialTTS(t, c, live)
	_, err := io.CopyN(io.Discard, s, 2<<20)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = s.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestDialTTS_DoesNotGuessWhatWasSpoken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) {
			_, _, _ = ws.Read(context.Background())
			_ = ws.Write(context.Background(), websocket.MessageText, []byte(`{"audio":"AAAA","alignment":null}`))
		})
		s := dialTTS(t, c, live)
		go s.WriteString("Hello there. ")
		audio, err := io.ReadAll(s)
		require.Len(t, audio, 3)
		var told *elevenlabs.SocketError
		require.ErrorAs(t, err, &told)
		require.Equal(t, 1006, told.Code)
		require.Equal(t, "Hello there.", told.Unspoken)
		require.NotContains(t, err.Error(), "Hello")
	})
}

func TestDialTTS_NoAudioForTextIsALoss(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Stall(time.Hour)))
		s := dialTTS(t, srv.Client(), live)
		at := time.Now()
		write(t, s, "Hello there. ")
		chunk, err := s.Next()
		require.NoError(t, err)
		require.Equal(t, "Hello there. ", chunk.Alignment.Text())
		require.Equal(t, 10*time.Second+150*time.Millisecond, time.Since(at))
	})
}

func TestDialTTS_ASlowListenerHoldsUpTheServer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client(elevenlabs.WithStreamBuffer(50_000))
		s := dialTTS(t, c, cheap())
		text := strings.Repeat("This is a rather long text that is made faster than it is heard. ", 10)
		go func() {
			s.WriteString(text)
			s.End()
		}()
		time.Sleep(time.Minute)
		require.Equal(t, 1, c.Stats().Families[elevenlabs.FamilyFlash].InFlight, "it is not all made yet")
		got := hearOut(s)
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, text, got.text.String())
		require.Equal(t, 1, srv.Usage().Requests)
	})
}

func TestDialTTS_TakesATokenForEachSocket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(3, elevenlabstest.Drop()).On("/v1/text-to-speech"))
		c, req := srv.Client(), live
		req.Tokens = func(ctx context.Context) (string, error) { return c.NewToken(ctx, elevenlabs.TokenTTS) }
		s := dialTTS(t, c, req)
		heard := listening(s)
		write(t, s, "Hello there. ", "How are you? ")
		require.NoError(t, s.End())
		require.Equal(t, "Hello there. How are you? ", (<-heard).text.String())
		sockets := 0
		for _, r := range srv.Requests() {
			if strings.HasSuffix(r.Path, "stream-input") {
				sockets++
				require.Equal(t, "REDACTED", r.Query.Get("single_use_token"))
				require.Empty(t, r.Header.Get("Xi-Api-Key"))
			}
		}
		require.Equal(t, 2, sockets)
	})
}

func TestDialTTS_RefusesBadArguments(t *testing.T) {
	t.Parallel()
	c := clientOn(t, answerFunc(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }))
	for field, change := range map[string]func(*elevenlabs.TTSStreamRequest){
		"VoiceID":           func(r *elevenlabs.TTSStreamRequest) { r.VoiceID = "a/b" },
		"ModelID":           func(r *elevenlabs.TTSStreamRequest) { r.ModelID = "eleven_v3" },
		"TextNormalization": func(r *elevenlabs.TTSStreamRequest) { r.TextNormalization = "maybe" },
		"Format":            func(r *elevenlabs.TTSStreamRequest) { r.Format = elevenlabs.FormatWAV_44100 },
		"VoiceSettings": func(r *elevenlabs.TTSStreamRequest) {
			r.VoiceSettings = &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(2.0)}
		},
		"Dictionaries":        func(r *elevenlabs.TTSStreamRequest) { r.Dictionaries = []elevenlabs.DictionaryLocator{{ID: "d"}} },
		"ChunkLengthSchedule": func(r *elevenlabs.TTSStreamRequest) { r.ChunkLengthSchedule = []int{49} },
		"InactivityTimeout":   func(r *elevenlabs.TTSStreamRequest) { r.InactivityTimeout = 1500 * time.Millisecond },
		"KeepAlive":           func(r *elevenlabs.TTSStreamRequest) { r.KeepAlive = time.Hour },
	} {
		var req elevenlabs.TTSStreamRequest
		change(&req)
		var bad *elevenlabs.ArgumentError
		_, err := c.DialTTS(t.Context(), req)
		require.ErrorAs(t, err, &bad, field)
		require.Contains(t, bad.Field, "TTSStreamRequest."+field)
		_, err = c.DialTTSMulti(t.Context(), req, elevenlabs.WithMaxRetries(0))
		require.ErrorAs(t, err, &bad, field)
	}
}

func FuzzTTSSession(f *testing.F) {
	f.Add([]byte(`{"audio":"AAAA","alignment":{"chars":["H","e"],"charStartTimesMs":[0,1],"charDurationsMs":[1,1]}}`), true)
	f.Add([]byte(`{"isFinal":true}`), false)
	f.Add([]byte(`{"error":"input_timeout_exceeded"}`), true)
	f.Add([]byte(`{"is_final":true,"context_id":"u1"}`), true)
	f.Fuzz(func(t *testing.T, message []byte, more bool) {
		for _, way := range []string{"a session", "an utterance"} {
			synctest.Test(t, func(t *testing.T) { listenTo(t, speakingWays[way], message, more) })
		}
	})
}

// listenTo hears out a server that says a message, and goes on with it or not.
func listenTo(t *testing.T, begin speakingWay, message []byte, more bool) {
	c := onSocket(t, func(ws *websocket.Conn) {
		_ = ws.Write(context.Background(), websocket.MessageText, message)
		if more {
			_ = ws.Write(context.Background(), websocket.MessageText, message)
		}
	}, elevenlabs.WithMaxRetries(1))
	s, all, err := begin(t.Context(), t.Context(), c)
	if err == nil {
		_, _ = s.WriteString("Hello there. ")
		_, err = io.Copy(io.Discard, s)
		s.Cancel()
	}
	require.Error(t, err)
	if all != nil {
		require.NoError(t, all.Close())
	}
	synctest.Wait()
	requireNoSlots(t, c)
}

func TestDialTTS_NeverShowsTheKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) {
			_ = ws.Write(context.Background(), websocket.MessageText, []byte(`{"error":"invalid_api_key","message":"not `+secret+`"}`))
			ws.Close(1008, "bad "+secret)
		})
		s := dialTTS(t, c, live)
		_, err := io.ReadAll(s)
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
		require.EqualError(t, err, "elevenlabs: TTS socket: invalid_api_key: not REDACTED; closed with 1008 bad REDACTED")
	})
}

func TestDialTTSMulti_AWrongKeyIsNotTriedForEver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		m := dialMulti(t, srv.Client(elevenlabs.WithAPIKey("invalid-key")))
		time.Sleep(time.Hour)
		require.LessOrEqual(t, srv.Usage().Requests, 2)
		s, err := m.NewUtterance(t.Context())
		if err == nil {
			_, err = io.ReadAll(s)
		}
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
	})
}

// mad is a frame of little audio with so many times.
func mad(n int) string {
	list := func(one string) string { return strings.Repeat(one+",", n-1) + one }
	return `{"audio":"AAAA","alignment":{"chars":[` + list(`"x"`) + `],"charStartTimesMs":[` + list("0") + `],"charDurationsMs":[` + list("0") + `]}}`
}

// Nobody listens, and the audio is too little to fill anything.
func TestDialTTS_KeepsNoMoreTimesThanAudio(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var told atomic.Int32
		c := onSocket(t, func(ws *websocket.Conn) {
			for message := []byte(mad(2000)); told.Load() < 400; told.Add(1) {
				if ws.Write(context.Background(), websocket.MessageText, message) != nil {
					return
				}
			}
		}, elevenlabs.WithStreamBuffer(100_000))
		s := dialTTS(t, c, live)
		time.Sleep(time.Minute)
		require.Less(t, told.Load(), int32(30), "the others have to wait")
		_, err := s.Next()
		require.NoError(t, err)
		require.NoError(t, s.Close())
	})
}

func TestDialTTS_RemembersNoMoreThanWasSaid(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) {
			for range 300 {
				tellAll(ws, mad(2000))
			}
			heardText(ws)
		}, elevenlabs.WithMaxRetries(0))
		s := dialTTS(t, c, live)
		for range 300 {
			_, err := s.Next()
			require.NoError(t, err)
		}
		require.Less(t, len(s.HeardBy(time.Hour).Text), 50_000, "of 600,000")
	})
}
