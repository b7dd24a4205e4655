package audio_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// chunk returns a RIFF chunk that claims to be of n bytes.
func chunk(id string, n uint32, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(id), n), body...)
}

func riff(chunks ...[]byte) []byte {
	return append([]byte("RIFF\x00\x00\x00\x00WAVE"), bytes.Join(chunks, nil)...)
}

// format returns the body of a fmt chunk: tag, channels, rate, bytes a second
// and bits of a sample.
func format(tag, channels uint16, rate, perSecond uint32, bits uint16) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, tag)
	b = le.AppendUint16(b, channels)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, perSecond)
	b = le.AppendUint16(b, channels*bits/8)
	return le.AppendUint16(b, bits)
}

func TestMeasure_WAV(t *testing.T) {
	t.Parallel()
	stereo := chunk("fmt ", 16, format(1, 2, 44100, 176400, 16))
	mono := chunk("fmt ", 16, format(1, 1, 16000, 32000, 16))
	data := func(n uint32) []byte { return chunk("data", n, nil) }
	second := audio.Info{Duration: time.Second, Channels: 1, RateHz: 16000}

	tests := []struct {
		name string
		head []byte
		size int64
		want audio.Info
	}{
		{"mono", riff(mono, data(32000)), 32044, second},
		{"stereo", riff(stereo, data(352800)), 352844, audio.Info{Duration: 2 * time.Second, Channels: 2, RateHz: 44100}},
		{"size unknown", riff(mono, data(32000)), -1, second},
		{"chunks before and odd ones", riff(chunk("LIST", 3, []byte("abc\x00")), mono, chunk("fact", 4, make([]byte, 4)), data(32000)), -1, second},
		{"chunks behind the data", riff(mono, data(32000)), 99999, second},
		{"cut short", riff(mono, data(64000)), 32044, second},
		{"placeholder 0", riff(mono, data(0)), 32044, second},
		{"placeholder of 31 bits", riff(mono, data(math.MaxInt32)), 32044, second},
		{"placeholder of 32 bits", riff(mono, data(math.MaxUint32)), 32044, second},
		{"placeholder less a header", riff(mono, data(math.MaxUint32-36)), 32044, second},
		{"RF64", append([]byte("RF64"), riff(mono, data(math.MaxUint32))[4:]...), 32044, second},
		{"wrong byte rate", riff(chunk("fmt ", 16, format(1, 1, 16000, 7, 16)), data(32000)), -1, second},
		{"compressed goes by the byte rate", riff(chunk("fmt ", 16, format(2, 1, 16000, 8000, 4)), data(8000)), -1, second},
		{"mu-law", riff(chunk("fmt ", 18, append(format(7, 1, 8000, 8000, 8), 0, 0)), data(4000)), -1, audio.Info{Duration: time.Second / 2, Channels: 1, RateHz: 8000}},
		{"no data", riff(mono, data(0)), 44, audio.Info{Channels: 1, RateHz: 16000}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := audio.Measure(tt.head, tt.size)
			require.True(t, ok)
			require.Equal(t, tt.want, got)
		})
	}
}

// frame returns an MP3 frame of header and zeros, the tag at offset at.
func frame(header string, n, at int, tag ...byte) []byte {
	b := make([]byte, n)
	copy(b, header)
	copy(b[at:], tag)
	return b
}

func id3(n int) []byte {
	b := append([]byte("ID3\x04\x00\x00"), byte(n>>21&0x7F), byte(n>>14&0x7F), byte(n>>7&0x7F), byte(n&0x7F))
	return append(b, make([]byte, n)...)
}

const (
	mpeg1Mono   = "\xFF\xFB\x90\xC0" // 44100 Hz, 128 kbit/s: 417 bytes
	mpeg1Stereo = "\xFF\xFB\x90\x00"
	mpeg2Mono   = "\xFF\xF3\x44\xC0" // 24000 Hz, 32 kbit/s: 96 bytes
	mpeg25      = "\xFF\xE3\x18\xC0" // 8000 Hz, 8 kbit/s: 72 bytes
)

func TestMeasure_MP3(t *testing.T) {
	t.Parallel()
	xing := []byte("Xing\x00\x00\x00\x0F\x00\x00\x00\x7D") // 125 frames
	info := append([]byte("Info"), xing[4:]...)
	vbri := []byte("VBRI\x00\x01\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x7D")
	frames125 := 125 * 1152 * time.Second / 44100
	twice := func(b []byte) []byte { return append(b, b...) }

	tests := []struct {
		name string
		head []byte
		size int64
		want audio.Info
	}{
		{"CBR", twice(frame(mpeg1Mono, 417, 0)), 16000, audio.Info{Duration: time.Second, Channels: 1, RateHz: 44100}},
		{"stereo", twice(frame(mpeg1Stereo, 417, 0)), 16000, audio.Info{Duration: time.Second, Channels: 2, RateHz: 44100}},
		{"header alone", []byte(mpeg1Mono), 16000, audio.Info{Duration: time.Second, Channels: 1, RateHz: 44100}},
		{"MPEG-2", twice(frame(mpeg2Mono, 96, 0)), 4000, audio.Info{Duration: time.Second, Channels: 1, RateHz: 24000}},
		{"MPEG-2.5", twice(frame(mpeg25, 72, 0)), 1000, audio.Info{Duration: time.Second, Channels: 1, RateHz: 8000}},
		{"tag before", append(id3(300), frame(mpeg1Mono, 417, 0)...), 16310, audio.Info{Duration: time.Second, Channels: 1, RateHz: 44100}},
		{"two tags", append(append(id3(300), id3(0)...), frame(mpeg1Mono, 417, 0)...), 16320, audio.Info{Duration: time.Second, Channels: 1, RateHz: 44100}},
		{"zeros before", append(make([]byte, 1000), twice(frame(mpeg1Mono, 417, 0))...), 17000, audio.Info{Duration: time.Second, Channels: 1, RateHz: 44100}},
		{"Xing mono", frame(mpeg1Mono, 417, 21, xing...), -1, audio.Info{Duration: frames125, Channels: 1, RateHz: 44100}},
		{"Info stereo", frame(mpeg1Stereo, 417, 36, info...), 9999, audio.Info{Duration: frames125, Channels: 2, RateHz: 44100}},
		{"Xing MPEG-2", frame(mpeg2Mono, 96, 13, xing...), -1, audio.Info{Duration: 3 * time.Second, Channels: 1, RateHz: 24000}},
		{"Xing without frames", frame(mpeg1Mono, 417, 21, []byte("Xing\x00\x00\x00\x00\x00\x00\x00\x7D")...), 16000, audio.Info{Duration: time.Second, Channels: 1, RateHz: 44100}},
		{"VBRI", frame(mpeg1Mono, 417, 36, vbri...), -1, audio.Info{Duration: frames125, Channels: 1, RateHz: 44100}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := audio.Measure(tt.head, tt.size)
			require.True(t, ok)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestMeasure_DoesNotTell(t *testing.T) {
	t.Parallel()
	mono := chunk("fmt ", 16, format(1, 1, 16000, 32000, 16))
	data := chunk("data", 32000, nil)
	tests := []struct {
		name string
		head []byte
		size int64
	}{
		{"empty", nil, 0},
		{"text", []byte("hello, this is not audio at all"), 1000},
		{"zeros", make([]byte, 10000), 10000},
		{"sync bits only", bytes.Repeat([]byte{0xFF}, 10000), 10000},
		{"AAC in ADTS", []byte("\xFF\xF1\x50\x80\x02\x1F\xFC\x00"), 16000},
		{"layer II", []byte("\xFF\xFD\x90\xC0"), 16000},
		{"free format", []byte("\xFF\xFB\x00\xC0"), 16000},
		{"reserved rate", []byte("\xFF\xFB\x9C\xC0"), 16000},
		{"reserved version", []byte("\xFF\xEB\x90\xC0"), 16000},
		{"CBR of unknown size", []byte(mpeg1Mono), -1},
		{"no second frame", append([]byte(mpeg1Mono), make([]byte, 1000)...), 16000},
		{"junk, then a frame without successor", append(make([]byte, 100), mpeg1Mono...), 16000},
		{"tag larger than head", id3(50_000)[:4096], 900_000},
		{"WAV without fmt", riff(data), 32020},
		{"WAV without data", riff(mono), 36},
		{"WAV cut inside fmt", riff(mono)[:25], -1},
		{"WAV with placeholder, size unknown", riff(mono, chunk("data", math.MaxInt32, nil)), -1},
		{"WAV without channels", riff(chunk("fmt ", 16, format(1, 0, 16000, 32000, 16)), data), 32044},
		{"WAV without rate", riff(chunk("fmt ", 16, format(1, 1, 0, 32000, 16)), data), 32044},
		{"WAV with a short fmt", riff(chunk("fmt ", 8, make([]byte, 8)), data), 32044},
		{"WAV with a chunk past the end", riff(chunk("LIST", math.MaxUint32, nil), mono, data), 32044},
		{"WAV too long to count", riff(chunk("fmt ", 16, format(2, 1, 1, 1, 4)), chunk("data", 0, nil)), math.MaxInt64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := audio.Measure(tt.head, tt.size)
			require.False(t, ok)
			require.Zero(t, got)
		})
	}
}

func TestMP3Header(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want string
	}{
		{"mp3_44100_128", mpeg1Mono},
		{"mp3_24000_32", mpeg2Mono},
		{"mp3_8000_8", mpeg25},
		{"mp3_44100_8", ""},
		{"mp3_22050_320", ""},
		{"mp3_44000_128", ""},
	}
	for _, tt := range tests {
		s, ok := audio.Parse(tt.name)
		require.True(t, ok, tt.name)
		got, ok := audio.MP3Header(s)
		require.Equal(t, tt.want != "", ok, tt.name)
		if ok {
			require.Equal(t, tt.want, string(got[:]), tt.name)
		}
	}
	_, ok := audio.MP3Header(audio.Spec{Codec: audio.MP3, RateHz: 44100})
	require.False(t, ok, "free format")
}

func FuzzMeasure(f *testing.F) {
	mono := chunk("fmt ", 16, format(1, 1, 16000, 32000, 16))
	f.Add(riff(mono, chunk("data", 32000, nil)), int64(32044))
	f.Add(riff(chunk("LIST", 3, []byte("abc\x00")), mono, chunk("data", math.MaxUint32, nil)), int64(-1))
	f.Add(riff(chunk("fmt ", 16, format(2, 1, 1, 1, 4)), chunk("data", 0, nil)), int64(math.MaxInt64))
	f.Add(append(id3(20), frame(mpeg1Mono, 417, 21, []byte("Xing\x00\x00\x00\x01\xFF\xFF\xFF\xFF")...)...), int64(-1))
	f.Add(frame(mpeg2Mono, 96, 36, []byte("VBRI\x00\x01\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x7D")...), int64(4000))
	f.Add([]byte(mpeg25), int64(math.MaxInt64)) // too long to count
	f.Add([]byte("ID3\x04\x00\x10\x7F\x7F\x7F\x7F"), int64(math.MinInt64))
	f.Fuzz(func(t *testing.T, head []byte, size int64) {
		info, ok := audio.Measure(head, size)
		if !ok {
			require.Zero(t, info)
			return
		}
		require.GreaterOrEqual(t, info.Duration, time.Duration(0))
		require.Positive(t, info.Channels)
		require.Positive(t, info.RateHz)
	})
}
