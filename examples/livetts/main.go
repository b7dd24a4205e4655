// Livetts speaks a text while it is still being written.
//
//	go run ./examples/livetts -o speech.mp3
//	my-language-model | go run ./examples/livetts -text - -o - | ffplay -nodisp -autoexit -
//
// The words of -text come one by one, with a pause before each, as those of a
// language model do; with -text - they come from the standard input, as they
// come. Each sentence is spoken once it is whole, and its audio is written to
// the file at once, where a player can follow it. With -o - it goes to the
// standard output and the report to the standard error. Without
// ELEVENLABS_API_KEY the emulator speaks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

const story = "Once upon a time there was a lighthouse. Nobody had lit it for years. " +
	"But one night, when the fog was thick, somebody climbed the stairs."

func main() { demo.Main("livetts", run) }

type settings struct {
	request elevenlabs.TTSStreamRequest
	text    string
	pause   time.Duration
	file    string
}

func parse(env demo.Env) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("livetts", flag.ContinueOnError)
	flags.StringVar(&s.text, "text", story, "what to say, - for the standard input")
	flags.DurationVar(&s.pause, "pause", 60*time.Millisecond, "how long each word of -text takes to come")
	flags.StringVar(&s.request.VoiceID, "voice", "", "voice `id` (default: ELEVENLABS_VOICE_ID, else the account's first voice)")
	flags.StringVar(&s.request.ModelID, "model", "eleven_flash_v2_5", "model `id`")
	format := flags.String("format", string(elevenlabs.FormatMP3_44100_128), "how the audio is encoded, not WAV")
	flags.StringVar(&s.file, "o", "speech.mp3", "`file` to write, - for the standard output")
	err := env.Parse(flags, "")
	s.request.Format = elevenlabs.Format(*format)
	return s, err
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
	return s.speak(ctx, client, sinks{env.Stdin, out, report})
}

// sinks are where the text comes from and the audio goes to, and what there is
// to say of it.
type sinks struct {
	text          io.Reader
	audio, report io.Writer
}

// speak writes the text on one goroutine and reads the audio on another. What
// goes wrong ends both; the error of the reader has the text that was not
// spoken.
func (s settings) speak(ctx context.Context, client *elevenlabs.Client, to sinks) error {
	session, err := client.DialTTS(ctx, s.request)
	if err != nil {
		return err
	}
	start, written := time.Now(), make(chan error, 1)
	go func() { written <- s.write(ctx, session, to) }()
	err = play(session, to, start)
	_ = session.Close() // so that the writer ends, too
	if failed := <-written; err == nil {
		err = failed
	}
	return err
}

// write gives the session its text, and waits for the end of the speech.
func (s settings) write(ctx context.Context, session *elevenlabs.TTSSession, from sinks) error {
	var err error
	if s.text == "-" {
		_, err = io.Copy(session, from.text)
	} else {
		err = session.WriteAll(words(ctx, s.text, s.pause))
	}
	if err != nil {
		return err
	}
	return session.End()
}

// words yields a text word by word, at the pace of a language model.
func words(ctx context.Context, text string, pause time.Duration) iter.Seq[string] {
	return func(yield func(string) bool) {
		for word := range strings.SplitAfterSeq(text, " ") {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
			if !yield(word) {
				return
			}
		}
	}
}

// play writes the audio as it comes, and says what is in it.
func play(session *elevenlabs.TTSSession, to sinks, start time.Time) error {
	total := 0
	for {
		chunk, err := session.Next()
		switch {
		case err == io.EOF:
			fmt.Fprintf(to.report, "%d bytes of %s (%s) in %v\n", total, session.Format, session.Format.MIME(), since(start))
			return nil
		case err != nil:
			return err
		}
		if _, err := to.audio.Write(chunk.Audio); err != nil {
			return err
		}
		total += len(chunk.Audio)
		fmt.Fprintf(to.report, "  came at %6v, plays at %7v  %s\n", since(start), chunk.Start.Round(time.Millisecond), said(chunk))
	}
}

func said(chunk elevenlabs.TTSChunk) string {
	if chunk.Alignment == nil {
		return ""
	}
	return chunk.Alignment.Text()
}

func since(start time.Time) time.Duration { return time.Since(start).Round(time.Millisecond) }
