package elevenlabs_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

func ExampleClient_SoundEffect() {
	client, stop := exampleClient()
	defer stop()

	sound, err := client.SoundEffect(context.Background(), elevenlabs.SoundEffectRequest{
		Text:     "gentle rain falling on leaves",
		Duration: 5 * time.Second,
		Loop:     true,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(sound.Audio) > 0, sound.Format, sound.Meta.CharacterCost)
	// Output: true mp3_44100_128 27
}
