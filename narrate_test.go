package elevenlabs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// book is a text of about so many characters, in paragraphs of sentences of
// which no two are the same.
func book(characters int) string {
	var b strings.Builder
	for i := 1; b.Len() < characters; i++ {
		fmt.Fprintf(&b, "This is sentence number %d of the book. Dr. Who, who was %d years old, read it aloud!", i, i%90)
		if i%7 == 0 {
			b.WriteString("\n\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// A spokenPiece is what the emulator was asked for.
type spokenPiece struct {
	Text        string   `json:"text"`
	Previous    string   `json:"previous_text"`
	Next        string   `json:"next_text"`
	PreviousIDs []string `json:"previous_request_ids"`
	NextIDs     []string `json:"next_request_ids"`
	id          string   // of the request
}

// spokenPieces are all requests for speech, in the order of their arrival.
func spokenPieces(t *testing.T, srv *elevenlabstest.Server) (pieces []spokenPiece) {
	t.Helper()
	for _, r := range srv.Requests() {
		if strings.HasPrefix(r.Path, "/v1/text-to-speech/") {
			p := spokenPiece{id: r.RequestID}
			require.NoError(t, json.Unmarshal(r.Body, &p))
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// narrated collects what Progress tells.
func narrated(pieces *[]elevenlabs.NarrationPiece) func(elevenlabs.NarrationProgress) {
	return func(p elevenlabs.NarrationProgress) { *pieces = append(*pieces, p.Piece) }
}

func TestNarrate_WritesThePiecesInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		text := book(2500)
		var audio bytes.Buffer
		var pieces []elevenlabs.NarrationPiece
		n, err := c.Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: text}, PieceLength: 200, Progress: narrated(&pieces),
		}, &audio)
		require.NoError(t, err)
		require.Len(t, pieces, n.Pieces)
		require.Greater(t, n.Pieces, 10)

		var want []byte
		var end time.Duration
		at, characters := 0, 0
		for i, p := range pieces {
			require.Equal(t, i, p.Index)
			require.Empty(t, strings.TrimSpace(text[at:p.Offset]), "only white space is left out")
			at = int(p.Offset) + len(p.Text)
			require.Equal(t, p.Text, text[p.Offset:at])
			require.Equal(t, end, p.Start)
			end = p.End
			characters += len(p.Text)
			speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: p.Text})
			require.NoError(t, err)
			require.InDelta(t, speech.Duration(), p.End-p.Start, float64(time.Millisecond))
			want = append(want, speech.Audio...)
		}
		require.Empty(t, strings.TrimSpace(text[at:]))
		require.True(t, bytes.Equal(want, audio.Bytes()))
		require.Equal(t, elevenlabs.Narration{
			Pieces: n.Pieces, Characters: int64(characters), Bytes: int64(len(want)), Duration: end, Credits: int64(characters),
		}, *n)
		whole := elevenlabs.Speech{Audio: audio.Bytes(), Format: elevenlabs.FormatMP3_44100_128}
		require.InDelta(t, end, whole.Duration(), float64(time.Millisecond))
	})
}

func TestNarrate_TellsAPieceWhatIsAroundIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		text := book(3000)
		_, err := srv.Client().Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{
				Text: text, PreviousText: "Before it.", NextText: "Behind it.",
				PreviousRequestIDs: []string{"before"}, NextRequestIDs: []string{"behind"},
			},
			PieceLength: 400, Parallel: 1,
		}, io.Discard)
		require.NoError(t, err)
		pieces := spokenPieces(t, srv)
		require.Equal(t, "Before it.", pieces[0].Previous)
		require.Equal(t, []string{"before"}, pieces[0].PreviousIDs)
		for i, p := range pieces[:len(pieces)-1] {
			rest, found := strings.CutPrefix(pieces[i+1].Text, p.Next)
			require.True(t, found)
			require.LessOrEqual(t, len(p.Next), 300)
			require.True(t, rest == "" || len(p.Next) > 250 && rest[0] == ' ', "no word is cut")
			before := pieces[i+1].Previous
			require.LessOrEqual(t, len(before), 300)
			require.Greater(t, len(before), 200)
			read := strings.TrimSpace(text[:strings.Index(text, pieces[i+1].Text)])
			require.True(t, strings.HasSuffix("Before it. "+read, before))
			require.Empty(t, p.NextIDs)
			require.Empty(t, pieces[i+1].PreviousIDs)
		}
		last := pieces[len(pieces)-1]
		require.Equal(t, "Behind it.", last.Next)
		require.Equal(t, []string{"behind"}, last.NextIDs)
	})
}

func TestNarrate_StitchesByRequestIDs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		_, err := srv.Client().Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest:  elevenlabs.TTSRequest{Text: book(2500), PreviousRequestIDs: []string{"x", "y", "z"}},
			PieceLength: 400, Continuity: "ids",
		}, io.Discard)
		require.NoError(t, err)
		require.Equal(t, 1, srv.Usage().Families[standard].MaxInFlight)
		ids := []string{"x", "y", "z"}
		for _, p := range spokenPieces(t, srv) {
			require.Equal(t, ids, p.PreviousIDs)
			ids = append(ids[1:len(ids):len(ids)], p.id)
		}
	})
}

func TestNarrate_DoesNotStitchToWhatIsOld(t *testing.T) {
	dir := t.TempDir()
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := elevenlabs.NarrateRequest{
			TTSRequest:  elevenlabs.TTSRequest{Text: book(2500)},
			PieceLength: 400, Continuity: "ids", Checkpoint: dir,
		}
		_, err := srv.Client().Narrate(t.Context(), req, &breaking{after: 3})
		require.ErrorIs(t, err, errFull)
		first := len(spokenPieces(t, srv))
		time.Sleep(2 * time.Hour)
		n, err := srv.Client().Narrate(t.Context(), req, io.Discard)
		require.NoError(t, err)
		require.Equal(t, first, n.Reused)
		require.Zero(t, srv.Usage().BilledTwice)
		pieces := spokenPieces(t, srv)[first:]
		require.Empty(t, pieces[0].PreviousIDs)
		require.Equal(t, []string{pieces[0].id}, pieces[1].PreviousIDs)
	})
}

func TestNarrate_SendsNothingAroundWhereTheModelRefusesIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		for _, req := range []elevenlabs.NarrateRequest{
			{TTSRequest: elevenlabs.TTSRequest{ModelID: "eleven_v3"}}, {Continuity: "none"},
		} {
			req.Text, req.PieceLength = book(1000), 300
			_, err := srv.Client().Narrate(t.Context(), req, io.Discard)
			require.NoError(t, err)
		}
		for _, p := range spokenPieces(t, srv) {
			require.Empty(t, p.Previous+p.Next)
			require.Empty(t, p.PreviousIDs)
		}
	})
}

// The sum of all work, divided among the slots, is the least that a text can
// take. Slots that are never idle while there is work take at most the longest
// piece more, in the last round. No slot waits for what may be held either,
// since none makes two pieces while another makes one.
func TestNarrate_KeepsTheSlotsBusy(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for tier, characters := range map[elevenlabs.Tier]int{elevenlabs.TierFree: 6_000, elevenlabs.TierPro: 40_000} {
			srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(tier))
			at := time.Now()
			req := elevenlabs.NarrateRequest{
				TTSRequest:  elevenlabs.TTSRequest{Text: book(characters), Format: elevenlabs.FormatMP3_22050_32},
				PieceLength: 200,
			}
			_, err := srv.Client(elevenlabs.WithTier(tier)).Narrate(t.Context(), req, io.Discard)
			require.NoError(t, err)
			took := time.Since(at)
			var work, longest time.Duration
			shortest := took
			requests := srv.Requests()
			for i, r := range requests {
				d := r.Done.Sub(r.Arrived)
				work, longest = work+d, max(longest, d)
				if i < len(requests)-1 {
					shortest = min(shortest, d)
				}
			}
			u := srv.Usage().Families[standard]
			require.Zero(t, u.Refused)
			require.Equal(t, u.Limit, u.MaxInFlight)
			require.Less(t, longest, 2*shortest)
			require.LessOrEqual(t, took, work/time.Duration(u.Limit)+longest, tier)
		}
	})
}

// A piece that takes as long as three others, such as one that is tried again,
// does not hold up the slots that make those behind it.
func TestNarrate_ASlowPieceKeepsNoSlotWaiting(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierPro))
		srv.Inject(elevenlabstest.SlowFirstByte(0).Times(40), elevenlabstest.SlowFirstByte(3*time.Second))
		at := time.Now()
		_, err := srv.Client(elevenlabs.WithTier(elevenlabs.TierPro)).Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: book(20_000), Format: elevenlabs.FormatMP3_22050_32}, PieceLength: 200,
		}, io.Discard)
		took := time.Since(at)
		require.NoError(t, err)
		var work, usual time.Duration
		for i, r := range srv.Requests() {
			d := r.Done.Sub(r.Arrived)
			work += d
			if i < 40 {
				usual = max(usual, d)
			}
		}
		require.LessOrEqual(t, took, work/10+usual)
	})
}

func TestNarrate_FollowsTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierScale))
		_, err := srv.Client(elevenlabs.WithTier(elevenlabs.TierFree)).Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: book(12_000), Format: elevenlabs.FormatMP3_22050_32}, PieceLength: 300,
		}, io.Discard)
		require.NoError(t, err)
		u := srv.Usage().Families[standard]
		require.Equal(t, u.Limit, u.MaxInFlight)
		require.Zero(t, u.Refused)
	})
}

// A silentLimiter does not tell its limits.
type silentLimiter struct{ elevenlabs.Limiter }

func TestNarrate_WithoutALimitToFollow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierPro))
		l, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{Tier: elevenlabs.TierPro})
		require.NoError(t, err)
		_, err = srv.Client(elevenlabs.WithLimiter(silentLimiter{l})).Narrate(t.Context(), elevenlabs.NarrateRequest{
			TTSRequest: elevenlabs.TTSRequest{Text: book(2000)}, PieceLength: 100,
		}, io.Discard)
		require.NoError(t, err)
		require.Equal(t, 5, srv.Usage().Families[standard].MaxInFlight)
	})
}

// A blockedWriter waits for the first write to be let through.
type blockedWriter chan struct{}

func (w blockedWriter) Write(p []byte) (int, error) { <-w; return len(p), nil }

func TestNarrate_HoldsABoundedNumberOfPieces(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, parallel := range []int{0, 1, 5} {
			srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierCreator))
			text := book(20_000)
			source := strings.NewReader(text)
			w := make(blockedWriter)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				_, err := srv.Client(elevenlabs.WithTier(elevenlabs.TierCreator)).Narrate(ctx,
					elevenlabs.NarrateRequest{Reader: source, PieceLength: 200, Parallel: parallel}, w)
				done <- err
			}()
			time.Sleep(time.Hour)
			synctest.Wait()
			u := srv.Usage().Families[standard]
			most := parallel
			if parallel == 0 {
				most = u.Limit
			}
			require.Equal(t, 4*most, u.Served, "pieces are made ahead of the writer")
			require.Equal(t, most, u.MaxInFlight)
			require.Less(t, len(text)-source.Len(), 200*(4*most+2)+8192, "no more is read than that")
			cancel()
			close(w)
			require.ErrorIs(t, <-done, context.Canceled)
		}
	})
}

var errFull = errors.New("the disk is full")

// breaking is a writer that fails for good after so many writes.
type breaking struct {
	after int
	bytes.Buffer
}

func (b *breaking) Write(p []byte) (int, error) {
	if b.after--; b.after < 0 {
		return 0, errFull
	}
	return b.Buffer.Write(p)
}

// Wherever a narration breaks off, what was made is not paid for again.
func TestNarrate_GoesOnWhereItBroke(t *testing.T) {
	root := t.TempDir()
	bubble(t, func(t *testing.T) {
		tts := elevenlabs.TTSRequest{Text: book(550), Timestamps: true, Format: elevenlabs.FormatULaw_8000}
		var want bytes.Buffer
		whole, err := elevenlabstest.NewServer(t).Client().Narrate(t.Context(), elevenlabs.NarrateRequest{TTSRequest: tts, PieceLength: 100}, &want)
		require.NoError(t, err)
		for name, breaks := range map[string]func(*elevenlabstest.Server, int) io.Writer{
			"the writer": func(_ *elevenlabstest.Server, at int) io.Writer { return &breaking{after: at} },
			"a piece": func(srv *elevenlabstest.Server, at int) io.Writer {
				srv.Inject(elevenlabstest.SlowFirstByte(0).Times(at), elevenlabstest.Status(500, "{}"))
				return new(bytes.Buffer)
			},
		} {
			for at := range whole.Pieces {
				srv := elevenlabstest.NewServer(t)
				c := srv.Client(elevenlabs.WithMaxRetries(0))
				req := elevenlabs.NarrateRequest{TTSRequest: tts, PieceLength: 100, Checkpoint: filepath.Join(root, name, fmt.Sprint(at))}
				_, err := c.Narrate(t.Context(), req, breaks(srv, at))
				var broke *elevenlabs.NarrationError
				require.ErrorAs(t, err, &broke, name)
				require.Contains(t, tts.Text, broke.Piece.Text)
				made := srv.Usage().Families[standard].Served

				var audio bytes.Buffer
				n, err := c.Narrate(t.Context(), req, &audio)
				require.NoError(t, err)
				require.True(t, bytes.Equal(want.Bytes(), audio.Bytes()))
				require.Equal(t, made, n.Reused)
				require.Equal(t, whole.Alignment, n.Alignment)
				require.Equal(t, whole.Duration, n.Duration)
				u := srv.Usage()
				require.Zero(t, u.BilledTwice)
				require.Equal(t, whole.Characters, int64(u.Characters))
				n, err = c.Narrate(t.Context(), req, io.Discard)
				require.NoError(t, err)
				require.Equal(t, n.Pieces, n.Reused)
				require.Zero(t, n.Credits)
			}
		}
	})
}

func TestNarrate_BadInput(t *testing.T) {
	t.Parallel()
	type req = elevenlabs.NarrateRequest
	type tts = elevenlabs.TTSRequest
	text := tts{Text: "x"}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, tt := range map[string]struct {
		req   req
		field string
	}{
		"no text":          {req{}, "NarrateRequest.Text"},
		"blank text":       {req{TTSRequest: tts{Text: " \n"}}, "NarrateRequest.Text"},
		"broken text":      {req{TTSRequest: tts{Text: "a\xff"}}, "NarrateRequest.Text"},
		"two texts":        {req{TTSRequest: text, Reader: strings.NewReader("x")}, "NarrateRequest.Text"},
		"blank reader":     {req{Reader: strings.NewReader(" \uFEFF\n")}, "NarrateRequest.Reader"},
		"short pieces":     {req{TTSRequest: text, PieceLength: 19}, "NarrateRequest.PieceLength"},
		"long pieces":      {req{TTSRequest: text, PieceLength: 10_001}, "NarrateRequest.PieceLength"},
		"less than none":   {req{TTSRequest: text, Parallel: -1}, "NarrateRequest.Parallel"},
		"too many":         {req{TTSRequest: text, Parallel: 101}, "NarrateRequest.Parallel"},
		"continuity":       {req{TTSRequest: text, Continuity: "voice"}, "NarrateRequest.Continuity"},
		"v3 with ids":      {req{TTSRequest: tts{Text: "x", ModelID: "eleven_v3"}, Continuity: "ids"}, "NarrateRequest.Continuity"},
		"ids of nothing":   {req{TTSRequest: tts{Text: "x", ZeroRetention: true}, Continuity: "ids"}, "NarrateRequest.Continuity"},
		"no directory":     {req{TTSRequest: text, Checkpoint: file}, "NarrateRequest.Checkpoint"},
		"AAC":              {req{TTSRequest: tts{Text: "x", Format: elevenlabs.FormatM4A_AAC_44100_128}}, "TTSRequest.Format"},
		"unknown format":   {req{TTSRequest: tts{Text: "x", Format: "flac_44100"}}, "TTSRequest.Format"},
		"voice":            {req{TTSRequest: tts{Text: "x", VoiceID: "a/b"}}, "TTSRequest.VoiceID"},
		"known extra":      {req{TTSRequest: tts{Text: "x", Extra: map[string]any{"text": 1}}}, "TTSRequest.Extra"},
		"many request ids": {req{TTSRequest: tts{Text: "x", PreviousRequestIDs: make([]string, 4)}}, "TTSRequest.PreviousRequestIDs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			_, err := silent(t).Narrate(t.Context(), tt.req, &out)
			refused(t, tt.field, err)
			require.Zero(t, out.Len())
		})
	}
	_, err := silent(t).Narrate(t.Context(), req{TTSRequest: text}, nil)
	refused(t, "w", err)
}
