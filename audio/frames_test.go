package audio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/audio"
)

// readers cut a stream in every way that a network does.
var readers = map[string]func(io.Reader) io.Reader{
	"as it is":            func(r io.Reader) io.Reader { return r },
	"byte by byte":        iotest.OneByteReader,
	"by halves":           iotest.HalfReader,
	"end with the data":   iotest.DataErrReader,
	"end with few bytes":  func(r io.Reader) io.Reader { return iotest.DataErrReader(iotest.OneByteReader(r)) },
	"with empty readings": func(r io.Reader) io.Reader { return &dozing{r: r} },
}

// A dozing reader gives nothing every other time.
type dozing struct {
	r     io.Reader
	awake bool
}

func (d *dozing) Read(p []byte) (int, error) {
	if d.awake = !d.awake; d.awake {
		return 0, nil
	}
	return d.r.Read(p[:min(len(p), 3)])
}

func TestFrameReader_WholeFrames(t *testing.T) {
	t.Parallel()
	const sound = "0123456789abcdefghijABCDEFGHIJ" // 30 bytes
	for name, cut := range readers {
		for _, size := range []int{1, 2, 3, 5, 10, 30} {
			for _, room := range []int{size, size + 1, 2 * size, 100} {
				f := audio.NewFrameReader(cut(strings.NewReader(sound)), size)
				var got []byte
				buf := make([]byte, room)
				for {
					n, err := f.Read(buf)
					if err == io.EOF {
						require.Zero(t, n)
						break
					}
					require.NoError(t, err)
					require.Positive(t, n)
					require.Zero(t, n%size, "%s: %d bytes in frames of %d", name, n, size)
					got = append(got, buf[:n]...)
				}
				require.Equal(t, sound, string(got), "%s, frames of %d, room for %d", name, size, room)
				_, err := f.Read(buf)
				require.Equal(t, io.EOF, err, "it stays at its end")
			}
		}
	}
}

func TestFrameReader_PartAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, cut := range readers {
		f := audio.NewFrameReader(cut(strings.NewReader("abcdefgh")), 3)
		got, err := io.ReadAll(f)
		require.Equal(t, io.ErrUnexpectedEOF, err, name)
		require.Equal(t, "abcdef", string(got), name)
		_, err = f.Read(make([]byte, 3))
		require.Equal(t, io.ErrUnexpectedEOF, err, name)

		got, err = io.ReadAll(audio.NewPaddedFrameReader(cut(strings.NewReader("abcdefgh")), 3, '.'))
		require.NoError(t, err, name)
		require.Equal(t, "abcdefgh.", string(got), name)

		got, err = io.ReadAll(audio.NewPaddedFrameReader(cut(strings.NewReader("abcdef")), 3, '.'))
		require.NoError(t, err, name)
		require.Equal(t, "abcdef", string(got), name)
	}
}

func TestFrameReader_StreamBreaks(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, pad := range []bool{false, true} {
		r := io.MultiReader(strings.NewReader("abcde"), iotest.ErrReader(broken))
		f := audio.NewFrameReader(r, 2)
		if pad {
			f = audio.NewPaddedFrameReader(r, 2, 0)
		}
		got, err := io.ReadAll(f)
		require.Equal(t, broken, err)
		require.Equal(t, "abcd", string(got))
		_, err = f.Read(make([]byte, 2))
		require.Equal(t, broken, err)
	}
}

func TestFrameReader_BadUse(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, -1} {
		_, err := audio.NewFrameReader(strings.NewReader("abc"), size).Read(make([]byte, 8))
		require.EqualError(t, err, fmt.Sprintf("audio: a frame of %d bytes", size))
		for frame, err := range audio.NewPaddedFrameReader(strings.NewReader("abc"), size, 0).All() {
			require.Nil(t, frame)
			require.ErrorContains(t, err, "audio: a frame of")
		}
	}
	f := audio.NewFrameReader(strings.NewReader("abcd"), 4)
	n, err := f.Read(make([]byte, 3))
	require.Equal(t, io.ErrShortBuffer, err)
	require.Zero(t, n)
	n, err = f.Read(nil)
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = f.Read(make([]byte, 4))
	require.NoError(t, err, "nothing was lost")
	require.Equal(t, 4, n)
}

func TestFrameReader_NoProgress(t *testing.T) {
	t.Parallel()
	_, err := audio.NewFrameReader(stuck{}, 2).Read(make([]byte, 2))
	require.Equal(t, io.ErrNoProgress, err)
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestFrameReader_AllGoesOn(t *testing.T) {
	t.Parallel()
	f := audio.NewFrameReader(iotest.OneByteReader(strings.NewReader("aabbcc")), 2)
	var got []string
	for frame, err := range f.All() {
		require.NoError(t, err)
		got = append(got, string(frame))
		break
	}
	for frame, err := range f.All() {
		require.NoError(t, err)
		got = append(got, string(frame))
	}
	require.Equal(t, []string{"aa", "bb", "cc"}, got)
	for range f.All() {
		require.Fail(t, "a frame behind the end")
	}
}

func TestFrameReader_NeedsNoMemory(t *testing.T) {
	f := audio.NewFrameReader(iotest.HalfReader(forever{}), 160)
	buf := make([]byte, 1000)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := f.Read(buf); err != nil {
			t.Error(err)
		}
	}))
}

type forever struct{}

func (forever) Read(p []byte) (int, error) { return len(p), nil }

// Whatever the cuts, the frames are the stream.
func FuzzFrameReader(f *testing.F) {
	f.Add([]byte("some sound"), 2, 3, byte(0xFF))
	f.Add([]byte(""), 160, 1, byte(0))
	f.Fuzz(func(t *testing.T, sound []byte, size, room int, fill byte) {
		size, room = 1+size&0xFF, room&0x3FF
		r := iotest.HalfReader(bytes.NewReader(sound))
		frames := audio.NewPaddedFrameReader(r, size, fill)
		var got bytes.Buffer
		_, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{frames}, make([]byte, size+room))
		require.NoError(t, err)
		require.Zero(t, got.Len()%size)
		require.Less(t, got.Len()-len(sound), size)
		require.True(t, bytes.HasPrefix(got.Bytes(), sound))
		for _, b := range got.Bytes()[len(sound):] {
			require.Equal(t, fill, b)
		}
	})
}

func ExampleFrameReader() {
	// A network cuts anywhere, but samples have two bytes.
	stream := iotest.OneByteReader(bytes.NewReader([]byte{1, 0, 2, 0, 3, 0}))
	buf := make([]byte, 512)
	for frames := audio.NewFrameReader(stream, 2); ; {
		n, err := frames.Read(buf)
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(buf[:n])
	}
	// Output:
	// [1 0]
	// [2 0]
	// [3 0]
	// EOF
}

func ExampleFrameReader_All() {
	stream := bytes.NewReader(make([]byte, 400)) // 50 ms of mu-law at 8 kHz
	for frame, err := range audio.NewPaddedFrameReader(stream, 160, audio.ULawSilence).All() {
		if err != nil {
			fmt.Println("the stream broke:", err)
			break
		}
		fmt.Println(len(frame), "bytes, the last of them", frame[159])
	}
	// Output:
	// 160 bytes, the last of them 0
	// 160 bytes, the last of them 0
	// 160 bytes, the last of them 255
}
