package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// The tests of this file are about readers that are slower than the speech is
// made.

// patience is how long a reader is away before it is read ahead of.
const patience = 20 * time.Millisecond

func inFlight(c *elevenlabs.Client) int { return c.Stats().Families[standard].InFlight }

// ending tells when a call's Done was called, and with what.
type ending struct {
	at  time.Time
	err error
}

func endings() (elevenlabs.ClientOption, <-chan ending) {
	ended := make(chan ending, 1)
	return elevenlabs.WithHooks(elevenlabs.Hooks{Done: func(_ context.Context, e elevenlabs.Event) {
		ended <- ending{time.Now(), e.Err}
	}}), ended
}

func TestStreamBuffer_TheSlotIsHeldForGenerationNotForPlayback(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(4*time.Second))
		hook, ended := endings()
		c := srv.Client(hook)
		at := time.Now()
		stream, err := c.SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(at))

		require.Equal(t, ending{at.Add(4 * time.Second), nil}, <-ended, "when the vendor is done")
		require.Zero(t, inFlight(c))
		time.Sleep(time.Hour)
		audio, err := io.ReadAll(stream)
		require.NoError(t, err)
		text, err := c.STT(t.Context(), audio, stream.Format.MIME())
		require.NoError(t, err)
		require.Equal(t, hello.Text, text)
	})
}

func TestStreamBuffer_ZeroReadsStraight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hook, ended := endings()
		c := srv.Client(hook, elevenlabs.WithStreamBuffer(0))
		stream, err := c.SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		time.Sleep(time.Hour)
		require.Equal(t, 1, inFlight(c))
		_, err = io.Copy(io.Discard, stream)
		require.NoError(t, err)
		require.Equal(t, ending{time.Now(), nil}, <-ended)
	})
}

func TestStreamBuffer_TheNetworkWaitsWhenItIsFull(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hook, ended := endings()
		c := srv.Client(hook, elevenlabs.WithTimeouts(elevenlabs.Timeouts{Gap: 5 * time.Second}))
		whole, err := c.Synthesize(t.Context(), hello)
		require.NoError(t, err)
		<-ended
		const buffer, step = 10_000, 1000
		stream, err := c.SynthesizeStream(t.Context(), hello, elevenlabs.WithStreamBuffer(buffer))
		require.NoError(t, err)
		var audio []byte
		for len(ended) == 0 {
			time.Sleep(time.Minute) // a slow reader is no gap
			p := make([]byte, step)
			n, err := stream.Read(p)
			require.NoError(t, err)
			audio = append(audio, p[:n]...)
			synctest.Wait()
		}
		require.Equal(t, ending{time.Now(), nil}, <-ended)
		left := len(whole.Audio) - len(audio)
		require.Less(t, left, buffer)
		require.GreaterOrEqual(t, left, buffer-step, "as soon as the rest fits")
		rest, err := io.ReadAll(stream)
		require.NoError(t, err)
		require.Equal(t, whole.Audio, append(audio, rest...))
	})
}

func TestStreamBuffer_ABreakComesAfterTheAudioBeforeIt(t *testing.T) {
	for name, tt := range map[string]struct {
		fault elevenlabstest.Fault
		after time.Duration // from the first audio
		want  error
	}{
		"reset": {elevenlabstest.ResetAfter(3000), patience, elevenlabs.ErrTruncated},
		"cut":   {elevenlabstest.CutAfter(3000), patience, elevenlabs.ErrTruncated},
		"gap":   {elevenlabstest.StallAfter(3000, time.Hour), patience + 30*time.Second, &elevenlabs.TimeoutError{Limit: "gap", After: 30 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := atOnce(t)
				srv.Inject(tt.fault)
				hook, ended := endings()
				c := srv.Client(hook)
				stream, err := c.SynthesizeStream(t.Context(), elevenlabs.TTSRequest{Text: hello.Text, Format: elevenlabs.FormatPCM_16000})
				require.NoError(t, err)
				at := time.Now()
				end := <-ended
				require.Equal(t, at.Add(tt.after), end.at)
				require.Zero(t, inFlight(c))
				time.Sleep(time.Hour)
				audio, err := io.ReadAll(stream)
				require.Len(t, audio, 3000)
				require.Equal(t, end.err, err, "the hook was told the same")
				var broken *elevenlabs.PartialError
				require.ErrorAs(t, err, &broken)
				require.Equal(t, int64(3000), broken.Bytes)
				if limit, ok := tt.want.(*elevenlabs.TimeoutError); ok {
					require.Equal(t, limit, broken.Err)
				} else {
					require.ErrorIs(t, err, tt.want)
				}
			})
		})
	}
}

// A moment is a state of a stream in which something can end it.
type moment struct {
	buffer int64
	away   time.Duration
	read   bool // one is under way, and waits
}

// The server of these moments sends some audio, stalls for a minute, sends
// more and ends.
var moments = map[string]moment{
	"before it is behind":      {4 << 20, 0, false},
	"while it is read ahead":   {4 << 20, time.Second, false},
	"while the buffer is full": {1000, time.Second, false},
	"when all is ahead":        {4 << 20, time.Hour, false},
	"while it is read":         {4 << 20, 0, true},
	"while a read waits":       {4 << 20, time.Second, true},
	"without a buffer":         {0, time.Second, false},
	"while it is read without": {0, 0, true},
}

// endedIn brings a stream to a moment, ends it there and checks what a reader
// sees of it.
func endedIn(t *testing.T, m moment, end func(*elevenlabs.SpeechStream, context.CancelFunc), want error) {
	srv := elevenlabstest.NewServer(t, elevenlabstest.WithLatency(elevenlabstest.Latency{}))
	srv.Inject(elevenlabstest.StallAfter(3000, time.Minute))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := srv.Client(elevenlabs.WithTimeouts(elevenlabs.Timeouts{Gap: -1}), elevenlabs.WithStreamBuffer(m.buffer))
	stream, err := c.SynthesizeStream(ctx, hello)
	require.NoError(t, err)
	time.Sleep(m.away)
	synctest.Wait()
	var got int
	if m.read {
		n, err := io.ReadFull(stream, make([]byte, 3000))
		require.NoError(t, err)
		got = n
		time.AfterFunc(time.Millisecond, func() { end(stream, cancel) })
	} else {
		end(stream, cancel)
	}
	at := time.Now()
	n, err := stream.Read(make([]byte, 100))
	require.Zero(t, n, "what was ahead is gone")
	require.ErrorIs(t, err, want)
	var broken *elevenlabs.PartialError
	require.ErrorAs(t, err, &broken)
	require.Equal(t, int64(got), broken.Bytes)
	require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
	synctest.Wait() // for who ended it
	require.Zero(t, inFlight(c))
	require.NoError(t, stream.Close())
	_, again := stream.Read(make([]byte, 100))
	require.Equal(t, err, again)
}

func TestStreamBuffer_CloseEndsAStreamInEveryState(t *testing.T) {
	for name, m := range moments {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				endedIn(t, m, func(s *elevenlabs.SpeechStream, _ context.CancelFunc) {
					require.NoError(t, s.Close())
					require.NoError(t, s.Close())
				}, os.ErrClosed)
			})
		})
	}
}

func TestStreamBuffer_TheContextEndsAStreamInEveryState(t *testing.T) {
	for name, m := range moments {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				endedIn(t, m, func(_ *elevenlabs.SpeechStream, cancel context.CancelFunc) { cancel() }, context.Canceled)
			})
		})
	}
}

// The bubble fails if a goroutine is left.
func TestStreamBuffer_NothingOutlivesTheContext(t *testing.T) {
	for name, m := range moments {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := atOnce(t)
				srv.Inject(elevenlabstest.StallAfter(3000, time.Minute))
				ctx, cancel := context.WithCancel(t.Context())
				c := srv.Client(elevenlabs.WithStreamBuffer(m.buffer))
				_, err := c.SynthesizeStream(ctx, hello)
				require.NoError(t, err)
				time.Sleep(m.away)
				cancel()
				synctest.Wait()
				require.Zero(t, inFlight(c))
			})
		})
	}
}

// A broadcast is a speech as a server sends it: in pieces, with pauses, and
// perhaps not to its end.
type broadcast struct {
	pieces [][]byte
	pauses []time.Duration
	breaks bool

	mu   sync.Mutex
	done time.Time
}

func randomBroadcast(rnd *rand.Rand) *broadcast {
	b := &broadcast{breaks: rnd.IntN(3) == 0}
	for range 1 + rnd.IntN(20) {
		piece := make([]byte, 1+rnd.IntN(1<<(1+rnd.IntN(15))))
		for i := range piece {
			piece[i] = byte(rnd.Uint32())
		}
		b.pieces = append(b.pieces, piece)
		b.pauses = append(b.pauses, time.Duration(rnd.IntN(50))*time.Millisecond)
	}
	return b
}

func (b *broadcast) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "audio/pcm")
	flush := http.NewResponseController(w).Flush
	for i, piece := range b.pieces {
		time.Sleep(b.pauses[i])
		if _, err := w.Write(piece); err != nil {
			return
		}
		if flush() != nil {
			return
		}
	}
	b.mu.Lock()
	b.done = time.Now()
	b.mu.Unlock()
	if b.breaks {
		panic(http.ErrAbortHandler)
	}
}

func (b *broadcast) doneAt() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.done
}

// listen reads a stream with pauses of any length.
func listen(rnd *rand.Rand, stream *elevenlabs.SpeechStream) (audio []byte, err error) {
	longest := 1 + rnd.IntN(200)
	for err == nil {
		if rnd.IntN(2) == 0 {
			time.Sleep(time.Duration(rnd.IntN(longest)) * time.Millisecond)
		}
		var n int
		p := make([]byte, 1+rnd.IntN(1<<(1+rnd.IntN(16))))
		n, err = stream.Read(p)
		audio = append(audio, p[:n]...)
	}
	return audio, err
}

func TestStreamBuffer_NothingIsLostAtAnyPace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for range 60 {
			seed := rand.Uint64()
			rnd := rand.New(rand.NewPCG(seed, 0))
			sent := randomBroadcast(rnd)
			sound := bytes.Join(sent.pieces, nil)
			buffer := int64(rnd.IntN(2 * len(sound)))
			tr := network(t, sent.ServeHTTP, nil)
			hook, ended := endings()
			c := over(t, tr, hook, elevenlabs.WithStreamBuffer(buffer))
			stream, err := c.SynthesizeStream(t.Context(), elevenlabs.TTSRequest{Text: "Hello", Format: elevenlabs.FormatPCM_16000})
			require.NoError(t, err)
			audio, err := listen(rnd, stream)
			require.True(t, bytes.Equal(sound, audio), "seed %d: %d of %d bytes", seed, len(audio), len(sound))
			if sent.breaks {
				var broken *elevenlabs.PartialError
				require.ErrorAs(t, err, &broken)
				require.Equal(t, int64(len(sound)), broken.Bytes)
			} else {
				require.Equal(t, io.EOF, err)
			}
			end := <-ended
			if buffer > int64(len(sound)) { // the reader does not matter but for its first moments away
				require.LessOrEqual(t, end.at.Sub(sent.doneAt()), patience, "seed %d", seed)
			}
			require.Zero(t, inFlight(c))
			require.NoError(t, stream.Close())
		}
	})
}

func TestStreamBuffer_EveryoneAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for range 60 {
			rnd := rand.New(rand.NewPCG(rand.Uint64(), 0))
			sent := randomBroadcast(rnd)
			sound := bytes.Join(sent.pieces, nil)
			c := over(t, network(t, sent.ServeHTTP, nil), elevenlabs.WithStreamBuffer(int64(rnd.IntN(2*len(sound)))))
			ctx, cancel := context.WithCancel(t.Context())
			stream, err := c.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: "Hello", Format: elevenlabs.FormatPCM_16000})
			require.NoError(t, err)
			var others sync.WaitGroup
			for _, end := range []func(){cancel, func() { _ = stream.Close() }, func() { _ = stream.Close() }} {
				at := time.Duration(rnd.IntN(600)) * time.Millisecond
				others.Go(func() {
					time.Sleep(at)
					end()
				})
			}
			audio, err := listen(rand.New(rand.NewPCG(1, 2)), stream)
			require.True(t, bytes.HasPrefix(sound, audio))
			if !errors.Is(err, os.ErrClosed) && !errors.Is(err, context.Canceled) && !sent.breaks {
				require.Equal(t, io.EOF, err)
				require.Len(t, audio, len(sound))
			}
			others.Wait()
			require.Zero(t, inFlight(c))
		}
	})
}
