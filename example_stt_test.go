package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// listener is a client on an emulator that hears a fixed text in interview.
func listener(text string) (client *elevenlabs.Client, stop func() error) {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	srv.Transcribe(text)
	return srv.Client(), srv.Close
}

var interview = elevenlabs.AudioBytes(make([]byte, 64_000), "audio/mpeg") // 4 s, to the emulator

func ExampleTranscript_Turns() {
	client, stop := listener("May I help you? Yes, please. Go ahead.")
	defer stop()

	transcript, err := client.Transcribe(context.Background(), elevenlabs.STTRequest{
		Audio: interview, Diarize: true, DetectSpeakerRoles: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, turn := range transcript.Turns() {
		fmt.Printf("%s: %s\n", turn.Speaker, turn.Text)
	}
	// Output:
	// agent: May I help you?
	// customer: Yes, please.
	// agent: Go ahead.
}

func ExampleTranscript_MergeChannels() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000), elevenlabstest.WithTranscript(func(a elevenlabstest.AudioInfo) string {
		return [...]string{"Hello, this is support.", "Hi!"}[a.Channel]
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	call := wav(4*time.Second, 2) // a telephone call, each end on a channel

	transcript, err := srv.Client().Transcribe(context.Background(), elevenlabs.STTRequest{
		Audio: elevenlabs.AudioBytes(call, "audio/wav"), UseMultiChannel: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(transcript.Channels), "channels")
	fmt.Println(transcript.MergeChannels().Text)
	// Output:
	// 2 channels
	// Hello, this is support.
	// Hi!
}

func ExampleTranscript_WriteSRT() {
	client, stop := listener("The quick brown fox jumps over the lazy dog.")
	defer stop()

	transcript, err := client.Transcribe(context.Background(), elevenlabs.STTRequest{Audio: interview})
	if err != nil {
		log.Fatal(err)
	}
	if err := transcript.WriteSRT(os.Stdout, elevenlabs.SubtitleOptions{LineLength: 30}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1
	// 00:00:00,000 --> 00:00:04,000
	// The quick brown fox
	// jumps over the lazy dog.
}

func ExampleTranscript_WriteVTT() {
	client, stop := listener("Who is it? Me.")
	defer stop()

	transcript, err := client.Transcribe(context.Background(), elevenlabs.STTRequest{Audio: interview, Diarize: true})
	if err != nil {
		log.Fatal(err)
	}
	if err := transcript.WriteVTT(os.Stdout, elevenlabs.SubtitleOptions{Speakers: true}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// WEBVTT
	//
	// 00:00:00.000 --> 00:00:02.857
	// <v speaker_0>Who is it?
	//
	// 00:00:03.143 --> 00:00:04.143
	// <v speaker_1>Me.
}

func ExampleTranscriptFile_Bytes() {
	client, stop := listener("The minutes of the meeting.")
	defer stop()

	transcript, err := client.Transcribe(context.Background(), elevenlabs.STTRequest{
		Audio: interview, AdditionalFormats: []elevenlabs.AdditionalFormat{{Format: "pdf"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range transcript.AdditionalFormats {
		data, err := file.Bytes()
		fmt.Printf("minutes.%s %s %q %v\n", file.Extension, file.ContentType, data[:8], err)
	}
	// Output: minutes.pdf application/pdf "%PDF-1.4" <nil>
}

func ExampleClient_Transcript() {
	client, stop := listener("Good morning")
	defer stop()
	ctx := context.Background()
	made, err := client.Transcribe(ctx, elevenlabs.STTRequest{Audio: interview})
	if err != nil {
		log.Fatal(err)
	}

	transcript, err := client.Transcript(ctx, made.TranscriptionID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(transcript.Text)
	// Output: Good morning
}

func ExampleClient_DeleteTranscript() {
	client, stop := listener("Good morning")
	defer stop()
	ctx := context.Background()
	made, err := client.Transcribe(ctx, elevenlabs.STTRequest{Audio: interview})
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(client.DeleteTranscript(ctx, made.TranscriptionID))
	_, err = client.Transcript(ctx, made.TranscriptionID)
	fmt.Println(errors.Is(err, elevenlabs.ErrNotFound))
	// Output:
	// <nil>
	// true
}

func ExampleClient_SubmitSTT() {
	client, stop := listener("A long meeting.")
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()

	job, err := client.SubmitSTT(ctx, elevenlabs.STTRequest{
		Audio:           interview,
		WebhookMetadata: map[string]any{"meeting": "42"},
	})
	if err != nil {
		log.Fatal(err)
	}
	transcript, err := job.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(transcript.Text)
	// Output: A long meeting.
}

func ExampleClient_Job() {
	client, stop := listener("A long meeting.")
	defer stop()
	ctx := context.Background()
	submitted, err := client.SubmitSTT(ctx, elevenlabs.STTRequest{Audio: interview})
	if err != nil {
		log.Fatal(err)
	}
	table := map[string]string{submitted.RequestID: submitted.TranscriptionID} // in a database

	// When the program starts again, it asks for what it has not got yet.
	for requestID, transcriptionID := range table {
		transcript, err := client.Job(requestID, transcriptionID).Wait(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(transcript.Text)
	}
	// Output: A long meeting.
}

func ExampleNewWebhookHandler() {
	stored := make(chan string, 1)
	handler, err := elevenlabs.NewWebhookHandler(elevenlabs.WebhookConfig{
		Secrets: []string{"wsec_new", "wsec_old"}, // while one replaces the other
		Transcript: func(_ context.Context, e elevenlabs.WebhookEvent) error {
			stored <- fmt.Sprintf("%s: %s", e.Metadata, e.Transcript.Text)
			return nil // an error would have it delivered again, if the vendor does
		},
		Refused: func(_ *http.Request, err error) { log.Print(err) },
	})
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("POST /elevenlabs", handler)

	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000),
		elevenlabstest.WithWebhook(elevenlabstest.Webhook{Secret: "wsec_old", Handler: handler}))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	_, err = srv.Client().SubmitSTT(context.Background(), elevenlabs.STTRequest{
		Audio: interview, WebhookMetadata: map[string]any{"meeting": "42"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-stored)
	// Output: {"meeting":"42"}: This is a transcript from the emulator.
}

func ExampleWithWebhooks() {
	handler, err := elevenlabs.NewWebhookHandler(elevenlabs.WebhookConfig{
		Secrets:    []string{"wsec_1"},
		Transcript: func(context.Context, elevenlabs.WebhookEvent) error { return nil }, // would store it
	})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000),
		elevenlabstest.WithWebhook(elevenlabstest.Webhook{Secret: "wsec_1", Handler: handler}))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client(elevenlabs.WithWebhooks(handler))
	ctx := context.Background()

	job, err := client.SubmitSTT(ctx, elevenlabs.STTRequest{Audio: interview})
	if err != nil {
		log.Fatal(err)
	}
	transcript, err := job.Wait(ctx) // for the delivery, and asking for it now and then
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(transcript.Text)
	// Output: This is a transcript from the emulator.
}

func ExampleVerifyWebhook() {
	// A function that a gateway calls with the request's parts.
	receive := func(header http.Header, body io.Reader) int {
		raw, err := io.ReadAll(io.LimitReader(body, 64<<20))
		if err != nil {
			return http.StatusBadRequest
		}
		event, err := elevenlabs.VerifyWebhook(header.Get(elevenlabs.SignatureHeader), raw, "wsec_1")
		switch {
		case errors.Is(err, elevenlabs.ErrWebhookSignature), errors.Is(err, elevenlabs.ErrWebhookTime):
			return http.StatusUnauthorized
		case err != nil:
			return http.StatusBadRequest
		case event.Transcript != nil:
			fmt.Println(event.RequestID, event.Transcript.Text)
		}
		return http.StatusOK
	}

	const body = `{"type":"speech_to_text_transcription","data":{"request_id":"abc123","transcription":{"text":"Hello","words":[]}}}`
	for _, signed := range []string{
		elevenlabstest.SignWebhook("wsec_1", time.Now(), []byte(body)),
		elevenlabstest.SignWebhook("a guess", time.Now(), []byte(body)),                // ErrWebhookSignature
		elevenlabstest.SignWebhook("wsec_1", time.Now().Add(-time.Hour), []byte(body)), // ErrWebhookTime
	} {
		fmt.Println(receive(http.Header{"Elevenlabs-Signature": {signed}}, strings.NewReader(body)))
	}
	// Output:
	// abc123 Hello
	// 200
	// 401
	// 401
}
