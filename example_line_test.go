package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
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

// oneSlotClient is a client of an account with one slot.
func oneSlotClient() (client *elevenlabs.Client, stop func() error) {
	srv, err := elevenlabstest.Start(elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 1), elevenlabstest.WithServiceTime(20*time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	return srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyStandard, 1)), srv.Close
}

type waiting struct {
	name string
	how  elevenlabs.CallOption
}

// inLine lets calls wait in the given order behind one that has the only slot,
// and returns the order in which they are served.
func inLine(client *elevenlabs.Client, calls ...waiting) (served []string) {
	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	speak := func(text string, opts ...elevenlabs.CallOption) {
		_, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: text}, opts...)
		if err != nil {
			log.Fatal(err)
		}
	}
	queued := func() int { return client.Stats().Families[elevenlabs.FamilyStandard].Queued }
	first, err := client.SynthesizeStream(context.Background(), elevenlabs.TTSRequest{Text: strings.Repeat("First. ", 100)}, elevenlabs.WithStreamBuffer(0))
	if err != nil {
		log.Fatal(err)
	}
	for i, call := range calls {
		wg.Go(func() {
			speak(call.name, call.how)
			mu.Lock()
			defer mu.Unlock()
			served = append(served, call.name)
		})
		for queued() <= i {
			runtime.Gosched()
		}
	}
	first.Close()
	wg.Wait()
	return served
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

func ExampleRetryAfter() {
	client, stop := busyClient()
	defer stop()

	_, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"}, elevenlabs.WithMaxWait(0))
	after, ok := elevenlabs.RetryAfter(err)
	fmt.Println(after, ok)
	// Output:
	// 1s true
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

func ExampleWithPriority() {
	client, stop := oneSlotClient()
	defer stop()

	// Who is on the phone is not kept waiting by the night's batch.
	served := inLine(client,
		waiting{"batch", elevenlabs.WithPriority(elevenlabs.PriorityBatch)},
		waiting{"page", elevenlabs.WithPriority(elevenlabs.PriorityNormal)},
		waiting{"call", elevenlabs.WithPriority(elevenlabs.PriorityInteractive)},
	)
	fmt.Println(served)
	// Output:
	// [call page batch]
}

func ExampleWithTenant() {
	client, stop := oneSlotClient()
	defer stop()

	// However many calls a tenant has waiting, the next turn is another's.
	served := inLine(client,
		waiting{"acme 1", elevenlabs.WithTenant("acme", 1)},
		waiting{"acme 2", elevenlabs.WithTenant("acme", 1)},
		waiting{"acme 3", elevenlabs.WithTenant("acme", 1)},
		waiting{"zoo 1", elevenlabs.WithTenant("zoo", 1)},
	)
	fmt.Println(served)
	// Output:
	// [acme 1 zoo 1 acme 2 acme 3]
}

func ExampleWithTenantCap() {
	client, err := elevenlabs.New(
		elevenlabs.WithAPIKey("sk_example"),
		elevenlabs.WithTier(elevenlabs.TierPro),
		elevenlabs.WithTenantCap(0.5), // five slots of ten for one tenant while others wait
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Stats().Families[elevenlabs.FamilyStandard].Limit)

	_, err = elevenlabs.New(elevenlabs.WithAPIKey("sk_example"), elevenlabs.WithTenantCap(50))
	fmt.Println(err)
	// Output:
	// 10
	// elevenlabs: WithTenantCap: 50 is not from 0 to 1
}

func ExampleWithHeadroom() {
	// Of ten slots two are kept for calls that somebody waits for.
	client, err := elevenlabs.New(
		elevenlabs.WithAPIKey("sk_example"),
		elevenlabs.WithTier(elevenlabs.TierPro),
		elevenlabs.WithHeadroom(0.2),
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Stats().Families[elevenlabs.FamilyStandard].Limit)
	// Output:
	// 10
}

// A service that has no slot for a request says when to come back.
func ExampleQueueError() {
	client, stop := busyClient()
	defer stop()
	ctx := elevenlabs.NewContext(context.Background(), elevenlabs.WithMaxWait(0))
	_, err := client.TTS(ctx, "Hello")
	var busy *elevenlabs.QueueError
	if errors.As(err, &busy) && errors.Is(err, elevenlabs.ErrWaitTooLong) {
		w := httptest.NewRecorder()
		w.Header().Set("Retry-After", strconv.Itoa(int(busy.RetryAfter.Seconds())))
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Println(w.Code, w.Header())
	}
	// Output: 503 map[Retry-After:[1]]
}
