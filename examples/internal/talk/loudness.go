package talk

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/audio"
)

// Levels are of a frame's mean square, in dBFS: 0 for the loudest there is.
const (
	defaultLoudness = -35.0
	quietest        = -60.0
	// aboveNoise is how far speech stands out, in dB.
	aboveNoise = 10.0
	// The noise is taken to be what is left when nobody speaks: it follows the
	// level down within some frames, and up by 3 dB in a second.
	noiseFalls = 0.2  // of the difference, in a frame
	noiseRises = 0.06 // dB in a frame
	// Of the last recentFrames, loudFrames are loud if somebody speaks: 200 ms
	// of 300, so that a word counts and a click does not.
	recentFrames = 15
	loudFrames   = 10
)

// LoudnessFlag adds the flag that [Conversation.Loudness] is set by.
func LoudnessFlag(flags *flag.FlagSet) *float64 {
	loudness := defaultLoudness
	usage := fmt.Sprintf("the caller's level, in `dBFS` from %g to 0, that interrupts the agent; at 0 only the transcript does (default %g)", quietest, loudness)
	flags.Func("loudness", usage, func(s string) error {
		v, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil:
			return errors.New("not a number")
		case v >= quietest && v <= 0:
			loudness = v
			return nil
		}
		return fmt.Errorf("not from %g to 0", quietest)
	})
	return &loudness
}

// An ear tells by its level that somebody speaks, long before a transcript
// does. It takes audio in pieces of any size, and allocates nothing for it.
type ear struct {
	loudness float64
	ulaw     bool
	frame    int // samples

	pcm    []byte // what mu-law stands for
	low    byte   // the first half of a sample,
	half   bool   // if there is one
	energy float64
	heard  int     // samples of this frame
	noise  float64 // level; falls to the real one when it begins
	recent uint    // a bit for each frame, 1 if it was loud
}

// newEar returns an ear for audio of a format, PCM or mu-law.
func newEar(format elevenlabs.Format, loudness float64) *ear {
	e := &ear{loudness: loudness, ulaw: format == elevenlabs.FormatULaw_8000}
	e.frame = format.BytesPerSecond() * int(frameTime) / int(time.Second)
	if !e.ulaw {
		e.frame /= 2
	}
	return e
}

// hear takes audio, and reports whether somebody speaks at the end of it.
func (e *ear) hear(sound []byte) bool {
	if e.ulaw {
		e.pcm = audio.AppendPCMFromULaw(e.pcm[:0], sound)
		sound = e.pcm
	}
	for _, b := range sound {
		if e.half = !e.half; e.half {
			e.low = b
			continue
		}
		sample := float64(int16(uint16(b)<<8|uint16(e.low))) / (1 << 15)
		e.energy += sample * sample
		if e.heard++; e.heard == e.frame {
			e.judge(10 * math.Log10(e.energy/float64(e.frame)))
			e.energy, e.heard = 0, 0
		}
	}
	return bits.OnesCount(e.recent) >= loudFrames
}

// judge looks at the level of a frame.
func (e *ear) judge(level float64) {
	level = max(level, quietest)
	e.recent = e.recent << 1 & (1<<recentFrames - 1)
	if level > max(e.loudness, e.noise+aboveNoise) {
		e.recent |= 1
	}
	if level < e.noise {
		e.noise += (level - e.noise) * noiseFalls
	} else {
		e.noise = min(level, e.noise+noiseRises)
	}
}
