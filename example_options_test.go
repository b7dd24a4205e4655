package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A key from a file, with the file's last line feed. The error does not repeat
// it.
func ExampleWithAPIKey() {
	key := "sk_example\n"
	_, err := elevenlabs.New(elevenlabs.WithAPIKey(key))
	fmt.Println(err)
	// Output: elevenlabs: WithAPIKey: the key contains white space or characters outside ASCII
}

// A key that is replaced while the program runs is used from the next attempt
// on.
func ExampleWithKeySource() {
	srv := exampleServer(elevenlabstest.WithRejectKey("old-key"))
	defer srv.Close()
	vault := "old-key"
	client := srv.Client(elevenlabs.WithKeySource(func(context.Context) (string, error) { return vault, nil }))
	ctx := context.Background()

	_, err := client.TTS(ctx, "Hello")
	fmt.Println("revoked:", errors.Is(err, elevenlabs.ErrUnauthorized))
	vault = "new-key"
	_, err = client.TTS(ctx, "Hello")
	fmt.Println(err)
	// Output:
	// revoked: true
	// <nil>
}

// The API behind a gateway that adds a path.
func ExampleWithBaseURL() {
	api := elevenlabstest.NewEmulator(elevenlabstest.WithSpeed(1000))
	gateway := httptest.NewServer(http.StripPrefix("/speech", api))
	defer gateway.Close()

	client, err := elevenlabs.New(elevenlabs.WithBaseURL(gateway.URL+"/speech"), elevenlabs.WithAPIKey("sk_example"))
	if err != nil {
		log.Fatal(err)
	}
	models, err := client.Models(context.Background())
	fmt.Println(len(models) > 0, err)
	// Output: true <nil>
}

func ExampleWithPlainHTTP() {
	gateway := elevenlabs.WithBaseURL("http://speech.internal:8080")
	_, err := elevenlabs.New(gateway, elevenlabs.WithAPIKey("sk_example"))
	fmt.Println(err)

	// Inside a mesh that encrypts by itself:
	_, err = elevenlabs.New(gateway, elevenlabs.WithAPIKey("sk_example"), elevenlabs.WithPlainHTTP())
	fmt.Println(err)
	// Output:
	// elevenlabs: WithBaseURL: plain http to speech.internal:8080 would show the API key; use https or WithPlainHTTP
	// <nil>
}

func ExampleWithRegion() {
	srv := exampleServer()
	defer srv.Close()
	client, err := elevenlabs.New(
		elevenlabs.WithRegion(elevenlabs.RegionEU),
		elevenlabs.WithAPIKey("sk_of_the_eu"), // a residency region has keys of its own
		elevenlabs.WithHTTPClient(&http.Client{Transport: hostPrinter{srv.HTTPClient().Transport}}),
	)
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Models(context.Background())
	fmt.Println(err)
	// Output:
	// GET api.eu.residency.elevenlabs.io
	// <nil>
}

// hostPrinter is a transport that prints where requests go, and takes all of
// them to the emulator, which speaks plain HTTP.
type hostPrinter struct{ emulator http.RoundTripper }

func (p hostPrinter) RoundTrip(r *http.Request) (*http.Response, error) {
	fmt.Println(r.Method, r.URL.Host)
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return p.emulator.RoundTrip(r)
}

// A transport of one's own, for a proxy, a tracer or another dialer.
func ExampleWithHTTPClient() {
	srv := exampleServer()
	defer srv.Close()
	client := srv.Client(elevenlabs.WithHTTPClient(&http.Client{
		Transport: hostPrinter{srv.HTTPClient().Transport}, // not one that retries
		Timeout:   time.Minute,                             // becomes Timeouts.Total, which cuts no stream
	}))
	_, err := client.TTS(context.Background(), "Hello")
	fmt.Println(err)
	// Output:
	// POST 127.0.0.1
	// <nil>
}

func ExampleWithLogger() {
	srv := exampleServer()
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(http.StatusServiceUnavailable, ""))
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key != slog.LevelKey && a.Key != slog.MessageKey {
				return slog.Attr{} // ids, waits and so on are left out here
			}
			return a
		},
	}))

	client := srv.Client(elevenlabs.WithLogger(logger), elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Millisecond)))
	_, err := client.TTS(context.Background(), "Hello")
	fmt.Println(err)
	// Output:
	// level=WARN msg="TTS failed with status 503, retrying in 1ms (attempt 1/3)"
	// level=INFO msg="TTS served after 1 retry"
	// <nil>
}

// A header that a gateway asks for, with all calls or with one.
func ExampleWithHeader() {
	srv := exampleServer()
	defer srv.Close()
	client := srv.Client(elevenlabs.WithHeader("X-Team", "reading"))
	ctx := elevenlabs.NewContext(context.Background(), elevenlabs.WithHeader("X-Trace", "4bf92f35"))
	if _, err := client.TTS(ctx, "Hello"); err != nil {
		log.Fatal(err)
	}
	sent := srv.Requests()[0].Header
	fmt.Println(sent.Get("X-Team"), sent.Get("X-Trace"))

	_, err := client.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Hello"}, elevenlabs.WithHeader("xi-api-key", "sk_other"))
	fmt.Println(err)
	// Output:
	// reading 4bf92f35
	// elevenlabs: WithHeader: Xi-Api-Key cannot be set by the caller
}

// A parameter that the API has and this package does not know yet.
func ExampleWithQuery() {
	srv := exampleServer()
	defer srv.Close()
	_, err := srv.Client().Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"},
		elevenlabs.WithQuery("watermark", "true"))
	fmt.Println(srv.Requests()[0].Query.Get("watermark"), err)
	// Output: true <nil>
}

// A service that plays short sentences has no room for an answer of an hour.
func ExampleWithMaxBody() {
	srv := exampleServer()
	defer srv.Close()
	client := srv.Client(elevenlabs.WithMaxBody(4 << 10))
	_, err := client.TTS(context.Background(), "A sentence that takes longer to say than was thought.")
	fmt.Println(errors.Is(err, elevenlabs.ErrTooLarge))
	// Output: true
}

// A client that is used by people has less patience than its default.
func ExampleWithTimeouts() {
	srv := exampleServer()
	defer srv.Close()
	client := srv.Client(elevenlabs.WithTimeouts(elevenlabs.Timeouts{
		Connect:   5 * time.Second,
		FirstByte: 20 * time.Second,
	}))
	ctx := elevenlabs.NewContext(context.Background(), elevenlabs.WithTimeouts(elevenlabs.Timeouts{
		FirstByte: 2 * time.Minute, // for a long text; Connect stays
	}))
	audio, err := client.TTS(ctx, "Hello")
	fmt.Println(len(audio) > 0, err)
	// Output: true <nil>
}

func ExampleWithMaxRetries() {
	srv := exampleServer()
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(http.StatusServiceUnavailable, ""))
	client := srv.Client() // repeats three times

	// Somebody else retries here, such as a queue of jobs.
	ctx := elevenlabs.NewContext(context.Background(), elevenlabs.WithMaxRetries(0))
	_, err := client.TTS(ctx, "Hello")
	fmt.Println(errors.Is(err, elevenlabs.ErrServer), len(srv.Requests()), "request")
	// Output: true 1 request
}

// Any back-off of github.com/cenkalti/backoff will do; two are at hand.
func ExampleWithBackOff() {
	srv := exampleServer()
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(http.StatusServiceUnavailable, "").Times(2))
	client := srv.Client(
		elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Millisecond)), // 1 ms, 2 ms, 3 ms
		elevenlabs.WithHooks(elevenlabs.Hooks{
			Retry: func(_ context.Context, e elevenlabs.Event) { fmt.Println("wait", e.Wait) },
		}),
	)
	_, err := client.TTS(context.Background(), "Hello")
	fmt.Println(err)
	// Output:
	// wait 1ms
	// wait 2ms
	// <nil>
}

// Sound effects cannot be found again in the history: to repeat one whose
// answer was lost may pay twice.
func ExampleWithRetryAmbiguous() {
	srv := exampleServer()
	defer srv.Close()
	srv.Inject(elevenlabstest.ResetAfter(0)) // made, billed, and lost on the way
	client := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Millisecond)))

	rain := elevenlabs.SoundEffectRequest{Text: "Rain on a tin roof", Duration: 2 * time.Second}
	sound, err := client.SoundEffect(context.Background(), rain, elevenlabs.WithRetryAmbiguous())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sound.Meta.Attempts, "attempts,", srv.Usage().BilledTwice, "billed twice")
	// Output: 2 attempts, 1 billed twice
}

// A client that may use five of the account's slots, since other programs use
// the rest.
func ExampleWithConcurrency() {
	client, err := elevenlabs.New(
		elevenlabs.WithAPIKey("sk_example"),
		elevenlabs.WithTier(elevenlabs.TierPro),
		elevenlabs.WithConcurrency(elevenlabs.FamilyStandard, 5),
	)
	if err != nil {
		log.Fatal(err)
	}
	families := client.Stats().Families
	fmt.Println(families[elevenlabs.FamilyStandard].Limit, "and", families[elevenlabs.FamilyFlash].Limit)
	// Output: 5 and 20
}

// Two clients of one account, such as one for each team's key, share its slots.
func ExampleWithLimiter() {
	srv := exampleServer()
	defer srv.Close()
	limiter, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{Tier: elevenlabs.TierStarter})
	if err != nil {
		log.Fatal(err)
	}
	reading := srv.Client(elevenlabs.WithLimiter(limiter), elevenlabs.WithAPIKey("sk_reading"))
	support := srv.Client(elevenlabs.WithLimiter(limiter), elevenlabs.WithAPIKey("sk_support"))

	var wg sync.WaitGroup
	for _, client := range []*elevenlabs.Client{reading, support, reading, support, reading, support} {
		wg.Go(func() {
			if _, err := client.TTS(context.Background(), "Hello"); err != nil {
				log.Print(err)
			}
		})
	}
	wg.Wait()
	standard := srv.Usage().Families[elevenlabs.FamilyStandard]
	fmt.Println(standard.Served, "served,", standard.Refused, "refused")
	// Output: 6 served, 0 refused
}
