package elevenlabs

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/elevenlabs-go/elevenlabs/internal/subtitle"
)

// A VoiceSegment tells where a line of a dialogue is, in the audio and in the
// characters of its Alignment. Lines follow each other without a gap: a pause
// belongs to one of its neighbours. The audio can be up to an eighth longer
// than the times say.
//
// Source: VoiceSegment in the OpenAPI document; the rest was measured in
// September 2026.
type VoiceSegment struct {
	// VoiceID is who speaks.
	VoiceID string `json:"voice_id"`
	// Start and End are in seconds from the start of the audio.
	Start float64 `json:"start_time_seconds"`
	End   float64 `json:"end_time_seconds"`
	// CharacterStart and CharacterEnd are the place in Alignment.Characters, the
	// end exclusive.
	CharacterStart int `json:"character_start_index"`
	CharacterEnd   int `json:"character_end_index"`
	// Input is the line's index in DialogueRequest.Inputs.
	Input int `json:"dialogue_input_index"`
}

// Segments tells who speaks when in the part of a dialogue that was read so
// far, as [SpeechStream.Alignment] tells what. Of a line that is not read to
// its end it has the start. It is nil without DialogueRequest.Timestamps, and
// may be called at any time.
//
// The API does not say whether the places of a later piece of a stream count
// from the start of the speech or of the piece. They are taken to count from
// the start of the piece if they fit into it and would lie before it otherwise.
func (s *SpeechStream) Segments() []VoiceSegment {
	if s.timed == nil {
		return nil
	}
	s.timed.mu.Lock()
	defer s.timed.mu.Unlock()
	return slices.Clone(s.timed.segments)
}

// WriteSRT writes the text of speech that was asked for with Timestamps as
// SubRip subtitles: see [Alignment.WriteSRT]. No cue of a dialogue has two
// voices; with opts.Speakers each is named by the id of its voice.
//
// Errors are an [ArgumentError], also where there are no times, or the
// writer's.
func (s *Speech) WriteSRT(w io.Writer, opts SubtitleOptions) error {
	if s.Alignment == nil {
		return errNoTimes
	}
	return writeSRT(w, [][]subtitle.Span{s.spans()}, opts)
}

// WriteVTT is like [Speech.WriteSRT] for WebVTT.
func (s *Speech) WriteVTT(w io.Writer, opts SubtitleOptions) error {
	if s.Alignment == nil {
		return errNoTimes
	}
	return writeVTT(w, [][]subtitle.Span{s.spans()}, opts)
}

// spans are the characters with who speaks them, and a space between two
// lines.
func (s *Speech) spans() []subtitle.Span {
	all := s.Alignment.spans()
	if len(s.Segments) == 0 {
		return all
	}
	var spans []subtitle.Span
	for i, line := range s.Segments {
		from := min(max(line.CharacterStart, 0), len(all))
		to := min(max(line.CharacterEnd, from), len(all))
		if i > 0 {
			spans = append(spans, subtitle.Span{Text: " ", Start: math.NaN(), End: math.NaN(), Speaker: line.VoiceID})
		}
		for _, span := range all[from:to] {
			span.Speaker = line.VoiceID
			spans = append(spans, span)
		}
	}
	return spans
}

func decodeSegments(data json.RawMessage) ([]VoiceSegment, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var segments []VoiceSegment
	if err := json.Unmarshal(data, &segments); err != nil {
		return nil, fmt.Errorf("%w: voice_segments: %w", ErrMalformed, err)
	}
	return segments, nil
}

// addSegments puts those of a chunk behind those of the chunks before it,
// which have so many characters. Parts of one line become one. base is where
// the chunk's clock starts.
func addSegments(all, more []VoiceSegment, before, characters int, base float64) []VoiceSegment {
	if len(more) == 0 {
		return all
	}
	offset := 0
	if more[0].CharacterStart < before && more[len(more)-1].CharacterEnd <= characters {
		offset = before
	}
	for _, s := range more {
		s.Start, s.End = s.Start+base, s.End+base
		s.CharacterStart, s.CharacterEnd = s.CharacterStart+offset, s.CharacterEnd+offset
		if n := len(all); n > 0 && all[n-1].Input == s.Input && all[n-1].VoiceID == s.VoiceID {
			last := &all[n-1]
			last.End, last.CharacterEnd = max(last.End, s.End), max(last.CharacterEnd, s.CharacterEnd)
			continue
		}
		all = append(all, s)
	}
	return all
}
