package tone_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// A heard is a code point and when its note began.
type heard struct {
	point rune
	at    int64
}

func listen(b []byte, width int) (all []heard) {
	var l tone.Listener
	for len(b) > 0 {
		n := min(width*(1+rand.IntN(500)), len(b))
		l.Hear(b[:n], width, func(r rune, at int64) { all = append(all, heard{r, at}) })
		b = b[n:]
	}
	return all
}

func textOf(all []heard) string {
	var s []rune
	for _, h := range all {
		s = append(s, h.point)
	}
	return string(s)
}

func TestListener_HearsWhatWasSaidAndWhen(t *testing.T) {
	t.Parallel()
	const text = "Hello, wörld 世界. 🎉 ok"
	for format, width := range map[string]int{"pcm_8000": 2, "pcm_16000": 2, "pcm_48000": 2, "ulaw_8000": 1} {
		all := listen(read(t, format, text), width)
		require.Equal(t, text, textOf(all), format)
		start, rate := time.Duration(0), time.Duration(parse(t, format).RateHz)
		for i, end := range tone.Ends(text) {
			require.InDelta(t, int64(start*rate/time.Second), all[i].at, 1)
			start = end
		}
	}
}

func TestListener_BeginsAnywhere(t *testing.T) {
	t.Parallel()
	b := read(t, "pcm_16000", sentence)
	note := 2 * 1056 // a note of 66 ms
	require.Equal(t, sentence[1:], textOf(listen(b[note/2:], 2)))
	all := listen(b[100:], 2)
	require.Equal(t, sentence, textOf(all), "the mark of the first note is whole")
	require.Equal(t, int64(-50), all[0].at)
}

func TestListener_HearsNothingInOtherSound(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	require.Empty(t, listen(noise, 2))
	require.Empty(t, listen(make([]byte, 1<<16), 1))
}
