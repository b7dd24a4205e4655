package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/stretchr/testify/require"
)

// TestTable has the clock of a bubble: a speech takes 144 ms at four times the
// speed, a refusal 60 ms.
func TestTable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "page.html")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{Args: []string{"-o", file}, Stdout: &out}))
		rows := make(map[string][]string) // the columns, by mode and level
		for _, m := range regexp.MustCompile(`(?m)^ *(by hand|library) +(\d+) +(.*)$`).FindAllStringSubmatch(out.String(), -1) {
			rows[m[1]+" "+m[2]] = strings.Fields(m[3])
		}
		require.Len(t, rows, 10)
		for _, level := range []string{"1", "2", "3"} {
			require.Equal(t, rows["library "+level], rows["by hand "+level], "below the limit nothing is gained or lost")
		}
		for _, level := range []string{"1", "2", "3", "5", "10"} {
			require.Equal(t, []string{"30", "30", "100", "%", "0"}, rows["library "+level][:5])
		}
		require.Equal(t, "4.32s", rows["library 1"][7])
		require.Equal(t, "1.44s", rows["library 10"][7], "30 requests through 3 slots")
		require.Equal(t, []string{"144ms", "144ms"}, rows["by hand 10"][5:7])
		require.NotEqual(t, "0", rows["by hand 5"][4])
		require.Equal(t, []string{"30", "6", "20", "%", "24"}, rows["by hand 10"][:5])
	})
	checkPage(t, file)
}

// checkPage checks that the page is well formed, whole and alone.
func checkPage(t *testing.T, file string) {
	t.Helper()
	html, err := os.ReadFile(file)
	require.NoError(t, err)
	text := string(html)
	require.NotRegexp(t, `(?i)https?:|<script|<link|@import|url\(|src=`, text, "nothing is fetched")
	require.False(t, strings.Contains(text, "NaN"))
	require.Contains(t, text, "prefers-color-scheme: dark")
	plots := regexp.MustCompile(`(?s)<svg .*?</svg>`).FindAllString(text, -1)
	require.Len(t, plots, 3)
	for _, svg := range plots {
		require.Contains(t, svg, `role="img"`)
		require.Contains(t, svg, "by hand, 10 at once")
		wellFormed(t, svg)
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for most, want := range map[int][]int{
		1: {1}, 2: {1, 2}, 3: {1, 2, 3}, 7: {1, 2, 3, 5, 7}, 10: {1, 2, 3, 5, 10}, 20: {1, 2, 3, 5, 10, 20},
	} {
		require.Equal(t, want, levels(most))
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	ten := make([]time.Duration, 10)
	for i := range ten {
		ten[i] = time.Duration(i + 1)
	}
	require.EqualValues(t, 5, percentile(ten, 50))
	require.EqualValues(t, 10, percentile(ten, 95))
	require.EqualValues(t, 1, percentile(ten[:1], 50))
	require.Zero(t, percentile(nil, 50))
}

func TestNiceStep(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]float64{0: 1, 0.9: 1, 1.1: 2, 2.2: 2.5, 20: 20, 26: 50, 70: 100} {
		require.InDelta(t, want, niceStep(x), 1e-9)
	}
}

func TestNothingServed(t *testing.T) {
	t.Parallel()
	page, err := render(report{
		Results: []result{{Mode: byHand, Level: 1, Requests: 1}, {Mode: library, Level: 1, Requests: 1}}, Limit: 3, Requests: 1, Speed: 1,
	})
	require.NoError(t, err)
	require.False(t, strings.Contains(string(page), "NaN"))
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-max-concurrency", "0"}, {"-requests", "-1"}, {"-speed", "NaN"}, {"-levels"}} {
		require.Error(t, run(t.Context(), demo.Env{Args: args, Stdout: io.Discard}))
	}
}
