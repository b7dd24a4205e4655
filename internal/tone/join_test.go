package tone_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

func TestJoin_IsOneSoundAfterTheOther(t *testing.T) {
	t.Parallel()
	texts := []string{"Hello.", "And a good day to you!", "Bye"}
	eachFormat(t, func(t *testing.T, format string) {
		s, ends, err := tone.Join(parse(t, format), texts)
		require.NoError(t, err)
		size, length := s.Len(), s.Duration()
		got, err := io.ReadAll(s)
		require.NoError(t, err)
		require.Len(t, got, int(size))

		part := parse(t, format)
		if part.Codec == audio.WAV {
			part.Codec = audio.PCM
			info, ok := audio.Measure(got, size)
			require.True(t, ok)
			require.InDelta(t, length, info.Duration, float64(time.Millisecond), "the header counts them all")
			got = got[44:]
		}
		var want bytes.Buffer
		var end time.Duration
		for i, text := range texts {
			one, err := tone.New(part, text)
			require.NoError(t, err)
			end += one.Duration()
			require.Equal(t, end, ends[i])
			_, err = io.Copy(&want, one)
			require.NoError(t, err)
		}
		require.Equal(t, want.Bytes(), got)
		require.Equal(t, end, length)
	})
}

func TestLasting_LastsAsLongAsAsked(t *testing.T) {
	t.Parallel()
	eachFormat(t, func(t *testing.T, format string) {
		spec := parse(t, format)
		frame := time.Second * 1152 / 16_000 // the longest there is
		for _, d := range []time.Duration{100 * time.Millisecond, 777 * time.Millisecond, 12 * time.Second} {
			s, err := tone.Lasting(spec, "Rain on a roof.", d)
			require.NoError(t, err)
			require.InDelta(t, d, s.Duration(), float64(frame), d)
			sound, err := io.ReadAll(s)
			require.NoError(t, err)
			require.NotEmpty(t, sound)
		}
	})
}

func TestLasting_ReadsTheTextAgain(t *testing.T) {
	t.Parallel()
	spec := parse(t, "pcm_8000")
	silent := func(text string) bool {
		s, err := tone.Lasting(spec, text, 10*time.Second)
		require.NoError(t, err)
		sound, err := io.ReadAll(s)
		require.NoError(t, err)
		for _, b := range sound[9*16_000:] {
			if b != 0 {
				return false
			}
		}
		return true
	}
	require.False(t, silent("a"), "the tenth second of a short text")
	require.True(t, silent(" "), "the tenth second of a blank one")
}

func TestJoin_RefusesWhatItCannotMake(t *testing.T) {
	t.Parallel()
	_, _, err := tone.Join(parse(t, "opus_48000_64"), []string{"a"})
	require.Error(t, err)
	_, err = tone.Lasting(parse(t, "opus_48000_64"), "a", time.Second)
	require.Error(t, err)
}
