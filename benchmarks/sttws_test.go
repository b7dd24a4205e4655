package benchmarks_test

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

const (
	liveSessions = 1000
	// sessionHeap is what a session may take beyond the audio in flight, both
	// ends of its connection included, in bytes.
	sessionHeap = 64 << 10
)

// bareSocket is a server of sockets that says hello and has an answer to some
// messages, with as little beside them as can be.
func bareSocket(t *testing.T, hello string, answer func(message []byte) string) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		ws.SetReadLimit(1 << 20)
		ctx := context.Background()
		say := func(m string) {
			if m != "" {
				_ = ws.Write(ctx, websocket.MessageText, []byte(m))
			}
		}
		say(hello)
		for {
			_, data, err := ws.Read(ctx)
			if err != nil {
				return
			}
			say(answer(data))
		}
	})}
	go srv.Serve(ln)
	t.Cleanup(func() { _ = srv.Close() })
	return "http://" + ln.Addr().String()
}

// bareRealtime is a server of realtime speech to text that answers commits.
func bareRealtime(t *testing.T) string {
	const hello = `{"message_type":"session_started","session_id":"1","config":{"model_id":"scribe_v2_realtime"}}`
	return bareSocket(t, hello, func(m []byte) string {
		if strings.Contains(string(m[max(0, len(m)-60):]), `"commit":true`) {
			return `{"message_type":"committed_transcript","text":"Hello there."}`
		}
		return ""
	})
}

// TestRealtimeSessions_Heap holds a thousand sessions at once that have heard a
// second of audio each.
func TestRealtimeSessions_Heap(t *testing.T) {
	client, err := elevenlabs.New(elevenlabs.WithBaseURL(bareRealtime(t)), elevenlabs.WithAPIKey("key"),
		elevenlabs.WithConcurrency(elevenlabs.FamilyRealtimeSTT, liveSessions))
	require.NoError(t, err)
	audio := make([]byte, 32_000)
	goroutines := runtime.NumGoroutine()
	var heap heapWatch
	heap.start()
	sessions := make([]*elevenlabs.STTSession, liveSessions)
	var all sync.WaitGroup
	for i := range sessions {
		all.Go(func() {
			s, err := client.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
			if err != nil {
				t.Error(err)
				return
			}
			sessions[i] = s
			_, _ = s.Write(audio)
			_ = s.Commit()
			for e := range s.Events() {
				if e.Kind == elevenlabs.STTCommitted {
					break
				}
			}
		})
	}
	all.Wait()
	require.False(t, t.Failed())
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
