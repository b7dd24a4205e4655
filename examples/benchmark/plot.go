package main

import (
	"fmt"
	"math"
	"time"
)

// The geometry of a plot, in the units of its SVG.
const (
	plotWidth   = 680
	plotHeight  = 286
	leftMargin  = 54
	rightMargin = 8
	topMargin   = 46
	baseline    = plotHeight - 46
	barGap      = 12
	widestBar   = 44
	// A bar of this size has room for a label inside.
	tallEnough = 18
	wideEnough = 36
)

// A plot is a chart of bars, two for each level.
type plot struct {
	ID, Title, Note string
	Width, Height   int
	Left, Right     float64
	Baseline        float64

	Ticks  []tick
	Groups []group
	// LimitX is where the levels above the plan's limit begin, 0 if none does.
	LimitX float64
	Limit  int
}

// A tick is a line across, at a value.
type tick struct {
	Y     float64
	Label string
}

// A group is what is drawn for one level.
type group struct {
	X     float64 // its middle
	Level int
	Bars  []bar
}

// A bar is drawn up to its value. With an inner value the part above that is
// pale.
type bar struct {
	Class          string
	X, Width       float64
	Top, Inner     float64
	Height, InnerH float64
	Label          string
	InnerLabel     string // empty if there is no room for it
	Text           string // for who points at it or cannot see it
}

// Middle is where labels are centred.
func (b bar) Middle() float64 { return b.X + b.Width/2 }

// A reading takes out of a result what a plot shows of it.
type reading struct {
	value func(result) float64
	inner func(result) float64 // nil if bars are of one piece
	label func(float64) string
	axis  func(float64) string
	text  func(result) string
	most  float64 // of the axis; 0 if it follows the values
}

// draw lays a plot out. Results of a level stand together, in the order of the
// modes.
func (p plot) draw(rep report, r reading) plot {
	p.Width, p.Height, p.Limit = plotWidth, plotHeight, rep.Limit
	p.Left, p.Right, p.Baseline = leftMargin, plotWidth-rightMargin, baseline
	most := r.most
	for _, res := range rep.Results {
		most = max(most, r.value(res))
	}
	step := niceStep(most / 5)
	top := step * max(1, math.Ceil(most/step))
	y := func(v float64) float64 { return baseline - v/top*(baseline-topMargin) }
	for v := 0.0; v <= top+step/2; v += step {
		p.Ticks = append(p.Ticks, tick{Y: y(v), Label: r.axis(v)})
	}
	all := rep.levels()
	wide := (p.Right - p.Left) / float64(len(all))
	for i, level := range all {
		g := group{Level: level, X: p.Left + wide*(float64(i)+0.5)}
		if level > rep.Limit && p.LimitX == 0 && i > 0 {
			p.LimitX = p.Left + wide*float64(i)
		}
		width := min(widestBar, wide*0.32)
		for k, m := range modes {
			b := r.bar(rep.at(m.name, level), y)
			b.Class, b.Width = class(m.name), width
			if width < wideEnough || b.InnerH < tallEnough {
				b.InnerLabel = ""
			}
			b.X = g.X + barGap/2 + float64(k-1)*(width+barGap)
			g.Bars = append(g.Bars, b)
		}
		p.Groups = append(p.Groups, g)
	}
	return p
}

// bar draws one result, but for where it stands.
func (r reading) bar(res result, y func(float64) float64) bar {
	v := r.value(res)
	b := bar{Top: y(v), Height: baseline - y(v), Label: r.label(v), Text: r.text(res)}
	b.Inner, b.InnerH = b.Top, b.Height
	if r.inner != nil {
		w := r.inner(res)
		b.Inner, b.InnerH, b.InnerLabel = y(w), baseline-y(w), r.label(w)
	}
	return b
}

// niceStep rounds up to 1, 2, 2.5 or 5 times a power of ten.
func niceStep(x float64) float64 {
	if x <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, nice := range []float64{1, 2, 2.5, 5} {
		if x <= nice*power {
			return nice * power
		}
	}
	return 10 * power
}

func class(mode string) string {
	if mode == byHand {
		return "hand"
	}
	return "library"
}

// plots are the three of the page.
func plots(rep report) []plot {
	callers := func(r result) string { return fmt.Sprintf("%s, %d at once", r.Mode, r.Level) }
	return []plot{
		plot{
			ID: "success", Title: "Requests served",
			Note: "By hand, whatever is over the limit is refused. In line, it is served.",
		}.draw(rep, reading{
			value: result.Success, most: 100,
			label: percent, axis: percent,
			text: func(r result) string {
				return fmt.Sprintf("%s: %d of %d served, %d refused with 429", callers(r), r.Served, r.Requests, r.Refused)
			},
		}),
		plot{
			ID: "latency", Title: "Latency of served requests",
			Note: "Half of the requests took no longer than the solid part (p50), 95 % no longer than the pale one (p95). " +
				"Through the library it holds the wait in line, which is the price of being served.",
		}.draw(rep, reading{
			value: func(r result) float64 { return r.P95.Seconds() },
			inner: func(r result) float64 { return r.P50.Seconds() },
			label: seconds, axis: axisSeconds,
			text: func(r result) string {
				return fmt.Sprintf("%s: p50 %v, p95 %v", callers(r), r.P50.Round(time.Millisecond), r.P95.Round(time.Millisecond))
			},
		}),
		plot{
			ID: "wall", Title: "Wall time of a level",
			Note: "By hand a level above the limit ends sooner because most of its work was not done.",
		}.draw(rep, reading{
			value: func(r result) float64 { return r.Wall.Seconds() },
			label: seconds, axis: axisSeconds,
			text: func(r result) string {
				return fmt.Sprintf("%s: %d served in %v", callers(r), r.Served, r.Wall.Round(10*time.Millisecond))
			},
		}),
	}
}

// percent rounds down: only all of it is 100 %.
func percent(v float64) string { return fmt.Sprintf("%.0f %%", math.Floor(v)) }

// seconds labels a bar.
func seconds(v float64) string {
	switch {
	case v == 0:
		return "–"
	case v < 1:
		return fmt.Sprintf("%.0f ms", v*1000)
	}
	return fmt.Sprintf("%.1f s", v)
}

// axisSeconds labels a tick, whose value is round.
func axisSeconds(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 1:
		return fmt.Sprintf("%.0f ms", v*1000)
	}
	return fmt.Sprintf("%.4g s", v)
}
