package elevenlabs_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// TestTTSSession_TellsItsWaits checks that what hooks are told of a speech has
// the wait for its slot, and that the handshake is told without a family.
func TestTTSSession_TellsItsWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyFlash, 1), elevenlabstest.WithServiceTime(time.Second))
		type step struct {
			hook   string
			family elevenlabs.Family
			queued time.Duration
		}
		var mu sync.Mutex
		var steps []step
		note := func(hook string) func(context.Context, elevenlabs.Event) {
			return func(_ context.Context, e elevenlabs.Event) {
				mu.Lock()
				defer mu.Unlock()
				if e.Op == "TTS socket" {
					steps = append(steps, step{hook, e.Family, e.Queued})
				}
			}
		}
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 1), elevenlabs.WithHooks(elevenlabs.Hooks{
			Queued: note("queued"), Admitted: note("admitted"), FirstByte: note("first byte"), Retry: note("retry"), Done: note("done"),
		}))
		go func() { _, _ = c.TTS(t.Context(), "Ahead of it.", elevenlabs.WithModel(flash)) }()
		time.Sleep(400 * time.Millisecond)
		s := dialTTS(t, c, live)
		heard := listening(s)
		write(t, s, "Hello. ")
		require.NoError(t, s.End())
		<-heard
		const none, wait = elevenlabs.Family(""), 600 * time.Millisecond
		require.Equal(t, []step{
			{"queued", none, 0}, {"admitted", none, 0}, {"done", none, 0},
			{"queued", elevenlabs.FamilyFlash, 0}, {"admitted", elevenlabs.FamilyFlash, wait},
			{"first byte", elevenlabs.FamilyFlash, wait}, {"done", elevenlabs.FamilyFlash, wait},
		}, steps)
	})
}

// TestTTSSession_CountsRefusals checks that what the account refuses on a socket
// is counted, and told as a refusal.
func TestTTSSession_CountsRefusals(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyFlash, 1))
		var mu sync.Mutex
		var classes []elevenlabs.Class
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 2), elevenlabs.WithHooks(elevenlabs.Hooks{
			Retry: func(_ context.Context, e elevenlabs.Event) {
				mu.Lock()
				defer mu.Unlock()
				classes = append(classes, e.Class)
			},
		}))
		first, second := dialTTS(t, c, cheap()), dialTTS(t, c, cheap())
		ears := []<-chan *listened{listening(first), listening(second)}
		for _, s := range []*elevenlabs.TTSSession{first, second} {
			write(t, s, "Hello there. ")
		}
		require.NoError(t, first.End())
		require.NoError(t, second.End())
		for _, heard := range ears {
			requireTold(t, "Hello there.", <-heard)
		}
		synctest.Wait() // for the hooks, which nothing waits for
		refused := srv.Usage().Families[elevenlabs.FamilyFlash].Refused
		require.Equal(t, 1, refused)
		synctest.Wait() // hooks come after what they tell of
		stats := c.Stats().Families[elevenlabs.FamilyFlash]
		require.EqualValues(t, refused, stats.Refused)
		require.EqualValues(t, 2, stats.Served)
		require.Equal(t, []elevenlabs.Class{elevenlabs.ClassRefused}, classes)
	})
}
