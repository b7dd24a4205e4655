package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A lost answer costs nothing: the speech was made, and is fetched from the
// account's history.
func Example_paidOnce() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.ResetAfter(0)) // made, billed, and lost on the way

	client := srv.Client()
	speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("recovered:", speech.Meta.Recovered, "for", speech.Meta.CharacterCost, "credits")
	fmt.Println("billed:", srv.Usage().Characters, "credits")
	stats := client.Stats().Families[elevenlabs.FamilyStandard]
	fmt.Println("stats:", stats.RecoveredCalls, "recovered,", stats.Credits, "credits")
	// Output:
	// recovered: true for 5 credits
	// billed: 5 credits
	// stats: 1 recovered, 5 credits
}

func ExampleWithoutRecovery() {
	client, stop := exampleClient(elevenlabstest.ResetAfter(0), elevenlabstest.ResetAfter(0))
	defer stop()
	ctx := context.Background()

	_, err := client.TTS(elevenlabs.NewContext(ctx, elevenlabs.WithoutRecovery()), "Hello")
	var lost *elevenlabs.AmbiguousError
	fmt.Println("lost:", errors.As(err, &lost))

	// To be heard at once, whatever it costs:
	speech, err := client.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Hello"},
		elevenlabs.WithoutRecovery(), elevenlabs.WithRetryAmbiguous())
	fmt.Println(speech.Meta.Attempts, "attempts,", client.Stats().Families[elevenlabs.FamilyStandard].Doubled, "maybe billed twice,", err)
	// Output:
	// lost: true
	// 2 attempts, 1 maybe billed twice, <nil>
}
