package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/stretchr/testify/require"
)

func TestIntoAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "hello.wav")
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{
			Args: []string{
				"-text", "Hello there", "-o", file, "-format", "wav_16000",
				"-model", "eleven_flash_v2_5", "-voice", "JBFqnCBsd6RMkjVDRZzb",
			},
			Stdout: &out,
		}))
		// Flash takes 150 ms and 1 ms for each of 11 characters, at half the price.
		require.Contains(t, out.String(), "of wav_16000 (audio/wav) in 161ms\n")
		require.Contains(t, out.String(), "cost        6 credits\n")
		require.Regexp(t, `request id  \w+`, out.String())
		require.Contains(t, out.String(), "attempts    1, 0s in line")
	})
	audio, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "RIFF", string(audio[:4]))
}

func TestStreamToStdout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var audio bytes.Buffer
		var report strings.Builder
		require.NoError(t, run(t.Context(), demo.Env{
			Args:  []string{"-stream", "-o", "-"},
			Stdin: strings.NewReader("A sentence that is spoken while it is made."), Stdout: &audio, Stderr: &report,
		}))
		require.Contains(t, report.String(), "first audio after 400ms\n")
		require.Contains(t, report.String(), "of mp3_44100_128 (audio/mpeg) in 572ms\n")
		require.Greater(t, strings.Count(report.String(), " bytes at "), 1)
		require.NotContains(t, audio.String(), "first audio")
		require.NotEmpty(t, audio)
	})
}

func TestNothingToSay(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), demo.Env{
		Args: []string{"-o", "-"}, Stdin: strings.NewReader(" \n"), Stdout: new(strings.Builder), Stderr: new(strings.Builder),
	})
	var wrong *elevenlabs.ArgumentError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "TTSRequest.Text", wrong.Field)
}
