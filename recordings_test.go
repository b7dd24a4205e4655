package elevenlabs_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestConvertVoice_SaysTheSame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		const text = "Say it again, please."
		said, err := c.TTS(t.Context(), text, elevenlabs.WithFormat(elevenlabs.FormatWAV_16000))
		require.NoError(t, err)
		for _, format := range []elevenlabs.Format{elevenlabs.FormatWAV_24000, elevenlabs.FormatMP3_22050_32} {
			speech, err := c.ConvertVoice(t.Context(), elevenlabs.VoiceChangeRequest{
				Audio: elevenlabs.AudioBytes(said, "audio/wav"), VoiceID: george, Format: format,
			})
			require.NoError(t, err)
			require.Equal(t, format, speech.Format)
			heard, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(speech.Audio, format.MIME())})
			require.NoError(t, err)
			require.Equal(t, text, heard.Text)
			require.InDelta(t, float64(len(said)-44)/32_000, *heard.AudioSeconds, 0.03, "as long as the recording")
		}
	})
}

func TestConvertVoice_AnUploadThatCannotBeRepeatedIsNot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(503, ""))
		_, err := srv.Client().ConvertVoice(t.Context(), elevenlabs.VoiceChangeRequest{
			Audio: elevenlabs.AudioReader(plainReader{strings.NewReader("audio")}, ""),
		})
		require.ErrorIs(t, err, elevenlabs.ErrServer)
		require.ErrorContains(t, err, "can be made only once")
	})
}

func TestIsolate_SaysTheSameInMP3(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client(elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
		said, err := c.TTS(t.Context(), "Only the words.")
		require.NoError(t, err)
		speech, err := c.Isolate(t.Context(), elevenlabs.IsolationRequest{
			Audio: elevenlabs.AudioBytes(said, "audio/pcm"), FileFormat: "pcm_s16le_16",
		})
		require.NoError(t, err)
		require.Equal(t, elevenlabs.FormatMP3_44100_128, speech.Format, "whatever the client's is")
		text, err := c.STT(t.Context(), speech.Audio, speech.Format.MIME())
		require.NoError(t, err)
		require.Equal(t, "Only the words.", text)
	})
}

func TestAlign_TellsWhenEachWordIsSaid(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		said, err := c.TTS(t.Context(), "Hello there friend", elevenlabs.WithFormat(elevenlabs.FormatWAV_16000))
		require.NoError(t, err)
		seconds := float64(len(said)-44) / 32_000
		a, err := c.Align(t.Context(), elevenlabs.ForcedAlignmentRequest{
			Audio: elevenlabs.AudioBytes(said, "audio/wav"), Text: "Hello where friend",
		})
		require.NoError(t, err)
		require.Len(t, a.Characters, 18)
		require.Len(t, a.Words, 3)
		require.Equal(t, elevenlabs.AlignedCharacter{Text: "H", Start: 0, End: a.Characters[1].Start}, a.Characters[0])
		require.Equal(t, "where", a.Words[1].Text)
		require.Equal(t, a.Characters[6].Start, a.Words[1].Start)
		require.InDelta(t, seconds, a.Words[2].End, 0.001)
		require.Greater(t, a.Words[1].Loss, a.Words[0].Loss, "it was not said")
		require.Greater(t, a.Loss, a.Words[0].Loss)
		require.NoError(t, a.Alignment().Check())
		require.Equal(t, "Hello where friend", a.Alignment().Text())
		require.Equal(t, "where", a.Alignment().Words()[1].Text)
	})
}

func TestAlign_LongAudioCountsByItsLength(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		raw := elevenlabs.AudioBytes(wavOf(20*time.Minute), "audio/wav")
		_, err := srv.Client().Align(t.Context(), elevenlabs.ForcedAlignmentRequest{Audio: raw, Text: "Hello"})
		require.NoError(t, err)
		require.Equal(t, 3, srv.Requests()[0].Weight)
	})
}

// wavOf is a file of 8 bit samples at 1 kHz.
func wavOf(d time.Duration) []byte {
	n := int(d.Milliseconds())
	head := "RIFF" + le32(n+36) + "WAVEfmt " + le32(16) + "\x01\x00\x01\x00" + le32(1000) + le32(1000) + "\x01\x00\x08\x00data" + le32(n)
	return append([]byte(head), make([]byte, n)...)
}

func le32(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }

func TestForcedAlignment_KeepsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	const answer = `{"characters":[{"text":"a","start":0,"end":0.1}],"words":[{"text":"a","start":0,"end":0.1,"loss":0}],"loss":0.5,"model":"x"}`
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", answer), nil
	}))
	a, err := c.Align(t.Context(), elevenlabs.ForcedAlignmentRequest{Audio: noise(), Text: "a"})
	require.NoError(t, err)
	require.JSONEq(t, `"x"`, string(a.Extra["model"]))
	back, err := json.Marshal(a)
	require.NoError(t, err)
	require.JSONEq(t, answer, string(back))

	c = clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", `{"detail":"?"}`), nil
	}))
	_, err = c.Align(t.Context(), elevenlabs.ForcedAlignmentRequest{Audio: noise(), Text: "a"})
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
}

func TestConvertVoice_BadInput(t *testing.T) {
	t.Parallel()
	type req = elevenlabs.VoiceChangeRequest
	good := noise()
	for name, tt := range map[string]struct {
		req   req
		field string
	}{
		"no audio":            {req{}, "Audio"},
		"empty audio":         {req{Audio: elevenlabs.AudioBytes(nil, "")}, "Audio"},
		"URL":                 {req{Audio: elevenlabs.AudioURL("https://example.com/a.mp3")}, "Audio"},
		"missing file":        {req{Audio: elevenlabs.AudioFile("no-such-file.mp3")}, "Audio"},
		"voice":               {req{Audio: good, VoiceID: "a/b"}, "VoiceID"},
		"model":               {req{Audio: good, ModelID: "a b"}, "ModelID"},
		"format":              {req{Audio: good, Format: "a&b"}, "Format"},
		"file format":         {req{Audio: good, FileFormat: "a b"}, "FileFormat"},
		"stability":           {req{Audio: good, VoiceSettings: &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(2.0)}}, "VoiceSettings.Stability"},
		"latency":             {req{Audio: good, OptimizeStreamingLatency: elevenlabs.Ptr(5)}, "OptimizeStreamingLatency"},
		"extra that is known": {req{Audio: good, Extra: map[string]string{"model_id": "x"}}, "Extra"},
		"extra audio":         {req{Audio: good, Extra: map[string]string{"audio": "x"}}, "Extra"},
		"nameless extra":      {req{Audio: good, Extra: map[string]string{"": "x"}}, "Extra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := silent(t).ConvertVoice(t.Context(), tt.req)
			refused(t, "VoiceChangeRequest."+tt.field, err)
			_, err = silent(t).ConvertVoiceStream(t.Context(), tt.req)
			refused(t, "VoiceChangeRequest."+tt.field, err)
		})
	}
	_, err := silent(t).ConvertVoiceStream(t.Context(), req{Audio: good, Format: elevenlabs.FormatWAV_16000})
	refused(t, "VoiceChangeRequest.Format", err)
}

func TestRecordings_BadInput(t *testing.T) {
	t.Parallel()
	good := noise()
	for name, tt := range map[string]struct {
		req   elevenlabs.IsolationRequest
		field string
	}{
		"no audio":    {elevenlabs.IsolationRequest{}, "Audio"},
		"URL":         {elevenlabs.IsolationRequest{Audio: elevenlabs.AudioURL("https://example.com/a.mp3")}, "Audio"},
		"file format": {elevenlabs.IsolationRequest{Audio: good, FileFormat: "a b"}, "FileFormat"},
		"extra audio": {elevenlabs.IsolationRequest{Audio: good, Extra: map[string]string{"audio": "x"}}, "Extra"},
	} {
		_, err := silent(t).Isolate(t.Context(), tt.req)
		refused(t, "IsolationRequest."+tt.field, err)
		_, err = silent(t).IsolateStream(t.Context(), tt.req)
		require.Error(t, err, name)
	}
	_, err := silent(t).IsolateStream(t.Context(), elevenlabs.IsolationRequest{Audio: good, PreviewB64: "eA=="})
	refused(t, "IsolationRequest.PreviewB64", err)

	for name, tt := range map[string]struct {
		req   elevenlabs.ForcedAlignmentRequest
		field string
	}{
		"no audio":   {elevenlabs.ForcedAlignmentRequest{Text: "x"}, "Audio"},
		"URL":        {elevenlabs.ForcedAlignmentRequest{Text: "x", Audio: elevenlabs.AudioURL("https://example.com/a.mp3")}, "Audio"},
		"no text":    {elevenlabs.ForcedAlignmentRequest{Audio: good}, "Text"},
		"broken":     {elevenlabs.ForcedAlignmentRequest{Audio: good, Text: "\xff"}, "Text"},
		"too long":   {elevenlabs.ForcedAlignmentRequest{Audio: good, Text: strings.Repeat("é", 675_001)}, "Text"},
		"extra text": {elevenlabs.ForcedAlignmentRequest{Audio: good, Text: "x", Extra: map[string]string{"text": "x"}}, "Extra"},
		"extra file": {elevenlabs.ForcedAlignmentRequest{Audio: good, Text: "x", Extra: map[string]string{"file": "x"}}, "Extra"},
	} {
		_, err := silent(t).Align(t.Context(), tt.req)
		require.Error(t, err, name)
		refused(t, "ForcedAlignmentRequest."+tt.field, err)
	}
}

func FuzzForcedAlignment(f *testing.F) {
	f.Add([]byte(`{"characters":[{"text":"a","start":0,"end":0.1}],"words":[{"text":"a","start":0,"end":0.1,"loss":0}],"loss":0.5}`))
	f.Add([]byte(`{"characters":null,"words":[],"loss":null,"x":{}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(200, "application/json", string(body)), nil
		}), elevenlabs.WithMaxRetries(0))
		a, err := c.Align(t.Context(), elevenlabs.ForcedAlignmentRequest{Audio: noise(), Text: "a"})
		if (a == nil) == (err == nil) {
			t.Fatalf("%v, %v", a, err)
		}
		if err != nil && !errors.Is(err, elevenlabs.ErrMalformed) && !errors.Is(err, elevenlabs.ErrTruncated) {
			var lost *elevenlabs.AmbiguousError
			if !errors.As(err, &lost) {
				t.Fatal(err)
			}
		}
	})
}
