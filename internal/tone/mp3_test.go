package tone_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// mp3Specs are all pairs of rate and bit rate of layer III, the API's or not.
func mp3Specs(t *testing.T) []audio.Spec {
	t.Helper()
	var specs []audio.Spec
	for _, rate := range []int{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000} {
		for kbps := 8; kbps <= 320; kbps += 8 {
			spec := parse(t, fmt.Sprintf("mp3_%d_%d", rate, kbps))
			if _, ok := audio.MP3Header(spec); ok {
				specs = append(specs, spec)
			}
		}
	}
	require.Len(t, specs, 9*14)
	return specs
}

// The chain of frames must end with the file: what is read here is each
// header's own length, as a decoder does. The text has every pitch, so the
// smallest frames show that the main data fits before the fingerprint.
func TestMP3_FramesFollowEachOther(t *testing.T) {
	t.Parallel()
	for _, spec := range mp3Specs(t) {
		s, err := tone.New(spec, "abcdefghij, klmno")
		require.NoError(t, err)
		samples, mpeg1 := 576, spec.RateHz >= 32000
		if mpeg1 {
			samples = 1152
		}
		header, _ := audio.MP3Header(spec)
		b, frames := make([]byte, 2000), 0
		for ; s.Len() > 0; frames++ {
			_, err := s.Read(b[:4])
			require.NoError(t, err)
			padding := int(b[2] >> 1 & 1)
			b[2] &^= 2
			if !bytes.Equal(header[:], b[:4]) {
				t.Fatalf("%s: no header where frame %d should start", spec, frames)
			}
			n := samples/8*spec.BitRate/spec.RateHz + padding
			got, err := s.Read(b[4:n])
			require.NoError(t, err)
			require.Equal(t, n-4, got)
			for _, half := range b[n-4 : n] {
				if half > 0xF {
					t.Fatalf("%s: main data reaches into the fingerprint", spec)
				}
			}
		}
		require.InDelta(t, tone.Duration("abcdefghij, klmno").Seconds()*float64(spec.RateHz), frames*samples, float64(samples))
	}
}
