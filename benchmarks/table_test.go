package benchmarks_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// table lists every contender in every scenario, in Markdown: the median of
// its runs, and the worst in brackets where it differs.
func table(results []*result) string {
	var b strings.Builder
	b.WriteString("| situation | contender | served | 429s | billed twice | makespan | / ideal | also |\n")
	b.WriteString("| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n")
	for _, r := range results {
		cells := []string{
			r.scenario.name, r.contender.name(),
			r.cell("%.4g %%", func(o *outcome) float64 { return -o.percent() }),
			r.cell("%.0f", func(o *outcome) float64 { return float64(o.refused) }),
			r.cell("%.0f", func(o *outcome) float64 { return float64(o.twice) }),
			r.cell("%.1f s", func(o *outcome) float64 { return o.makespan.Seconds() }),
			"", r.measured(),
		}
		if r.outcomes[0].ideal > 0 {
			cells[6] = r.cell("%.3f", (*outcome).ratio)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	return b.String()
}

// measured is what the scenario measures besides.
func (r *result) measured() string {
	var all []string
	for i, m := range r.scenario.measures {
		all = append(all, m.name+" "+r.cell(m.format, func(o *outcome) float64 { return o.measured[i] }))
	}
	return strings.Join(all, ", ")
}

// cell prints the median and the worst, where more is worse. A negative number
// stands for one of which less is worse.
func (r *result) cell(format string, badness func(*outcome) float64) string {
	var all []float64
	for _, o := range r.outcomes {
		all = append(all, badness(o))
	}
	slices.SortFunc(all, cmpFloat)
	return medianAndWorst(format, all)
}

func medianAndWorst(format string, all []float64) string {
	median, worst := number(format, all[len(all)/2]), number(format, all[len(all)-1])
	if median == worst {
		return median
	}
	return fmt.Sprintf("%s (%s)", median, worst)
}

func number(format string, v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 0):
		return "never"
	}
	return fmt.Sprintf(format, math.Abs(v))
}

// verdicts lists what is asked of this library, and what it reaches.
func verdicts(results []*result) string {
	var b strings.Builder
	b.WriteString("| situation | asked of this library | reached | |\n| --- | --- | --- | --- |\n")
	for _, r := range results {
		if r.contender != (ours{}) {
			continue
		}
		name := r.scenario.name
		for i, d := range r.scenario.demands {
			verdict := "yes"
			if _, ok := r.meets(i); !ok {
				verdict = "**no**"
			}
			fmt.Fprintf(&b, "| %s | %s %s | %s | %s |\n",
				name, d.name, d.limits(), medianAndWorst(d.format, r.demanded(i)), verdict)
			name = ""
		}
	}
	return b.String()
}

// limits says what a demand allows.
func (d demand) limits() string {
	bound := fmt.Sprintf(d.format, d.bound)
	switch {
	case d.atLeast && d.bound == 100:
		return bound
	case d.atLeast:
		return "at least " + bound
	case d.bound == 0:
		return bound
	}
	return "at most " + bound
}
