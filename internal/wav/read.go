package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// maxHeader is how far the samples are looked for. Taggers put pictures of a
// few megabytes before them.
const maxHeader = 16 << 20

var (
	errNotWAV  = errors.New("not a WAV file")
	errTooLong = fmt.Errorf("no samples within the first %d MiB", maxHeader>>20)
)

// A header reads chunk after chunk.
type header struct {
	r      io.Reader
	left   int64 // of maxHeader
	format Format
	known  bool  // format is
	long   int64 // the size of the samples by RF64, 0 if it does not say
}

// ReadHeader reads a WAV file up to its first sample. It returns how many bytes
// of samples the file claims to have, -1 if it does not say. It keeps no more
// of the file than the 40 bytes of a format, whatever sizes the file tells.
func ReadHeader(r io.Reader) (f Format, dataBytes int64, err error) {
	h := header{r: r, left: maxHeader}
	var b [12]byte
	if err := h.read(b[:]); err != nil {
		return Format{}, 0, err
	}
	id := string(b[:4])
	if id != "RIFF" && id != "RF64" || string(b[8:]) != "WAVE" {
		return Format{}, 0, errNotWAV
	}
	for {
		if err := h.read(b[:8]); err != nil {
			return Format{}, 0, err
		}
		size := binary.LittleEndian.Uint32(b[4:])
		if string(b[:4]) == "data" {
			if !h.known {
				return Format{}, 0, errors.New("the samples have no format before them")
			}
			return h.format, h.dataBytes(size), nil
		}
		if err := h.chunk(string(b[:4]), int64(size)); err != nil {
			return Format{}, 0, err
		}
	}
}

// dataBytes takes the size in the header of the samples. A size of their own
// is what RF64 is for: files of more than 4 GiB.
func (h *header) dataBytes(size uint32) int64 {
	switch {
	case size == math.MaxUint32 && h.long > 0:
		return h.long
	case IsPlaceholder(size):
		return -1
	}
	return int64(size)
}

// chunk reads over a chunk of size bytes, and learns from it. Chunks are padded
// to an even length.
func (h *header) chunk(id string, size int64) error {
	var b [40]byte
	used := int64(0)
	switch id {
	case "fmt ":
		used = min(size, int64(len(b)))
	case "ds64":
		used = min(size, 16)
	}
	if err := h.read(b[:used]); err != nil {
		return err
	}
	switch {
	case id == "fmt ":
		f, ok := parseFormat(b[:used])
		if !ok {
			return errors.New("the format makes no sense")
		}
		h.format, h.known = f, true
	case used == 16: // the sizes of the file and of the samples
		h.long = max(0, int64(binary.LittleEndian.Uint64(b[8:])))
	}
	return h.skip(size + size&1 - used)
}

func (h *header) read(b []byte) error {
	if h.left -= int64(len(b)); h.left < 0 {
		return errTooLong
	}
	return short(io.ReadFull(h.r, b))
}

func (h *header) skip(n int64) error {
	if h.left -= n; h.left < 0 {
		return errTooLong
	}
	_, err := io.CopyN(io.Discard, h.r, n)
	return short(0, err)
}

// short makes of an end inside the header the error it is.
func short(_ int, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the header is cut short: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// guid is what follows the tag in the sixteen bytes that name an extensible
// format.
const guid = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71"

// parseFormat reads the start of a fmt chunk.
func parseFormat(b []byte) (Format, bool) {
	if len(b) < 16 {
		return Format{}, false
	}
	le := binary.LittleEndian
	rate, perSecond := le.Uint32(b[4:]), le.Uint32(b[8:])
	f := Format{
		Tag: le.Uint16(b), Channels: int(le.Uint16(b[2:])), RateHz: int(rate & math.MaxInt32),
		SampleBits: int(le.Uint16(b[14:])), BytesPerSecond: uint64(perSecond),
	}
	if f.Tag == extensible && len(b) == 40 && string(b[26:]) == guid {
		f.Tag = le.Uint16(b[24:])
	}
	// Samples of a fixed width say twice how fast they go, and the field of its
	// own is the one that writers get wrong.
	if frame := f.FrameBytes(); frame > 0 {
		f.BytesPerSecond = uint64(rate) * uint64(frame)
	}
	return f, f.Channels > 0 && rate > 0 && rate <= math.MaxInt32 && f.BytesPerSecond > 0
}
