package elevenlabstest

import (
	"math"
	"strings"
	"time"
	"unicode"

	g711 "github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

const (
	// soundFrom is the level, of 16 bits, from which a window is not silent.
	soundFrom = 300
	// windowsPerSecond is how finely silence is told from sound.
	windowsPerSecond = 100
	// pointLasts is how long a code point is spoken. Points that are further
	// apart than pointsApart belong to different texts.
	pointLasts  = 66 * time.Millisecond
	pointsApart = 600 * time.Millisecond
)

// An ear hears the samples of a session. It counts time in samples since the
// session began.
type ear struct {
	width  int
	rate   int64
	window int64 // samples in one

	listener tone.Listener
	at       int64 // heard so far
	loudest  int   // in the window that is being heard
	hearing
}

// A hearing is what was heard since the last commit.
type hearing struct {
	from   int64
	points []heardPoint // of the emulator's own speech
	sound  int64        // samples that were not silent,
	first  int64        // the first of them,
	last   int64        // and the end of the last
}

type heardPoint struct {
	r  rune
	at int64
}

func newEar(spec audio.Spec) *ear {
	e := &ear{width: 2, rate: int64(spec.RateHz), window: int64(spec.RateHz / windowsPerSecond)}
	if spec.Codec == audio.ULaw {
		e.width = 1
	}
	return e
}

// hear takes samples up to the end of a window, and returns the rest.
func (e *ear) hear(b []byte) []byte {
	n := min(int64(len(b)/e.width), e.window-e.at%e.window)
	piece := b[:n*int64(e.width)]
	e.listener.Hear(piece, e.width, func(r rune, at int64) {
		e.points = append(e.points, heardPoint{r, max(at, 0)})
	})
	e.loudest = max(e.loudest, loudest(piece, e.width))
	e.at += n
	if e.at%e.window == 0 {
		e.judge()
	}
	return b[len(piece):]
}

// judge looks at a window that has been heard.
func (e *ear) judge() {
	if e.loudest >= soundFrom {
		if e.sound == 0 {
			e.first = e.at - e.window
		}
		e.sound += e.window
		e.last = e.at
	}
	e.loudest = 0
}

// loudest returns the highest level in samples.
func loudest(b []byte, width int) int {
	if width == 1 {
		b = g711.AppendPCMFromULaw(nil, b)
	}
	most := 0
	for i := 0; i+1 < len(b); i += 2 {
		v := int(int16(uint16(b[i]) | uint16(b[i+1])<<8))
		most = max(most, v, -v)
	}
	return most
}

func (e *ear) samples(d time.Duration) int64 { return int64(d.Seconds() * float64(e.rate)) }

func (e *ear) seconds(sample int64) float64 {
	return math.Round(float64(sample)/float64(e.rate)*1000) / 1000
}

func (e *ear) lasting(samples int64) time.Duration {
	return time.Duration(float64(samples) / float64(e.rate) * float64(time.Second))
}

// uncommitted is how long the audio since the last commit is.
func (e *ear) uncommitted() time.Duration { return e.lasting(e.at - e.from) }

// quiet is how long nothing was heard any more.
func (e *ear) quiet() time.Duration { return e.lasting(e.at - max(e.last, e.from)) }

// next begins a new segment.
func (e *ear) next() { e.hearing = hearing{from: e.at} }

// ownWords returns the words of the emulator's own speech, and the blanks
// between them.
func (e *ear) ownWords() []wordAnswer {
	words := []wordAnswer{}
	blank, last := false, int64(0)
	for i, p := range e.points {
		isBlank := unicode.IsSpace(p.r)
		if i > 0 && p.at-last > e.samples(pointsApart) && !blank && !isBlank {
			words = append(words, e.word(" ", "spacing", last+e.samples(pointLasts), p.at))
			blank = true
		}
		if n := len(words); n > 0 && isBlank == blank {
			end := e.seconds(p.at + e.samples(pointLasts))
			words[n-1].Text += string(p.r)
			words[n-1].End = &end
		} else {
			kind := "word"
			if isBlank {
				kind = "spacing"
			}
			words = append(words, e.word(string(p.r), kind, p.at, p.at+e.samples(pointLasts)))
		}
		blank, last = isBlank, p.at
	}
	return trimmed(words)
}

func (e *ear) word(text, kind string, from, to int64) wordAnswer {
	start, end := e.seconds(from), e.seconds(to)
	return wordAnswer{Text: text, Type: kind, Start: &start, End: &end, Logprob: -0.05}
}

// trimmed takes blanks off the ends.
func trimmed(words []wordAnswer) []wordAnswer {
	for len(words) > 0 && words[0].Type == "spacing" {
		words = words[1:]
	}
	for len(words) > 0 && words[len(words)-1].Type == "spacing" {
		words = words[:len(words)-1]
	}
	return words
}

// scriptedWords spreads a text over the sound of the segment.
func (e *ear) scriptedWords(text string) []wordAnswer {
	j := sttJob{}
	j.info.Duration = e.lasting(e.last - e.first)
	words := j.spread(text)
	offset := e.seconds(e.first)
	for i := range words {
		start, end := offset+*words[i].Start, offset+*words[i].End
		words[i].Start, words[i].End = &start, &end
	}
	return trimmed(words)
}

// scriptedSoFar is as much of a text as would have been read by now.
func (e *ear) scriptedSoFar(text string) string {
	read, said := []rune(text), e.lasting(e.last-e.first)
	for i, end := range tone.Ends(text) {
		if end > said {
			read = read[:i]
			break
		}
	}
	return string(read)
}

func joined(words []wordAnswer) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.Text)
	}
	return b.String()
}
