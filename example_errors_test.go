package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// Two refusals that waiting cures, as they are when the client has waited
// enough.
func ExampleAPIError_rateLimited() {
	client, stop := exampleClient(elevenlabstest.ConcurrencyRefusal(), elevenlabstest.SystemBusy())
	defer stop()
	ctx := elevenlabs.NewContext(context.Background(), elevenlabs.WithMaxRetries(0))
	for range 2 {
		_, err := client.TTS(ctx, "Hello")
		var api *elevenlabs.APIError
		switch {
		case errors.Is(err, elevenlabs.ErrConcurrencyLimit) && errors.As(err, &api):
			fmt.Println("other programs use the account's slots, all", api.Limit)
		case errors.Is(err, elevenlabs.ErrSystemBusy):
			fmt.Println("the vendor is under load")
		}
		fmt.Println("429 to our own clients:", errors.Is(err, elevenlabs.ErrRateLimited))
	}
	// Output:
	// other programs use the account's slots, all 3
	// 429 to our own clients: true
	// the vendor is under load
	// 429 to our own clients: true
}

// No retry helps here, and no user: whoever operates the service is told.
func ExampleAPIError_operator() {
	client, stop := exampleClient(
		elevenlabstest.Status(401, `{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}`),
		elevenlabstest.Status(401, `{"detail":{"status":"detected_unusual_activity","message":"Unusual activity detected."}}`),
		elevenlabstest.Status(403, `<html><title>Attention Required!</title></html>`),
	)
	defer stop()
	for range 3 {
		_, err := client.TTS(context.Background(), "Hello")
		switch {
		case errors.Is(err, elevenlabs.ErrUnauthorized):
			fmt.Println("another key is needed")
		case errors.Is(err, elevenlabs.ErrUnusualActivity):
			fmt.Println("the account is locked, ask the vendor")
		case errors.Is(err, elevenlabs.ErrBlockedByEdge):
			fmt.Println("a gateway lets nothing through, ask the network's people")
		}
	}
	// Output:
	// another key is needed
	// the account is locked, ask the vendor
	// a gateway lets nothing through, ask the network's people
}

// A format that only larger plans have gives way to one that all have.
func ExampleAPIError_plan() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	audio, err := client.TTS(ctx, "Hello", elevenlabs.WithFormat(elevenlabs.FormatMP3_44100_192))
	var api *elevenlabs.APIError
	if errors.Is(err, elevenlabs.ErrPlanRequired) && errors.As(err, &api) {
		fmt.Println(api.Message)
		audio, err = client.TTS(ctx, "Hello", elevenlabs.WithFormat(elevenlabs.FormatMP3_44100_128))
	}
	fmt.Println(len(audio) > 0, err)
	// Output:
	// Output format 'mp3_44100_192' is only available on the Creator tier and above.
	// true <nil>
}

// A model that does not take something in the request, or is no longer served,
// gives way to one that does.
func ExampleAPIError_model() {
	client, stop := exampleClient()
	defer stop()
	req := elevenlabs.TTSRequest{Text: "Hello", ModelID: "eleven_v3", NextText: "How are you?"}
	ctx := context.Background()
	speech, err := client.Synthesize(ctx, req)
	var api *elevenlabs.APIError
	if errors.Is(err, elevenlabs.ErrUnsupportedModel) && errors.As(err, &api) {
		fmt.Println(api.Message)
		req.ModelID = "eleven_multilingual_v2"
		speech, err = client.Synthesize(ctx, req)
	}
	fmt.Println(len(speech.Audio) > 0, err)
	// Output:
	// Providing previous_text or next_text is not yet supported with the 'eleven_v3' model.
	// true <nil>
}

// What the vendor's support asks for, and what a schema refusal found.
func ExampleAPIError_fields() {
	client, stop := exampleClient()
	defer stop()
	_, err := client.Do(context.Background(), elevenlabs.Call{
		Path: "/v1/text-to-speech/" + elevenlabstest.VoiceSarah,
		Body: elevenlabs.BytesBody("application/json", []byte(`{"text": 12}`)),
	})
	var api *elevenlabs.APIError
	if errors.As(err, &api) {
		fmt.Println(api.StatusCode, len(api.TraceID) > 0)
		for _, field := range api.Fields {
			fmt.Println(field.Path, field.Type, field.Message)
		}
	}
	// Output:
	// 422 true
	// body.text string_type Input should be a valid string
}

// What cannot succeed costs nothing. A service blames its own client for it.
func ExampleArgumentError() {
	srv := exampleServer()
	defer srv.Close()
	_, err := srv.Client().TTS(context.Background(), strings.Repeat("Blah. ", 2000))
	var bad *elevenlabs.ArgumentError
	if errors.As(err, &bad) {
		fmt.Println(http.StatusBadRequest, bad.Field, bad.Reason)
	}
	fmt.Println("see Narrate:", errors.Is(err, elevenlabs.ErrTextTooLong))
	fmt.Println(len(srv.Requests()), "requests")
	// Output:
	// 400 TTSRequest.Text has 12000 characters, eleven_multilingual_v2 takes 10000
	// see Narrate: true
	// 0 requests
}

// It is not the caller's deadline that has passed, so there may be time for
// something else.
func ExampleTimeoutError() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.SlowFirstByte(time.Hour))
	client := srv.Client(elevenlabs.WithMaxRetries(0), elevenlabs.WithTimeouts(elevenlabs.Timeouts{FirstByte: 10 * time.Millisecond}))

	_, err = client.Models(context.Background())
	var slow *elevenlabs.TimeoutError
	if errors.As(err, &slow) {
		fmt.Println(slow.Limit, slow.After, errors.Is(err, context.DeadlineExceeded))
	}
	// Output: first byte 10ms false
}

// The listener has heard the first part of it, so the client repeats nothing.
func ExamplePartialError() {
	client, stop := exampleClient(elevenlabstest.CutAfter(16_000))
	defer stop()
	ctx, player := context.Background(), io.Discard
	stream, err := client.SynthesizeStream(ctx, elevenlabs.TTSRequest{
		Text: "Once upon a time there was a queen.", Format: elevenlabs.FormatPCM_16000,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stream.Close()
	_, err = io.Copy(player, stream)
	var part *elevenlabs.PartialError
	if errors.As(err, &part) {
		fmt.Println(part.Duration, "were heard")
		fmt.Println("the connection ended early:", errors.Is(err, elevenlabs.ErrTruncated))
	}
	// Output:
	// 500ms were heard
	// the connection ended early: true
}

// A proxy or a portal in between may answer 200 with a page of its own.
func ExampleResponseError() {
	client, stop := exampleClient(elevenlabstest.WrongContentType("text/html", "<html><title>Log in</title></html>"))
	defer stop()
	_, err := client.TTS(context.Background(), "Hello")
	var odd *elevenlabs.ResponseError
	if errors.As(err, &odd) {
		fmt.Println(odd.Op, "-", odd.Err)
	}
	fmt.Println("something else answers:", errors.Is(err, elevenlabs.ErrNotAudio))
	// Output:
	// TTS - the answer is not audio but text/html
	// something else answers: true
}

// Empty audio was billed all the same. Speech is then fetched from the history,
// where sounds are not.
func ExampleAmbiguousError_empty() {
	client, stop := exampleClient(elevenlabstest.EmptyAudio().On("/v1/text-to-speech"), elevenlabstest.EmptyAudio().On("/v1/sound"))
	defer stop()
	ctx := context.Background()
	audio, err := client.TTS(ctx, "Hello")
	fmt.Println(len(audio) > 0, err)

	_, err = client.SoundEffect(ctx, elevenlabs.SoundEffectRequest{Text: "Rain on a tin roof"})
	var lost *elevenlabs.AmbiguousError
	if errors.Is(err, elevenlabs.ErrEmptyAudio) && errors.As(err, &lost) {
		fmt.Println("paid for nothing:", lost.Meta.CharacterCost, "credits")
	}
	// Output:
	// true <nil>
	// paid for nothing: 7 credits
}

// A proxy that cuts answers short, say.
func ExampleResponseError_malformed() {
	client, stop := exampleClient(elevenlabstest.WrongContentType("application/json", `{"text": "Good mor`))
	defer stop()
	_, err := client.Transcribe(context.Background(), elevenlabs.STTRequest{Audio: interview})
	var odd *elevenlabs.ResponseError
	if errors.Is(err, elevenlabs.ErrMalformed) && errors.As(err, &odd) {
		fmt.Println(odd.Op, "was answered with half of an object, once:", odd.Meta.Attempts)
	}
	// Output: STT was answered with half of an object, once: 1
}

// A redirect to another host would take the key along.
func ExampleWithBaseURL_redirected() {
	srv := exampleServer()
	defer srv.Close()
	srv.Inject(elevenlabstest.RedirectTo("https://speech.example.com/v1/models"))
	_, err := srv.Client().Models(context.Background())
	fmt.Println(errors.Is(err, elevenlabs.ErrRedirected))
	fmt.Println(err)
	// Output:
	// true
	// elevenlabs: Models: refused to follow a redirect to another origin or method
}
