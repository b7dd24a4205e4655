// Livestt writes down a recording while it plays.
//
//	go run ./examples/livestt -language en interview.wav
//	go run ./examples/livestt -say "Is this on?"
//
// The WAV file, 16-bit mono of any rate, goes to the API at the speed at which
// it plays, as a microphone's sound would. What is heard of a sentence so far
// is printed as it comes, and the sentence once a pause has ended it. Without
// a file the program listens to a text that it has had spoken before. Without
// ELEVENLABS_API_KEY the emulator answers, which knows what it said itself and
// hears the same sentence in everything else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

const (
	sampleRate = 16_000
	piece      = 100 * time.Millisecond
	pieceBytes = 2 * sampleRate / 10
)

func main() { demo.Main("livestt", run) }

func run(ctx context.Context, env demo.Env) error {
	req := elevenlabs.STTStreamRequest{CommitStrategy: "vad", Timestamps: true}
	flags := flag.NewFlagSet("livestt", flag.ContinueOnError)
	flags.StringVar(&req.LanguageCode, "language", "", "ISO 639 `code` of what is spoken (default: detected)")
	flags.DurationVar(&req.VADSilence, "pause", 700*time.Millisecond, "the silence that ends a sentence, 300ms to 3s")
	say := flags.String("say", "Good morning. This was spoken by a machine, and it is heard by another one.", "what to listen to without a file")
	if err := env.Parse(flags, "[recording.wav]"); err != nil {
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
	fmt.Fprintln(env.Stdout, account)

	sound, err := open(ctx, client, flags.Arg(0), *say)
	if err != nil {
		return err
	}
	defer sound.Close()
	return listen(ctx, client, req, sound, env.Stdout)
}

// open returns the samples of a file or, without one, of a text.
func open(ctx context.Context, client *elevenlabs.Client, file, text string) (io.ReadCloser, error) {
	if file == "" {
		return client.SynthesizeStream(ctx, elevenlabs.TTSRequest{
			Text: text, ModelID: "eleven_flash_v2_5", Format: elevenlabs.FormatPCM_16000,
		})
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	samples, err := decode(f)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{samples, f}, nil
}

// decode reads a WAV file as samples of the rate that the session takes.
func decode(r io.Reader) (io.Reader, error) {
	wav, err := audio.NewWAVReader(r)
	if err != nil {
		return nil, err
	}
	f := wav.Format
	if f.Encoding != audio.EncodingPCM || f.BitsPerSample != 16 || f.Channels != 1 {
		return nil, fmt.Errorf("%d channels of %d-bit %v; only 16-bit mono is read here", f.Channels, f.BitsPerSample, f.Encoding)
	}
	rate, err := audio.NewResampler(f.SampleRate, sampleRate)
	if err != nil {
		return nil, err
	}
	return &resampled{from: wav, rate: rate}, nil
}

// resampled changes the rate of what is read.
type resampled struct {
	from io.Reader
	rate *audio.Resampler
	buf  [pieceBytes]byte
	out  []byte
	err  error
}

func (r *resampled) Read(p []byte) (int, error) {
	for len(r.out) == 0 && r.err == nil {
		n, err := r.from.Read(r.buf[:])
		r.out = r.rate.Append(r.out[:0], r.buf[:n])
		if r.err = err; err == io.EOF {
			r.out = r.rate.Flush(r.out)
		}
	}
	if len(r.out) == 0 {
		return 0, r.err
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

// listen sends the sound on one goroutine and prints what was heard on the
// other.
func listen(ctx context.Context, client *elevenlabs.Client, req elevenlabs.STTStreamRequest, sound io.Reader, out io.Writer) error {
	session, err := client.DialSTT(ctx, req)
	if err != nil {
		return err
	}
	defer session.Close()
	sent := make(chan error, 1)
	go func() { sent <- send(ctx, session, sound) }()
	err = show(session, out)
	if failed := <-sent; err == nil || errors.Is(failed, ctx.Err()) {
		err = failed
	}
	return err
}

// send writes sound into the session at the speed at which it plays. At its end
// it waits for what is still to be said of it.
func send(ctx context.Context, session *elevenlabs.STTSession, sound io.Reader) error {
	clock := time.NewTicker(piece)
	defer clock.Stop()
	for frame, err := range audio.NewPaddedFrameReader(sound, pieceBytes, audio.PCMSilence).All() {
		if err == nil {
			_, err = session.Write(frame)
		}
		if err != nil {
			_ = session.Close() // and with it what is shown
			return err
		}
		select {
		case <-clock.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return session.Finish(ctx)
}

// show prints what is heard until the session ends.
func show(session *elevenlabs.STTSession, out io.Writer) error {
	start := time.Now()
	for event, err := range session.Events() {
		if err != nil {
			return err
		}
		now := time.Since(start).Seconds()
		switch event.Kind {
		case elevenlabs.STTPartial:
			fmt.Fprintf(out, "%6.1fs  ... %s\n", now, event.Text)
		case elevenlabs.STTCommitted:
			fmt.Fprintf(out, "%6.1fs  %v to %v: %s\n", now, round(event.Segment.From), round(event.Segment.To), event.Segment.Text)
		case elevenlabs.STTGap:
			fmt.Fprintf(out, "%6.1fs  lost: %v to %v\n", now, round(event.From), round(event.To))
		case elevenlabs.STTWarning:
			fmt.Fprintf(out, "%6.1fs  warning: %s\n", now, event.Text)
		}
	}
	return nil
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }
