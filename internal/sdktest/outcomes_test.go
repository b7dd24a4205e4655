package sdktest_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"maps"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

const (
	voiceID = "EXAVITQu4vr4xnSDxMaL"
	text    = "Hello there."
	pls     = `<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>UN</grapheme><alias>United Nations</alias></lexeme>
</lexicon>`
)

type (
	list   = []any
	object = map[string]any
)

// An outcome is what a call of calls.js comes to, made with the client of this
// library.
type outcome func(context.Context, *elevenlabs.Client) (any, error)

// outcomes are the calls of calls.js, by its names for them.
func outcomes(base string) map[string]outcome {
	all := make(map[string]outcome)
	for _, of := range []map[string]outcome{speech(), recordings(), account(), history(), voices(), dictionaries(), refusals(base)} {
		maps.Copy(all, of)
	}
	return all
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func whole(s *elevenlabs.Speech, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return digest(s.Audio), nil
}

func streamed(s *elevenlabs.SpeechStream, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	defer s.Close()
	data, err := io.ReadAll(s)
	return digest(data), err
}

func timed(s *elevenlabs.Speech, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	ends := s.Alignment.Ends
	var segments any
	if s.Segments != nil {
		all := list{}
		for _, segment := range s.Segments {
			all = append(all, segment.End)
		}
		segments = all
	}
	return object{"audio": digest(s.Audio), "text": s.Alignment.Text(), "end": ends[len(ends)-1], "segments": segments}, nil
}

func timedStream(s *elevenlabs.SpeechStream, err error) (any, error) {
	audio, err := streamed(s, err)
	if err != nil {
		return nil, err
	}
	return object{"audio": audio, "text": s.Alignment().Text(), "segments": len(s.Segments()) > 0}, nil
}

func speech() map[string]outcome {
	dialogue := elevenlabs.DialogueRequest{Inputs: []elevenlabs.DialogueInput{
		{Text: "Hello.", VoiceID: voiceID}, {Text: "Hi there.", VoiceID: voiceID},
	}}
	timedDialogue := dialogue
	timedDialogue.Timestamps = true
	return map[string]outcome{
		"POST /v1/text-to-dialogue": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return whole(c.Dialogue(ctx, dialogue))
		},
		"POST /v1/text-to-dialogue/stream": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return streamed(c.DialogueStream(ctx, dialogue))
		},
		"POST /v1/text-to-dialogue/with-timestamps": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return timed(c.Dialogue(ctx, timedDialogue))
		},
		"POST /v1/text-to-dialogue/stream/with-timestamps": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return timedStream(c.DialogueStream(ctx, timedDialogue))
		},
		"POST /v1/text-to-speech/{voice_id}": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return whole(c.Synthesize(ctx, elevenlabs.TTSRequest{
				Text: text, Format: elevenlabs.FormatPCM_16000, Seed: elevenlabs.Ptr[uint32](7), PreviousText: "Before.",
				VoiceSettings: &elevenlabs.VoiceSettings{
					Stability: elevenlabs.Ptr(0.4), SimilarityBoost: elevenlabs.Ptr(0.6), Style: elevenlabs.Ptr(0.1),
					UseSpeakerBoost: elevenlabs.Ptr(true), Speed: elevenlabs.Ptr(1.1),
				},
			}))
		},
		"POST /v1/text-to-speech/{voice_id}/stream": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return streamed(c.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: text}))
		},
		"POST /v1/text-to-speech/{voice_id}/with-timestamps": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return timed(c.Synthesize(ctx, elevenlabs.TTSRequest{Text: text, Timestamps: true}))
		},
		"POST /v1/text-to-speech/{voice_id}/stream/with-timestamps": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return timedStream(c.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: text, Timestamps: true}))
		},
		"POST /v1/sound-generation": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return whole(c.SoundEffect(ctx, elevenlabs.SoundEffectRequest{
				Text: "rain", Duration: 1500 * time.Millisecond, PromptInfluence: elevenlabs.Ptr(0.7), Loop: true,
			}))
		},
	}
}

// onRecording makes a call with a recording of the text.
func onRecording(call func(context.Context, *elevenlabs.Client, elevenlabs.AudioSource) (any, error)) outcome {
	return func(ctx context.Context, c *elevenlabs.Client) (any, error) {
		audio, err := c.TTS(ctx, text)
		if err != nil {
			return nil, err
		}
		return call(ctx, c, elevenlabs.AudioBytes(audio, "audio/mpeg"))
	}
}

func heard(t *elevenlabs.Transcript, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	words := list{}
	for _, w := range t.Words {
		if w.Type == "word" {
			words = append(words, list{w.Text, *w.Start, *w.End})
		}
	}
	return object{"text": t.Text, "words": words}, nil
}

func recordings() map[string]outcome {
	const kept = "/v1/speech-to-text/transcripts/{transcription_id}"
	return map[string]outcome{
		"POST /v1/audio-isolation": onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			return whole(c.Isolate(ctx, elevenlabs.IsolationRequest{Audio: a}))
		}),
		"POST /v1/audio-isolation/stream": onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			return streamed(c.IsolateStream(ctx, elevenlabs.IsolationRequest{Audio: a}))
		}),
		"POST /v1/speech-to-speech/{voice_id}": onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			return whole(c.ConvertVoice(ctx, elevenlabs.VoiceChangeRequest{
				Audio: a, VoiceSettings: &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(0.4)}, RemoveBackgroundNoise: true,
			}))
		}),
		"POST /v1/speech-to-speech/{voice_id}/stream": onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			return streamed(c.ConvertVoiceStream(ctx, elevenlabs.VoiceChangeRequest{Audio: a}))
		}),
		"POST /v1/forced-alignment": onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			aligned, err := c.Align(ctx, elevenlabs.ForcedAlignmentRequest{Audio: a, Text: text})
			if err != nil {
				return nil, err
			}
			words := list{}
			for _, w := range aligned.Words {
				words = append(words, w.Text)
			}
			return object{"words": words, "characters": len(aligned.Characters), "loss": aligned.Loss}, nil
		}),
		"POST /v1/speech-to-text": onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			return heard(c.Transcribe(ctx, elevenlabs.STTRequest{
				Audio: a, Keyterms: []string{"hello", "over there"}, EntityDetection: []string{"pii", "name"},
				Diarize: true, NumSpeakers: 2, TimestampsGranularity: "character", AdditionalFormats: []elevenlabs.AdditionalFormat{
					{Format: "srt", MaxCharactersPerLine: elevenlabs.Ptr(30)}, {Format: "txt"},
				},
			}))
		}),
		"GET " + kept: onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			t, err := c.Transcribe(ctx, elevenlabs.STTRequest{Audio: a})
			if err != nil {
				return nil, err
			}
			return heard(c.Transcript(ctx, t.TranscriptionID))
		}),
		"DELETE " + kept: onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
			t, err := c.Transcribe(ctx, elevenlabs.STTRequest{Audio: a})
			if err != nil {
				return nil, err
			}
			if err := c.DeleteTranscript(ctx, t.TranscriptionID); err != nil {
				return nil, err
			}
			_, err = c.Transcript(ctx, t.TranscriptionID)
			return refused(err)
		}),
	}
}

// refused is the outcome of a call that must fail.
func refused(err error) (any, error) {
	var api *elevenlabs.APIError
	switch {
	case err == nil:
		return "nothing was refused", nil
	case errors.As(err, &api):
		return object{"status": api.StatusCode}, nil
	}
	return nil, err
}

func refusals(base string) map[string]outcome {
	speaking := func(req elevenlabs.TTSRequest) outcome {
		return func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			_, err := c.Synthesize(ctx, req)
			return refused(err)
		}
	}
	return map[string]outcome{
		"refusal of a key": func(ctx context.Context, _ *elevenlabs.Client) (any, error) {
			wrong, err := elevenlabs.New(elevenlabs.WithBaseURL(base), elevenlabs.WithAPIKey("invalid-key"))
			if err != nil {
				return nil, err
			}
			_, err = wrong.User(ctx)
			return refused(err)
		},
		"refusal of a voice": speaking(elevenlabs.TTSRequest{Text: text, VoiceID: "nobody"}),
		"refusal of a model": speaking(elevenlabs.TTSRequest{Text: text, ModelID: "nothing"}),
	}
}

// ranged collects something of the first n items of a list.
func ranged[T any](items iter.Seq2[T, error], n int, of func(T) any) (any, error) {
	out := list{}
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		if out = append(out, of(item)); len(out) == n {
			break
		}
	}
	return out, nil
}
