// Retry shows what the client does when things go wrong, and what is left for
// the caller to decide.
//
//	go run ./examples/retry              # the waits of 2 s take 100 ms
//	go run ./examples/retry -real-time   # they take 2 s
//
// Every scene has an emulator of its own in which a fault is scripted, so
// nothing here costs anything. Lines that begin with "level=" are the log that
// an operator reads; the log of attempts is the emulator's own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

const text = "A call that has a hard time."

const (
	realStep  = 2 * time.Second
	quickStep = realStep / quickness
	quickness = 20
)

func main() { demo.Main("retry", run) }

func run(ctx context.Context, env demo.Env) error {
	flags := flag.NewFlagSet("retry", flag.ContinueOnError)
	realTime := flags.Bool("real-time", false, "wait as long as in production")
	if err := env.Parse(flags, ""); err != nil {
		return err
	}
	stage := stage{out: env.Stdout, step: quickStep, speed: quickness}
	if *realTime {
		stage.step, stage.speed = realStep, 1
	}
	for _, s := range scenes(stage.step) {
		if err := stage.play(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// A scene is something that goes wrong.
type scene struct {
	title  string
	moral  string
	server []elevenlabstest.Option
	faults []elevenlabstest.Fault
	client []elevenlabs.ClientOption
	calls  int    // at the same time, 1 if it is 0
	say    string // text if it is empty
}

// A stage is where scenes are played.
type stage struct {
	out   io.Writer
	step  time.Duration
	speed float64 // of the emulator
}

// play makes the calls of a scene and prints what was seen on all sides.
func (st stage) play(ctx context.Context, s scene) error {
	server, err := elevenlabstest.Start(append(s.server, elevenlabstest.WithSpeed(st.speed))...)
	if err != nil {
		return err
	}
	defer server.Close()
	server.Inject(s.faults...)
	fmt.Fprintf(st.out, "\n== %s\n", s.title)

	opts := append(server.ClientOptions(), elevenlabs.WithLogger(st.logger()))
	client, err := elevenlabs.New(append(opts, s.client...)...)
	if err != nil {
		return err
	}
	for _, err := range speak(ctx, client, s) {
		fmt.Fprintf(st.out, "   -> %s\n", explain(err))
	}
	st.attempts(server)
	fmt.Fprintf(st.out, "   %s\n", s.moral)
	return ctx.Err()
}

// logger writes for people who watch: it leaves out the time of day, and the
// parts of an error that its line has told already.
func (st stage) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(st.out, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || len(groups) > 0 {
				return slog.Attr{}
			}
			return a
		},
	}))
}

func speak(ctx context.Context, client *elevenlabs.Client, s scene) []error {
	calls := max(s.calls, 1)
	say := s.say
	if say == "" {
		say = text
	}
	results := make(chan error, calls)
	for range calls {
		go func() {
			_, err := client.TTS(ctx, say)
			results <- err
		}()
	}
	var errs []error
	for range calls {
		errs = append(errs, <-results)
	}
	return errs
}

// attempts prints what reached the server, and what it was billed.
func (st stage) attempts(server *elevenlabstest.Server) {
	requests := server.Requests()
	attempt := 0
	for _, r := range requests {
		what := "a look at " + r.Path
		if r.Method == http.MethodPost {
			attempt++
			what = fmt.Sprint("attempt ", attempt)
		}
		status := fmt.Sprint(r.Status)
		if r.Status == 0 {
			status = "no answer"
		}
		fmt.Fprintf(st.out, "   %s after %5v: %s, %d credits\n",
			what, r.Arrived.Sub(requests[0].Arrived).Round(time.Millisecond), status, r.Characters)
	}
	if len(requests) == 0 {
		fmt.Fprintln(st.out, "   no attempt was made")
	}
}

// explain is how a caller branches on an error: by what can be done about it,
// and never by its text or its HTTP status.
func explain(err error) string {
	var (
		lost  *elevenlabs.AmbiguousError
		wrong *elevenlabs.ArgumentError
		api   *elevenlabs.APIError
	)
	switch {
	case err == nil:
		return "served"
	case errors.As(err, &wrong):
		return "my own mistake, nothing was sent: " + wrong.Field + " " + wrong.Reason
	case errors.As(err, &lost):
		return "answer lost, perhaps paid for: ask somebody before it is paid for again"
	case errors.Is(err, elevenlabs.ErrQuotaExceeded):
		return "out of credits" + missing(err) + ": tell the owner, fall back to text"
	case errors.Is(err, elevenlabs.ErrRateLimited):
		return "still refused for load: shed it, or put it in a queue for later"
	case errors.Is(err, elevenlabs.ErrServer):
		return "the vendor is failing: fall back to text"
	case errors.As(err, &api):
		return fmt.Sprintf("refused with %d, to be looked up as request %s", api.StatusCode, api.RequestID)
	}
	return "failed: " + err.Error()
}

// missing tells the numbers of a quota refusal.
func missing(err error) string {
	var api *elevenlabs.APIError
	if !errors.As(err, &api) || api.Quota == nil {
		return ""
	}
	return fmt.Sprintf(" (%d left, %d needed)", api.Quota.Remaining, api.Quota.Required)
}
