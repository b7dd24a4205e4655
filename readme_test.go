package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// The snippets of the README, word for word, each in a function that gives it
// its surroundings. Where an emulator can stand in they are run.

func readmeUse(ctx context.Context) (string, error) {
	client, err := elevenlabs.New(elevenlabs.WithTier(elevenlabs.TierCreator)) // key from ELEVENLABS_API_KEY
	if err != nil {
		log.Fatal(err)
	}
	audio, err := client.TTS(ctx, "Hello") // []byte, mp3_44100_128 unless told otherwise
	if err != nil {
		log.Fatal(err)
	}
	text, err := client.STT(ctx, audio, "audio/mpeg")
	return text, err
}

func readmeSynthesize(ctx context.Context, client *elevenlabs.Client) error {
	speech, err := client.Synthesize(ctx, elevenlabs.TTSRequest{
		Text:          "The total is twelve.",
		VoiceID:       "JBFqnCBsd6RMkjVDRZzb",
		ModelID:       "eleven_flash_v2_5",
		Format:        elevenlabs.FormatPCM_16000,
		VoiceSettings: &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(0.4)},
	})
	if err != nil {
		return err
	}
	fmt.Println(len(speech.Audio), speech.Meta.CharacterCost, speech.Meta.RequestID)
	return nil
}

func readmeStream(ctx context.Context, client *elevenlabs.Client, player io.Writer) error {
	stream, err := client.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: "Once upon a time."})
	if err != nil {
		return err
	}
	defer stream.Close()
	_, err = io.Copy(player, stream)
	return err
}

func readmeTranscribe(ctx context.Context, client *elevenlabs.Client) error {
	transcript, err := client.Transcribe(ctx, elevenlabs.STTRequest{
		Audio:    elevenlabs.AudioFile("meeting.mp3"), // or AudioBytes, AudioReader, AudioURL
		Diarize:  true,
		Keyterms: []string{"Kubernetes", "ElevenLabs"},
	})
	if err != nil {
		return err
	}
	for _, w := range transcript.Words {
		if w.Type == "word" {
			fmt.Println(w.SpeakerID, w.Text)
		}
	}
	return nil
}

func readmeSubtitles(ctx context.Context, client *elevenlabs.Client, w io.Writer) error {
	speech, err := client.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Good morning. How are you?", Timestamps: true})
	if err != nil {
		return err
	}
	err = speech.WriteSRT(w, elevenlabs.SubtitleOptions{})
	return err
}

func readmeNarrate(ctx context.Context, client *elevenlabs.Client, w io.Writer) error {
	book, err := os.Open("book.txt")
	if err != nil {
		return err
	}
	defer book.Close()
	narration, err := client.Narrate(ctx, elevenlabs.NarrateRequest{
		TTSRequest: elevenlabs.TTSRequest{VoiceID: "JBFqnCBsd6RMkjVDRZzb", Timestamps: true},
		Reader:     book,
		Checkpoint: "book.pieces", // what is in it is not paid for again
	}, w)
	if err != nil {
		return err // narrate the same again to go on
	}
	fmt.Println(narration.Duration, narration.Pieces)
	return nil
}

func readmeWebhook(ctx context.Context, mux *http.ServeMux, save func(context.Context, elevenlabs.WebhookEvent) error) error {
	hooks, err := elevenlabs.NewWebhookHandler(elevenlabs.WebhookConfig{
		Secrets:    []string{os.Getenv("ELEVENLABS_WEBHOOK_SECRET")},
		Transcript: save, // every one, whether a job waits for it or not
	})
	if err != nil {
		return err
	}
	mux.Handle("POST /hooks/elevenlabs", hooks)

	client, err := elevenlabs.New(elevenlabs.WithWebhooks(hooks))
	if err != nil {
		return err
	}
	job, err := client.SubmitSTT(ctx, elevenlabs.STTRequest{Audio: elevenlabs.AudioFile("meeting.mp3")})
	if err != nil {
		return err
	}
	transcript, err := job.Wait(ctx)
	_ = transcript
	return err
}

func readmeLiveTTS(ctx context.Context, client *elevenlabs.Client, tokens iter.Seq[string], player io.Writer) error {
	session, err := client.DialTTS(ctx, elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5", Format: elevenlabs.FormatPCM_16000})
	if err != nil {
		return err
	}
	defer session.Close()
	go func() {
		_ = session.WriteAll(tokens) // of a language model
		_ = session.End()
	}()
	_, err = io.Copy(player, session)
	return err
}

func readmeLiveDialogue(
	ctx context.Context, client *elevenlabs.Client, host, guest string, tokens iter.Seq[string], player io.Writer,
) error {
	dialogue, err := client.DialDialogue(ctx, elevenlabs.DialogueStreamRequest{ModelID: "eleven_v3", Voices: []string{host, guest}})
	if err != nil {
		return err
	}
	defer dialogue.Close()
	go func() {
		_ = dialogue.Say(host, "[excited] Welcome! Who is with us today?")
		_ = dialogue.Turn(guest)
		_ = dialogue.WriteAll(tokens)
		_ = dialogue.End()
	}()
	_, err = io.Copy(player, dialogue)
	return err
}

func readmeLiveSTT(ctx context.Context, client *elevenlabs.Client, microphone io.Reader) error {
	session, err := client.DialSTT(ctx, elevenlabs.STTStreamRequest{CommitStrategy: "vad"})
	if err != nil {
		return err
	}
	defer session.Close()
	go func() {
		_, _ = session.ReadFrom(microphone)
		_ = session.Finish(ctx)
	}()
	for event, err := range session.Events() {
		if err != nil {
			return err
		}
		switch event.Kind {
		case elevenlabs.STTPartial:
			fmt.Print("\r", event.Text)
		case elevenlabs.STTCommitted:
			fmt.Println("\r" + event.Segment.Text)
		}
	}
	return nil
}

func readmeVoices(ctx context.Context, client *elevenlabs.Client) error {
	for voice, err := range client.Voices(ctx, elevenlabs.VoiceQuery{Search: "calm"}) {
		if err != nil {
			return err
		}
		fmt.Println(voice.ID, voice.Name)
	}
	return nil
}

func readmeErrors(ctx context.Context, client *elevenlabs.Client) {
	_, err := client.TTS(ctx, "Hello")
	var (
		api  *elevenlabs.APIError
		lost *elevenlabs.AmbiguousError
	)
	switch {
	case errors.Is(err, elevenlabs.ErrQuotaExceeded):
		fmt.Println("out of credits")
	case errors.Is(err, elevenlabs.ErrVoiceNotFound):
		fmt.Println("no such voice in this account")
	case errors.As(err, &lost):
		fmt.Println("the answer was lost and may have been billed:", lost.Meta.HistoryItemID)
	case errors.As(err, &api):
		fmt.Println(api.StatusCode, api.Code, api.RequestID, "after", api.Attempts, "attempts")
	}
}

func readmeOptions() (*elevenlabs.Client, error) {
	client, err := elevenlabs.New(
		elevenlabs.WithBackOff(elevenlabs.LinearBackOff(2*time.Second)), // 2 s, 4 s, 6 s, for every kind of retry
		elevenlabs.WithMaxRetries(3),
		elevenlabs.WithTimeouts(elevenlabs.Timeouts{FirstByte: 20 * time.Second}),
		elevenlabs.WithLogger(slog.Default()), // "TTS rate limit hit, retrying in 2s (attempt 1/3)"
	)
	return client, err
}

func readmeLine(ctx context.Context, client *elevenlabs.Client, w http.ResponseWriter) {
	ctx = elevenlabs.NewContext(ctx,
		elevenlabs.WithTenant("acme", 2), // twice the share of a tenant of weight 1
		elevenlabs.WithPriority(elevenlabs.PriorityInteractive),
		elevenlabs.WithMaxWait(2*time.Second),
	)
	_, err := client.TTS(ctx, "Hello")
	if after, ok := elevenlabs.RetryAfter(err); ok { // the line is too long, or the vendor is down
		w.Header().Set("Retry-After", fmt.Sprint(int(after.Seconds())))
		http.Error(w, "busy", http.StatusServiceUnavailable)
	}
}

func readmeSharedLimiter(calm, lively string) error {
	limiter, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{Tier: elevenlabs.TierPro, Headroom: 0.2})
	if err != nil {
		return err
	}
	narrator, err := elevenlabs.New(elevenlabs.WithLimiter(limiter), elevenlabs.WithVoice(calm))
	if err != nil {
		return err
	}
	agent, err := elevenlabs.New(elevenlabs.WithLimiter(limiter), elevenlabs.WithVoice(lively))
	_, _ = narrator, agent
	return err
}

func readmeEmulator(t *testing.T) ([]byte, error) {
	srv := elevenlabstest.NewServer(t)
	srv.Inject(elevenlabstest.SystemBusy().Times(2)) // the next two requests fail
	client := srv.Client()
	audio, err := client.TTS(t.Context(), "Hello")
	return audio, err
}

func TestReadme_SnippetsRun(t *testing.T) {
	t.Setenv("ELEVENLABS_API_KEY", "sk_example")
	t.Chdir(t.TempDir())
	client, stop := exampleClient()
	t.Cleanup(func() { _ = stop() })

	audio, err := readmeEmulator(t)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("meeting.mp3", audio, 0o600))
	require.NoError(t, readmeSynthesize(t.Context(), client))
	require.NoError(t, readmeStream(t.Context(), client, io.Discard))
	require.NoError(t, readmeTranscribe(t.Context(), client))
	readmeErrors(t.Context(), client)
	w := httptest.NewRecorder()
	readmeLine(t.Context(), client, w)
	require.Equal(t, http.StatusOK, w.Code)
	require.NoError(t, readmeSharedLimiter("JBFqnCBsd6RMkjVDRZzb", "EXAVITQu4vr4xnSDxMaL"))
	_, err = readmeOptions()
	require.NoError(t, err)
	var subtitles strings.Builder
	require.NoError(t, readmeSubtitles(t.Context(), client, &subtitles))
	require.Contains(t, subtitles.String(), "Good morning.")
	require.NoError(t, os.WriteFile("book.txt", []byte("It was night. Nobody spoke."), 0o600))
	require.NoError(t, readmeNarrate(t.Context(), client, io.Discard))
	require.NoError(t, readmeLiveTTS(t.Context(), client, slices.Values([]string{"Hello ", "there."}), io.Discard))
	dialogue := slices.Values([]string{"A frie", "nd."})
	require.NoError(t, readmeLiveDialogue(t.Context(), client, sarah, george, dialogue, io.Discard))
	require.NoError(t, readmeLiveSTT(t.Context(), client, bytes.NewReader(make([]byte, 32_000))))
	require.NoError(t, readmeVoices(t.Context(), client))
	_, _ = readmeUse, readmeWebhook // would reach for the vendor
}

// TestReadme_SnippetsAreThese fails when the README says something that this
// file does not compile.
func TestReadme_SnippetsAreThese(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	code, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, snippets)
	for _, s := range snippets {
		require.Contains(t, flat(string(code)), flat(s[1]))
	}
}
