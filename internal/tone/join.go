package tone

import (
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// Lasting returns a sound that lasts d, at least 100 ms: that of text, read
// again and again if it is shorter. Blank text is silence.
func Lasting(spec audio.Spec, text string, d time.Duration) (*Source, error) {
	d = max(d, 100*time.Millisecond)
	return newSource(spec, cycle(text, d), d)
}

// cycle repeats a text until its notes last d.
func cycle(text string, d time.Duration) string {
	text += " "
	s := newScore(text)
	for _, ok := s.next(); ok; _, ok = s.next() {
	}
	if s.now == 0 {
		return ""
	}
	return strings.Repeat(text, int(d/s.now)+1)
}

// Join returns the sounds of texts, one after the other, and when each of them
// ends.
func Join(spec audio.Spec, texts []string) (*Source, []time.Duration, error) {
	part := spec
	if spec.Codec == audio.WAV {
		part.Codec = audio.PCM
	}
	c, all := new(chain), new(Source)
	ends := make([]time.Duration, 0, len(texts))
	for _, text := range texts {
		s, err := New(part, text)
		if err != nil {
			return nil, nil, err
		}
		c.parts = append(c.parts, s)
		all.left += s.left
		all.length += s.length
		ends = append(ends, all.length)
	}
	all.render, all.block = c, make([]byte, 0, 2*blockSamples)
	if spec.Codec == audio.WAV {
		all.addHeader(spec)
	}
	return all, ends, nil
}

// A chain renders one source after the other.
type chain struct{ parts []*Source }

// next implements renderer.
func (c *chain) next(dst []byte) []byte {
	for c.parts[0].left == 0 {
		c.parts = c.parts[1:]
	}
	n, _ := c.parts[0].Read(dst[:cap(dst)]) // a source's only error is its end
	return dst[:n]
}
