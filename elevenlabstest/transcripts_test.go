package elevenlabstest_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const keptPath = sttPath + "/transcripts/"

func TestTranscripts_AreKept(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	made := transcribe(t, srv, stereo(2), "use_multi_channel", "true")
	var got transcript
	made.decode(t, &got)
	kept := get(t, srv, keptPath+got.TranscriptionID)
	require.Equal(t, string(made.body), string(kept.body))
	require.Equal(t, http.StatusOK, send(t, srv, http.MethodDelete, keptPath+got.TranscriptionID, nil).status)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		a := send(t, srv, method, keptPath+got.TranscriptionID, nil)
		require.Equal(t, http.StatusNotFound, a.status)
		require.JSONEq(t, `{"detail":{"status":"not_found_error","message":"Transcript not found."}}`, string(a.body))
		a = send(t, srv, method, keptPath+got.TranscriptionID, nil, "Xi-Api-Key", "")
		require.Equal(t, http.StatusUnauthorized, a.status)
		require.Equal(t, "unauthorized", a.detail(t)["status"])
	}
}

func TestWebhook_DeliversWhenTheTranscriptIsReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type letter struct {
			hook, body, signature string
			at                    time.Time
		}
		var got []letter
		hook := func(id string) elevenlabstest.Webhook {
			return elevenlabstest.Webhook{ID: id, Secret: "s", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = append(got, letter{id, string(body), r.Header.Get(elevenlabs.SignatureHeader), time.Now()})
				_, _ = w.Write([]byte("thanks"))
			})}
		}
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Minute),
			elevenlabstest.WithWebhook(hook("a")), elevenlabstest.WithWebhook(hook("b")))
		start := time.Now()
		var accepted transcript
		transcribe(t, srv, make([]byte, sound), "webhook", "true", "webhook_metadata", `{"a":{"b":1}}`).decode(t, &accepted)
		require.Equal(t, http.StatusNotFound, get(t, srv, keptPath+accepted.TranscriptionID).status)
		<-time.After(time.Minute)
		synctest.Wait()
		require.Len(t, got, 2)
		require.Equal(t, []string{"a", "b"}, []string{got[0].hook, got[1].hook})
		require.Equal(t, start.Add(time.Minute), got[0].at)
		require.Equal(t, elevenlabstest.SignWebhook("s", got[0].at, []byte(got[0].body)), got[0].signature)
		kept := get(t, srv, keptPath+accepted.TranscriptionID)
		require.JSONEq(t, `{"type":"speech_to_text_transcription","event_timestamp":`+strconv.FormatInt(got[0].at.Unix(), 10)+
			`,"data":{"request_id":"`+accepted.RequestID+`","webhook_metadata":{"a":{"b":1}},"transcription":`+string(kept.body)+`}}`, got[0].body)

		transcribe(t, srv, make([]byte, sound), "webhook", "true", "webhook_id", "b", "webhook_metadata", "null")
		<-time.After(time.Minute)
		synctest.Wait()
		require.Len(t, got, 3)
		require.Equal(t, "b", got[2].hook)
		require.Contains(t, got[2].body, `"webhook_metadata":null`)
		require.False(t, srv.Redeliver("nobody's"))
	})
}

func TestWebhook_TriesAsOftenAsItIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithSpeed(2), elevenlabstest.WithWebhook(elevenlabstest.Webhook{
			ID: "h", Attempts: 3, Pause: time.Minute,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tries++; tries == 2 {
					panic("oops")
				}
				w.WriteHeader(http.StatusServiceUnavailable)
			}),
		}))
		start := time.Now()
		transcribe(t, srv, make([]byte, sound), "webhook", "true")
		<-time.After(time.Hour)
		var at []time.Duration
		for i, d := range srv.Deliveries() {
			require.Equal(t, i+1, d.Attempt)
			at = append(at, d.Time.Sub(start))
		}
		require.Equal(t, []time.Duration{0, 30 * time.Second, time.Minute}, at)
		require.ErrorContains(t, srv.Deliveries()[1].Err, "oops")
		require.Equal(t, 503, srv.Deliveries()[2].Status)
	})
}

func TestWebhook_CloseEndsADelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{})
		srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithWebhook(elevenlabstest.Webhook{
			Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				close(begun)
				<-r.Context().Done()
			}),
		}))
		transcribe(t, srv, make([]byte, sound), "webhook", "true")
		<-begun
		require.NoError(t, srv.Close())
		require.Len(t, srv.Deliveries(), 1)
	})
}

func TestWebhook_OverLoopback(t *testing.T) {
	t.Parallel()
	got := make(chan string, 2)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.URL.Path + " " + r.Header.Get(elevenlabs.SignatureHeader)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(receiver.Close)
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithWebhook(elevenlabstest.Webhook{URL: receiver.URL + "/hook"}))
	transcribe(t, srv, make([]byte, sound), "webhook", "true")
	require.Equal(t, "/hook ", <-got, "unsigned without a secret, and no redirect is followed")
	for _, u := range []string{"", "https://example.com/hook", "ftp://127.0.0.1/", "http://127.0.0.1.example.com/", "://"} {
		require.Panics(t, func() { elevenlabstest.NewEmulator(elevenlabstest.WithWebhook(elevenlabstest.Webhook{URL: u})) }, u)
	}
}

func TestWebhook_RefusesWhatItCannotDeliver(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, fields := range [][]string{
		{"webhook", "true", "webhook_id", "none"}, {"webhook_id", "none"},
		{"webhook", "true", "webhook_metadata", `[1]`}, {"webhook", "true", "webhook_metadata", `{"a":{"b":[]}}`},
		{"webhook", "true", "webhook_metadata", `{"a":"` + strings.Repeat("x", 16<<10) + `"}`},
	} {
		require.Equal(t, http.StatusBadRequest, transcribe(t, srv, make([]byte, sound), fields...).status, "%.80q", fields)
	}
}

func TestSTT_FindsAndHidesEntities(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe("Ça: Anna Meyer (anna@example.com), 4111 1111 1111 1111, or +49 30 1234567; ask Anna Meyer, not Bob Ray.")
	entities := func(fields ...string) string {
		var got struct{ Entities json.RawMessage }
		transcribe(t, srv, make([]byte, sound), fields...).decode(t, &got)
		return string(got.Entities)
	}
	require.JSONEq(t, `[{"text":"4111 1111 1111 1111","entity_type":"credit_card","start_char":35,"end_char":54}]`, entities("entity_detection", "pci"))
	require.Equal(t, 5, strings.Count(entities("entity_detection", `["email_address", "phone_number", "name"]`), "entity_type"), "as Python sends lists")
	require.Equal(t, 4, strings.Count(entities("entity_detection", "email_address", "entity_detection", "name"), "entity_type"))
	require.Equal(t, "[]", entities("entity_detection", "phi"))
	require.Empty(t, entities("entity_detection", "null"))

	for mode, want := range map[string]string{
		"":            "Ça: {NAME_1} ({EMAIL_ADDRESS_1}), {CREDIT_CARD_1}, or {PHONE_NUMBER_1}; ask {NAME_1}, not {NAME_2}.",
		"redacted":    "Ça: {REDACTED} ({REDACTED}), {REDACTED}, or {REDACTED}; ask {REDACTED}, not {REDACTED}.",
		"entity_type": "Ça: {NAME} ({EMAIL_ADDRESS}), {CREDIT_CARD}, or {PHONE_NUMBER}; ask {NAME}, not {NAME}.",
	} {
		var got transcript
		transcribe(t, srv, make([]byte, sound), "entity_detection", "all", "entity_redaction", "all", "entity_redaction_mode", mode).decode(t, &got)
		require.Equal(t, want, got.Text, mode)
		require.Nil(t, got.Entities)
	}
	for _, fields := range [][]string{
		{"entity_redaction", "name"}, {"entity_detection", "pci", "entity_redaction", "name"},
		{"entity_detection", "all", "entity_redaction_mode", "rot13"},
	} {
		require.Equal(t, http.StatusBadRequest, transcribe(t, srv, make([]byte, sound), fields...).status, "%q", fields)
	}
	require.Equal(t, http.StatusOK, transcribe(t, srv, make([]byte, sound), "entity_detection", "pii", "entity_redaction", "name").status)
}

func TestSTT_SpeakersTakeTurns(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe("Hi. Hello! Who is it? Me.")
	for want, fields := range map[string][]string{
		"speaker_0 speaker_1 speaker_0 speaker_1": nil,
		"speaker_0 speaker_1 speaker_2 speaker_0": {"num_speakers", "3"},
		"speaker_0":                     {"num_speakers", "1"},
		"agent customer agent customer": {"detect_speaker_roles", "true"},
	} {
		var got transcript
		transcribe(t, srv, make([]byte, sound), append(fields, "diarize", "true")...).decode(t, &got)
		var speakers []string
		for _, w := range got.Words {
			if n := len(speakers); w.Type == "word" && (n == 0 || speakers[n-1] != *w.SpeakerID) {
				speakers = append(speakers, *w.SpeakerID)
			}
		}
		require.Equal(t, want, strings.Join(speakers, " "))
	}
}

// exported returns the additional formats that were asked for, decoded.
func exported(t *testing.T, srv *elevenlabstest.Server, formats string) (files []string) {
	t.Helper()
	var got transcript
	transcribe(t, srv, make([]byte, 60*sound), "diarize", "true", "additional_formats", formats).decode(t, &got)
	for _, f := range got.AdditionalFormats {
		content := []byte(f.Content)
		if f.IsBase64Encoded {
			var err error
			content, err = base64.StdEncoding.DecodeString(f.Content)
			require.NoError(t, err)
		}
		files = append(files, string(content))
	}
	return files
}

func TestSTT_MakesDocumentsThatOpen(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe(strings.Repeat("A (short) line with <marks> & Ümlauts. ", 70))
	files := exported(t, srv, `[{"format":"docx"},{"format":"pdf","include_timestamps":false},{"format":"html","include_speakers":false}]`)
	docx, err := zip.NewReader(strings.NewReader(files[0]), int64(len(files[0])))
	require.NoError(t, err)
	for _, f := range docx.File {
		r, err := f.Open()
		require.NoError(t, err)
		dec := xml.NewDecoder(r)
		for err == nil {
			_, err = dec.Token()
		}
		require.ErrorIs(t, err, io.EOF, f.Name)
	}

	pdf := files[1]
	require.True(t, strings.HasPrefix(pdf, "%PDF-1.4\n"))
	require.Contains(t, pdf, `speaker_1: A \(short\) line with <marks> & ?mlauts.`)
	require.Contains(t, pdf, "/Count 2/")
	at := regexp.MustCompile(`startxref\n(\d+)\n%%EOF`).FindStringSubmatch(pdf)
	table, err := strconv.Atoi(at[1])
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(pdf[table:], "xref\n"))
	for i, entry := range regexp.MustCompile(`(\d{10}) 00000 n `).FindAllStringSubmatch(pdf[table:], -1) {
		offset, err := strconv.Atoi(entry[1])
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(pdf[offset:], strconv.Itoa(i+1)+" 0 obj\n"))
	}

	require.Contains(t, files[2], "<p>[00:00:00.000] A (short) line with &lt;marks&gt; &amp; Ümlauts.</p>\n")
	require.NotContains(t, files[2], "speaker_")
}

func TestSTT_SegmentsEndWithSpeakersAndSilence(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Transcribe("One two.               Three. Four five.") // 60 s: 1.5 s a character
	files := exported(t, srv, `[{"format":"txt","include_timestamps":false},{"format":"segmented_json","segment_on_silence_longer_than_s":1}]`)
	require.Equal(t, "speaker_0: One two.\nspeaker_1: Three.\nspeaker_0: Four five.\n", files[0])
	var segments struct {
		Segments []struct {
			Text    string
			Speaker string `json:"speaker_id"`
		}
	}
	require.NoError(t, json.NewDecoder(bytes.NewReader([]byte(files[1]))).Decode(&segments))
	require.Len(t, segments.Segments, 5, "every space is silence of more than a second")
	require.Equal(t, "speaker_1", segments.Segments[2].Speaker)
}

func TestSTT_CutsSegmentsOfAnyLength(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	words := strings.Fields(strings.Repeat("ein zwei drei vier fünf ", 400))
	srv.Transcribe(strings.Join(words, " "))
	for chars, want := range map[string]int{"1000000": 1, "23": 400, "22": 500, "1": 2000} {
		files := exported(t, srv, `[{"format":"segmented_json","max_segment_chars":`+chars+`}]`)
		var all struct{ Segments []struct{ Text string } }
		require.NoError(t, json.Unmarshal([]byte(files[0]), &all))
		require.Len(t, all.Segments, want, chars)
		var texts []string
		for _, s := range all.Segments {
			texts = append(texts, s.Text)
		}
		require.Equal(t, strings.Join(words, " "), strings.Join(texts, " "), chars)
	}
}
