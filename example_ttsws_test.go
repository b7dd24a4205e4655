package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A language model's answer is spoken while it is being written.
func ExampleClient_DialTTS() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx := context.Background()

	s, err := srv.Client().DialTTS(ctx, elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5", Format: elevenlabs.FormatPCM_16000})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	go func() {
		tokens := slices.Values([]string{"Hel", "lo the", "re. ", "How are", " you?"})
		if err := s.WriteAll(tokens); err != nil {
			log.Print(err)
		}
		if err := s.End(); err != nil {
			log.Print(err)
		}
	}()
	for {
		chunk, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v: %q, %d bytes\n", chunk.Start, chunk.Alignment.Text(), len(chunk.Audio))
	}
	// Output:
	// 0s: "Hello there. ", 40256 bytes
	// 1.258s: "How are you? ", 40256 bytes
}

// The listener speaks up: what is under way stops, and the conversation goes
// on from what was heard.
func ExampleTTSSession_Cancel() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx := context.Background()
	voice, err := srv.Client().DialTTSMulti(ctx, elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5", Format: elevenlabs.FormatPCM_16000})
	if err != nil {
		log.Fatal(err)
	}
	defer voice.Close()

	answer, err := voice.NewUtterance(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := answer.WriteString("There are three ways to get there. The first one is on foot. "); err != nil {
		log.Fatal(err)
	}
	second := make([]byte, 32000)
	if _, err := io.ReadFull(answer, second); err != nil {
		log.Fatal(err)
	}
	heard := answer.Cancel()
	fmt.Printf("%q, %v\n", heard.Text, heard.Duration)
	fmt.Printf("%q\n", answer.HeardBy(500*time.Millisecond).Text)
	// Output:
	// "There are three", 1s
	// "There a"
}

// A socket that breaks is replaced; what cannot be saved is told.
func ExampleSocketError() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.CloseWith(1011, "we are restarting")))
	client := srv.Client(elevenlabs.WithMaxRetries(0))
	s, err := client.DialTTS(context.Background(), elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5"})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	_, _ = s.WriteString("Nobody will hear this. ")
	_, err = io.ReadAll(s)
	var broken *elevenlabs.SocketError
	if errors.As(err, &broken) {
		fmt.Println(broken)
		fmt.Printf("%d, not spoken: %q\n", broken.Code, broken.Unspoken)
	}
	// Output:
	// elevenlabs: TTS socket: closed with 1011 we are restarting
	// 1011, not spoken: "Nobody will hear this."
}

func ExampleTTSMulti_Prewarm() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx := context.Background()
	voice, err := srv.Client().DialTTSMulti(ctx, elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5"})
	if err != nil {
		log.Fatal(err)
	}
	defer voice.Close()
	if err := voice.Prewarm(ctx, 3); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(srv.Requests()), "sockets")
	// Output: 3 sockets
}

// Two voices speak by turns, as their lines come.
func ExampleClient_DialDialogue() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	sarah, george := elevenlabstest.VoiceSarah, "JBFqnCBsd6RMkjVDRZzb"
	s, err := srv.Client().DialDialogue(context.Background(), elevenlabs.DialogueStreamRequest{
		ModelID: "eleven_v3", Voices: []string{sarah, george}, Format: elevenlabs.FormatPCM_16000,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	go func() {
		_ = s.Say(sarah, "Knock, knock.")
		_ = s.Say(george, "Who is there?")
		_ = s.End() // Next tells what went wrong
	}()
	for {
		chunk, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q\n", chunk.Alignment.Text())
	}
	// Output:
	// "Knock, knock. "
	// "Who is there? "
}

// Answers that follow each other without a handshake between.
func ExampleClient_DialTTSMulti() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx := context.Background()
	voice, err := srv.Client().DialTTSMulti(ctx, elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5"})
	if err != nil {
		log.Fatal(err)
	}
	defer voice.Close()
	for _, text := range []string{"How can I help? ", "One moment, please. "} {
		answer, err := voice.NewUtterance(ctx)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := answer.WriteString(text); err != nil {
			log.Fatal(err)
		}
		if err := answer.End(); err != nil {
			log.Fatal(err)
		}
		audio, err := io.ReadAll(answer)
		fmt.Println(len(audio) > 0, err)
	}
	// Output:
	// true <nil>
	// true <nil>
}

// A program at the user's, which has no key, asks its service for each token.
func ExampleTokenSource() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	service := srv.Client() // it has the key
	var tokens elevenlabs.TokenSource = func(ctx context.Context) (string, error) {
		return service.NewToken(ctx, elevenlabs.TokenTTS) // over the network, as a rule
	}
	s, err := srv.Client().DialTTS(context.Background(), elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5", Tokens: tokens})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.WriteString("Hello there. "))
	// Output: 13 <nil>
}

// One voice, in two moods.
func ExampleTTSMulti_Utter() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx := context.Background()
	voice, err := srv.Client().DialTTSMulti(ctx, elevenlabs.TTSStreamRequest{ModelID: "eleven_flash_v2_5", Format: elevenlabs.FormatPCM_16000})
	if err != nil {
		log.Fatal(err)
	}
	defer voice.Close()

	hurried := elevenlabs.TTSUtterance{VoiceSettings: &elevenlabs.VoiceSettings{Speed: elevenlabs.Ptr(1.2)}}
	warning, err := voice.Utter(ctx, hurried, elevenlabs.WithPriority(elevenlabs.PriorityInteractive))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := warning.WriteString("Mind the gap! "); err != nil {
		log.Fatal(err)
	}
	chunk, err := warning.Next()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", chunk.Alignment.Text())
	// Output: "Mind the gap! "
}

// An agent with a voice of the v3 family: each answer is a turn of its own,
// spoken while it is being written.
func ExampleDialogueSession_Turn() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	sarah := elevenlabstest.VoiceSarah
	s, err := srv.Client().DialDialogue(context.Background(), elevenlabs.DialogueStreamRequest{
		Voices: []string{sarah}, Format: elevenlabs.FormatPCM_16000,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	for _, answer := range [][]string{{"[warmly] Hel", "lo. "}, {"Of cour", "se."}} {
		if err := s.Turn(sarah); err != nil {
			log.Fatal(err)
		}
		if err := s.WriteAll(slices.Values(answer)); err != nil {
			log.Fatal(err)
		}
		chunk, err := s.Next()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q\n", chunk.Alignment.Text())
	}
	// Output:
	// "[warmly] Hello. "
	// "Of course. "
}

// Two conversations share a socket, and its slot.
func ExampleClient_DialDialogueMulti() {
	srv, err := elevenlabstest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()
	sarah, george := elevenlabstest.VoiceSarah, "JBFqnCBsd6RMkjVDRZzb"
	agents, err := client.DialDialogueMulti(ctx, elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
	if err != nil {
		log.Fatal(err)
	}
	defer agents.Close()
	for _, voice := range []string{sarah, george} {
		s, err := agents.NewUtterance(ctx, voice)
		if err != nil {
			log.Fatal(err)
		}
		if err := s.Say(voice, "How can I help? "); err != nil {
			log.Fatal(err)
		}
		chunk, err := s.Next()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q\n", chunk.Alignment.Text())
		heard := s.Cancel() // somebody speaks up
		fmt.Println(heard.Text)
	}
	fmt.Println(len(srv.Requests()), "socket,", client.Stats().Families[elevenlabs.FamilyStandard].InFlight, "in flight")
	// Output:
	// "How can I help? "
	// How can I help?
	// "How can I help? "
	// How can I help?
	// 1 socket, 1 in flight
}
