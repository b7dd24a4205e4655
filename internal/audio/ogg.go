package audio

import (
	"encoding/binary"
	"math"
)

// opusRateHz is what the positions of Opus count in, whatever was encoded.
const opusRateHz = 48000

// An oggPage is one page of an Ogg file (RFC 3533).
type oggPage struct {
	first    bool  // it begins a stream
	position int64 // samples up to its end, -1 when no packet ends in it
	body     []byte
}

// nextPage takes the page that b begins with, and returns what follows it.
func nextPage(b []byte) (p oggPage, rest []byte, ok bool) {
	const header = 27
	if len(b) < header || string(b[:5]) != "OggS\x00" {
		return p, nil, false
	}
	body := header + int(b[26])
	if len(b) < body {
		return p, nil, false
	}
	end := body
	for _, n := range b[header:body] {
		end += int(n)
	}
	if len(b) < end {
		return p, nil, false
	}
	position := int64(binary.LittleEndian.Uint64(b[6:]))
	return oggPage{first: b[5]&2 != 0, position: position, body: b[body:end]}, b[end:], true
}

// measureOpus takes a whole file, since its end is what tells. Streams that
// follow one another add up.
func measureOpus(file []byte) (Info, bool) {
	info := Info{RateHz: opusRateHz}
	var skip, last, before int64 // what a decoder drops, the end, and earlier streams
	for len(file) > 0 {
		page, rest, ok := nextPage(file)
		if !ok || page.position > math.MaxInt64-before {
			return Info{}, false
		}
		file = rest
		if page.first {
			before += max(0, last-skip)
			if info.Channels, skip, ok = opusHead(page.body); !ok {
				return Info{}, false
			}
			last = 0
		}
		last = max(last, page.position)
	}
	d, ok := lasting(uint64(before+max(0, last-skip)), opusRateHz)
	if !ok || info.Channels == 0 {
		return Info{}, false
	}
	info.Duration = d
	return info, true
}

// opusHead reads the packet that begins a stream of Opus (RFC 7845).
func opusHead(b []byte) (channels int, skip int64, ok bool) {
	if len(b) < 19 || string(b[:8]) != "OpusHead" || b[9] == 0 {
		return 0, 0, false
	}
	return int(b[9]), int64(binary.LittleEndian.Uint16(b[10:])), true
}
