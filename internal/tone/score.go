package tone

import (
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The pace of reading. A punctuation mark takes its pause on top of the time
// that every code point takes.
const (
	perRune     = 66 * time.Millisecond
	clausePause = 200 * time.Millisecond
	stopPause   = 400 * time.Millisecond
	minDuration = 500 * time.Millisecond
)

// scale holds the pitches in hertz: C major pentatonic from C3 to A4, so that
// any text makes a tune without harsh steps.
var scale = [...]int64{131, 147, 165, 196, 220, 262, 294, 330, 392, 440}

// A note is what one code point sounds like.
type note struct {
	point rune
	hz    int64         // 0 is a rest
	end   time.Duration // since the start of the text
}

// A score reads a text as notes, one for each code point.
type score struct {
	text   string // what is not yet read
	now    time.Duration
	paused bool // the last code point made a pause, or belongs to one
}

// newScore returns the score of text. Blank text has no notes.
func newScore(text string) *score {
	if strings.TrimSpace(text) == "" {
		text = ""
	}
	return &score{text: text}
}

// next returns the next note, false behind the last.
func (s *score) next() (note, bool) {
	if s.text == "" {
		return note{}, false
	}
	r, n := utf8.DecodeRuneInString(s.text)
	s.text = s.text[n:]
	pause := pauseAt(r)
	s.now += perRune
	if !s.paused { // so that "..." is not three sentences
		s.now += pause
	}
	s.paused = pause > 0
	return note{point: r, hz: pitch(r), end: s.now}, true
}

// Duration returns how long text takes to read: about 15 code points a second,
// with pauses at punctuation, at least half a second. Blank text takes half a
// second, however long it is.
func Duration(text string) time.Duration {
	s := newScore(text)
	for {
		if _, ok := s.next(); !ok {
			return max(s.now, minDuration)
		}
	}
}

// Ends returns when each code point of text has been read, since the start.
// The pause at a punctuation mark is its own. Blank text has none.
func Ends(text string) []time.Duration {
	ends := make([]time.Duration, 0, utf8.RuneCountInString(text))
	s := newScore(text)
	for {
		n, ok := s.next()
		if !ok {
			return ends
		}
		ends = append(ends, n.end)
	}
}

func pauseAt(r rune) time.Duration {
	switch r {
	case '.', '!', '?', '…', '。', '！', '？', '\n':
		return stopPause
	case ',', ';', ':', '–', '—', '、', '，', '；', '：':
		return clausePause
	}
	return 0
}

// pitch returns the pitch of r in hertz, 0 for what is not spoken.
func pitch(r rune) int64 {
	if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsControl(r) {
		return 0
	}
	return scale[int(unicode.ToLower(r))%len(scale)]
}

// A player finds the note of a sample. It only moves forward.
type player struct {
	score *score
	rate  int64
	point rune
	hz    int64
	until int64 // the sample at which the note ends
}

func newPlayer(text string, rate int) player {
	return player{score: newScore(text), rate: int64(rate)}
}

// seek goes on to the note that sounds at a sample. Behind the last note there
// is a rest without end. It reports whether a note begins there.
func (p *player) seek(sample int64) (begins bool) {
	for p.until <= sample {
		n, ok := p.score.next()
		if !ok {
			p.hz, p.until = 0, math.MaxInt64
			return false
		}
		p.point, p.hz, p.until = n.point, n.hz, samplesIn(n.end, p.rate)
		begins = true
	}
	return begins
}

// samplesIn returns how many whole samples fit in d. It goes by whole seconds
// because d times a high rate can pass 63 bits.
func samplesIn(d time.Duration, rate int64) int64 {
	whole, rest := int64(d/time.Second), int64(d%time.Second)
	return whole*rate + rest*rate/int64(time.Second)
}

// lasting is the inverse of samplesIn.
func lasting(samples, rate int64) time.Duration {
	return time.Duration(samples/rate)*time.Second + time.Duration(samples%rate)*time.Second/time.Duration(rate)
}
