// Benchmark sends the same load to the same account twice: once by hand with
// net/http, as one would write it first, and once through the client.
//
//	go run ./examples/benchmark -max-concurrency 10
//
// The account is an emulator's on the starter plan, which allows three requests
// in flight and refuses the fourth at once, as the real one does. A level is a
// number of callers, each of which sends its next request when the last one
// has ended, until the level's requests are used up. The result is a table and
// benchmark.html, a page with the plots.
//
// By hand, a request counts as served if it came back with status 200 and
// audio; there are no retries. Latencies are those of served requests, as
// measured by the caller, the wait in line included.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

func main() { demo.Main("benchmark", run) }

// settings are the flags.
type settings struct {
	maxConcurrency int
	requests       int
	speed          float64
	file           string
}

func parse(env demo.Env) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("benchmark", flag.ContinueOnError)
	flags.IntVar(&s.maxConcurrency, "max-concurrency", 10, "most `callers` at the same time")
	flags.IntVar(&s.requests, "requests", 30, "`number` of requests at each level")
	flags.Float64Var(&s.speed, "speed", 4, "`factor` by which the emulator is faster than the real API")
	flags.StringVar(&s.file, "o", "benchmark.html", "`file` to write the page to")
	if err := env.Parse(flags, ""); err != nil {
		return s, err
	}
	if s.maxConcurrency < 1 || s.requests < 1 || !(s.speed > 0) {
		return s, errors.New("-max-concurrency, -requests and -speed must be greater than 0")
	}
	return s, nil
}

func run(ctx context.Context, env demo.Env) error {
	s, err := parse(env)
	if err != nil {
		return err
	}
	limit := elevenlabs.TierStarter.Limit(elevenlabs.FamilyStandard)
	fmt.Fprintf(env.Stdout, "%d requests at each level, on an emulated account with %d slots at %gx speed.\n\n",
		s.requests, limit, s.speed)
	out := newTable(env.Stdout)
	var results []result
	for _, level := range levels(s.maxConcurrency) {
		for _, m := range modes {
			r, err := measure(ctx, m, load{callers: level, requests: s.requests, speed: s.speed})
			if err != nil {
				return err
			}
			results = append(results, r)
		}
	}
	for _, m := range modes {
		for _, r := range results {
			if r.Mode == m.name {
				out.row(r)
			}
		}
	}
	out.close()

	page, err := render(report{Results: results, Limit: limit, Requests: s.requests, Speed: s.speed})
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file, page, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "\nThe plots are in %s.\n", s.file)
	return nil
}

// levels are the usual ones up to the given one, and that itself.
func levels(most int) []int {
	var out []int
	for _, n := range []int{1, 2, 3, 5, 10} {
		if n < most {
			out = append(out, n)
		}
	}
	return append(out, most)
}

// table prints results in columns.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer) table {
	t := table{tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)}
	fmt.Fprintln(t.w, "mode\tlevel\trequests\tserved\tsuccess\t429s\tp50\tp95\twall time\t")
	return t
}

func (t table) row(r result) {
	fmt.Fprintf(t.w, "%s\t%d\t%d\t%d\t%s\t%d\t%v\t%v\t%v\t\n",
		r.Mode, r.Level, r.Requests, r.Served, percent(r.Success()), r.Refused,
		r.P50.Round(time.Millisecond), r.P95.Round(time.Millisecond), r.Wall.Round(10*time.Millisecond))
}

func (t table) close() { _ = t.w.Flush() }
