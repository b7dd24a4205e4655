package benchmarks_test

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// streamLength is how much is streamed: 18 hours in 128 kb/s.
const streamLength = 1 << 30

// BenchmarkStream streams 1 GiB to io.Discard. heap-growth-B is by how much the
// whole process, server included, rises above where it was.
func BenchmarkStream(b *testing.B) { benchmarkStream(b, io.Discard) }

// BenchmarkSlowStream streams 1 GiB into a hash, which is slower than the
// network, so that the client reads ahead.
func BenchmarkSlowStream(b *testing.B) { benchmarkStream(b, sha256.New()) }

func benchmarkStream(b *testing.B, to io.Writer) {
	length := long(streamLength, testing.Short())
	srv := newStreamServer(b)
	for _, c := range streamContenders(b, srv.backend) {
		b.Run(c.name, func(b *testing.B) {
			srv.warmUp(b, c)
			srv.length.Store(length)
			b.ReportAllocs()
			b.SetBytes(length)
			srv.heap.reset()
			for b.Loop() {
				b.StopTimer()
				srv.heap.start()
				b.StartTimer()
				if n, err := c.stream(b.Context(), to); n != length || err != nil {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(srv.heap.growth()), "heap-growth-B")
		})
	}
}

// Not parallel: it looks at the heap of the whole process.
func TestStreamHeap(t *testing.T) {
	const buffer = 4 << 20 // the client's default; a busy machine may need it for a reader that keeps up too
	for _, tt := range []struct {
		name   string
		buffer int64
		to     io.Writer
		growth int64
	}{
		{"straight", 0, io.Discard, 1 << 20},
		{"keeps up", buffer, io.Discard, buffer + 1<<20},
		{"reads ahead", buffer, sha256.New(), buffer + 1<<20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			length := long(streamLength, testing.Short())
			srv := newStreamServer(t)
			client := streamContenders(t, srv.backend, elevenlabs.WithStreamBuffer(tt.buffer))[0]
			srv.warmUp(t, client)
			srv.length.Store(length)
			srv.heap.live.Store(true)
			srv.heap.reset()
			srv.heap.start()
			n, err := client.stream(t.Context(), tt.to)
			require.NoError(t, err)
			require.Equal(t, length, n)
			require.LessOrEqual(t, srv.heap.growth(), tt.growth)
		})
	}
}

// A streamServer sends as much as it is told, in pieces of 1 MiB.
type streamServer struct {
	backend
	length atomic.Int64
	heap   heapWatch
}

func newStreamServer(tb testing.TB) *streamServer {
	s := new(streamServer)
	a := newAnswer("audio/mpeg", newAudio(1<<20))
	s.backend = onLoopback(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if drain(r.Body) != nil {
			return
		}
		a.writeHeader(w, "")
		for left := s.length.Load(); left > 0; left -= int64(len(a.body)) {
			if left%sampleEvery == 0 {
				s.heap.sample()
			}
			if _, err := w.Write(a.body); err != nil {
				return
			}
		}
		s.heap.sample()
	}))
	return s
}

// warmUp makes the connection and whatever else is made once.
func (s *streamServer) warmUp(tb testing.TB, c streamContender) {
	tb.Helper()
	s.length.Store(1 << 20)
	_, err := c.stream(tb.Context(), io.Discard)
	require.NoError(tb, err)
}

type streamContender struct {
	name   string
	stream func(context.Context, io.Writer) (int64, error)
}

func streamContenders(tb testing.TB, be backend, opts ...elevenlabs.CallOption) []streamContender {
	client := be.client(tb)
	return []streamContender{
		{"client", func(ctx context.Context, to io.Writer) (int64, error) {
			stream, err := client.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: sentence}, opts...)
			if err != nil {
				return 0, err
			}
			defer stream.Close()
			return io.Copy(to, stream)
		}},
		{"raw", func(ctx context.Context, to io.Writer) (int64, error) {
			req, err := be.ttsRequest(ctx, sentence)
			if err != nil {
				return 0, err
			}
			resp, err := be.http.Do(req)
			if err != nil {
				return 0, err
			}
			defer resp.Body.Close()
			return io.Copy(to, resp.Body)
		}},
	}
}
