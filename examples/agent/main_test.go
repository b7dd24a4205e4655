package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
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

// A browser speaks the page's protocol.
type browser struct {
	*talktest.Listener
	mouth  *talktest.Mouth
	t      *testing.T
	socket *websocket.Conn
	tasks  sync.WaitGroup
	left   chan struct{}

	mu     sync.Mutex // guards all below
	events []message  // but for slots and marks
	busy   int        // the most slots of the flash family at once
}

// loudness is above the emulator's voice, so that the transcript interrupts,
// and below a shout.
const loudness = -10

// setup starts an agent inside a bubble, and a browser that talks to it.
func setup(t *testing.T, answer talk.Answer, faults ...elevenlabstest.Fault) (*browser, *elevenlabs.Client) {
	t.Helper()
	srv := elevenlabstest.NewServer(t)
	srv.Inject(faults...)
	client := srv.Client(elevenlabs.WithMaxRetries(0))
	a := &agent{client: client, answer: answer, loudness: loudness, log: slog.New(slog.DiscardHandler)}
	ln := memnet.Listen()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- demo.Serve(ctx, ln, a.handler()) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-served)
	})

	h := &http.Client{Transport: &http.Transport{DialContext: ln.DialContext}}
	socket, _, err := websocket.Dial(t.Context(), "ws://agent/talk", &websocket.DialOptions{
		HTTPClient: h, HTTPHeader: http.Header{"Origin": {"http://agent"}},
	})
	require.NoError(t, err)
	b := &browser{t: t, socket: socket, left: make(chan struct{}), mouth: talktest.NewMouth(elevenlabs.FormatPCM_16000)}
	b.Listener = talktest.NewListener(elevenlabs.FormatPCM_16000, func(name string) {
		data, _ := json.Marshal(message{Type: "mark", Name: name})
		_ = socket.Write(t.Context(), websocket.MessageText, data)
	})
	b.tasks.Go(func() {
		b.mouth.Speak(b.left, func(f []byte) { _ = socket.Write(t.Context(), websocket.MessageBinary, f) })
	})
	b.tasks.Go(b.listen)
	return b, client
}

// leave closes the page.
func (b *browser) leave() {
	close(b.left)
	_ = b.socket.Close(websocket.StatusNormalClosure, "")
	b.tasks.Wait()
	b.Close()
}

func (b *browser) listen() {
	for {
		kind, data, err := b.socket.Read(b.t.Context())
		if err != nil {
			return
		}
		if kind == websocket.MessageBinary {
			if len(data) != 640 {
				b.t.Errorf("a frame of %d bytes", len(data))
			}
			b.Play(data)
			continue
		}
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			b.t.Error(err)
		}
		b.note(m)
	}
}

func (b *browser) note(m message) {
	switch m.Type {
	case "mark":
		b.Mark(m.Name)
		return
	case "clear":
		b.Clear()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.Type == "slots" {
		b.busy = max(b.busy, m.Slots[string(elevenlabs.FamilyFlash)].InFlight)
		return
	}
	b.events = append(b.events, m)
}

// told is the text of the events of a kind, one after the other.
func (b *browser) told(kind talk.Kind) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var texts []string
	for _, m := range b.events {
		if m.Type == string(kind) {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func (b *browser) has(kind talk.Kind) func() bool {
	return func() bool { return len(b.told(kind)) > 0 }
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, client := setup(t, talk.Echo)
		b.mouth.Say(t, "What brings you to this bookshop?")
		talktest.Await(t, b.has(talk.Spoken))
		const answer = "You said: What brings you to this bookshop?"
		require.Equal(t, answer, b.Heard())
		require.Equal(t, []string{answer}, b.told(talk.Spoken))
		require.Equal(t, answer, strings.Join(b.told(talk.Token), ""))
		require.Equal(t, []string{"What brings you to this bookshop?"}, b.told(talk.Heard))
		require.NotEmpty(t, b.told(talk.Partial))
		require.Len(t, b.told(talk.First), 1)
		require.Less(t, b.after(), int64(400), "ms to the first audio")
		require.LessOrEqual(t, b.Ahead(), 220*time.Millisecond)
		require.Equal(t, 1, b.busy, "the page was shown the slot")
		b.leave()
		synctest.Wait()
		for f, s := range client.Stats().Families {
			require.Zero(t, s.InFlight, f)
		}
	})
}

// after is how long the first answer took to begin.
func (b *browser) after() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.events {
		if m.Type == string(talk.First) {
			return m.AfterMS
		}
	}
	return -1
}

func TestBargeIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := setup(t, story)
		b.mouth.Say(t, "Tell me something.")
		talktest.Await(t, func() bool { return strings.HasPrefix(b.Heard(), "I heard you.") })
		b.mouth.Say(t, "Excuse me, but could you please start again?")
		talktest.Await(t, b.has(talk.Interrupted))
		synctest.Wait()
		heard, told := b.Heard(), b.told(talk.Interrupted)[0]
		require.True(t, b.Cleared())
		require.True(t, strings.HasPrefix(heard, told), "%q, %q", heard, told)
		require.Less(t, len(heard)-len(told), 5)
		require.Empty(t, b.told(talk.Spoken))

		talktest.Await(t, func() bool { return strings.Contains(b.Heard(), "Where was I? I heard you.") })
		require.Equal(t, []string{"Tell me something.", "Excuse me, but could you please start again?"}, b.told(talk.Heard))
		b.leave()
	})
}

// TestInterruptedBeforeASound has a language model that is slow, and somebody
// who cannot wait.
func TestInterruptedBeforeASound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context, turns []talk.Turn) iter.Seq[string] {
			return func(yield func(string) bool) {
				if len(turns) == 1 {
					<-ctx.Done()
				}
				yield("Here I am.")
			}
		}
		b, _ := setup(t, slow)
		b.mouth.Say(t, "Hello?")
		talktest.Await(t, b.has(talk.Heard))
		b.mouth.Say(t, "Hello, is there anybody at the other end?")
		talktest.Await(t, b.has(talk.Spoken))
		require.Equal(t, []string{""}, b.told(talk.Interrupted))
		require.Equal(t, "Here I am.", b.Heard())
		b.leave()
	})
}

// TestAnAnswerFails checks that the conversation goes on without it.
func TestAnAnswerFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := setup(t, talk.Echo, elevenlabstest.OnSocket(2, elevenlabstest.CloseWith(1011, "secret of the vendor")).On("/v1/text-to-speech/"))
		b.mouth.Say(t, "One.")
		talktest.Await(t, b.has(talk.Failed))
		require.Equal(t, []string{""}, b.told(talk.Failed))
		b.mouth.Say(t, "Two.")
		talktest.Await(t, b.has(talk.Spoken))
		require.Equal(t, "You said: Two.", b.Heard())
		b.leave()
	})
}

func TestStrangePagesAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &agent{client: elevenlabstest.NewServer(t).Client(), answer: talk.Echo, log: slog.New(slog.DiscardHandler)}
		ln := memnet.Listen()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- demo.Serve(ctx, ln, a.handler()) }()
		h := &http.Client{Transport: &http.Transport{DialContext: ln.DialContext}}
		_, resp, err := websocket.Dial(t.Context(), "ws://agent/talk", &websocket.DialOptions{
			HTTPClient: h, HTTPHeader: http.Header{"Origin": {"http://elsewhere"}},
		})
		require.Error(t, err)
		require.Equal(t, http.StatusForbidden, resp.StatusCode)
		h.CloseIdleConnections()
		stop()
		require.NoError(t, <-served)
	})
}

// start runs the program as it is run, on a real port, and returns its address.
func start(t *testing.T, args []string, opts ...elevenlabstest.Option) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, w := io.Pipe()
	stopped := make(chan error, 1)
	go func() {
		stopped <- run(ctx, demo.Env{Args: append(args, "-addr", "127.0.0.1:0"), Stdout: w, Stderr: io.Discard, Emulator: opts})
		w.Close()
	}()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-stopped)
	})
	lines := bufio.NewScanner(r)
	require.True(t, lines.Scan())
	require.Contains(t, lines.Text(), "using the built-in emulator")
	require.True(t, lines.Scan())
	_, address, found := strings.Cut(lines.Text(), "listening on ")
	require.True(t, found)
	return address
}

func TestRun(t *testing.T) {
	t.Parallel()
	resp, err := http.Get(start(t, nil) + "/")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	require.NotRegexp(t, `(?i)https?://|<script src|<link rel="stylesheet|@import|\burl\(`, string(body), "nothing is fetched from elsewhere")
}

func TestNoSuchAnswer(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, run(t.Context(), demo.Env{Args: []string{"-answer", "oracle"}}), `"oracle"`)
}
