package elevenlabs_test

import (
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestDialogue_IsHeardAsItsLines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client(elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
		speech, err := c.Dialogue(t.Context(), talk)
		require.NoError(t, err)
		require.Equal(t, elevenlabs.FormatPCM_16000, speech.Format)
		heard, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{
			Audio: elevenlabs.AudioBytes(speech.Audio, "audio/pcm"), FileFormat: "pcm_s16le_16",
		})
		require.NoError(t, err)
		require.Equal(t, "Hello, how are you? [laughs] Fine, and you? Fine.", heard.Text)

		stream, err := c.DialogueStream(t.Context(), talk)
		require.NoError(t, err)
		audio, err := io.ReadAll(stream)
		require.NoError(t, err)
		require.Equal(t, speech.Audio, audio)
	})
}

func TestDialogue_BadInput(t *testing.T) {
	t.Parallel()
	type req = elevenlabs.DialogueRequest
	line := func(text, voice string) []elevenlabs.DialogueInput {
		return []elevenlabs.DialogueInput{{Text: text, VoiceID: voice}}
	}
	var crowd []elevenlabs.DialogueInput
	for i := range 11 {
		crowd = append(crowd, elevenlabs.DialogueInput{Text: "x", VoiceID: strconv.Itoa(i)})
	}
	good := line("x", "v")
	for name, tt := range map[string]struct {
		req   req
		field string
	}{
		"nothing to say":      {req{}, "Inputs"},
		"blank line":          {req{Inputs: append(line("x", "v"), line(" \n", "v")...)}, "Inputs[1].Text"},
		"broken line":         {req{Inputs: line("a\xff", "v")}, "Inputs[0].Text"},
		"no voice":            {req{Inputs: line("x", "")}, "Inputs[0].VoiceID"},
		"bad voice":           {req{Inputs: line("x", "a/b")}, "Inputs[0].VoiceID"},
		"many voices":         {req{Inputs: crowd}, "Inputs"},
		"too long":            {req{Inputs: line(strings.Repeat("é", 5_001), "v")}, "Inputs"},
		"too long together":   {req{Inputs: append(line(strings.Repeat("é", 3_000), "v"), line(strings.Repeat("é", 2_001), "w")...)}, "Inputs"},
		"model":               {req{Inputs: good, ModelID: "a b"}, "ModelID"},
		"format":              {req{Inputs: good, Format: "a&b"}, "Format"},
		"language":            {req{Inputs: good, LanguageCode: "a b"}, "LanguageCode"},
		"normalisation":       {req{Inputs: good, TextNormalization: "maybe"}, "TextNormalization"},
		"stability":           {req{Inputs: good, Stability: elevenlabs.Ptr(1.1)}, "Stability"},
		"no stability":        {req{Inputs: good, Stability: elevenlabs.Ptr(math.NaN())}, "Stability"},
		"dictionaries":        {req{Inputs: good, Dictionaries: make([]elevenlabs.DictionaryLocator, 4)}, "Dictionaries"},
		"nameless dictionary": {req{Inputs: good, Dictionaries: make([]elevenlabs.DictionaryLocator, 1)}, "Dictionaries"},
		"extra that is known": {req{Inputs: good, Extra: map[string]any{"inputs": 1}}, "Extra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := silent(t).Dialogue(t.Context(), tt.req)
			refused(t, "DialogueRequest."+tt.field, err)
			_, err = silent(t).DialogueStream(t.Context(), tt.req)
			refused(t, "DialogueRequest."+tt.field, err)
		})
	}
	_, err := silent(t).DialogueStream(t.Context(), req{Inputs: good, Format: elevenlabs.FormatWAV_16000})
	refused(t, "DialogueRequest.Format", err)
	_, err = silent(t).Dialogue(t.Context(), req{Inputs: line(strings.Repeat("x", 5_001), "v")})
	require.ErrorIs(t, err, elevenlabs.ErrTextTooLong)
}
