package elevenlabs_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

func ExampleFormat() {
	for _, f := range []elevenlabs.Format{
		elevenlabs.FormatMP3_44100_192, elevenlabs.FormatPCM_48000, elevenlabs.FormatULaw_8000, elevenlabs.FormatOpus_48000_64,
	} {
		fmt.Println(f, f.Codec(), f.SampleRate(), f.Channels(), f.BytesPerSecond(), f.MIME(), f.MinTier())
	}
	// Output:
	// mp3_44100_192 mp3 44100 1 24000 audio/mpeg creator
	// pcm_48000 pcm 48000 1 96000 audio/pcm pro
	// ulaw_8000 ulaw 8000 1 8000 audio/basic free
	// opus_48000_64 opus 48000 1 0 audio/ogg free
}

func ExampleFormat_BytesPerSecond() {
	const frame = 20 * time.Millisecond // what a telephone line takes at once
	f := elevenlabs.FormatULaw_8000
	n := f.BytesPerSecond() * int(frame/time.Millisecond) / 1000
	fmt.Println(n, "bytes last", f.Duration(int64(n)))
	// Output: 160 bytes last 20ms
}

func ExampleSpeech_Duration() {
	client, stop := exampleClient()
	defer stop()
	speech, err := client.Synthesize(context.Background(), elevenlabs.TTSRequest{
		Text: "Hello, you.", Format: elevenlabs.FormatPCM_16000,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(speech.Duration())
	// Output: 1.326s
}
