package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"time"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"class":   class,
	"percent": percent,
	"ms":      func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds()) },
	"s":       func(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) },
	"half":    func(a, b float64) float64 { return (a + b) / 2 },
}).Parse(pageSource))

// A report is what the page shows.
type report struct {
	Results  []result
	Limit    int // requests that the account allows in flight
	Requests int
	Speed    float64
}

// levels returns the levels in the order of the results.
func (r report) levels() []int {
	var out []int
	for _, res := range r.Results {
		if len(out) == 0 || out[len(out)-1] != res.Level {
			out = append(out, res.Level)
		}
	}
	return out
}

func (r report) at(mode string, level int) result {
	for _, res := range r.Results {
		if res.Mode == mode && res.Level == level {
			return res
		}
	}
	return result{}
}

// Most is the highest level.
func (r report) Most() int { return r.Results[len(r.Results)-1].Level }

// Hand and Library are how the modes did at the highest level.
func (r report) Hand() result    { return r.at(byHand, r.Most()) }
func (r report) Library() result { return r.at(library, r.Most()) }

// Rows returns the results of each level, side by side.
func (r report) Rows() [][2]result {
	var rows [][2]result
	for _, level := range r.levels() {
		rows = append(rows, [2]result{r.at(byHand, level), r.at(library, level)})
	}
	return rows
}

// Plots returns the plots, drawn.
func (r report) Plots() []plot { return plots(r) }

// render writes the page: one file, with nothing to fetch.
func render(r report) ([]byte, error) {
	var b bytes.Buffer
	err := page.Execute(&b, r)
	return b.Bytes(), err
}
