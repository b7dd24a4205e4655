package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/stretchr/testify/require"
)

func TestWithoutAKey(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "hello.mp3")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{Args: []string{"-o", file}, Stdout: &out}))

		require.Contains(t, out.String(), "no ELEVENLABS_API_KEY, using the built-in emulator")
		require.Equal(t, 2, strings.Count(out.String(), `"`+sentence+`"`), "spoken and heard")
		require.Contains(t, out.String(), "10 calls at once, where the plan allows 3")
		// Four rounds of a call that takes 400 ms and 4 ms for each of 24 characters.
		require.Contains(t, out.String(), "served          10 of 10 in 1.984s\n")
		require.Contains(t, out.String(), "most in flight  3 of 3   (counted by the emulator)")
		require.Contains(t, out.String(), "429s            0 ")
	})
	audio, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotEmpty(t, audio)
}

// TestTurns checks that each round of three waits for the one before.
func TestTurns(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "hello.mp3")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{Args: []string{"-o", file}, Stdout: &out}))
		var waits []string
		for _, m := range regexp.MustCompile(`waited +(\d+)ms  spoke in  496ms`).FindAllStringSubmatch(out.String(), -1) {
			waits = append(waits, m[1])
		}
		require.Equal(t, []string{"0", "0", "0", "496", "496", "496", "992", "992", "992", "1488"}, waits)
	})
}

// TestWithAKey runs the program as it is run on the real API, which here is an
// emulator at another host that allows more than the client expects at first.
func TestWithAKey(t *testing.T) {
	t.Parallel()
	emulator := elevenlabstest.NewEmulator(
		elevenlabstest.WithTier(elevenlabs.TierCreator), elevenlabstest.WithSpeed(20))
	api := httptest.NewServer(emulator)
	t.Cleanup(api.Close)
	env := map[string]string{"ELEVENLABS_API_KEY": "any-key", "ELEVENLABS_BASE_URL": api.URL}

	var out strings.Builder
	require.NoError(t, run(t.Context(), demo.Env{
		Args:   []string{"-o", filepath.Join(t.TempDir(), "hello.mp3")},
		Getenv: func(name string) string { return env[name] },
		Stdout: &out,
	}))
	require.Contains(t, out.String(), "speaking to the real API, which costs credits")
	require.Contains(t, out.String(), "where the plan allows 5", "learned from the first answer")
	require.Contains(t, out.String(), "served          10 of 10")
	require.Contains(t, out.String(), "counted by the client")
	// On a busy machine the ten may never be in flight all at once.
	require.Greater(t, emulator.Usage().Families[elevenlabs.FamilyStandard].MaxInFlight, 3)
	require.Zero(t, emulator.Usage().Families[elevenlabs.FamilyStandard].Refused)
}

func TestABadKeyIsExplained(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(elevenlabstest.NewEmulator(elevenlabstest.WithRejectKey("stale")))
	t.Cleanup(api.Close)
	env := map[string]string{"ELEVENLABS_API_KEY": "stale", "ELEVENLABS_BASE_URL": api.URL}

	var out strings.Builder
	err := run(t.Context(), demo.Env{Getenv: func(name string) string { return env[name] }, Stdout: &out})
	require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
}
