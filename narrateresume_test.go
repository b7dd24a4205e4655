package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A process that is killed has paid for what was being made.
func TestNarrate_FindsWhatAnEndedProcessPaidFor(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithHistoryLag(4*time.Second))
		req := elevenlabs.NarrateRequest{
			TTSRequest:  elevenlabs.TTSRequest{Text: book(1200), Timestamps: true, Format: elevenlabs.FormatULaw_8000},
			PieceLength: 100, Checkpoint: dir,
		}
		for end := 500 * time.Millisecond; ; end += 700 * time.Millisecond {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(end, cancel)
			_, err := srv.Client().Narrate(ctx, req, io.Discard)
			if err == nil {
				break
			}
			require.ErrorIs(t, err, context.Canceled)
			time.Sleep(time.Second)
		}
		var got, want bytes.Buffer
		n, err := srv.Client().Narrate(t.Context(), req, &got)
		require.NoError(t, err)
		require.Equal(t, n.Pieces, n.Reused)
		u := srv.Usage()
		require.Zero(t, u.BilledTwice)
		require.Equal(t, n.Characters, int64(u.Characters))
		notes, err := filepath.Glob(filepath.Join(dir, "*.sent"))
		require.NoError(t, err)
		require.Empty(t, notes)

		req.Checkpoint = ""
		whole, err := srv.Client().Narrate(t.Context(), req, &want)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want.Bytes(), got.Bytes()))
		require.Equal(t, whole.Alignment, n.Alignment)
	})
}

// A swallower takes requests and never answers.
type swallower struct{ http.RoundTripper }

func (s swallower) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/v1/text-to-speech/") {
		return s.RoundTripper.RoundTrip(r)
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// interrupted begins a narration of which nothing reaches the vendor.
func interrupted(t *testing.T, srv *elevenlabstest.Server, req elevenlabs.NarrateRequest) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	c := srv.Client(elevenlabs.WithHTTPClient(&http.Client{Transport: swallower{srv.HTTPClient().Transport}}))
	_, err := c.Narrate(ctx, req, io.Discard)
	var lost *elevenlabs.AmbiguousError
	require.ErrorAs(t, err, &lost)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestNarrate_MakesWhatAnEndedProcessDidNotGet(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200, Checkpoint: dir}
		interrupted(t, srv, req)
		at := time.Now()
		n, err := srv.Client().Narrate(t.Context(), req, io.Discard)
		require.NoError(t, err)
		require.Zero(t, n.Reused)
		require.Equal(t, n.Characters, n.Credits)
		require.Greater(t, time.Since(at), 15*time.Second, "the history is given time to show what was made")
	})
}

func TestNarrate_DoesNotPayAgainWhereHistoryCannotTell(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200, Checkpoint: dir}
		interrupted(t, srv, req)
		srv.Inject(elevenlabstest.Status(401, `{"detail":{"status":"missing_permissions"}}`).On("/v1/history").Times(100))
		for _, opts := range [][]elevenlabs.CallOption{nil, {elevenlabs.WithoutRecovery()}} {
			_, err := srv.Client().Narrate(t.Context(), req, io.Discard, opts...)
			var lost *elevenlabs.AmbiguousError
			require.ErrorAs(t, err, &lost)
			require.Contains(t, err.Error(), "an earlier process did not learn the answer")
			require.Equal(t, opts == nil, lost.History != nil)
		}
		require.Zero(t, srv.Usage().Characters)
		c := srv.Client()
		n, err := c.Narrate(t.Context(), req, io.Discard, elevenlabs.WithRetryAmbiguous())
		require.NoError(t, err)
		require.Equal(t, n.Characters, int64(srv.Usage().Characters))
		require.Equal(t, int64(3), c.Stats().Families[standard].Doubled)
	})
}

// A refusal costs nothing, so nothing is looked for afterwards.
func TestNarrate_GoesOnAtOnceAfterARefusal(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200, Checkpoint: dir}
		srv.Inject(elevenlabstest.Status(401, `{"detail":{"status":"quota_exceeded"}}`).Times(100).On("/v1/text-to-speech/"))
		_, err := srv.Client().Narrate(t.Context(), req, io.Discard)
		require.ErrorIs(t, err, elevenlabs.ErrQuotaExceeded)
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.Empty(t, files)
	})
}

func TestNarrate_TheSamePieceIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		refrain := "And so they went on, and on, and on."
		n, err := srv.Client().Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: strings.Repeat(refrain+"\n\n", 5)}, PieceLength: 40, Continuity: "none", Checkpoint: dir,
		}, io.Discard)
		require.NoError(t, err)
		require.Equal(t, 5, n.Pieces)
		require.Equal(t, 4, n.Reused)
		require.Equal(t, len(refrain), srv.Usage().Characters)
	})
}

// A job that is delivered twice is narrated twice at once.
func TestNarrate_TwoAtOnceOfAClientPayOnce(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(2500)}, PieceLength: 200, Checkpoint: dir}
		var other sync.WaitGroup
		leaving, leave := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, leave)
		other.Go(func() {
			if _, err := c.Narrate(leaving, req, io.Discard); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait() // its first pieces are under way
		n, err := c.Narrate(t.Context(), req, io.Discard)
		require.NoError(t, err)
		other.Wait()
		require.Positive(t, n.Reused)
		u := srv.Usage()
		require.Zero(t, u.BilledTwice)
		require.Equal(t, n.Characters, int64(u.Characters))
	})
}

// What could not be kept, as on a full disk, is paid for. It is found in the
// history once there is room.
func TestNarrate_DoesNotPayAgainForWhatCouldNotBeKept(t *testing.T) {
	root := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		// At no moment all that is being made ends at once.
		srv.Inject(elevenlabstest.SlowFirstByte(0), elevenlabstest.SlowFirstByte(137*time.Millisecond), elevenlabstest.SlowFirstByte(311*time.Millisecond))
		dir, aside := filepath.Join(root, "pieces"), filepath.Join(root, "aside")
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(2000)}, PieceLength: 200, Checkpoint: dir}
		req.Progress = func(elevenlabs.NarrationProgress) { _ = os.Rename(dir, aside) }
		_, err := srv.Client().Narrate(t.Context(), req, io.Discard)
		require.ErrorIs(t, err, os.ErrNotExist)
		made := srv.Usage().Families[standard].Served

		require.NoError(t, os.Rename(aside, dir))
		kept, err := filepath.Glob(filepath.Join(dir, "*.piece"))
		require.NoError(t, err)
		require.Less(t, len(kept), made)
		req.Progress = nil
		n, err := srv.Client().Narrate(t.Context(), req, io.Discard)
		require.NoError(t, err)
		require.Equal(t, len(kept), n.Reused)
		require.Zero(t, srv.Usage().BilledTwice)
		require.Equal(t, n.Characters, int64(srv.Usage().Characters))
		notes, err := filepath.Glob(filepath.Join(dir, "*.sent"))
		require.NoError(t, err)
		require.Empty(t, notes)
	})
}

func TestNarrate_ANoteThatWasCutShortIsANote(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: book(700)}, PieceLength: 200, Checkpoint: dir}
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		_, err := srv.Client().Narrate(ctx, req, io.Discard)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		notes, err := filepath.Glob(filepath.Join(dir, "*.sent"))
		require.NoError(t, err)
		require.NotEmpty(t, notes)
		for _, note := range notes {
			require.NoError(t, os.Truncate(note, 0))
			require.NoError(t, os.Chtimes(note, began, began))
		}
		n, err := srv.Client().Narrate(t.Context(), req, io.Discard)
		require.NoError(t, err)
		require.Zero(t, srv.Usage().BilledTwice)
		require.Equal(t, n.Characters, int64(srv.Usage().Characters))
	})
}
