package elevenlabs_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/elevenlabs-go/elevenlabs"
)

func ExampleClient_Dialogue() {
	client, stop := exampleClient()
	defer stop()

	speech, err := client.Dialogue(context.Background(), elevenlabs.DialogueRequest{
		Inputs: []elevenlabs.DialogueInput{
			{VoiceID: "EXAVITQu4vr4xnSDxMaL", Text: "Did you hear that?"},
			{VoiceID: "JBFqnCBsd6RMkjVDRZzb", Text: "[whispers] Yes. Do not move."},
		},
		Stability: elevenlabs.Ptr(0.5),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(speech.Audio) > 0, speech.Format, speech.Meta.CharacterCost)
	// Output: true mp3_44100_128 46
}

func ExampleVoiceSegment() {
	client, stop := exampleClient()
	defer stop()

	speech, err := client.Dialogue(context.Background(), elevenlabs.DialogueRequest{
		Inputs: []elevenlabs.DialogueInput{
			{VoiceID: "EXAVITQu4vr4xnSDxMaL", Text: "Knock, knock."},
			{VoiceID: "JBFqnCBsd6RMkjVDRZzb", Text: "Who is there?"},
		},
		Format:     elevenlabs.FormatPCM_16000,
		Timestamps: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range speech.Segments {
		text := strings.Join(speech.Alignment.Characters[s.CharacterStart:s.CharacterEnd], "")
		fmt.Printf("%.2f to %.2f: line %d, %s\n", s.Start, s.End, s.Input, text)
	}
	// Output:
	// 0.00 to 1.46: line 0, Knock, knock.
	// 1.46 to 2.72: line 1, Who is there?
}

func ExampleSpeechStream_Segments() {
	client, stop := exampleClient()
	defer stop()

	stream, err := client.DialogueStream(context.Background(), elevenlabs.DialogueRequest{
		Inputs: []elevenlabs.DialogueInput{
			{VoiceID: "EXAVITQu4vr4xnSDxMaL", Text: "Knock, knock."},
			{VoiceID: "JBFqnCBsd6RMkjVDRZzb", Text: "Who is there?"},
		},
		Timestamps: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	if _, err := io.Copy(io.Discard, stream); err != nil { // to a player
		log.Fatal(err)
	}
	fmt.Println(len(stream.Segments()), "lines")
	// Output: 2 lines
}

func ExampleClient_DialogueStream() {
	client, stop := exampleClient()
	defer stop()

	stream, err := client.DialogueStream(context.Background(), elevenlabs.DialogueRequest{
		Inputs: []elevenlabs.DialogueInput{
			{VoiceID: "EXAVITQu4vr4xnSDxMaL", Text: "Knock, knock."},
			{VoiceID: "JBFqnCBsd6RMkjVDRZzb", Text: "Who is there?"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	n, err := io.Copy(io.Discard, stream) // to a player
	fmt.Println(n > 0, err)
	// Output: true <nil>
}
