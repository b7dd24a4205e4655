package elevenlabs_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// spoken makes a text into samples of 16 kHz.
func spoken(t testing.TB, srv *elevenlabstest.Server, text string) []byte {
	t.Helper()
	audio, err := srv.Client().TTS(t.Context(), text, elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
	require.NoError(t, err)
	return audio
}

// speakInto writes audio in real time, 100 ms at a time.
func speakInto(t testing.TB, s *elevenlabs.STTSession, audio []byte) {
	for len(audio) > 0 {
		n := min(3200, len(audio))
		_, err := s.Write(audio[:n])
		if err != nil {
			t.Errorf("write: %v", err)
			return
		}
		audio = audio[n:]
		time.Sleep(100 * time.Millisecond)
	}
}

// collect reads events to their end, in text: partials by their own, segments
// in brackets.
func collect(t testing.TB, s *elevenlabs.STTSession) (told []string, segments []elevenlabs.STTSegment) {
	for e, err := range s.Events() {
		if err != nil {
			t.Errorf("events: %v", err)
			break
		}
		switch e.Kind {
		case elevenlabs.STTCommitted:
			segments = append(segments, *e.Segment)
			told = append(told, "["+e.Segment.Text+"]")
		case elevenlabs.STTGap:
			told = append(told, "gap "+e.From.String()+" "+e.To.String())
		case elevenlabs.STTPartial, elevenlabs.STTWarning:
			told = append(told, e.Text)
		default:
			told = append(told, e.Kind.String())
		}
	}
	return told, segments
}

func texts(segments []elevenlabs.STTSegment) string {
	var all []string
	for _, s := range segments {
		all = append(all, s.Text)
	}
	return strings.Join(all, " ")
}

func TestDialSTT_HearsWhatIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		const first, second = "Hi, I'm Alex. I just moved here from Chicago.", "What brings you to this bookshop?"
		hi, what := spoken(t, srv, first), spoken(t, srv, second)
		s, err := srv.Client().DialSTT(t.Context(), elevenlabs.STTStreamRequest{LanguageCode: "en"})
		require.NoError(t, err)
		go func() {
			speakInto(t, s, hi)
			require.NoError(t, s.Commit())
			speakInto(t, s, what)
			require.NoError(t, s.Finish(t.Context()))
		}()
		told, segments := collect(t, s)
		require.Equal(t, first+" "+second, texts(segments))
		require.Equal(t, "started", told[0])
		require.Equal(t, 1, strings.Count(strings.Join(told, "|"), "|["+second+"]"))
		require.Equal(t, []int{1, 2}, []int{segments[0].Seq, segments[1].Seq})
		end := time.Duration(len(hi)) * time.Second / 32000
		require.Equal(t, []time.Duration{0, end, end}, []time.Duration{segments[0].From, segments[0].To, segments[1].From})
		require.NoError(t, s.Close())
		synctest.Wait()
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
	})
}

// A recording is written whole, as soon as there is a session.
func TestDialSTT_TakesMoreThanItKeeps(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		const text = "There are three books on it, and the first one is about the sea and all of its islands."
		audio := spoken(t, srv, text)
		require.Greater(t, len(audio), 3*32_000)
		for range 10 {
			s := dialSTT(t, srv, elevenlabs.STTStreamRequest{ReplayBuffer: time.Second})
			n, err := s.Write(audio)
			require.NoError(t, err)
			require.Equal(t, len(audio), n)
			require.NoError(t, s.Finish(t.Context()))
			_, segments := collect(t, s)
			require.Equal(t, text, texts(segments))
		}
	})
}
