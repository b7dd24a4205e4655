package elevenlabstest_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// transcript decodes what tests look at.
type transcript struct {
	Text                string
	LanguageCode        string  `json:"language_code"`
	LanguageProbability float64 `json:"language_probability"`
	Words               []struct {
		Text, Type   string
		Start, End   *float64
		SpeakerID    *string `json:"speaker_id"`
		Logprob      *float64
		ChannelIndex *int `json:"channel_index"`
		Characters   []struct {
			Text       string
			Start, End float64
		}
	}
	ChannelIndex      *int    `json:"channel_index"`
	TranscriptionID   string  `json:"transcription_id"`
	AudioDurationSecs float64 `json:"audio_duration_secs"`
	Entities          *[]any
	AdditionalFormats []struct {
		RequestedFormat string `json:"requested_format"`
		FileExtension   string `json:"file_extension"`
		IsBase64Encoded bool   `json:"is_base64_encoded"`
		Content         string
	} `json:"additional_formats"`
	Transcripts []transcript
	Message     string
	RequestID   string `json:"request_id"`
}

// stereo returns a WAV of so many seconds with silence in two channels.
func stereo(seconds int) []byte {
	const rate, frame = 8000, 4
	size := uint32(seconds * rate * frame)
	b := []byte("RIFF")
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate*frame)
	b = binary.LittleEndian.AppendUint16(b, frame)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	return append(b, make([]byte, size)...)
}

func TestSTT_HearsWhatItsOwnSpeechSaid(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, path := range []string{
		ttsPath, ttsPath + "/stream", ttsPath + "?output_format=pcm_16000", ttsPath + "?output_format=wav_24000",
		ttsPath + "?output_format=ulaw_8000",
	} {
		const said = "Guten Tag,  wie geht's?"
		a := postJSON(t, srv, path, `{"text":"`+said+`","language_code":"de"}`)
		require.Equal(t, http.StatusOK, a.status)
		var got transcript
		transcribe(t, srv, a.body).decode(t, &got)
		require.Equal(t, said, got.Text, path)
		require.Equal(t, "de", got.LanguageCode)
		var joined strings.Builder
		last := 0.0
		for i, w := range got.Words {
			joined.WriteString(w.Text)
			require.Equal(t, []string{"word", "spacing"}[i%2], w.Type)
			require.Equal(t, last, *w.Start)
			require.Greater(t, *w.End, *w.Start)
			require.NotNil(t, w.Logprob)
			require.Nil(t, w.SpeakerID)
			require.Empty(t, w.Characters)
			last = *w.End
		}
		require.Equal(t, said, joined.String())
		require.InDelta(t, got.AudioDurationSecs, last, 0.001)
		require.Len(t, got.TranscriptionID, 20)
	}
}

func TestSTT_HearsWhatIsScripted(t *testing.T) {
	t.Parallel()
	var heard elevenlabstest.AudioInfo
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTranscript(func(a elevenlabstest.AudioInfo) string {
		heard = a
		return "from the function"
	}))
	file := make([]byte, 2*sound)
	var got transcript
	transcribe(t, srv, file, "language_code", "fr").decode(t, &got)
	require.Equal(t, "from the function", got.Text)
	require.Equal(t, "fr", got.LanguageCode)
	require.Equal(t, 2.0, got.AudioDurationSecs)
	sum := sha256.Sum256(file)
	require.Equal(t, elevenlabstest.AudioInfo{
		Model: "scribe_v2", Language: "fr", Duration: 2 * time.Second, Channels: 1,
		File: elevenlabstest.File{
			Name: "speech.mp3", ContentType: "application/octet-stream", Size: 2 * sound, SHA256: hex.EncodeToString(sum[:]),
		},
	}, heard)

	srv.Transcribe("set later")
	transcribe(t, srv, file).decode(t, &got)
	require.Equal(t, "set later", got.Text)
	transcribe(t, srv, nil, "source_url", "https://example.com/a.mp3").decode(t, &got)
	require.Equal(t, "set later", got.Text)
}

func TestSTT_TimesAreAsFineAsAskedFor(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe("ab c")
	file := make([]byte, 4*sound)
	var got transcript
	transcribe(t, srv, file, "timestamps_granularity", "character").decode(t, &got)
	require.Len(t, got.Words, 3)
	require.Len(t, got.Words[0].Characters, 2)
	require.Equal(t, "b", got.Words[0].Characters[1].Text)
	require.Equal(t, 1.0, got.Words[0].Characters[1].Start)
	require.Equal(t, 2.0, got.Words[0].Characters[1].End)
	got = transcript{}
	transcribe(t, srv, file, "timestamps_granularity", "none", "diarize", "true", "entity_detection", "all").decode(t, &got)
	require.Nil(t, got.Words[0].Start)
	require.Equal(t, "speaker_0", *got.Words[0].SpeakerID)
	require.NotNil(t, got.Entities)
	require.Empty(t, *got.Entities)
	got = transcript{}
	transcribe(t, srv, file, "entity_detection", "all", "entity_redaction", "all").decode(t, &got)
	require.Nil(t, got.Entities, "redaction leaves them out")
	srv.Transcribe("")
	a := transcribe(t, srv, file)
	require.Contains(t, string(a.body), `"words":[]`)
}

func TestSTT_ChannelsComeApartOrTogether(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTranscript(func(a elevenlabstest.AudioInfo) string {
		return []string{"left side", "right"}[a.Channel]
	}))
	file := stereo(2)
	var got transcript
	transcribe(t, srv, file, "use_multi_channel", "true").decode(t, &got)
	require.Len(t, got.Transcripts, 2)
	require.Equal(t, "right", got.Transcripts[1].Text)
	require.Equal(t, 1, *got.Transcripts[1].ChannelIndex)
	require.Equal(t, 1, *got.Transcripts[1].Words[0].ChannelIndex)
	require.Equal(t, 2.0, got.AudioDurationSecs)
	require.Equal(t, 2, srv.Requests()[0].Weight)

	got = transcript{}
	transcribe(t, srv, file, "use_multi_channel", "true", "multichannel_output_style", "combined").decode(t, &got)
	require.Empty(t, got.Transcripts)
	require.Equal(t, "left side right", got.Text)
	require.Len(t, got.Words, 4)
	require.Equal(t, "right", got.Words[1].Text)

	got = transcript{}
	transcribe(t, srv, file).decode(t, &got)
	require.Equal(t, "left side", got.Text)
	got = transcript{}
	transcribe(t, srv, make([]byte, sound), "use_multi_channel", "true").decode(t, &got)
	require.Equal(t, "left side", got.Text, "one channel has the usual shape")
	a := transcribe(t, srv, file, "use_multi_channel", "true", "multichannel_output_style", "combined",
		"timestamps_granularity", "none")
	require.Equal(t, http.StatusBadRequest, a.status)
}

func TestSTT_MakesAdditionalFormats(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe("One two three four five six seven eight nine ten <end>")
	var got transcript
	transcribe(t, srv, make([]byte, 8*sound), "diarize", "true", "additional_formats",
		`[{"format":"srt"},{"format":"txt","max_characters_per_line":30,"include_timestamps":false},
		  {"format":"html"},{"format":"segmented_json"},{"format":"pdf"},{"format":"docx"}]`).decode(t, &got)
	require.Len(t, got.AdditionalFormats, 6)
	require.Equal(t, "1\n00:00:00,000 --> 00:00:04,000\nOne two three four five six\n\n"+
		"2\n00:00:04,148 --> 00:00:08,000\nseven eight nine ten <end>\n\n", got.AdditionalFormats[0].Content)
	require.Equal(t, "speaker_0: One two three four\nfive six seven eight nine ten\n<end>\n", got.AdditionalFormats[1].Content)
	require.Contains(t, got.AdditionalFormats[2].Content, "&lt;end&gt;")
	require.Contains(t, got.AdditionalFormats[3].Content, `"segments":`)
	require.True(t, got.AdditionalFormats[4].IsBase64Encoded)
	require.Equal(t, "docx", got.AdditionalFormats[5].FileExtension)
}

func TestSTT_RefusesWhatBreaksItsRules(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	file := make([]byte, sound)
	for _, tc := range []struct {
		name   string
		file   []byte
		fields []string
		status int
		want   string
	}{
		{"no source", nil, nil, 400, "Exactly one of"},
		{"two sources", file, []string{"source_url", "https://a.example"}, 400, "Exactly one of"},
		{"two links", nil, []string{"source_url", "https://a.example", "cloud_storage_url", "https://b.example"}, 400, "Exactly one of"},
		{"too short", make([]byte, 1599), nil, 400, "audio_too_short"},
		{"keyterm words", file, []string{"keyterms", "a b c d e f"}, 400, "invalid_keyword_length"},
		{"format unknown", file, []string{"additional_formats", `[{"format":"doc"}]`}, 400, "invalid_additional_format_options"},
		{"roles alone", file, []string{"detect_speaker_roles", "true"}, 400, "invalid_parameters"},
		{"granularity", file, []string{"timestamps_granularity", "line"}, 422, "literal_error"},
		{"speakers", file, []string{"num_speakers", "33"}, 422, "less_than_equal"},
		{"temperature", file, []string{"temperature", "warm"}, 422, "float_parsing"},
		{"boolean", file, []string{"diarize", "perhaps"}, 422, "bool_parsing"},
	} {
		a := transcribe(t, srv, tc.file, tc.fields...)
		require.Equal(t, tc.status, a.status, "%s: %s", tc.name, a.body)
		require.Contains(t, string(a.body), tc.want, tc.name)
	}
	body, contentType := form(file)
	a := send(t, srv, http.MethodPost, sttPath, body, "Content-Type", contentType)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, string(a.body), `["body","model_id"]`)
	body, contentType = form(file, "model_id", "scribe_v9")
	a = send(t, srv, http.MethodPost, sttPath, body, "Content-Type", contentType)
	require.Equal(t, "invalid_model_id", a.detail(t)["status"])
	require.Zero(t, srv.Usage().Families[elevenlabs.FamilySTT].Served)
}

func TestSTT_BearsWhatSDKsSend(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := transcribe(t, srv, make([]byte, sound), "webhook_metadata", "null", "entity_detection", "null",
		"entity_redaction", "null", "keyterms", "null", "num_speakers", "null", "labels", "null", "unknown", "x",
		"diarize", "True", "tag_audio_events", "1")
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	require.NotContains(t, string(a.body), "entities")
	a = transcribe(t, srv, make([]byte, sound), "keyterms", "one", "keyterms", "two words")
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
	require.Equal(t, []string{"one", "two words"}, srv.Requests()[1].Form["keyterms"])
	a = send(t, srv, http.MethodPost, sttPath, strings.NewReader("model_id=scribe_v2&source_url=https%3A%2F%2Fa.example"),
		"Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusOK, a.status, "%s", a.body)
}

func TestSTT_WebhookModeAnswersBeforeTheWorkIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Minute))
		start := time.Now()
		var got transcript
		transcribe(t, srv, make([]byte, sound), "webhook", "true").decode(t, &got)
		require.Zero(t, time.Since(start))
		require.NotEmpty(t, got.Message)
		require.NotEmpty(t, got.RequestID)
		inFlight := func() int { return srv.Usage().Families[elevenlabs.FamilySTT].InFlight }
		require.Equal(t, 1, inFlight())
		<-time.After(time.Minute)
		require.Zero(t, inFlight())
	})
}

func TestSTT_RawAudioHasItsOwnRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		start := time.Now()
		var got transcript
		transcribe(t, srv, make([]byte, 36*32_000), "file_format", "pcm_s16le_16").decode(t, &got)
		require.Equal(t, 36.0, got.AudioDurationSecs)
		require.InDelta(t, 1500*time.Millisecond, time.Since(start), 1e6)
	})
}
