package elevenlabstest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A program of its own can reach the server too, with any key.
func ExampleLoopback() {
	srv := quick(elevenlabstest.Loopback())
	defer srv.Close()
	cmd := exec.Command("my-service")
	cmd.Env = append(os.Environ(), "ELEVENLABS_BASE_URL="+srv.URL, "ELEVENLABS_API_KEY=any")
	fmt.Println(strings.HasPrefix(srv.URL, "http://127.0.0.1:"))
	// Output: true
}

// A small plan has less of everything.
func ExampleWithTier() {
	srv := quick(elevenlabstest.WithTier(elevenlabs.TierFree))
	defer srv.Close()
	_, err := srv.Client().TTS(context.Background(), "Hello", elevenlabs.WithFormat(elevenlabs.FormatPCM_44100))
	fmt.Println(errors.Is(err, elevenlabs.ErrPlanRequired), srv.Usage().Families[elevenlabs.FamilyStandard].Limit)
	// Output: true 2
}

func ExampleWithLimit() {
	srv := quick(elevenlabstest.WithLimit(elevenlabs.FamilyFlash, 0))
	defer srv.Close()
	client := srv.Client(elevenlabs.WithMaxRetries(0))
	_, err := client.TTS(context.Background(), "Hello", elevenlabs.WithModel("eleven_flash_v2_5"))
	fmt.Println(errors.Is(err, elevenlabs.ErrConcurrencyLimit))
	// Output: true
}

func ExampleWithCredits() {
	srv := quick(elevenlabstest.WithCredits(8))
	defer srv.Close()
	for range 2 {
		_, err := srv.Client().TTS(context.Background(), "Hello")
		fmt.Println(errors.Is(err, elevenlabs.ErrQuotaExceeded))
	}
	// Output:
	// false
	// true
}

func ExampleWithRejectKey() {
	srv := quick(elevenlabstest.WithRejectKey("sk_revoked"))
	defer srv.Close()
	_, err := srv.Client(elevenlabs.WithAPIKey("sk_revoked")).TTS(context.Background(), "Hello")
	fmt.Println(errors.Is(err, elevenlabs.ErrUnauthorized))
	// Output: true
}

// A key that may speak and may not look at what was spoken.
func ExampleWithoutHistoryPermission() {
	srv := quick(elevenlabstest.WithoutHistoryPermission())
	defer srv.Close()
	_, err := srv.Client().HistoryItem(context.Background(), "abc")
	fmt.Println(errors.Is(err, elevenlabs.ErrMissingPermission))
	// Output: true
}

// How long things take. A test in a bubble of testing/synctest may count on the
// exact times, and does not wait for them.
func ExampleWithLatency() {
	srv, err := elevenlabstest.Start(
		elevenlabstest.WithLatency(elevenlabstest.Latency{Base: 20 * time.Millisecond, PerCharacter: time.Millisecond}),
		elevenlabstest.WithRoundTrip(10*time.Millisecond),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	start := time.Now()
	_, err = srv.Client().TTS(context.Background(), "Hello")
	fmt.Println(time.Since(start) >= 35*time.Millisecond, err)
	// Output: true <nil>
}

// The same time for all, whatever they ask for.
func ExampleWithServiceTime() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithServiceTime(20 * time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	start := time.Now()
	_, err = srv.Client().TTS(context.Background(), strings.Repeat("Hello. ", 20))
	fmt.Println(time.Since(start) >= 20*time.Millisecond, err)
	// Output: true <nil>
}

// A network that is far away.
func ExampleWithRoundTrip() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithRoundTrip(20 * time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	start := time.Now()
	_, err = srv.Client().Models(context.Background())
	fmt.Println(time.Since(start) >= 20*time.Millisecond, err)
	// Output: true <nil>
}

// An account that counts a request for a while after its answer.
func ExampleWithSlotLinger() {
	srv := quick(elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 1), elevenlabstest.WithSlotLinger(1000*time.Hour))
	defer srv.Close()
	client := srv.Client(elevenlabs.WithMaxRetries(0))
	for range 2 {
		_, err := client.TTS(context.Background(), "Hello")
		fmt.Println(errors.Is(err, elevenlabs.ErrConcurrencyLimit))
	}
	// Output:
	// false
	// true
}

func ExampleWithTranscript() {
	srv := quick(elevenlabstest.WithTranscript(func(audio elevenlabstest.AudioInfo) string {
		return fmt.Sprintf("%d bytes of %s", audio.File.Size, audio.File.ContentType)
	}))
	defer srv.Close()
	text, err := srv.Client().STT(context.Background(), make([]byte, 64_000), "audio/mpeg")
	fmt.Println(text, err)
	// Output: 64000 bytes of audio/mpeg <nil>
}

// A service's own handler gets the transcript, signed as the vendor does.
func ExampleWithWebhook() {
	delivered := make(chan bool, 1)
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		delivered <- r.Header.Get(elevenlabs.SignatureHeader) != ""
	})
	srv := quick(elevenlabstest.WithWebhook(elevenlabstest.Webhook{Secret: "wsec_1", Handler: handler}))
	defer srv.Close()
	_, err := srv.Client().SubmitSTT(context.Background(), elevenlabs.STTRequest{
		Audio: elevenlabs.AudioBytes(make([]byte, 64_000), "audio/mpeg"),
	})
	fmt.Println(<-delivered, err)
	// Output: true <nil>
}
