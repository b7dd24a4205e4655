// TTS speaks a text into a file.
//
//	go run ./examples/tts -text "Hello there" -o hello.mp3
//	go run ./examples/tts -stream -o - < chapter.txt | ffplay -nodisp -autoexit -
//
// The text comes from -text or from the standard input. With -stream the audio
// is written while it is made. With -o - it goes to the standard output and
// the report to the standard error. Without ELEVENLABS_API_KEY the emulator
// speaks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

func main() { demo.Main("tts", run) }

type settings struct {
	request elevenlabs.TTSRequest
	file    string
	stream  bool
}

// parse reads the flags. What is left out stays at the zero value, so that the
// library's defaults hold.
func parse(env demo.Env) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("tts", flag.ContinueOnError)
	flags.StringVar(&s.request.Text, "text", "", "what to say (default: the standard input)")
	flags.StringVar(&s.request.VoiceID, "voice", "", "voice `id` (default: ELEVENLABS_VOICE_ID, else the account's first voice)")
	flags.StringVar(&s.request.ModelID, "model", "", "model `id` (default eleven_multilingual_v2)")
	format := flags.String("format", string(elevenlabs.FormatMP3_44100_128), "how the audio is encoded")
	flags.StringVar(&s.file, "o", "speech.mp3", "`file` to write, - for the standard output")
	flags.BoolVar(&s.stream, "stream", false, "write the audio while it is made")
	if err := env.Parse(flags, ""); err != nil {
		return s, err
	}
	s.request.Format = elevenlabs.Format(*format)
	if s.request.Text == "" {
		text, err := io.ReadAll(env.Stdin)
		if err != nil {
			return s, err
		}
		s.request.Text = string(text)
	}
	return s, nil
}

func run(ctx context.Context, env demo.Env) (err error) {
	s, err := parse(env)
	if err != nil {
		return err
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

	out, report := env.Stdout, env.Stderr
	if s.file != "-" {
		file := &demo.File{Path: s.file}
		defer func() { err = errors.Join(err, file.Close()) }()
		out, report = file, env.Stdout
	}
	fmt.Fprintln(report, account)
	if s.stream {
		return stream(ctx, client, s.request, sinks{out, report})
	}
	return speak(ctx, client, s.request, sinks{out, report})
}

// sinks are where the audio goes, and what there is to say of it.
type sinks struct{ audio, report io.Writer }

// speak waits for the whole audio.
func speak(ctx context.Context, client *elevenlabs.Client, req elevenlabs.TTSRequest, to sinks) error {
	start := time.Now()
	speech, err := client.Synthesize(ctx, req)
	if err != nil {
		return err
	}
	if _, err := to.audio.Write(speech.Audio); err != nil {
		return err
	}
	fmt.Fprintf(to.report, "%d bytes of %s (%s) in %v\n",
		len(speech.Audio), speech.Format, speech.Format.MIME(), since(start))
	tell(to.report, speech.Meta)
	return nil
}

// stream writes the audio as it comes. A speech that breaks off leaves what
// came of it in the file; the error, a PartialError, says how much that is.
func stream(ctx context.Context, client *elevenlabs.Client, req elevenlabs.TTSRequest, to sinks) error {
	start := time.Now()
	speech, err := client.SynthesizeStream(ctx, req)
	if err != nil {
		return err
	}
	defer speech.Close()
	fmt.Fprintf(to.report, "first audio after %v\n", since(start))
	tell(to.report, speech.Meta)

	n, err := io.Copy(&chunks{to: to, start: start}, speech)
	if err != nil {
		return err
	}
	fmt.Fprintf(to.report, "%d bytes of %s (%s) in %v\n", n, speech.Format, speech.Format.MIME(), since(start))
	return nil
}

// chunks writes audio on and says when each piece of it came.
type chunks struct {
	to    sinks
	start time.Time
}

func (c *chunks) Write(audio []byte) (int, error) {
	n, err := c.to.audio.Write(audio)
	fmt.Fprintf(c.to.report, "  %6d bytes at %v\n", n, since(c.start))
	return n, err
}

// tell prints what an answer tells besides its audio. A request id is what the
// vendor's support asks for.
func tell(w io.Writer, m elevenlabs.Meta) {
	fmt.Fprintf(w, "request id  %s\n", m.RequestID)
	if m.CharacterCost >= 0 {
		fmt.Fprintf(w, "cost        %d credits\n", m.CharacterCost)
	}
	fmt.Fprintf(w, "attempts    %d, %v in line, answered %v after it was sent\n",
		m.Attempts, m.Queued.Round(time.Millisecond), m.FirstByte.Round(time.Millisecond))
}

func since(start time.Time) time.Duration { return time.Since(start).Round(time.Millisecond) }
