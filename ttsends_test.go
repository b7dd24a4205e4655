package elevenlabs_test

import (
	"context"
	"encoding/json"
	"fmt"
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

// heardText is the next text that a client says, or false once it is gone.
func heardText(ws *websocket.Conn) (string, bool) {
	_, data, err := ws.Read(context.Background())
	var m struct{ Text string }
	return m.Text, err == nil && json.Unmarshal(data, &m) == nil
}

func tellAll(ws *websocket.Conn, messages ...string) {
	for _, m := range messages {
		_ = ws.Write(context.Background(), websocket.MessageText, []byte(m))
	}
}

// speaking is a server that answers each text with audio, with times or not.
func speaking(ws *websocket.Conn, timed bool) {
	for text, ok := heardText(ws); ok; text, ok = heardText(ws) {
		switch {
		case text == "":
			tellAll(ws, `{"audio":null,"isFinal":true}`)
		case strings.TrimSpace(text) == "":
		case timed:
			tellAll(ws, timesOf(text))
		default:
			tellAll(ws, `{"audio":"AAAA","alignment":null}`)
		}
	}
}

func timesOf(text string) string {
	var chars, starts, durations []string
	for _, r := range text {
		chars, starts, durations = append(chars, fmt.Sprintf("%q", r)), append(starts, "0"), append(durations, "0")
	}
	for i := range chars {
		chars[i] = `"` + strings.Trim(chars[i], "'") + `"`
	}
	return fmt.Sprintf(`{"audio":"AAAA","alignment":{"chars":[%s],"charStartTimesMs":[%s],"charDurationsMs":[%s]}}`,
		strings.Join(chars, ","), strings.Join(starts, ","), strings.Join(durations, ","))
}

func TestDialTTS_AnEndWithoutAudioIsALoss(t *testing.T) {
	for name, retries := range map[string]int{"made good": 1, "told": 0} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var sockets atomic.Int32
				c := onSocket(t, func(ws *websocket.Conn) {
					if sockets.Add(1) > 1 {
						speaking(ws, true)
						return
					}
					for text, ok := heardText(ws); ok && text != ""; text, ok = heardText(ws) {
					}
					tellAll(ws, `{"audio":null,"isFinal":true}`)
				}, elevenlabs.WithMaxRetries(retries))
				s := dialTTS(t, c, live)
				heard := listening(s)
				write(t, s, "Hello there. ")
				err := s.End()
				if retries > 0 {
					require.NoError(t, err)
					require.Equal(t, "Hello there. ", (<-heard).text.String())
					return
				}
				var told *elevenlabs.SocketError
				require.ErrorAs(t, err, &told)
				require.Equal(t, "Hello there.", told.Unspoken)
			})
		})
	}
}

func TestDialTTS_AnEndBeforeTheLastTextIsALoss(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var sockets atomic.Int32
		c := onSocket(t, func(ws *websocket.Conn) {
			switch sockets.Add(1) {
			case 1:
				text, _ := heardText(ws)
				tellAll(ws, timesOf(text))
				time.Sleep(5 * time.Second)
				tellAll(ws, `{"audio":null,"isFinal":true}`)
				heardText(ws)
			case 2:
				text, _ := heardText(ws)
				time.Sleep(9 * time.Second)
				tellAll(ws, timesOf(text))
				speaking(ws, true)
			default:
				speaking(ws, true)
			}
		}, elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 1))
		s := dialTTS(t, c, live)
		heard := listening(s)
		write(t, s, "Hello there. ")
		synctest.Wait()
		write(t, dialTTS(t, c, live), "I have the only slot for nine seconds. ")
		write(t, s, "How are you?")
		require.NoError(t, s.End())
		require.Equal(t, "Hello there. How are you? ", (<-heard).text.String())
	})
}

func TestDialTTS_SpeaksWithoutTimes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) { speaking(ws, false) }, elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 1))
		s := dialTTS(t, c, live)
		heard := listening(s)
		for range 3 {
			write(t, s, "Hello there. ")
			synctest.Wait()
			require.Equal(t, 1, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
			time.Sleep(time.Second)
			synctest.Wait()
			require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight, "it is quiet")
			time.Sleep(time.Minute)
		}
		require.NoError(t, s.End())
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Len(t, got.audio, 9)
	})
}

func TestDialTTS_AnErrorEndsASocketThatStaysOpen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) {
			tellAll(ws, `{"message":"Not today.","error":"quota_exceeded","code":1008}`)
			speaking(ws, true)
		})
		s := dialTTS(t, c, live)
		at := time.Now()
		_, err := s.Next()
		require.ErrorIs(t, err, elevenlabs.ErrQuotaExceeded)
		require.Equal(t, time.Second, time.Since(at))
	})
}

func TestDialTTSMulti_WhoNeverBeganLeavesNoTrace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		m := dialMulti(t, srv.Client())
		over, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := m.NewUtterance(over)
		require.ErrorIs(t, err, context.Canceled)
		for range 20 {
			over, cancel := context.WithCancel(t.Context())
			go cancel()
			if s, err := m.NewUtterance(over); err == nil {
				require.NoError(t, s.Close())
			}
			synctest.Wait()
		}
		time.Sleep(10 * time.Second)
		for range 5 {
			utter(t, m)
		}
		require.Equal(t, 1, srv.Usage().Requests, "it has room for all")
	})
}

func TestDialTTSMulti_ASlowListenerIsNoFaultOfTheSocket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		m := dialMulti(t, srv.Client(elevenlabs.WithStreamBuffer(10_000)))
		slow := utter(t, m)
		write(t, slow, strings.Repeat("This is a rather long text that nobody listens to yet. ", 5))
		time.Sleep(time.Second)
		behind := utter(t, m)
		heard := listening(behind)
		go behind.WriteString("Hello there. ")
		time.Sleep(time.Minute)
		require.Equal(t, 1, srv.Usage().Requests, "it is the same socket")
		slow.Cancel()
		require.NoError(t, behind.End())
		require.Equal(t, "Hello there. ", (<-heard).text.String())
		require.Equal(t, 1, srv.Usage().Requests)
	})
}

func TestDialTTSMulti_ClosesWithoutATry(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv, retries := elevenlabstest.NewServer(t), atomic.Int32{}
		m := dialMulti(t, srv.Client(elevenlabs.WithHooks(elevenlabs.Hooks{
			Retry: func(context.Context, elevenlabs.Event) { retries.Add(1) },
		})))
		var all []*elevenlabs.TTSSession
		for range 5 {
			s := utter(t, m)
			write(t, s, "Hello there. ")
			all = append(all, s)
		}
		require.NoError(t, m.Close())
		for _, s := range all {
			_, err := s.Next()
			require.Equal(t, os.ErrClosed, err)
		}
		require.Zero(t, retries.Load())
		var none context.Context
		require.Error(t, m.Prewarm(none, 1))
	})
}

func TestDialTTSMulti_ReplacesASocketThatKeepsItsPlaces(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var sockets atomic.Int32
		c := clientOn(t, memoryServer(t, func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer ws.CloseNow()
			sockets.Add(1)
			for _, ok := heardText(ws); ok; _, ok = heardText(ws) { // and never a last word
			}
		}), elevenlabs.WithBaseURL("http://127.0.0.1"))
		m := dialMulti(t, c)
		goes, stays := utter(t, m), utter(t, m)
		write(t, goes, "Hello there. ")
		goes.Cancel()
		time.Sleep(6 * time.Second)
		require.EqualValues(t, 1, sockets.Load(), "somebody is on it")
		stays.Cancel()
		time.Sleep(6 * time.Second)
		require.EqualValues(t, 2, sockets.Load(), "the next one is warm")
		require.NoError(t, utter(t, m).Close())
		require.EqualValues(t, 2, sockets.Load())
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
	})
}
