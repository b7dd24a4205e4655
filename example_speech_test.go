package elevenlabs_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// The client's voice, and another for one call.
func ExampleWithVoice() {
	srv := exampleServer()
	defer srv.Close()
	client := srv.Client(elevenlabs.WithVoice(elevenlabstest.VoiceSarah))
	ctx := context.Background()
	for _, opts := range [][]elevenlabs.TTSOption{nil, {elevenlabs.WithVoice("JBFqnCBsd6RMkjVDRZzb")}} {
		if _, err := client.TTS(ctx, "Hello", opts...); err != nil {
			log.Fatal(err)
		}
	}
	for _, request := range srv.Requests() {
		fmt.Println(request.Path)
	}
	// Output:
	// /v1/text-to-speech/EXAVITQu4vr4xnSDxMaL
	// /v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb
}

// Flash models answer sooner, cost half and have slots of their own.
func ExampleWithModel() {
	srv := exampleServer()
	defer srv.Close()
	_, err := srv.Client().TTS(context.Background(), "Hello Anna", elevenlabs.WithModel("eleven_flash_v2_5"))
	fmt.Println(srv.Requests()[0].Family, srv.Usage().Characters, "credits", err)
	// Output: flash 5 credits <nil>
}

// What a phone line plays.
func ExampleWithFormat() {
	client, stop := exampleClient()
	defer stop()
	audio, err := client.TTS(context.Background(), "Hello", elevenlabs.WithFormat(elevenlabs.FormatULaw_8000))
	if err != nil {
		log.Fatal(err)
	}
	duration := time.Duration(len(audio)) * time.Second / time.Duration(elevenlabs.FormatULaw_8000.BytesPerSecond())
	fmt.Println(duration)
	// Output: 500ms
}

// What is not set stays as it is stored with the voice.
func ExampleWithVoiceSettings() {
	srv := exampleServer()
	defer srv.Close()
	_, err := srv.Client().TTS(context.Background(), "Hello", elevenlabs.WithVoiceSettings(elevenlabs.VoiceSettings{
		Stability: elevenlabs.Ptr(0.0), // 0 is a value, and is sent
		Speed:     elevenlabs.Ptr(1.1),
	}))
	fmt.Printf("%s\n", srv.Requests()[0].Body)
	fmt.Println(err)
	// Output:
	// {"text":"Hello","model_id":"eleven_multilingual_v2","voice_settings":{"stability":0,"speed":1.1}}
	// <nil>
}

func ExampleWithSTTModel() {
	srv := exampleServer()
	defer srv.Close()
	client := srv.Client(elevenlabs.WithSTTModel("scribe_v1")) // for all its transcriptions
	_, err := client.STT(context.Background(), make([]byte, 64_000), "audio/mpeg")
	fmt.Println(srv.Requests()[0].Form["model_id"], err)
	// Output: [scribe_v1] <nil>
}

// Who knows the language need not have it guessed from a few words.
func ExampleWithLanguage() {
	srv := exampleServer(elevenlabstest.WithTranscript(func(audio elevenlabstest.AudioInfo) string {
		return map[string]string{"de": "Guten Tag", "": "Good tag"}[audio.Language]
	}))
	defer srv.Close()
	text, err := srv.Client().STT(context.Background(), make([]byte, 64_000), "audio/mpeg", elevenlabs.WithLanguage("de"))
	fmt.Println(text, err)
	// Output: Guten Tag <nil>
}

// Long audio counts for several requests. Where its header does not tell how
// long it is, the caller can.
func ExampleWithDuration() {
	srv := exampleServer()
	defer srv.Close()
	client := srv.Client(elevenlabs.WithHooks(elevenlabs.Hooks{
		Admitted: func(_ context.Context, e elevenlabs.Event) { fmt.Println(e.Op, "counts for", e.Weight) },
	}))
	_, err := client.STT(context.Background(), make([]byte, 64_000), "audio/mpeg", elevenlabs.WithDuration(30*time.Minute))
	fmt.Println(err)
	// Output:
	// STT counts for 4
	// <nil>
}

func ExampleClient_TTS() {
	client, stop := exampleClient()
	defer stop()
	audio, err := client.TTS(context.Background(), "Hello", elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
	fmt.Println(len(audio), "bytes", err)
	// Output: 16000 bytes <nil>
}

func ExampleClient_STT() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	audio, err := client.TTS(ctx, "Good morning")
	if err != nil {
		log.Fatal(err)
	}
	text, err := client.STT(ctx, audio, "audio/mpeg", elevenlabs.WithLanguage("en"))
	fmt.Println(text, err)
	// Output: Good morning <nil>
}
