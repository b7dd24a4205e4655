package decodertest_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"
	"time"

	"github.com/hajimehoshi/go-mp3"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

const text = "Hello there, this is a stand-in for speech. It hums along; it rests between words!"

// go-mp3 decodes MPEG-1 and MPEG-2, so all MP3 formats of the API are here. It
// makes every stream a stereo one, of two times two bytes a sample.
func TestMP3(t *testing.T) {
	t.Parallel()
	for _, format := range []string{
		"mp3_22050_32", "mp3_24000_48",
		"mp3_44100_32", "mp3_44100_64", "mp3_44100_96", "mp3_44100_128", "mp3_44100_192",
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			left := decode(t, format)
			spec, _ := audio.Parse(format)

			got := time.Duration(len(left)) * time.Second / time.Duration(spec.RateHz)
			frame := 1152 * time.Second / 44100
			require.InDelta(t, tone.Duration(text), got, float64(frame))

			loudness := decibels(left)
			require.Greater(t, loudness, -26.0)
			require.Less(t, loudness, -14.0)

			// The pause at the comma, without the halves of letters that
			// decoders put out late.
			pause := left[13*spec.RateHz/15:][:spec.RateHz/10]
			require.Less(t, decibels(pause), -80.0)
		})
	}
}

// Files that are put together by their frames are decoded as one.
func TestMP3Frames(t *testing.T) {
	t.Parallel()
	spec, _ := audio.Parse("mp3_44100_128")
	var joined []byte
	var want time.Duration
	for _, text := range []string{"The first piece.", "And the second, which is longer."} {
		source, err := tone.New(spec, text)
		require.NoError(t, err)
		file, err := io.ReadAll(source)
		require.NoError(t, err)
		tagged := append([]byte("ID3\x04\x00\x00\x00\x00\x00\x05title"), file...)
		frames, d, ok := audio.MP3Frames(append(tagged, "TAG"...))
		require.True(t, ok)
		require.Equal(t, file, frames)
		joined = append(joined, frames...)
		want += d
	}
	left := play(t, bytes.NewReader(joined), spec.RateHz)
	require.InDelta(t, want, time.Duration(len(left))*time.Second/time.Duration(spec.RateHz), 2)
}

// decode returns the left channel.
func decode(t *testing.T, format string) []int16 {
	t.Helper()
	spec, ok := audio.Parse(format)
	require.True(t, ok)
	source, err := tone.New(spec, text)
	require.NoError(t, err)
	return play(t, source, spec.RateHz)
}

func play(t *testing.T, file io.Reader, rateHz int) []int16 {
	t.Helper()
	decoder, err := mp3.NewDecoder(file)
	require.NoError(t, err)
	require.Equal(t, rateHz, decoder.SampleRate())
	b, err := io.ReadAll(decoder)
	require.NoError(t, err)

	stereo := make([]int16, len(b)/2)
	require.NoError(t, binary.Read(bytes.NewReader(b), binary.LittleEndian, stereo))
	left := make([]int16, 0, len(stereo)/2)
	for i := 0; i < len(stereo); i += 2 {
		left = append(left, stereo[i])
	}
	return left
}

// decibels returns the level of samples against the full scale.
func decibels(samples []int16) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return 20 * math.Log10(math.Sqrt(sum/float64(len(samples)))/math.MaxInt16)
}
