package elevenlabs_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A rush is calls of all kinds at once, each of which has to be served.
type rush struct {
	t *testing.T

	all sync.WaitGroup
}

const crowded = "This is one of many who speak at once. And it has two sentences."

// each makes n calls that end with what was heard.
func (w *rush) each(n int, name string, call func(context.Context) ([]byte, error)) {
	for range n {
		w.all.Go(func() {
			audio, err := call(w.t.Context())
			if got := letters(audio); err != nil || got != strings.ReplaceAll(crowded, " ", "") {
				w.t.Errorf("%s: %q, %v", name, got, err)
			}
		})
	}
}

// sayAll has a session say all, and listens.
func sayAll(s *elevenlabs.TTSSession, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer s.Close()
	heard := listening(s)
	for _, word := range strings.SplitAfter(crowded, " ") {
		if _, err := s.WriteString(word); err != nil {
			return nil, err
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := s.End(); err != nil {
		return nil, err
	}
	got := <-heard
	if got.err != io.EOF {
		return nil, got.err
	}
	return got.audio, nil
}

func sayAllOf(s *elevenlabs.DialogueSession, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return sayAll(s.TTSSession, nil)
}

// One of three slots is that of a dialogue socket that others share.
func TestLimits_SocketsAndCallsStayInsideThePlanTogether(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierStarter))
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierStarter), elevenlabs.WithFormat(elevenlabs.FormatPCM_8000))
		w := &rush{t: t}
		multi, err := c.DialTTSMulti(t.Context(), elevenlabs.TTSStreamRequest{})
		require.NoError(t, err)
		dialogue := elevenlabs.DialogueStreamRequest{Voices: []string{sarah}}
		dialogues, err := c.DialDialogueMulti(t.Context(), dialogue)
		require.NoError(t, err)
		w.each(8, "a session", func(ctx context.Context) ([]byte, error) {
			return sayAll(c.DialTTS(ctx, elevenlabs.TTSStreamRequest{}))
		})
		w.each(12, "an utterance", func(ctx context.Context) ([]byte, error) { return sayAll(multi.NewUtterance(ctx)) })
		w.each(5, "a shared dialogue", func(ctx context.Context) ([]byte, error) {
			return sayAllOf(dialogues.NewUtterance(ctx))
		})
		w.each(5, "a dialogue", func(ctx context.Context) ([]byte, error) {
			return sayAllOf(c.DialDialogue(ctx, dialogue))
		})
		w.each(8, "a call", func(ctx context.Context) ([]byte, error) { return c.TTS(ctx, crowded) })
		w.each(8, "a stream", func(ctx context.Context) ([]byte, error) {
			s, err := c.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: crowded})
			if err != nil {
				return nil, err
			}
			defer s.Close()
			return io.ReadAll(s)
		})
		w.all.Wait()
		require.NoError(t, multi.Close())
		require.NoError(t, dialogues.Close())
		synctest.Wait()
		usage := srv.Usage().Families[standard]
		require.Zero(t, usage.Refused)
		require.Equal(t, 3, usage.MaxInFlight)
		require.Zero(t, usage.InFlight)
		require.Zero(t, c.Stats().Families[standard].InFlight)
	})
}

// An utterance that is interrupted leaves its slot to others when the server has
// stopped, not before.
func TestLimits_InterruptionsStayInsideThePlanToo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierStarter), elevenlabstest.WithRoundTrip(40*time.Millisecond))
			c := srv.Client(elevenlabs.WithTier(elevenlabs.TierStarter), elevenlabs.WithFormat(elevenlabs.FormatPCM_8000))
			multi, err := c.DialTTSMulti(t.Context(), elevenlabs.TTSStreamRequest{})
			require.NoError(t, err)
			var all sync.WaitGroup
			for i := range 60 {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				all.Go(func() {
					time.Sleep(time.Duration(r.IntN(5000)) * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+r.IntN(4000))*time.Millisecond)
					defer cancel()
					s, err := multi.NewUtterance(ctx)
					if err != nil {
						return // its time was over
					}
					_, _ = s.WriteString(crowded) // may be over meanwhile
					time.Sleep(time.Duration(r.IntN(1000)) * time.Millisecond)
					_ = s.Close()
				})
			}
			all.Wait()
			require.NoError(t, multi.Close())
			time.Sleep(time.Second)
			usage := srv.Usage().Families[standard]
			require.Zero(t, usage.Refused, "seed %d", seed)
			require.LessOrEqual(t, usage.MaxInFlight, 3)
			require.Zero(t, usage.InFlight)
			require.Zero(t, c.Stats().Families[standard].InFlight)
		})
	}
}

// Text that waits for more of it takes no slot. Who has it spoken takes one.
func TestDialTTS_AFlushTakesASlot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyFlash, 1))
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 1))
		waits := dialTTS(t, c, cheap(50))
		heard := listening(waits)
		write(t, waits, "Not enough yet ")
		time.Sleep(2 * time.Second)
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
		other := dialTTS(t, c, cheap())
		write(t, other, "I have the only slot. ")
		require.NoError(t, waits.Flush())
		require.NoError(t, waits.End())
		require.Equal(t, "Not enough yet", strings.TrimSpace((<-heard).text.String()))
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyFlash].Refused)
		require.Equal(t, 2, srv.Usage().Requests)
	})
}

// A session that looks for a connection leaves the slot to others, one that it
// was waiting for too.
func TestDialTTS_HoldsNoSlotWithoutAConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Drop()))
		var dials atomic.Int32
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 1), elevenlabs.WithHTTPClient(&http.Client{Transport: answerFunc(
			func(r *http.Request) (*http.Response, error) {
				if dials.Add(1) == 3 {
					time.Sleep(time.Minute)
				}
				return srv.HTTPClient().Transport.RoundTrip(r)
			})}))
		req := live
		req.KeepAlive = 50 * time.Millisecond
		lost := dialTTS(t, c, req)
		first := dialTTS(t, c, live)
		write(t, first, "I have the only slot. ")
		heard := listening(lost)
		go lost.WriteString("I wait for it. ")
		time.Sleep(10 * time.Second)
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight, "it has no connection yet")
		require.NoError(t, lost.End())
		require.Equal(t, "I wait for it. ", (<-heard).text.String())
	})
}
