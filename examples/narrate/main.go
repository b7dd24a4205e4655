// Narrate speaks a long text, such as a book, into a file with subtitles.
//
//	go run ./examples/narrate -o book.mp3 book.txt
//
// The text comes from the named file or from the standard input. Beside
// book.mp3 there is book.srt then. What is made is kept in book.mp3.pieces
// until the whole is done: when it breaks off, or is interrupted, run the same
// command again and nothing is paid for twice. Without ELEVENLABS_API_KEY the
// emulator speaks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

func main() { demo.Main("narrate", run) }

type settings struct {
	request elevenlabs.NarrateRequest
	text    *os.File // nil for the standard input
	size    int64    // of the text, 0 if it is not known
	file    string
}

func parse(env demo.Env) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("narrate", flag.ContinueOnError)
	flags.StringVar(&s.request.VoiceID, "voice", "", "voice `id` (default: ELEVENLABS_VOICE_ID, else the account's first voice)")
	flags.StringVar(&s.request.ModelID, "model", "", "model `id` (default eleven_multilingual_v2)")
	format := flags.String("format", string(elevenlabs.FormatMP3_44100_128), "how the audio is encoded")
	flags.StringVar(&s.file, "o", "narration.mp3", "`file` to write")
	flags.StringVar(&s.request.Continuity, "continuity", "", "what a piece is told of its neighbours: text, ids or none")
	flags.IntVar(&s.request.PieceLength, "piece", 0, "most `characters` of a piece (default 1000)")
	if err := env.Parse(flags, "[book.txt]"); err != nil {
		return s, err
	}
	s.request.Format = elevenlabs.Format(*format)
	s.request.Timestamps = true
	s.request.Checkpoint = s.file + ".pieces"
	s.request.Reader = env.Stdin
	name := flags.Arg(0)
	if name == "" {
		return s, nil
	}
	text, err := os.Open(name)
	if err != nil {
		return s, err
	}
	if info, err := text.Stat(); err == nil {
		s.size = info.Size()
	}
	s.text, s.request.Reader = text, text
	return s, nil
}

func run(ctx context.Context, env demo.Env) error {
	s, err := parse(env)
	if err != nil {
		return err
	}
	if s.text != nil {
		defer s.text.Close()
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
	s.request.Progress = func(p elevenlabs.NarrationProgress) { tell(env.Stdout, p, s.size) }
	narration, err := narrate(ctx, client, s)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "%s: %v of %s in %d pieces, %d of them made before, for %d credits\n", s.file,
		narration.Duration.Round(time.Second), s.request.Format, narration.Pieces, narration.Reused, narration.Credits)
	return nil
}

// narrate writes the audio and the subtitles. The pieces are not needed any
// more when both are there.
func narrate(ctx context.Context, client *elevenlabs.Client, s settings) (*elevenlabs.Narration, error) {
	var narration *elevenlabs.Narration
	err := create(s.file, func(w io.Writer) (err error) {
		narration, err = client.Narrate(ctx, s.request, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = create(strings.TrimSuffix(s.file, filepath.Ext(s.file))+".srt", func(w io.Writer) error {
		if narration.Alignment == nil {
			return errors.New("the API told no times")
		}
		return narration.Alignment.WriteSRT(w, elevenlabs.SubtitleOptions{})
	})
	if err != nil {
		return nil, err
	}
	return narration, os.RemoveAll(s.request.Checkpoint)
}

func create(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// tell prints a line for each piece.
func tell(w io.Writer, p elevenlabs.NarrationProgress, size int64) {
	place := fmt.Sprintf("%d bytes", p.Piece.Offset+int64(len(p.Piece.Text)))
	if size > 0 {
		place = fmt.Sprintf("%3d %%", (p.Piece.Offset+int64(len(p.Piece.Text)))*100/size)
	}
	fmt.Fprintf(w, "  %s of the text, %v of audio\n", place, p.Duration.Round(time.Second))
}
