package benchmarks_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// publish rewrites what of RESULTS.md was simulated, and the plots.
func publish(results []*result) error {
	const name = "RESULTS.md"
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text := string(page)
	for marker, part := range map[string]string{"contenders": table(results), "demands": verdicts(results)} {
		before, rest, ok := strings.Cut(text, "<!-- "+marker+" -->\n")
		_, after, end := strings.Cut(rest, "<!-- end -->")
		if !ok || !end {
			return fmt.Errorf("%s has no place for the %s", name, marker)
		}
		text = before + "<!-- " + marker + " -->\n" + part + "<!-- end -->" + after
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return err
	}
	for name, svg := range plots(results) {
		if err := os.WriteFile(filepath.Join("plots", name), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A board finds results by scenario and contender.
type board []*result

func (b board) at(scenario, contender string) *result {
	i := slices.IndexFunc(b, func(r *result) bool {
		return r.scenario.name == scenario && r.contender.name() == contender
	})
	return b[i]
}

// median is that of the runs.
func (r *result) median(of func(*outcome) float64) float64 {
	var all []float64
	for _, o := range r.outcomes {
		all = append(all, of(o))
	}
	slices.SortFunc(all, cmpFloat)
	return all[len(all)/2]
}

// plots draws what the tables say at most length.
func plots(results []*result) map[string]string {
	b := board(results)
	return map[string]string{
		"served.svg": b.bars("Calls served", "higher is better", axis{top: 100, unit: " %"}, (*outcome).percent,
			"limit 2, not told, 500 calls", "limit 3, slots freed 30 ms late", "limit 10, then 3",
			"limit 10, 2 processes", "limit 10, 4 processes", "limit 10, 8 processes"),
		"makespan.svg": b.bars("Makespan over ideal, where every call was served", "lower is better; – did not serve all", axis{top: 10, log: true, from: 1},
			func(o *outcome) float64 {
				if o.served < o.calls {
					return math.NaN()
				}
				return o.ratio()
			},
			"limit 10, not told, 500 calls", "limit 30, not told, 500 calls", "limit 3, slots freed 30 ms late",
			"limit 3, both families", "limit 3, then 10", "limit 10, 4 processes"),
		"refused.svg": b.bars("429s for each call served", "lower is better", axis{top: 100, log: true, from: 0.01},
			func(o *outcome) float64 { return float64(o.refused) / float64(o.served) },
			"limit 2, not told, 500 calls", "limit 3, slots freed 30 ms late", "limit 10, then 3",
			"limit 10, 2 processes", "limit 10, 4 processes", "limit 10, 8 processes"),
		"limit-falls.svg": b.change("limit 10, then 3"),
		"limit-rises.svg": b.change("limit 3, then 10"),
		"outage.svg": b.curves("Requests a second, the vendor down from 60 to 120 s", axis{top: 16, unit: "/s"}, outageName, 200,
			func(o *outcome) []point { return o.rate }),
	}
}

// bars shows the contenders but the one that controls nothing.
func (b board) bars(title, note string, a axis, of func(*outcome) float64, scenarios ...string) string {
	var names, labels []string
	for _, c := range contenders[1:] {
		names = append(names, c.name())
	}
	for _, s := range scenarios {
		first, second, _ := strings.Cut(s, ", ")
		labels = append(labels, first+",\n"+second)
	}
	return bars(title, note, a, names, labels, func(label, name int) float64 {
		return b.at(scenarios[label], names[name]).median(of)
	})
}

// change shows who follows a limit that changes.
func (b board) change(name string) string {
	s := b.at(name, ours{}.name()).scenario
	limit := curve{"limit", []point{{0, float64(s.limit)}, {s.change.at.Seconds(), float64(s.change.limit)}, {70, float64(s.change.limit)}}}
	return b.curves("In flight at the server, "+name, axis{top: 12}, name, 70,
		func(o *outcome) []point { return o.inFlight }, limit)
}

// curves shows the first run of some contenders over time.
func (b board) curves(title string, a axis, name string, end float64, of func(*outcome) []point, more ...curve) string {
	shown := []contender{held{}, failsafe{whole: true}, ours{}}
	if name == outageName {
		shown = []contender{retryable{}, failsafe{}, ours{}} // those that retry what failed
	}
	for _, c := range shown {
		more = append(more, curve{c.name(), of(b.at(name, c.name()).outcomes[0])})
	}
	return curves(title, "one run", a, end, more)
}
