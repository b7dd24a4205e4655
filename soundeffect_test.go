package elevenlabs_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestSoundEffect_LastsAsLongAsAsked(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client(elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
		speech, err := c.SoundEffect(t.Context(), elevenlabs.SoundEffectRequest{Text: "gentle rain", Duration: 5 * time.Second, Loop: true})
		require.NoError(t, err)
		require.Len(t, speech.Audio, 5*32_000)
		require.Equal(t, 27, speech.Meta.CharacterCost)
		byText, err := c.SoundEffect(t.Context(), elevenlabs.SoundEffectRequest{Text: "gentle rain"})
		require.NoError(t, err)
		require.NotEmpty(t, byText.Audio)
		require.Less(t, len(byText.Audio), len(speech.Audio))
	})
}

func TestSoundEffect_BadInput(t *testing.T) {
	t.Parallel()
	type req = elevenlabs.SoundEffectRequest
	for name, tt := range map[string]struct {
		req   req
		field string
	}{
		"no text":             {req{}, "Text"},
		"broken text":         {req{Text: "\xff"}, "Text"},
		"too short":           {req{Text: "x", Duration: 499 * time.Millisecond}, "Duration"},
		"too long":            {req{Text: "x", Duration: 30*time.Second + 1}, "Duration"},
		"negative":            {req{Text: "x", Duration: -1}, "Duration"},
		"influence":           {req{Text: "x", PromptInfluence: elevenlabs.Ptr(1.1)}, "PromptInfluence"},
		"no influence":        {req{Text: "x", PromptInfluence: elevenlabs.Ptr(math.NaN())}, "PromptInfluence"},
		"model":               {req{Text: "x", ModelID: "a b"}, "ModelID"},
		"format":              {req{Text: "x", Format: "a&b"}, "Format"},
		"WAV":                 {req{Text: "x", Format: elevenlabs.FormatWAV_16000}, "Format"},
		"extra that is known": {req{Text: "x", Extra: map[string]any{"text": "y"}}, "Extra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := silent(t).SoundEffect(t.Context(), tt.req)
			refused(t, "SoundEffectRequest."+tt.field, err)
		})
	}
}
