package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/stretchr/testify/require"
)

// speech writes a file that the emulator takes for two seconds of audio.
func speech(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, make([]byte, 32_000), 0o600))
	return file
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	one, two := speech(t, "one.mp3"), speech(t, "two.mp3")
	hear := func(i elevenlabstest.AudioInfo) string { return "Heard in " + i.File.Name + "." }
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{
			Args: []string{one, two}, Stdout: &out,
			Emulator: []elevenlabstest.Option{elevenlabstest.WithTranscript(hear)},
		}))
		require.Contains(t, out.String(), "Heard in one.mp3.\n")
		require.Contains(t, out.String(), "Heard in two.mp3.\n")
		require.Less(t, strings.Index(out.String(), "one.mp3"), strings.Index(out.String(), "two.mp3"))
		require.NotContains(t, out.String(), "speaker_0")
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	file := speech(t, "words.mp3")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{
			Args: []string{"-language", "de", "-diarize", "-words", file}, Stdout: &out,
		}))
		require.Regexp(t, `(?m)^ +0s +\S+s  speaker_0 +This$`, out.String())
		require.Contains(t, out.String(), "language de, 2.0 s of audio")
	})
}

func TestOneFileOfTwoIsMissing(t *testing.T) {
	t.Parallel()
	good, missing := speech(t, "good.mp3"), filepath.Join(t.TempDir(), "missing.mp3")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		err := run(t.Context(), demo.Env{Args: []string{good, missing}, Stdout: &out})
		require.ErrorIs(t, err, os.ErrNotExist)
		require.Contains(t, out.String(), "This is a transcript from the emulator.")
		require.Contains(t, out.String(), "failed:")
	})
}

func TestTooShortAudioIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "blip.wav")
	require.NoError(t, os.WriteFile(file, []byte("RIFF"), 0o600))
	synctest.Test(t, func(t *testing.T) {
		err := run(t.Context(), demo.Env{Args: []string{file}, Stdout: new(strings.Builder)})
		require.ErrorIs(t, err, elevenlabs.ErrInvalidRequest)
	})
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, run(t.Context(), demo.Env{}), errNoFile)
}
