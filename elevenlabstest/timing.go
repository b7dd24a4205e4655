package elevenlabstest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// An alignment has the fields of the vendor's CharacterAlignmentResponseModel.
type alignment struct {
	Characters []string  `json:"characters"`
	Starts     []float64 `json:"character_start_times_seconds"`
	Ends       []float64 `json:"character_end_times_seconds"`
}

// alignments are both of a text. The emulator reads a text as it is written.
type alignments struct {
	Alignment  alignment `json:"alignment"`
	Normalized alignment `json:"normalized_alignment"`
}

// A voiceSegment has the fields of the vendor's VoiceSegment.
type voiceSegment struct {
	VoiceID        string  `json:"voice_id"`
	Start          float64 `json:"start_time_seconds"`
	End            float64 `json:"end_time_seconds"`
	CharacterStart int     `json:"character_start_index"`
	CharacterEnd   int     `json:"character_end_index"`
	Input          int     `json:"dialogue_input_index"`
}

// times tell what is spoken when in some audio.
type times struct {
	alignment
	segments []voiceSegment // of a dialogue; nil for one voice
	whole    float64        // seconds of all the audio
}

func timesOf(text string) *times {
	return &times{alignment: align(text), whole: tone.Duration(text).Seconds()}
}

// timesOfLines are of lines that follow each other, of which the audio ends at
// the given times. A line's last pause is a part of its segment.
func timesOfLines(lines []line, ends []time.Duration) *times {
	t := &times{segments: []voiceSegment{}}
	for i, l := range lines {
		one, from := align(l.Text), t.whole
		s := voiceSegment{VoiceID: l.VoiceID, Start: from, CharacterStart: len(t.Characters), Input: i}
		t.Characters = append(t.Characters, one.Characters...)
		for k := range one.Ends {
			t.Starts = append(t.Starts, milliseconds(from+one.Starts[k]))
			t.Ends = append(t.Ends, milliseconds(from+one.Ends[k]))
		}
		t.whole = milliseconds(ends[i].Seconds())
		s.End, s.CharacterEnd = t.whole, len(t.Characters)
		t.segments = append(t.segments, s)
	}
	return t
}

func milliseconds(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

// history is how the history tells them.
func (t *times) history() *alignments {
	return &alignments{Alignment: t.alignment, Normalized: t.alignment}
}

// align returns when the audio of a text reads its characters, in whole
// milliseconds, each from where the one before ends.
func align(text string) alignment {
	ends := tone.Ends(text)
	n := len(ends)
	a := alignment{Characters: make([]string, 0, n), Starts: make([]float64, n), Ends: make([]float64, n)}
	for _, r := range text {
		if len(a.Characters) < n {
			a.Characters = append(a.Characters, string(r))
		}
	}
	for i, end := range ends {
		a.Ends[i] = end.Round(time.Millisecond).Seconds()
		if i > 0 {
			a.Starts[i] = a.Ends[i-1]
		}
	}
	return a
}

// slice returns the characters from and to.
func (a *alignment) slice(from, to int) *alignment {
	return &alignment{Characters: a.Characters[from:to], Starts: a.Starts[from:to], Ends: a.Ends[from:to]}
}

// hollow is an answer without audio.
func (t *times) hollow() string {
	if t.segments != nil {
		return `{"audio_base64":"","alignment":null,"normalized_alignment":null,"voice_segments":[]}`
	}
	return `{"audio_base64":"","alignment":null,"normalized_alignment":null}`
}

// answer is audio with its timing as one JSON object.
func (t *times) answer(audio io.Reader, size int64) delivery {
	body, n := t.chunk(audio, size, &t.alignment, t.segments)
	return delivery{body: body, size: n, hollow: t.hollow()}
}

// lines is audio with its timing as one JSON object a line, a stop behind each
// but the last. The times count from the start of the speech, the characters of
// segments from the start of the line.
func (t *times) lines(audio io.Reader, size int64, pieces int) delivery {
	d := delivery{hollow: t.hollow() + "\n"}
	var (
		bodies []io.Reader
		sent   int64
		from   int
	)
	for i := 1; i <= pieces; i++ {
		upTo := size * int64(i) / int64(pieces)
		to := from
		for to < len(t.Starts) && (i == pieces || t.Starts[to] < t.whole*float64(i)/float64(pieces)) {
			to++
		}
		var part *alignment
		if from < to {
			part = t.slice(from, to)
		}
		body, n := t.chunk(io.LimitReader(audio, upTo-sent), upTo-sent, part, t.cut(from, to))
		bodies = append(bodies, body, strings.NewReader("\n"))
		d.size += n + 1
		if i < pieces {
			d.stops = append(d.stops, stop{at: d.size})
		}
		sent, from = upTo, to
	}
	d.body = io.MultiReader(bodies...)
	return d
}

// chunk is a JSON object of audio and its timing, and its length. A nil
// alignment is null. The audio is encoded as it is read.
func (t *times) chunk(audio io.Reader, size int64, a *alignment, segments []voiceSegment) (io.Reader, int64) {
	timing := jsonText(a)
	tail := `","alignment":` + timing + `,"normalized_alignment":` + timing
	if t.segments != nil {
		tail += `,"voice_segments":` + jsonText(segments)
	}
	tail += "}"
	const head = `{"audio_base64":"`
	n := int64(len(head)+len(tail)) + int64(base64.StdEncoding.EncodedLen(int(size)))
	return io.MultiReader(strings.NewReader(head), &encoder{source: audio}, strings.NewReader(tail)), n
}

// cut returns the parts of the segments that some of the characters are in. A
// part is timed by its characters, but for the pause behind a line.
func (t *times) cut(from, to int) []voiceSegment {
	parts := []voiceSegment{}
	for _, s := range t.segments {
		start, end := max(s.CharacterStart, from), min(s.CharacterEnd, to)
		if start >= end {
			continue
		}
		if start > s.CharacterStart {
			s.Start = t.Starts[start]
		}
		if end < s.CharacterEnd {
			s.End = t.Ends[end-1]
		}
		s.CharacterStart, s.CharacterEnd = start-from, end-from
		parts = append(parts, s)
	}
	return parts
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of text and finite numbers
	}
	return string(b)
}

// An encoder reads a source as base64.
type encoder struct {
	source io.Reader
	raw    [3 << 10]byte
	text   [4 << 10]byte
	ready  []byte
	err    error
}

func (e *encoder) Read(p []byte) (int, error) {
	if len(e.ready) == 0 && e.err == nil {
		var n int
		n, e.err = io.ReadFull(e.source, e.raw[:])
		if e.err == io.ErrUnexpectedEOF {
			e.err = io.EOF
		}
		base64.StdEncoding.Encode(e.text[:], e.raw[:n])
		e.ready = e.text[:base64.StdEncoding.EncodedLen(n)]
	}
	if len(e.ready) == 0 {
		return 0, e.err
	}
	n := copy(p, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}
