package tone_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

const sentence = "Hello there, this is a stand-in for speech. It hums along; it rests between words!"

// formats are all that the API offers and tone produces.
var formats = []string{
	"mp3_22050_32", "mp3_24000_48", "mp3_44100_32", "mp3_44100_64", "mp3_44100_96", "mp3_44100_128", "mp3_44100_192",
	"pcm_8000", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_32000", "pcm_44100", "pcm_48000",
	"wav_8000", "wav_16000", "wav_22050", "wav_24000", "wav_32000", "wav_44100", "wav_48000",
	"ulaw_8000", "alaw_8000",
}

func parse(t testing.TB, name string) audio.Spec {
	t.Helper()
	spec, ok := audio.Parse(name)
	require.True(t, ok, name)
	return spec
}

func newSource(t testing.TB, format, text string) *tone.Source {
	t.Helper()
	s, err := tone.New(parse(t, format), text)
	require.NoError(t, err)
	return s
}

func read(t testing.TB, format, text string) []byte {
	t.Helper()
	b, err := io.ReadAll(newSource(t, format, text))
	require.NoError(t, err)
	return b
}

func eachFormat(t *testing.T, f func(t *testing.T, format string)) {
	t.Helper()
	for _, format := range formats {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			f(t, format)
		})
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	tests := []struct {
		name string
		text string
		want time.Duration
	}{
		{"empty", "", 500 * ms},
		{"blank", strings.Repeat(" \t\n", 1000), 500 * ms},
		{"short", "Hi", 500 * ms},
		{"letters", strings.Repeat("a", 100), 6600 * ms},
		{"code points, not bytes", strings.Repeat("世", 100), 6600 * ms},
		{"invalid bytes count one each", strings.Repeat("\xFF", 100), 6600 * ms},
		{"clause", "Hello there, you", 16*66*ms + 200*ms},
		{"two stops", "Hello there. Bye now.", 21*66*ms + 800*ms},
		{"marks in a row pause once", "Well then...", 12*66*ms + 400*ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tone.Duration(tt.text))
		})
	}
}

func TestNew_RefusesWhatItCannotProduce(t *testing.T) {
	t.Parallel()
	for _, format := range []string{
		"opus_48000_64", "m4a_aac_44100_128", // no encoder
		"pcm_999", "ulaw_1", // too slow for sound
		"mp3_44100_33", "mp3_44000_128", "mp3_24000_320", "mp3_96000_128", // not in layer III
	} {
		s, err := tone.New(parse(t, format), sentence)
		require.ErrorContains(t, err, "cannot produce "+format)
		require.Nil(t, s)
	}
	_, err := tone.New(audio.Spec{}, sentence)
	require.Error(t, err)
}

func TestSource_IsDeterministic(t *testing.T) {
	t.Parallel()
	eachFormat(t, func(t *testing.T, format string) {
		require.Equal(t, read(t, format, sentence), read(t, format, sentence))
	})
}

func TestSource_TellsTextsApart(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", " ", "  ", "a", "b", "A", "k", // a and k hum alike
		sentence, sentence[:len(sentence)-1] + "?", sentence[:len(sentence)-1] + ".", sentence + " ",
	}
	eachFormat(t, func(t *testing.T, format string) {
		seen := map[string]string{}
		for _, text := range texts {
			b := string(read(t, format, text))
			if other, ok := seen[b]; ok {
				t.Fatalf("%q and %q sound the same", text, other)
			}
			seen[b] = text
		}
	})
}

func TestSource_LenIsExact(t *testing.T) {
	t.Parallel()
	texts := []string{"", "Hi", sentence, "a,b.c", "…", "\xFF\xFE", strings.Repeat(sentence+" ", 3)}
	for n := range 6 {
		texts = append(texts, strings.Repeat("x", 8+n))
	}
	eachFormat(t, func(t *testing.T, format string) {
		for _, text := range texts {
			s := newSource(t, format, text)
			want := s.Len()
			got, err := io.Copy(io.Discard, s)
			require.NoError(t, err)
			require.Equal(t, want, got, "%q", text)
			require.Zero(t, s.Len())
		}
	})
}

// frameTime is the longest of an MP3 frame, for the formats of the API.
const frameTime = 1152 * time.Second / 44100

func TestSource_LastsAsLongAsTheText(t *testing.T) {
	t.Parallel()
	eachFormat(t, func(t *testing.T, format string) {
		for _, text := range []string{"", "Hi", sentence, strings.Repeat(sentence, 3)} {
			s, spec := newSource(t, format, text), parse(t, format)
			require.InDelta(t, tone.Duration(text), s.Duration(), float64(frameTime))
			size := s.Len()
			if spec.Codec == audio.WAV {
				size -= 44
			}
			perSecond := time.Duration(spec.BytesPerSecond())
			require.InDelta(t, s.Duration(), time.Duration(size)*time.Second/perSecond, float64(time.Second/perSecond)+1)
			_, err := io.CopyN(io.Discard, s, 100)
			require.NoError(t, err)
			require.InDelta(t, tone.Duration(text), s.Duration(), float64(frameTime), "while it is read")
		}
	})
}

func TestSource_MeasuresAsItLasts(t *testing.T) {
	t.Parallel()
	eachFormat(t, func(t *testing.T, format string) {
		spec := parse(t, format)
		if spec.Codec != audio.MP3 && spec.Codec != audio.WAV {
			return // raw samples have no header to measure
		}
		b := read(t, format, sentence)
		info, ok := audio.Measure(b[:1024], int64(len(b)))
		require.True(t, ok)
		require.Equal(t, 1, info.Channels)
		require.Equal(t, spec.RateHz, info.RateHz)
		require.InDelta(t, tone.Duration(sentence), info.Duration, float64(frameTime))
	})
}

func TestSource_ReadsInPiecesOfAnySize(t *testing.T) {
	t.Parallel()
	eachFormat(t, func(t *testing.T, format string) {
		want := read(t, format, "Hi, you")
		for _, size := range []int{3, 417, 4095, 65537} {
			var got bytes.Buffer
			s, buf := newSource(t, format, "Hi, you"), make([]byte, size)
			_, err := io.CopyBuffer(struct{ io.Writer }{&got}, s, buf)
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got.Bytes()), "in pieces of %d", size)
		}
		require.NoError(t, iotest.TestReader(newSource(t, format, "Hi, you"), want))
	})
}

func TestSource_NeedsNoMemoryToRead(t *testing.T) {
	for _, format := range []string{"mp3_44100_128", "wav_48000"} {
		s, buf := newSource(t, format, strings.Repeat(sentence, 1000)), make([]byte, 10_000)
		allocs := testing.AllocsPerRun(100, func() {
			_, err := s.Read(buf)
			if err != nil {
				t.Error(err)
			}
		})
		require.Zero(t, allocs, format)
	}
}

func BenchmarkSource(b *testing.B) {
	text := strings.Repeat(sentence, 100)
	for _, format := range []string{"mp3_44100_32", "mp3_44100_128", "pcm_44100", "ulaw_8000"} {
		b.Run(format, func(b *testing.B) {
			b.SetBytes(newSource(b, format, text).Len())
			b.ReportAllocs()
			for b.Loop() {
				_, _ = io.Copy(io.Discard, newSource(b, format, text))
			}
		})
	}
}

func TestEnds_AreThoseOfTheSound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Hello, world. And more...", "日本語、です。", "just letters in a row"} {
		ends := tone.Ends(text)
		require.Len(t, ends, utf8.RuneCountInString(text))
		require.True(t, slices.IsSorted(ends))
		require.Equal(t, tone.Duration(text), ends[len(ends)-1])
	}
	require.Empty(t, tone.Ends(" \n"))
}
