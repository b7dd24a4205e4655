package benchmarks_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

const uploadLength = 512 << 20

// BenchmarkUpload transcribes 512 MiB from a reader: one that can seek, so that
// the length is known, and one that cannot. heap-growth-B is as of
// BenchmarkStream.
func BenchmarkUpload(b *testing.B) {
	length := long(uploadLength, testing.Short())
	srv := newUploadServer(b)
	for _, seekable := range []bool{true, false} {
		b.Run(seekableName(seekable), func(b *testing.B) {
			for _, c := range uploadContenders(b, srv.backend) {
				b.Run(c.name, func(b *testing.B) {
					srv.warmUp(b, c, seekable)
					b.ReportAllocs()
					b.SetBytes(length)
					srv.heap.reset()
					for b.Loop() {
						b.StopTimer()
						srv.heap.start()
						b.StartTimer()
						if err := c.upload(b.Context(), length, seekable); err != nil {
							b.Fatal(err)
						}
					}
					require.Greater(b, srv.received.Load(), length)
					b.ReportMetric(float64(srv.heap.growth()), "heap-growth-B")
				})
			}
		})
	}
}

// Not parallel: it looks at the heap of the whole process.
func TestUploadHeap(t *testing.T) {
	length := long(uploadLength, testing.Short())
	for _, seekable := range []bool{true, false} {
		t.Run(seekableName(seekable), func(t *testing.T) {
			srv := newUploadServer(t)
			client := uploadContenders(t, srv.backend)[0]
			srv.warmUp(t, client, seekable)
			srv.heap.live.Store(true)
			srv.heap.reset()
			srv.heap.start()
			require.NoError(t, client.upload(t.Context(), length, seekable))
			require.Greater(t, srv.received.Load(), length)
			require.LessOrEqual(t, srv.heap.growth(), int64(2<<20))
		})
	}
}

func seekableName(seekable bool) string {
	if seekable {
		return "seekable"
	}
	return "reader"
}

// An uploadServer reads a request to its end and keeps nothing.
type uploadServer struct {
	backend
	received atomic.Int64 // by the last request
	heap     heapWatch
}

func newUploadServer(tb testing.TB) *uploadServer {
	s := new(uploadServer)
	a := newAnswer("application/json", []byte(`{"language_code":"eng","language_probability":1,"text":"","words":[]}`))
	s.backend = onLoopback(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buf := drainBuffers.Get().(*[32 << 10]byte)
		defer drainBuffers.Put(buf)
		received, next := int64(0), int64(0)
		for {
			n, err := r.Body.Read(buf[:])
			received += int64(n)
			if received >= next {
				s.heap.sample()
				next += sampleEvery
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
		}
		s.heap.sample()
		s.received.Store(received)
		a.writeHeader(w, "")
		_, _ = w.Write(a.body)
	}))
	return s
}

func (s *uploadServer) warmUp(tb testing.TB, c uploadContender, seekable bool) {
	tb.Helper()
	require.NoError(tb, c.upload(tb.Context(), 1<<20, seekable))
}

type uploadContender struct {
	name   string
	upload func(ctx context.Context, length int64, seekable bool) error
}

func uploadContenders(tb testing.TB, be backend) []uploadContender {
	client := be.client(tb)
	form := newForm(tb)
	return []uploadContender{
		{"client", func(ctx context.Context, length int64, seekable bool) error {
			_, err := client.Transcribe(ctx, elevenlabs.STTRequest{
				Audio: elevenlabs.AudioReader(newSilence(length, seekable), "audio/mpeg"),
			})
			return err
		}},
		{"raw", func(ctx context.Context, length int64, seekable bool) error {
			size := int64(-1)
			if seekable {
				size = length
			}
			resp, err := be.post(ctx, form, newSilence(length, seekable), size)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return statusError(resp.StatusCode)
			}
			return drain(resp.Body)
		}},
	}
}

// silence is zeros without memory.
type silence struct{ at, length int64 }

func newSilence(length int64, seekable bool) io.Reader {
	s := &silence{length: length}
	if seekable {
		return s
	}
	return struct{ io.Reader }{s}
}

func (s *silence) Read(p []byte) (int, error) {
	n := min(int64(len(p)), s.length-s.at)
	if n == 0 {
		return 0, io.EOF
	}
	clear(p[:n])
	s.at += n
	return int(n), nil
}

func (s *silence) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.length
	}
	if offset < 0 || offset > s.length {
		return 0, errors.New("seek outside the source")
	}
	s.at = offset
	return offset, nil
}
