package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func ExampleClient_Voices() {
	client, stop := exampleClient()
	defer stop()
	for voice, err := range client.Voices(context.Background(), elevenlabs.VoiceQuery{Gender: "male", Sort: "name"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(voice.ID, voice.Name, voice.Labels["accent"])
	}
	// Output:
	// nPczCjzI2devNBz1zQrb Brian american
	// JBFqnCBsd6RMkjVDRZzb George british
}

func ExampleClient_AllVoices() {
	client, stop := exampleClient()
	defer stop()
	voices, err := client.AllVoices(context.Background(), false)
	fmt.Println(len(voices), voices[0].Name, err)
	// Output: 5 Sarah <nil>
}

func ExampleClient_Voice() {
	client, stop := exampleClient()
	defer stop()
	voice, err := client.Voice(context.Background(), "JBFqnCBsd6RMkjVDRZzb")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(voice.Name, voice.Category, *voice.Settings.Stability)
	// Output: George premade 0.5
}

func ExampleClient_ResolveVoice() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	voice, err := client.ResolveVoice(ctx, "george") // or an id
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.TTS(ctx, "Hello", elevenlabs.WithVoice(voice.ID))
	fmt.Println(voice.Name, err)
	// Output: George <nil>
}

func ExampleVoiceError() {
	client, stop := exampleClient()
	defer stop()
	_, err := client.ResolveVoice(context.Background(), "Gorge")
	var failed *elevenlabs.VoiceError
	switch {
	case errors.Is(err, elevenlabs.ErrVoiceNotFound) && errors.As(err, &failed):
		for _, voice := range failed.Candidates {
			fmt.Println("did you mean", voice.Name+"?")
		}
	case errors.Is(err, elevenlabs.ErrVoiceAmbiguous):
		fmt.Println("which of them?")
	case errors.Is(err, elevenlabs.ErrMissingPermission):
		fmt.Println("the key may not look voices up")
	}
	// Output: did you mean George?
}

func ExampleVoiceError_ambiguous() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	recording := elevenlabs.AudioBytes([]byte("a recording of a minute or so"), "audio/mpeg")
	for _, name := range []string{"Anna - calm", "Anna - lively"} {
		if _, err := client.AddVoice(ctx, elevenlabs.AddVoiceRequest{Name: name, Files: []elevenlabs.AudioSource{recording}}); err != nil {
			log.Fatal(err)
		}
	}
	_, err := client.ResolveVoice(ctx, "Anna")
	var failed *elevenlabs.VoiceError
	if errors.Is(err, elevenlabs.ErrVoiceAmbiguous) && errors.As(err, &failed) {
		for _, voice := range failed.Candidates {
			fmt.Println(voice.Name)
		}
	}
	// Output:
	// Anna - calm
	// Anna - lively
}

func ExampleClient_AddVoice() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	added, err := client.AddVoice(ctx, elevenlabs.AddVoiceRequest{
		Name:   "Narrator",
		Files:  []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("a recording of a minute or so"), "audio/mpeg")}, // or AudioFile
		Labels: map[string]string{"language": "en", "accent": "irish"},
	})
	if err != nil {
		log.Fatal(err)
	}
	audio, err := client.TTS(ctx, "Hello", elevenlabs.WithVoice(added.VoiceID))
	fmt.Println(added.RequiresVerification, len(audio) > 0, err)
	// Output: false true <nil>
}

func ExampleClient_EditVoice() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	added, err := client.AddVoice(ctx, elevenlabs.AddVoiceRequest{
		Name: "Draft", Files: []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("a recording"), "audio/mpeg")},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = client.EditVoice(ctx, added.VoiceID, elevenlabs.EditVoiceRequest{Name: "Narrator", Description: "For the audio guide."})
	if err != nil {
		log.Fatal(err)
	}
	voice, err := client.Voice(ctx, added.VoiceID)
	fmt.Println(voice.Name, "-", voice.Description, err)
	// Output: Narrator - For the audio guide. <nil>
}

func ExampleClient_DeleteVoice() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	const id = "21m00Tcm4TlvDq8ikWAM"
	fmt.Println(client.DeleteVoice(ctx, id))
	_, err := client.Voice(ctx, id)
	fmt.Println(errors.Is(err, elevenlabs.ErrVoiceNotFound))
	// Output:
	// <nil>
	// true
}

func ExampleClient_VoiceSettings() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	settings, err := client.VoiceSettings(ctx, elevenlabstest.VoiceSarah)
	if err != nil {
		log.Fatal(err)
	}
	settings.Stability = elevenlabs.Ptr(0.3) // and all others as they are
	if err := client.EditVoiceSettings(ctx, elevenlabstest.VoiceSarah, *settings); err != nil {
		log.Fatal(err)
	}
	settings, err = client.VoiceSettings(ctx, elevenlabstest.VoiceSarah)
	fmt.Println(*settings.Stability, *settings.SimilarityBoost, err)
	// Output: 0.3 0.75 <nil>
}

func ExampleClient_EditVoiceSettings() {
	client, stop := exampleClient()
	defer stop()
	err := client.EditVoiceSettings(context.Background(), elevenlabstest.VoiceSarah, elevenlabs.VoiceSettings{
		Stability: elevenlabs.Ptr(0.7), SimilarityBoost: elevenlabs.Ptr(0.8), Style: elevenlabs.Ptr(0.0),
		UseSpeakerBoost: elevenlabs.Ptr(true), Speed: elevenlabs.Ptr(1.0),
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleClient_DefaultVoiceSettings() {
	client, stop := exampleClient()
	defer stop()
	settings, err := client.DefaultVoiceSettings(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*settings.Stability, *settings.SimilarityBoost, *settings.Style, *settings.UseSpeakerBoost, *settings.Speed)
	// Output: 0.5 0.75 0 true 1
}

func ExampleClient_SharedVoices() {
	client, stop := exampleClient()
	defer stop()
	query := elevenlabs.SharedVoiceQuery{Language: "de", Gender: "male", Sort: "trending"}
	for voice, err := range client.SharedVoices(context.Background(), query) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(voice.Name, voice.Locale, voice.Descriptive)
		break // the library is large
	}
	// Output: Emil de-DE deep
}

func ExampleClient_AddSharedVoice() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	for shared, err := range client.SharedVoices(ctx, elevenlabs.SharedVoiceQuery{Search: "Emil"}) {
		if err != nil {
			log.Fatal(err)
		}
		id, err := client.AddSharedVoice(ctx, elevenlabs.AddSharedVoiceRequest{
			PublicUserID: shared.PublicOwnerID, VoiceID: shared.ID, NewName: "Emil for the news",
		})
		if err != nil {
			log.Fatal(err)
		}
		audio, err := client.TTS(ctx, "Guten Abend", elevenlabs.WithVoice(id))
		fmt.Println(len(audio) > 0, err)
		break
	}
	// Output: true <nil>
}
