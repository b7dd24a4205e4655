package tone

// A mark tells which code point a note stands for. It lies in the lowest bits
// of the 64 samples that follow the first 64 of the note, where no one hears
// it, and can be read from any place in uncompressed audio on: see [Listener].
const (
	markBits  = 64
	markDelay = 64 // the fingerprint of the text has the first ones

	markMagic = 0xE1C57A << 40
)

// markOf spreads a code point over a word that sound does not make by chance.
func markOf(r rune) uint64 {
	point := uint64(uint32(r)) & (1<<21 - 1)
	return markMagic | point<<19 | point*0x9E3779B97F4A7C15>>45
}

// A written is a mark on its way into the sound.
type written struct {
	at   int64 // the sample that has its lowest bit
	bits uint64
}

// write puts as much of the mark as falls into a block of samples there, each
// of width bytes, the low one first. It reports whether that was all of it.
func (w written) write(samples []byte, first int64, width int) bool {
	for i := range int64(markBits) {
		at := w.at + i - first
		if at < 0 {
			continue
		}
		if at >= int64(len(samples)/width) {
			return false
		}
		b := &samples[at*int64(width)]
		*b = *b&^1 | byte(w.bits>>i)&1
	}
	return true
}

// A Listener reads back what text made the sound that this package made, out
// of its samples as they were made: PCM, or a G.711 code each. It can begin and
// go on anywhere, and hears nothing in other sound. The zero value is ready.
type Listener struct {
	bits uint64 // the lowest bits of the last samples, the latest one highest
	at   int64  // samples heard
}

// Hear takes samples of width bytes, the low one first, and calls heard for
// each code point in them, with the sample at which its note began, counted from
// the first that was ever heard. A note whose start was not heard may have begun
// before: its start is then negative.
func (l *Listener) Hear(samples []byte, width int, heard func(r rune, start int64)) {
	for i := 0; i+width <= len(samples); i += width {
		l.bits = l.bits>>1 | uint64(samples[i]&1)<<63
		l.at++
		if l.bits&(1<<64-1<<40) != markMagic {
			continue
		}
		if r := rune(l.bits >> 19 & (1<<21 - 1)); markOf(r) == l.bits {
			heard(r, l.at-markBits-markDelay)
		}
	}
}
