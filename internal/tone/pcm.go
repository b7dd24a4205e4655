package tone

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	g711 "github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/wav"
)

// The rates that samples are made at: a slower one could not carry the hum.
const (
	minRateHz = 1_000
	maxRateHz = 1_000_000
)

const (
	blockSamples = 2048

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
	encode  func(dst, pcm []byte) []byte // if not as they are; may write over them
	mark    uint64                       // the fingerprint
	marks   []written                    // of the notes, those not all written
	at      int64                        // samples made
	fadeOut int64                        // the sample at which the last fade begins
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
		mark:    fingerprint(text),
		marks:   make([]written, 0, 64),
		fadeOut: total - fullLevel/fade - 1,
		total:   total,
		fade:    int32(fade),
	}
	s := &Source{render: r, left: 2 * total, length: lasting(total, rate)}
	s.block = make([]byte, 0, 2*blockSamples)
	switch spec.Codec {
	case audio.ULaw:
		r.encode, s.left = g711.AppendULaw, total
	case audio.ALaw:
		r.encode, s.left = g711.AppendALaw, total
	case audio.WAV:
		s.addHeader(spec)
	}
	return s, nil
}

// addHeader puts the header of a WAV file before the samples.
func (s *Source) addHeader(spec audio.Spec) {
	s.pending = wav.AppendHeader(nil, wav.Format{
		Tag: wav.Integer, Channels: 1, RateHz: spec.RateHz, SampleBits: 16,
	}, s.left)
	s.left += int64(len(s.pending))
}

// next implements renderer.
func (r *pcm) next(dst []byte) []byte {
	first := r.at
	for end := min(r.total, r.at+blockSamples); r.at < end; {
		if r.player.seek(r.at) {
			r.marks = append(r.marks, written{r.at + markDelay, markOf(r.player.point)})
		}
		if hz := r.player.hz; hz > 0 { // in a rest the last pitch dies away
			r.step = uint32(hz << 32 / r.player.rate)
		}
		dst = r.hum(dst, min(end, r.player.until))
	}
	if r.encode != nil {
		dst = r.encode(dst[:0], dst)
	}
	width := len(dst) / int(r.at-first)
	if first == 0 {
		r.sign(dst, width)
	}
	left := r.marks[:0]
	for _, m := range r.marks {
		if !m.write(dst, first, width) {
			left = append(left, m)
		}
	}
	r.marks = left
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
		dst = binary.LittleEndian.AppendUint16(dst, uint16(wave[r.phase>>(32-waveBits)]*r.level/fullLevel))
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
