package elevenlabs_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// A frameFeed is the other end of a socket that says one message, made in
// advance, each time it is asked to. It takes all it is told and allocates
// nothing.
type frameFeed struct {
	frame []byte
	ask   chan struct{}
	done  chan struct{}
	once  sync.Once
	rest  []byte
}

func newFrameFeed(message string) *frameFeed {
	frame := binary.BigEndian.AppendUint64([]byte{0x81, 127}, uint64(len(message))) // a text, all of it
	return &frameFeed{frame: append(frame, message...), ask: make(chan struct{}), done: make(chan struct{})}
}

func (f *frameFeed) RoundTrip(req *http.Request) (*http.Response, error) {
	sum := sha1.Sum([]byte(req.Header.Get("Sec-Websocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return &http.Response{StatusCode: http.StatusSwitchingProtocols, Body: f, Header: http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Accept": {base64.StdEncoding.EncodeToString(sum[:])},
	}}, nil
}

func (f *frameFeed) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		select {
		case <-f.ask:
			f.rest = f.frame
		case <-f.done:
			return 0, io.EOF
		}
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func (f *frameFeed) Write(p []byte) (int, error) { return len(p), nil }

func (f *frameFeed) Close() error {
	f.once.Do(func() { close(f.done) })
	return nil
}

// spokenMessage is a message with the audio of a text and its times, twice.
func spokenMessage(t *testing.T, text string, audio int) string {
	type times struct {
		Chars     []string `json:"chars"`
		Starts    []int    `json:"charStartTimesMs"`
		Durations []int    `json:"charDurationsMs"`
	}
	var a times
	for i, r := range []rune(text) {
		a.Chars, a.Starts, a.Durations = append(a.Chars, string(r)), append(a.Starts, 60*i), append(a.Durations, 60)
	}
	b, err := json.Marshal(map[string]any{"audio": bytes.Repeat([]byte("a"), audio), "isFinal": nil, "alignment": a, "normalizedAlignment": a})
	require.NoError(t, err)
	return string(b)
}

// What is counted is the client alone, from the frame to the listener.
func TestTTSSession_AllocatesLittleForAMessage(t *testing.T) {
	const runs = 100
	for name, text := range map[string]string{
		"ASCII": "The quick brown fox jumps over the lazy dog. ", "wide": "Über die Brücke ging er nach Hause, schön. ",
	} {
		feed := newFrameFeed(spokenMessage(t, text, 56_000))
		c := clientOn(t, feed, elevenlabs.WithBaseURL("http://127.0.0.1"))
		s := dialTTS(t, c, live)
		write(t, s, strings.Repeat(text, runs+20))
		hear := func() {
			feed.ask <- struct{}{}
			chunk, err := s.Next()
			if err != nil || len(chunk.Audio) != 56_000 || len(chunk.Alignment.Characters) == 0 {
				t.Error(len(chunk.Audio), err)
			}
		}
		for range 10 {
			hear()
		}
		require.LessOrEqual(t, testing.AllocsPerRun(runs, hear), 6.0, name)
	}
}
