package elevenlabs_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func dialMulti(t *testing.T, c *elevenlabs.Client, opts ...elevenlabs.CallOption) *elevenlabs.TTSMulti {
	t.Helper()
	m, err := c.DialTTSMulti(t.Context(), live, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { m.Close() })
	return m
}

func utter(t *testing.T, m *elevenlabs.TTSMulti) *elevenlabs.TTSSession {
	t.Helper()
	s, err := m.NewUtterance(t.Context())
	require.NoError(t, err)
	return s
}

func TestDialTTSMulti_SpeaksManyAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierStarter))
		m := dialMulti(t, c)
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				text := fmt.Sprintf("This is the utterance number %d.", i)
				s := utter(t, m)
				heard := listening(s)
				write(t, s, text)
				if err := s.End(); err != nil {
					t.Error(err)
				}
				got := <-heard
				if got.err != io.EOF || strings.TrimSpace(got.text.String()) != text || letters(got.audio) != strings.ReplaceAll(text, " ", "") {
					t.Errorf("%d: %q, %v", i, got.text.String(), got.err)
				}
			})
		}
		all.Wait()
		require.Equal(t, 4, srv.Usage().Requests, "five on each socket")
		require.LessOrEqual(t, srv.Usage().Families[elevenlabs.FamilyFlash].MaxInFlight, 6)
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyFlash].Refused)
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
	})
}

func TestDialTTSMulti_AnInterruptionStops(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		m := dialMulti(t, c)
		first := utter(t, m)
		long := strings.Repeat("You can of course do that in a number of ways, one better than the other. ", 5)
		write(t, first, "First of all. ", long)
		chunk, err := first.Next()
		require.NoError(t, err)
		require.Equal(t, "First of all. ", chunk.Alignment.Text())
		firstSize, buf := int64(len(chunk.Audio)), make([]byte, 16000)
		_, err = io.ReadFull(first, buf) // a second of what follows
		require.NoError(t, err)
		at := time.Now()
		heard := first.Cancel()
		require.Equal(t, "First of all. You can of cour", heard.Text)
		require.Equal(t, live.Format.Duration(firstSize)+time.Second, heard.Duration)
		require.Zero(t, time.Since(at))
		_, err = first.Read(buf)
		require.ErrorIs(t, err, os.ErrClosed)
		require.Equal(t, heard, first.Cancel(), "twice is once")
		require.Equal(t, "First of all. Yo", first.HeardBy(1500*time.Millisecond).Text)

		second := utter(t, m)
		write(t, second, "Yes? ")
		chunk, err = second.Next()
		require.NoError(t, err)
		require.Equal(t, "Yes? ", chunk.Alignment.Text())
		require.Equal(t, 150*time.Millisecond, time.Since(at))
		require.Equal(t, 1, srv.Usage().Requests)
		require.Equal(t, 1, c.Stats().Families[elevenlabs.FamilyFlash].InFlight, "the server still speaks the first")
		time.Sleep(time.Second)
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
		require.NoError(t, second.Close())
	})
}

func TestDialTTSMulti_NeverHasTooManyContexts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		slow := elevenlabstest.Latency{FlashBase: 150 * time.Millisecond, PerFlashCharacter: 20 * time.Millisecond}
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLatency(slow), elevenlabstest.WithLimit(elevenlabs.FamilyFlash, 20))
		lost := 0
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 20), elevenlabs.WithHooks(elevenlabs.Hooks{
			Retry: func(_ context.Context, e elevenlabs.Event) { lost++ },
		}))
		m, err := c.DialTTSMulti(t.Context(), cheap())
		require.NoError(t, err)
		defer m.Close()
		require.NoError(t, m.Prewarm(t.Context(), 3))
		for range 40 { // interruptions, each before the last word on the nine before
			s := utter(t, m)
			write(t, s, "Yes. ")
			_, err := s.Next()
			require.NoError(t, err)
			write(t, s, strings.Repeat("It goes on and on. ", 6))
			s.Cancel()
		}
		require.Zero(t, lost, "a sixth context would have closed its socket")
		require.Equal(t, 3, srv.Usage().Requests, "with room for fifteen")
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyFlash].Refused)
	})
}

func TestDialTTSMulti_KeepsWarmSocketsReady(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithRoundTrip(100*time.Millisecond))
		m := dialMulti(t, srv.Client())
		require.NoError(t, m.Prewarm(t.Context(), 2))
		require.Equal(t, 2, srv.Usage().Requests)
		time.Sleep(10 * time.Minute)
		at := time.Now()
		s := utter(t, m)
		write(t, s, "Hello. ")
		_, err := s.Next()
		require.NoError(t, err)
		require.Less(t, time.Since(at), 250*time.Millisecond, "no handshake in it")
		require.Error(t, m.Prewarm(t.Context(), -1))
		require.NoError(t, m.Close())
		require.NoError(t, m.Close())
		_, err = s.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrClosed)
		_, err = m.NewUtterance(t.Context())
		require.ErrorIs(t, err, os.ErrClosed)
		require.ErrorIs(t, m.Prewarm(t.Context(), 3), os.ErrClosed)
	})
}

func TestDialTTSMulti_EndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		ctx, cancel := context.WithCancel(t.Context())
		m, err := srv.Client().DialTTSMulti(ctx, live)
		require.NoError(t, err)
		s := utter(t, m)
		read := listening(s)
		own, stop := context.WithCancel(t.Context())
		other, err := m.NewUtterance(own)
		require.NoError(t, err)
		stop()
		require.ErrorIs(t, hearOut(other).err, context.Canceled)
		synctest.Wait()
		at := time.Now()
		cancel()
		require.ErrorIs(t, (<-read).err, context.Canceled)
		require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
		require.NoError(t, m.Close())
	})
}
