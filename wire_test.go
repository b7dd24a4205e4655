package elevenlabs_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden compares bytes with a file in testdata/wire.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "wire", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// sentRequest is a request as a server saw it.
type sentRequest struct {
	*http.Request
	body []byte
}

// capture performs a call and returns what it sent.
func capture(t *testing.T, answer *http.Response, call func(*elevenlabs.Client) error) sentRequest {
	t.Helper()
	var got sentRequest
	c := clientOn(t, drained(func(r *http.Request, body []byte) (*http.Response, error) {
		got = sentRequest{r, body}
		return answer, nil
	}))
	require.NoError(t, call(c))
	return got
}

func audioAnswer() *http.Response { return answered(200, "audio/mpeg", "\xff\xfbaudio") }

func fullTTSRequest() elevenlabs.TTSRequest {
	return elevenlabs.TTSRequest{
		Text: "Hello <there> & “you”", VoiceID: "21m00Tcm4TlvDq8ikWAM", ModelID: "eleven_flash_v2_5", Format: elevenlabs.FormatPCM_16000,
		LanguageCode: "en", Seed: elevenlabs.Ptr(uint32(4294967295)),
		VoiceSettings: &elevenlabs.VoiceSettings{
			Stability: elevenlabs.Ptr(0.0), SimilarityBoost: elevenlabs.Ptr(0.75), Style: elevenlabs.Ptr(0.1),
			UseSpeakerBoost: elevenlabs.Ptr(false), Speed: elevenlabs.Ptr(1.1),
		},
		Dictionaries: []elevenlabs.DictionaryLocator{{ID: "d1", VersionID: "v1"}, {ID: "d2"}},
		PreviousText: "Before.", NextText: "After.",
		PreviousRequestIDs: []string{"r1"}, NextRequestIDs: []string{"r2", "r3"},
		TextNormalization: "on", LanguageTextNormalization: true, UsePVCAsIVC: true,
		OptimizeStreamingLatency: elevenlabs.Ptr(0),
		Extra:                    map[string]any{"new_field": []int{1, 2}},
	}
}

func TestSynthesize_SendsEveryField(t *testing.T) {
	t.Parallel()
	got := capture(t, audioAnswer(), func(c *elevenlabs.Client) error {
		_, err := c.Synthesize(t.Context(), fullTTSRequest())
		return err
	})
	require.Equal(t, "POST", got.Method)
	require.Equal(t, "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM", got.URL.Path)
	require.Equal(t, "output_format=pcm_16000&optimize_streaming_latency=0", got.URL.RawQuery)
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, got.body, "", "  "))
	golden(t, "tts-full.json", pretty.Bytes())
}

func TestSynthesize_SendsNothingThatWasNotSet(t *testing.T) {
	t.Parallel()
	got := capture(t, audioAnswer(), func(c *elevenlabs.Client) error {
		_, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello", ZeroRetention: true})
		return err
	})
	require.Equal(t, "output_format=mp3_44100_128&enable_logging=false", got.URL.RawQuery)
	require.JSONEq(t, `{"text":"Hello","model_id":"eleven_multilingual_v2"}`, string(got.body))
}

func TestTTS_IsSynthesize(t *testing.T) {
	t.Parallel()
	settings := elevenlabs.VoiceSettings{Speed: elevenlabs.Ptr(0.9)}
	short := capture(t, audioAnswer(), func(c *elevenlabs.Client) error {
		_, err := c.TTS(t.Context(), "Hello", elevenlabs.WithVoice("v"), elevenlabs.WithModel("eleven_v3"),
			elevenlabs.WithFormat(elevenlabs.FormatULaw_8000), elevenlabs.WithVoiceSettings(settings))
		return err
	})
	long := capture(t, audioAnswer(), func(c *elevenlabs.Client) error {
		_, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{
			Text: "Hello", VoiceID: "v", ModelID: "eleven_v3", Format: elevenlabs.FormatULaw_8000, VoiceSettings: &settings,
		})
		return err
	})
	require.Equal(t, string(long.body), string(short.body))
	require.Equal(t, long.URL.String(), short.URL.String())
}

func TestSynthesizeStream_SendsTheSame(t *testing.T) {
	t.Parallel()
	got := capture(t, audioAnswer(), func(c *elevenlabs.Client) error {
		s, err := c.SynthesizeStream(t.Context(), fullTTSRequest())
		if err == nil {
			s.Close()
		}
		return err
	})
	require.Equal(t, "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream", got.URL.Path)
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, got.body, "", "  "))
	golden(t, "tts-full.json", pretty.Bytes())
}

func TestClient_DefaultsOfTheClient(t *testing.T) {
	t.Parallel()
	var got sentRequest
	c := clientOn(t, drained(func(r *http.Request, body []byte) (*http.Response, error) {
		got = sentRequest{r, body}
		return audioAnswer(), nil
	}), elevenlabs.WithVoice("mine"), elevenlabs.WithModel("eleven_flash_v2"), elevenlabs.WithFormat("mp3_22050_32"))
	_, err := c.TTS(t.Context(), "Hello", elevenlabs.WithModel("eleven_v3"))
	require.NoError(t, err)
	require.Equal(t, "/v1/text-to-speech/mine", got.URL.Path)
	require.Equal(t, "output_format=mp3_22050_32", got.URL.RawQuery)
	require.JSONEq(t, `{"text":"Hello","model_id":"eleven_v3"}`, string(got.body))
}

func fullSTTRequest(source elevenlabs.AudioSource) elevenlabs.STTRequest {
	return elevenlabs.STTRequest{
		Audio: source, ModelID: "scribe_v2", LanguageCode: "deu", TagAudioEvents: elevenlabs.Ptr(false), NumSpeakers: 2,
		TimestampsGranularity: "character", Diarize: true,
		AdditionalFormats: []elevenlabs.AdditionalFormat{
			{Format: "srt", MaxCharactersPerLine: elevenlabs.Ptr(30)}, {Format: "txt", IncludeSpeakers: elevenlabs.Ptr(false)},
		},
		FileFormat: "other", Webhook: true, WebhookID: "hook1", WebhookMetadata: map[string]any{"order": "7"},
		Temperature: elevenlabs.Ptr(0.0), Seed: elevenlabs.Ptr(uint32(0)),
		UseMultiChannel: true, MultichannelOutputStyle: "separate",
		EntityDetection: []string{"pii", "name"}, EntityRedaction: []string{"name"}, EntityRedactionMode: "entity_type",
		NoVerbatim: true, UseSpeakerLibrary: true, Keyterms: []string{"Grüße", "ACME Corp"},
		ZeroRetention: true, Extra: map[string]string{"new_part": "x"},
	}
}

// readForm lists a multipart body in order: name, headers, value.
func readForm(t *testing.T, r sentRequest) []byte {
	t.Helper()
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	require.NoError(t, err)
	form := multipart.NewReader(bytes.NewReader(r.body), params["boundary"])
	var out bytes.Buffer
	for {
		part, err := form.NextRawPart()
		if err == io.EOF {
			return out.Bytes()
		}
		require.NoError(t, err)
		value, err := io.ReadAll(part)
		require.NoError(t, err)
		out.WriteString(part.Header.Get("Content-Disposition"))
		if ct := part.Header.Get("Content-Type"); ct != "" {
			out.WriteString(" (" + ct + ")")
		}
		out.WriteString(" = " + string(value) + "\n")
	}
}

func transcriptAnswer() *http.Response {
	return answered(200, "application/json", `{"language_code":"eng","text":"Hello","words":[]}`)
}

func TestTranscribe_SendsEveryField(t *testing.T) {
	t.Parallel()
	got := capture(t, transcriptAnswer(), func(c *elevenlabs.Client) error {
		_, err := c.Transcribe(t.Context(), fullSTTRequest(elevenlabs.AudioBytes([]byte("RIFFaudio"), "audio/wav")))
		return err
	})
	require.Equal(t, "/v1/speech-to-text", got.URL.Path)
	require.Equal(t, "enable_logging=false", got.URL.RawQuery)
	require.Equal(t, int64(len(got.body)), got.ContentLength, "the length is told in advance")
	golden(t, "stt-full.txt", readForm(t, got))
}

func TestTranscribe_OtherSources(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), `my "talk".mp3`)
	require.NoError(t, os.WriteFile(path, []byte("fileaudio"), 0o600))
	for name, source := range map[string]elevenlabs.AudioSource{
		"file":   elevenlabs.AudioFile(path),
		"seeker": elevenlabs.AudioReader(strings.NewReader("fileaudio"), "audio/mpeg"),
		"sized":  elevenlabs.AudioReader(bytes.NewBufferString("fileaudio"), "audio/mpeg; codecs=mp3"),
		"reader": elevenlabs.AudioReader(io.MultiReader(strings.NewReader("fileaudio")), ""),
		"url":    elevenlabs.AudioURL("https://example.com/a.mp3?sig=1"),
		"cloud":  elevenlabs.AudioCloudURL("https://storage.example.com/a.mp3"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := capture(t, transcriptAnswer(), func(c *elevenlabs.Client) error {
				_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: source})
				return err
			})
			golden(t, "stt-"+name+".txt", readForm(t, got))
			want := int64(len(got.body))
			if name == "reader" {
				want = -1
			}
			require.Equal(t, want, got.ContentLength)
		})
	}
}

func TestTranscribe_SingleUseTokenStandsInForTheKey(t *testing.T) {
	t.Parallel()
	got := capture(t, transcriptAnswer(), func(c *elevenlabs.Client) error {
		_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioURL("https://example.com/a"), Token: "sutkn_1"})
		return err
	})
	require.Equal(t, "token=sutkn_1", got.URL.RawQuery)
	require.Empty(t, got.Header.Get("Xi-Api-Key"))
}

func TestSTT_IsTranscribe(t *testing.T) {
	t.Parallel()
	short := capture(t, transcriptAnswer(), func(c *elevenlabs.Client) error {
		text, err := c.STT(t.Context(), []byte("audio"), "audio/ogg", elevenlabs.WithLanguage("en"), elevenlabs.WithSTTModel("scribe_v1"))
		require.Equal(t, "Hello", text)
		return err
	})
	long := capture(t, transcriptAnswer(), func(c *elevenlabs.Client) error {
		_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{
			Audio: elevenlabs.AudioBytes([]byte("audio"), "audio/ogg"), LanguageCode: "en", ModelID: "scribe_v1",
		})
		return err
	})
	require.Equal(t, string(readForm(t, long)), string(readForm(t, short)))
}

func TestDecodeTranscript_Shapes(t *testing.T) {
	t.Parallel()
	one, err := elevenlabs.DecodeTranscript([]byte(`{"language_code":"eng","language_probability":0.98,"text":"Hello world!",
		"words":[{"text":"Hello","start":0.0,"end":0.5,"type":"word","speaker_id":"speaker_0","logprob":-0.0000835,
		"characters":[{"text":"H","start":0.0,"end":0.1}],"channel_index":null},{"text":" ","type":"spacing","speaker_id":null,"new":1}],
		"transcription_id":"5Ook","audio_duration_secs":56,"entities":[{"text":"Anna","entity_type":"name","start_char":0,"end_char":4}],
		"additional_formats":[null,{"requested_format":"srt","file_extension":"srt","content_type":"text/plain","is_base64_encoded":false,"content":"1"}],
		"unknown":{"a":1}}`))
	require.NoError(t, err)
	require.Equal(t, "Hello world!", one.Text)
	require.InDelta(t, 0.98, one.LanguageProbability, 1e-9)
	require.InDelta(t, 56, *one.AudioSeconds, 1e-9)
	require.Len(t, one.Words, 2)
	require.InDelta(t, 0.5, *one.Words[0].End, 1e-9)
	require.Equal(t, "speaker_0", one.Words[0].SpeakerID)
	require.Equal(t, "H", one.Words[0].Characters[0].Text)
	require.Nil(t, one.Words[1].Start)
	require.Equal(t, "name", one.Entities[0].Type)
	require.Equal(t, "1", one.AdditionalFormats[1].Content)
	require.Equal(t, "5Ook", one.TranscriptionID)
	require.JSONEq(t, `{"a":1}`, string(one.Extra["unknown"]))

	several, err := elevenlabs.DecodeTranscript([]byte(`{"transcripts":[{"text":"a","channel_index":0,"language_code":"eng"},{"text":"b","channel_index":1}],"transcription_id":"t","audio_duration_secs":null}`))
	require.NoError(t, err)
	require.Len(t, several.Channels, 2)
	require.Equal(t, 1, *several.Channels[1].ChannelIndex)
	require.Equal(t, "t", several.TranscriptionID)

	accepted, err := elevenlabs.DecodeTranscript([]byte(`{"message":"Request accepted","request_id":"abc123","transcription_id":null}`))
	require.NoError(t, err)
	require.Equal(t, &elevenlabs.Acceptance{RequestID: "abc123", Message: "Request accepted"}, accepted.Accepted)

	silence, err := elevenlabs.DecodeTranscript([]byte(`{"text":"","words":[]}`))
	require.NoError(t, err)
	require.Empty(t, silence.Text)

	for _, bad := range []string{``, `null`, `{}`, `[]`, `{"text":7}`, `{"text":null}`, `<html>`, `{"detail":"x"}`} {
		_, err := elevenlabs.DecodeTranscript([]byte(bad))
		require.ErrorIs(t, err, elevenlabs.ErrMalformed, bad)
	}
}

func TestSTT_JoinsSeparateChannels(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", `{"transcripts":[{"text":"left"},{"text":"right"}]}`), nil
	}))
	text, err := c.STT(t.Context(), []byte("audio"), "")
	require.NoError(t, err)
	require.Equal(t, "left\nright", text)
}

func TestSTT_AnswerThatIsNoTranscript(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "text/html", `<html>`), nil
	}))
	_, err := c.STT(t.Context(), []byte("audio"), "")
	var resp *elevenlabs.ResponseError
	require.ErrorAs(t, err, &resp)
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
}
