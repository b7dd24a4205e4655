package elevenlabstest

import (
	"context"

	"github.com/elevenlabs-go/elevenlabs"
)

// A SynthesizerFunc is a function that stands in for a client's TTS, where a
// whole emulator is more than a test needs.
type SynthesizerFunc func(ctx context.Context, text string) ([]byte, error)

// TTS calls the function; the options are left out.
func (f SynthesizerFunc) TTS(ctx context.Context, text string, _ ...elevenlabs.TTSOption) ([]byte, error) {
	return f(ctx, text)
}

// A TranscriberFunc is a function that stands in for a client's STT.
type TranscriberFunc func(ctx context.Context, audio []byte, mime string) (string, error)

// STT calls the function; the options are left out.
func (f TranscriberFunc) STT(ctx context.Context, audio []byte, mime string, _ ...elevenlabs.STTOption) (string, error) {
	return f(ctx, audio, mime)
}

var (
	_ elevenlabs.Synthesizer = SynthesizerFunc(nil)
	_ elevenlabs.Transcriber = TranscriberFunc(nil)
)
