// Agent is somebody to talk to, in a web page.
//
//	go run ./examples/agent -addr 127.0.0.1:8084
//
// Open the address in a browser and start talking. The page sends the
// microphone's sound to the program, which has it transcribed while it comes.
// Each turn is answered by a function (-answer story tells one, to be
// interrupted; replace either by a language model) and spoken while it is being
// written. Who speaks meanwhile is listened to at once: when his sound is loud
// for 200 ms the agent stops, and knows what was heard of it. Who is too quiet
// for that is listened to when the transcript tells, after about 2 s of speech
// or at its end. After a noise that was no speech the agent stays silent until
// somebody speaks. The page shows the transcript as it comes, the account's
// slots, and how long each answer took to begin.
//
// The browser takes the agent's own voice out of the microphone's sound. If
// the agent interrupts itself all the same, raise -loudness from its -35; at 0
// only the transcript interrupts.
//
// Without ELEVENLABS_API_KEY the emulator speaks and listens. It hears the same
// sentence in whatever you say.
package main

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"strings"

	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talk"
)

func main() { demo.Main("agent", run) }

// answers are what there is to choose from.
var answers = map[string]talk.Answer{"echo": talk.Echo, "story": story}

// story is an answer that is worth an interruption.
func story(_ context.Context, turns []talk.Turn) iter.Seq[string] {
	text := "I heard you. Here is a story. There was a lighthouse that nobody had lit for years. " +
		"One night, when the fog was thick, somebody climbed the stairs. " +
		"The lamp was cold, and the door behind him fell shut. "
	if len(turns) > 1 {
		text = "Where was I? " + text
	}
	return strings.SplitAfterSeq(text, " ")
}

// about is what whoever talks should know of the account.
func about(account *demo.Account) string {
	if account.Emulator == nil {
		return account.String()
	}
	return account.String() + " It hears the same sentence in whatever you say."
}

func run(ctx context.Context, env demo.Env) error {
	flags := flag.NewFlagSet("agent", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8084", "`host:port` to listen on; port 0 takes a free one")
	name := flags.String("answer", "echo", "what the agent says: echo or story")
	loudness := talk.LoudnessFlag(flags)
	if err := env.Parse(flags, ""); err != nil {
		return err
	}
	answer, known := answers[*name]
	if !known {
		return fmt.Errorf("no answer is called %q", *name)
	}
	account, err := demo.Open(env)
	if err != nil {
		return err
	}
	defer account.Close()
	client, err := account.Client()
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, account)
	fmt.Fprintf(env.Stdout, "listening on http://%s\n", ln.Addr())
	a := &agent{
		client: client, answer: answer, about: about(account), loudness: *loudness,
		log: slog.New(slog.NewTextHandler(env.Stderr, nil)),
	}
	return demo.Serve(ctx, ln, a.handler())
}
