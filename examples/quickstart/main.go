// Quickstart speaks a sentence, listens to it, and then makes ten calls at
// once on a plan that allows three, to show how they take their turns.
//
//	go run ./examples/quickstart
//
// It writes quickstart.mp3. Without ELEVENLABS_API_KEY it runs on the built-in
// emulator; with a key it runs on the real API, which costs about 320 credits
// and the transcription of five seconds.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

const sentence = "Hello! This sentence was spoken by a machine, and written down by another."

func main() { demo.Main("quickstart", run) }

func run(ctx context.Context, env demo.Env) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	file := flags.String("o", "quickstart.mp3", "`file` to write the sentence to")
	if err := env.Parse(flags, ""); err != nil {
		return err
	}
	account, err := demo.Open(env)
	if err != nil {
		return err
	}
	defer account.Close()
	fmt.Fprintln(env.Stdout, account)

	q := newQueue(env.Stdout)
	client, err := account.Client(elevenlabs.WithHooks(q.hooks()))
	if err != nil {
		return err
	}
	if err := thereAndBack(ctx, client, *file, env.Stdout); err != nil {
		return err
	}
	err = q.run(ctx, client)
	q.summary(client.Stats().Families[elevenlabs.FamilyStandard], account.Emulator)
	return err
}

// thereAndBack is the whole of a first program: text to speech, and back.
func thereAndBack(ctx context.Context, client *elevenlabs.Client, file string, out io.Writer) error {
	audio, err := client.TTS(ctx, sentence)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, audio, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nspoke   %q\n        %d bytes of mp3 in %s\n", sentence, len(audio), file)

	text, err := client.STT(ctx, audio, "audio/mpeg")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "heard   %q\n", text)
	return nil
}
