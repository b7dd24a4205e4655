package elevenlabs

import (
	"io"
	"strconv"
	"time"

	waves "github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// A joint makes one file of the pieces of a narration.
type joint struct {
	io.Writer
	wav   *waves.WAVWriter // nil for other formats
	asked Format           // in which the pieces are asked for
	spec  audio.Spec
}

// newJoint refuses a format that cannot be joined.
func newJoint(w io.Writer, format Format) (*joint, error) {
	if w == nil {
		return nil, badArgument("w", "is nil")
	}
	spec, _ := audio.Parse(string(format))
	j := &joint{Writer: w, asked: format, spec: spec}
	switch spec.Codec {
	case audio.MP3, audio.PCM, audio.Opus, audio.ULaw, audio.ALaw:
		return j, nil
	case audio.WAV:
		wav, err := waves.NewWAVWriter(w, waves.WAVFormat{SampleRate: spec.RateHz})
		if err != nil {
			return nil, badArgument("TTSRequest.Format", "%v", err)
		}
		j.Writer, j.wav, j.spec.Codec = wav, wav, audio.PCM
		j.asked = Format("pcm_" + strconv.Itoa(spec.RateHz))
		return j, nil
	}
	return nil, badArgument("TTSRequest.Format", "pieces of %s cannot be put together", format)
}

// trim returns what of a piece goes into the file, and how long it plays. An
// MP3 loses what is about the piece as a file, so that players do not take its
// length for that of the whole; samples lose half a one, which would spoil all
// that come behind it.
func (j *joint) trim(s *Speech) ([]byte, time.Duration) {
	switch j.spec.Codec {
	case audio.PCM:
		whole := s.Audio[:len(s.Audio)&^1]
		return whole, j.spec.Duration(int64(len(whole)))
	case audio.MP3:
		if frames, d, ok := audio.MP3Frames(s.Audio); ok {
			return frames, d
		}
	}
	d := s.Duration()
	if d == 0 && s.Alignment != nil && len(s.Alignment.Ends) > 0 {
		d = elapsed(&s.Alignment.Ends[len(s.Alignment.Ends)-1])
	}
	return s.Audio, d
}

// end completes the file.
func (j *joint) end() error {
	if j.wav == nil {
		return nil
	}
	return j.wav.Close()
}
