package tone

import (
	"fmt"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// The encoder below writes layer III frames with two spectral lines and
// nothing else. A granule of 576 samples has 576 lines; a line of a constant
// value, granule after granule, sounds as a pure tone, since the halves of
// neighbouring blocks that overlap add up to a sine of constant level:
//
//   - an even line that keeps its sign gives line × rate/1152 hertz,
//   - an even line that changes its sign each granule gives (line+1) × rate/1152.
//
// So every multiple of rate/1152 can be had, and a line that comes or goes is
// faded by the same overlap. All values are 0 or ±1, which the count1 region
// codes in a few bits; the global gain makes them audible. Each frame holds
// its own main data, and what the bit rate leaves over is ancillary.
const (
	granuleSamples = 576
	gain           = 197 // global_gain: each line sounds at about -21 dB of full scale
	maxFrameBytes  = 1441
)

// zeros is the stuffing of a frame.
var zeros [maxFrameBytes]byte

// mp3 renders one frame at a time.
type mp3 struct {
	player   player
	header   [4]byte
	mark     uint64 // the fingerprint
	granules int64  // in a frame: two in MPEG-1, one in MPEG-2 and 2.5
	bitRate  int64
	at       int64 // frames made
	total    int64
}

func newMP3(spec audio.Spec, text string, d time.Duration) (*Source, error) {
	header, ok := audio.MP3Header(spec)
	if !ok {
		return nil, fmt.Errorf("tone: cannot produce %s: MP3 does not have that rate with that bit rate", spec)
	}
	r := &mp3{
		player:   newPlayer(text, spec.RateHz),
		header:   header,
		mark:     fingerprint(text),
		granules: 1,
		bitRate:  int64(spec.BitRate),
	}
	if spec.RateHz >= 32000 {
		r.granules = 2
	}
	rate, frame := r.player.rate, r.granules*granuleSamples
	r.total = (samplesIn(d, rate) + frame - 1) / frame
	return &Source{
		render: r,
		block:  make([]byte, 0, maxFrameBytes),
		left:   r.offset(r.total),
		length: lasting(r.total*frame, rate),
	}, nil
}

// offset returns where frame n starts. Rounding the sum, rather than each
// frame, is what keeps the bit rate exact.
func (r *mp3) offset(n int64) int64 {
	return n * r.granules * granuleSamples / 8 * r.bitRate / r.player.rate
}

// next implements renderer.
func (r *mp3) next(dst []byte) []byte {
	size := r.offset(r.at+1) - r.offset(r.at)
	header := r.header
	if size > r.offset(1) {
		header[2] |= 2 // one byte of padding
	}
	w := bitWriter{buf: append(dst, header[:]...)}
	var g [2]granule
	for i := range r.granules {
		g[i] = r.granuleAt(r.at*r.granules + i)
	}
	r.writeSideInfo(&w, g[:r.granules])
	for _, g := range g[:r.granules] {
		g.writeTo(&w)
	}
	w.flush()
	dst = append(w.buf, zeros[:int(size)-len(w.buf)]...)
	r.sign(dst[size-4:])
	r.at++
	return dst
}

// granuleAt returns the granule that starts with the n-th block of samples.
// The last two are silent, since decoders put out the end of a tone about
// that much later.
func (r *mp3) granuleAt(n int64) granule {
	r.player.seek(n * granuleSamples)
	if r.player.hz == 0 || n >= r.total*r.granules-2 {
		return granule{}
	}
	pitch := (r.player.hz*2*granuleSamples + r.player.rate/2) / r.player.rate
	return granule{
		line:     int(pitch &^ 1),
		negative: byte(pitch & n & 1),
		overtone: int(2 * pitch),
	}
}

// sign puts a quarter of the fingerprint into the last four bytes of a frame,
// where no frame has main data. Half bytes cannot look like the sync word.
func (r *mp3) sign(end []byte) {
	quarter := r.mark >> (r.at % 4 * 16)
	for i := range end {
		end[i] = byte(quarter>>(4*i)) & 0xF
	}
}

// writeSideInfo tells the decoder how to read the main data, with no bit
// reservoir (main_data_begin is 0), no scale factors and long blocks.
func (r *mp3) writeSideInfo(w *bitWriter, granules []granule) {
	scalefacBits := 4
	if len(granules) == 2 {
		w.put(0, 9+5+4) // main_data_begin, private bits, scfsi
	} else {
		w.put(0, 8+1) // main_data_begin, private bit
		scalefacBits = 9
	}
	for _, g := range granules {
		w.put(uint64(g.bits()), 12) // part2_3_length
		w.put(0, 9)                 // big_values
		w.put(gain, 8)
		w.put(0, scalefacBits)
		w.put(0, 1+3*5+4+3) // window switching, tables and regions of big_values
		if len(granules) == 2 {
			w.put(0, 1) // preflag
		}
		w.put(1, 1+1) // scalefac_scale 0, count1 table B
	}
}

// A granule has two lines of value ±1, or none: its zero value is silence.
type granule struct {
	line     int
	negative byte // 1 when line is -1
	overtone int  // above line, in a later quad
}

// bits returns the length of the main data: four for each quad of lines up to
// the highest, and two signs.
func (g granule) bits() int {
	if g.overtone == 0 {
		return 0
	}
	return 4*(g.overtone/4+1) + 2
}

// writeTo writes the main data. Table B codes the four lines of a quad as four
// bits, inverted; the signs of those that are not zero follow.
func (g granule) writeTo(w *bitWriter) {
	if g.overtone == 0 {
		return
	}
	for quad := range g.overtone/4 + 1 {
		switch quad {
		case g.line / 4:
			w.put(uint64(0xF^8>>(g.line%4)), 4)
			w.put(uint64(g.negative), 1)
		case g.overtone / 4:
			w.put(uint64(0xF^8>>(g.overtone%4)), 4)
			w.put(0, 1)
		default:
			w.put(0xF, 4)
		}
	}
}

// A bitWriter appends bits, the highest first.
type bitWriter struct {
	buf []byte
	acc uint64
	n   int // bits of acc that are not in buf, fewer than 8 between puts
}

// put appends the n low bits of v, at most 32.
func (w *bitWriter) put(v uint64, n int) {
	w.acc = w.acc<<n | v
	for w.n += n; w.n >= 8; {
		w.n -= 8
		w.buf = append(w.buf, byte(w.acc>>w.n))
	}
}

// flush fills the last byte with zeros.
func (w *bitWriter) flush() {
	if w.n > 0 {
		w.put(0, 8-w.n)
	}
}
