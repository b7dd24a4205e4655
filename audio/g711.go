package audio

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// What a byte of silence is, to fill frames with.
const (
	PCMSilence  byte = 0x00
	ULawSilence byte = 0xFF
	ALawSilence byte = 0xD5
)

// AppendULaw appends the G.711 mu-law code of each 16-bit little-endian sample
// in pcm, one byte for two. A last odd byte is left out: see [FrameReader] for
// streams that are cut anywhere. dst may be pcm[:0].
//
// Source: ITU-T G.711; what lies between two steps on 16 bits is decided as in
// the software of ITU-T G.191.
func AppendULaw(dst, pcm []byte) []byte {
	n := len(pcm) / 2
	dst = slices.Grow(dst, n)
	out := dst[len(dst):][:n]
	for i := range out {
		out[i] = ulawCodes[binary.LittleEndian.Uint16(pcm[2*i:])>>2]
	}
	return dst[:len(dst)+n]
}

// AppendALaw appends the G.711 A-law code of each 16-bit little-endian sample in
// pcm, one byte for two. A last odd byte is left out: see [FrameReader] for
// streams that are cut anywhere. dst may be pcm[:0].
//
// Source: ITU-T G.711; what lies between two steps on 16 bits is decided as in
// the software of ITU-T G.191.
func AppendALaw(dst, pcm []byte) []byte {
	n := len(pcm) / 2
	dst = slices.Grow(dst, n)
	out := dst[len(dst):][:n]
	for i := range out {
		out[i] = alawCodes[binary.LittleEndian.Uint16(pcm[2*i:])>>4]
	}
	return dst[:len(dst)+n]
}

// AppendPCMFromULaw appends the 16-bit little-endian sample of each G.711 mu-law
// code, two bytes for one. The slices must not overlap.
func AppendPCMFromULaw(dst, ulaw []byte) []byte { return appendSamples(dst, ulaw, &ulawSamples) }

// AppendPCMFromALaw appends the 16-bit little-endian sample of each G.711 A-law
// code, two bytes for one. The slices must not overlap.
func AppendPCMFromALaw(dst, alaw []byte) []byte { return appendSamples(dst, alaw, &alawSamples) }

func appendSamples(dst, codes []byte, samples *[256]uint16) []byte {
	n := 2 * len(codes)
	dst = slices.Grow(dst, n)
	out := dst[len(dst):][:n]
	for i, code := range codes {
		binary.LittleEndian.PutUint16(out[2*i:], samples[code])
	}
	return dst[:len(dst)+n]
}

// The codes by the upper bits of a sample, and the samples by code.
var (
	ulawCodes                [1 << 14]byte
	alawCodes                [1 << 12]byte
	ulawSamples, alawSamples [256]uint16
)

func init() {
	for i := range ulawCodes {
		ulawCodes[i] = ulawCode(int16(i << 2))
	}
	for i := range alawCodes {
		alawCodes[i] = alawCode(int16(i << 4))
	}
	for i := range 256 {
		ulawSamples[i] = uint16(ulawSample(byte(i)))
		alawSamples[i] = uint16(alawSample(byte(i)))
	}
}

// G.711 writes a sample as a sign, the place of the leading bit (the segment)
// and the four bits behind it (the step), so that quiet samples keep more of
// their bits than loud ones. The two laws differ in how segment 0 works and in
// which bits the line inverts.

// bias lifts every magnitude of mu-law into a segment with a leading bit.
const bias = 0x84

func ulawCode(sample int16) byte {
	m, sign := magnitude(sample)
	m = min(m+bias, 0x7FFF)
	segment := bits.Len(uint(m)) - 8
	step := m >> (segment + 3) & 0xF
	return ^(sign | byte(segment<<4|step))
}

func alawCode(sample int16) byte {
	m, sign := magnitude(sample)
	segment := max(0, bits.Len(uint(m))-8)
	step := m >> (max(segment, 1) + 3) & 0xF
	return (sign ^ 0x80 | byte(segment<<4|step)) ^ 0x55
}

// magnitude puts -1 as close to zero as 0 is. The sign bit is set below zero.
func magnitude(sample int16) (m int, sign byte) {
	if sample < 0 {
		return int(^sample), 0x80
	}
	return int(sample), 0
}

func ulawSample(code byte) int16 {
	code = ^code
	m := (int(code&0xF)<<3+bias)<<(code>>4&7) - bias
	if code&0x80 != 0 {
		m = -m
	}
	return int16(m)
}

// alawSample returns the middle of a step.
func alawSample(code byte) int16 {
	code ^= 0x55
	m := int(code&0xF)<<4 + 8
	if segment := code >> 4 & 7; segment > 0 {
		m = (m + 0x100) << (segment - 1)
	}
	if code&0x80 == 0 {
		m = -m
	}
	return int16(m)
}
