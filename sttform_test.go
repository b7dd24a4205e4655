package elevenlabs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// encodings are requests whose form other clients have got wrong, each with
// the form that was refused. The files of testdata/wire with the keys' names
// hold ours, byte for byte.
//
// Source: captures of July and August 2026.
var encodings = map[string]struct {
	req    elevenlabs.STTRequest
	wrong  string // the parts that were refused, in place of ours
	status string
}{
	"stt-keyterms": {
		elevenlabs.STTRequest{Keyterms: []string{"Kubernetes", "ACME Corp", "Grüße"}},
		formPart("keyterms", `["Kubernetes"]`), "invalid_keyword",
	},
	"stt-keyterms-long": {
		elevenlabs.STTRequest{Keyterms: []string{"Kubernetes", "container orchestration", "site reliability"}},
		formPart("keyterms", `["Kubernetes", "container orchestration", "site reliability"]`), "invalid_keyword_length",
	},
	"stt-additional-formats": {
		elevenlabs.STTRequest{AdditionalFormats: []elevenlabs.AdditionalFormat{
			{Format: "srt", IncludeSpeakers: elevenlabs.Ptr(true)}, {Format: "txt", IncludeSpeakers: elevenlabs.Ptr(false)},
		}},
		formPart("additional_formats", `{"format":"srt","include_speakers":true}`) + formPart("additional_formats", `{"format":"txt"}`),
		"invalid_additional_format_options",
	},
}

func formPart(name, value string) string {
	return "--boundary\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

func TestSTTForm_ALineEndBehindTheTypeIsNotSent(t *testing.T) {
	t.Parallel()
	got := capture(t, answered(200, "application/json", `{"text":"","words":[]}`), func(c *elevenlabs.Client) error {
		_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes([]byte("RIFF"), "audio/wav\n")})
		return err
	})
	require.Contains(t, string(got.body), "filename=\"audio.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n", "the audio begins where it begins")
}

func TestSTTForm_ByteForByte(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	c := srv.Client()
	for name, e := range encodings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e.req.ModelID = "scribe_v2"
			e.req.Audio = elevenlabs.AudioURL("https://example.com/talk.mp3")
			body, err := elevenlabs.STTForm(e.req)
			require.NoError(t, err)
			golden(t, name+".multipart", body)
			require.NoError(t, post(t, c, body))

			e.req.Keyterms, e.req.AdditionalFormats = nil, nil
			body, err = elevenlabs.STTForm(e.req)
			require.NoError(t, err)
			err = post(t, c, append([]byte(e.wrong), body...))
			var api *elevenlabs.APIError
			require.ErrorAs(t, err, &api)
			require.Equal(t, e.status, api.Status)
		})
	}
}

func post(t *testing.T, c *elevenlabs.Client, form []byte) error {
	t.Helper()
	resp, err := c.Do(t.Context(), elevenlabs.Call{
		Path: "/v1/speech-to-text", Family: elevenlabs.FamilySTT,
		Body: elevenlabs.BytesBody("multipart/form-data; boundary=boundary", form),
	})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestTranscribe_AFileThatIsNoAudio(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		req := elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes([]byte("a WhatsApp video"), "video/mp4"), ModelID: "scribe_v2"}
		body, err := elevenlabs.STTForm(req)
		require.NoError(t, err)
		golden(t, "stt-invalid-content.multipart", body)
		srv.Inject(elevenlabstest.Status(400,
			`{"detail":{"status":"invalid_content","message":"File upload is corrupted. Please ensure it is playable audio."}}`))
		_, err = srv.Client().Transcribe(t.Context(), req)
		require.ErrorIs(t, err, elevenlabs.ErrInvalidRequest)
		require.ErrorContains(t, err, "File upload is corrupted")
	})
}
