// Package audio knows what the names of the API's audio formats mean and how
// long a file of audio lasts.
//
// It reads names and the first bytes of files; it neither decodes nor encodes
// sound. Everything in it is a pure function, safe for concurrent use.
package audio

import (
	"strconv"
	"strings"
	"time"
)

// A Codec is the family of a format: the first part of its name.
type Codec string

// The codecs of the API.
const (
	MP3  Codec = "mp3"
	PCM  Codec = "pcm"  // signed 16-bit little-endian mono, no header
	WAV  Codec = "wav"  // the same samples behind a RIFF header
	Opus Codec = "opus" // in an Ogg container
	ULaw Codec = "ulaw" // G.711 mu-law, no header
	ALaw Codec = "alaw" // G.711 A-law, no header
	M4A  Codec = "m4a"  // AAC in an MP4 container
)

// A Spec is what a format's name says. All formats of the API are mono.
type Spec struct {
	Codec  Codec
	RateHz int // samples per second
	// BitRate is in bits per second. The name gives it for compressed
	// codecs; for the others it follows from the rate.
	BitRate int
}

// family is what the names of one codec have in common.
type family struct {
	codec       Codec
	prefix      string
	contentType string
	sampleBits  int // 0 when the name ends with a bit rate
}

var families = []family{
	{MP3, "mp3_", "audio/mpeg", 0},
	{PCM, "pcm_", "audio/pcm", 16},
	{WAV, "wav_", "audio/wav", 16},
	{Opus, "opus_", "audio/ogg", 0},
	{ULaw, "ulaw_", "audio/basic", 8},
	{ALaw, "alaw_", "audio/x-alaw-basic", 8},
	{M4A, "m4a_aac_", "audio/mp4", 0},
}

// Parse reads a format's name, such as mp3_44100_128, pcm_16000 or
// m4a_aac_44100_128. Rates and bit rates that the API does not offer today
// are fine; a name of another form, or of another codec, is not.
func Parse(name string) (Spec, bool) {
	for _, f := range families {
		if rest, ok := strings.CutPrefix(name, f.prefix); ok {
			return f.parse(rest)
		}
	}
	return Spec{}, false
}

func (f family) parse(numbers string) (Spec, bool) {
	first, second, both := strings.Cut(numbers, "_")
	if both != (f.sampleBits == 0) {
		return Spec{}, false
	}
	rate, ok := parseNumber(first)
	if !ok {
		return Spec{}, false
	}
	if !both {
		return Spec{Codec: f.codec, RateHz: rate, BitRate: rate * f.sampleBits}, true
	}
	kbps, ok := parseNumber(second)
	if !ok {
		return Spec{}, false
	}
	return Spec{Codec: f.codec, RateHz: rate, BitRate: kbps * 1000}, true
}

// parseNumber takes a positive number in its shortest form, so that a format
// has one name only. Six digits are plenty, and keep a product with 1000
// within 32 bits.
func parseNumber(s string) (int, bool) {
	if len(s) == 0 || len(s) > 6 || s[0] == '0' {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// String returns the format's name. For a Spec of [Parse] that is the name
// which was parsed.
func (s Spec) String() string {
	f := s.family()
	name := f.prefix + strconv.Itoa(s.RateHz)
	if f.sampleBits == 0 {
		name += "_" + strconv.Itoa(s.BitRate/1000)
	}
	return name
}

// ContentType returns the media type the API gives to the format, or
// application/octet-stream for a codec unknown here.
func (s Spec) ContentType() string {
	return s.family().contentType
}

// BytesPerSecond returns how much audio of the format fills a second, the
// headers of a container not counted, and about how much for codecs that vary.
func (s Spec) BytesPerSecond() int {
	return s.BitRate / 8
}

// wavHeaderBytes is what comes before 16-bit samples.
const wavHeaderBytes = 44

// Varies reports whether the bit rate is what the codec aims at, so that the
// bytes do not tell the time.
func (s Spec) Varies() bool { return s.Codec == Opus || s.Codec == M4A }

// Duration returns how long so many bytes of a file last, header included; 0
// when that varies, or would be more than 292 years.
func (s Spec) Duration(bytes int64) time.Duration {
	if s.Varies() || s.BytesPerSecond() <= 0 {
		return 0
	}
	if s.Codec == WAV {
		bytes -= wavHeaderBytes
	}
	d, _ := lasting(uint64(max(0, bytes)), uint64(s.BytesPerSecond()))
	return d
}

func (s Spec) family() family {
	for _, f := range families {
		if f.codec == s.Codec {
			return f
		}
	}
	return family{codec: s.Codec, prefix: string(s.Codec) + "_", contentType: "application/octet-stream"}
}
