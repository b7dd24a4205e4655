package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talk"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talktest"
)

const greeting = "Good morning. This is the bookshop at the harbour, and we are open until six. What can I do for you?"

// noWords has the emulator hear no speech in noise.
func noWords(elevenlabstest.AudioInfo) string { return "" }

// TestCallerIsLoud has sounds come in while the caller is greeted. A frame
// leaves every 20 ms, the first of a sound 10 ms after it was asked for.
func TestCallerIsLoud(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, tt := range map[string]struct {
		lasts time.Duration
		level float64 // dBFS
		want  time.Duration
	}{
		"a shout":             {300 * ms, -15, 190 * ms}, // with its tenth frame
		"a click":             {40 * ms, -6, 0},
		"a quiet voice":       {time.Second, -40, 0},
		"nothing at all":      {0, 0, 0},
		"a noise that begins": {3 * time.Second, -20, 190 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, _ := setup(t, &bridge{answer: talk.Echo, greeting: greeting, loudness: -35}, elevenlabstest.WithTranscript(noWords))
				talktest.Await(t, func() bool { return strings.HasPrefix(p.Heard(), "Good morning. This") })
				time.Sleep(10 * ms)
				began := time.Now()
				p.mouth.Noise(tt.lasts, tt.level)
				time.Sleep(10 * time.Second)
				if tt.want == 0 {
					require.False(t, p.Cleared())
					require.Equal(t, greeting, p.Heard())
				} else {
					require.Equal(t, tt.want, p.ClearedAt().Sub(began))
					require.Less(t, len(p.Heard()), len("Good morning. This is the"))
				}
				p.hangUp()
			})
		})
	}
}

// TestNoiseIsNoCaller has noise that is louder than the threshold from the
// beginning.
func TestNoiseIsNoCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, _ := setup(t, &bridge{answer: talk.Echo, greeting: greeting, loudness: -35}, elevenlabstest.WithTranscript(noWords))
		p.mouth.Noise(20*time.Second, -25)
		time.Sleep(15 * time.Second)
		require.False(t, p.Cleared())
		require.Equal(t, greeting, p.Heard())
		p.hangUp()
	})
}

// TestCallGoesOnAfterANoise checks that the agent waits when a noise has
// interrupted it, and knows what was heard of it when the caller speaks.
func TestCallGoesOnAfterANoise(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{texts: []string{"Good bye."}}
		p, client := setup(t, &bridge{answer: s.answer, greeting: greeting, loudness: -35}, elevenlabstest.WithTranscript(noWords))
		talktest.Await(t, func() bool { return strings.HasPrefix(p.Heard(), "Good morning. This") })
		p.mouth.Noise(300*time.Millisecond, -15)
		talktest.Await(t, p.Cleared)
		heard := p.Heard()
		time.Sleep(10 * time.Second)
		require.Equal(t, heard, p.Heard())
		require.Empty(t, s.said())

		p.say("What was that?")
		talktest.Await(t, func() bool { return strings.HasSuffix(p.Heard(), "Good bye.") })
		turns := s.said()
		require.Len(t, turns, 2)
		require.True(t, turns[0].Agent)
		require.True(t, strings.HasPrefix(heard, turns[0].Text), "%q, %q", heard, turns[0].Text)
		require.Less(t, len(heard)-len(turns[0].Text), 5, "up to the last mark")
		require.Equal(t, talk.Turn{Text: "What was that?"}, turns[1])
		p.hangUp()
		synctest.Wait()
		for f, s := range client.Stats().Families {
			require.Zero(t, s.InFlight, f)
		}
	})
}

// TestCallerIsGreeted checks that the greeting is the first turn.
func TestCallerIsGreeted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{texts: []string{"Good bye."}}
		p, _ := setup(t, &bridge{answer: s.answer, greeting: greeting})
		talktest.Await(t, func() bool { return p.Heard() == greeting })
		time.Sleep(time.Second)
		p.say("Nothing.")
		talktest.Await(t, func() bool { return strings.HasSuffix(p.Heard(), "Good bye.") })
		require.Equal(t, []talk.Turn{{Agent: true, Text: greeting}, {Text: "Nothing."}}, s.said())
		require.False(t, p.Cleared())
		p.hangUp()
	})
}
