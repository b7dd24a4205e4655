package wav_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/wav"
)

// chunk returns a RIFF chunk that claims to be of n bytes.
func chunk(id string, n uint32, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(id), n), body...)
}

func riff(chunks ...[]byte) []byte {
	return append([]byte("RIFF\x00\x00\x00\x00WAVE"), bytes.Join(chunks, nil)...)
}

// fields returns the body of a fmt chunk.
func fields(tag, channels uint16, rate, perSecond uint32, bits uint16, more ...byte) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, tag)
	b = le.AppendUint16(b, channels)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, perSecond)
	b = le.AppendUint16(b, channels*bits/8)
	return append(le.AppendUint16(b, bits), more...)
}

var (
	mono16k = chunk("fmt ", 16, fields(1, 1, 16000, 32000, 16))
	plain   = wav.Format{Tag: wav.Integer, Channels: 1, RateHz: 16000, SampleBits: 16, BytesPerSecond: 32000}
)

// extension is what an extensible format has behind the plain fields: its
// length, valid bits, places of speakers, and the name of the real format.
func extension(tag byte, tail string) []byte {
	return append([]byte{22, 0, 16, 0, 4, 0, 0, 0, tag, 0}, tail...)
}

func TestReadHeader(t *testing.T) {
	t.Parallel()
	const guid = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71"
	samples := chunk("data", 100, nil)
	rf64 := append([]byte("RF64"), riff(
		chunk("ds64", 28, append(binary.LittleEndian.AppendUint64(make([]byte, 8), 5<<30), make([]byte, 12)...)),
		mono16k, chunk("data", math.MaxUint32, nil))[4:]...)
	unnamed := plain
	unnamed.Tag = 0xFFFE
	tests := []struct {
		name   string
		file   []byte
		format wav.Format
		bytes  int64
	}{
		{"plain", riff(mono16k, samples), plain, 100},
		{"chunks before, one of odd length", riff(chunk("LIST", 3, []byte("abc\x00")), mono16k, chunk("fact", 4, make([]byte, 4)), samples), plain, 100},
		{"placeholder 0", riff(mono16k, chunk("data", 0, nil)), plain, -1},
		{"placeholder of 31 bits", riff(mono16k, chunk("data", math.MaxInt32, nil)), plain, -1},
		{"placeholder of 32 bits", riff(mono16k, chunk("data", math.MaxUint32, nil)), plain, -1},
		{"RF64 of 5 GiB", rf64, plain, 5 << 30},
		{"extensible", riff(chunk("fmt ", 40, fields(0xFFFE, 1, 16000, 32000, 16, extension(1, guid)...)), samples), plain, 100},
		{"extensible of no known name", riff(chunk("fmt ", 40, fields(0xFFFE, 1, 16000, 32000, 16, extension(1, strings.Repeat("x", 14))...)), samples), unnamed, 100},
		{"a long format", riff(chunk("fmt ", 51, fields(1, 1, 16000, 32000, 16, make([]byte, 36)...)), samples), plain, 100},
		{"wrong byte rate", riff(chunk("fmt ", 16, fields(1, 1, 16000, 7, 16)), samples), plain, 100},
		{"mu-law", riff(chunk("fmt ", 18, fields(7, 1, 8000, 8000, 8, 0, 0)), samples), wav.Format{Tag: wav.ULaw, Channels: 1, RateHz: 8000, SampleBits: 8, BytesPerSecond: 8000}, 100},
		{"compressed", riff(chunk("fmt ", 16, fields(2, 1, 16000, 8000, 4)), samples), wav.Format{Tag: 2, Channels: 1, RateHz: 16000, SampleBits: 4, BytesPerSecond: 8000}, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := io.MultiReader(bytes.NewReader(tt.file), strings.NewReader("samples"))
			format, n, err := wav.ReadHeader(r)
			require.NoError(t, err)
			require.Equal(t, tt.format, format)
			require.Equal(t, tt.bytes, n)
			rest, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, "samples", string(rest))
		})
	}
}

func TestReadHeader_Refuses(t *testing.T) {
	t.Parallel()
	samples := chunk("data", 100, nil)
	for name, tt := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":                  {nil, "cut short"},
		"MP3":                      {[]byte("ID3\x04 and some more bytes"), "not a WAV file"},
		"another RIFF":             {[]byte("RIFF\x00\x00\x00\x00AVI and more"), "not a WAV file"},
		"no format":                {riff(samples), "no format"},
		"no samples":               {riff(mono16k), "cut short"},
		"an end inside the format": {riff(mono16k)[:30], "cut short"},
		"a short format":           {riff(chunk("fmt ", 8, make([]byte, 8)), samples), "makes no sense"},
		"no channels":              {riff(chunk("fmt ", 16, fields(1, 0, 16000, 32000, 16)), samples), "makes no sense"},
		"no rate":                  {riff(chunk("fmt ", 16, fields(1, 1, 0, 32000, 16)), samples), "makes no sense"},
		"a rate beyond any":        {riff(chunk("fmt ", 16, fields(1, 1, 1<<31, 32000, 16)), samples), "makes no sense"},
		"a chunk beyond any":       {riff(chunk("LIST", math.MaxUint32, nil), samples), "no samples within the first 16 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := wav.ReadHeader(bytes.NewReader(tt.file))
			require.ErrorContains(t, err, tt.says)
		})
	}
}

// A header without end must be given up, in constant memory.
func TestReadHeader_EndlessChunks(t *testing.T) {
	t.Parallel()
	r := &endless{head: riff(), chunk: chunk("junk", 0, nil)}
	_, _, err := wav.ReadHeader(r)
	require.ErrorContains(t, err, "no samples within the first 16 MiB")
	require.LessOrEqual(t, r.n, int64(16<<20))
}

type endless struct {
	head, chunk []byte
	n           int64
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.head) == 0 {
		e.head = e.chunk
	}
	n := copy(p, e.head)
	e.head = e.head[n:]
	e.n += int64(n)
	return n, nil
}

func TestAppendHeader_ComesBack(t *testing.T) {
	t.Parallel()
	ulaw := wav.Format{Tag: wav.ULaw, Channels: 1, RateHz: 8000, SampleBits: 8, BytesPerSecond: 8000}
	stereo := wav.Format{Tag: wav.Integer, Channels: 2, RateHz: 48000, SampleBits: 16, BytesPerSecond: 192000}
	for _, format := range []wav.Format{plain, ulaw, stereo} {
		for told, want := range map[int64]int64{
			1: 1, 160: 160, math.MaxUint32 - 10_000: math.MaxUint32 - 10_000,
			-1: -1, math.MaxUint32: -1, math.MaxInt64 - 100: -1,
		} {
			b := wav.AppendHeader([]byte("before"), format, told)
			require.Equal(t, "before", string(b[:6]))
			got, n, err := wav.ReadHeader(bytes.NewReader(b[6:]))
			require.NoError(t, err)
			require.Equal(t, format, got)
			require.Equal(t, want, n)
		}
	}
}

func TestAppendHeader_Bytes(t *testing.T) {
	t.Parallel()
	require.Equal(t, "RIFF\x2c\x00\x00\x00WAVE"+
		"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00"+
		"data\x08\x00\x00\x00", string(wav.AppendHeader(nil, plain, 8)))
	require.Equal(t, "RIFF\x38\x00\x00\x00WAVE"+
		"fmt \x12\x00\x00\x00\x06\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00\x00\x00"+
		"fact\x04\x00\x00\x00\x05\x00\x00\x00"+
		"data\x05\x00\x00\x00",
		string(wav.AppendHeader(nil, wav.Format{Tag: wav.ALaw, Channels: 1, RateHz: 8000, SampleBits: 8}, 5)))
}

func FuzzReadHeader(f *testing.F) {
	f.Add(riff(mono16k, chunk("data", 32000, nil)))
	f.Add(riff(chunk("LIST", 3, []byte("abc\x00")), mono16k, chunk("data", math.MaxUint32, nil)))
	f.Add(append([]byte("RF64"), riff(chunk("ds64", 16, make([]byte, 16)), mono16k, chunk("data", math.MaxUint32, nil))[4:]...))
	f.Add(riff(chunk("fmt ", 40, fields(0xFFFE, 1, 16000, 32000, 16, extension(1, "")...))))
	f.Fuzz(func(t *testing.T, file []byte) {
		format, n, err := wav.ReadHeader(bytes.NewReader(file))
		if err != nil {
			require.Zero(t, format)
			require.Zero(t, n)
			return
		}
		require.Positive(t, format.Channels)
		require.Positive(t, format.RateHz)
		require.Positive(t, format.BytesPerSecond)
		require.GreaterOrEqual(t, n, int64(-1))
	})
}
