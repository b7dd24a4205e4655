package audio

import (
	"encoding/binary"
	"slices"
)

// maxJunk is how far behind the tags the first frame is looked for. Taggers
// leave zeros there, seldom more than a few hundred.
const maxJunk = 4096

// The tables of layer III. Index 0 of a bit rate means free format, which
// tells nothing about the duration; in MPEG-2 and 2.5 the rates are lower.
var (
	mpeg1Kbps = []int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	mpeg2Kbps = []int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}

	// mp3RatesHz is indexed by the header's version bits; 1 is reserved.
	mp3RatesHz = [4][]int{
		0: {11025, 12000, 8000},
		2: {22050, 24000, 16000},
		3: {44100, 48000, 32000},
	}
)

const mpeg1 = 3 // version bits of MPEG-1

// frameHeader is the header of one layer III frame.
type frameHeader struct {
	version int // as in the header
	rateHz  int
	bitRate int // bits per second
	padding int // bytes
	mono    bool
}

// MP3Header returns the header of a mono layer III frame without CRC and
// padding. It reports false when no MPEG version has that rate or bit rate.
func MP3Header(s Spec) (header [4]byte, ok bool) {
	for version, rates := range mp3RatesHz {
		rate := slices.Index(rates, s.RateHz)
		rung := slices.Index(kbpsOf(version), s.BitRate/1000)
		if rate >= 0 && rung > 0 && s.BitRate%1000 == 0 {
			return [4]byte{0xFF, 0xE3 | byte(version)<<3, byte(rung<<4 | rate<<2), 0xC0}, true
		}
	}
	return header, false
}

func kbpsOf(version int) []int {
	if version == mpeg1 {
		return mpeg1Kbps
	}
	return mpeg2Kbps
}

// parseFrameHeader takes the first four bytes of b.
func parseFrameHeader(b []byte) (frameHeader, bool) {
	if len(b) < 4 || b[0] != 0xFF || b[1]&0xE6 != 0xE2 { // sync, and layer III
		return frameHeader{}, false
	}
	version := int(b[1] >> 3 & 3)
	rates, rate := mp3RatesHz[version], int(b[2]>>2&3)
	kbps, rung := kbpsOf(version), int(b[2]>>4)
	if rate >= len(rates) || rung == 0 || rung >= len(kbps) {
		return frameHeader{}, false
	}
	return frameHeader{
		version: version,
		rateHz:  rates[rate],
		bitRate: 1000 * kbps[rung],
		padding: int(b[2] >> 1 & 1),
		mono:    b[3]>>6 == 3,
	}, true
}

func (h frameHeader) samples() int {
	if h.version == mpeg1 {
		return 1152
	}
	return 576
}

func (h frameHeader) bytes() int {
	return h.samples()/8*h.bitRate/h.rateHz + h.padding
}

func measureMP3(head []byte, size int64) (Info, bool) {
	off, ok := skipID3(head)
	if !ok {
		return Info{}, false
	}
	h, off, ok := firstFrame(head, off)
	if !ok {
		return Info{}, false
	}
	info := Info{Channels: 2, RateHz: h.rateHz}
	if h.mono {
		info.Channels = 1
	}
	if frames := frameCount(head[off:], h); frames > 0 {
		info.Duration, ok = lasting(frames*uint64(h.samples()), uint64(h.rateHz))
	} else {
		info.Duration, ok = lasting(uint64(max(0, size-int64(off))), uint64(h.bitRate/8))
		ok = ok && size >= 0
	}
	if !ok {
		return Info{}, false
	}
	return info, true
}

// skipID3 returns the offset behind the ID3v2 tags, false when they go on
// behind head. A tag with a cover picture can be of megabytes.
func skipID3(head []byte) (int, bool) {
	off := 0
	for len(head)-off >= 10 && string(head[off:off+3]) == "ID3" {
		b := head[off:]
		n := int(b[6]&0x7F)<<21 | int(b[7]&0x7F)<<14 | int(b[8]&0x7F)<<7 | int(b[9]&0x7F)
		n += 10
		if b[5]&0x10 != 0 {
			n += 10 // a footer
		}
		if n > len(b) {
			return 0, false
		}
		off += n
	}
	return off, true
}

// firstFrame finds the first frame at off or soon after. Eleven bits of sync
// turn up in anything, so a second frame must follow where the first ends;
// only a frame right at off may have its successor behind head.
func firstFrame(head []byte, off int) (frameHeader, int, bool) {
	for i := off; i < min(len(head), off+maxJunk); i++ {
		h, ok := parseFrameHeader(head[i:])
		if !ok {
			continue
		}
		next := i + h.bytes()
		if next+4 > len(head) {
			if i == off {
				return h, i, true
			}
			continue
		}
		n, ok := parseFrameHeader(head[next:])
		if ok && n.version == h.version && n.rateHz == h.rateHz {
			return h, i, true
		}
	}
	return frameHeader{}, 0, false
}

// frameCount returns the number of frames that a Xing, Info or VBRI header
// inside the first frame gives, 0 without one.
func frameCount(frame []byte, h frameHeader) uint64 {
	tag, at := countTag(frame, h)
	if len(tag) < at+4 {
		return 0
	}
	if hasFrames := string(tag[:4]) == "VBRI" || tag[7]&1 != 0; !hasFrames {
		return 0
	}
	return uint64(binary.BigEndian.Uint32(tag[at:]))
}

// isFrameCount reports whether a first frame has such a header, and so no sound.
func isFrameCount(frame []byte, h frameHeader) bool {
	tag, _ := countTag(frame, h)
	return tag != nil
}

// countTag returns the header from its name on, nil if there is none, and where
// in it the number of frames has its place.
func countTag(frame []byte, h frameHeader) (tag []byte, at int) {
	frame = frame[:min(len(frame), h.bytes())]
	// VBRI has a fixed place; Xing and Info follow the side information.
	if tag = from(frame, 36); len(tag) >= 4 && string(tag[:4]) == "VBRI" {
		return tag, 14
	}
	tag = from(frame, 4+h.sideInfoBytes())
	if len(tag) >= 4 && (string(tag[:4]) == "Xing" || string(tag[:4]) == "Info") {
		return tag, 8
	}
	return nil, 0
}

// sideInfoBytes returns the length of the side information, which lies
// between the header and the main data.
func (h frameHeader) sideInfoBytes() int {
	switch {
	case h.version == mpeg1 && h.mono:
		return 17
	case h.version == mpeg1:
		return 32
	case h.mono:
		return 9
	}
	return 17
}

func from(b []byte, off int) []byte {
	return b[min(off, len(b)):]
}
