package elevenlabs_test

import (
	"context"
	"fmt"
	"io"

	"github.com/elevenlabs-go/elevenlabs"
)

func ExampleWithStreamBuffer() {
	client, stop := exampleClient()
	defer stop()
	ctx := elevenlabs.NewContext(context.Background(), elevenlabs.WithStreamBuffer(1<<20))

	// The account has three slots. All four streams begin, although nobody has
	// listened to the end of one yet.
	var streams []*elevenlabs.SpeechStream
	for range 4 {
		stream, err := client.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: "Once upon a time."})
		if err != nil {
			fmt.Println(err)
			return
		}
		defer stream.Close()
		streams = append(streams, stream)
	}
	for _, stream := range streams {
		audio, err := io.ReadAll(stream)
		fmt.Println(len(audio) > 0, err)
	}
	// Output:
	// true <nil>
	// true <nil>
	// true <nil>
	// true <nil>
}
