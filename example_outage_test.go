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

func ExampleWithRetryBudget() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(503, "").Times(10))

	// One attempt in twenty may be a retry, and two are free.
	client := srv.Client(elevenlabs.WithRetryBudget(0.05, 2), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(0)))
	_, err = client.TTS(context.Background(), "Hello")
	fmt.Println(errors.Is(err, elevenlabs.ErrRetryBudget), errors.Is(err, elevenlabs.ErrServer))
	fmt.Println(len(srv.Requests()), "requests")
	// Output:
	// true true
	// 3 requests
}

func ExampleWithBreaker() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(503, "").Times(1000))

	client := srv.Client(elevenlabs.WithBreaker(3), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(200*time.Millisecond)))
	for range 100 {
		_, err = client.TTS(context.Background(), "Hello")
	}
	fmt.Println(errors.Is(err, elevenlabs.ErrCircuitOpen), len(srv.Requests()), "requests")
	fmt.Printf("%+v\n", client.Stats().Breakers[elevenlabs.FamilyStandard])
	// Output:
	// true 3 requests
	// {Open:true Opened:1}
}

func ExampleBreakerError() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(503, "").Times(1000))
	client := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(60*time.Millisecond)), elevenlabs.WithMaxRetries(10))

	_, err = client.TTS(context.Background(), "Hello")
	var down *elevenlabs.BreakerError
	if errors.As(err, &down) {
		// A service answers its own clients with 503 and Retry-After.
		fmt.Println(down.Family, "is down, retry after", int(down.RetryAfter.Seconds()) > 0)
	}
	// Output: standard is down, retry after true
}

func ExampleHooks_outage() {
	alert := log.Default()
	_, err := elevenlabs.New(elevenlabs.WithAPIKey("sk_example"), elevenlabs.WithHooks(elevenlabs.Hooks{
		Breaker: func(_ context.Context, e elevenlabs.Event) {
			if e.Err != nil {
				alert.Print(e.Family, " is down: ", e.Err)
			} else {
				alert.Print(e.Family, " is back")
			}
		},
		Resent: func(_ context.Context, e elevenlabs.Event) {
			alert.Print("the HTTP client retries ", e.Op, " by itself; take that out")
		},
	}))
	fmt.Println(err)
	// Output: <nil>
}
