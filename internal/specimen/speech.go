package specimen

//lint:file-ignore SA1019 what the vendor has deprecated is a part of its specification

import (
	"context"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const text = "Hello there."

// fullTTS is a request with everything but what [unlogged] has.
func fullTTS(ctx context.Context, c *elevenlabs.Client) (req elevenlabs.TTSRequest, err error) {
	locators, err := locators(ctx, c)
	if err != nil {
		return req, err
	}
	before, err := c.Synthesize(ctx, elevenlabs.TTSRequest{Text: text})
	if err != nil {
		return req, err
	}
	ids := []string{before.Meta.RequestID}
	return elevenlabs.TTSRequest{
		Text: text, VoiceID: elevenlabstest.VoiceSarah, ModelID: "eleven_multilingual_v2",
		Format: elevenlabs.FormatPCM_16000, LanguageCode: "en", VoiceSettings: fullSettings(), Dictionaries: locators,
		Seed: elevenlabs.Ptr[uint32](7), PreviousText: "Before.", NextText: "After.",
		PreviousRequestIDs: ids, NextRequestIDs: ids, TextNormalization: "on", LanguageTextNormalization: true,
		OptimizeStreamingLatency: elevenlabs.Ptr(1), UsePVCAsIVC: true,
	}, nil
}

func fullSettings() *elevenlabs.VoiceSettings {
	return &elevenlabs.VoiceSettings{
		Stability: elevenlabs.Ptr(0.4), SimilarityBoost: elevenlabs.Ptr(0.6), Style: elevenlabs.Ptr(0.1),
		UseSpeakerBoost: elevenlabs.Ptr(true), Speed: elevenlabs.Ptr(1.1),
	}
}

// speech are the calls of the four endpoints of text to speech.
func speech() (calls []Call) {
	for path, timestamps := range map[string]bool{"": false, "/with-timestamps": true} {
		whole := func(ctx context.Context, c *elevenlabs.Client, req elevenlabs.TTSRequest) error {
			req.Timestamps = timestamps
			return asked(c.Synthesize(ctx, req))
		}
		stream := func(ctx context.Context, c *elevenlabs.Client, req elevenlabs.TTSRequest) error {
			req.Timestamps = timestamps
			return drained(c.SynthesizeStream(ctx, req))
		}
		calls = append(calls, speechCalls("POST /v1/text-to-speech/{voice_id}"+path, whole)...)
		calls = append(calls, speechCalls("POST /v1/text-to-speech/{voice_id}/stream"+path, stream)...)
	}
	return calls
}

func speechCalls(op string, do func(context.Context, *elevenlabs.Client, elevenlabs.TTSRequest) error) []Call {
	return []Call{
		{op, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return do(ctx, c, elevenlabs.TTSRequest{Text: text})
		}},
		{op, "full", func(ctx context.Context, c *elevenlabs.Client) error {
			req, err := fullTTS(ctx, c)
			if err != nil {
				return err
			}
			return do(ctx, c, req)
		}},
		{op, "unlogged", func(ctx context.Context, c *elevenlabs.Client) error {
			return do(ctx, c, elevenlabs.TTSRequest{Text: text, ZeroRetention: true})
		}},
	}
}

// dialogues are the calls of the four endpoints of text to dialogue.
func dialogues() (calls []Call) {
	for path, timestamps := range map[string]bool{"": false, "/with-timestamps": true} {
		whole := func(ctx context.Context, c *elevenlabs.Client, req elevenlabs.DialogueRequest) error {
			req.Timestamps = timestamps
			return asked(c.Dialogue(ctx, req))
		}
		stream := func(ctx context.Context, c *elevenlabs.Client, req elevenlabs.DialogueRequest) error {
			req.Timestamps = timestamps
			return drained(c.DialogueStream(ctx, req))
		}
		calls = append(calls, dialogueCalls("POST /v1/text-to-dialogue"+path, whole)...)
		calls = append(calls, dialogueCalls("POST /v1/text-to-dialogue/stream"+path, stream)...)
	}
	return calls
}

func dialogueCalls(op string, do func(context.Context, *elevenlabs.Client, elevenlabs.DialogueRequest) error) []Call {
	lines := []elevenlabs.DialogueInput{
		{Text: "[laughs] Hello.", VoiceID: elevenlabstest.VoiceSarah}, {Text: "Hi there.", VoiceID: elevenlabstest.VoiceSarah},
	}
	return []Call{
		{op, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return do(ctx, c, elevenlabs.DialogueRequest{Inputs: lines})
		}},
		{op, "full", func(ctx context.Context, c *elevenlabs.Client) error {
			locators, err := locators(ctx, c)
			if err != nil {
				return err
			}
			return do(ctx, c, elevenlabs.DialogueRequest{
				Inputs: lines, ModelID: "eleven_v3", Format: elevenlabs.FormatPCM_16000, LanguageCode: "en",
				Stability: elevenlabs.Ptr(0.5), Dictionaries: locators, Seed: elevenlabs.Ptr[uint32](7),
				TextNormalization: "off", ZeroRetention: true,
			})
		}},
	}
}

// sounds are the calls of sound generation.
func sounds() []Call {
	const op = "POST /v1/sound-generation"
	return []Call{
		{op, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.SoundEffect(ctx, elevenlabs.SoundEffectRequest{Text: "rain"}))
		}},
		{op, "full", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.SoundEffect(ctx, elevenlabs.SoundEffectRequest{
				Text: "rain", Duration: 1500 * time.Millisecond, Loop: true, PromptInfluence: elevenlabs.Ptr(0.7),
				ModelID: "eleven_text_to_sound_v2", Format: elevenlabs.FormatPCM_16000,
			}))
		}},
	}
}
