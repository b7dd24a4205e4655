package audio

import "math"

// The filter keeps what both rates can carry. Its quality is the length of its
// answer to one sample, in samples of the lower rate, and how far down it
// brings the rest.
const (
	answerLength = 96
	attenuation  = 80 // dB
)

// A filter is a windowed sinc, laid out for a ratio up/down: output k lies
// k×down/up samples behind the first of the input. That is a whole number and
// one of up phases, and each phase has the weights of the taps input samples
// around it: the last of its first half is the one at or before the output.
type filter struct {
	up, down   int
	step, rest int // down, as whole samples and as phases
	taps       int
	table      []float32 // of taps for each phase
}

func newFilter(from, to int) (*filter, bool) {
	d := gcd(from, to)
	f := &filter{up: to / d, down: from / d}
	f.step, f.rest = f.down/f.up, f.down%f.up
	if from == to {
		f.taps, f.table = 2, []float32{1, 0}
		return f, true
	}
	return f, f.fill(from, to)
}

// fill makes the table, unless it would be too large.
func (f *filter) fill(from, to int) bool {
	scale := min(1, float64(to)/float64(from)) // the lower rate, in that of the input
	reach := answerLength / 2 / scale
	f.taps = 2 * int(math.Ceil(reach))
	if f.up*f.taps > maxTable {
		return false
	}
	// Kaiser's rules: how wide the slope is, and which window makes it so steep.
	slope := (attenuation - 8) / (2.285 * 2 * math.Pi) / answerLength
	cutoff := scale * (0.5 - slope/2)
	k := kaiser{reach: reach, beta: 0.1102 * (attenuation - 8.7)}
	f.table = make([]float32, f.up*f.taps)
	weights := make([]float64, f.taps)
	for phase := range f.up {
		sum := 0.0
		for i := range weights {
			t := float64(i-(f.taps/2-1)) - float64(phase)/float64(f.up)
			weights[i] = sinc(2*cutoff*t) * k.at(t)
			sum += weights[i]
		}
		// All phases are equally loud, or a steady level would get a hum.
		for i, w := range weights {
			f.table[phase*f.taps+i] = float32(w / sum)
		}
	}
	return true
}

// outputs returns how many samples come of n.
func (f *filter) outputs(n int64) int64 {
	return (2*n*int64(f.up) + int64(f.down)) / (2 * int64(f.down))
}

// outputBytes returns the most that so many bytes can add to the output.
func (f *filter) outputBytes(n int) int {
	return int(2 * ((int64(n/2)+1)*int64(f.up)/int64(f.down) + 2))
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// A kaiser is the window of that name.
type kaiser struct{ reach, beta float64 }

func (k kaiser) at(t float64) float64 {
	x := t / k.reach
	if x <= -1 || x >= 1 {
		return 0
	}
	return bessel(k.beta * math.Sqrt(1-x*x)) // that of 0 cancels out
}

// bessel is the modified Bessel function of order 0, by its series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for n := 1.0; term > sum*1e-12; n++ {
		term *= x / 2 / n * (x / 2 / n)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
