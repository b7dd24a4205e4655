package elevenlabs_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestTranscribe_HearsWhatWasSpoken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		const text = "Every word counts, even the last one."
		for _, format := range []elevenlabs.Format{
			elevenlabs.FormatMP3_44100_128, elevenlabs.FormatMP3_22050_32, elevenlabs.FormatWAV_16000, elevenlabs.FormatULaw_8000,
		} {
			audio, err := c.TTS(t.Context(), text, elevenlabs.WithFormat(format))
			require.NoError(t, err)
			got, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(audio, format.MIME())})
			require.NoError(t, err)
			require.Equal(t, text, got.Text, format)
			require.NotEmpty(t, got.Words)
			require.Positive(t, *got.AudioSeconds)
		}
	})
}

// plainReader hides everything but Read.
type plainReader struct{ io.Reader }

// pipeLike has a Seek method that does not work, as a pipe's os.File has.
type pipeLike struct{ io.Reader }

func (pipeLike) Seek(int64, int) (int64, error) { return 0, errors.New("illegal seek") }

func TestTranscribe_ReplaysWhatCanSeek(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("audio!", 20_000)
	path := filepath.Join(t.TempDir(), "a.mp3")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	offset := strings.NewReader("skipped" + content)
	_, err = offset.Seek(7, io.SeekStart)
	require.NoError(t, err)

	for name, tt := range map[string]struct {
		source elevenlabs.AudioSource
		once   bool
	}{
		"bytes":             {elevenlabs.AudioBytes([]byte(content), ""), false},
		"file":              {elevenlabs.AudioFile(path), false},
		"open file":         {elevenlabs.AudioReader(file, ""), false},
		"seeker past start": {elevenlabs.AudioReader(offset, ""), false},
		"reader":            {elevenlabs.AudioReader(plainReader{strings.NewReader(content)}, ""), true},
		"pipe":              {elevenlabs.AudioReader(pipeLike{strings.NewReader(content)}, ""), true},
		"buffer":            {elevenlabs.AudioReader(bytes.NewBufferString(content), ""), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sizes []int
			c := clientOn(t, drained(func(_ *http.Request, body []byte) (*http.Response, error) {
				require.Equal(t, 1, strings.Count(string(body), content))
				require.NotContains(t, string(body), "skipped")
				sizes = append(sizes, len(body))
				if len(sizes) < 3 {
					return answered(503, "", ""), nil
				}
				return transcriptAnswer(), nil
			}), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1)))
			_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: tt.source})
			if tt.once {
				require.ErrorIs(t, err, elevenlabs.ErrServer)
				require.ErrorContains(t, err, "can be made only once")
				require.Len(t, sizes, 1)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []int{sizes[0], sizes[0], sizes[0]}, sizes)
		})
	}
}

func TestTranscribe_AReaderThatWasNotTouchedIsSentLater(t *testing.T) {
	t.Parallel()
	tries := 0
	network := drained(func(*http.Request, []byte) (*http.Response, error) { return transcriptAnswer(), nil })
	c := clientOn(t, answerFunc(func(r *http.Request) (*http.Response, error) {
		if tries++; tries < 3 {
			r.Body.Close()
			return nil, errors.New("connection refused")
		}
		return network(r)
	}), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1)))
	_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioReader(plainReader{strings.NewReader("audio")}, "")})
	require.NoError(t, err)
	require.Equal(t, 3, tries)
}

func TestTranscribe_AReaderThatFailsIsTheCallersAffair(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	tries := 0
	c := clientOn(t, answerFunc(func(r *http.Request) (*http.Response, error) {
		tries++
		_, err := io.Copy(io.Discard, r.Body)
		return nil, err
	}))
	_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{
		Audio: elevenlabs.AudioReader(io.MultiReader(strings.NewReader("audio"), errReader{broken}), ""),
	})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "reading the source")
	require.Equal(t, 1, tries)
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestWeigh(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		length   time.Duration
		channels int
		want     int
	}{
		{0, 0, 1}, {time.Second, 1, 1}, {8 * time.Minute, 1, 1}, {8*time.Minute + 1, 1, 2}, {15 * time.Minute, 1, 2},
		{24 * time.Minute, 1, 3}, {2 * time.Hour, 1, 4}, {10 * time.Hour, 1, 4}, {2 * time.Hour, 2, 8}, {time.Minute, 5, 5}, {10 * time.Hour, 50, 20},
	} {
		require.Equal(t, tt.want, elevenlabs.Weigh(tt.length, tt.channels), "%v on %d channels", tt.length, tt.channels)
	}
}

// wav returns a silent file of the given length, as small as one can be.
func wav(length time.Duration, channels int) []byte {
	const rate = 1000
	size := uint32(length.Seconds()) * rate * uint32(channels)
	var b bytes.Buffer
	write := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	write(size + 36)
	b.WriteString("WAVEfmt ")
	write(uint32(16))
	write([]uint16{1, uint16(channels)})
	write([]uint32{rate, rate * uint32(channels)})
	write([]uint16{uint16(channels), 8})
	b.WriteString("data")
	write(size)
	b.Write(make([]byte, size))
	return b.Bytes()
}

func TestTranscribe_LongFilesWeighWhatTheyWeigh(t *testing.T) {
	t.Parallel()
	pcm := make([]byte, 32_000*500) // 500 s
	for name, tt := range map[string]struct {
		req  elevenlabs.STTRequest
		want int
	}{
		"short":            {elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(wav(time.Minute, 1), "audio/wav")}, 1},
		"15 minutes":       {elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(wav(15*time.Minute, 1), "audio/wav")}, 2},
		"2 hours":          {elevenlabs.STTRequest{Audio: elevenlabs.AudioReader(bytes.NewReader(wav(2*time.Hour, 1)), "")}, 4},
		"stereo":           {elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(wav(15*time.Minute, 2), ""), UseMultiChannel: true}, 4},
		"stereo as one":    {elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(wav(15*time.Minute, 2), "")}, 2},
		"raw samples":      {elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(pcm, ""), FileFormat: "pcm_s16le_16"}, 2},
		"unknown":          {elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes([]byte("??"), "")}, 1},
		"unknown but told": {elevenlabs.STTRequest{Audio: elevenlabs.AudioURL("https://example.com/a"), Duration: time.Hour}, 4},
		"told channels":    {elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes([]byte("??"), ""), Duration: time.Hour, UseMultiChannel: true, Channels: 3}, 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := 0
			c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return transcriptAnswer(), nil }),
				elevenlabs.WithHooks(elevenlabs.Hooks{Admitted: func(_ context.Context, e elevenlabs.Event) { got = e.Weight }}))
			_, err := c.Transcribe(t.Context(), tt.req)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestTranscribe_WeightKeepsTheAccountInside(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierFree)) // 8 requests of STT
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierFree))
		long := wav(25*time.Minute, 1)
		done := make(chan error, 10)
		for range 10 {
			go func() {
				_, err := c.STT(t.Context(), long, "audio/wav")
				done <- err
			}()
		}
		for range 10 {
			require.NoError(t, <-done)
		}
		usage := srv.Usage().Families[elevenlabs.FamilySTT]
		require.Equal(t, 8, usage.MaxInFlight)
		require.Zero(t, usage.Refused)
	})
}

// zeros is a seekable reader of any size that takes no memory.
type zeros struct{ at, size int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.at >= z.size {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.size-z.at)
	z.at += n
	return int(n), nil
}

func (z *zeros) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
		z.at = offset
	case io.SeekCurrent:
		z.at += offset
	default:
		z.at = z.size + offset
	}
	return z.at, nil
}

func TestTranscribe_UploadsInConstantMemory(t *testing.T) {
	const size = 256 << 20
	var got int64
	c := clientOn(t, answerFunc(func(r *http.Request) (*http.Response, error) {
		n, err := io.Copy(io.Discard, r.Body)
		got = n
		return transcriptAnswer(), err
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioReader(&zeros{size: size}, "")})
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Greater(t, got, int64(size))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20), "all that was ever allocated")
}

func TestSTTPatience(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Hour, elevenlabs.STTPatience(0, -1))
	require.Equal(t, 60*time.Second+20*time.Minute, elevenlabs.STTPatience(20*time.Minute, 1))
	require.Equal(t, 60*time.Second+1000*time.Second, elevenlabs.STTPatience(0, 4_000_000))
	require.Equal(t, 10*time.Hour+time.Minute, elevenlabs.STTPatience(0, 5<<30))
}

func TestTranscribe_SamplesWithoutAHeaderHaveToBeToldOf(t *testing.T) {
	t.Parallel()
	pcm := make([]byte, 32_000)
	path := filepath.Join(t.TempDir(), "call.pcm")
	require.NoError(t, os.WriteFile(path, pcm, 0o600))
	for _, source := range []elevenlabs.AudioSource{
		elevenlabs.AudioBytes(pcm, "audio/pcm"), elevenlabs.AudioBytes(pcm, "audio/L16; rate=8000"),
		elevenlabs.AudioReader(bytes.NewReader(pcm), "audio/pcm"), elevenlabs.AudioFile(path),
	} {
		_, err := silent(t).Transcribe(t.Context(), elevenlabs.STTRequest{Audio: source})
		refused(t, "STTRequest.FileFormat", err)
		_, err = silent(t).ConvertVoice(t.Context(), elevenlabs.VoiceChangeRequest{Audio: source, VoiceID: "v"})
		refused(t, "VoiceChangeRequest.FileFormat", err)
		_, err = silent(t).Isolate(t.Context(), elevenlabs.IsolationRequest{Audio: source})
		refused(t, "IsolationRequest.FileFormat", err)
	}
	for _, req := range []elevenlabs.STTRequest{
		{Audio: elevenlabs.AudioFile(path), FileFormat: "pcm_s16le_16"}, {Audio: elevenlabs.AudioBytes(pcm, "audio/pcm"), FileFormat: "other"},
		{Audio: elevenlabs.AudioBytes(pcm, "")},
	} {
		_, err := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return transcriptAnswer(), nil })).Transcribe(t.Context(), req)
		require.NoError(t, err)
	}
}

func TestTranscribe_SpeechInAWAVFileIsHeard(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := atOnce(t).Client()
		speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Good morning.", Format: elevenlabs.FormatPCM_24000})
		require.NoError(t, err)
		var piped, counted bytes.Buffer
		w, err := audio.NewWAVWriter(&piped, audio.WAVFormat{SampleRate: 24000})
		require.NoError(t, err)
		_, err = w.Write(speech.Audio)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		counted.Write(piped.Bytes())
		binary.LittleEndian.PutUint32(counted.Bytes()[40:], uint32(len(speech.Audio)))
		counted.WriteString("what follows the samples")
		for name, file := range map[string]*bytes.Buffer{"of unknown length": &piped, "of known length": &counted} {
			text, err := c.STT(t.Context(), file.Bytes(), "audio/wav")
			require.NoError(t, err)
			require.Equal(t, "Good morning.", text, name)
		}
		piped.Bytes()[2000]++
		text, err := c.STT(t.Context(), piped.Bytes(), "audio/wav")
		require.NoError(t, err)
		require.NotEqual(t, "Good morning.", text)
	})
}
