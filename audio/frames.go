package audio

import (
	"fmt"
	"io"
	"iter"
)

// A FrameReader reads whole frames from a stream that may be cut anywhere: a
// sample of 2 bytes, or the 160 of 20 ms on a telephone line. What is left of a
// frame waits for the rest of it.
//
// It is for one goroutine at a time. It does not read further than it is asked
// for, and does not close the stream.
type FrameReader struct {
	r    io.Reader
	size int
	rest []byte // the start of a frame, in a slice with room for all of it
	pad  bool
	fill byte
	err  error // how the stream ended
}

// NewFrameReader returns a reader of whole frames of so many bytes. A stream
// that ends inside of a frame ends with [io.ErrUnexpectedEOF]. A nil reader, or a
// size that is not positive, is the error of the first Read.
func NewFrameReader(r io.Reader, frameBytes int) *FrameReader {
	f := &FrameReader{r: r, size: max(frameBytes, 1)}
	if frameBytes < 1 {
		f.err = fmt.Errorf("audio: a frame of %d bytes", frameBytes)
	}
	if r == nil {
		f.err = errNoReader
	}
	f.rest = make([]byte, 0, f.size)
	return f
}

// NewPaddedFrameReader is [NewFrameReader] for lines that take nothing but
// frames: what lacks of the last one is filled with silence, such as
// [ULawSilence].
func NewPaddedFrameReader(r io.Reader, frameBytes int, silence byte) *FrameReader {
	f := NewFrameReader(r, frameBytes)
	f.pad, f.fill = true, silence
	return f
}

// Read reads at least one frame and no more than p has room for, all of them
// whole. It waits for the end of the first frame only. It returns
// [io.ErrShortBuffer] if p has no room for a frame, and the stream's error
// behind the last whole frame; part of a frame that broke is dropped.
func (f *FrameReader) Read(p []byte) (int, error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case f.err != nil && len(f.rest) == 0:
		return 0, f.err
	case len(p) < f.size:
		return 0, io.ErrShortBuffer
	}
	p = p[:len(p)-len(p)%f.size]
	n := f.gather(p, copy(p, f.rest))
	whole := n - n%f.size
	f.rest = append(f.rest[:0], p[whole:n]...)
	if whole > 0 {
		return whole, nil
	}
	return f.last(p)
}

// gather reads until p, which has n bytes, has a whole frame.
func (f *FrameReader) gather(p []byte, n int) int {
	for empty := 0; n < f.size && f.err == nil; {
		var m int
		m, f.err = f.r.Read(p[n:])
		if n += m; m > 0 {
			empty = 0
		} else if empty++; empty == 100 && f.err == nil {
			f.err = io.ErrNoProgress
		}
	}
	return n
}

// last settles what is left at the end of the stream.
func (f *FrameReader) last(p []byte) (int, error) {
	n := copy(p, f.rest)
	f.rest = f.rest[:0]
	if n == 0 || f.err != io.EOF {
		return 0, f.err
	}
	if !f.pad {
		f.err = io.ErrUnexpectedEOF
		return 0, f.err
	}
	for i := n; i < f.size; i++ {
		p[i] = f.fill
	}
	return f.size, nil
}

// All returns the frames one by one, each valid until the next. The last pair
// has the error that ended the stream, if it was not [io.EOF]. A range that is
// left and begun anew goes on where it was.
func (f *FrameReader) All() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		frame := make([]byte, f.size)
		for {
			_, err := f.Read(frame)
			switch {
			case err == io.EOF:
				return
			case err != nil:
				yield(nil, err)
				return
			case !yield(frame, nil):
				return
			}
		}
	}
}
