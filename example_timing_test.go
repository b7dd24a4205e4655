package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/elevenlabs-go/elevenlabs"
)

func ExampleAlignment_Words() {
	client, stop := exampleClient()
	defer stop()
	speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Hello, world!", Timestamps: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, word := range speech.Alignment.Words() {
		fmt.Println(word.Start, word.End, word.Text)
	}
	// Output:
	// 0s 596ms Hello,
	// 662ms 1.458s world!
}

func ExampleAlignment_Sentences() {
	client, stop := exampleClient()
	defer stop()
	speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{
		Text: "Dr. Who is here. Is she? 是的。", Timestamps: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, sentence := range speech.Alignment.Sentences() {
		fmt.Println(sentence.Start, sentence.Text)
	}
	// Output:
	// 0s Dr. Who is here.
	// 1.922s Is she?
	// 2.85s 是的。
}

func ExampleAlignment_WriteSRT() {
	client, stop := exampleClient()
	defer stop()
	speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{
		Text:       "The limit disappears. Every call that the account could serve is served, in a fair order.",
		Timestamps: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := speech.Alignment.WriteSRT(os.Stdout, elevenlabs.SubtitleOptions{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1
	// 00:00:00,000 --> 00:00:01,786
	// The limit disappears.
	//
	// 2
	// 00:00:01,852 --> 00:00:06,874
	// Every call that the account could
	// serve is served, in a fair order.
}

func ExampleAlignment_WriteVTT() {
	client, stop := exampleClient()
	defer stop()
	speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{Text: "Write <b> & --> as they are.", Timestamps: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	// One short line at a time, as on a phone.
	err = speech.Alignment.WriteVTT(os.Stdout, elevenlabs.SubtitleOptions{LineLength: 20, Lines: 1})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// WEBVTT
	//
	// 00:00:00.000 --> 00:00:01.188
	// Write &lt;b&gt; &amp; --&gt; as
	//
	// 00:00:01.254 --> 00:00:02.254
	// they are.
}

func ExampleAlignment_Check() {
	alignment := elevenlabs.Alignment{
		Characters: []string{"H", "i", "!"},
		Starts:     []float64{0, 0.5, 0.2},
		Ends:       []float64{0.5, 0.4, 0.9},
	}
	err := alignment.Check()
	fmt.Println(errors.Is(err, elevenlabs.ErrFaultyTimes))
	fmt.Println(err)
	for _, word := range alignment.Words() {
		fmt.Println(word.Start, word.End, word.Text, word.Faulty)
	}
	// Output:
	// true
	// elevenlabs: alignment: faulty times: character 1: ends at 0.4, before its start at 0.5
	// 0s 900ms Hi! true
}

func ExampleSpeechStream_Alignment() {
	client, stop := exampleClient()
	defer stop()
	stream, err := client.SynthesizeStream(context.Background(), elevenlabs.TTSRequest{
		Text: "One, two, three.", Timestamps: true, Format: elevenlabs.FormatPCM_16000,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stream.Close()
	if _, err := io.CopyN(io.Discard, stream, 16000); err != nil { // half a second
		fmt.Println(err)
	}
	fmt.Printf("%q\n", stream.Alignment().Text())
	if _, err := io.Copy(io.Discard, stream); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%q\n", stream.Alignment().Text())
	// Output:
	// "One, t"
	// "One, two, three."
}
