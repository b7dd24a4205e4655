package benchmarks_test

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The geometry of a plot, in the units of its SVG.
const (
	plotWidth, plotHeight   = 860.0, 340.0
	plotLeft, plotRight     = 56.0, plotWidth - 12
	plotTop, plotBottom     = 74.0, plotHeight - 48
	fontFamily              = "system-ui, sans-serif"
	gridColour, inkColour   = "#d8d8d8", "#222222"
	backgroundColour        = "#ffffff"
	barsOf, widestBar       = 0.84, 34.0
	legendTop, legendBox    = 44.0, 10.0
	charWidth, legendMargin = 6.3, 28.0
)

// colours tell contenders apart, for most of those too who see colours
// differently; this library's is the strong one.
var colours = map[string]string{
	"no control":                   "#999999",
	"semaphore, 2-4-6 s":           "#e69f00",
	"go-retryablehttp + semaphore": "#56b4e9",
	"failsafe-go, transport":       "#cc79a7",
	"failsafe-go, whole call":      "#009e73",
	"this library":                 "#0b3d91",
	"limit":                        "#d55e00",
}

// An axis goes up from 0, or from a power of ten in powers of ten.
type axis struct {
	top  float64
	log  bool
	from float64 // of a logarithmic one
	unit string
}

// y is where a value is drawn.
func (a axis) y(v float64) float64 {
	part := v / a.top
	if a.log {
		part = math.Log(max(v, a.from)/a.from) / math.Log(a.top/a.from)
	}
	return plotBottom - min(part, 1)*(plotBottom-plotTop)
}

func (a axis) ticks() (at []float64) {
	if a.log {
		for v := a.from; v <= a.top*1.001; v *= 10 {
			for _, nice := range []float64{v, 2 * v, 5 * v} {
				if nice == v || nice < a.top && a.top/a.from <= 100 {
					at = append(at, nice)
				}
			}
		}
		return at
	}
	step := math.Pow(10, math.Floor(math.Log10(a.top)))
	for a.top/step < 4 {
		step /= 2
	}
	for v := 0.0; v <= a.top*1.001; v += step {
		at = append(at, v)
	}
	return at
}

// A drawing is an SVG on the way.
type drawing struct{ strings.Builder }

func newDrawing(title, note string, a axis, legend []string) *drawing {
	d := new(drawing)
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="%s" font-size="12" role="img">`+"\n",
		plotWidth, plotHeight, fontFamily)
	fmt.Fprintf(d, "<title>%s</title>\n", html.EscapeString(title))
	d.rect(0, 0, plotWidth, plotHeight, backgroundColour, "")
	d.text(plotLeft, 20, "start", 15, title)
	d.text(plotRight, 20, "end", 12, note)
	x := plotLeft
	for _, name := range legend {
		d.rect(x, legendTop-legendBox+1, legendBox, legendBox, colours[name], "")
		d.text(x+legendBox+5, legendTop, "start", 12, name)
		x += charWidth*float64(len(name)) + legendMargin
	}
	for _, v := range a.ticks() {
		d.line(plotLeft, a.y(v), plotRight, a.y(v), gridColour)
		d.text(plotLeft-6, a.y(v)+4, "end", 11, fmt.Sprintf("%.3g%s", v, a.unit))
	}
	return d
}

func (d *drawing) String() string { return d.Builder.String() + "</svg>\n" }

func (d *drawing) rect(x, y, w, h float64, colour, title string) {
	fmt.Fprintf(d, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s</title></rect>`+"\n",
		x, y, w, h, colour, html.EscapeString(title))
}

func (d *drawing) line(x1, y1, x2, y2 float64, colour string) {
	fmt.Fprintf(d, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>`+"\n", x1, y1, x2, y2, colour)
}

func (d *drawing) text(x, y float64, anchor string, size int, s string) {
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d" fill="%s">%s</text>`+"\n",
		x, y, anchor, size, inkColour, html.EscapeString(s))
}

// bars draws a group of bars for each label, one of each name. A NaN has no
// bar but a dash.
func bars(title, note string, a axis, names, labels []string, value func(label, name int) float64) string {
	d := newDrawing(title, note, a, names)
	wide := (plotRight - plotLeft) / float64(len(labels))
	bar := min(widestBar, wide*barsOf/float64(len(names)))
	for i, label := range labels {
		middle := plotLeft + wide*(float64(i)+0.5)
		for j, line := range strings.Split(label, "\n") {
			d.text(middle, plotBottom+16+14*float64(j), "middle", 11, line)
		}
		for k, name := range names {
			x, v := middle+bar*(float64(k)-float64(len(names))/2), value(i, k)
			if math.IsNaN(v) {
				d.text(x+bar/2, plotBottom-3, "middle", 11, "–")
				continue
			}
			text := fmt.Sprintf("%s, %s: %.3g%s", strings.ReplaceAll(label, "\n", " "), name, v, a.unit)
			d.rect(x, a.y(v), bar-1.5, max(plotBottom-a.y(v), 1), colours[name], text)
		}
	}
	return d.String()
}

// A curve is a line of steps.
type curve struct {
	name   string
	points []point
}

// curves draws steps over seconds, each a little above the one before, so that
// none hides another.
func curves(title, note string, a axis, end float64, all []curve) string {
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	d := newDrawing(title, note, a, names)
	x := func(v float64) float64 { return plotLeft + min(v/end, 1)*(plotRight-plotLeft) }
	for v := 0.0; v < end; v += end / 10 {
		d.text(x(v), plotBottom+16, "middle", 11, fmt.Sprintf("%.3g s", v))
	}
	for i, c := range all {
		lift := 2.5 * float64(i)
		y := func(v float64) float64 { return a.y(v) - lift }
		fmt.Fprintf(d, `<path fill="none" stroke-width="2" stroke="%s" d="M%.1f %.1f`, colours[c.name], plotLeft, y(0))
		for i, p := range c.points {
			if p.x <= end && (i+1 == len(c.points) || c.points[i+1].x > p.x) { // the last of a moment counts
				fmt.Fprintf(d, "H%.1fV%.1f", x(p.x), y(p.y))
			}
		}
		d.WriteString("\"/>\n")
	}
	return d.String()
}
