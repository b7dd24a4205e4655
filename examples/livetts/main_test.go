package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
	"github.com/stretchr/testify/require"
)

// read returns what is said in PCM that the emulator has made.
func read(pcm []byte) string {
	var (
		l    tone.Listener
		text strings.Builder
	)
	l.Hear(pcm, 2, func(r rune, _ int64) { text.WriteRune(r) })
	return strings.TrimSpace(text.String())
}

// TestIntoAFileWhileItPlays has the first sentence in the file before the last
// word of the text was written.
func TestIntoAFileWhileItPlays(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "speech.pcm")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		ended := make(chan error, 1)
		go func() {
			ended <- run(t.Context(), demo.Env{
				Args: []string{"-text", "Hello there. How are you?", "-pause", "500ms", "-o", file, "-format", "pcm_16000"}, Stdout: &out,
			})
		}()
		time.Sleep(2 * time.Second) // 4 words of 5
		early, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, "Hello there.", read(early))

		require.NoError(t, <-ended)
		require.Contains(t, out.String(), "using the built-in emulator")
		require.Contains(t, out.String(), "plays at      0s  Hello there. \n")
		require.Contains(t, out.String(), "of pcm_16000 (")
	})
	audio, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "Hello there. How are you?", read(audio))
}

// trickle gives a text in small pieces, as a pipe may.
type trickle struct{ io.Reader }

func (r trickle) Read(p []byte) (int, error) {
	time.Sleep(10 * time.Millisecond)
	return r.Reader.Read(p[:min(len(p), 3)])
}

func TestFromStdinToStdout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var audio bytes.Buffer
		var report strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{
			Args:  []string{"-text", "-", "-o", "-", "-format", "pcm_16000"},
			Stdin: trickle{strings.NewReader("Schöne Grüße. Bis bald.")}, Stdout: &audio, Stderr: &report,
		}))
		require.Equal(t, "Schöne Grüße. Bis bald.", read(audio.Bytes()))
		require.NotContains(t, audio.String(), "came at")
	})
}

func TestABadFormatIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "speech.wav")
	err := run(t.Context(), demo.Env{Args: []string{"-format", "wav_16000", "-o", file}, Stdout: io.Discard})
	var wrong *elevenlabs.ArgumentError
	require.ErrorAs(t, err, &wrong)
	require.NoFileExists(t, file)
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("the disk is full")

func TestTheDiskIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		err := run(t.Context(), demo.Env{Args: []string{"-o", "-"}, Stdout: full{}, Stderr: io.Discard})
		require.ErrorIs(t, err, errFull)
	})
}
