package audio

import "bytes"

// Sniff tells the codec of a file by its first bytes, empty for those of
// formats without a header and of formats not known here. MP3 is told by a tag
// or by a frame of layer III at the very start, with another behind it as far
// as head goes: samples near silence look like the sync of a frame.
func Sniff(head []byte) Codec {
	switch {
	case bytes.HasPrefix(head, []byte("RIFF")), bytes.HasPrefix(head, []byte("RF64")):
		return WAV
	case bytes.HasPrefix(head, []byte("OggS")):
		return Opus
	case bytes.HasPrefix(head, []byte("ID3")):
		return MP3
	}
	if _, at, ok := firstFrame(head, 0); ok && at == 0 {
		return MP3
	}
	return ""
}

// Fits reports whether a file that begins so can be of the format. It does not
// tell rates apart, and it believes in a beginning of less than 4 bytes.
func (s Spec) Fits(head []byte) bool {
	if len(head) < 4 {
		return true
	}
	switch s.Codec {
	case WAV, Opus:
		return Sniff(head) == s.Codec
	case MP3:
		return Sniff(head) == MP3 || Sniff(head) == ""
	case PCM, ULaw, ALaw:
		return Sniff(head) == ""
	}
	return true
}
