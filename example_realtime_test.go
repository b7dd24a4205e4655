package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// microphone is an emulator and speech to be heard by it, with a pause behind
// each sentence.
func microphone(sentences ...string) (srv *elevenlabstest.Server, audio io.Reader) {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	var parts []io.Reader
	for _, sentence := range sentences {
		stream, err := srv.Client().SynthesizeStream(context.Background(), elevenlabs.TTSRequest{
			Text: sentence, Format: elevenlabs.FormatPCM_16000,
		})
		if err != nil {
			log.Fatal(err)
		}
		parts = append(parts, stream, io.LimitReader(quiet{}, 2*32_000))
	}
	return srv, io.MultiReader(parts...)
}

type quiet struct{}

func (quiet) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Audio goes in on one goroutine, and what was heard comes out on another.
func ExampleClient_DialSTT() {
	srv, audio := microphone("What brings you to this bookshop?")
	defer srv.Close()
	ctx := context.Background()

	session, err := srv.Client().DialSTT(ctx, elevenlabs.STTStreamRequest{LanguageCode: "en"})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	go func() {
		if _, err := io.Copy(session, audio); err != nil {
			log.Print(err)
		}
		if err := session.Finish(ctx); err != nil {
			log.Print(err)
		}
	}()
	for event, err := range session.Events() {
		if err != nil {
			log.Fatal(err)
		}
		switch event.Kind {
		case elevenlabs.STTPartial: // show event.Text, in place of the last one
		case elevenlabs.STTCommitted:
			fmt.Println(event.Segment.Text)
		case elevenlabs.STTGap:
			fmt.Println("lost from", event.From, "to", event.To)
		}
	}
	// Output:
	// What brings you to this bookshop?
}

// Times count in the audio that was written, whatever happens to the
// connection.
func ExampleSTTSession_Events() {
	srv, audio := microphone("Hello there.", "Good bye.")
	defer srv.Close()
	srv.Inject(elevenlabstest.OnSocket(4, elevenlabstest.Drop())) // in the middle of it

	client := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Millisecond)))
	session, err := client.DialSTT(context.Background(), elevenlabs.STTStreamRequest{Timestamps: true})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	go func() {
		_, _ = io.Copy(session, audio)
		_ = session.Finish(context.Background())
	}()
	for event, err := range session.Events() {
		if err != nil {
			log.Fatal(err)
		}
		if s := event.Segment; s != nil {
			for _, w := range s.Words {
				if w.Type == "word" {
					fmt.Printf("%.1f s %s\n", *w.Start, w.Text)
				}
			}
		}
	}
	// Output:
	// 0.0 s Hello
	// 0.4 s there.
	// 3.2 s Good
	// 3.5 s bye.
}

// An own end of speech, such as a button that is let go, commits.
func ExampleSTTSession_Commit() {
	srv, audio := microphone("Turn on the light.")
	defer srv.Close()

	session, err := srv.Client().DialSTT(context.Background(), elevenlabs.STTStreamRequest{})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	if _, err := session.ReadFrom(audio); err != nil {
		log.Fatal(err)
	}
	if err := session.Commit(); err != nil {
		log.Fatal(err)
	}
	for event, err := range session.Events() {
		if err != nil {
			log.Fatal(err)
		}
		if event.Segment != nil {
			fmt.Println(event.Segment.Text)
			break // the session stays open
		}
	}
	// Output:
	// Turn on the light.
}

// A session of a program without a key gets a fresh token for each connection
// from a service that has one.
func ExampleSTTStreamRequest_tokens() {
	srv, audio := microphone("Hello.")
	defer srv.Close()
	service := srv.Client() // it has the key

	session, err := srv.Client().DialSTT(context.Background(), elevenlabs.STTStreamRequest{
		Tokens: func(ctx context.Context) (string, error) { return service.NewToken(ctx, elevenlabs.TokenRealtimeSTT) },
	})
	if err != nil {
		log.Fatal(err)
	}
	_, _ = io.Copy(session, audio)
	fmt.Println(session.Finish(context.Background()))
	// Output:
	// <nil>
}

// The API refuses a session with a message, once the socket is open.
func ExampleClient_DialSTT_refused() {
	srv, _ := microphone()
	defer srv.Close()

	_, err := srv.Client(elevenlabs.WithAPIKey("invalid-key")).DialSTT(context.Background(), elevenlabs.STTStreamRequest{})
	var refusal *elevenlabs.SocketError
	fmt.Println(errors.Is(err, elevenlabs.ErrUnauthorized))
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Type, refusal.Code)
	}
	// Output:
	// true
	// auth_error 1000
}
