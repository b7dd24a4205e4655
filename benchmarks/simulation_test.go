package benchmarks_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A scenario is calls that come at once to one account.
type scenario struct {
	name      string
	limit     int // what the account allows
	believed  int // what each process believes, the limit unless set
	processes int // on the account, each with the same calls; 1 unless set
	calls     int // of each process

	// What is asked of this library: the makespan at worst, as a multiple of the
	// ideal, and whether it may be refused at all. It always serves every call.
	atWorst  float64
	refusals bool
}

var scenarios = []scenario{
	{name: "limit 3, known", limit: 3, calls: 50, atWorst: 1.01},
	{name: "limit 10, known", limit: 10, calls: 50, atWorst: 1.01},
	{name: "limit 3, believed 10", limit: 3, believed: 10, calls: 50, atWorst: 1.10, refusals: true},
	{name: "limit 3, two processes", limit: 3, processes: 2, calls: 50, atWorst: 1.30, refusals: true},
	{name: "limit 10, two processes", limit: 10, processes: 2, calls: 50, atWorst: 1.30, refusals: true},
}

const (
	// service is how long the vendor was seen to take for a short sentence.
	service = 2800 * time.Millisecond
	// repeats is how often each contender goes through each scenario, for what
	// is random in it: jitter, and who comes first of those who come at once.
	repeats = 5
)

// TestSimulation prints how every contender fares in every scenario, and holds
// this library to what is asked of it.
func TestSimulation(t *testing.T) {
	t.Parallel()
	table := newTable()
	for _, s := range scenarios {
		for _, c := range contenders {
			var runs []outcome
			for range repeats {
				runs = append(runs, s.run(t, c))
			}
			table.add(s, c, runs)
			if c == (ours{}) {
				s.check(t, runs)
			}
		}
	}
	t.Log("\n" + table.String())
}

// An outcome is how one run of a scenario went.
type outcome struct {
	calls, served int
	refused       int // answers 429
	makespan      time.Duration
	ideal         time.Duration
}

func (o outcome) percent() float64 { return 100 * float64(o.served) / float64(o.calls) }
func (o outcome) ratio() float64   { return o.makespan.Seconds() / o.ideal.Seconds() }

// ideal is the makespan of a scheduler that knows everything.
func (s scenario) ideal() time.Duration {
	calls := s.calls * max(s.processes, 1)
	return time.Duration((calls+s.limit-1)/s.limit) * service
}

func (s scenario) run(t *testing.T, c contender) (o outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t,
			elevenlabstest.WithLimit(elevenlabs.FamilyStandard, s.limit),
			elevenlabstest.WithServiceTime(service))
		// To compress the refusals would cost more real time than all the rest.
		srv.HTTPClient().Transport.(*http.Transport).DisableCompression = true
		start := time.Now()
		var (
			calls  sync.WaitGroup
			served atomic.Int64
		)
		for range max(s.processes, 1) {
			speak := c.process(t, srv, cmp.Or(s.believed, s.limit))
			for range s.calls {
				calls.Go(func() {
					if speak(t.Context(), "Hi.") == nil {
						served.Add(1)
					}
				})
			}
		}
		calls.Wait()
		o = outcome{
			calls: s.calls * max(s.processes, 1), served: int(served.Load()),
			refused:  srv.Usage().Families[elevenlabs.FamilyStandard].Refused,
			makespan: time.Since(start), ideal: s.ideal(),
		}
	})
	return o
}

// check holds this library to the scenario's demands.
func (s scenario) check(t *testing.T, runs []outcome) {
	t.Helper()
	for _, o := range runs {
		assert.Equal(t, o.calls, o.served, "%s: served", s.name)
		assert.LessOrEqual(t, o.ratio(), s.atWorst, "%s: makespan %v, ideal %v", s.name, o.makespan, o.ideal)
		if !s.refusals {
			assert.Zero(t, o.refused, "%s: refused", s.name)
		}
	}
}

// A table is in Markdown: median of the runs, and the worst one in brackets.
type table struct{ text strings.Builder }

func newTable() *table {
	t := new(table)
	t.text.WriteString("| scenario | contender | served | 429s | makespan | makespan / ideal |\n")
	t.text.WriteString("| --- | --- | ---: | ---: | ---: | ---: |\n")
	return t
}

func (t *table) add(s scenario, c contender, runs []outcome) {
	fmt.Fprintf(&t.text, "| %s | %s | %s | %s | %s | %s |\n", s.name, c.name(),
		column(runs, "%.0f %%", func(o outcome) float64 { return -o.percent() }),
		column(runs, "%.0f", func(o outcome) float64 { return float64(o.refused) }),
		column(runs, "%.1f s", func(o outcome) float64 { return o.makespan.Seconds() }),
		column(runs, "%.3f", outcome.ratio))
}

func (t *table) String() string { return t.text.String() }

// column prints the median and the worst, where more is worse. A negative
// number stands for one of which less is worse.
func column(runs []outcome, format string, badness func(outcome) float64) string {
	var all []float64
	for _, o := range runs {
		all = append(all, badness(o))
	}
	slices.Sort(all)
	text := func(v float64) string { return fmt.Sprintf(format, max(v, -v)) }
	median, worst := text(all[len(all)/2]), text(all[len(all)-1])
	if median == worst {
		return median
	}
	return fmt.Sprintf("%s (%s)", median, worst)
}
