package audio_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		want        audio.Spec
		contentType string
		perSecond   int
	}{
		{"mp3_22050_32", audio.Spec{Codec: audio.MP3, RateHz: 22050, BitRate: 32_000}, "audio/mpeg", 4_000},
		{"mp3_44100_192", audio.Spec{Codec: audio.MP3, RateHz: 44100, BitRate: 192_000}, "audio/mpeg", 24_000},
		{"pcm_8000", audio.Spec{Codec: audio.PCM, RateHz: 8000, BitRate: 128_000}, "audio/pcm", 16_000},
		{"pcm_48000", audio.Spec{Codec: audio.PCM, RateHz: 48000, BitRate: 768_000}, "audio/pcm", 96_000},
		{"wav_44100", audio.Spec{Codec: audio.WAV, RateHz: 44100, BitRate: 705_600}, "audio/wav", 88_200},
		{"opus_48000_64", audio.Spec{Codec: audio.Opus, RateHz: 48000, BitRate: 64_000}, "audio/ogg", 8_000},
		{"ulaw_8000", audio.Spec{Codec: audio.ULaw, RateHz: 8000, BitRate: 64_000}, "audio/basic", 8_000},
		{"alaw_8000", audio.Spec{Codec: audio.ALaw, RateHz: 8000, BitRate: 64_000}, "audio/x-alaw-basic", 8_000},
		{"m4a_aac_44100_128", audio.Spec{Codec: audio.M4A, RateHz: 44100, BitRate: 128_000}, "audio/mp4", 16_000},
		{"pcm_12345", audio.Spec{Codec: audio.PCM, RateHz: 12345, BitRate: 197_520}, "audio/pcm", 24_690},
		{"mp3_999999_999999", audio.Spec{Codec: audio.MP3, RateHz: 999_999, BitRate: 999_999_000}, "audio/mpeg", 124_999_875},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := audio.Parse(tt.name)
			require.True(t, ok)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.contentType, got.ContentType())
			require.Equal(t, tt.perSecond, got.BytesPerSecond())
			require.Equal(t, tt.name, got.String())
		})
	}
}

func TestParse_RefusesOtherForms(t *testing.T) {
	t.Parallel()
	names := []string{
		"", "_", "mp3", "mp3_", "mp3_44100", "mp3_44100_", "mp3__128", "mp3_44100_128_1", "mp3_44100_128k",
		"pcm_", "pcm_16000_16", "pcm_0", "pcm_-1", "pcm_+1", "pcm_016000", "pcm_1000000", "pcm_16 000", "pcm_١٦",
		"wav", "WAV_44100", " wav_44100", "flac_44100", "m4a_44100_128", "m4a_aac_44100", "ulaw_8000_64", "alaw8000",
	}
	for _, name := range names {
		_, ok := audio.Parse(name)
		require.False(t, ok, "%q", name)
	}
}

func TestSpec_UnknownCodec(t *testing.T) {
	t.Parallel()
	s := audio.Spec{Codec: "flac", RateHz: 44100, BitRate: 800_000}
	require.Equal(t, "application/octet-stream", s.ContentType())
	require.Equal(t, "flac_44100_800", s.String())
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"mp3_44100_128", "pcm_16000", "m4a_aac_44100_128", "opus_48000_", "wav_0", "ulaw_999999"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, ok := audio.Parse(name)
		if !ok {
			require.Zero(t, s)
			return
		}
		require.Equal(t, name, s.String())
		require.Positive(t, s.RateHz)
		require.Positive(t, s.BitRate)
		require.NotEqual(t, "application/octet-stream", s.ContentType())
	})
}
