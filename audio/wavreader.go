package audio

import (
	"errors"
	"fmt"
	"io"

	"github.com/elevenlabs-go/elevenlabs/internal/wav"
)

// A WAVReader reads the samples of a WAV file. It is for one goroutine at a
// time.
type WAVReader struct {
	// Format is what the file holds. It may be any that makes sense, of which
	// this package converts no more than 16-bit PCM and G.711.
	Format WAVFormat

	r    io.Reader
	size int64 // -1 if not known
	left int64
}

var errNoReader = errors.New("audio: the reader is nil")

// NewWAVReader reads the header of a WAV file. Chunks of other kinds are read
// over, RF64 and the extensible format are understood. It fails for what is not
// WAV, for a header that makes no sense, and for one without samples within
// 16 MiB. It keeps 40 bytes of the file at most, whatever the file claims.
func NewWAVReader(r io.Reader) (*WAVReader, error) {
	if r == nil {
		return nil, errNoReader
	}
	h, n, err := wav.ReadHeader(r)
	if err != nil {
		return nil, fmt.Errorf("audio: %w", err)
	}
	return &WAVReader{
		Format: WAVFormat{
			Encoding: Encoding(h.Tag), SampleRate: h.RateHz, Channels: h.Channels, BitsPerSample: h.SampleBits,
		},
		r: r, size: n, left: n,
	}, nil
}

// Size returns how many bytes of samples the header claims; -1 if it leaves
// that open, as a file does that was written to a pipe. Then all that follows
// is samples.
func (r *WAVReader) Size() int64 { return r.size }

// Read reads samples, which may be cut anywhere. It returns [io.EOF] behind the
// last of them, and [io.ErrUnexpectedEOF] when there are fewer than the header
// claims. What a file has behind its samples is not read.
func (r *WAVReader) Read(p []byte) (int, error) {
	if r.size < 0 {
		return r.r.Read(p)
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.r.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if err == io.EOF && r.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
