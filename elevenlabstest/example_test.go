package elevenlabstest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// greet is what a service might do with speech.
func greet(ctx context.Context, s elevenlabs.Synthesizer, name string) (int, error) {
	audio, err := s.TTS(ctx, "Hello "+name)
	return len(audio), err
}

// quick is a server that takes a thousandth of the time.
func quick(opts ...elevenlabstest.Option) *elevenlabstest.Server {
	srv, err := elevenlabstest.Start(append(opts, elevenlabstest.WithSpeed(1000))...)
	if err != nil {
		log.Fatal(err)
	}
	return srv
}

func ExampleSynthesizerFunc() {
	mock := elevenlabstest.SynthesizerFunc(func(_ context.Context, text string) ([]byte, error) {
		return []byte(text), nil
	})
	fmt.Println(greet(context.Background(), mock, "Anna"))
	// Output: 10 <nil>
}

func ExampleTranscriberFunc() {
	var mock elevenlabs.Transcriber = elevenlabstest.TranscriberFunc(func(_ context.Context, audio []byte, mime string) (string, error) {
		return fmt.Sprintf("%d bytes of %s", len(audio), mime), nil
	})
	fmt.Println(mock.STT(context.Background(), make([]byte, 3), "audio/mpeg"))
	// Output: 3 bytes of audio/mpeg <nil>
}

func ExampleEmulator_Inject() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(http.StatusServiceUnavailable, "").Times(2))

	client := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1)))
	speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("attempts:", speech.Meta.Attempts)
	fmt.Println("billed:", srv.Usage().Characters, "characters")
	// Output:
	// attempts: 3
	// billed: 5 characters
}

// Two requests end in the same way for the client, and only one of them was
// made and billed.
func ExampleLose() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000), elevenlabstest.WithHistoryLag(0))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client := srv.Client(elevenlabs.WithoutRecovery())
	for _, fault := range []elevenlabstest.Fault{elevenlabstest.Lose(), elevenlabstest.ResetAfter(0)} {
		srv.Inject(fault)
		_, err := client.TTS(context.Background(), "Hello")
		var lost *elevenlabs.AmbiguousError
		fmt.Println(fault, errors.As(err, &lost), srv.Usage().Characters, "credits")
	}
	// Output:
	// Lose() true 0 credits
	// ResetAfter(0) true 5 credits
}

func ExampleWithScript() {
	chance := rand.New(rand.NewPCG(1, 2))
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000),
		elevenlabstest.WithScript(func(elevenlabstest.Request) elevenlabstest.Fault {
			if chance.Float64() < 0.5 {
				return elevenlabstest.SystemBusy()
			}
			return elevenlabstest.Fault{}
		}))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	client := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1)))
	for range 5 {
		speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(speech.Meta.Attempts, " ")
	}
	// Output: 1 2 2 2 2
}

func ExampleWithoutPermission() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000), elevenlabstest.WithoutPermission("voices_read"))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()
	_, err = client.ResolveVoice(ctx, "Sarah")
	fmt.Println(errors.Is(err, elevenlabs.ErrMissingPermission))
	_, err = client.TTS(ctx, "Hello", elevenlabs.WithVoice(elevenlabstest.VoiceSarah))
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}
