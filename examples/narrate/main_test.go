package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

const text = `Chapter 1

It was a bright cold day in spring, and the clocks were striking. Nobody came to see it.

Chapter 2

The next day it rained. So it did on the day after that, and on the one after that.
`

func TestABookOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	book, out := filepath.Join(dir, "book.txt"), filepath.Join(dir, "book.mp3")
	require.NoError(t, os.WriteFile(book, []byte(text), 0o600))
	synctest.Test(t, func(t *testing.T) {
		var report strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{Args: []string{"-o", out, "-piece", "100", book}, Stdout: &report}))
		require.Contains(t, report.String(), " 99 % of the text, 16s of audio\n")
		require.Contains(t, report.String(), "book.mp3: 16s of mp3_44100_128 in 2 pieces, 0 of them made before, for 193 credits\n")
	})
	subtitles, err := os.ReadFile(filepath.Join(dir, "book.srt"))
	require.NoError(t, err)
	require.Contains(t, string(subtitles), "The next day it rained.")
	require.NoDirExists(t, out+".pieces")
	audio, err := os.ReadFile(out)
	require.NoError(t, err)
	speech := elevenlabs.Speech{Audio: audio, Format: elevenlabs.FormatMP3_44100_128}
	require.Equal(t, "16s", speech.Duration().Round(1e9).String())
}

func TestGoesOnAfterItBroke(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "book.wav")
	synctest.Test(t, func(t *testing.T) {
		args := []string{"-o", out, "-piece", "100", "-format", "wav_16000", "-continuity", "ids"}
		env := func(report *strings.Builder, opts ...elevenlabstest.Option) demo.Env {
			return demo.Env{Args: args, Stdin: strings.NewReader(text), Stdout: report, Emulator: opts}
		}
		var report strings.Builder
		err := run(t.Context(), env(&report, elevenlabstest.WithCredits(150)))
		require.ErrorIs(t, err, elevenlabs.ErrQuotaExceeded)
		require.DirExists(t, out+".pieces")
		report.Reset()
		require.NoError(t, run(t.Context(), env(&report)))
		require.Contains(t, report.String(), "in 2 pieces, 1 of them made before")
	})
}

func TestNoSuchFile(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), demo.Env{Args: []string{"no-such-file"}, Stdout: new(strings.Builder)})
	require.ErrorIs(t, err, os.ErrNotExist)
}
