package benchmarks_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// socketFrame is a message of about so many bytes: a sentence of audio with its
// times, as the vendor sends them.
func socketFrame(size int) []byte {
	text := "The quick brown fox jumps over the lazy dog."
	var chars, starts, durations []string
	for i, r := range text {
		chars, starts, durations = append(chars, fmt.Sprintf("%q", r)), append(starts, fmt.Sprint(i*75)), append(durations, "75")
	}
	for i := range chars {
		chars[i] = `"` + chars[i][1:len(chars[i])-1] + `"`
	}
	times := fmt.Sprintf(`{"chars":[%s],"charStartTimesMs":[%s],"charDurationsMs":[%s]}`,
		strings.Join(chars, ","), strings.Join(starts, ","), strings.Join(durations, ","))
	audio := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", (size-2*len(times))/4*3)))
	return fmt.Appendf(nil, `{"audio":"%s","isFinal":null,"normalizedAlignment":%s,"alignment":%s}`, audio, times, times)
}

// A frameServer is a socket that says one message each time it is asked to,
// and notes when.
type frameServer struct {
	next   chan struct{}
	sent   time.Time
	client *http.Client
}

func newFrameServer(tb testing.TB, message []byte) *frameServer {
	s := &frameServer{next: make(chan struct{})}
	ln := memnet.Listen()
	var busy sync.WaitGroup
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		busy.Add(1)
		defer busy.Done()
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		ctx, cancel := context.WithCancel(context.Background())
		busy.Go(func() {
			defer cancel()
			for {
				if _, _, err := ws.Read(ctx); err != nil {
					return
				}
			}
		})
		for {
			select {
			case <-s.next:
				s.sent = time.Now()
				if ws.Write(ctx, websocket.MessageText, message) != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})}
	go srv.Serve(ln)
	transport := &http.Transport{DialContext: ln.DialContext}
	s.client = &http.Client{Transport: transport}
	tb.Cleanup(func() { srv.Close(); transport.CloseIdleConnections(); busy.Wait() })
	return s
}

// BenchmarkSocketFrame takes a message of 75 KB off a socket, from when it is
// sent to when its audio can be read. median-ns is the median of that.
func BenchmarkSocketFrame(b *testing.B) {
	message := socketFrame(75_000)
	for _, c := range []struct {
		name string
		open func(*testing.B, *frameServer) func() int
	}{{"client", sessionReader}, {"floor", bareReader}} {
		b.Run(c.name, func(b *testing.B) {
			srv := newFrameServer(b, message)
			read := c.open(b, srv)
			times := make([]time.Duration, 0, 1<<16)
			b.SetBytes(int64(len(message)))
			b.ReportAllocs()
			for b.Loop() {
				srv.next <- struct{}{}
				if read() < 50_000 {
					b.Fatal("too little audio")
				}
				if len(times) < cap(times) {
					times = append(times, time.Since(srv.sent))
				}
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2]), "median-ns")
		})
	}
}

func sessionReader(b *testing.B, srv *frameServer) func() int {
	c, err := elevenlabs.New(elevenlabs.WithBaseURL("http://127.0.0.1"), elevenlabs.WithHTTPClient(srv.client),
		elevenlabs.WithAPIKey("key"), elevenlabs.WithVoice("voice"))
	require.NoError(b, err)
	s, err := c.DialTTS(context.Background(), elevenlabs.TTSStreamRequest{})
	require.NoError(b, err)
	b.Cleanup(func() { s.Close() })
	return func() int {
		chunk, err := s.Next()
		if err != nil {
			b.Fatal(err)
		}
		return len(chunk.Audio)
	}
}

// bareReader is what is written by hand: the library's reader and encoding/json.
func bareReader(b *testing.B, srv *frameServer) func() int {
	ws, _, err := websocket.Dial(context.Background(), "http://127.0.0.1/", &websocket.DialOptions{HTTPClient: srv.client})
	require.NoError(b, err)
	ws.SetReadLimit(16 << 20)
	b.Cleanup(func() { ws.CloseNow() })
	return func() int {
		_, data, err := ws.Read(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		var m jsonFrame
		if err := json.Unmarshal(data, &m); err != nil {
			b.Fatal(err)
		}
		return len(m.Audio)
	}
}

type jsonFrame struct {
	Audio      []byte     `json:"audio"`
	IsFinal    *bool      `json:"isFinal"`
	Alignment  *jsonTimes `json:"alignment"`
	Normalized *jsonTimes `json:"normalizedAlignment"`
}

type jsonTimes struct {
	Chars     []string  `json:"chars"`
	Starts    []float64 `json:"charStartTimesMs"`
	Durations []float64 `json:"charDurationsMs"`
}

// BenchmarkDecodeFrame decodes a message of 300 KB.
func BenchmarkDecodeFrame(b *testing.B) {
	message := socketFrame(300_000)
	data := make([]byte, len(message))
	run := func(name string, decode func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(message)))
			b.ReportAllocs()
			for b.Loop() {
				copy(data, message)
				if err := decode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	var d timing.FrameDecoder
	run("client", func() error { _, err := d.Decode(data); return err })
	run("floor", func() error { var m jsonFrame; return json.Unmarshal(data, &m) })
}

// TestTTSSessions_Heap holds a thousand sessions at once, each of which has
// spoken.
func TestTTSSessions_Heap(t *testing.T) {
	frame := string(socketFrame(8_000))
	server := bareSocket(t, "", func(m []byte) string {
		if strings.Contains(string(m), "Hello") {
			return frame
		}
		return ""
	})
	client, err := elevenlabs.New(elevenlabs.WithBaseURL(server), elevenlabs.WithAPIKey("key"), elevenlabs.WithVoice("v"),
		elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, liveSessions))
	require.NoError(t, err)
	goroutines := runtime.NumGoroutine()
	var heap heapWatch
	heap.start()
	sessions := make([]*elevenlabs.TTSSession, liveSessions)
	for i := range sessions {
		s, err := client.DialTTS(t.Context(), elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5", Format: elevenlabs.FormatULaw_8000})
		require.NoError(t, err)
		_, err = s.WriteString("Hello there. ")
		require.NoError(t, err)
		chunk, err := s.Next()
		require.NoError(t, err)
		require.NotEmpty(t, chunk.Audio)
		sessions[i] = s
	}
	base := heap.base.Load()
	heap.start()
	each := (int64(heap.base.Load()) - int64(base)) / liveSessions
	t.Logf("%d bytes of heap for each of %d sessions", each, liveSessions)
	require.LessOrEqual(t, each, int64(sessionHeap))
	for _, s := range sessions {
		require.NoError(t, s.Close())
	}
	noneLeft(t, goroutines)
}
