// STT writes down what is said in audio files.
//
//	go run ./examples/stt interview.mp3
//	go run ./examples/stt -language en -diarize -words one.wav two.wav
//
// Files are streamed from the disk, all of them at once: the client keeps to
// the limits of the account. Without ELEVENLABS_API_KEY the emulator answers,
// which does not listen but says the same sentence every time.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

func main() { demo.Main("stt", run) }

var errNoFile = errors.New("no file given")

// A result is what became of a file.
type result struct {
	file       string
	transcript *elevenlabs.Transcript
	err        error
}

func run(ctx context.Context, env demo.Env) error {
	flags := flag.NewFlagSet("stt", flag.ContinueOnError)
	language := flags.String("language", "", "ISO 639 `code` of what is spoken (default: detected)")
	diarize := flags.Bool("diarize", false, "tell speakers apart")
	words := flags.Bool("words", false, "print each word with its times")
	if err := env.Parse(flags, "file ..."); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errNoFile
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
	fmt.Fprintln(env.Stdout, account)

	results := transcribe(ctx, client, flags.Args(), elevenlabs.STTRequest{LanguageCode: *language, Diarize: *diarize})
	var failures []error
	for _, r := range results {
		r.print(env.Stdout, *words)
		failures = append(failures, r.err)
	}
	return errors.Join(failures...)
}

// transcribe sends all files at once. There is no worker pool: whoever has no
// slot waits inside the client.
func transcribe(ctx context.Context, client *elevenlabs.Client, files []string, req elevenlabs.STTRequest) []result {
	results := make([]result, len(files))
	var wg sync.WaitGroup
	for i, file := range files {
		wg.Go(func() {
			req := req
			req.Audio = elevenlabs.AudioFile(file)
			t, err := client.Transcribe(ctx, req)
			results[i] = result{file: file, transcript: t, err: err}
		})
	}
	wg.Wait()
	return results
}

func (r result) print(w io.Writer, words bool) {
	fmt.Fprintf(w, "\n%s\n", r.file)
	if r.err != nil {
		fmt.Fprintln(w, "  failed:", r.err)
		return
	}
	t := r.transcript
	seconds := 0.0
	if t.AudioSeconds != nil {
		seconds = *t.AudioSeconds
	}
	fmt.Fprintf(w, "  language %s, %.1f s of audio, transcript %s\n", t.LanguageCode, seconds, t.TranscriptionID)
	fmt.Fprintf(w, "  %s\n", t.Text)
	if words {
		printWords(w, t.Words)
	}
}

func printWords(w io.Writer, words []elevenlabs.Word) {
	for _, word := range words {
		if word.Type == "spacing" {
			continue
		}
		fmt.Fprintf(w, "  %7s  %7s  %-10s %s\n",
			clock(word.Start), clock(word.End), cmp.Or(word.SpeakerID, "-"), word.Text)
	}
}

// clock prints a time in the audio, or a dash for one that was not told.
func clock(seconds *float64) string {
	if seconds == nil {
		return "-"
	}
	return time.Duration(*seconds * float64(time.Second)).Round(10 * time.Millisecond).String()
}
