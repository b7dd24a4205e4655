package talk

import (
	"flag"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talktest"
)

// A sound is noise of a level, for so long.
type sound struct {
	lasts time.Duration
	level float64
}

var silence = math.Inf(-1)

// speaksAt returns when an ear says for the first time that somebody speaks, of
// sounds in pieces of a size; -1 for never.
func speaksAt(format elevenlabs.Format, piece int, sounds ...sound) time.Duration {
	e, at := newEar(format, defaultLoudness), 0
	for _, s := range sounds {
		for b := talktest.Noise(format, s.lasts, s.level); len(b) > 0; {
			n := min(piece, len(b))
			at += n
			if e.hear(b[:n]) {
				return time.Duration(at) * time.Second / time.Duration(format.BytesPerSecond())
			}
			b = b[n:]
		}
	}
	return -1
}

func TestEar(t *testing.T) {
	t.Parallel()
	const ms, never = time.Millisecond, time.Duration(-1)
	for name, tt := range map[string]struct {
		sounds []sound
		want   time.Duration // from the beginning
	}{
		"a shout":                    {[]sound{{time.Second, silence}, {300 * ms, -15}}, 1200 * ms},
		"a quiet voice":              {[]sound{{time.Second, silence}, {time.Second, -30}}, 1200 * ms},
		"too quiet a voice":          {[]sound{{time.Second, silence}, {time.Second, -40}}, never},
		"a click":                    {[]sound{{time.Second, silence}, {40 * ms, -6}, {time.Second, silence}}, never},
		"not quite long enough":      {[]sound{{time.Second, silence}, {180 * ms, -6}, {time.Second, silence}}, never},
		"two syllables":              {[]sound{{time.Second, silence}, {120 * ms, -15}, {80 * ms, silence}, {120 * ms, -15}}, 1280 * ms},
		"syllables that are far off": {[]sound{{time.Second, silence}, {120 * ms, -15}, {200 * ms, silence}, {120 * ms, -15}}, never},
		"silence":                    {[]sound{{time.Minute, silence}}, never},
		"steady noise":               {[]sound{{time.Minute, -30}}, never},
		"loud steady noise":          {[]sound{{time.Minute, -15}}, never},
		"a shout over noise":         {[]sound{{10 * time.Second, -30}, {300 * ms, -12}}, 10200 * ms},
		"no louder than the noise":   {[]sound{{10 * time.Second, -30}, {time.Second, -24}}, never},
		"noise with a gap":           {[]sound{{10 * time.Second, -30}, {20 * ms, silence}, {10 * time.Second, -30}}, never},
	} {
		require.Equal(t, tt.want, speaksAt(elevenlabs.FormatPCM_16000, 640, tt.sounds...), name)
		require.Equal(t, tt.want, speaksAt(elevenlabs.FormatULaw_8000, 160, tt.sounds...), "%s, on the telephone", name)
	}
}

// TestEar_Pieces checks that it does not matter how the audio is cut, inside of
// samples too.
func TestEar_Pieces(t *testing.T) {
	t.Parallel()
	for _, piece := range []int{1, 7, 641} {
		at := speaksAt(elevenlabs.FormatPCM_16000, piece, sound{time.Second, silence}, sound{300 * time.Millisecond, -15})
		late := time.Duration(piece) * time.Second / 32000
		require.GreaterOrEqual(t, at, 1200*time.Millisecond, piece)
		require.Less(t, at, 1200*time.Millisecond+late, piece)
	}
}

// TestEar_FollowsTheNoise has a machine that is switched on: at first it is
// taken for a voice.
func TestEar_FollowsTheNoise(t *testing.T) {
	t.Parallel()
	e := newEar(elevenlabs.FormatPCM_16000, defaultLoudness)
	e.hear(talktest.Noise(elevenlabs.FormatPCM_16000, time.Second, silence))
	require.True(t, e.hear(talktest.Noise(elevenlabs.FormatPCM_16000, time.Second, -30)))
	require.True(t, e.hear(talktest.Noise(elevenlabs.FormatPCM_16000, 5*time.Second, -30)))
	require.False(t, e.hear(talktest.Noise(elevenlabs.FormatPCM_16000, time.Second, -30)), "20 dB at 3 dB/s")
}

func TestEar_NothingIsLouderThanZero(t *testing.T) {
	t.Parallel()
	e, loudest := newEar(elevenlabs.FormatPCM_16000, 0), make([]byte, 32000)
	e.hear(loudest) // silence
	for i := 1; i < len(loudest); i += 2 {
		loudest[i] = 0x80
	}
	require.False(t, e.hear(loudest))
}

// TestEar_AllocatesNothing is not parallel, so that nothing else is counted.
func TestEar_AllocatesNothing(t *testing.T) {
	for _, format := range []elevenlabs.Format{elevenlabs.FormatPCM_16000, elevenlabs.FormatULaw_8000} {
		e, frame := newEar(format, defaultLoudness), talktest.Noise(format, frameTime, -20)
		e.hear(frame)
		require.Zero(t, testing.AllocsPerRun(100, func() { e.hear(frame) }), format)
	}
}

func TestLoudnessFlag(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]struct {
		loudness float64
		err      string
	}{
		"":     {-35, ""},
		"-20":  {-20, ""},
		"0":    {0, ""},
		"-60":  {-60, ""},
		"35":   {0, `invalid value "35" for flag -loudness: not from -60 to 0`},
		"-61":  {0, `invalid value "-61" for flag -loudness: not from -60 to 0`},
		"NaN":  {0, `invalid value "NaN" for flag -loudness: not from -60 to 0`},
		"loud": {0, `invalid value "loud" for flag -loudness: not a number`},
	} {
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		loudness, args := LoudnessFlag(flags), []string{}
		if given != "" {
			args = []string{"-loudness", given}
		}
		if err := flags.Parse(args); want.err != "" {
			require.EqualError(t, err, want.err)
		} else {
			require.NoError(t, err)
			require.InDelta(t, want.loudness, *loudness, 0, given)
		}
	}
}
