package elevenlabs_test

import (
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

// The vendor closes after 15.3 to 15.8 s without a message: the longest
// KeepAlive is in time.
func TestDialSTT_LongestKeepAlive(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{KeepAlive: 15 * time.Second})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		require.Len(t, srv.Requests(), 1)
		require.Len(t, sent(srv), 40)
		require.Equal(t, 1, srv.Usage().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
		require.NoError(t, s.Close())
	})
}

// Whoever leaves it to the server has segments where the server makes them.
func TestDialSTT_TheServerCommits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Transcribe("one")
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{CommitEvery: -1})
		for range 50 {
			put(t, s, noisy(time.Second))
			time.Sleep(time.Second)
		}
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		require.Len(t, segments, 2)
		require.Equal(t, 35_800*msec, segments[0].To)
		require.Equal(t, 50*time.Second, segments[1].To)
	})
}

// A commit that the server cannot have forestalled costs no silence.
func TestDialSTT_CommitsWithoutSilence(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{CommitEvery: -1})
		put(t, s, hush(500*msec))
		require.NoError(t, s.Commit())
		put(t, s, hush(100*msec))
		require.NoError(t, s.Commit())
		time.Sleep(time.Second)
		require.Equal(t, []string{"16000", "commit", "3200", "8000", "commit"}, sent(srv))
		for range 35 { // the server may commit any moment
			put(t, s, hush(time.Second))
			time.Sleep(time.Second)
		}
		require.NoError(t, s.Finish(t.Context()))
		require.Equal(t, []string{"32000", "11200", "commit"}, sent(srv)[39:])
	})
}

// What a server echoes of the key is in no event.
func TestSTTSession_EventsHideTheSecret(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		said := []string{
			`{"message_type":"session_started","session_id":"` + secret + `","config":{"key":"` + secret + `"}}`,
			`{"message_type":"news","text":"` + secret + `"}`, "nonsense " + secret, `{"message_type":"warning","warning":"` + secret + `"}`,
			`{"message_type":"odd","error":"` + secret + `"}`,
		}
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, said...)
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		synctest.Wait()
		require.NoError(t, s.Close())
		n := 0
		for e := range s.Events() {
			n++
			require.NotContains(t, e.Text+e.SessionID+string(e.Raw), secret)
			require.Contains(t, e.Text+e.SessionID+string(e.Raw), "REDACTED")
		}
		require.Len(t, said, n)
	})
}

// What the server tells of the configuration is kept as far as any message.
func TestSTTSession_HugeConfiguration(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, `{"message_type":"session_started","session_id":"1","config":"`+strings.Repeat("x", 1<<20)+`"}`)
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		require.NoError(t, s.Close())
		for e, err := range s.Events() {
			require.NoError(t, err)
			require.Equal(t, elevenlabs.STTEvent{Kind: elevenlabs.STTStarted, SessionID: "1"}, e)
		}
	})
}

// More keyterms than the vendor takes are for it to refuse, once.
func TestDialSTT_TooManyKeyterms(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		for _, terms := range [][]string{make([]string, 51), {strings.Repeat("x", 21)}} {
			for i := range terms {
				terms[i] += "a"
			}
			_, err := srv.Client().DialSTT(t.Context(), elevenlabs.STTStreamRequest{Keyterms: terms})
			require.ErrorIs(t, err, elevenlabs.ErrInvalidRequest)
			require.ErrorContains(t, err, "keyterms")
		}
		require.Len(t, srv.Requests(), 2)
		require.Equal(t, http.StatusSwitchingProtocols, srv.Requests()[0].Status)
	})
}
