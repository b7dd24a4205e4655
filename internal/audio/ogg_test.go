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

// page returns an Ogg page of one packet that ends at a position. A page of
// kind 2 begins a stream.
func page(kind byte, position int64, body string) []byte {
	b := append([]byte("OggS\x00"), kind)
	b = binary.LittleEndian.AppendUint64(b, uint64(position))
	b = append(b, make([]byte, 12)...) // serial number, count, check sum
	b = append(b, byte(len(body)/255+1))
	b = append(b, bytes.Repeat([]byte{255}, len(body)/255)...)
	return append(append(b, byte(len(body)%255)), body...)
}

// opus returns the pages that begin a stream with so many samples to drop.
func opus(skip uint16) []byte {
	head := binary.LittleEndian.AppendUint16([]byte("OpusHead\x01\x01"), skip)
	head = append(head, "\x80\xBB\x00\x00\x00\x00\x00"...)
	return append(page(2, 0, string(head)), page(0, 0, "OpusTags")...)
}

func TestMeasure_Opus(t *testing.T) {
	t.Parallel()
	long := string(make([]byte, 700))
	tests := []struct {
		name string
		file []byte
		want time.Duration
	}{
		{"the last page tells", bytes.Join([][]byte{opus(312), page(0, 24312, long), page(4, 48312, long)}, nil), time.Second},
		{"a page in which no packet ends", bytes.Join([][]byte{opus(0), page(0, 48000, long), page(4, -1, long)}, nil), time.Second},
		{"two streams", bytes.Join([][]byte{opus(312), page(4, 48312, long), opus(312), page(4, 24312, long)}, nil), 1500 * time.Millisecond},
		{"less than is dropped", bytes.Join([][]byte{opus(312), page(4, 100, long)}, nil), 0},
		{"nothing behind the head", opus(312), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := audio.Measure(tt.file, int64(len(tt.file)))
			require.True(t, ok)
			require.Equal(t, audio.Info{Duration: tt.want, Channels: 1, RateHz: 48000}, got)

			_, ok = audio.Measure(tt.file, int64(len(tt.file))+1)
			require.False(t, ok, "the end is not here")
		})
	}
}

func TestMeasure_OpusDoesNotTell(t *testing.T) {
	t.Parallel()
	whole := append(opus(312), page(4, 48312, "sound")...)
	for name, file := range map[string][]byte{
		"cut inside a page":       whole[:len(whole)-1],
		"cut inside a head":       whole[:20],
		"text between pages":      append(bytes.Clone(whole), "text"...),
		"Vorbis":                  page(2, 0, "\x01vorbis and more than 19 bytes"),
		"no stream begins":        page(4, 48000, "sound"),
		"no channels":             bytes.Replace(whole, []byte("OpusHead\x01\x01"), []byte("OpusHead\x01\x00"), 1),
		"a head of a few bytes":   page(2, 0, "OpusHead\x01\x01"),
		"positions beyond counts": bytes.Join([][]byte{opus(0), page(4, math.MaxInt64, ""), opus(0), page(4, 1, "")}, nil),
	} {
		_, ok := audio.Measure(file, int64(len(file)))
		require.False(t, ok, name)
	}
}

func FuzzMeasureOpus(f *testing.F) {
	f.Add(append(opus(312), page(4, 48312, "sound")...))
	f.Add(append(opus(0), page(0, math.MaxInt64, "")...))
	f.Add(append(opus(0), page(0, -1, "")...))
	f.Fuzz(func(t *testing.T, file []byte) {
		info, ok := audio.Measure(file, int64(len(file)))
		if !ok {
			require.Zero(t, info)
			return
		}
		require.GreaterOrEqual(t, info.Duration, time.Duration(0))
		require.Positive(t, info.Channels)
	})
}
