package specimen

//lint:file-ignore SA1019 what the vendor has deprecated is a part of its specification

import (
	"context"
	"slices"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// recorded returns a recording of the text.
func recorded(ctx context.Context, c *elevenlabs.Client) (elevenlabs.AudioSource, error) {
	audio, err := c.TTS(ctx, text)
	return elevenlabs.AudioBytes(audio, "audio/mpeg"), err
}

// rawRecorded returns a recording without a header.
func rawRecorded(ctx context.Context, c *elevenlabs.Client) (elevenlabs.AudioSource, error) {
	audio, err := c.TTS(ctx, text, elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
	return elevenlabs.AudioBytes(audio, ""), err
}

const raw = "pcm_s16le_16"

// recordings are the calls that make audio of audio, or time it.
func recordings() []Call {
	return slices.Concat(voiceChanger(), isolation(), alignment(), sounds())
}

func voiceChanger() (calls []Call) {
	for op, do := range map[string]func(context.Context, *elevenlabs.Client, elevenlabs.VoiceChangeRequest) error{
		"POST /v1/speech-to-speech/{voice_id}": func(ctx context.Context, c *elevenlabs.Client, req elevenlabs.VoiceChangeRequest) error {
			return asked(c.ConvertVoice(ctx, req))
		},
		"POST /v1/speech-to-speech/{voice_id}/stream": func(ctx context.Context, c *elevenlabs.Client, req elevenlabs.VoiceChangeRequest) error {
			return drained(c.ConvertVoiceStream(ctx, req))
		},
	} {
		calls = append(calls,
			Call{op, Least, func(ctx context.Context, c *elevenlabs.Client) error {
				audio, err := recorded(ctx, c)
				if err != nil {
					return err
				}
				return do(ctx, c, elevenlabs.VoiceChangeRequest{Audio: audio})
			}},
			Call{op, "full", func(ctx context.Context, c *elevenlabs.Client) error {
				audio, err := rawRecorded(ctx, c)
				if err != nil {
					return err
				}
				return do(ctx, c, elevenlabs.VoiceChangeRequest{
					Audio: audio, VoiceID: elevenlabstest.VoiceSarah, ModelID: "eleven_multilingual_sts_v2",
					Format: elevenlabs.FormatPCM_16000, VoiceSettings: fullSettings(), Seed: elevenlabs.Ptr[uint32](7),
					RemoveBackgroundNoise: true, FileFormat: raw, ZeroRetention: true, OptimizeStreamingLatency: elevenlabs.Ptr(1),
				})
			}})
	}
	return calls
}

func isolation() []Call {
	const op = "POST /v1/audio-isolation"
	return []Call{
		{op, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			audio, err := recorded(ctx, c)
			if err != nil {
				return err
			}
			return asked(c.Isolate(ctx, elevenlabs.IsolationRequest{Audio: audio}))
		}},
		{op, "full", func(ctx context.Context, c *elevenlabs.Client) error {
			audio, err := rawRecorded(ctx, c)
			if err != nil {
				return err
			}
			return asked(c.Isolate(ctx, elevenlabs.IsolationRequest{Audio: audio, FileFormat: raw, PreviewB64: "iVBORw0KGgo="}))
		}},
		{op + "/stream", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			audio, err := recorded(ctx, c)
			if err != nil {
				return err
			}
			return drained(c.IsolateStream(ctx, elevenlabs.IsolationRequest{Audio: audio}))
		}},
		{op + "/stream", "full", func(ctx context.Context, c *elevenlabs.Client) error {
			audio, err := rawRecorded(ctx, c)
			if err != nil {
				return err
			}
			return drained(c.IsolateStream(ctx, elevenlabs.IsolationRequest{Audio: audio, FileFormat: raw}))
		}},
	}
}

func alignment() []Call {
	return []Call{{"POST /v1/forced-alignment", Least, func(ctx context.Context, c *elevenlabs.Client) error {
		audio, err := recorded(ctx, c)
		if err != nil {
			return err
		}
		return asked(c.Align(ctx, elevenlabs.ForcedAlignmentRequest{Audio: audio, Text: text}))
	}}}
}
