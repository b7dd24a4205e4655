package timing

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// A Frame is a message of a text to speech socket: audio with its timing, the
// end of something, or an error. Both spellings of its fields are understood,
// wherever they come.
type Frame struct {
	Audio []byte
	// Alignment is of the text as it was sent, Normalized of the text as it is
	// read, in seconds from the start of the frame's audio. Nil if null.
	Alignment, Normalized *Alignment
	// Final ends a context, or the whole socket, TurnFinal a turn of a dialogue.
	Final, TurnFinal bool
	// Context is whose the frame is, empty on a socket of one.
	Context string
	// Failed tells that the frame reports an error: its name, its text for people,
	// and the parameter it is about.
	Failed                bool
	Error, Message, Param string
}

// A FrameDecoder decodes the frames of one socket. It is for one goroutine.
type FrameDecoder struct {
	context string // of the last frame: mostly that of the next too
	said    syllables
	read    syllables
}

// syllables are an alignment as it comes: texts with their starts and
// durations in milliseconds. Its memory is used again.
type syllables struct {
	here              bool
	texts             []string
	starts, durations []float64
	wide              []byte // the texts of more than a byte, put together
	places            []place
}

// A place is where in wide the i-th text is.
type place struct{ i, from, to int }

// keptSyllables is how many of a frame's memory is used again for: far more than
// an honest one has.
const keptSyllables = 1 << 14

func (a *syllables) reset() {
	if max(cap(a.texts), cap(a.starts), cap(a.durations), cap(a.wide)) > keptSyllables {
		*a = syllables{}
		return
	}
	clear(a.texts)
	a.here, a.texts, a.starts, a.durations = false, a.texts[:0], a.starts[:0], a.durations[:0]
	a.wide, a.places = a.wide[:0], a.places[:0]
}

var errNoFrame = errors.New("the message is not an object")

// Decode decodes one frame. It writes the audio over the start of its base64 in
// data, which therefore belongs to the Frame from here.
func (d *FrameDecoder) Decode(data []byte) (Frame, error) {
	d.said.reset()
	d.read.reset()
	var f Frame
	s := scanner{data: data}
	code, ok := d.frame(&s, &f)
	if !ok {
		return d.decodeAny(data)
	}
	if f.Audio, ok = unpack(code); !ok {
		return Frame{}, errFrameBase64
	}
	d.build(&f)
	return f.tidy(), nil
}

// tidy has no audio where there is none.
func (f Frame) tidy() Frame {
	if len(f.Audio) == 0 {
		f.Audio = nil
	}
	return f
}

var errFrameBase64 = errors.New("audio is not base64")

// frame scans a frame of the usual form, and returns its audio as it stands.
func (d *FrameDecoder) frame(s *scanner, f *Frame) (code []byte, ok bool) {
	var seen struct{ audio, said, read, final, context bool }
	first := func(seen *bool) bool { was := *seen; *seen = true; return !was }
	ok = s.object(func(name string) (ok bool) {
		switch {
		case name == "audio" && first(&seen.audio):
			code, ok = s.base64()
		case name == "alignment" && first(&seen.said):
			ok = s.syllables(&d.said)
		case (name == "normalizedAlignment" || name == "normalized_alignment") && first(&seen.read):
			ok = s.syllables(&d.read)
		case (name == "isFinal" || name == "is_final") && first(&seen.final):
			f.Final, ok = s.boolean()
		case (name == "contextId" || name == "context_id") && first(&seen.context):
			f.Context, ok = d.name(s)
		default:
			ok = s.skip(name, frameFields...)
		}
		return ok
	})
	s.blank()
	return code, ok && s.at == len(s.data)
}

// frameFields are those that frame looks for, or leaves to decodeAny.
var frameFields = []string{
	"audio", "alignment", "normalizedAlignment", "normalized_alignment", "isFinal", "is_final", "contextId", "context_id",
	"is_final_audio_for_turn", "error", "message", "param",
}

// name scans the name of a context.
func (d *FrameDecoder) name(s *scanner) (string, bool) {
	if s.null() {
		return "", true
	}
	text, ok := s.plain()
	if ok && string(text) != d.context {
		d.context = string(text)
	}
	return d.context, ok
}

func (s *scanner) boolean() (value, ok bool) {
	if s.null() {
		return false, true
	}
	for _, word := range []string{"false", "true"} {
		if strings.HasPrefix(string(s.data[s.at:min(s.at+5, len(s.data))]), word) {
			s.at += len(word)
			return word == "true", true
		}
	}
	return false, false
}

func (s *scanner) syllables(a *syllables) bool {
	if s.null() {
		return true
	}
	a.here = true
	var seen struct{ texts, starts, durations bool }
	first := func(seen *bool) bool { was := *seen; *seen = true; return !was }
	return s.object(func(name string) bool {
		switch {
		case name == "chars" && first(&seen.texts):
			return s.texts(a)
		case (name == "charStartTimesMs" || name == "char_start_times_ms") && first(&seen.starts):
			return s.times(&a.starts)
		case (name == "charDurationsMs" || name == "charsDurationsMs" || name == "char_durations_ms") && first(&seen.durations):
			return s.times(&a.durations)
		}
		return s.skip(name, syllableFields...)
	})
}

var syllableFields = []string{
	"chars", "charStartTimesMs", "char_start_times_ms", "charDurationsMs", "charsDurationsMs", "char_durations_ms",
}

func (s *scanner) times(to *[]float64) bool {
	if s.null() {
		return true
	}
	return s.elements(func() bool {
		x, ok := s.number()
		*to = append(*to, x)
		return ok
	})
}

func (s *scanner) texts(a *syllables) bool {
	if s.null() {
		return true
	}
	return s.elements(func() bool {
		s.blank()
		if d := s.data[s.at:]; len(d) > 2 && d[0] == '"' && d[1] >= 0x80 {
			if text, ok := s.plain(); ok {
				a.places = append(a.places, place{len(a.texts), len(a.wide), len(a.wide) + len(text)})
				a.wide = append(a.wide, text...)
				a.texts = append(a.texts, "")
				return true
			}
			return false
		}
		text, ok := s.character()
		a.texts = append(a.texts, text)
		return ok
	})
}

// build makes the alignments of a frame, in as few pieces of memory as can be.
func (d *FrameDecoder) build(f *Frame) {
	n, m := len(d.said.texts), len(d.read.texts)
	if !d.said.here && !d.read.here {
		return
	}
	both := new([2]Alignment)
	texts, times := make([]string, n+m), make([]float64, 2*(n+m))
	if d.said.here {
		f.Alignment = &both[0]
		d.said.fill(f.Alignment, texts[:n:n], times[:2*n])
	}
	if d.read.here {
		f.Normalized = &both[1]
		d.read.fill(f.Normalized, texts[n:], times[2*n:])
	}
}

func (a *syllables) fill(to *Alignment, texts []string, times []float64) {
	n := len(texts)
	copy(texts, a.texts)
	if len(a.places) > 0 {
		wide := string(a.wide)
		for _, p := range a.places {
			texts[p.i] = wide[p.from:p.to]
		}
	}
	to.Characters, to.Starts, to.Ends = texts, times[:n:n], times[n:]
	for i := range n {
		to.Starts[i], to.Ends[i] = missing, missing
		if i < len(a.starts) && a.starts[i] >= 0 {
			to.Starts[i] = a.starts[i] / 1000
			if i < len(a.durations) && a.durations[i] >= 0 {
				to.Ends[i] = (a.starts[i] + a.durations[i]) / 1000
			}
		}
	}
}

// anySyllables are an alignment for encoding/json.
type anySyllables struct {
	Texts      []string  `json:"chars"`
	Starts     []float64 `json:"charStartTimesMs"`
	Starts2    []float64 `json:"char_start_times_ms"`
	Durations  []float64 `json:"charDurationsMs"`
	Durations2 []float64 `json:"charsDurationsMs"`
	Durations3 []float64 `json:"char_durations_ms"`
}

func (v *anySyllables) fill(a *syllables) {
	a.reset()
	if v == nil {
		return
	}
	a.here = true
	a.texts = append(a.texts, v.Texts...)
	a.starts = append(a.starts, or(v.Starts, v.Starts2)...)
	a.durations = append(a.durations, or(v.Durations, or(v.Durations2, v.Durations3))...)
}

func or(a, b []float64) []float64 {
	if a != nil {
		return a
	}
	return b
}

// anyFrame is a frame for encoding/json. What an error consists of may be of
// any type.
type anyFrame struct {
	Audio     string          `json:"audio"`
	Said      *anySyllables   `json:"alignment"`
	Read      *anySyllables   `json:"normalizedAlignment"`
	Read2     *anySyllables   `json:"normalized_alignment"`
	Final     bool            `json:"isFinal"`
	Final2    bool            `json:"is_final"`
	TurnFinal bool            `json:"is_final_audio_for_turn"`
	Context   string          `json:"contextId"`
	Context2  string          `json:"context_id"`
	Error     json.RawMessage `json:"error"`
	Message   json.RawMessage `json:"message"`
	Param     json.RawMessage `json:"param"`
}

// decodeAny decodes a frame of any form.
func (d *FrameDecoder) decodeAny(data []byte) (Frame, error) {
	var v *anyFrame
	if err := json.Unmarshal(data, &v); err != nil {
		return Frame{}, err
	}
	if v == nil {
		return Frame{}, errNoFrame
	}
	audio, err := base64.StdEncoding.DecodeString(v.Audio)
	if err != nil {
		return Frame{}, errFrameBase64
	}
	f := Frame{
		Audio: audio, Final: v.Final || v.Final2, TurnFinal: v.TurnFinal, Context: v.Context + v.Context2,
		Error: textOf(v.Error), Message: textOf(v.Message), Param: textOf(v.Param),
	}
	if v.Context != "" {
		f.Context = v.Context
	}
	if v.Read == nil {
		v.Read = v.Read2
	}
	f.Failed = (f.Error != "" || f.Message != "") && len(audio) == 0
	v.Said.fill(&d.said)
	v.Read.fill(&d.read)
	d.build(&f)
	return f.tidy(), nil
}

// textOf returns a text without its quotes, and anything else as it stands.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text // of null too
	}
	return string(raw)
}
