package audio

import (
	"math"
	"math/bits"
	"time"
)

// An Info is what the first bytes of a file tell about the whole of it.
type Info struct {
	Duration time.Duration
	Channels int
	RateHz   int // samples per second and channel
}

// Measure tells how long a WAV, MP3 or Ogg Opus file of size bytes lasts, from
// its first bytes; Ogg needs all of them. A size of -1 means unknown: the answer
// then rests on what the header says alone. It reports false when the bytes do
// not tell, be it that the format is another one or that head ends too early.
//
// For MP3 without a frame count the duration is that of a file which keeps the
// bit rate of its first frame.
func Measure(head []byte, size int64) (Info, bool) {
	if size >= 0 && int64(len(head)) > size {
		head = head[:size]
	}
	switch {
	case isWAV(head):
		return measureWAV(head, size)
	case Sniff(head) == Opus:
		if int64(len(head)) != size {
			return Info{}, false
		}
		return measureOpus(head)
	}
	return measureMP3(head, size)
}

// lasting returns the time that n units take at perSecond units a second.
// The product may need more than 64 bits: n comes from a file.
func lasting(n, perSecond uint64) (time.Duration, bool) {
	hi, lo := bits.Mul64(n, uint64(time.Second))
	if hi >= perSecond {
		return 0, false
	}
	ns, _ := bits.Div64(hi, lo, perSecond)
	if ns > math.MaxInt64 {
		return 0, false
	}
	return time.Duration(ns), true
}
