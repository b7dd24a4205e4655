package audio

import (
	"encoding/binary"
	"math"
)

// wavFormat is the part of a fmt chunk that decides the duration.
type wavFormat struct {
	channels    int
	rateHz      int
	bytesPerSec uint64
}

// isWAV accepts RF64 too, the variant for more than 4 GiB: its data size is a
// placeholder, which the walk handles.
func isWAV(head []byte) bool {
	if len(head) < 12 || string(head[8:12]) != "WAVE" {
		return false
	}
	id := string(head[:4])
	return id == "RIFF" || id == "RF64"
}

// measureWAV walks the chunks up to the data. Each step moves on by at least
// the eight bytes of a chunk's header, so the walk is bounded by len(head).
func measureWAV(head []byte, size int64) (Info, bool) {
	var format wavFormat
	known := false
	for off := int64(12); off+8 <= int64(len(head)); {
		id := string(head[off : off+4])
		n := int64(binary.LittleEndian.Uint32(head[off+4:]))
		body := off + 8
		switch id {
		case "fmt ":
			if format, known = parseWAVFormat(head[body:], n); !known {
				return Info{}, false
			}
		case "data":
			return measureWAVData(format, n, body, size)
		}
		off = body + n + n&1 // chunks are padded to an even length
	}
	return Info{}, false
}

// measureWAVData works on the data chunk that starts at byte start and claims
// to hold claimed bytes. A format before it is required, as in the standard.
func measureWAVData(f wavFormat, claimed, start, size int64) (Info, bool) {
	if f.channels == 0 {
		return Info{}, false
	}
	n := claimed
	switch {
	case size < 0 && isPlaceholder(claimed):
		return Info{}, false
	case size >= 0 && (isPlaceholder(claimed) || claimed > size-start):
		n = size - start
	}
	d, ok := lasting(uint64(n), f.bytesPerSec)
	if !ok {
		return Info{}, false
	}
	return Info{Duration: d, Channels: f.channels, RateHz: f.rateHz}, true
}

// isPlaceholder tells the sizes that writers to a pipe leave behind: 0, or the
// largest number of 31 or 32 bits, which some reduce by a header or round down
// to a page.
func isPlaceholder(n int64) bool {
	const page = 1 << 12
	return n == 0 ||
		n > math.MaxInt32-page && n <= math.MaxInt32 ||
		n > math.MaxUint32-page
}

// parseWAVFormat reads the start of a fmt chunk of n bytes.
func parseWAVFormat(b []byte, n int64) (wavFormat, bool) {
	if n < 16 || len(b) < 16 {
		return wavFormat{}, false
	}
	tag := binary.LittleEndian.Uint16(b)
	channels := binary.LittleEndian.Uint16(b[2:])
	rate := binary.LittleEndian.Uint32(b[4:])
	bytesPerSec := uint64(binary.LittleEndian.Uint32(b[8:]))
	sampleBits := binary.LittleEndian.Uint16(b[14:])
	// Uncompressed samples say twice how fast they go, and the field of its
	// own is the one that writers get wrong.
	if isUncompressed(tag) && sampleBits != 0 {
		bytesPerSec = uint64(rate) * uint64(channels) * ((uint64(sampleBits) + 7) / 8)
	}
	if channels == 0 || rate == 0 || rate > math.MaxInt32 || bytesPerSec == 0 {
		return wavFormat{}, false
	}
	return wavFormat{int(channels), int(rate), bytesPerSec}, true
}

// isUncompressed tells the tags whose samples have a fixed width: integer,
// float, A-law, mu-law, and the extensible one that wraps one of them.
func isUncompressed(tag uint16) bool {
	switch tag {
	case 1, 3, 6, 7, 0xFFFE:
		return true
	}
	return false
}
