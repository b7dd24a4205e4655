package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/stretchr/testify/require"
)

// wavFile writes a file with samples.
func wavFile(t *testing.T, format audio.WAVFormat, samples []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "speech.wav")
	f, err := os.Create(file)
	require.NoError(t, err)
	w, err := audio.NewWAVWriter(f, format)
	require.NoError(t, err)
	_, err = w.Write(samples)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	return file
}

// spoken is speech of the emulator's, with a pause behind each sentence.
func spoken(t *testing.T, sentences ...string) []byte {
	t.Helper()
	srv := elevenlabstest.NewServer(t, elevenlabstest.WithSpeed(1000))
	var all []byte
	for _, text := range sentences {
		s, err := srv.Client().Synthesize(t.Context(), elevenlabs.TTSRequest{Text: text, Format: elevenlabs.FormatPCM_16000})
		require.NoError(t, err)
		all = append(append(all, s.Audio...), make([]byte, 32_000)...)
	}
	return all
}

// TestARecordingAsItPlays has each sentence on the screen when its pause has
// ended it, while the recording goes on.
func TestARecordingAsItPlays(t *testing.T) {
	t.Parallel()
	samples := spoken(t, "What brings you to this bookshop, my friend?", "Good bye.")
	file := wavFile(t, audio.WAVFormat{SampleRate: sampleRate}, samples)
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		start := time.Now()
		require.NoError(t, run(t.Context(), demo.Env{Args: []string{file}, Stdout: &out}))
		lasts := time.Duration(len(samples)) * time.Second / 32_000
		require.InDelta(t, lasts.Seconds(), time.Since(start).Seconds(), 1.5)
		require.Regexp(t, `(?m)^   \d\.\ds  \.\.\. What brings`, out.String())
		require.Regexp(t, `(?m)^   \d\.\ds  0s to \S+: What brings you to this bookshop, my friend\?$`, out.String())
		require.Regexp(t, `(?m)s: Good bye\.$`, out.String())
		require.Len(t, regexp.MustCompile(`(?m)^.* to \S+s: `).FindAllString(out.String(), -1), 2)
	})
}

func TestAnotherRate(t *testing.T) {
	t.Parallel()
	loud := bytes.Repeat([]byte{0, 0x40, 0, 0x40, 0, 0xC0, 0, 0xC0}, 22_050/4*3) // 3 s of 5.5 kHz
	file := wavFile(t, audio.WAVFormat{SampleRate: 22_050}, append(loud, make([]byte, 44_100)...))
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{Args: []string{file}, Stdout: &out}))
		require.Contains(t, out.String(), ": This is a transcript from the emulator.\n")
	})
}

func TestWithoutAFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{Args: []string{"-say", "Is this on?"}, Stdout: &out}))
		require.Contains(t, out.String(), ": Is this on?\n")
	})
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	file := wavFile(t, audio.WAVFormat{SampleRate: sampleRate}, make([]byte, 320_000))
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		start := time.Now()
		require.ErrorIs(t, run(ctx, demo.Env{Args: []string{file}, Stdout: io.Discard}), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	noise := filepath.Join(t.TempDir(), "noise.wav")
	require.NoError(t, os.WriteFile(noise, make([]byte, 100), 0o600))
	for name, file := range map[string]string{
		"missing": filepath.Join(t.TempDir(), "missing.wav"),
		"not WAV": noise,
		"stereo":  wavFile(t, audio.WAVFormat{SampleRate: sampleRate, Channels: 2}, make([]byte, 400)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), demo.Env{Args: []string{file}, Stdout: io.Discard})
			require.ErrorContains(t, err, filepath.Base(file))
		})
	}
}
