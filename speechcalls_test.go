package elevenlabs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const (
	sarah  = "EXAVITQu4vr4xnSDxMaL"
	george = "JBFqnCBsd6RMkjVDRZzb"
)

var talk = elevenlabs.DialogueRequest{Inputs: []elevenlabs.DialogueInput{
	{Text: "Hello, how are you?", VoiceID: sarah},
	{Text: "[laughs] Fine, and you?", VoiceID: george},
	{Text: "Fine.", VoiceID: sarah},
}}

func noise() elevenlabs.AudioSource {
	return elevenlabs.AudioBytes(bytes.Repeat([]byte("noise"), 10_000), "audio/mpeg")
}

// speechCalls are the calls of this file by the name they have in errors, each
// with good arguments. Streams are read to their end.
var speechCalls = map[string]func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error){
	"Dialogue": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return whole(c.Dialogue(ctx, talk))
	},
	"Dialogue stream": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return drain(c.DialogueStream(ctx, talk))
	},
	"Dialogue with times": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return whole(c.Dialogue(ctx, timedTalk()))
	},
	"Dialogue stream with times": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return drain(c.DialogueStream(ctx, timedTalk()))
	},
	"Voice changer": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return whole(c.ConvertVoice(ctx, elevenlabs.VoiceChangeRequest{Audio: noise()}))
	},
	"Voice changer stream": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return drain(c.ConvertVoiceStream(ctx, elevenlabs.VoiceChangeRequest{Audio: noise()}))
	},
	"Isolation": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return whole(c.Isolate(ctx, elevenlabs.IsolationRequest{Audio: noise()}))
	},
	"Isolation stream": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return drain(c.IsolateStream(ctx, elevenlabs.IsolationRequest{Audio: noise()}))
	},
	"Forced alignment": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		a, err := c.Align(ctx, elevenlabs.ForcedAlignmentRequest{Audio: noise(), Text: "Hello there"})
		if err != nil {
			return elevenlabs.Meta{}, err
		}
		return a.Meta, nil
	},
	"Sound effect": func(ctx context.Context, c *elevenlabs.Client) (elevenlabs.Meta, error) {
		return whole(c.SoundEffect(ctx, elevenlabs.SoundEffectRequest{Text: "gentle rain"}))
	},
}

func whole(s *elevenlabs.Speech, err error) (elevenlabs.Meta, error) {
	if err != nil {
		return elevenlabs.Meta{}, err
	}
	return s.Meta, nil
}

func drain(s *elevenlabs.SpeechStream, err error) (elevenlabs.Meta, error) {
	if err != nil {
		return elevenlabs.Meta{}, err
	}
	defer s.Close()
	_, err = io.Copy(io.Discard, s)
	return s.Meta, err
}

func timedTalk() elevenlabs.DialogueRequest {
	timed := talk
	timed.Timestamps = true
	return timed
}

func eachSpeechCall(t *testing.T, story func(t *testing.T, op string, call func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error))) {
	t.Helper()
	t.Parallel()
	for op, call := range speechCalls {
		name := strings.TrimSuffix(op, " with times")
		t.Run(op, func(t *testing.T) { bubble(t, func(t *testing.T) { story(t, name, call) }) })
	}
}

func familyOf(op string) elevenlabs.Family {
	if op == "Forced alignment" {
		return elevenlabs.FamilySTT
	}
	return standard
}

func TestSpeechCalls_KeepToTheLimit(t *testing.T) {
	eachSpeechCall(t, func(t *testing.T, op string, call func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error)) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second),
			elevenlabstest.WithLimit(familyOf(op), 2))
		c := srv.Client(elevenlabs.WithConcurrency(familyOf(op), 2))
		at := time.Now()
		var calls sync.WaitGroup
		for range 6 {
			calls.Go(func() {
				if _, err := call(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		require.Equal(t, 3*time.Second, time.Since(at).Truncate(time.Millisecond))
		usage := srv.Usage().Families[familyOf(op)]
		require.Equal(t, 6, usage.Served)
		require.Equal(t, 2, usage.MaxInFlight)
		require.Zero(t, usage.Refused)
	})
}

func TestSpeechCalls_RefusalsAndFailuresAreRetried(t *testing.T) {
	eachSpeechCall(t, func(t *testing.T, op string, call func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error)) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(503, ""), elevenlabstest.ConcurrencyRefusal(), elevenlabstest.SystemBusy())
		meta, err := call(t.Context(), srv.Client())
		require.NoError(t, err)
		require.Equal(t, 4, meta.Attempts)
		require.Equal(t, 1, srv.Usage().Families[familyOf(op)].Served)
	})
}

func TestSpeechCalls_ALostAnswerIsNotPaidTwice(t *testing.T) {
	eachSpeechCall(t, func(t *testing.T, op string, call func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error)) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.ResetAfter(0))
		_, err := call(t.Context(), srv.Client())
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)
		require.Equal(t, op, lost.Op)
		require.Len(t, srv.Requests(), 1, "not sent again, nor looked for in the history")
		require.Zero(t, srv.Usage().BilledTwice)
	})
}

func TestSpeechCalls_ErrorsCarryTheirName(t *testing.T) {
	eachSpeechCall(t, func(t *testing.T, op string, call func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error)) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithRejectKey("emulator-key"))
		c := srv.Client(elevenlabs.WithAPIKey("emulator-key"))
		_, err := call(t.Context(), c)
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
		require.ErrorContains(t, err, "elevenlabs: "+op+": ")
		require.NotContains(t, err.Error(), "emulator-key")
	})
}

func TestSpeechCalls_AnswersThatAreNotAudio(t *testing.T) {
	eachSpeechCall(t, func(t *testing.T, op string, call func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error)) {
		srv := atOnce(t)
		c := srv.Client(elevenlabs.WithMaxRetries(0))
		srv.Inject(elevenlabstest.WrongContentType("text/html", "<html>portal</html>"))
		_, err := call(t.Context(), c)
		if strings.HasSuffix(t.Name(), "with_times") || op == "Forced alignment" {
			require.ErrorIs(t, err, elevenlabs.ErrMalformed)
			return
		}
		require.ErrorIs(t, err, elevenlabs.ErrNotAudio)
	})
}

func TestSpeechCalls_AStreamThatBreaksTellsHowFarItCame(t *testing.T) {
	eachSpeechCall(t, func(t *testing.T, op string, call func(context.Context, *elevenlabs.Client) (elevenlabs.Meta, error)) {
		if !strings.HasSuffix(op, "stream") {
			t.Skip("not a stream")
		}
		srv := atOnce(t)
		srv.Inject(elevenlabstest.CutAfter(20_000))
		_, err := call(t.Context(), srv.Client())
		var broken *elevenlabs.PartialError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, op, broken.Op)
		if strings.HasSuffix(t.Name(), "with_times") {
			require.Less(t, broken.Bytes, int64(20_000), "it came as base64")
			require.Positive(t, broken.Bytes)
			require.NotEmpty(t, broken.Alignment.Text())
		} else {
			require.Equal(t, int64(20_000), broken.Bytes)
		}
		require.Len(t, srv.Requests(), 1)
	})
}

func TestSpeechCalls_OfAClientThatNewDidNotMake(t *testing.T) {
	t.Parallel()
	for op, call := range speechCalls {
		_, err := call(t.Context(), new(elevenlabs.Client))
		var arg *elevenlabs.ArgumentError
		require.ErrorAs(t, err, &arg, op)
		require.Equal(t, "Client", arg.Field)
	}
}

func TestSpeechCalls_WhatAnswersTell(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		meta, err := speechCalls["Dialogue"](t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, 19+23+5, meta.CharacterCost)
		require.NotEmpty(t, meta.HistoryItemID)
		require.Equal(t, 3, meta.Limit)

		meta, err = speechCalls["Sound effect"](t.Context(), c)
		require.NoError(t, err)
		require.Positive(t, meta.CharacterCost)
		require.Empty(t, meta.RequestID)
		require.Zero(t, meta.Limit, "no concurrency headers")
	})
}

func TestSpeechCalls_SendEveryField(t *testing.T) {
	t.Parallel()
	settings := &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(0.0), UseSpeakerBoost: elevenlabs.Ptr(false)}
	dialogue := elevenlabs.DialogueRequest{
		Inputs: talk.Inputs, ModelID: "eleven_v4", Format: elevenlabs.FormatPCM_16000, LanguageCode: "en",
		Stability: elevenlabs.Ptr(0.0), Dictionaries: []elevenlabs.DictionaryLocator{{ID: "d1", VersionID: "v1"}, {ID: "d2"}},
		Seed: elevenlabs.Ptr(uint32(4294967295)), TextNormalization: "off", ZeroRetention: true,
		Extra: map[string]any{"previous_text": "Before."},
	}
	change := elevenlabs.VoiceChangeRequest{
		Audio: elevenlabs.AudioBytes([]byte("audio"), "audio/wav"), VoiceID: sarah, ModelID: "eleven_multilingual_sts_v2",
		Format: elevenlabs.FormatULaw_8000, VoiceSettings: settings, Seed: elevenlabs.Ptr(uint32(7)), RemoveBackgroundNoise: true,
		FileFormat: "pcm_s16le_16", ZeroRetention: true, OptimizeStreamingLatency: elevenlabs.Ptr(0),
		Extra: map[string]string{"new_part": "x"},
	}
	for file, tt := range map[string]struct {
		path, query string
		answer      *http.Response
		call        func(*elevenlabs.Client) error
	}{
		"dialogue-full.json": {"/v1/text-to-dialogue", "output_format=pcm_16000&enable_logging=false", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := c.Dialogue(t.Context(), dialogue)
			return err
		}},
		"dialogue.json": {"/v1/text-to-dialogue/stream", "output_format=mp3_44100_128", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := drain(c.DialogueStream(t.Context(), talk))
			return err
		}},
		"voice-changer-full.txt": {"/v1/speech-to-speech/" + sarah, "output_format=ulaw_8000&enable_logging=false&optimize_streaming_latency=0", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := c.ConvertVoice(t.Context(), change)
			return err
		}},
		"voice-changer.txt": {"/v1/speech-to-speech/voice/stream", "output_format=mp3_44100_128", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := drain(c.ConvertVoiceStream(t.Context(), elevenlabs.VoiceChangeRequest{Audio: change.Audio}))
			return err
		}},
		"isolation-full.txt": {"/v1/audio-isolation", "", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := c.Isolate(t.Context(), elevenlabs.IsolationRequest{Audio: change.Audio, FileFormat: "other", PreviewB64: "cA==", Extra: change.Extra})
			return err
		}},
		"isolation.txt": {"/v1/audio-isolation/stream", "", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := drain(c.IsolateStream(t.Context(), elevenlabs.IsolationRequest{Audio: change.Audio}))
			return err
		}},
		"forced-alignment.txt": {"/v1/forced-alignment", "", answered(200, "application/json", `{"characters":[],"words":[],"loss":0}`), func(c *elevenlabs.Client) error {
			_, err := c.Align(t.Context(), elevenlabs.ForcedAlignmentRequest{Audio: change.Audio, Text: "Hello <there> & “you”", Extra: change.Extra})
			return err
		}},
		"sound-full.json": {"/v1/sound-generation", "output_format=opus_48000_32", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := c.SoundEffect(t.Context(), elevenlabs.SoundEffectRequest{
				Text: "rain", Duration: 2500 * time.Millisecond, Loop: true, PromptInfluence: elevenlabs.Ptr(0.0),
				ModelID: "eleven_text_to_sound_v2", Format: elevenlabs.FormatOpus_48000_32, Extra: map[string]any{"new_field": 1},
			})
			return err
		}},
		"sound.json": {"/v1/sound-generation", "output_format=mp3_44100_128", audioAnswer(), func(c *elevenlabs.Client) error {
			_, err := c.SoundEffect(t.Context(), elevenlabs.SoundEffectRequest{Text: "rain"})
			return err
		}},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			got := capture(t, tt.answer, tt.call)
			require.Equal(t, "POST", got.Method)
			require.Equal(t, tt.path, got.URL.Path)
			require.Equal(t, tt.query, got.URL.RawQuery)
			require.Equal(t, int64(len(got.body)), got.ContentLength)
			if strings.HasSuffix(file, ".txt") {
				golden(t, file, readForm(t, got))
				return
			}
			var pretty bytes.Buffer
			require.NoError(t, json.Indent(&pretty, got.body, "", "  "))
			golden(t, file, pretty.Bytes())
		})
	}
}
