// Package tone makes stand-in speech: a hum that follows the letters of a text
// and rests between its words, in formats that real decoders play.
//
// The sound is made while it is read, in constant memory. The same format and
// text always give the same bytes; a different text gives different ones, for
// a fingerprint of the text lies where no one hears it.
package tone

import (
	"fmt"
	"hash/fnv"
	"io"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// A Source is the sound of one text. It is an [io.Reader] for one goroutine.
type Source struct {
	render  renderer
	pending []byte // made, and not yet read
	block   []byte // what pending is a part of, kept for its memory
	left    int64
	length  time.Duration
}

// A renderer makes a piece of sound at a time.
type renderer interface {
	// next appends a piece to dst, which is empty and has room for one.
	// It is not called again after the last piece.
	next(dst []byte) []byte
}

// New returns the sound of text in the format of spec. Opus and M4A cannot be
// produced, nor can rates and bit rates that the codec does not have; the
// error says so.
func New(spec audio.Spec, text string) (*Source, error) {
	return newSource(spec, text, Duration(text))
}

// newSource returns the first part of a text's sound, or the sound and a rest.
func newSource(spec audio.Spec, text string, d time.Duration) (*Source, error) {
	switch spec.Codec {
	case audio.MP3:
		return newMP3(spec, text, d)
	case audio.PCM, audio.WAV, audio.ULaw, audio.ALaw:
		return newPCM(spec, text, d)
	}
	return nil, fmt.Errorf("tone: cannot produce %s: no encoder for codec %q", spec, spec.Codec)
}

// Read implements [io.Reader]. Its only error is [io.EOF].
func (s *Source) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && s.left > 0 {
		if len(s.pending) == 0 {
			s.block = s.render.next(s.block[:0])
			s.pending = s.block
		}
		c := copy(p[n:], s.pending)
		s.pending = s.pending[c:]
		s.left -= int64(c)
		n += c
	}
	return n, nil
}

// Len returns the number of bytes that are still to be read.
func (s *Source) Len() int64 {
	return s.left
}

// Duration returns how long the whole sound lasts, read or not. It differs
// from [Duration] of the text by less than a sample, for MP3 by less than a
// frame: the sound is then the longer one.
func (s *Source) Duration() time.Duration {
	return s.length
}

// fingerprint tells texts apart. The last step of FNV-1a is a bijection, so
// texts that differ in their last byte alone never share one.
func fingerprint(text string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, text) // a hash.Hash never fails
	return h.Sum64()
}
