package audio

import (
	"bytes"

	"github.com/elevenlabs-go/elevenlabs/internal/wav"
)

// isWAV accepts RF64 too, the variant for more than 4 GiB.
func isWAV(head []byte) bool {
	if len(head) < 12 || string(head[8:12]) != "WAVE" {
		return false
	}
	id := string(head[:4])
	return id == "RIFF" || id == "RF64"
}

// measureWAV goes by what the header claims, and by the size of the file where
// that is less, or the header does not know.
func measureWAV(head []byte, size int64) (Info, bool) {
	r := bytes.NewReader(head)
	f, n, err := wav.ReadHeader(r)
	if err != nil || n < 0 && size < 0 {
		return Info{}, false
	}
	if start := int64(len(head) - r.Len()); size >= 0 && (n < 0 || n > size-start) {
		n = size - start
	}
	d, ok := lasting(uint64(n), f.BytesPerSecond)
	if !ok {
		return Info{}, false
	}
	return Info{Duration: d, Channels: f.Channels, RateHz: f.RateHz}, true
}
