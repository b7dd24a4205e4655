package elevenlabs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// How a piece is asked for, made and written.

// stitchable is how long the vendor knows a request by its id, with ten minutes
// to spare.
//
// Source: the vendor's guide to request stitching says two hours.
const stitchable = 110 * time.Minute

// request is what is asked for a piece, with what is around it.
func (n *narrator) request(p, next *narratedPiece) TTSRequest {
	r := n.req.TTSRequest
	r.Text = p.Text
	r.PreviousText, r.NextText, r.PreviousRequestIDs, r.NextRequestIDs = "", "", nil, nil
	first, last := p.Index == 0, next == nil
	if first || n.req.Continuity != byNone {
		r.PreviousText = strings.TrimFunc(n.feed.before, silent)
	}
	switch {
	case last:
		r.NextText, r.NextRequestIDs = n.req.NextText, n.req.NextRequestIDs
	case n.req.Continuity != byNone:
		r.NextText = head(next.Text, contextLength)
	}
	if first {
		r.PreviousRequestIDs = n.req.PreviousRequestIDs
	} else if n.req.Continuity == byIDs {
		r.PreviousRequestIDs = n.feed.stitches(n.req.PreviousRequestIDs)
	}
	return r
}

// remember notes a piece for those behind it.
func (f *feeder) remember(p *narratedPiece) {
	if p.made == nil || p.made.Meta.RequestID == "" {
		return
	}
	f.ids = append(f.ids, stitch{p.made.Meta.RequestID, p.made.at})
	f.ids = f.ids[max(len(f.ids)-3, 0):]
}

// stitches returns up to three ids of what was spoken last, where the first
// pieces have some before them that the caller gave.
func (f *feeder) stitches(given []string) []string {
	var ids []string
	if f.index <= 3 {
		ids = append(ids, given...)
	}
	for _, s := range f.ids {
		if time.Since(s.at) < stitchable {
			ids = append(ids, s.id)
		}
	}
	return ids[max(len(ids)-3, 0):]
}

// tail returns the end of a text, at most so many characters, from a word on if
// there is one.
func tail(text string, most int) string {
	i := len(text)
	for n := 0; n < most && i > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
	}
	end := text[i:]
	if i > 0 {
		if at := strings.IndexFunc(end, sentences.Blank); at >= 0 {
			end = end[at:]
		}
	}
	return end
}

// head is tail for the beginning of a text.
func head(text string, most int) string {
	i := 0
	for n := 0; n < most && i < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	begin := text[:i]
	if i < len(text) {
		if at := strings.LastIndexFunc(begin, sentences.Blank); at > 0 {
			begin = begin[:at]
		}
	}
	return begin
}

// identity names a piece by all that decides how it is spoken, but for the ids
// around it, which are new each time.
func identity(r TTSRequest) (string, error) {
	r.PreviousRequestIDs, r.NextRequestIDs = nil, nil
	body, err := r.body()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%t\n", r.VoiceID, r.query(), r.Timestamps) // a hash takes everything
	h.Write(body.bytes)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// speak makes a piece, or takes it from the checkpoint.
func (n *narrator) speak(ctx context.Context, p *narratedPiece) (err error) {
	if n.req.Checkpoint == "" {
		p.made, err = n.client.speakPiece(ctx, p.req, n.cfg)
	} else {
		err = n.speakOnce(ctx, p)
	}
	if err != nil {
		return err
	}
	p.Meta = p.made.Meta
	p.audio, p.duration = n.out.trim(p.made.Speech)
	return nil
}

func (c *Client) speakPiece(ctx context.Context, req TTSRequest, cfg callConfig) (*madeSpeech, error) {
	speech, err := c.synthesize(ctx, req, cfg)
	if err != nil {
		return nil, err
	}
	return &madeSpeech{speech, time.Now()}, nil
}

// write writes a piece behind those before it.
func (n *narrator) write(p *narratedPiece) error {
	if _, err := n.out.Write(p.audio); err != nil {
		return fmt.Errorf("writing the audio: %w", err)
	}
	p.Start = n.Duration
	if n.req.Timestamps {
		n.track.gap(p.gap, p.Start)
		n.track.add(p.made.Speech, p.Text, p.Start)
	}
	n.Duration += p.duration
	p.End = n.Duration
	n.Pieces++
	n.Bytes += int64(len(p.audio))
	n.Characters += characters(p.Text)
	if p.Reused {
		n.Reused++
	} else {
		n.Credits += int64(max(p.Meta.CharacterCost, 0))
	}
	if n.req.Progress != nil {
		n.Alignment, n.NormalizedAlignment = n.track.alignments()
		n.req.Progress(NarrationProgress{Narration: n.Narration, Piece: p.NarrationPiece})
	}
	return nil
}

// A narrationTrack puts the timing of pieces together.
type narrationTrack struct {
	said, normalized Alignment
	told, read       bool // there is any of either
}

// gap adds the white space between two pieces, up to where the next begins.
func (t *narrationTrack) gap(text string, until time.Duration) {
	for _, a := range []*Alignment{&t.said, &t.normalized} {
		start := 0.0
		if n := len(a.Ends); n > 0 {
			start = min(a.Ends[n-1], until.Seconds())
		}
		for _, r := range text {
			a.add(string(r), start, until.Seconds())
			start = until.Seconds()
		}
	}
}

// add adds what is known of a piece. Where nothing is, its characters have no
// times.
func (t *narrationTrack) add(s *Speech, text string, start time.Duration) {
	base := start.Seconds()
	if a := s.NormalizedAlignment; a != nil {
		t.read = true
		t.normalized.addAll(a, base)
	}
	if a := s.Alignment; a != nil {
		t.told = true
		t.said.addAll(a, base)
		return
	}
	for _, r := range text {
		t.said.add(string(r), -1, -1)
	}
}

func (a *Alignment) add(character string, start, end float64) {
	a.Characters = append(a.Characters, character)
	a.Starts, a.Ends = append(a.Starts, start), append(a.Ends, end)
}

// addAll adds another alignment, so much later. A time that is missing stays so.
func (a *Alignment) addAll(b *Alignment, base float64) {
	later := func(times []float64, i int) float64 {
		if t := at(times, i); t >= 0 {
			return base + t
		}
		return -1
	}
	for i, c := range b.Characters {
		a.add(c, later(b.Starts, i), later(b.Ends, i))
	}
}

// alignments returns what is known by now.
func (t *narrationTrack) alignments() (said, normalized *Alignment) {
	if t.told {
		whole := t.said
		said = &whole
	}
	if t.read {
		whole := t.normalized
		normalized = &whole
	}
	return said, normalized
}
