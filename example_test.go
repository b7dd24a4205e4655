package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// exampleServer is an emulator that is quick.
func exampleServer(opts ...elevenlabstest.Option) *elevenlabstest.Server {
	srv, err := elevenlabstest.Start(append(opts, elevenlabstest.WithSpeed(1000))...)
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

// exampleClient is a client on an emulator of its own.
func exampleClient(faults ...elevenlabstest.Fault) (client *elevenlabs.Client, stop func() error) {
	srv := exampleServer()
	srv.Inject(faults...)
	return srv.Client(), srv.Close
}

func Example() {
	os.Setenv("ELEVENLABS_API_KEY", "sk_example")
	defer os.Unsetenv("ELEVENLABS_API_KEY")
	ctx := context.Background()
	speak := func(client *elevenlabs.Client) {
		audio, err := client.TTS(ctx, "Hello") // []byte, mp3_44100_128 unless told otherwise
		if err != nil {
			log.Fatal(err)
		}
		text, err := client.STT(ctx, audio, "audio/mpeg")
		fmt.Println(text, err)
	}

	client, err := elevenlabs.New(elevenlabs.WithTier(elevenlabs.TierCreator)) // key from ELEVENLABS_API_KEY
	if err != nil {
		log.Fatal(err)
	}
	_ = client // would talk to the vendor

	client, stop := exampleClient()
	defer stop()
	speak(client)
	// Output: Hello <nil>
}

func ExampleClient_Synthesize() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	err := func() error {
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
		fmt.Println(len(speech.Audio) > 0, speech.Meta.CharacterCost, len(speech.Meta.RequestID))
		return nil
	}()
	fmt.Println(err)
	// Output:
	// true 10 20
	// <nil>
}

func ExampleClient_SynthesizeStream() {
	client, stop := exampleClient()
	defer stop()
	ctx, player := context.Background(), io.Discard
	err := func() error {
		stream, err := client.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: "Once upon a time."})
		if err != nil {
			return err
		}
		defer stream.Close()
		_, err = io.Copy(player, stream)
		return err
	}()
	fmt.Println(err)
	// Output: <nil>
}

func ExampleClient_Transcribe() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	audio, err := client.TTS(ctx, "Good morning")
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "meeting.mp3")
	if err := os.WriteFile(path, audio, 0o600); err != nil {
		log.Fatal(err)
	}

	transcript, err := client.Transcribe(ctx, elevenlabs.STTRequest{
		Audio:    elevenlabs.AudioFile(path), // or AudioBytes, AudioReader, AudioURL
		Diarize:  true,
		Keyterms: []string{"Kubernetes", "ElevenLabs"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range transcript.Words {
		if w.Type == "word" {
			fmt.Println(w.SpeakerID, w.Text)
		}
	}
	// Output:
	// speaker_0 Good
	// speaker_0 morning
}

func ExampleAPIError() {
	client, stop := exampleClient(elevenlabstest.Status(401,
		`{"detail":{"code":"quota_exceeded","message":"This request exceeds your quota of 100. You have 3 credits remaining, while 5 credits are required for this request."}}`))
	defer stop()
	ctx := context.Background()

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
	// Output: out of credits
}

func ExampleAmbiguousError() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000), elevenlabstest.WithoutHistoryPermission())
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.CutAfter(100))

	_, err = srv.Client().TTS(context.Background(), "Hello")
	var lost *elevenlabs.AmbiguousError
	if errors.As(err, &lost) {
		fmt.Println("got", lost.Bytes, "bytes; in history:", lost.Meta.HistoryItemID != "")
		fmt.Println("the key may not look there:", errors.Is(lost.History, elevenlabs.ErrMissingPermission))
	}
	// Output:
	// got 100 bytes; in history: true
	// the key may not look there: true
}

func ExampleNew_options() {
	os.Setenv("ELEVENLABS_API_KEY", "sk_example")
	defer os.Unsetenv("ELEVENLABS_API_KEY")

	client, err := elevenlabs.New(
		elevenlabs.WithBackOff(elevenlabs.LinearBackOff(2*time.Second)), // 2 s, 4 s, 6 s, for every kind of retry
		elevenlabs.WithMaxRetries(3),
		elevenlabs.WithTimeouts(elevenlabs.Timeouts{FirstByte: 20 * time.Second}),
		elevenlabs.WithLogger(slog.Default()), // "TTS rate limit hit, retrying in 2s (attempt 1/3)"
	)
	fmt.Println(client != nil, err)
	// Output: true <nil>
}

func ExampleClient_Do() {
	client, stop := exampleClient()
	defer stop()

	resp, err := client.Do(context.Background(), elevenlabs.Call{Path: "/v1/user/subscription"})
	if err != nil {
		log.Fatal(err)
	}
	var subscription struct{ Tier string }
	if err := resp.JSON(&subscription); err != nil {
		log.Fatal(err)
	}
	tier, err := elevenlabs.ParseTier(subscription.Tier)
	fmt.Println(tier, err)
	// Output: starter <nil>
}

func ExampleParseTier() {
	tier, err := elevenlabs.ParseTier("growing_business")
	fmt.Println(tier, tier.Limit(elevenlabs.FamilyFlash), err)
	// Output: business 30 <nil>
}

func ExampleWithHooks() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client(elevenlabs.WithHooks(elevenlabs.Hooks{
		Done: func(_ context.Context, e elevenlabs.Event) {
			fmt.Println(e.Op, e.Family, e.Meta.CharacterCost, "credits")
		},
	}))
	if _, err := client.TTS(context.Background(), "Hello"); err != nil {
		log.Fatal(err)
	}
	// Output: TTS standard 5 credits
}
