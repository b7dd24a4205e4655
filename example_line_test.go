package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// busyClient is a client whose only slot is taken by somebody else.
func busyClient() (client *elevenlabs.Client, stop func() error) {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	limiter, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{
		Limits: map[elevenlabs.Family]int{elevenlabs.FamilyStandard: 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := limiter.Acquire(context.Background(), elevenlabs.Admission{Family: elevenlabs.FamilyStandard}); err != nil {
		log.Fatal(err)
	}
	return srv.Client(elevenlabs.WithLimiter(limiter)), srv.Close
}

func ExampleWithMaxWait() {
	client, stop := busyClient()
	defer stop()

	// A slot at once or none: what a serverless function can afford.
	ctx := elevenlabs.NewContext(context.Background(), elevenlabs.WithMaxWait(0))
	_, err := client.TTS(ctx, "Hello")
	var busy *elevenlabs.QueueError
	if errors.As(err, &busy) {
		fmt.Println(busy.Err, "- retry after", busy.RetryAfter)
	}
	// Output:
	// the wait for a slot is too long - retry after 1s
}

func ExampleWithMaxQueue() {
	client, stop := busyClient()
	defer stop()

	_, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"}, elevenlabs.WithMaxQueue(0))
	fmt.Println(errors.Is(err, elevenlabs.ErrQueueFull), errors.Is(err, elevenlabs.ErrWaitTooLong))
	// Output:
	// true false
}

func ExampleNewContext() {
	client, stop := exampleClient()
	defer stop()

	// A server's middleware says for whom a request is and how urgent.
	ctx := elevenlabs.NewContext(context.Background(),
		elevenlabs.WithTenant("acme", 2),
		elevenlabs.WithPriority(elevenlabs.PriorityInteractive),
		elevenlabs.WithMaxWait(2*time.Second),
	)
	audio, err := client.TTS(ctx, "Hello")
	fmt.Println(len(audio) > 0, err)
	// Output:
	// true <nil>
}

func ExampleWithHeadroom() {
	// Of ten slots two are kept for calls that somebody waits for.
	client, err := elevenlabs.New(
		elevenlabs.WithAPIKey("sk_example"),
		elevenlabs.WithTier(elevenlabs.TierPro),
		elevenlabs.WithHeadroom(0.2),
		elevenlabs.WithTenantCap(0.5), // five for one tenant while others wait
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Stats().Families[elevenlabs.FamilyStandard].Limit)
	// Output:
	// 10
}
