package specimen

//lint:file-ignore SA1019 what the vendor has deprecated is a part of its specification

import (
	"context"
	"strings"

	"github.com/elevenlabs-go/elevenlabs"
)

const webhookID = "hook1"

// aside are transcription requests by name; together they have every field.
func sttRequests() map[string]elevenlabs.STTRequest {
	return map[string]elevenlabs.STTRequest{
		Least: {},
		"full": {
			ModelID: "scribe_v2", LanguageCode: "eng", TagAudioEvents: elevenlabs.Ptr(false), NumSpeakers: 2,
			TimestampsGranularity: "character", Diarize: true, AdditionalFormats: formats(), FileFormat: "other",
			Temperature: elevenlabs.Ptr(0.0), Seed: elevenlabs.Ptr[uint32](0),
			EntityDetection: []string{"pii", "name"}, NoVerbatim: true, UseSpeakerLibrary: true, DetectSpeakerRoles: true,
			Keyterms: []string{"hello", "over there"}, ZeroRetention: true,
		},
		"one entity": {
			EntityDetection: []string{"all"}, EntityRedaction: []string{"all"}, EntityRedactionMode: "redacted",
			Diarize: true, DiarizationThreshold: elevenlabs.Ptr(0.3),
		},
		"redacted": {
			EntityDetection: []string{"pii", "name"}, EntityRedaction: []string{"pii", "name"}, EntityRedactionMode: "entity_type",
		},
		"channels":          {UseMultiChannel: true, MultichannelOutputStyle: "separate", Channels: 2},
		"combined channels": {UseMultiChannel: true, MultichannelOutputStyle: "combined", Channels: 2},
		"webhook": {
			Webhook: true, WebhookID: webhookID, WebhookMetadata: map[string]any{"order": 7, "for": map[string]any{"who": "me"}},
		},
		"URL":       {Audio: elevenlabs.AudioURL("https://example.com/a.mp3?sig=1&more=2")},
		"cloud URL": {Audio: elevenlabs.AudioCloudURL("https://storage.example.com/a.mp3")},
	}
}

// formats are the files of a transcript, each with everything that it takes.
func formats() (all []elevenlabs.AdditionalFormat) {
	for _, name := range strings.Fields("segmented_json docx pdf txt html srt") {
		f := elevenlabs.AdditionalFormat{
			Format: name, IncludeSpeakers: elevenlabs.Ptr(true), IncludeTimestamps: elevenlabs.Ptr(true),
			SegmentOnSilenceLongerThan: elevenlabs.Ptr(1.5), MaxSegmentDuration: elevenlabs.Ptr(5.0), MaxSegmentChars: elevenlabs.Ptr(90),
		}
		if name == "txt" || name == "srt" {
			f.MaxCharactersPerLine = elevenlabs.Ptr(50)
		}
		all = append(all, f)
	}
	return all
}

// stereo is a WAV of a quarter of a second with two channels.
func stereo() elevenlabs.AudioSource {
	const size = 2 * 2 * 4000 // bytes: channels, bytes a sample, samples
	head := "RIFF" + le(size+36, 4) + "WAVEfmt " + le(16, 4) + le(1, 2) + le(2, 2) + le(16_000, 4) + le(64_000, 4) + le(4, 2) + le(16, 2)
	return elevenlabs.AudioBytes([]byte(head+"data"+le(size, 4)+strings.Repeat("\x00\x10", size/2)), "audio/wav")
}

// le writes a number of so many bytes, the lowest first.
func le(n, bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
	return string(b)
}

// transcripts are the calls of speech to text.
func transcripts() (calls []Call) {
	const op, kept = "POST /v1/speech-to-text", "/v1/speech-to-text/transcripts/{transcription_id}"
	for name, req := range sttRequests() {
		calls = append(calls, Call{op, name, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(transcribed(ctx, c, req))
		}})
	}
	for name, req := range map[string]elevenlabs.STTRequest{
		Least: {}, "full": {Diarize: true, AdditionalFormats: formats(), EntityDetection: []string{"all"}}, "channels": {UseMultiChannel: true},
	} {
		calls = append(calls, Call{"GET " + kept, name, func(ctx context.Context, c *elevenlabs.Client) error {
			t, err := transcribed(ctx, c, req)
			if err != nil {
				return err
			}
			return asked(c.Transcript(ctx, t.TranscriptionID))
		}})
	}
	return append(calls,
		Call{op, "single-use token", func(ctx context.Context, c *elevenlabs.Client) error {
			token, err := c.NewToken(ctx, elevenlabs.TokenSTT)
			if err != nil {
				return err
			}
			return asked(transcribed(ctx, c, elevenlabs.STTRequest{Token: token}))
		}},
		Call{op, "raw", func(ctx context.Context, c *elevenlabs.Client) error {
			audio, err := rawRecorded(ctx, c)
			if err != nil {
				return err
			}
			return asked(transcribed(ctx, c, elevenlabs.STTRequest{Audio: audio, FileFormat: raw}))
		}},
		Call{"DELETE " + kept, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			t, err := transcribed(ctx, c, elevenlabs.STTRequest{})
			if err != nil {
				return err
			}
			return c.DeleteTranscript(ctx, t.TranscriptionID)
		}})
}

// transcribed transcribes a request's audio, else a recording that fits.
func transcribed(ctx context.Context, c *elevenlabs.Client, req elevenlabs.STTRequest) (*elevenlabs.Transcript, error) {
	var err error
	switch {
	case req.Audio.String() != elevenlabs.AudioSource{}.String():
	case req.UseMultiChannel:
		req.Audio = stereo()
	default:
		req.Audio, err = recorded(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	return c.Transcribe(ctx, req)
}

// tokens are the calls that make single-use tokens.
func tokens() (calls []Call) {
	for _, typ := range []elevenlabs.TokenType{elevenlabs.TokenSTT, elevenlabs.TokenRealtimeSTT, elevenlabs.TokenTTS} {
		calls = append(calls, Call{"POST /v1/single-use-token/{token_type}", string(typ), func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.NewToken(ctx, typ))
		}})
	}
	return calls
}
