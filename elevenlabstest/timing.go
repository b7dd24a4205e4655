package elevenlabstest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
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

func alignmentsOf(text string) *alignments {
	a := align(text)
	return &alignments{Alignment: a, Normalized: a}
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

// hollowChunk is an answer without audio.
const hollowChunk = `{"audio_base64":"","alignment":null,"normalized_alignment":null}` + "\n"

// timedAnswer is audio with its timing as one JSON object.
func timedAnswer(text string, audio io.Reader, size int64) delivery {
	a := align(text)
	body, n := timedChunk(audio, size, &a)
	return delivery{body: body, size: n, hollow: strings.TrimSpace(hollowChunk)}
}

// timedLines is audio with its timing as one JSON object a line, a stop behind
// each but the last. The times count from the start of the speech.
func timedLines(text string, audio io.Reader, size int64, pieces int) delivery {
	a := align(text)
	whole := tone.Duration(text).Seconds()
	d := delivery{hollow: hollowChunk}
	var (
		bodies []io.Reader
		sent   int64
		from   int
	)
	for i := 1; i <= pieces; i++ {
		upTo := size * int64(i) / int64(pieces)
		to := from
		for to < len(a.Starts) && (i == pieces || a.Starts[to] < whole*float64(i)/float64(pieces)) {
			to++
		}
		part := a.slice(from, to)
		if from == to {
			part = nil
		}
		body, n := timedChunk(io.LimitReader(audio, upTo-sent), upTo-sent, part)
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

// timedChunk is a JSON object of audio and its timing, and its length. A nil
// alignment is null. The audio is encoded as it is read.
func timedChunk(audio io.Reader, size int64, a *alignment) (io.Reader, int64) {
	timing, err := json.Marshal(a)
	if err != nil {
		panic(err) // of text and finite numbers
	}
	head := `{"audio_base64":"`
	tail := bytes.Join([][]byte{[]byte(`","alignment":`), timing, []byte(`,"normalized_alignment":`), timing, []byte("}")}, nil)
	n := int64(len(head)+len(tail)) + int64(base64.StdEncoding.EncodedLen(int(size)))
	return io.MultiReader(strings.NewReader(head), &encoder{source: audio}, bytes.NewReader(tail)), n
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
