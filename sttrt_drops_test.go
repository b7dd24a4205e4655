package elevenlabs_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// unspaced leaves out what a cut inside of a word may add or take.
func unspaced(text string) string { return strings.ReplaceAll(text, " ", "") }

// A storm drops connections by chance.
func storm(seed uint64, drops int) elevenlabstest.Option {
	rnd := rand.New(rand.NewPCG(seed, 9)) // of its own: the server's handlers ask
	return elevenlabstest.WithScript(func(r elevenlabstest.Request) elevenlabstest.Fault {
		if !strings.HasSuffix(r.Path, "/realtime") || drops == 0 {
			return elevenlabstest.Fault{}
		}
		drops--
		n := 1 + rnd.IntN(60)
		switch rnd.IntN(5) {
		case 0:
			return elevenlabstest.OnSocket(n, elevenlabstest.CloseWith(1011, "oops"))
		case 1:
			return elevenlabstest.OnSocket(n, elevenlabstest.CloseWith(1000, ""))
		case 2:
			return elevenlabstest.OnSocket(n, elevenlabstest.Say(`{"message_type":"session_time_limit_exceeded","error":"Time is up."}`), elevenlabstest.CloseWith(1000, "session_time_limit_exceeded"))
		case 3:
			return elevenlabstest.OnSocket(n, elevenlabstest.Stall(time.Minute)) // half open
		}
		return elevenlabstest.OnSocket(n, elevenlabstest.Drop())
	})
}

// TestDialSTT_SurvivesDrops has many sessions whose connections are dropped at
// any point. What is heard is what was said, once, but for gaps that are told.
func TestDialSTT_SurvivesDrops(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { survive(t, rand.New(rand.NewPCG(seed, 1)), seed) })
		})
	}
}

func survive(t *testing.T, rnd *rand.Rand, seed uint64) {
	srv := elevenlabstest.NewServer(t, storm(seed, 4))
	var said strings.Builder
	for i := range 30 {
		fmt.Fprintf(&said, "number %d, ", i)
		if i%7 == 6 {
			said.WriteString("stop. ")
		}
	}
	audio := spoken(t, srv, said.String())
	req := elevenlabs.STTStreamRequest{Timestamps: seed%2 == 0, EntityDetection: []string{"all"}[:seed%3%2]}
	s, err := srv.Client().DialSTT(t.Context(), req, elevenlabs.WithBackOff(elevenlabs.LinearBackOff(100*time.Millisecond)))
	require.NoError(t, err)
	go func() {
		for len(audio) > 0 {
			n := min(32000*(1+rnd.IntN(9)), len(audio))
			speakInto(t, s, audio[:n])
			audio = audio[n:]
			if rnd.IntN(3) == 0 {
				require.NoError(t, s.Commit())
			}
		}
		require.NoError(t, s.Finish(t.Context()))
	}()
	told, segments := collect(t, s)
	require.Equal(t, unspaced(said.String()), unspaced(texts(segments)), "%v", told)
	for i, seg := range segments {
		require.Equal(t, i+1, seg.Seq)
		if i > 0 {
			require.Equal(t, segments[i-1].To, seg.From)
		}
		if len(seg.Words) > 0 { // a connection that falls silent may leave them out
			require.GreaterOrEqual(t, *seg.Words[0].Start, seg.From.Seconds()-0.07, "%v", told)
			require.LessOrEqual(t, *seg.Words[len(seg.Words)-1].End, seg.To.Seconds()+0.07)
		}
	}
	require.NotContains(t, strings.Join(told, "|"), "gap")
}

func TestDialSTT_SurvivesDropsUnderVAD(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 2))
				srv := elevenlabstest.NewServer(t, storm(seed, 3))
				var said string
				var audio []byte
				for i := range 12 {
					text := fmt.Sprintf("number %d, and so on.", i)
					said += text
					audio = append(append(audio, spoken(t, srv, text)...), make([]byte, 3200*rnd.IntN(30))...)
				}
				s, err := srv.Client().DialSTT(t.Context(), elevenlabs.STTStreamRequest{CommitStrategy: "vad", Timestamps: seed%2 == 0})
				require.NoError(t, err)
				go func() {
					speakInto(t, s, audio)
					require.NoError(t, s.Finish(t.Context()))
				}()
				told, segments := collect(t, s)
				require.Equal(t, unspaced(said), unspaced(texts(segments)), "%v", told)
			})
		})
	}
}

// A connection that cannot be had for longer than the buffer lasts loses audio,
// and tells which.
func TestDialSTT_TellsWhatIsLost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(seed, 3))
				srv := elevenlabstest.NewServer(t)
				said := strings.Repeat("one two three four five six seven eight nine ten ", 6)
				audio := spoken(t, srv, said)
				srv.Inject(elevenlabstest.OnSocket(20+rnd.IntN(100), elevenlabstest.Drop()))
				s, err := srv.Client().DialSTT(t.Context(), elevenlabs.STTStreamRequest{ReplayBuffer: 2 * time.Second, Timestamps: true},
					elevenlabs.WithBackOff(elevenlabs.LinearBackOff(100*time.Millisecond)))
				require.NoError(t, err)
				srv.Inject(elevenlabstest.Status(503, "").On("/v1/speech-to-text/realtime").Times(10))
				go func() {
					speakInto(t, s, audio)
					require.NoError(t, s.Finish(t.Context()))
				}()
				var at time.Duration
				var lost int
				for e, err := range s.Events() {
					require.NoError(t, err)
					switch e.Kind {
					case elevenlabs.STTCommitted:
						require.Equal(t, at, e.Segment.From)
						at = e.Segment.To
						from, to := int(e.Segment.From/(66*time.Millisecond)), int(e.Segment.To/(66*time.Millisecond))
						require.InDelta(t, len(unspaced(said[from:to])), len(unspaced(e.Segment.Text)), 2)
					case elevenlabs.STTGap:
						require.Equal(t, at, e.From, "what lies between segments is told")
						at = e.To
						lost++
					}
				}
				require.Equal(t, time.Duration(len(audio))*time.Second/32000, at)
				require.Positive(t, lost)
			})
		})
	}
}
