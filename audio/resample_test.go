package audio_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/audio"
)

// rates are those of the API.
var rates = []int{8000, 16000, 22050, 24000, 32000, 44100, 48000}

// eachPair runs a test for all changes of rate.
func eachPair(t *testing.T, f func(t *testing.T, from, to int)) {
	t.Helper()
	t.Parallel()
	for _, from := range rates {
		for _, to := range rates {
			if from == to {
				continue
			}
			t.Run(fmt.Sprintf("%d to %d", from, to), func(t *testing.T) {
				t.Parallel()
				f(t, from, to)
			})
		}
	}
}

func newResampler(t testing.TB, from, to int) *audio.Resampler {
	t.Helper()
	r, err := audio.NewResampler(from, to)
	require.NoError(t, err)
	return r
}

// resample changes the rate of samples as a whole.
func resample(t testing.TB, from, to int, pcm []byte) []byte {
	t.Helper()
	r := newResampler(t, from, to)
	return r.Flush(r.Append(nil, pcm))
}

// sine returns n samples of a tone that begins at a zero.
func sine(n, rate int, hz, level float64) []byte {
	s := make([]int16, n)
	for i := range s {
		s[i] = int16(math.Round(level * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))))
	}
	return samples(s...)
}

// A tone is what of samples is a sine of a given pitch that begins at a zero.
type tone struct {
	level float64 // of it
	late  float64 // in radians
	rest  float64 // the level of all else, root mean square
}

// listen measures samples whose first is the one with number first, by least
// squares.
func listen(s []int16, first, rate int, hz float64) tone {
	var ss, cc, sc, ys, yc float64
	angle := func(i int) float64 { return 2 * math.Pi * hz * float64(first+i) / float64(rate) }
	for i, y := range s {
		sin, cos := math.Sincos(angle(i))
		ss, cc, sc = ss+sin*sin, cc+cos*cos, sc+sin*cos
		ys, yc = ys+float64(y)*sin, yc+float64(y)*cos
	}
	det := ss*cc - sc*sc
	a, b := (ys*cc-yc*sc)/det, (yc*ss-ys*sc)/det
	sum := 0.0
	for i, y := range s {
		sin, cos := math.Sincos(angle(i))
		d := float64(y) - a*sin - b*cos
		sum += d * d
	}
	return tone{level: math.Hypot(a, b), late: -math.Atan2(b, a), rest: math.Sqrt(sum / float64(len(s)))}
}

func decibels(ratio float64) float64 { return 20 * math.Log10(ratio) }

// middle leaves out where the tone begins and ends with a click.
func middle(t *testing.T, from, to int, pcm []byte) (s []int16, first int) {
	t.Helper()
	first = 96 * to / min(from, to)
	s = values(resample(t, from, to, pcm))
	return s[first : len(s)-first], first
}

func TestResampler_KeepsATone(t *testing.T) {
	const level = 16000
	eachPair(t, func(t *testing.T, from, to int) {
		for _, hz := range []float64{50, 1000, 3400, 0.44 * float64(min(from, to))} {
			s, first := middle(t, from, to, sine(from/8, from, hz, level))
			got := listen(s, first, to, hz)
			require.InDelta(t, 0, decibels(got.level/level), 0.01, "dB of %.0f Hz", hz)
			require.InDelta(t, 0, got.late, 0.001, "radians of %.0f Hz", hz)
			require.Greater(t, decibels(got.level/math.Sqrt2/got.rest), 80.0, "dB of signal to noise of %.0f Hz", hz)
		}
	})
}

// What the lower rate cannot carry must not come back as something else.
func TestResampler_LeavesNoAlias(t *testing.T) {
	const level = 30000
	eachPair(t, func(t *testing.T, from, to int) {
		if from < to {
			return // TestResampler_KeepsATone has the images in its noise
		}
		for _, hz := range []float64{0.501, 0.55, 0.7, 0.9} {
			if hz *= float64(to); hz > 0.499*float64(from) {
				continue
			}
			s, _ := middle(t, from, to, sine(from/8, from, hz, level))
			sum := 0.0
			for _, v := range s {
				sum += float64(v) * float64(v)
			}
			heard := math.Sqrt(2 * sum / float64(len(s)))
			require.Less(t, decibels(heard/level), -75.0, "dB of %.0f Hz", hz)
		}
	})
}

func TestResampler_PiecesDoNotMatter(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		random := rand.New(rand.NewPCG(uint64(from), uint64(to)))
		pcm := make([]byte, 2*2000)
		for i := range pcm {
			pcm[i] = byte(random.Uint32())
		}
		want := resample(t, from, to, pcm)
		for _, most := range []int{1, 3, 320, 4000} {
			r, got := newResampler(t, from, to), []byte(nil)
			for rest := pcm; len(rest) > 0; {
				n := min(len(rest), 1+random.IntN(most))
				got = r.Append(got, rest[:n])
				rest = rest[n:]
			}
			require.True(t, bytes.Equal(want, r.Flush(got)), "in pieces of up to %d", most)
		}
	})
}

func TestResampler_LengthIsExact(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		r := newResampler(t, from, to)
		for _, n := range []int{0, 1, 2, 3, 10, 147, 160, 999, 5000} {
			got := len(r.Flush(r.Append(nil, make([]byte, 2*n)))) / 2
			require.Equal(t, int(math.Round(float64(n)*float64(to)/float64(from))), got, "of %d samples", n)
		}
	})
}

func TestResampler_SteadyLevelStays(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		steady := make([]int16, 3000)
		for i := range steady {
			steady[i] = 12345
		}
		s, _ := middle(t, from, to, samples(steady...))
		for _, v := range s {
			require.InDelta(t, 12345, v, 1)
		}
	})
}

// A square wave at full level overshoots, and must not wrap round.
func TestResampler_TooLoudIsCutOff(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		square := make([]int16, 2000)
		for i := range square {
			square[i] = math.MaxInt16
			if i/200%2 == 1 {
				square[i] = math.MinInt16
			}
		}
		got := values(resample(t, from, to, samples(square...)))
		for i, v := range got {
			at := i * from % (400 * to)
			if margin := at % (200 * to); margin < 20*to || margin > 180*to {
				continue
			}
			require.Equal(t, at < 200*to, v > 0, "sample %d is %d", i, v)
		}
		require.Contains(t, got, int16(math.MaxInt16))
		require.Contains(t, got, int16(math.MinInt16))
	})
}

func TestResampler_BeginsAnewAfterFlush(t *testing.T) {
	t.Parallel()
	pcm := sine(999, 24000, 440, 20000)
	r := newResampler(t, 24000, 8000)
	want := r.Flush(r.Append(nil, append(pcm, 7))) // half a sample is dropped
	require.Equal(t, want, resample(t, 24000, 8000, pcm))
	require.Equal(t, append([]byte("before"), want...), r.Flush(r.Append([]byte("before"), pcm)))
	require.Nil(t, r.Flush(nil))
	require.Nil(t, r.Append(nil, nil))
}

func TestResampler_EqualRates(t *testing.T) {
	t.Parallel()
	pcm := samples(everySample()...)
	require.True(t, bytes.Equal(pcm, resample(t, 16000, 16000, pcm)))
}

func TestNewResampler_Rates(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]int{{11025, 8000}, {12000, 11025}, {48000, 11025}, {44100, 96000}, {192_000, 1000}} {
		want := math.Round(100 * float64(pair[1]) / float64(pair[0]))
		require.Len(t, resample(t, pair[0], pair[1], make([]byte, 200)), 2*int(want))
	}
	for _, pair := range [][2]int{{0, 8000}, {8000, 0}, {-8000, 8000}, {999, 8000}, {8000, 192_001}, {math.MaxInt, 8000}} {
		r, err := audio.NewResampler(pair[0], pair[1])
		require.EqualError(t, err, fmt.Sprintf("audio: cannot resample from %d to %d Hz: a rate is not from 1000 to 192000", pair[0], pair[1]))
		require.Nil(t, r)
	}
	_, err := audio.NewResampler(44101, 48000)
	require.EqualError(t, err, "audio: cannot resample from 44101 to 48000 Hz: the ratio is not simple enough")
}

func TestResampler_NeedsNoMemory(t *testing.T) {
	for _, pair := range [][2]int{{8000, 16000}, {44100, 48000}, {48000, 8000}} {
		r, pcm, dst := newResampler(t, pair[0], pair[1]), make([]byte, 4001), make([]byte, 0, 20_000)
		require.Zero(t, testing.AllocsPerRun(5, func() {
			r.Flush(r.Append(r.Append(dst, pcm), pcm)) // an odd number of bytes
		}))
	}
}

func FuzzResampler(f *testing.F) {
	f.Add([]byte("some sound, of any kind"), 8000, 16000, 5)
	f.Add([]byte{}, 48000, 44100, 1)
	f.Fuzz(func(t *testing.T, pcm []byte, from, to, cut int) {
		from, to = rates[uint(from)%uint(len(rates))], rates[uint(to)%uint(len(rates))]
		cut = int(uint(cut) % uint(len(pcm)+1))
		r := newResampler(t, from, to)
		want := r.Flush(r.Append(nil, pcm))
		require.Len(t, want, 2*int(math.Round(float64(len(pcm)/2)*float64(to)/float64(from))))
		require.True(t, bytes.Equal(want, r.Flush(r.Append(r.Append(nil, pcm[:cut]), pcm[cut:]))))
	})
}

func ExampleResampler() {
	r, err := audio.NewResampler(24000, 8000)
	if err != nil {
		fmt.Println(err)
		return
	}
	var line []byte
	for range 10 { // pieces of a stream in pcm_24000, to be spoken on a telephone
		line = r.Append(line, make([]byte, 4801))
	}
	line = r.Flush(line)
	fmt.Println(len(line), "bytes at 8 kHz,", len(audio.AppendULaw(line[:0], line)), "of mu-law")
	// Output: 16004 bytes at 8 kHz, 8002 of mu-law
}
