package elevenlabs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestNarrate_OneAlignment(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		text := "\uFEFF\n" + book(2600) + "\n Ende: 終わり。 \n"
		var pieces []elevenlabs.NarrationPiece
		n, err := srv.Client().Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest:  elevenlabs.TTSRequest{Text: text, Timestamps: true, Format: elevenlabs.FormatMP3_44100_32},
			PieceLength: 300, Progress: narrated(&pieces),
		}, io.Discard)
		require.NoError(t, err)
		for _, a := range []*elevenlabs.Alignment{n.Alignment, n.NormalizedAlignment} {
			require.NoError(t, a.Check())
			require.Equal(t, text, a.Text(), "the white space between pieces included")
		}
		for _, p := range pieces {
			at := utf8.RuneCountInString(text[:p.Offset])
			require.InDelta(t, p.Start.Seconds(), n.Alignment.Starts[at], 1e-9)
			require.LessOrEqual(t, n.Alignment.Ends[at+utf8.RuneCountInString(p.Text)-1], p.End.Seconds()+1e-9)
		}
		require.LessOrEqual(t, n.Alignment.Ends[len(n.Alignment.Ends)-1], n.Duration.Seconds())
		var srt strings.Builder
		require.NoError(t, n.Alignment.WriteSRT(&srt, elevenlabs.SubtitleOptions{}))
		require.Contains(t, srt.String(), "This is sentence number 30")
	})
}

// timed answers as the endpoint with timestamps does, in raw samples at 8 kHz.
func timedAnswers(alignments ...string) answerFunc {
	return drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		alignment := alignments[0]
		alignments = alignments[1:]
		return answered(200, "application/json", `{"audio_base64":"`+strings.Repeat("AAAA", 4000)+`","alignment":`+alignment+`}`), nil
	})
}

func TestNarrate_AlignmentWithoutTimes(t *testing.T) {
	t.Parallel()
	known := `{"characters":["a","."],"character_start_times_seconds":[0,0.2],"character_end_times_seconds":[0.2,0.4]}`
	c := clientOn(t, timedAnswers(known, "null", known))
	n, err := c.Narrate(t.Context(), elevenlabs.NarrateRequest{
		TTSRequest:  elevenlabs.TTSRequest{Text: "a.\n\n" + strings.Repeat("b", 20) + "\n\na.", Timestamps: true, Format: elevenlabs.FormatULaw_8000},
		PieceLength: 20, Parallel: 1,
	}, io.Discard)
	require.NoError(t, err)
	require.Nil(t, n.NormalizedAlignment)
	require.Equal(t, 4500*time.Millisecond, n.Duration)
	require.Equal(t, []float64{0, 0.2, 0.4, 1.5, -1}, n.Alignment.Starts[:5])
	words := n.Alignment.Words()
	require.Len(t, words, 3)
	require.True(t, words[1].Faulty)
	require.Equal(t, 3*time.Second, words[2].Start)

	n, err = clientOn(t, timedAnswers("null")).Narrate(t.Context(), elevenlabs.NarrateRequest{
		TTSRequest: elevenlabs.TTSRequest{Text: "a.", Timestamps: true, Format: elevenlabs.FormatULaw_8000},
	}, io.Discard)
	require.NoError(t, err)
	require.Nil(t, n.Alignment, "nothing was told")
}

func TestNarrate_IsOneWAVFile(t *testing.T) {
	t.Parallel()
	c := atOnce(t).Client()
	f, err := os.Create(filepath.Join(t.TempDir(), "book.wav"))
	require.NoError(t, err)
	defer f.Close()
	n, err := c.Narrate(t.Context(), elevenlabs.NarrateRequest{
		TTSRequest: elevenlabs.TTSRequest{Text: book(600), Format: elevenlabs.FormatWAV_16000}, PieceLength: 200,
	}, f)
	require.NoError(t, err)
	_, err = f.Seek(0, io.SeekStart)
	require.NoError(t, err)
	r, err := audio.NewWAVReader(f)
	require.NoError(t, err)
	samples, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, n.Bytes, int64(len(samples)))
	require.Equal(t, n.Duration, elevenlabs.FormatPCM_16000.Duration(n.Bytes))
	info, err := f.Stat()
	require.NoError(t, err)
	require.Equal(t, n.Bytes+44, info.Size())
}

func TestNarrate_SamplesStayWhole(t *testing.T) {
	t.Parallel()
	odd := drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "audio/pcm", "\x01\x02\x03"), nil
	})
	var out bytes.Buffer
	n, err := clientOn(t, odd).Narrate(t.Context(), elevenlabs.NarrateRequest{
		TTSRequest: elevenlabs.TTSRequest{Text: "One two three four. Five six.", Format: elevenlabs.FormatPCM_8000}, PieceLength: 20,
	}, &out)
	require.NoError(t, err)
	require.Equal(t, "\x01\x02\x01\x02", out.String())
	require.Equal(t, 250*time.Microsecond, n.Duration)
}

// A tagged speaker puts around each answer what encoders put into files: a tag,
// and a frame that counts the others.
type taggedSpeaker struct{ http.RoundTripper }

func (s taggedSpeaker) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasPrefix(r.URL.Path, "/v1/text-to-speech/") {
		return resp, err
	}
	speech, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	info := make([]byte, 417)
	copy(info, speech[:4])
	copy(info[21:], "Info\x00\x00\x00\x01\x00\x00\x00\x07")
	file := "ID3\x04\x00\x00\x00\x00\x00\x05title" + string(info) + string(speech) + "TAG" + strings.Repeat("\x00", 125)
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(file)), int64(len(file))
	return resp, nil
}

func TestNarrate_LeavesOutWhatIsAboutAPiece(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200}
		var want, got bytes.Buffer
		whole, err := srv.Client().Narrate(t.Context(), req, &want)
		require.NoError(t, err)
		tagged := &http.Client{Transport: taggedSpeaker{srv.HTTPClient().Transport}}
		n, err := srv.Client(elevenlabs.WithHTTPClient(tagged)).Narrate(t.Context(), req, &got)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want.Bytes(), got.Bytes()))
		require.Equal(t, whole, n)
	})
}

func TestNarrate_OpusIsChained(t *testing.T) {
	t.Parallel()
	ogg := "OggS is not looked into"
	said := drained(func(*http.Request, []byte) (*http.Response, error) { return answered(200, "audio/ogg", ogg), nil })
	var out bytes.Buffer
	_, err := clientOn(t, said).Narrate(t.Context(), elevenlabs.NarrateRequest{
		TTSRequest: elevenlabs.TTSRequest{Text: "One two three four. Five six.", Format: elevenlabs.FormatOpus_48000_32}, PieceLength: 20,
	}, &out)
	require.NoError(t, err)
	require.Equal(t, ogg+ogg, out.String())
}

func TestNarrate_CancelledEndsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		ctx, cancel := context.WithCancel(t.Context())
		var out bytes.Buffer
		var end time.Time
		n, err := srv.Client().Narrate(ctx, elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: book(3000)}, PieceLength: 250,
			Progress: func(p elevenlabs.NarrationProgress) {
				if p.Pieces == 4 {
					time.AfterFunc(time.Second, func() { end = time.Now(); cancel() })
				}
			},
		}, &out)
		require.Nil(t, n)
		require.ErrorIs(t, err, context.Canceled)
		require.LessOrEqual(t, time.Since(end), 50*time.Millisecond)
		var broke *elevenlabs.NarrationError
		require.ErrorAs(t, err, &broke)
		require.GreaterOrEqual(t, broke.Narration.Pieces, 4)
		require.Equal(t, broke.Narration.Pieces, broke.Piece.Index)
		require.Equal(t, broke.Narration.Bytes, int64(out.Len()))
		require.NotContains(t, err.Error(), "sentence", "the text is nobody's business")

		_, err = srv.Client().Narrate(ctx, elevenlabs.NarrateRequest{TTSRequest: hello}, &out)
		require.ErrorIs(t, err, context.Canceled)
	})
}

// Without a checkpoint nothing is made that cannot be written.
func TestNarrate_StopsWhenItCannotBeWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		at := time.Now()
		_, err := srv.Client().Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: book(3000)}, PieceLength: 250,
		}, &breaking{after: 1})
		require.ErrorIs(t, err, errFull)
		require.Contains(t, err.Error(), "elevenlabs: narration: piece 1, at byte 2")
		require.Less(t, time.Since(at), 5*time.Second)
		require.LessOrEqual(t, srv.Usage().Families[standard].Served, 6)
	})
}

func TestNarrate_WritesWhatIsBeforeAFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.SlowFirstByte(time.Minute), elevenlabstest.Status(401, `{"detail":{"status":"quota_exceeded"}}`))
		var out bytes.Buffer
		_, err := srv.Client().Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: book(3000)}, PieceLength: 250,
		}, &out)
		require.ErrorIs(t, err, elevenlabs.ErrQuotaExceeded)
		var broke *elevenlabs.NarrationError
		require.ErrorAs(t, err, &broke)
		require.Equal(t, broke.Narration.Bytes, int64(out.Len()))
		require.LessOrEqual(t, srv.Usage().Families[standard].Served, 2, "nothing more is begun")
	})
}

func TestNarrate_TextThatCannotBeRead(t *testing.T) {
	t.Parallel()
	c := atOnce(t).Client()
	text := book(2000)
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		r    io.Reader
		want any
	}{
		"broken":    {io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), &broken},
		"not UTF-8": {strings.NewReader(text + "\xff" + text), new(*elevenlabs.ArgumentError)},
	} {
		_, err := c.Narrate(t.Context(), elevenlabs.NarrateRequest{Reader: tt.r, PieceLength: 300}, io.Discard)
		var broke *elevenlabs.NarrationError
		require.ErrorAs(t, err, &broke, name)
		require.Positive(t, broke.Narration.Pieces, name)
		require.Empty(t, broke.Piece.Text, name)
		require.Greater(t, broke.Piece.Offset, int64(len(text)/2), name)
		if err, ok := tt.want.(*error); ok {
			require.ErrorIs(t, broke, *err)
		} else {
			require.ErrorAs(t, broke, tt.want)
		}
	}
}

func TestNarrate_DamagedPiecesAreMadeAgain(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200, Checkpoint: dir}
		var want, got bytes.Buffer
		n, err := srv.Client().Narrate(t.Context(), req, &want)
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.Len(t, files, n.Pieces, "nothing else is left")
		require.NoError(t, os.Truncate(files[0], 1000))
		require.NoError(t, os.WriteFile(files[1], []byte("not a piece"), 0o600))
		n, err = srv.Client().Narrate(t.Context(), req, &got)
		require.NoError(t, err)
		require.Equal(t, n.Pieces-2, n.Reused)
		require.True(t, bytes.Equal(want.Bytes(), got.Bytes()))

		// Another voice, format or seed makes other pieces.
		for _, change := range []func(*elevenlabs.TTSRequest){
			func(r *elevenlabs.TTSRequest) { r.Seed = elevenlabs.Ptr(uint32(1)) },
			func(r *elevenlabs.TTSRequest) { r.Format = elevenlabs.FormatULaw_8000 },
			func(r *elevenlabs.TTSRequest) { r.Timestamps = true },
			func(r *elevenlabs.TTSRequest) { r.VoiceID = "JBFqnCBsd6RMkjVDRZzb" },
		} {
			other := req
			change(&other.TTSRequest)
			n, err = srv.Client().Narrate(t.Context(), other, io.Discard)
			require.NoError(t, err)
			require.Zero(t, n.Reused)
		}
	})
}

func TestNarrate_PieceThatCannotBeKept(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		gone := filepath.Join(dir, "gone")
		_, err := elevenlabstest.NewServer(t).Client().Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200, Checkpoint: gone,
			Progress: func(elevenlabs.NarrationProgress) { _ = os.RemoveAll(gone) },
		}, io.Discard)
		require.ErrorIs(t, err, os.ErrNotExist)
		require.Contains(t, err.Error(), "keeping the piece")
	})
}

func TestNarrate_AsksForTheVoiceOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hc := srv.HTTPClient()
		c, err := elevenlabs.New(elevenlabs.WithHTTPClient(hc), elevenlabs.WithBaseURL(srv.URL), elevenlabs.WithAPIKey(secret))
		require.NoError(t, err)
		_, err = c.Narrate(t.Context(), elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200}, io.Discard)
		require.NoError(t, err)
		paths := map[string]int{}
		for _, r := range srv.Requests() {
			paths[r.Path]++
		}
		require.Len(t, paths, 2)
	})
}

// FuzzKeptPiece reads what may be in a checkpoint.
func FuzzKeptPiece(f *testing.F) {
	f.Add([]byte(`{"request_id":"x","made_unix":1,"audio_bytes":3}` + "\nabc"))
	f.Add([]byte("{}\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		head, audio, ok := elevenlabs.ReadKept(file)
		if ok {
			require.NotEmpty(t, audio)
			_, err := json.Marshal(head)
			require.NoError(t, err)
		}
	})
}
