package elevenlabs

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// chunk returns the audio of a whole answer with its timing. That of audio from
// the history has come before.
func (f *flight) chunk(data []byte) (timing.Chunk, error) {
	if !f.call.timed {
		c := timing.Chunk{Audio: data}
		if f.past != nil {
			c.Alignment, c.Normalized = (*timing.Alignment)(f.past.Alignment), (*timing.Alignment)(f.past.Normalized)
		}
		return c, nil
	}
	c, err := timing.Decode(data)
	if err = formError(err); errors.Is(err, ErrMalformed) {
		err = &ResponseError{Op: f.call.Op, Meta: f.meta, Err: err}
	}
	return c, err
}

// formError gives an error of decoding the form in which callers test for it.
// What is cut short was lost, as if the connection had been.
func formError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return fmt.Errorf("%w: %w", ErrMalformed, err)
}

// timedAudio is the audio of an answer that has timing too. It is read by one
// goroutine, which may be ahead of the one that plays it: what has been read
// there is handed over here.
type timedAudio struct {
	read   func([]byte) (int, error)
	lines  *timing.Lines // nil for audio from the history
	format Format
	audio  []byte // of the last line, what is not read
	made   int64  // bytes that were read

	mu               sync.Mutex // guards all below
	ahead            []timedChunk
	said, normalized timing.Track
	segments         []VoiceSegment
}

// A timedChunk is the timing of the audio at some place of the stream.
type timedChunk struct {
	from, to int64 // in bytes
	timing.Chunk
	segments []VoiceSegment
}

// newTimedAudio returns nil for an answer that has no timing.
func newTimedAudio(f *flight, format Format) *timedAudio {
	t := &timedAudio{read: f.Read, format: format}
	switch {
	case f.call.timed:
		t.lines = timing.NewLines(f.Read, f.trip.cfg.maxBody)
	case f.past != nil:
		c, _ := f.chunk(nil)
		_ = t.queue(c) // it has no segments
	default:
		return nil
	}
	return t
}

func (t *timedAudio) Read(p []byte) (int, error) {
	if t.lines == nil {
		n, err := t.read(p)
		t.made += int64(n)
		return n, err
	}
	for len(t.audio) == 0 {
		c, err := t.lines.Next()
		if err != nil {
			return 0, lineError(err)
		}
		if err := t.queue(c); err != nil {
			return 0, err
		}
		t.audio = c.Audio
	}
	n := copy(p, t.audio)
	t.audio = t.audio[n:]
	t.made += int64(n)
	return n, nil
}

// lineError is formError for an error of reading lines, which may be the
// network's.
func lineError(err error) error {
	var wrong *timing.LineError
	switch {
	case errors.Is(err, timing.ErrLineTooLong):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	case errors.As(err, &wrong):
		return formError(err)
	}
	return err
}

// queue keeps the timing of a chunk whose audio comes next.
func (t *timedAudio) queue(c timing.Chunk) error {
	segments, err := decodeSegments(c.Segments)
	if err != nil {
		return err
	}
	if c.Alignment == nil && c.Normalized == nil && len(segments) == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at := timedChunk{from: t.made, to: t.made + int64(len(c.Audio)), Chunk: c, segments: segments}
	at.Audio, at.Segments = nil, nil // their memory is used again
	t.ahead = append(t.ahead, at)
	return nil
}

// handed notes how much audio has been handed over, and whether that was all.
// A chunk's timing goes with the first byte of its audio.
func (t *timedAudio) handed(sent int64, all bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.ahead) > 0 && (all || t.ahead[0].from < sent || t.ahead[0].to <= sent) {
		c := t.ahead[0]
		t.ahead = t.ahead[1:]
		heard := t.format.Duration(c.from).Seconds()
		before := len(t.said.Characters)
		if c.Alignment != nil {
			t.said.Add(c.Alignment, heard)
		}
		t.segments = addSegments(t.segments, c.segments, before, len(t.said.Characters)-before, t.said.Base())
		if c.Normalized != nil {
			t.normalized.Add(c.Normalized, heard)
		}
	}
}

// alignment returns what is known by now.
func (t *timedAudio) alignment(of *timing.Track) *Alignment {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(of.Characters)
	if n == 0 {
		return nil
	}
	return &Alignment{Characters: of.Characters[:n:n], Starts: of.Starts[:n:n], Ends: of.Ends[:n:n]}
}
