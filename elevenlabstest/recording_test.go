package elevenlabstest_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// sendRecording posts a form with a file in the given field, none if it is
// nil; fields are names and values by turns.
func sendRecording(t *testing.T, srv *elevenlabstest.Server, path, field string, file []byte, fields ...string) answer {
	t.Helper()
	body, contentType := recordingForm(field, file, fields...)
	return send(t, srv, http.MethodPost, path, body, "Content-Type", contentType)
}

func recordingForm(field string, file []byte, fields ...string) (body io.Reader, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	if file != nil {
		p, _ := w.CreateFormFile(field, "speech.mp3")
		_, _ = p.Write(file)
	}
	_ = w.Close()
	return &b, w.FormDataContentType()
}

// seconds measures audio.
func seconds(t *testing.T, b []byte) float64 {
	t.Helper()
	info, ok := audio.Measure(b, int64(len(b)))
	require.True(t, ok)
	return info.Duration.Seconds()
}

const changerPath, isolationPath, alignmentPath = "/v1/speech-to-speech/" + sarah, "/v1/audio-isolation", "/v1/forced-alignment"

func TestVoiceChanger_SaysTheSameForAsLong(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	said := speak(t, srv, "Say it once more.").body
	for _, path := range []string{changerPath, changerPath + "/stream"} {
		a := sendRecording(t, srv, path+"?output_format=mp3_22050_32", "audio", said,
			"voice_settings", `{"stability":0.2,"speed":null}`, "seed", "5", "remove_background_noise", "true", "file_format", "other")
		require.Equal(t, http.StatusOK, a.status, "%s", a.body)
		require.Equal(t, "audio/mpeg", a.header.Get("Content-Type"))
		require.InDelta(t, seconds(t, said), seconds(t, a.body), 0.06)
		require.Equal(t, "26", a.header.Get("Character-Cost"), "1.5 s at 1000 a minute")
		var heard struct{ Text string }
		transcribe(t, srv, a.body).decode(t, &heard)
		require.Equal(t, "Say it once more.", heard.Text)

		item := "/v1/history/" + a.header.Get("History-Item-Id")
		var it map[string]any
		get(t, srv, item).decode(t, &it)
		require.Equal(t, "STS", it["source"])
		require.Equal(t, "eleven_english_sts_v2", it["model_id"])
		require.Equal(t, map[string]any{"stability": 0.2, "speed": nil}, it["settings"])
		require.Equal(t, a.body, get(t, srv, item+"/audio").body)
	}
	require.Len(t, history(t, srv, "source=STS").History, 2)
	require.Len(t, history(t, srv, "source=TTS").History, 1)
}

func TestVoiceChanger_OtherRecordingsSoundDifferent(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe("what the script says")
	a := sendRecording(t, srv, changerPath, "audio", bytes.Repeat([]byte("a"), 3*sound))
	b := sendRecording(t, srv, changerPath, "audio", bytes.Repeat([]byte("b"), 3*sound))
	require.InDelta(t, 3, seconds(t, a.body), 0.03)
	require.NotEqual(t, a.body, b.body)
	require.Zero(t, srv.Usage().BilledTwice)
	var heard struct{ Text string }
	transcribe(t, srv, a.body).decode(t, &heard)
	require.Equal(t, "what the script says", heard.Text)
}

func TestVoiceChanger_Refuses(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	file := make([]byte, sound)
	for _, tc := range []struct {
		name, path string
		file       []byte
		fields     []string
		status     int
		code       string
	}{
		{"no file", changerPath, nil, nil, 422, ""},
		{"seed", changerPath, file, []string{"seed", "x"}, 422, ""},
		{"settings that are not JSON", changerPath, file, []string{"voice_settings", "loud"}, 422, ""},
		{"settings out of range", changerPath, file, []string{"voice_settings", `{"stability":2}`}, 422, ""},
		{"file format", changerPath, file, []string{"file_format", "mp3"}, 422, ""},
		{"format", changerPath + "?output_format=mp4", file, nil, 403, "invalid_output_format"},
		{"WAV as a stream", changerPath + "/stream?output_format=wav_16000", file, nil, 403, "invalid_output_format"},
		{"voice", "/v1/speech-to-speech/nobody", file, nil, 404, "voice_not_found"},
		{"unknown model", changerPath, file, []string{"model_id", "x"}, 400, "model_not_found"},
		{"model that only speaks", changerPath, file, []string{"model_id", "eleven_v3"}, 400, "unsupported_model"},
		{"too short", changerPath, file[:10], nil, 400, "audio_too_short"},
	} {
		a := sendRecording(t, srv, tc.path, "audio", tc.file, tc.fields...)
		require.Equal(t, tc.status, a.status, "%s: %s", tc.name, a.body)
		if tc.code != "" {
			require.Equal(t, tc.code, a.detail(t)["code"], tc.name)
		}
	}
	a := sendRecording(t, srv, changerPath, "file", file)
	require.Equal(t, http.StatusUnprocessableEntity, a.status, "the field is called audio")
	require.Contains(t, string(a.body), `"loc":["body","audio"]`)
	require.Zero(t, srv.Usage().Characters)
}

func TestVoiceChanger_BearsWhatSDKsSend(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := sendRecording(t, srv, changerPath+"?enable_logging=true", "audio", make([]byte, sound),
		"voice_settings", "null", "seed", "null", "file_format", "null", "model_id", "eleven_multilingual_sts_v2")
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
}

func TestIsolation_SaysTheSameInMP3(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	said := postJSON(t, srv, ttsPath+"?output_format=pcm_16000", textBody("Only the words.")).body
	for _, path := range []string{isolationPath, isolationPath + "/stream"} {
		a := sendRecording(t, srv, path, "audio", said, "file_format", "pcm_s16le_16")
		require.Equal(t, http.StatusOK, a.status, "%s", a.body)
		require.Equal(t, "audio/mpeg", a.header.Get("Content-Type"))
		require.InDelta(t, float64(len(said))/32_000, seconds(t, a.body), 0.03)
		var heard struct{ Text string }
		transcribe(t, srv, a.body).decode(t, &heard)
		require.Equal(t, "Only the words.", heard.Text)
	}
	require.Len(t, history(t, srv, "").History, 1, "the speech alone")
	require.Equal(t, http.StatusUnprocessableEntity, sendRecording(t, srv, isolationPath, "audio", nil).status)
	require.Equal(t, http.StatusBadRequest, sendRecording(t, srv, isolationPath, "audio", []byte{}).status)
}

func TestIsolation_TakesItsTimeAndASlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 1))
		answers, took := parallel(t, 2, func(i int) (answer, error) {
			body, contentType := recordingForm("audio", bytes.Repeat([]byte{byte(i)}, 36*sound))
			return try(srv, http.MethodPost, isolationPath, body, "Content-Type", contentType)
		})
		for i, a := range answers {
			switch a.status {
			case http.StatusOK:
				require.Equal(t, 500*time.Millisecond+36*(time.Second/36), took[i])
			case http.StatusTooManyRequests:
				require.Equal(t, 240*time.Millisecond, took[i])
			default:
				t.Errorf("status %d", a.status)
			}
		}
		usage := srv.Usage().Families[elevenlabs.FamilyStandard]
		require.Equal(t, 1, usage.Served)
		require.Equal(t, 1, usage.Refused)
		require.Equal(t, 600, srv.Usage().Characters)
	})
}

func TestForcedAlignment_SpreadsTheTextOverTheAudio(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe("one two")
	var a struct {
		Characters []struct {
			Text       string
			Start, End float64
		}
		Words []struct {
			Text             string
			Start, End, Loss float64
		}
		Loss *float64
	}
	sendRecording(t, srv, alignmentPath, "file", bytes.Repeat([]byte("x"), 7*sound), "text", "one ten").decode(t, &a)
	require.NotNil(t, a.Loss)
	require.Len(t, a.Characters, 7)
	for i, c := range a.Characters {
		require.Equal(t, float64(i), c.Start)
		require.Equal(t, float64(i+1), c.End)
	}
	require.Len(t, a.Words, 2)
	require.Equal(t, "ten", a.Words[1].Text)
	require.Equal(t, 4.0, a.Words[1].Start)
	require.Equal(t, 7.0, a.Words[1].End)
	require.Less(t, a.Words[0].Loss, a.Words[1].Loss, "the second is not heard")
	usage := srv.Usage()
	require.Equal(t, 1, usage.Families[elevenlabs.FamilySTT].Served)
	require.Equal(t, 7*time.Second, usage.Audio)
	require.Zero(t, usage.Characters)
}

func TestForcedAlignment_Refuses(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	file := make([]byte, sound)
	for _, tc := range []struct {
		name   string
		file   []byte
		fields []string
		status int
	}{
		{"no text", file, nil, 422},
		{"no file", nil, []string{"text", "a"}, 422},
		{"blank text", file, []string{"text", " "}, 400},
		{"too long", file, []string{"text", string(bytes.Repeat([]byte("a"), 675_001))}, 400},
		{"empty file", []byte{}, []string{"text", "a"}, 400},
	} {
		require.Equal(t, tc.status, sendRecording(t, srv, alignmentPath, "file", tc.file, tc.fields...).status, tc.name)
	}
}
