package audio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/audio"
)

// writeWAV writes samples, and returns what Close says.
func writeWAV(t *testing.T, w io.Writer, format audio.WAVFormat, pieces ...string) error {
	t.Helper()
	out, err := audio.NewWAVWriter(w, format)
	require.NoError(t, err)
	for _, p := range pieces {
		n, err := io.WriteString(out, p)
		require.NoError(t, err)
		require.Equal(t, len(p), n)
	}
	return out.Close()
}

func TestWAVWriter_FileThatSeeks(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "a.wav"))
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteString("before")
	require.NoError(t, err)
	require.NoError(t, writeWAV(t, f, audio.WAVFormat{SampleRate: 16000}, "a", "bcd", "ef"))
	_, err = f.WriteString("behind")
	require.NoError(t, err)

	got, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	require.Equal(t, "before"+"RIFF\x2a\x00\x00\x00WAVE"+
		"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00"+
		"data\x06\x00\x00\x00abcdef"+"behind", string(got))
}

func TestWAVWriter_StreamAndPipe(t *testing.T) {
	t.Parallel()
	want := "RIFF\xFF\xFF\xFF\xFFWAVE" +
		"fmt \x12\x00\x00\x00\x07\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00\x00\x00" +
		"fact\x04\x00\x00\x00\xFF\xFF\xFF\xFF" +
		"data\xFF\xFF\xFF\xFFabc\x00" // padded
	format := audio.WAVFormat{Encoding: audio.EncodingULaw, SampleRate: 8000}
	var buf bytes.Buffer
	require.NoError(t, writeWAV(t, &buf, format, "ab", "c"))
	require.Equal(t, want, buf.String())

	r, w, err := os.Pipe() // has a Seek that fails
	require.NoError(t, err)
	defer r.Close()
	require.NoError(t, writeWAV(t, w, format, "abc"))
	require.NoError(t, w.Close())
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

func TestWAVWriter_Empty(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w, err := audio.NewWAVWriter(&buf, audio.WAVFormat{SampleRate: 8000})
	require.NoError(t, err)
	require.Zero(t, buf.Len(), "nothing before there are samples")
	require.NoError(t, w.Close())
	require.Equal(t, 44, buf.Len())
	require.NoError(t, w.Close())
	require.Equal(t, 44, buf.Len())
	_, err = w.Write([]byte{1, 2})
	require.ErrorIs(t, err, os.ErrClosed)
	require.Equal(t, 44, buf.Len())
}

func TestWAVWriter_PartOfASample(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	require.ErrorIs(t, writeWAV(t, &buf, audio.WAVFormat{SampleRate: 8000}, "abc"), io.ErrUnexpectedEOF)
	require.True(t, strings.HasSuffix(buf.String(), "abc\x00"))
	stereo := audio.WAVFormat{SampleRate: 8000, Channels: 2}
	require.ErrorIs(t, writeWAV(t, io.Discard, stereo, "abcdef"), io.ErrUnexpectedEOF)
	require.NoError(t, writeWAV(t, io.Discard, stereo, "abcdefgh"))
}

func TestWAVWriter_BrokenWriter(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, broken := range []error{full, os.ErrClosed} {
		w, err := audio.NewWAVWriter(failing{broken}, audio.WAVFormat{SampleRate: 8000})
		require.NoError(t, err)
		_, err = w.Write([]byte{1, 2})
		require.Equal(t, broken, err)
		_, err = w.Write([]byte{1, 2})
		require.Equal(t, broken, err)
		require.Equal(t, broken, w.Close())
		require.NoError(t, w.Close())
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestNewWAVWriter_BadFormats(t *testing.T) {
	t.Parallel()
	for says, format := range map[string]audio.WAVFormat{
		"audio: a sample rate of 0 Hz":                                             {},
		"audio: a sample rate of -1 Hz":                                            {SampleRate: -1},
		"audio: a sample rate of 2147483647 Hz":                                    {SampleRate: math.MaxInt32},
		"audio: -1 channels":                                                       {SampleRate: 8000, Channels: -1},
		"audio: 65536 channels":                                                    {SampleRate: 8000, Channels: 65536},
		"audio: cannot write samples of 24 bits, only 16":                          {SampleRate: 8000, BitsPerSample: 24},
		"audio: G.711 has 8 bits, not 16":                                          {SampleRate: 8000, BitsPerSample: 16, Encoding: audio.EncodingALaw},
		"audio: cannot write the encoding float, only pcm, alaw and ulaw":          {SampleRate: 8000, Encoding: audio.EncodingFloat},
		"audio: cannot write the encoding Encoding(0x55), only pcm, alaw and ulaw": {SampleRate: 8000, Encoding: 0x55},
	} {
		w, err := audio.NewWAVWriter(io.Discard, format)
		require.EqualError(t, err, says)
		require.Nil(t, w)
	}
}

func TestWAVReader_ReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	formats := []audio.WAVFormat{
		{Encoding: audio.EncodingPCM, SampleRate: 44100, Channels: 1, BitsPerSample: 16},
		{Encoding: audio.EncodingPCM, SampleRate: 48000, Channels: 2, BitsPerSample: 16},
		{Encoding: audio.EncodingULaw, SampleRate: 8000, Channels: 1, BitsPerSample: 8},
		{Encoding: audio.EncodingALaw, SampleRate: 8000, Channels: 1, BitsPerSample: 8},
	}
	for _, format := range formats {
		var buf bytes.Buffer
		require.NoError(t, writeWAV(t, &buf, format, "abcd", "efgh"))
		r, err := audio.NewWAVReader(iotest.OneByteReader(&buf))
		require.NoError(t, err)
		require.Equal(t, format, r.Format)
		require.Equal(t, int64(-1), r.Size())
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, "abcdefgh", string(got))
	}
}

// wavOf returns a file that claims to have so many bytes of samples.
func wavOf(claimed, samples string) string {
	return "RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00" +
		"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data" + claimed + samples
}

func TestWAVReader_Ends(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file, want string
		size       int64
		err        error
	}{
		"chunks behind the samples": {wavOf("\x04\x00\x00\x00", "abcdLIST\x00\x00\x00\x00"), "abcd", 4, nil},
		"odd length":                {wavOf("\x03\x00\x00\x00", "abc\x00LIST"), "abc", 3, nil},
		"cut short":                 {wavOf("\x0a\x00\x00\x00", "abcd"), "abcd", 10, io.ErrUnexpectedEOF},
		"no samples of many":        {wavOf("\x00\x00\x00\x70", ""), "", 0x70000000, io.ErrUnexpectedEOF},
		"placeholder 0":             {wavOf("\x00\x00\x00\x00", "abcd"), "abcd", -1, nil},
		"placeholder of 31 bits":    {wavOf("\xFF\xFF\xFF\x7F", "abcd"), "abcd", -1, nil},
		"placeholder of 32 bits":    {wavOf("\xFF\xFF\xFF\xFF", "abcd"), "abcd", -1, nil},
	} {
		for how, cut := range readers {
			r, err := audio.NewWAVReader(cut(strings.NewReader(tt.file)))
			require.NoError(t, err, name)
			require.Equal(t, tt.size, r.Size(), name)
			got, err := io.ReadAll(r)
			require.Equal(t, tt.err, err, "%s, %s", name, how)
			require.Equal(t, tt.want, string(got), "%s, %s", name, how)
		}
	}
}

func TestAudio_WithoutAReaderOrWriter(t *testing.T) {
	t.Parallel()
	_, err := audio.NewWAVReader(nil)
	require.EqualError(t, err, "audio: the reader is nil")
	_, err = audio.NewWAVWriter(nil, audio.WAVFormat{SampleRate: 16000})
	require.EqualError(t, err, "audio: the writer is nil")
	for _, r := range []*audio.FrameReader{audio.NewFrameReader(nil, 2), audio.NewPaddedFrameReader(nil, 160, 0)} {
		_, err = r.Read(make([]byte, 320))
		require.EqualError(t, err, "audio: the reader is nil")
	}
}

func TestNewWAVReader_Refuses(t *testing.T) {
	t.Parallel()
	for says, file := range map[string]string{
		"audio: not a WAV file":                          "<html>no audio at all</html>",
		"audio: the header is cut short: unexpected EOF": wavOf("", "")[:50],
		"audio: the samples have no format before them":  "RIFF\x00\x00\x00\x00WAVEdata\x08\x00\x00\x00",
		"audio: the format makes no sense":               "RIFF\x00\x00\x00\x00WAVEfmt \x02\x00\x00\x00\x01\x00",
		"audio: no samples within the first 16 MiB":      "RIFF\x00\x00\x00\x00WAVEjunk\xFF\xFF\xFF\xFF",
	} {
		_, err := audio.NewWAVReader(strings.NewReader(file))
		require.EqualError(t, err, says)
	}
	broken := errors.New("broken")
	_, err := audio.NewWAVReader(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

// A header may not make anything of the sizes it claims.
func TestNewWAVReader_LittleMemory(t *testing.T) {
	huge := wavOf("\xFF\xFF\xFF\x6F", "")
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if _, err := audio.NewWAVReader(strings.NewReader(huge)); err != nil {
			t.Error(err)
		}
	}), 10.0)
}

func FuzzWAVReader(f *testing.F) {
	f.Add([]byte(wavOf("\x04\x00\x00\x00", "abcdef")))
	f.Add([]byte(wavOf("\xFF\xFF\xFF\xFF", "abcdef")))
	f.Add([]byte("RF64\xFF\xFF\xFF\xFFWAVEds64\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := audio.NewWAVReader(bytes.NewReader(file))
		if err != nil {
			return
		}
		got, err := io.ReadAll(r)
		switch {
		case r.Size() < 0:
			require.NoError(t, err)
		case err == nil:
			require.Len(t, got, int(r.Size()))
		default:
			require.Equal(t, io.ErrUnexpectedEOF, err)
			require.Less(t, int64(len(got)), r.Size())
		}
		require.True(t, bytes.Contains(file, got))
	})
}

func TestEncoding_String(t *testing.T) {
	t.Parallel()
	require.Equal(t, "[pcm float alaw ulaw Encoding(0x2)]", fmt.Sprint([]audio.Encoding{
		audio.EncodingPCM, audio.EncodingFloat, audio.EncodingALaw, audio.EncodingULaw, 2,
	}))
}

func ExampleWAVWriter() {
	pcm := bytes.NewReader(make([]byte, 3200)) // say, a SpeechStream in pcm_16000
	var file bytes.Buffer
	w, err := audio.NewWAVWriter(&file, audio.WAVFormat{SampleRate: 16000})
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := io.Copy(w, pcm)
	fmt.Println(n, err, w.Close(), file.Len())
	// Output: 3200 <nil> <nil> 3244
}

func ExampleWAVReader() {
	// What a telephone recorded, made ready for a model that listens at 16 kHz.
	var file bytes.Buffer
	w, _ := audio.NewWAVWriter(&file, audio.WAVFormat{Encoding: audio.EncodingULaw, SampleRate: 8000})
	w.Write(bytes.Repeat([]byte{audio.ULawSilence}, 800))
	w.Close()

	r, err := audio.NewWAVReader(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Format.Encoding, r.Format.SampleRate, "Hz,", r.Format.Channels, "channel")
	ulaw, err := io.ReadAll(r)
	fmt.Println(len(ulaw), err)
	fmt.Println(len(audio.AppendPCMFromULaw(nil, ulaw)), "bytes of samples")
	// Output:
	// ulaw 8000 Hz, 1 channel
	// 800 <nil>
	// 1600 bytes of samples
}
