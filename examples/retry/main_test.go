package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/stretchr/testify/require"
)

// perform returns what the program prints, by the titles of the scenes.
func perform(t *testing.T, args ...string) map[string]string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, run(t.Context(), demo.Env{Args: args, Stdout: &out}))
	seen := make(map[string]string)
	for _, s := range strings.Split(out.String(), "\n== ")[1:] {
		title, rest, _ := strings.Cut(s, "\n")
		seen[title] = rest
	}
	return seen
}

// TestScenes has the clock of a bubble, where every wait is exact: a refusal
// takes 240 ms, a speech 512 ms, and the steps are 2 s, 4 s and 6 s.
func TestScenes(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"The vendor is busy, twice": {
			`msg="TTS refused, system busy, retrying in 2s (attempt 1/3)"`,
			`msg="TTS refused, system busy, retrying in 4s (attempt 2/3)"`,
			`msg="TTS served after 2 retries"`,
			"attempt 1 after    0s: 429, 0 credits",
			"attempt 2 after 2.24s: 429, 0 credits",
			"attempt 3 after 6.48s: 200, 28 credits",
		},
		"The account is full, and there is a back-off": {
			`msg="TTS rate limit hit, retrying in 2s (attempt 1/3)"`,
			"attempt 2 after 2.24s: 200",
		},
		"The account is full, and there is no back-off": {
			`msg="TTS rate limit hit, waiting for a slot (refused 1 time)"`,
			"attempt 3 after 512ms: 200",
		},
		"The vendor fails once": {
			`msg="TTS failed with status 503, retrying in 2s (attempt 1/3)"`,
			"attempt 2 after    2s: 200",
		},
		"The vendor goes on failing": {
			"-> the vendor is failing",
			"attempt 2 after    2s: 503", "attempt 3 after    6s: 503", "attempt 4 after   12s: 503",
		},
		"The answer is lost": {
			"-> served",
			`msg="TTS answer lost, recovered from history at no cost"`,
			"attempt 1 after    0s: no answer, 28 credits",
			"a look at /v1/history after 512ms: 200, 0 credits",
		},
		"The answer is lost, and the key may not read the history": {
			"-> answer lost, perhaps paid for",
			"attempt 1 after    0s: no answer, 28 credits",
			"a look at /v1/history after 512ms: 401, 0 credits",
		},
		"The answer is lost, and speech matters more than money": {
			"-> served",
			"attempt 1 after    0s: no answer, 28 credits",
			"attempt 2 after 2.512s: 200, 28 credits",
		},
		"The account is out of credits": {"-> out of credits (10 left, 28 needed)", "attempt 1 after    0s: 401"},
		"There is nothing to say":       {"-> my own mistake, nothing was sent: TTSRequest.Text is blank", "no attempt was made"},
	}
	synctest.Test(t, func(t *testing.T) {
		seen := perform(t, "-real-time")
		require.Len(t, seen, len(want))
		for title, parts := range want {
			for _, part := range parts {
				require.Contains(t, seen[title], part, title)
			}
		}
		require.NotContains(t, seen["The answer is lost"], "attempt 2")
		require.NotContains(t, seen["The answer is lost, and the key may not read the history"], "attempt 2")
		require.NotContains(t, seen["The account is out of credits"], "attempt 2")
	})
}

func TestQuick(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seen := perform(t)
		require.Contains(t, seen["The vendor is busy, twice"], "retrying in 100ms (attempt 1/3)")
		require.Contains(t, seen["The vendor is busy, twice"], "attempt 3 after 324ms: 200")
	})
}
