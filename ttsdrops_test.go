package elevenlabs_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// dropping is a script that ends each socket between two messages of either
// side, or leaves it half open.
func dropping(r *rand.Rand, most int) elevenlabstest.Option {
	return elevenlabstest.WithScript(func(req elevenlabstest.Request) elevenlabstest.Fault {
		if !strings.HasSuffix(req.Path, "stream-input") {
			return elevenlabstest.Fault{}
		}
		after := 2 + r.IntN(most)
		switch r.IntN(4) {
		case 0:
			return elevenlabstest.OnSocket(after, elevenlabstest.CloseWith(1011, "we are restarting"))
		case 1:
			return elevenlabstest.OnSocket(after, elevenlabstest.Stall(20*time.Second))
		case 2:
			return elevenlabstest.OnSocket(after, elevenlabstest.CloseWith(1000, ""))
		}
		return elevenlabstest.OnSocket(after, elevenlabstest.Drop())
	})
}

// A cutter is a network that cuts some sockets in the middle of a message, of
// the server's or of the client's.
type cutter struct {
	http.RoundTripper
	mu  sync.Mutex
	rnd *rand.Rand

	most int // bytes that the server gets said
}

func (c *cutter) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		return resp, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &cutLine{ReadWriteCloser: resp.Body.(io.ReadWriteCloser), in: 1 << 30, out: 1 << 30}
	switch c.rnd.IntN(4) {
	case 0:
		l.in = 1 + c.rnd.IntN(c.most)
	case 1:
		l.out = 1 + c.rnd.IntN(300)
	}
	resp.Body = l
	return resp, nil
}

// A cutLine is a connection that ends after so many bytes in either direction.
type cutLine struct {
	io.ReadWriteCloser
	in, out int // of one goroutine each
}

func (l *cutLine) Read(p []byte) (int, error) {
	if l.in == 0 {
		l.Close()
		return 0, io.ErrUnexpectedEOF
	}
	n, err := l.ReadWriteCloser.Read(p[:min(len(p), l.in)])
	l.in -= n
	return n, err
}

func (l *cutLine) Write(p []byte) (int, error) {
	n, err := l.ReadWriteCloser.Write(p[:min(len(p), l.out)])
	if l.out -= n; l.out == 0 && err == nil {
		l.Close()
		err = io.ErrClosedPipe
	}
	return n, err
}

// inDanger is a client whose sockets are dropped at any point.
func inDanger(t *testing.T, seed uint64, messages int) (*elevenlabstest.Server, *elevenlabs.Client) {
	srv := elevenlabstest.NewServer(t, dropping(rand.New(rand.NewPCG(seed, 3)), messages))
	net := &cutter{RoundTripper: srv.HTTPClient().Transport, rnd: rand.New(rand.NewPCG(seed, 4)), most: messages * 5000}
	return srv, srv.Client(elevenlabs.WithHTTPClient(&http.Client{Transport: net}), elevenlabs.WithMaxRetries(300), elevenlabs.WithRetryBudget(-1, 0))
}

const story = "The quick brown fox jumps over the lazy dog. It was a bright cold day in April, and the clocks were " +
	"striking thirteen! \"Who is there?\" she asked; nobody answered. Dr. Watson paid $5 for 3.14 pies... " +
	"Über die Brücke ging er nach Hause. 你好，世界。The end is near, and so is the beginning of something new. "

// cheap is the format whose audio is the least that letters can be heard in.
func cheap(schedule ...int) elevenlabs.TTSStreamRequest {
	return elevenlabs.TTSStreamRequest{ModelID: flash, Format: elevenlabs.FormatULaw_8000, ChunkLengthSchedule: schedule}
}

// requireTold checks that a listener heard a text, all of it and once.
func requireTold(t *testing.T, text string, got *listened) {
	t.Helper()
	want := strings.Join(strings.Fields(text), "")
	require.Equal(t, io.EOF, got.err)
	require.Equal(t, want, strings.Join(strings.Fields(got.text.String()), ""))
	require.Equal(t, want, lettersIn(got.audio, 1))
}

func TestDialTTS_AThousandDropsLoseNoWordAndRepeatNone(t *testing.T) {
	t.Parallel()
	drops := 0
	for seed := uint64(0); drops < 1000; seed++ {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			srv, c := inDanger(t, seed, 3)
			req := cheap()
			if seed%2 == 1 {
				req.ChunkLengthSchedule = []int{50, 80}
			}
			s := dialTTS(t, c, req)
			heard := listening(s)
			for text := story; text != ""; {
				n := min(len(text), 1+r.IntN(30))
				write(t, s, text[:n])
				text = text[n:]
				time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
			}
			require.NoError(t, s.End())
			requireTold(t, story, <-heard)
			require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
			drops += srv.Usage().Requests - 1
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestDialTTSMulti_DropsLoseNoWordAndRepeatNone(t *testing.T) {
	t.Parallel()
	drops := 0
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			srv, c := inDanger(t, seed, 12)
			m, err := c.DialTTSMulti(t.Context(), cheap())
			require.NoError(t, err)
			var all sync.WaitGroup
			heard := make([]*listened, 7)
			for i := range heard {
				all.Go(func() {
					s, err := m.NewUtterance(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					listening := listening(s)
					for _, word := range strings.SplitAfter(story, " ") {
						_, _ = s.WriteString(word) // Next tells what went wrong
						time.Sleep(30 * time.Millisecond)
					}
					_ = s.End()
					heard[i] = <-listening
				})
			}
			all.Wait()
			for _, got := range heard {
				requireTold(t, story, got)
			}
			require.NoError(t, m.Close())
			require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
			drops += srv.Usage().Requests - 2
		})
	}
	require.Greater(t, drops, 30)
}
