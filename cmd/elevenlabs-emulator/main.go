// Command elevenlabs-emulator serves a stand-in for the ElevenLabs API, so that
// programs can be written and tried without a key or a bill.
//
// Usage:
//
//	elevenlabs-emulator [-addr 127.0.0.1:8080] [-tier starter] [-speed 1] [-reject-key invalid-key]
//	                    [-webhook http://127.0.0.1:8081/hook] [-webhook-secret wsec_emulator]
//
// It prints the settings that point a client at it and runs until it is
// interrupted. Any API key opens its one account, except the rejected one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const (
	// grace is how long requests under way may take to end after an interrupt.
	grace = 5 * time.Second
	// headTimeout bounds how long a client may take to send its headers.
	headTimeout = 10 * time.Second
)

// errUsage marks what the user got wrong, for the exit code.
var errUsage = errors.New("bad usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	default:
		fmt.Fprintln(os.Stderr, "elevenlabs-emulator:", err)
		os.Exit(exitCode(err))
	}
}

// exitCode is 2 for what the user got wrong, as with other commands.
func exitCode(err error) int {
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

// settings are the flags, checked.
type settings struct {
	addr      string
	tier      elevenlabs.Tier
	speed     float64
	rejectKey string
	webhook   elevenlabstest.Webhook // without a URL there is none
}

// parse reads the flags. It writes the help text to stdout when asked for it.
func parse(args []string, stdout io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("elevenlabs-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`host:port` to listen on; port 0 takes a free one")
	tier := flags.String("tier", "starter", "subscription `plan` of the account")
	flags.Float64Var(&s.speed, "speed", 1, "`factor` by which all delays are divided")
	flags.StringVar(&s.rejectKey, "reject-key", "invalid-key", "the one API `key` that is refused; empty refuses none")
	flags.StringVar(&s.webhook.URL, "webhook", "", "loopback `URL` that transcripts of webhook mode are posted to")
	flags.StringVar(&s.webhook.Secret, "webhook-secret", "wsec_emulator", "`secret` that signs those posts; empty signs none")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stdout, "elevenlabs-emulator serves a stand-in for the ElevenLabs API.")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return s, err
	case err != nil:
		return s, fmt.Errorf("%w: %w (-help lists the flags)", errUsage, err)
	case flags.NArg() > 0:
		return s, fmt.Errorf("%w: unexpected argument %q (-help lists the flags)", errUsage, flags.Arg(0))
	case !(s.speed > 0) || math.IsInf(s.speed, 0): // not a number is refused too
		return s, fmt.Errorf("%w: -speed must be a number greater than 0, not %v", errUsage, s.speed)
	case s.webhook.URL != "" && !onLoopback(s.webhook.URL):
		return s, fmt.Errorf("%w: -webhook must be an http or https URL on this machine, such as http://127.0.0.1:8081/hook", errUsage)
	case s.addr == "":
		return s, fmt.Errorf("%w: -addr must be host:port, such as 127.0.0.1:8080", errUsage)
	}
	if s.tier, err = elevenlabs.ParseTier(*tier); err != nil {
		return s, fmt.Errorf("%w: -tier: %w", errUsage, err)
	}
	return s, nil
}

func onLoopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// emulator is what the settings describe.
func (s settings) emulator() *elevenlabstest.Emulator {
	opts := []elevenlabstest.Option{
		elevenlabstest.WithTier(s.tier),
		elevenlabstest.WithSpeed(s.speed),
		elevenlabstest.WithRejectKey(s.rejectKey),
	}
	if s.webhook.URL != "" {
		opts = append(opts, elevenlabstest.WithWebhook(s.webhook))
	}
	return elevenlabstest.NewEmulator(opts...)
}

// run serves until ctx ends, then lets the requests under way finish.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	emulator := s.emulator()
	srv := &http.Server{Handler: emulator, ReadHeaderTimeout: headTimeout}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	ctx, stop := context.WithCancel(ctx)
	var postman sync.WaitGroup
	postman.Go(func() { emulator.DeliverWebhooks(ctx) })
	defer postman.Wait()
	defer stop()
	announce(stdout, s, ln.Addr())
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	fmt.Fprintln(stdout, "stopping")
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err = srv.Shutdown(bounded)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close() // a stream that would go on for longer is cut
	}
	<-served
	return err
}

// reachable names an address as a client on this machine would: one that
// listens everywhere is on loopback too.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

func announce(stdout io.Writer, s settings, addr net.Addr) {
	url := "http://" + reachable(addr)
	fmt.Fprintf(stdout, `elevenlabs-emulator is a %s account at %s
Point a client at it:

  export ELEVENLABS_BASE_URL=%s
  export ELEVENLABS_API_KEY=any-key
  export ELEVENLABS_VOICE_ID=EXAVITQu4vr4xnSDxMaL

`, s.tier, url, url)
	if s.rejectKey != "" {
		fmt.Fprintf(stdout, "The key %q is refused. ", s.rejectKey)
	}
	fmt.Fprintln(stdout, "Stop it with Ctrl-C.")
}
