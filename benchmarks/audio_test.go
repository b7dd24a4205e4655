package benchmarks_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/audio"
)

// second returns a second of a tone, in 16-bit samples.
func second(rate int) []byte {
	pcm := make([]byte, 0, 2*rate)
	for i := range rate {
		v := 16000 * math.Sin(2*math.Pi*440*float64(i)/float64(rate))
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(v)))
	}
	return pcm
}

// BenchmarkResample changes the rate of a second of sound, in pieces of 20 ms.
// The floor is linear interpolation, which is what is mostly written by hand: it
// is quick, and its aliases and images are heard.
func BenchmarkResample(b *testing.B) {
	for _, rates := range [][2]int{{8000, 16000}, {16000, 8000}, {24000, 8000}, {24000, 48000}, {44100, 16000}, {44100, 48000}} {
		from, to := rates[0], rates[1]
		pcm, piece := second(from), from/50*2
		dst := make([]byte, 0, 2*to+1000)
		run := func(name string, add func(dst, pcm []byte) []byte, flush func(dst []byte) []byte) {
			b.Run(fmt.Sprintf("%d-%d/%s", from, to, name), func(b *testing.B) {
				b.SetBytes(int64(len(pcm)))
				b.ReportAllocs()
				for b.Loop() {
					out := dst
					for at := 0; at < len(pcm); at += piece {
						out = add(out, pcm[at:at+piece])
					}
					if out = flush(out); len(out) != 2*to {
						b.Fatal(len(out))
					}
				}
			})
		}
		r, err := audio.NewResampler(from, to)
		require.NoError(b, err)
		run("client", r.Append, r.Flush)
		l := linear{from: from, to: to}
		run("floor", l.append, l.flush)
	}
}

// A linear resampler draws lines between samples.
type linear struct {
	from, to int
	at       int // of the next output behind the last sample, in parts of to
	last     int
}

func (l *linear) append(dst, pcm []byte) []byte {
	for i := 0; i < len(pcm); i += 2 {
		next := int(int16(binary.LittleEndian.Uint16(pcm[i:])))
		for ; l.at < l.to; l.at += l.from {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(l.last+(next-l.last)*l.at/l.to))
		}
		l.at -= l.to
		l.last = next
	}
	return dst
}

func (l *linear) flush(dst []byte) []byte {
	l.at, l.last = 0, 0
	return dst
}

// BenchmarkResamplerNew makes the filters of a call, the smallest and one of the
// largest.
func BenchmarkResamplerNew(b *testing.B) {
	for _, rates := range [][2]int{{8000, 16000}, {44100, 48000}} {
		b.Run(fmt.Sprintf("%d-%d", rates[0], rates[1]), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := audio.NewResampler(rates[0], rates[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkG711 encodes and decodes a second of sound. The floor computes each
// sample as the standard describes it.
func BenchmarkG711(b *testing.B) {
	pcm := second(8000)
	codes, dst := audio.AppendULaw(nil, pcm), make([]byte, 0, len(pcm))
	for _, c := range []struct {
		name string
		in   []byte
		do   func(dst, in []byte) []byte
	}{
		{"encode/client", pcm, audio.AppendULaw},
		{"encode/floor", pcm, naiveULaw},
		{"decode/client", codes, audio.AppendPCMFromULaw},
		{"decode/floor", codes, naivePCM},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.in)))
			b.ReportAllocs()
			for b.Loop() {
				c.do(dst, c.in)
			}
		})
	}
}

func naiveULaw(dst, pcm []byte) []byte {
	for i := 0; i+1 < len(pcm); i += 2 {
		m, sign := int(int16(binary.LittleEndian.Uint16(pcm[i:]))), byte(0)
		if m < 0 {
			m, sign = ^m, 0x80
		}
		m = min(m+0x84, 0x7FFF)
		segment := bits.Len(uint(m)) - 8
		dst = append(dst, ^(sign | byte(segment<<4|m>>(segment+3)&0xF)))
	}
	return dst
}

func naivePCM(dst, ulaw []byte) []byte {
	for _, code := range ulaw {
		code = ^code
		m := (int(code&0xF)<<3+0x84)<<(code>>4&7) - 0x84
		if code&0x80 != 0 {
			m = -m
		}
		dst = binary.LittleEndian.AppendUint16(dst, uint16(m))
	}
	return dst
}

func TestNaiveG711IsRight(t *testing.T) {
	t.Parallel()
	var pcm []byte
	for i := range 1 << 16 {
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(i))
	}
	codes := audio.AppendULaw(nil, pcm)
	require.Equal(t, codes, naiveULaw(nil, pcm))
	require.Equal(t, audio.AppendPCMFromULaw(nil, codes), naivePCM(nil, codes))
}
