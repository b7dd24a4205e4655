package audio

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// The rates that a [Resampler] takes, in Hz, and the largest table it makes.
const (
	minRate, maxRate = 1000, 192_000
	maxTable         = 1 << 18
)

// blockSamples is how much of the input is worked on at once.
const blockSamples = 1024

// A Resampler changes the rate of 16-bit little-endian mono samples, in pieces
// of any size. The pieces do not matter: what comes out is the same to the byte,
// round(n × to / from) samples for n, in time with what went in.
//
// What both rates can carry is kept up to 0.89 of the lower one's half (3.5 kHz
// for a telephone) within 0.01 dB; what the lower one cannot carry is 80 dB
// down. Output lags input by 48 samples of the lower rate, 6 ms at 8 kHz, until
// Flush.
//
// It is for one goroutine at a time.
type Resampler struct {
	filter *filter

	// in is the input that is still needed, from sample base on. It begins with
	// silence before the first sample.
	in   []float32
	base int64
	odd  bool // half a sample is waiting
	half byte

	total int64 // samples that went in
	made  int64 // and came out
	at    int64 // the input sample at or before the next output, whose distance
	phase int   // behind it is in parts of filter.up
}

// NewResampler returns a Resampler from one rate to another, both in Hz and from
// 1000 to 192000. It fails for rates whose ratio is not simple enough, such as
// 44101 to 48000; those of the API and of sound cards all are. Equal rates pass
// samples on as they are.
func NewResampler(from, to int) (*Resampler, error) {
	for _, rate := range []int{from, to} {
		if rate < minRate || rate > maxRate {
			return nil, fmt.Errorf("audio: cannot resample from %d to %d Hz: a rate is not from %d to %d", from, to, minRate, maxRate)
		}
	}
	f, ok := newFilter(from, to)
	if !ok {
		return nil, fmt.Errorf("audio: cannot resample from %d to %d Hz: the ratio is not simple enough", from, to)
	}
	r := &Resampler{filter: f, in: make([]float32, 0, f.taps+blockSamples)}
	r.reset()
	return r, nil
}

// reset makes it as new.
func (r *Resampler) reset() {
	silence := r.filter.taps/2 - 1
	*r = Resampler{filter: r.filter, in: r.in[:silence], base: -int64(silence)}
	clear(r.in)
}

// Append takes the next samples and appends to dst what is ready of the output.
// Half a sample at the end of pcm waits for the rest of it. The slices must not
// overlap.
func (r *Resampler) Append(dst, pcm []byte) []byte {
	if len(pcm) == 0 {
		return dst
	}
	dst = slices.Grow(dst, r.filter.outputBytes(len(pcm)))
	if r.odd {
		dst = r.push(dst, []byte{r.half, pcm[0]})
		pcm = pcm[1:]
	}
	if r.odd = len(pcm)%2 != 0; r.odd {
		r.half = pcm[len(pcm)-1]
	}
	return r.push(dst, pcm[:len(pcm)&^1])
}

// push takes whole samples.
func (r *Resampler) push(dst, pcm []byte) []byte {
	r.total += int64(len(pcm) / 2)
	for len(pcm) > 0 {
		n := min(len(pcm)/2, cap(r.in)-len(r.in))
		for i := range n {
			r.in = append(r.in, float32(int16(binary.LittleEndian.Uint16(pcm[2*i:]))))
		}
		pcm = pcm[2*n:]
		dst = r.run(dst, math.MaxInt64)
	}
	return dst
}

// Flush appends the rest of the output, as if silence followed, and makes the
// Resampler ready for other samples. Half a sample that waits is dropped.
func (r *Resampler) Flush(dst []byte) []byte {
	end := r.filter.outputs(r.total)
	for r.made < end {
		n := cap(r.in) - len(r.in)
		r.in = r.in[:len(r.in)+n]
		clear(r.in[len(r.in)-n:])
		dst = r.run(dst, end)
	}
	r.reset()
	return dst
}

// run appends the output that the input is there for, up to sample end, and
// forgets what is not needed any more.
func (r *Resampler) run(dst []byte, end int64) []byte {
	f := r.filter
	start := int(r.at-r.base) - (f.taps/2 - 1)
	for ; start+f.taps <= len(r.in) && r.made < end; r.made++ {
		v := dot(f.table[r.phase*f.taps:][:f.taps], r.in[start:])
		dst = binary.LittleEndian.AppendUint16(dst, uint16(round(v)))
		start += f.step
		if r.phase += f.rest; r.phase >= f.up {
			r.phase -= f.up
			start++
		}
	}
	r.at = r.base + int64(start+f.taps/2-1)
	drop := min(start, len(r.in))
	r.in = r.in[:copy(r.in, r.in[drop:])]
	r.base += int64(drop)
	return dst
}

// dot multiplies in four lanes, which the processor has going at once.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i := range a {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + (s2 + s3)
}

// round returns the nearest sample. What is too loud is cut off.
func round(v float32) int16 {
	x := min(max(float64(v), math.MinInt16), math.MaxInt16)
	return int16(int(x+(1<<15)+0.5) - 1<<15) // above zero, where a conversion rounds down
}
