// Package wav reads and writes the headers of WAV files: what lies before the
// samples.
package wav

import (
	"encoding/binary"
	"math"
)

// The tags of samples.
const (
	Integer    = 1
	Float      = 3
	ALaw       = 6
	ULaw       = 7
	extensible = 0xFFFE // the tag proper is behind the other fields
)

// A Format is what a fmt chunk says.
type Format struct {
	Tag        uint16
	Channels   int
	RateHz     int
	SampleBits int // of one channel; 0 in some compressed formats
	// BytesPerSecond is what the file says for compressed samples, and follows
	// from the other fields for those of a fixed width. AppendHeader ignores it.
	BytesPerSecond uint64
}

// FrameBytes returns the bytes of one sample of all channels, 0 for compressed
// ones.
func (f Format) FrameBytes() int {
	if !f.fixed() {
		return 0
	}
	return f.Channels * ((f.SampleBits + 7) / 8)
}

// fixed reports whether all samples are of the same width.
func (f Format) fixed() bool {
	switch f.Tag {
	case Integer, Float, ALaw, ULaw, extensible:
		return true
	}
	return false
}

// IsPlaceholder tells the sizes that writers to a pipe leave behind: 0, or the
// largest number of 31 or 32 bits, which some reduce by a header or round down
// to a page.
func IsPlaceholder(n uint32) bool {
	const page = 1 << 12
	return n == 0 ||
		n > math.MaxInt32-page && n <= math.MaxInt32 ||
		n > math.MaxUint32-page
}

// AppendHeader appends the header of so many bytes of samples, which end with a
// byte of padding if their number is odd. A negative number means that it is
// not known; for that, and for more than 4 GiB, the sizes are the largest there
// are. The header's length depends on the tag alone.
func AppendHeader(dst []byte, f Format, dataBytes int64) []byte {
	le := binary.LittleEndian
	start, frame := len(dst), f.FrameBytes()
	dst = append(dst, "RIFF\xFF\xFF\xFF\xFFWAVEfmt "...)
	if f.Tag == Integer {
		dst = le.AppendUint32(dst, 16)
	} else {
		dst = le.AppendUint32(dst, 18)
	}
	dst = le.AppendUint16(dst, f.Tag)
	dst = le.AppendUint16(dst, uint16(f.Channels))
	dst = le.AppendUint32(dst, uint32(f.RateHz))
	dst = le.AppendUint32(dst, uint32(f.RateHz*frame))
	dst = le.AppendUint16(dst, uint16(frame))
	dst = le.AppendUint16(dst, uint16(f.SampleBits))
	fact := -1
	if f.Tag != Integer { // an empty extension, and the number of samples
		dst = append(dst, "\x00\x00fact\x04\x00\x00\x00\xFF\xFF\xFF\xFF"...)
		fact = len(dst) - 4
	}
	dst = append(dst, "data\xFF\xFF\xFF\xFF"...)
	riff := int64(len(dst)-start) - 8 + dataBytes + dataBytes&1
	if dataBytes < 0 || riff > math.MaxUint32 {
		return dst
	}
	le.PutUint32(dst[start+4:], uint32(riff))
	if fact >= 0 {
		le.PutUint32(dst[fact:], uint32(dataBytes/int64(frame)))
	}
	le.PutUint32(dst[len(dst)-4:], uint32(dataBytes))
	return dst
}
