package elevenlabs_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// misfortunes are all ways in which an answer is lost.
func misfortunes(rng *rand.Rand, n int) []elevenlabstest.Fault {
	kinds := []func() elevenlabstest.Fault{
		elevenlabstest.Lose, elevenlabstest.EmptyAudio,
		func() elevenlabstest.Fault { return elevenlabstest.ResetAfter(0) },
		func() elevenlabstest.Fault { return elevenlabstest.CutAfter(rng.Int64N(3000)) },
		func() elevenlabstest.Fault { return elevenlabstest.StallAfter(rng.Int64N(3000), time.Hour) },
		func() elevenlabstest.Fault { return elevenlabstest.SlowFirstByte(time.Millisecond) }, // none
	}
	faults := make([]elevenlabstest.Fault, n)
	for i := range faults {
		faults[i] = kinds[rng.IntN(len(kinds))]().On("/v1/text-to-speech/" + elevenlabstest.VoiceSarah)
	}
	return faults
}

// Whatever happens to 200 calls, each is served and each is paid for once.
func TestRecover_EverythingIsServedAndPaidOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierCreator), elevenlabstest.WithHistoryLag(4*time.Second))
		srv.Inject(misfortunes(rng, 150)...)
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierCreator), elevenlabs.WithMaxRetries(20))
		characters := 0
		var calls sync.WaitGroup
		for i := range 200 {
			text := fmt.Sprintf("Number %d.", i)
			characters += len(text)
			calls.Go(func() { serve(t, c, text, i%2 == 0) })
		}
		calls.Wait()
		u := srv.Usage()
		require.Zero(t, u.BilledTwice)
		require.Equal(t, characters, u.Characters)
		s := c.Stats().Families[standard]
		require.Equal(t, int64(characters), s.Credits)
		require.Greater(t, s.RecoveredCalls, int64(50))
		require.Zero(t, s.Ambiguous+s.Doubled)
	})
}

// serve performs a call, streamed or not, and checks that it says its text. A
// stream that breaks after its first byte is closed as it is: that is not
// repeated.
func serve(t *testing.T, c *elevenlabs.Client, text string, streamed bool) {
	req := elevenlabs.TTSRequest{Text: text, Format: elevenlabs.FormatULaw_8000}
	var audio []byte
	if streamed {
		stream, err := c.SynthesizeStream(t.Context(), req)
		if err != nil {
			t.Error(err)
			return
		}
		if audio, err = io.ReadAll(stream); err != nil {
			return
		}
	} else {
		speech, err := c.Synthesize(t.Context(), req)
		if err != nil {
			t.Error(err)
			return
		}
		audio = speech.Audio
	}
	said, err := c.STT(t.Context(), audio, req.Format.MIME())
	if err != nil || said != text {
		t.Errorf("%q: %q, %v", text, said, err)
	}
}
