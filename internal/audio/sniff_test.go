package audio_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

func TestSpec_FitsWhatBeginsLikeIt(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]audio.Codec{
		"RIFF\x00\x00\x00\x00WAVE": audio.WAV, "RF64....": audio.WAV, "OggS\x00": audio.Opus, "ID3\x04\x00": audio.MP3,
		"\xff\xfb\x90\x00": audio.MP3, "\xff\xf3\x18\xc4": audio.MP3,
		"\xff\xff\xff\xff": "", "\x00\x00\x00\x00": "", "\xff\xfd\x00\x00": "", "\xff\xf9\x00\x00": "", "\xff\xfb\xf0\xf1": "", "\xff\xfb\x7f\x7e": "",
		"\xff\xf3\x18\xc4" + strings.Repeat("x", 200): "", // no second frame
		"\xff": "", "": "",
	} {
		require.Equal(t, want, audio.Sniff([]byte(head)), "%q", head)
		for _, codec := range []audio.Codec{audio.MP3, audio.WAV, audio.Opus, audio.PCM, audio.ULaw, audio.ALaw} {
			raw := codec == audio.PCM || codec == audio.ULaw || codec == audio.ALaw
			fits := codec == want || want == "" && (raw || codec == audio.MP3) || len(head) < 4
			require.Equal(t, fits, audio.Spec{Codec: codec}.Fits([]byte(head)), "%s %q", codec, head)
		}
	}
	require.True(t, audio.Spec{Codec: audio.M4A}.Fits([]byte("\x00\x00\x00\x1cftyp")))
}
