package elevenlabs_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestTranscript_IsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"one channel": `{"language_code":"eng","language_probability":0,"text":"Hi","channel_index":0,
			"words":[{"text":"Hi","start":0,"end":0.5,"type":"word","speaker_id":"speaker_0","logprob":0,
				"characters":[{"text":"H","start":0,"end":0.1},{"text":"i"}],"channel_index":0}],
			"additional_formats":[null,{"requested_format":"txt","file_extension":"txt","content_type":"text/plain",
				"is_base64_encoded":false,"content":""}],
			"transcription_id":"t1","audio_duration_secs":0,"added":{"since":[0]},
			"entities":[{"text":"Hi","entity_type":"name","start_char":0,"end_char":2}]}`,
		"silence":       `{"language_code":"eng","language_probability":0.1,"text":"","words":[]}`,
		"named silence": `{"language_code":"eng","language_probability":0.1,"text":"","words":[],"request_id":"r"}`,
		"no words":      `{"language_code":"eng","language_probability":0.1,"text":"","words":null,"request_id":"r"}`,
		"channels":      `{"transcripts":[{"language_code":"a","language_probability":1,"text":"A","words":[],"channel_index":0,"n":1}],"audio_duration_secs":2,"n":2}`,
		"no channels":   `{"transcripts":[]}`,
		"acceptance":    `{"message":"m","request_id":"r","transcription_id":"t","n":1}`,
		"lone id":       `{"message":"","request_id":"r"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := elevenlabs.DecodeTranscript([]byte(answer))
			require.NoError(t, err)
			back, err := json.Marshal(got)
			require.NoError(t, err)
			require.JSONEq(t, answer, string(back))
		})
	}
}

func TestTranscriptFile_Bytes(t *testing.T) {
	t.Parallel()
	plain, err := elevenlabs.TranscriptFile{Content: "UEs="}.Bytes()
	require.NoError(t, err)
	require.Equal(t, "UEs=", string(plain))
	binary, err := elevenlabs.TranscriptFile{Content: "UEs=", Base64: true}.Bytes()
	require.NoError(t, err)
	require.Equal(t, "PK", string(binary))
	_, err = elevenlabs.TranscriptFile{Format: "pdf", Content: "~", Base64: true}.Bytes()
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	require.ErrorContains(t, err, "elevenlabs: transcript in pdf: ")
}
