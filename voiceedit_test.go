package elevenlabs_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestVoice_IsAddedSpokenWithEditedAndDeleted(t *testing.T) {
	t.Parallel()
	c := atOnce(t).Client()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "second.wav")
	require.NoError(t, os.WriteFile(path, []byte("RIFF"), 0o600))
	added, err := c.AddVoice(ctx, elevenlabs.AddVoiceRequest{
		Name: "Mine <&>", Description: "Of my own.", RemoveBackgroundNoise: true,
		Labels: map[string]string{"language": "en", "accent": "welsh"},
		Files: []elevenlabs.AudioSource{
			elevenlabs.AudioBytes([]byte("first"), "audio/mpeg"),
			elevenlabs.AudioFile(path),
			elevenlabs.AudioReader(strings.NewReader("third"), "audio/ogg"),
		},
	})
	require.NoError(t, err)
	require.False(t, added.RequiresVerification)

	v, err := c.Voice(ctx, added.VoiceID)
	require.NoError(t, err)
	require.Equal(t, "Mine <&>", v.Name)
	require.Equal(t, "Of my own.", v.Description)
	require.Equal(t, "cloned", v.Category)
	require.Equal(t, map[string]string{"language": "en", "accent": "welsh"}, v.Labels)
	require.True(t, *v.IsOwner)
	require.Positive(t, *v.CreatedAtUnix)
	var files []string
	for _, s := range v.Samples {
		files = append(files, s.FileName+" "+s.MIMEType)
		require.True(t, *s.RemoveBackgroundNoise)
	}
	require.Equal(t, []string{"audio.mp3 audio/mpeg", "second.wav audio/wav", "audio.ogg audio/ogg"}, files)
	require.Equal(t, int64(5), v.Samples[2].SizeBytes)
	_, err = c.TTS(ctx, "Hello", elevenlabs.WithVoice(added.VoiceID))
	require.NoError(t, err)

	require.NoError(t, c.EditVoice(ctx, added.VoiceID, elevenlabs.EditVoiceRequest{Name: "Ours", ModerateMetadata: true,
		Files: []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("fourth"), "audio/mpeg")}}))
	v, err = c.Voice(ctx, added.VoiceID)
	require.NoError(t, err)
	require.Equal(t, "Ours", v.Name)
	require.Equal(t, "Of my own.", v.Description, "what is not told stays")
	require.Len(t, v.Samples, 4)

	require.NoError(t, c.DeleteVoice(ctx, added.VoiceID))
	_, err = c.TTS(ctx, "Hello", elevenlabs.WithVoice(added.VoiceID))
	require.ErrorIs(t, err, elevenlabs.ErrVoiceNotFound)
	require.ErrorIs(t, c.DeleteVoice(ctx, added.VoiceID), elevenlabs.ErrVoiceNotFound)
	require.ErrorIs(t, c.EditVoice(ctx, added.VoiceID, elevenlabs.EditVoiceRequest{Name: "x"}), elevenlabs.ErrVoiceNotFound)
	require.ErrorIs(t, c.EditVoice(ctx, elevenlabstest.VoiceSarah, elevenlabs.EditVoiceRequest{Name: "x"}), elevenlabs.ErrMissingPermission)
}

func TestAddVoice_FormIsAsTheVendorReadsIt(t *testing.T) {
	t.Parallel()
	var body, contentType string
	var length int64
	c := clientOn(t, drained(func(r *http.Request, b []byte) (*http.Response, error) {
		body, contentType, length = string(b), r.Header.Get("Content-Type"), r.ContentLength
		return answered(200, "application/json", `{"voice_id":"v1","requires_verification":true}`), nil
	}))
	added, err := c.AddVoice(t.Context(), elevenlabs.AddVoiceRequest{
		Name: "Anna", Labels: map[string]string{"gender": "female", "accent": "irish"},
		Files: []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("AUDIO"), "audio/mpeg"), elevenlabs.AudioReader(bytes.NewBufferString("MORE"), "")},
	})
	require.NoError(t, err)
	require.True(t, added.RequiresVerification)
	edge := strings.TrimPrefix(contentType, "multipart/form-data; boundary=")
	require.Equal(t, strings.ReplaceAll(`--EDGE
Content-Disposition: form-data; name="name"

Anna
--EDGE
Content-Disposition: form-data; name="labels"

{"accent":"irish","gender":"female"}
--EDGE
Content-Disposition: form-data; name="files"; filename="audio.mp3"
Content-Type: audio/mpeg

AUDIO
--EDGE
Content-Disposition: form-data; name="files"; filename="audio"
Content-Type: application/octet-stream

MORE
--EDGE--
`, "\n", "\r\n"), strings.ReplaceAll(body, edge, "EDGE"))
	require.Equal(t, int64(len(body)), length)
}

// A lost answer of what takes a voice slot is not asked for again; that of what
// costs nothing is.
func TestVoiceEdits_OnlyWhatIsFreeIsRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
		var lost *elevenlabs.AmbiguousError

		srv.Inject(elevenlabstest.ResetAfter(0))
		_, err := c.AddVoice(t.Context(), elevenlabs.AddVoiceRequest{
			Name: "Once", Files: []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("audio"), "audio/mpeg")},
		})
		require.ErrorAs(t, err, &lost)
		v, err := c.ResolveVoice(t.Context(), "Once")
		require.NoError(t, err, "it was made, once")

		srv.Inject(elevenlabstest.ResetAfter(0))
		require.ErrorAs(t, c.EditVoice(t.Context(), v.ID, elevenlabs.EditVoiceRequest{Name: "Once"}), &lost)

		at := time.Now()
		srv.Inject(elevenlabstest.ResetAfter(0))
		require.NoError(t, c.EditVoiceSettings(t.Context(), v.ID, elevenlabs.VoiceSettings{Speed: elevenlabs.Ptr(1.1)}))
		require.Equal(t, time.Second, time.Since(at))

		srv.Inject(elevenlabstest.ResetAfter(0))
		require.ErrorIs(t, c.DeleteVoice(t.Context(), v.ID), elevenlabs.ErrVoiceNotFound, "the first attempt has deleted it")
	})
}

func TestAddVoice_RefusedAttemptIsRepeatedWithTheWholeForm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(503, ""))
		c := srv.Client()
		added, err := c.AddVoice(t.Context(), elevenlabs.AddVoiceRequest{
			Name: "Twice", Files: []elevenlabs.AudioSource{elevenlabs.AudioReader(strings.NewReader("audio"), "audio/mpeg")},
		})
		require.NoError(t, err)
		v, err := c.Voice(t.Context(), added.VoiceID)
		require.NoError(t, err)
		require.Equal(t, int64(5), v.Samples[0].SizeBytes)
	})
}

func TestVoiceSettings_AreStored(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	c := srv.Client()
	before, err := c.DefaultVoiceSettings(t.Context())
	require.NoError(t, err)
	require.Equal(t, elevenlabs.VoiceSettings{
		Stability: elevenlabs.Ptr(0.5), SimilarityBoost: elevenlabs.Ptr(0.75), Style: elevenlabs.Ptr(0.0),
		UseSpeakerBoost: elevenlabs.Ptr(true), Speed: elevenlabs.Ptr(1.0),
	}, *before)
	changed := *before
	changed.Stability, changed.UseSpeakerBoost = elevenlabs.Ptr(0.0), elevenlabs.Ptr(false)
	require.NoError(t, c.EditVoiceSettings(t.Context(), elevenlabstest.VoiceSarah, changed))
	after, err := c.VoiceSettings(t.Context(), elevenlabstest.VoiceSarah)
	require.NoError(t, err)
	require.Equal(t, changed, *after)
	for _, r := range srv.Requests() {
		require.Empty(t, r.Family, r.Path)
	}
}
