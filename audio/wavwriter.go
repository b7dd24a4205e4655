package audio

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/elevenlabs-go/elevenlabs/internal/wav"
)

// An Encoding is how WAV says that samples are encoded. It is an open set; a
// file may have any other.
type Encoding uint16

const (
	EncodingPCM   Encoding = wav.Integer // signed little endian; of 8 bits or fewer unsigned
	EncodingFloat Encoding = wav.Float   // IEEE 754, little endian
	EncodingALaw  Encoding = wav.ALaw    // G.711
	EncodingULaw  Encoding = wav.ULaw    // G.711
)

// String returns pcm, float, alaw or ulaw, or the number of another encoding.
func (e Encoding) String() string {
	switch e {
	case EncodingPCM:
		return "pcm"
	case EncodingFloat:
		return "float"
	case EncodingALaw:
		return "alaw"
	case EncodingULaw:
		return "ulaw"
	}
	return fmt.Sprintf("Encoding(%#x)", uint16(e))
}

// A WAVFormat is what a WAV file holds.
type WAVFormat struct {
	// Encoding of the samples. Default [EncodingPCM].
	Encoding Encoding
	// SampleRate is in Hz.
	SampleRate int
	// Channels is how many samples there are of each moment. Default 1.
	Channels int
	// BitsPerSample is of one channel. Default 16, for G.711 8.
	BitsPerSample int
}

// withDefaults fills in what may be left out.
func (f WAVFormat) withDefaults() WAVFormat {
	if f.Encoding == 0 {
		f.Encoding = EncodingPCM
	}
	if f.Channels == 0 {
		f.Channels = 1
	}
	if f.BitsPerSample == 0 {
		f.BitsPerSample = 16
		if f.Encoding == EncodingALaw || f.Encoding == EncodingULaw {
			f.BitsPerSample = 8
		}
	}
	return f
}

func (f WAVFormat) header() wav.Format {
	return wav.Format{Tag: uint16(f.Encoding), Channels: f.Channels, RateHz: f.SampleRate, SampleBits: f.BitsPerSample}
}

func (f WAVFormat) validate() error {
	switch f.Encoding {
	case EncodingPCM:
		if f.BitsPerSample != 16 {
			return fmt.Errorf("audio: cannot write samples of %d bits, only 16", f.BitsPerSample)
		}
	case EncodingALaw, EncodingULaw:
		if f.BitsPerSample != 8 {
			return fmt.Errorf("audio: G.711 has 8 bits, not %d", f.BitsPerSample)
		}
	default:
		return fmt.Errorf("audio: cannot write the encoding %s, only pcm, alaw and ulaw", f.Encoding)
	}
	switch frame := f.header().FrameBytes(); {
	case f.Channels < 1 || f.Channels > math.MaxInt16:
		return fmt.Errorf("audio: %d channels", f.Channels)
	case f.SampleRate < 1 || f.SampleRate > math.MaxInt32/frame:
		return fmt.Errorf("audio: a sample rate of %d Hz", f.SampleRate)
	}
	return nil
}

// A WAVWriter writes samples behind the header of a WAV file, in any pieces.
//
// The header says at first that the number of samples is not known, which
// players and decoders take as "to the end": so a file can be listened to while
// it is written. If the writer can seek, Close puts in the number.
//
// It is for one goroutine at a time.
type WAVWriter struct {
	w      io.Writer
	format WAVFormat
	start  int64 // where in the file the header is, -1 if the writer cannot seek
	begun  bool
	bytes  int64 // of samples
	err    error // that ended it
	closed bool
}

// NewWAVWriter returns a writer of a WAV file: of 16-bit samples or of G.711. It
// fails for a format that cannot be written. The header is written with the
// first samples, or by Close. A file must not be opened for appending, for then
// it cannot write elsewhere.
func NewWAVWriter(w io.Writer, format WAVFormat) (*WAVWriter, error) {
	if w == nil {
		return nil, errors.New("audio: the writer is nil")
	}
	format = format.withDefaults()
	if err := format.validate(); err != nil {
		return nil, err
	}
	return &WAVWriter{w: w, format: format, start: -1}, nil
}

// Write writes samples, cut anywhere.
func (w *WAVWriter) Write(p []byte) (int, error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	n, err := w.w.Write(p)
	w.bytes += int64(n)
	w.err = err
	return n, err
}

var errWAVClosed = fmt.Errorf("audio: the WAV file has its end: %w", os.ErrClosed)

// begin writes the header unless it is there.
func (w *WAVWriter) begin() error {
	if w.begun || w.err != nil {
		return w.err
	}
	w.begun = true
	if s, ok := w.w.(io.Seeker); ok {
		// A pipe has a Seek that fails.
		if at, err := s.Seek(0, io.SeekCurrent); err == nil {
			w.start = at
		}
	}
	_, w.err = w.w.Write(wav.AppendHeader(nil, w.format.header(), -1))
	return w.err
}

// Close ends the file: it puts the number of samples into the header if the
// writer can seek, and does not close the writer. A file of more than 4 GiB
// keeps the header that leaves it open, and so does one of which a Write failed,
// whose error Close returns. A last sample that is not whole is an
// [io.ErrUnexpectedEOF], and the file is good up to there. Closing again does
// nothing.
func (w *WAVWriter) Close() error {
	if w.closed {
		return nil
	}
	err := w.begin()
	if err == nil {
		err = w.finish()
	}
	w.closed, w.err = true, errWAVClosed
	return err
}

func (w *WAVWriter) finish() error {
	if w.bytes%2 != 0 {
		if _, err := w.w.Write([]byte{0}); err != nil {
			return err
		}
	}
	if s, ok := w.w.(io.WriteSeeker); ok && w.start >= 0 {
		if err := w.complete(s); err != nil {
			return err
		}
	}
	if part := w.bytes % int64(w.format.header().FrameBytes()); part != 0 {
		return fmt.Errorf("audio: %d bytes of a sample at the end: %w", part, io.ErrUnexpectedEOF)
	}
	return nil
}

// complete writes the header again, with the sizes.
func (w *WAVWriter) complete(s io.WriteSeeker) error {
	end, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := s.Seek(w.start, io.SeekStart); err != nil {
		return err
	}
	if _, err := s.Write(wav.AppendHeader(nil, w.format.header(), w.bytes)); err != nil {
		return err
	}
	_, err = s.Seek(end, io.SeekStart)
	return err
}
