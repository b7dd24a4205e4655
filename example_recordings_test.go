package elevenlabs_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/elevenlabs-go/elevenlabs"
)

// recording stands for a file: elevenlabs.AudioFile("talk.mp3").
func recording(client *elevenlabs.Client) elevenlabs.AudioSource {
	audio, err := client.TTS(context.Background(), "Good morning, everybody.")
	if err != nil {
		log.Fatal(err)
	}
	return elevenlabs.AudioBytes(audio, "audio/mpeg")
}

func ExampleClient_ConvertVoice() {
	client, stop := exampleClient()
	defer stop()

	speech, err := client.ConvertVoice(context.Background(), elevenlabs.VoiceChangeRequest{
		Audio:   recording(client),
		VoiceID: "JBFqnCBsd6RMkjVDRZzb",
		ModelID: "eleven_multilingual_sts_v2",
		Format:  elevenlabs.FormatWAV_16000,
	})
	if err != nil {
		log.Fatal(err)
	}
	text, err := client.STT(context.Background(), speech.Audio, speech.Format.MIME())
	fmt.Println(speech.Format, text, err)
	// Output: wav_16000 Good morning, everybody. <nil>
}

func ExampleClient_ConvertVoiceStream() {
	client, stop := exampleClient()
	defer stop()

	stream, err := client.ConvertVoiceStream(context.Background(), elevenlabs.VoiceChangeRequest{Audio: recording(client)})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	n, err := io.Copy(io.Discard, stream) // to a player
	fmt.Println(n > 0, err)
	// Output: true <nil>
}

func ExampleClient_Isolate() {
	client, stop := exampleClient()
	defer stop()

	speech, err := client.Isolate(context.Background(), elevenlabs.IsolationRequest{Audio: recording(client)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(speech.Audio) > 0, speech.Format)
	// Output: true mp3_44100_128
}

func ExampleClient_IsolateStream() {
	client, stop := exampleClient()
	defer stop()

	stream, err := client.IsolateStream(context.Background(), elevenlabs.IsolationRequest{Audio: recording(client)})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	n, err := io.Copy(io.Discard, stream) // to a player
	fmt.Println(n > 0, err)
	// Output: true <nil>
}

func ExampleClient_Align() {
	client, stop := exampleClient()
	defer stop()

	aligned, err := client.Align(context.Background(), elevenlabs.ForcedAlignmentRequest{
		Audio: recording(client),
		Text:  "Good morning, everybody.",
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range aligned.Words {
		fmt.Printf("%.2f %s\n", w.Start, w.Text)
	}
	// Output:
	// 0.00 Good
	// 0.46 morning,
	// 1.28 everybody.
}

func ExampleForcedAlignment_Alignment() {
	client, stop := exampleClient()
	defer stop()

	aligned, err := client.Align(context.Background(), elevenlabs.ForcedAlignmentRequest{
		Audio: recording(client),
		Text:  "Good morning, everybody.",
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := aligned.Alignment().WriteSRT(os.Stdout, elevenlabs.SubtitleOptions{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1
	// 00:00:00,000 --> 00:00:02,194
	// Good morning, everybody.
}
