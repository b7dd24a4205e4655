package tone_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// The codes are those of ITU-T G.711, tables 1 and 2, for 16-bit samples.
func TestG711_KnownCodes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		sample     int16
		ulaw, alaw byte
	}{
		{0, 0xFF, 0xD5},
		{-1, 0x7F, 0x55},
		{8, 0xFE, 0xD5},
		{1000, 0xCE, 0xFA},
		{-1000, 0x4E, 0x7A},
		{32767, 0x80, 0xAA},
		{-32768, 0x00, 0x2A},
	}
	for _, tt := range tests {
		require.Equal(t, []byte{tt.ulaw}, tone.AppendULaw(nil, tt.sample), "mu-law of %d", tt.sample)
		require.Equal(t, []byte{tt.alaw}, tone.AppendALaw(nil, tt.sample), "A-law of %d", tt.sample)
	}
}

// Every sample must come back within half a step of its segment, by the
// decoding rules written the other way round.
func TestG711_ComesBackClose(t *testing.T) {
	t.Parallel()
	for i := -32768; i <= 32767; i++ {
		u := decodeULaw(tone.AppendULaw(nil, int16(i))[0])
		a := decodeALaw(tone.AppendALaw(nil, int16(i))[0])
		step := max(16, abs(i)/16)
		if abs(u-i) > step && abs(i) < 32635 || abs(a-i) > step {
			t.Fatalf("%d came back as %d (mu-law) and %d (A-law)", i, u, a)
		}
	}
}

func decodeULaw(code byte) int {
	code = ^code
	m := (int(code&0xF)<<3+0x84)<<(code>>4&7) - 0x84
	if code&0x80 != 0 {
		return -m
	}
	return m
}

func decodeALaw(code byte) int {
	code ^= 0x55
	m := int(code&0xF)<<4 + 8
	if segment := code >> 4 & 7; segment > 0 {
		m = (m + 0x100) << (segment - 1)
	}
	if code&0x80 == 0 {
		return -m
	}
	return m
}

func abs(n int) int {
	return max(n, -n)
}
