package tone

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// The rates that samples are made at: a slower one could not carry the hum.
const (
	minRateHz = 1_000
	maxRateHz = 1_000_000
)

const (
	blockSamples = 2048
	wavHeaderLen = 44

	fullLevel     = 1 << 15
	fadePerSecond = 100 // the hum swells and dies away in 10 ms: a step would click

	waveBits = 11
)

// wave is one period of the hum at its loudest: a tone with two softer
// overtones, at a quarter of the full scale.
var wave = func() (w [1 << waveBits]int32) {
	for i := range w {
		x := 2 * math.Pi * float64(i) / float64(len(w))
		y := math.Sin(x) + 0.4*math.Sin(2*x) + 0.2*math.Sin(3*x)
		w[i] = int32(math.Round(y / 1.6 * math.MaxInt16 / 4))
	}
	return w
}()

// pcm renders samples. Its phase runs on from note to note, and its level
// moves in small steps, so the hum has no jumps.
type pcm struct {
	player  player
	encode  func(dst []byte, sample int16) []byte
	mark    uint64 // the fingerprint
	at      int64  // samples made
	fadeOut int64  // the sample at which the last fade begins
	total   int64

	phase, step uint32 // a period is 1<<32
	level, fade int32  // of fullLevel; fade is the most it moves in a sample
}

func newPCM(spec audio.Spec, text string, d time.Duration) (*Source, error) {
	if spec.RateHz < minRateHz || spec.RateHz > maxRateHz {
		return nil, fmt.Errorf("tone: cannot produce %s: the rate is not within %d to %d Hz", spec, minRateHz, maxRateHz)
	}
	rate := int64(spec.RateHz)
	fade := max(1, fullLevel*fadePerSecond/rate)
	total := samplesIn(d, rate)
	r := &pcm{
		player:  newPlayer(text, spec.RateHz),
		encode:  appendLinear,
		mark:    fingerprint(text),
		fadeOut: total - fullLevel/fade - 1,
		total:   total,
		fade:    int32(fade),
	}
	s := &Source{render: r, left: 2 * total, length: lasting(total, rate)}
	s.block = make([]byte, 0, 2*blockSamples)
	switch spec.Codec {
	case audio.ULaw:
		r.encode, s.left = appendULaw, total
	case audio.ALaw:
		r.encode, s.left = appendALaw, total
	case audio.WAV:
		s.pending = wavHeader(rate, s.left)
		s.left += wavHeaderLen
	}
	return s, nil
}

// next implements renderer.
func (r *pcm) next(dst []byte) []byte {
	first := r.at == 0
	for end := min(r.total, r.at+blockSamples); r.at < end; {
		r.player.seek(r.at)
		if hz := r.player.hz; hz > 0 { // in a rest the last pitch dies away
			r.step = uint32(hz << 32 / r.player.rate)
		}
		dst = r.hum(dst, min(end, r.player.until))
	}
	if first {
		r.sign(dst, len(dst)/int(r.at))
	}
	return dst
}

// hum makes the samples up to end, all of one note.
func (r *pcm) hum(dst []byte, end int64) []byte {
	for ; r.at < end; r.at++ {
		target := int32(0)
		if r.player.hz > 0 && r.at < r.fadeOut {
			target = fullLevel
		}
		r.level += max(-r.fade, min(r.fade, target-r.level))
		dst = r.encode(dst, int16(wave[r.phase>>(32-waveBits)]*r.level/fullLevel))
		r.phase += r.step
	}
	return dst
}

// sign puts the fingerprint into the lowest bits of the first 64 samples, each
// of width bytes, the low one first.
func (r *pcm) sign(samples []byte, width int) {
	for i := range min(64, len(samples)/width) {
		b := &samples[i*width]
		*b = *b&^1 | byte(r.mark>>i)&1
	}
}

func appendLinear(dst []byte, sample int16) []byte {
	return binary.LittleEndian.AppendUint16(dst, uint16(sample))
}

// wavHeader returns the header of 16-bit mono samples. A size past 4 GiB is
// replaced by the largest there is, which players take as "to the end".
func wavHeader(rate, dataBytes int64) []byte {
	le := binary.LittleEndian
	size := func(n int64) uint32 { return uint32(min(n, math.MaxUint32)) }
	h := make([]byte, 0, wavHeaderLen)
	h = append(h, "RIFF"...)
	h = le.AppendUint32(h, size(dataBytes+wavHeaderLen-8))
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, 16)
	h = le.AppendUint16(h, 1) // integer samples
	h = le.AppendUint16(h, 1) // channels
	h = le.AppendUint32(h, uint32(rate))
	h = le.AppendUint32(h, uint32(2*rate))
	h = le.AppendUint16(h, 2)
	h = le.AppendUint16(h, 16)
	h = append(h, "data"...)
	return le.AppendUint32(h, size(dataBytes))
}
