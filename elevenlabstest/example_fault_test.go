package elevenlabstest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// The account is full although the client has kept to its limit: another
// program uses it too.
func ExampleConcurrencyRefusal() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.ConcurrencyRefusal())
	speech, err := srv.Client().Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(speech.Meta.Attempts, "attempts,", srv.Usage().Families[elevenlabs.FamilyStandard].Refused, "refused")
	// Output: 2 attempts, 1 refused
}

func ExampleSystemBusy() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.SystemBusy().WithHeader("Retry-After", "7"))
	_, err := srv.Client(elevenlabs.WithMaxRetries(0)).TTS(context.Background(), "Hello")
	after, _ := elevenlabs.RetryAfter(err)
	fmt.Println(errors.Is(err, elevenlabs.ErrSystemBusy), after)
	// Output: true 7s
}

func ExampleStatus() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.Status(http.StatusInternalServerError, `{"detail": {"code": "internal_error"}}`).On("/v1/models"))
	_, err := srv.Client(elevenlabs.WithMaxRetries(0)).Models(context.Background())
	fmt.Println(errors.Is(err, elevenlabs.ErrServer), srv.Requests()[0].Fault)
	// Output: true Status(500)
}

// The client cannot know that nothing was made, and the test can.
func ExampleRefuse() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.Refuse())
	_, err := srv.Client(elevenlabs.WithoutRecovery()).TTS(context.Background(), "Hello")
	var lost *elevenlabs.AmbiguousError
	fmt.Println(errors.As(err, &lost), srv.Usage().Characters, "credits")
	// Output: true 0 credits
}

// The speech was made and did not arrive: it can be fetched.
func ExampleCutAfter() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.CutAfter(1000))
	speech, err := srv.Client().Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("recovered:", speech.Meta.Recovered, "for", srv.Usage().Characters, "credits")
	// Output: recovered: true for 5 credits
}

// What a client does that may not repeat what was billed.
func ExampleResetAfter() {
	srv := quick(elevenlabstest.WithoutHistoryPermission())
	defer srv.Close()
	srv.Inject(elevenlabstest.ResetAfter(0))
	_, err := srv.Client().TTS(context.Background(), "Hello")
	var lost *elevenlabs.AmbiguousError
	fmt.Println(errors.As(err, &lost), srv.Usage().BilledTwice, "billed twice")
	// Output: true 0 billed twice
}

func ExampleEmptyAudio() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.EmptyAudio())
	_, err := srv.Client(elevenlabs.WithoutRecovery()).TTS(context.Background(), "Hello")
	fmt.Println(errors.Is(err, elevenlabs.ErrEmptyAudio), srv.Usage().Characters, "credits")
	// Output: true 5 credits
}

func ExampleWrongContentType() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.WrongContentType("text/html", "<html>Log in to use this network</html>"))
	_, err := srv.Client().TTS(context.Background(), "Hello")
	fmt.Println(errors.Is(err, elevenlabs.ErrNotAudio))
	// Output: true
}

func ExampleRedirectTo() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.RedirectTo("https://elsewhere.example.com"))
	_, err := srv.Client().TTS(context.Background(), "Hello")
	fmt.Println(errors.Is(err, elevenlabs.ErrRedirected), len(srv.Requests()), "request")
	// Output: true 1 request
}

// A caller who gives up on an answer that does not come.
func ExampleSlowFirstByte() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.SlowFirstByte(1000 * time.Hour)) // an hour at this speed
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := srv.Client().Models(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// A pause in the middle of a stream. What came before it can be played.
func ExampleStallAfter() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.StallAfter(1000, 5*time.Second))
	stream, err := srv.Client().SynthesizeStream(context.Background(), elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	n, err := io.ReadFull(stream, make([]byte, 1000))
	fmt.Println(n, err)
	rest, err := io.Copy(io.Discard, stream)
	fmt.Println(rest > 0, err)
	// Output:
	// 1000 <nil>
	// true <nil>
}

// sayHello has a sentence spoken over a socket.
func sayHello(client *elevenlabs.Client) (bytes int, err error) {
	s, err := client.DialTTS(context.Background(), elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5"})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if _, err := s.WriteString("Hello there. "); err != nil {
		return 0, err
	}
	if err := s.End(); err != nil {
		return 0, err
	}
	audio, err := io.ReadAll(s)
	return len(audio), err
}

// An error comes as a message, and the socket ends.
func ExampleOnSocket() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.OnSocket(2,
		elevenlabstest.Say(`{"error": "quota_exceeded", "message": "Nothing is left."}`),
		elevenlabstest.CloseWith(1008, "no credits"),
	))
	_, err := sayHello(srv.Client())
	fmt.Println(errors.Is(err, elevenlabs.ErrQuotaExceeded))
	// Output: true
}

// A network that breaks off, which a session survives.
func ExampleDrop() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Drop()))
	bytes, err := sayHello(srv.Client())
	fmt.Println(bytes > 0, err, len(srv.Requests()), "sockets")
	// Output: true <nil> 2 sockets
}

func ExampleCloseWith() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.CloseWith(1011, "restarting")))
	_, err := sayHello(srv.Client(elevenlabs.WithMaxRetries(0)))
	var broken *elevenlabs.SocketError
	if errors.As(err, &broken) {
		fmt.Println(broken.Code, broken.Reason)
	}
	// Output: 1011 restarting
}

// A message of a kind that nobody knows yet harms nobody.
func ExampleSay() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Say(`{"something": "new"}`)))
	bytes, err := sayHello(srv.Client())
	fmt.Println(bytes > 0, err)
	// Output: true <nil>
}

func ExampleStall() {
	srv := quick()
	defer srv.Close()
	srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Stall(5*time.Second)))
	bytes, err := sayHello(srv.Client())
	fmt.Println(bytes > 0, err)
	// Output: true <nil>
}
