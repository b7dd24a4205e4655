// Package timing decodes speech that comes with the times of its characters:
// JSON objects of audio in base64 and alignments.
//
// The audio is most of such an object, and the alignment most of the work for a
// decoder of any JSON. The one here is made for this shape: it decodes the
// audio where it stands and looks at each byte of the rest once. Whatever is
// out of the ordinary, all that is wrong included, it leaves to encoding/json,
// so that both always agree.
package timing

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
)

// An Alignment tells when each character is spoken, in seconds.
type Alignment struct {
	Characters []string  `json:"characters"`
	Starts     []float64 `json:"character_start_times_seconds"`
	Ends       []float64 `json:"character_end_times_seconds"`
}

// A Chunk is speech with its timing.
type Chunk struct {
	Audio []byte
	// Alignment is of the text as it was sent, Normalized of the text as it was
	// read. Nil if null.
	Alignment, Normalized *Alignment
	// Segments are the voice segments of a dialogue, as they came.
	Segments json.RawMessage
}

var (
	// ErrNoAudio means that an object has no field for audio.
	ErrNoAudio = errors.New("an object without audio_base64")
	errBase64  = errors.New("audio_base64 is not base64")
)

// Decode decodes one object. It writes the audio over the start of its base64
// in data, which therefore belongs to the Chunk from here. An object that is cut
// short is io.ErrUnexpectedEOF.
func Decode(data []byte) (Chunk, error) {
	var c Chunk
	s := scanner{data: data}
	code, ok := s.chunk(&c)
	if !ok {
		return decodeAny(data)
	}
	if c.Audio, ok = unpack(code); !ok {
		return Chunk{}, errBase64
	}
	return c, nil
}

// decodeAny decodes an object of any form.
func decodeAny(data []byte) (Chunk, error) {
	var v struct {
		Audio      json.RawMessage `json:"audio_base64"`
		Alignment  *Alignment      `json:"alignment"`
		Normalized *Alignment      `json:"normalized_alignment"`
		Segments   json.RawMessage `json:"voice_segments"`
	}
	var code string
	if err := json.Unmarshal(data, &v); err != nil {
		if isCut(data) {
			err = io.ErrUnexpectedEOF
		}
		return Chunk{}, err
	}
	if v.Audio == nil {
		return Chunk{}, ErrNoAudio
	}
	if err := json.Unmarshal(v.Audio, &code); err != nil {
		return Chunk{}, err
	}
	audio, err := base64.StdEncoding.DecodeString(code)
	if err != nil {
		return Chunk{}, errBase64
	}
	return Chunk{Audio: audio, Alignment: v.Alignment, Normalized: v.Normalized, Segments: v.Segments}, nil
}

// isCut reports whether data is the start of a value.
func isCut(data []byte) bool {
	var v json.RawMessage
	err := json.NewDecoder(bytes.NewReader(data)).Decode(&v)
	return err == io.EOF || err == io.ErrUnexpectedEOF
}
