package main

import (
	"bufio"
	"context"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talk"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talktest"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
)

// A script answers with one text after the other, and has what was said up to
// the last of them.
type script struct {
	texts []string

	mu    sync.Mutex
	turns []talk.Turn
}

func (s *script) answer(_ context.Context, turns []talk.Turn) iter.Seq[string] {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns = turns
	text := s.texts[0]
	s.texts = s.texts[1:]
	return strings.SplitAfterSeq(text, " ")
}

func (s *script) said() []talk.Turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.turns
}

// setup starts a bridge inside a bubble, and a call.
func setup(t *testing.T, b *bridge, opts ...elevenlabstest.Option) (*phone, *elevenlabs.Client) {
	t.Helper()
	client := elevenlabstest.NewServer(t, opts...).Client()
	b.client, b.log = client, slog.New(slog.DiscardHandler)
	ln := memnet.Listen()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- demo.Serve(ctx, ln, b.handler()) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-served)
	})
	return dial(t, ln), client
}

func TestCallIsAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{texts: []string{"I am looking for a map. Have you got one?", "Good bye."}}
		p, client := setup(t, &bridge{answer: s.answer})
		p.say("What brings you here?")
		talktest.Await(t, func() bool { return p.Heard() == "I am looking for a map. Have you got one?" })
		require.Equal(t, []talk.Turn{{Text: "What brings you here?"}}, s.said())

		time.Sleep(time.Second)
		p.say("No.")
		talktest.Await(t, func() bool { return strings.HasSuffix(p.Heard(), "Good bye.") })
		require.Equal(t, []talk.Turn{
			{Text: "What brings you here?"}, {Agent: true, Text: "I am looking for a map. Have you got one?"}, {Text: "No."},
		}, s.said())
		require.False(t, p.Cleared())
		require.LessOrEqual(t, p.Ahead(), 220*time.Millisecond, "no faster than it is heard")

		p.hangUp()
		synctest.Wait()
		for f, s := range client.Stats().Families {
			require.Zero(t, s.InFlight, f)
		}
	})
}

// TestCallerBargesIn checks that the agent stops at once when the caller
// speaks, and knows what he has heard by then.
func TestCallerBargesIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const long = "There are three books on it. The first one is about the sea and its islands. " +
			"The second one is about the mountains. The third one is lost."
		s := &script{texts: []string{long, "Rivers, then."}}
		p, client := setup(t, &bridge{answer: s.answer})
		p.say("What do you have?")
		talktest.Await(t, func() bool { return strings.HasPrefix(p.Heard(), "There are") })
		p.say("Wait. I would rather read about rivers and lakes.")
		talktest.Await(t, p.Cleared)
		heard := p.Heard()
		time.Sleep(500 * time.Millisecond)
		require.Equal(t, heard, p.Heard(), "nothing comes behind the clear")
		require.Less(t, len(heard), len(long))
		flash := client.Stats().Families[elevenlabs.FamilyFlash]
		require.Zero(t, flash.InFlight)

		talktest.Await(t, func() bool { return strings.HasSuffix(p.Heard(), "Rivers, then.") })
		turns := s.said()
		require.Len(t, turns, 3)
		require.True(t, strings.HasPrefix(long, turns[1].Text))
		require.True(t, strings.HasPrefix(heard, turns[1].Text), "%q, %q", heard, turns[1].Text)
		require.Less(t, len(heard)-len(turns[1].Text), 5, "up to the last mark")
		require.Equal(t, "Wait. I would rather read about rivers and lakes.", turns[2].Text)
		p.hangUp()
	})
}

func TestCallerHangsUpOnTheAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{texts: []string{strings.Repeat("And so on. ", 50)}}
		p, client := setup(t, &bridge{answer: s.answer})
		p.say("Go on.")
		talktest.Await(t, func() bool { return strings.HasPrefix(p.Heard(), "And so on. And") })
		p.hangUp()
		synctest.Wait()
		for f, s := range client.Stats().Families {
			require.Zero(t, s.InFlight, f)
		}
	})
}

// TestSignature has the example of Twilio's documentation.
func TestSignature(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"},
		"From": {"+14158675309"}, "To": {"+18005551212"},
	}
	require.Equal(t, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form))
}

func TestUnsignedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	b := &bridge{secret: "12345", public: "example.org"}
	ask := func(method, path, signature string) int {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, strings.NewReader("CallSid=CA1"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", signature)
		b.handler().ServeHTTP(w, r)
		return w.Code
	}
	good := sign("12345", "https://example.org/call", url.Values{"CallSid": {"CA1"}})
	require.Equal(t, http.StatusOK, ask("POST", "/call", good))
	require.Equal(t, http.StatusForbidden, ask("POST", "/call", ""))
	require.Equal(t, http.StatusForbidden, ask("POST", "/call?more=1", good))
	require.Equal(t, http.StatusForbidden, ask("GET", "/media", good))
}

// TestRun runs the program as it is run, on a real port.
func TestRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	stopped := make(chan error, 1)
	go func() {
		stopped <- run(ctx, demo.Env{Args: []string{"-addr", "127.0.0.1:0"}, Stdout: w, Stderr: io.Discard})
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	require.True(t, lines.Scan())
	require.Contains(t, lines.Text(), "using the built-in emulator")
	require.True(t, lines.Scan())
	_, address, found := strings.Cut(lines.Text(), "listening on ")
	require.True(t, found)

	resp, err := http.Post(address+"/call", "application/x-www-form-urlencoded", strings.NewReader("CallSid=CA1"))
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	host := strings.TrimPrefix(address, "http://")
	require.Equal(t, `<Response><Connect><Stream url="wss://`+host+`/media"></Stream></Connect></Response>`, string(body))

	socket, _, err := websocket.Dial(t.Context(), "ws://"+host+"/media", nil)
	require.NoError(t, err)
	defer socket.CloseNow()
	require.NoError(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"start","start":{"streamSid":"MZ1","callSid":"CA1",
		"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}`)))
	_, greeted, err := socket.Read(t.Context())
	require.NoError(t, err)
	require.Contains(t, string(greeted), `"event":"media"`, "nobody has said anything")

	stop()
	require.NoError(t, <-stopped)
}
