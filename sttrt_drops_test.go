package elevenlabs_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// unspaced leaves out what a cut inside of a word may add or take.
func unspaced(text string) string { return strings.ReplaceAll(text, " ", "") }

// A storm breaks connections by chance, at most so many.
func storm(rnd *rand.Rand, breaks int) elevenlabstest.Option {
	return elevenlabstest.WithScript(func(r elevenlabstest.Request) elevenlabstest.Fault {
		if !strings.HasSuffix(r.Path, "/realtime") || breaks == 0 {
			return elevenlabstest.Fault{}
		}
		breaks--
		n := 1 + rnd.IntN(16)
		switch rnd.IntN(6) {
		case 0:
			return elevenlabstest.OnSocket(n, elevenlabstest.CloseWith(1011, "oops"))
		case 1:
			return elevenlabstest.OnSocket(n, elevenlabstest.CloseWith(1000, ""))
		case 2:
			return elevenlabstest.OnSocket(n, elevenlabstest.Say(`{"message_type":"session_time_limit_exceeded","error":"Time is up."}`), elevenlabstest.CloseWith(1000, "session_time_limit_exceeded"))
		case 3:
			return elevenlabstest.OnSocket(n, elevenlabstest.Stall(time.Minute)) // half open
		}
		return elevenlabstest.OnSocket(n, elevenlabstest.Drop())
	})
}

// A frayed network loses connections within a message, of either direction.
type frayed struct {
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	rnd    *rand.Rand
	breaks int

	sending, receiving atomic.Int32 // what was lost while
}

func (f *frayed) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := f.dial(ctx, network, addr)
	if err != nil || f.breaks == 0 {
		return conn, err
	}
	f.breaks--
	c := &frayedConn{Conn: conn, net: f}
	out, in := 400+f.rnd.Int64N(25_000), int64(1<<40) // the handshake included
	if f.rnd.IntN(2) == 0 {
		out, in = in, 200+f.rnd.Int64N(1600)
	}
	c.out.Store(out)
	c.in.Store(in)
	return c, nil
}

// A frayedConn breaks once so many bytes have been written or read.
type frayedConn struct {
	net.Conn
	net     *frayed
	out, in atomic.Int64
}

func (c *frayedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p[:min(int64(len(p)), c.out.Load())])
	if c.out.Add(-int64(n)) == 0 && err == nil {
		c.net.sending.Add(1)
		_ = c.Close()
	}
	if err == nil && n < len(p) {
		err = io.ErrClosedPipe
	}
	return n, err
}

func (c *frayedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.in.Load())])
	if c.in.Add(-int64(n)) == 0 && err == nil {
		c.net.receiving.Add(1)
		_ = c.Close()
	}
	return n, err
}

// A survival is a session whose connections break at any point, and what it
// took.
type survival struct{ broken, sending, receiving atomic.Int32 }

// dial opens the session on a server in a storm or, with every other seed, on a
// frayed network.
func (v *survival) dial(t *testing.T, seed uint64, breaks int, req elevenlabs.STTStreamRequest) (*elevenlabstest.Server, *elevenlabs.STTSession) {
	rnd := rand.New(rand.NewPCG(seed, 9)) // of its own: others ask
	opts := []elevenlabs.CallOption{elevenlabs.WithBackOff(elevenlabs.LinearBackOff(100 * msec)), elevenlabs.WithMaxRetries(10)}
	req.Format = elevenlabs.FormatULaw_8000 // a quarter of the bytes
	req.ReconnectFor = time.Hour            // several connections in a row may be half open
	if seed%4 < 2 {
		srv := elevenlabstest.NewServer(t, storm(rnd, breaks))
		s, err := srv.Client().DialSTT(t.Context(), req, opts...)
		require.NoError(t, err)
		t.Cleanup(func() { v.broken.Add(int32(dials(srv) - 1)) })
		return srv, s
	}
	srv := elevenlabstest.NewServer(t)
	f := &frayed{dial: srv.HTTPClient().Transport.(*http.Transport).DialContext, rnd: rnd, breaks: breaks}
	transport := &http.Transport{DialContext: f.DialContext}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		v.broken.Add(f.sending.Load() + f.receiving.Load())
		v.sending.Add(f.sending.Load())
		v.receiving.Add(f.receiving.Load())
	})
	s, err := srv.Client(elevenlabs.WithHTTPClient(&http.Client{Transport: transport})).DialSTT(t.Context(), req, opts...)
	require.NoError(t, err)
	return srv, s
}

// letter is how much mu-law one is spoken in: who cuts it in two hears neither
// half.
const letter = 8 * 66

// dialled makes a text into mu-law.
func dialled(t *testing.T, srv *elevenlabstest.Server, text string) []byte {
	t.Helper()
	audio, err := srv.Client().TTS(t.Context(), text, elevenlabs.WithFormat(elevenlabs.FormatULaw_8000))
	require.NoError(t, err)
	return audio
}

// dialInto writes mu-law in real time.
func dialInto(t *testing.T, s *elevenlabs.STTSession, audio []byte) {
	for piece := range slices.Chunk(audio, 800) {
		if _, err := s.Write(piece); err != nil {
			t.Errorf("write: %v", err)
			return
		}
		time.Sleep(100 * msec)
	}
}

// dials counts the sockets that were asked for.
func dials(srv *elevenlabstest.Server) (n int) {
	for _, r := range srv.Requests() {
		if strings.HasSuffix(r.Path, "/realtime") {
			n++
		}
	}
	return n
}

// TestDialSTT_SurvivesDrops has many sessions whose connections break at any
// point, a thousand times in all. What is heard is what was said, once.
func TestDialSTT_SurvivesDrops(t *testing.T) {
	t.Parallel()
	var v survival
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(14) {
			t.Run(fmt.Sprint("manual ", seed), func(t *testing.T) {
				inBubble(t, func(t *testing.T) { v.manual(t, rand.New(rand.NewPCG(seed, 1)), seed) })
			})
			t.Run(fmt.Sprint("vad ", seed), func(t *testing.T) {
				inBubble(t, func(t *testing.T) { v.vad(t, rand.New(rand.NewPCG(seed, 2)), seed) })
			})
		}
	})
	t.Logf("%d broke, %d of them in a message that was sent, %d in one that came", v.broken.Load(), v.sending.Load(), v.receiving.Load())
	require.GreaterOrEqual(t, v.broken.Load(), int32(1000))
	require.GreaterOrEqual(t, v.sending.Load(), int32(100))
	require.GreaterOrEqual(t, v.receiving.Load(), int32(100))
}

func (v *survival) manual(t *testing.T, rnd *rand.Rand, seed uint64) {
	srv, s := v.dial(t, seed, 40, elevenlabs.STTStreamRequest{Timestamps: seed%2 == 0, EntityDetection: []string{"all"}[:seed%3%2]})
	var said strings.Builder
	for i := range 36 {
		fmt.Fprintf(&said, "number %d ", i) // no marks, which take longer than letters
	}
	audio := dialled(t, srv, said.String())
	var commits []time.Duration // where the caller has committed
	go func() {
		for at := 0; at < len(audio); {
			n := min(letter*(15+rnd.IntN(45)), len(audio)-at)
			dialInto(t, s, audio[at:at+n])
			at += n
			if rnd.IntN(2) == 0 {
				require.NoError(t, s.Commit())
				commits = append(commits, time.Duration(at)*time.Second/8000)
			}
		}
		require.NoError(t, s.Finish(t.Context()))
	}()
	told, segments := collect(t, s)
	require.Equal(t, unspaced(said.String()), unspaced(texts(segments)), "%v", told)
	var ends []time.Duration
	for i, seg := range segments {
		ends = append(ends, seg.To)
		require.Equal(t, i+1, seg.Seq)
		if i > 0 {
			require.Equal(t, segments[i-1].To, seg.From)
		}
		if len(seg.Words) > 0 { // a connection that falls silent may leave them out
			require.GreaterOrEqual(t, *seg.Words[0].Start, seg.From.Seconds()-0.07, "%v", told)
			require.LessOrEqual(t, *seg.Words[len(seg.Words)-1].End, seg.To.Seconds()+0.07)
		}
	}
	require.Subset(t, ends, commits, "%v", told)
	require.NotContains(t, strings.Join(told, "|"), "gap")
}

func (v *survival) vad(t *testing.T, rnd *rand.Rand, seed uint64) {
	srv, s := v.dial(t, seed, 40, elevenlabs.STTStreamRequest{
		CommitStrategy: "vad", Timestamps: seed%3 == 0, VADSilence: []time.Duration{0, 300 * msec, 500 * msec, time.Second}[rnd.IntN(4)],
	})
	var said string
	var audio []byte
	for i := range 12 {
		text := fmt.Sprintf("number %d, and so on.", i)
		said += text
		audio = append(append(audio, dialled(t, srv, text)...), bytes.Repeat([]byte{0xFF}, 800*rnd.IntN(30))...)
	}
	go func() {
		dialInto(t, s, audio)
		require.NoError(t, s.Finish(t.Context()))
	}()
	told, segments := collect(t, s)
	require.Equal(t, unspaced(said), unspaced(texts(segments)), "%v", told)
	require.NotContains(t, strings.Join(told, "|"), "gap")
}

// A connection that cannot be had for longer than the buffer lasts loses audio,
// and tells which.
func TestDialSTT_TellsWhatIsLost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 3))
				srv := elevenlabstest.NewServer(t)
				said := strings.Repeat("one two three four five six seven eight nine ten ", 6)
				audio := spoken(t, srv, said)
				srv.Inject(elevenlabstest.OnSocket(20+rnd.IntN(100), elevenlabstest.Drop()))
				s, err := srv.Client().DialSTT(t.Context(), elevenlabs.STTStreamRequest{ReplayBuffer: 2 * time.Second, Timestamps: true},
					elevenlabs.WithBackOff(elevenlabs.LinearBackOff(100*time.Millisecond)))
				require.NoError(t, err)
				srv.Inject(elevenlabstest.Status(503, "").On("/v1/speech-to-text/realtime").Times(10))
				go func() {
					speakInto(t, s, audio)
					require.NoError(t, s.Finish(t.Context()))
				}()
				var at time.Duration
				var lost int
				for e, err := range s.Events() {
					require.NoError(t, err)
					switch e.Kind {
					case elevenlabs.STTCommitted:
						require.Equal(t, at, e.Segment.From)
						at = e.Segment.To
						from, to := int(e.Segment.From/(66*time.Millisecond)), int(e.Segment.To/(66*time.Millisecond))
						require.InDelta(t, len(unspaced(said[from:to])), len(unspaced(e.Segment.Text)), 2)
					case elevenlabs.STTGap:
						require.Equal(t, at, e.From, "what lies between segments is told")
						at = e.To
						lost++
					}
				}
				require.Equal(t, time.Duration(len(audio))*time.Second/32000, at)
				require.Positive(t, lost)
			})
		})
	}
}
