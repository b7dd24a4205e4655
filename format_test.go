package elevenlabs_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestFormat_Knows(t *testing.T) {
	t.Parallel()
	tests := []struct {
		format    elevenlabs.Format
		codec     string
		rate      int
		perSecond int
		mime      string
		tier      elevenlabs.Tier
	}{
		{elevenlabs.FormatMP3_22050_32, "mp3", 22050, 4000, "audio/mpeg", elevenlabs.TierFree},
		{elevenlabs.FormatMP3_44100_128, "mp3", 44100, 16000, "audio/mpeg", elevenlabs.TierFree},
		{elevenlabs.FormatMP3_44100_192, "mp3", 44100, 24000, "audio/mpeg", elevenlabs.TierCreator},
		{elevenlabs.FormatPCM_8000, "pcm", 8000, 16000, "audio/pcm", elevenlabs.TierFree},
		{elevenlabs.FormatPCM_32000, "pcm", 32000, 64000, "audio/pcm", elevenlabs.TierFree},
		{elevenlabs.FormatPCM_44100, "pcm", 44100, 88200, "audio/pcm", elevenlabs.TierPro},
		{elevenlabs.FormatPCM_48000, "pcm", 48000, 96000, "audio/pcm", elevenlabs.TierPro},
		{elevenlabs.FormatWAV_24000, "wav", 24000, 48000, "audio/wav", elevenlabs.TierFree},
		{elevenlabs.FormatWAV_44100, "wav", 44100, 88200, "audio/wav", elevenlabs.TierPro},
		{elevenlabs.FormatOpus_48000_192, "opus", 48000, 0, "audio/ogg", elevenlabs.TierFree},
		{elevenlabs.FormatULaw_8000, "ulaw", 8000, 8000, "audio/basic", elevenlabs.TierFree},
		{elevenlabs.FormatALaw_8000, "alaw", 8000, 8000, "audio/x-alaw-basic", elevenlabs.TierFree},
		{elevenlabs.FormatM4A_AAC_44100_128, "aac", 44100, 0, "audio/mp4", elevenlabs.TierFree},
		{"pcm_96000", "pcm", 96000, 192000, "audio/pcm", elevenlabs.TierPro}, // of tomorrow
	}
	for _, tt := range tests {
		require.Equal(t, tt.codec, tt.format.Codec(), tt.format)
		require.Equal(t, tt.rate, tt.format.SampleRate(), tt.format)
		require.Equal(t, 1, tt.format.Channels(), tt.format)
		require.Equal(t, tt.perSecond, tt.format.BytesPerSecond(), tt.format)
		require.Equal(t, tt.mime, tt.format.MIME(), tt.format)
		require.Equal(t, tt.tier, tt.format.MinTier(), tt.format)
	}
}

func TestFormat_UnknownIsZero(t *testing.T) {
	t.Parallel()
	for _, f := range []elevenlabs.Format{"", "flac_44100", "mp3", "pcm_", "pcm_-1"} {
		require.Empty(t, f.Codec(), f)
		require.Zero(t, f.SampleRate(), f)
		require.Zero(t, f.Channels(), f)
		require.Zero(t, f.BytesPerSecond(), f)
		require.Zero(t, f.Duration(1000), f)
		require.Zero(t, f.MinTier(), f)
		require.Equal(t, "application/octet-stream", f.MIME(), f)
	}
}

func TestFormat_Duration(t *testing.T) {
	t.Parallel()
	tests := []struct {
		format elevenlabs.Format
		bytes  int64
		want   time.Duration
	}{
		{elevenlabs.FormatMP3_44100_128, 16000, time.Second},
		{elevenlabs.FormatPCM_16000, 640, 20 * time.Millisecond},
		{elevenlabs.FormatPCM_48000, 1, 10416}, // in whole nanoseconds
		{elevenlabs.FormatULaw_8000, 160, 20 * time.Millisecond},
		{elevenlabs.FormatWAV_16000, 32044, time.Second},
		{elevenlabs.FormatWAV_16000, 44, 0},
		{elevenlabs.FormatWAV_16000, 12, 0}, // a piece of the header
		{elevenlabs.FormatPCM_16000, -5, 0},
		{elevenlabs.FormatWAV_16000, math.MinInt64, 0},
		{elevenlabs.FormatULaw_8000, math.MaxInt64, 0}, // beyond a Duration
		{elevenlabs.FormatOpus_48000_64, 8000, 0},
		{elevenlabs.FormatM4A_AAC_44100_128, 16000, 0},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, tt.format.Duration(tt.bytes), "%d bytes of %s", tt.bytes, tt.format)
	}
}

// MinTier must agree with what is refused, from one plan to the next.
func TestFormat_MinTierIsServed(t *testing.T) {
	t.Parallel()
	for _, format := range []elevenlabs.Format{
		elevenlabs.FormatMP3_44100_128, elevenlabs.FormatMP3_44100_192, elevenlabs.FormatPCM_24000,
		elevenlabs.FormatPCM_44100, elevenlabs.FormatWAV_32000, elevenlabs.FormatWAV_48000,
	} {
		t.Run(string(format), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				for tier := elevenlabs.TierFree; tier <= elevenlabs.TierPro; tier++ {
					c := elevenlabstest.NewServer(t, elevenlabstest.WithTier(tier)).Client()
					_, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hi", Format: format})
					if tier >= format.MinTier() {
						require.NoError(t, err, "%s on %s", format, tier)
					} else {
						require.ErrorIs(t, err, elevenlabs.ErrPlanRequired, "%s on %s", format, tier)
					}
				}
			})
		})
	}
}

// One text lasts the same in every format, but for the last frame of MP3.
func TestSpeech_Duration(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierPro)).Client()
		speak := func(f elevenlabs.Format) time.Duration {
			speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: strings.Repeat("Hello, you. ", 10), Format: f})
			require.NoError(t, err)
			return speech.Duration()
		}
		want := speak(elevenlabs.FormatPCM_8000)
		require.Greater(t, want, 5*time.Second)
		for _, f := range []elevenlabs.Format{elevenlabs.FormatULaw_8000, elevenlabs.FormatALaw_8000, elevenlabs.FormatWAV_16000} {
			require.Equal(t, want, speak(f), f)
		}
		for _, f := range []elevenlabs.Format{elevenlabs.FormatMP3_22050_32, elevenlabs.FormatMP3_44100_192, elevenlabs.FormatPCM_44100} {
			require.InDelta(t, want, speak(f), float64(30*time.Millisecond), f)
		}
	})
}

func TestSpeech_DurationOfOther(t *testing.T) {
	t.Parallel()
	wav := "RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00" +
		"data\xFF\xFF\xFF\xFF" + string(make([]byte, 3200))
	opus := "OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13" +
		"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00" +
		"OggS\x00\x04\xb8\xbc\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01s"
	for name, tt := range map[string]struct {
		speech elevenlabs.Speech
		want   time.Duration
	}{
		"WAV of unknown size":       {elevenlabs.Speech{Audio: []byte(wav), Format: elevenlabs.FormatWAV_16000}, 100 * time.Millisecond},
		"WAV in a format not known": {elevenlabs.Speech{Audio: []byte(wav), Format: "new_16000"}, 100 * time.Millisecond},
		"Opus":                      {elevenlabs.Speech{Audio: []byte(opus), Format: elevenlabs.FormatOpus_48000_32}, time.Second},
		"AAC":                       {elevenlabs.Speech{Audio: make([]byte, 100), Format: elevenlabs.FormatM4A_AAC_44100_128}, 0},
		"MP3 that is none":          {elevenlabs.Speech{Audio: make([]byte, 100), Format: elevenlabs.FormatMP3_44100_128}, 0},
		"nothing":                   {elevenlabs.Speech{}, 0},
	} {
		require.Equal(t, tt.want, tt.speech.Duration(), name)
	}
}
