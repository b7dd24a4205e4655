package elevenlabs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// A NarrateRequest asks for a text of any length to be spoken, such as a book.
// Only Text or Reader is required.
type NarrateRequest struct {
	// TTSRequest is how every piece of the text is spoken. Its Text may have any
	// length. PreviousText and PreviousRequestIDs are of what comes before the first
	// piece, NextText and NextRequestIDs of what comes behind the last.
	//
	// Format is MP3, PCM, WAV, Opus or G.711. The pieces become one file; WAV gets its
	// length at the end if the writer can seek. Opus becomes a chained Ogg file, of
	// which some players show the first piece's length only. AAC is refused.
	TTSRequest
	// Reader is the text, in UTF-8, in place of Text. No more of it is held than the
	// pieces that are being made.
	Reader io.Reader
	// PieceLength is the most characters (Unicode code points) that are spoken in
	// one call, from 20 to what the model takes. Longer pieces have fewer seams,
	// shorter ones come sooner and more evenly. Default 1,000.
	PieceLength int
	// Parallel is how many pieces are made at once, from 1 to 100; up to four times
	// as many are held in memory, so that a slow one keeps none waiting. A piece of
	// 1,000 characters is about 1 MB in the default format. Default: as many as the
	// client's limiter allows in flight, or 5 if it does not tell.
	Parallel int
	// Continuity is how a piece knows its neighbours, for the intonation: text sends
	// up to 300 characters of what is around it; ids sends the request ids of up to
	// three pieces before it too, which fits closer but makes one piece after the
	// other, whatever Parallel is; none sends nothing. Default text, and none with the
	// v3 models, which refuse both.
	Continuity string
	// Checkpoint is a directory in which every piece is kept as soon as it is made;
	// it is created if it is not there. To go on after a failure or a crash, narrate
	// the same request again: the pieces that are kept are not paid for again. Those
	// that were being made when a process ended are looked for in the account's
	// history, as any lost answer is; see [WithRetryAmbiguous] for when it cannot
	// tell.
	//
	// Whatever changes how a piece is spoken makes it another one, its neighbours'
	// text included. The files are about as large as the audio, and are the caller's
	// to delete. Narrations of one client may share a directory, also of the same
	// text at once; one process at a time may use it. Default: nothing is kept.
	Checkpoint string
	// Progress is called after each piece has been written, by one goroutine. It
	// should be quick: while it runs nothing is written.
	Progress func(NarrationProgress)
}

// A Narration is what has been spoken, or how far that is.
type Narration struct {
	// Pieces is in how many pieces, Reused how many of them came from the
	// checkpoint.
	Pieces, Reused int
	// Characters is how many were spoken, in Unicode code points, the white space
	// between pieces not among them.
	Characters int64
	// Bytes is how much audio was written, the header of WAV not counted.
	Bytes int64
	// Duration is how long it plays, as measured.
	Duration time.Duration
	// Credits is what answers said they were billed; pieces from the checkpoint add
	// nothing.
	Credits int64
	// Alignment and NormalizedAlignment are those of the whole narration; nil
	// without TTSRequest.Timestamps. Each piece begins where the audio before it
	// ends, as measured. The characters of Alignment are those of the text: the
	// white space between pieces is among them, so that the i-th is the i-th code
	// point, as far as the API aligns a text as it was sent.
	Alignment, NormalizedAlignment *Alignment
}

// A NarrationPiece is a part of a narration that was spoken in one call.
type NarrationPiece struct {
	// Index counts from 0.
	Index int
	// Text is what is spoken, and Offset its place in the whole text, in bytes.
	Text   string
	Offset int64
	// Start and End are its place in the audio.
	Start, End time.Duration
	// Reused is true for a piece from the checkpoint. Of its Meta there are the
	// RequestID and the HistoryItemID.
	Reused bool
	// Meta is what the answer told.
	Meta Meta
}

// A NarrationProgress tells how far a narration is.
type NarrationProgress struct {
	// Narration is what has been written.
	Narration
	// Piece is the last one of it.
	Piece NarrationPiece
}

// A NarrationError ends a narration that has begun. What it wraps tells why.
type NarrationError struct {
	// Narration is what has been written, in whole pieces.
	Narration Narration
	// Piece is the one that failed. Its Text is empty if it could not be read; then
	// Offset is up to where the text has been divided.
	Piece NarrationPiece
	// Err is an error of [Client.Synthesize], of the reader, of the writer or of the
	// checkpoint.
	Err error
}

func (e *NarrationError) Error() string {
	return fmt.Sprintf("elevenlabs: narration: piece %d, at byte %d of the text: %s",
		e.Piece.Index, e.Piece.Offset, strings.TrimPrefix(e.Err.Error(), "elevenlabs: "))
}

func (e *NarrationError) Unwrap() error { return e.Err }

// Narrate speaks a text of any length and writes the audio to w, as one file.
// The text is divided into pieces at paragraphs and sentences, which are made in
// parallel and written in order. Memory is bounded by their number, whatever the
// length of the text; only an Alignment grows with it.
//
// Every piece is a call of [Client.Synthesize], with its retries and its place in
// line. When one fails no further one is begun. What was written before it stays
// written; up to four times Parallel pieces behind it, made or being made, are
// lost, unless there is a Checkpoint: then they are waited for and kept. A context that ends is not
// waited for, but a Read or a Write that blocks is.
//
// Errors are an [ArgumentError] before anything is sent, that of looking up the
// account's first voice if none is named, or a [NarrationError].
func (c *Client) Narrate(ctx context.Context, req NarrateRequest, w io.Writer, opts ...CallOption) (*Narration, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := req.complete(c.tts); err != nil {
		return nil, err
	}
	out, err := newJoint(w, req.Format)
	if err != nil {
		return nil, err
	}
	if req.VoiceID == "" {
		if req.VoiceID, err = c.firstVoice(ctx, "Narrate", cfg); err != nil {
			return nil, err
		}
	}
	req.Format = out.asked
	family := c.familyOf(ctx, &Call{Family: FamilyOf(req.ModelID), model: req.ModelID}, cfg)
	n := newNarrator(c, req, cfg, out, family)
	if err := n.run(ctx); err != nil {
		return nil, err
	}
	return &n.Narration, nil
}

const (
	defaultPieceLength = 1000
	leastPieceLength   = 20
	maxParallel        = 100
	// heldPerSlot is how many pieces are held for each that may be made at once. While
	// the first of them takes as long as three others no slot idles.
	heldPerSlot = 4
	// contextLength is how much text is sent along with a piece on either side.
	contextLength   = 300
	defaultParallel = 5
)

// What Continuity may be.
const (
	byText = "text"
	byIDs  = "ids"
	byNone = "none"
)

// withoutContext are the models that refuse to be told what is around a text.
//
// Source: refusals seen live on 21 August and 8 September 2026.
var withoutContext = map[string]bool{"eleven_v3": true, "eleven_v3_conversational": true}

// complete fills in the defaults and refuses what must fail.
func (r *NarrateRequest) complete(base TTSRequest) error {
	if err := r.completeText(); err != nil {
		return err
	}
	// What is checked of a piece is checked of the first one that there could be.
	probe := r.TTSRequest.over(base)
	r.TTSRequest = probe
	probe.Text = "."
	if err := probe.validate(false); err != nil {
		return err
	}
	if _, err := probe.body(); err != nil {
		return err
	}
	if err := r.completePieces(); err != nil {
		return err
	}
	return checkDirectory(r.Checkpoint)
}

func (r *NarrateRequest) completeText() error {
	const field = "NarrateRequest.Text"
	if r.Reader != nil {
		if r.Text != "" {
			return badArgument(field, "cannot be combined with Reader")
		}
		return nil
	}
	r.Reader = strings.NewReader(r.Text)
	return checkText(field, r.Text)
}

func (r *NarrateRequest) completePieces() error {
	const of = "NarrateRequest."
	most := maxCharacters[r.ModelID]
	if r.PieceLength == 0 {
		r.PieceLength = min(defaultPieceLength, cmp.Or(most, defaultPieceLength))
	}
	switch {
	case r.PieceLength < leastPieceLength:
		return badArgument(of+"PieceLength", "%d is less than %d", r.PieceLength, leastPieceLength)
	case r.Parallel < 0 || r.Parallel > maxParallel:
		return badArgument(of+"Parallel", "%d is not from 1 to %d", r.Parallel, maxParallel)
	case r.Continuity == "" && withoutContext[r.ModelID]:
		r.Continuity = byNone
	case r.Continuity == "":
		r.Continuity = byText
	case r.Continuity != byText && r.Continuity != byIDs && r.Continuity != byNone:
		return badArgument(of+"Continuity", "%q is not text, ids or none", r.Continuity)
	case r.Continuity != byNone && withoutContext[r.ModelID]:
		return badArgument(of+"Continuity", "%s refuses both text and ids", r.ModelID)
	case r.Continuity == byIDs && r.ZeroRetention:
		return badArgument(of+"Continuity", "ids cannot be combined with ZeroRetention: the vendor needs the stored speech")
	}
	return checkLength(of+"PieceLength", r.PieceLength, r.ModelID, most)
}

// textError tells of a text that cannot be divided.
func textError(err error) error {
	if errors.Is(err, sentences.ErrNotUTF8) {
		return badArgument("NarrateRequest.Reader", "is not valid UTF-8")
	}
	return fmt.Errorf("reading the text: %w", err)
}

// characters counts as the API does.
func characters(text string) int64 { return int64(utf8.RuneCountInString(text)) }
