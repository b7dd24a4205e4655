package audio_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/audio"
)

// samples returns the bytes of 16-bit samples.
func samples(s ...int16) []byte {
	var b []byte
	for _, v := range s {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// values returns the samples of bytes.
func values(b []byte) []int16 {
	s := make([]int16, len(b)/2)
	for i := range s {
		s[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return s
}

// everySample has each of the 65536 once.
func everySample() []int16 {
	s := make([]int16, 0, 1<<16)
	for i := math.MinInt16; i <= math.MaxInt16; i++ {
		s = append(s, int16(i))
	}
	return s
}

// A law is one of G.711 as its tables define it: positive decision values, from
// which on the next code holds, and the values that codes stand for.
type law struct {
	decisions, outputs [128]int // on 16 bits, of the code without sign and inversion
	code               func(n int, negative bool) byte
}

// muLaw follows tables 2a and 2b of G.711, whose scale is of 14 bits: segments
// of 16 steps, each of twice the width, the first step of all of half a width.
func muLaw() law {
	l := law{code: func(n int, negative bool) byte {
		if negative {
			return byte(0x7F - n)
		}
		return byte(0xFF - n)
	}}
	at, width := 0, 2
	for n := range l.decisions {
		l.decisions[n] = 4 * at
		l.outputs[n] = 4 * (at + width/2)
		switch {
		case n == 0:
			l.outputs[n] = 0
			at++
			continue
		case n%16 == 15:
			at += width
			width *= 2
			continue
		}
		at += width
	}
	return l
}

// aLaw follows tables 1a and 1b of G.711, whose scale is of 13 bits: segments of
// 16 steps, each of twice the width but for the second.
func aLaw() law {
	l := law{code: func(n int, negative bool) byte {
		if negative {
			return byte(n) ^ 0x55
		}
		return byte(n|0x80) ^ 0x55
	}}
	at, width := 0, 2
	for n := range l.decisions {
		l.decisions[n] = 8 * at
		l.outputs[n] = 8*at + 4*width
		at += width
		if n%16 == 15 && n > 16 {
			width *= 2
		}
	}
	return l
}

// encode looks for the step that holds a sample. Negative samples mirror the
// positive ones around -1/2.
func (l law) encode(sample int) byte {
	m := sample
	if sample < 0 {
		m = -1 - sample
	}
	n := 0
	for n < 127 && m >= l.decisions[n+1] {
		n++
	}
	return l.code(n, sample < 0)
}

func TestG711_EverySample(t *testing.T) {
	t.Parallel()
	pcm := samples(everySample()...)
	for name, tt := range map[string]struct {
		law    law
		encode func(dst, pcm []byte) []byte
		decode func(dst, codes []byte) []byte
	}{
		"mu-law": {muLaw(), audio.AppendULaw, audio.AppendPCMFromULaw},
		"A-law":  {aLaw(), audio.AppendALaw, audio.AppendPCMFromALaw},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			codes := tt.encode(nil, pcm)
			require.Len(t, codes, 1<<16)
			for i, code := range codes {
				if sample := i + math.MinInt16; code != tt.law.encode(sample) {
					t.Fatalf("%d became %#x, not %#x", sample, code, tt.law.encode(sample))
				}
			}
			for n, want := range tt.law.outputs {
				require.Equal(t, []int16{int16(want), int16(-want)},
					values(tt.decode(nil, []byte{tt.law.code(n, false), tt.law.code(n, true)})), "code %d", n)
			}
		})
	}
}

// Codes are what the samples they stand for become, but for the second zero of
// mu-law, so that transcoding again loses nothing.
func TestG711_CodesComeBack(t *testing.T) {
	t.Parallel()
	for i := range 256 {
		code := []byte{byte(i)}
		require.Equal(t, code, audio.AppendALaw(nil, audio.AppendPCMFromALaw(nil, code)))
		if i != 0x7F {
			require.Equal(t, code, audio.AppendULaw(nil, audio.AppendPCMFromULaw(nil, code)))
		}
	}
	require.Equal(t, []byte{0xFF}, audio.AppendULaw(nil, audio.AppendPCMFromULaw(nil, []byte{0x7F})))
}

func TestG711_KnownCodes(t *testing.T) {
	t.Parallel()
	pcm := samples(0, -1, 8, 1000, -1000, 32767, -32768)
	require.Equal(t, []byte{0xFF, 0x7F, 0xFE, 0xCE, 0x4E, 0x80, 0x00}, audio.AppendULaw(nil, pcm))
	require.Equal(t, []byte{0xD5, 0x55, 0xD5, 0xFA, 0x7A, 0xAA, 0x2A}, audio.AppendALaw(nil, pcm))
}

func TestG711_Silence(t *testing.T) {
	t.Parallel()
	zero := []byte{audio.PCMSilence, audio.PCMSilence}
	require.Equal(t, []byte{audio.ULawSilence}, audio.AppendULaw(nil, zero))
	require.Equal(t, []byte{audio.ALawSilence}, audio.AppendALaw(nil, zero))
}

func TestG711_AppendsInPlace(t *testing.T) {
	t.Parallel()
	for name, encode := range map[string]func(dst, pcm []byte) []byte{"mu-law": audio.AppendULaw, "A-law": audio.AppendALaw} {
		pcm := samples(everySample()...)
		want := encode(nil, pcm)
		require.Equal(t, append([]byte("before"), want...), encode([]byte("before"), pcm), name)
		require.Equal(t, want, encode(nil, append(pcm[:len(pcm):len(pcm)], 1)), "%s: an odd byte", name)
		require.Equal(t, want, encode(pcm[:0], pcm), "%s: over the samples", name)
		require.Nil(t, encode(nil, []byte{1}), name)
	}
	require.Equal(t, "before\x00\x00", string(audio.AppendPCMFromULaw([]byte("before"), []byte{0xFF})))
}

func TestG711_NeedsNoMemory(t *testing.T) {
	pcm, dst := samples(everySample()...), make([]byte, 0, 1<<17)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		audio.AppendULaw(dst, pcm)
		audio.AppendALaw(dst, pcm)
		audio.AppendPCMFromULaw(dst, pcm[:1<<16])
		audio.AppendPCMFromALaw(dst, pcm[:1<<16])
	}))
}

func ExampleAppendULaw() {
	pcm := []byte{0, 0, 0xE8, 0x03} // the samples 0 and 1000
	fmt.Printf("%x\n", audio.AppendULaw(nil, pcm))
	// Output: ffce
}

func ExampleAppendALaw() {
	pcm := []byte{0, 0, 0xE8, 0x03}
	fmt.Printf("%x\n", audio.AppendALaw(nil, pcm))
	// Output: d5fa
}

func ExampleAppendPCMFromULaw() {
	fmt.Println(audio.AppendPCMFromULaw(nil, []byte{0xFF, 0xCE}))
	// Output: [0 0 220 3]
}

func ExampleAppendPCMFromALaw() {
	fmt.Println(audio.AppendPCMFromALaw(nil, []byte{0xD5, 0xFA}))
	// Output: [8 0 240 3]
}
