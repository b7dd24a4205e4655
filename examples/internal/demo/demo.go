// Package demo is what the example programs share: how they start, and which
// API they speak to. Without a key that is the emulator, so that every example
// runs anywhere and costs nothing.
package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// Env is what a program takes from outside.
type Env struct {
	// Args are the command line's arguments.
	Args []string
	// Getenv reads a variable of the environment; nil is an empty environment.
	Getenv func(string) string

	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Emulator changes the emulator, for tests that are in a hurry.
	Emulator []elevenlabstest.Option
}

// Main runs a program in the environment of the process until it ends or is
// interrupted, and exits.
func Main(name string, run func(context.Context, Env) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, Env{
		Args: os.Args[1:], Getenv: os.Getenv,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Parse reads the arguments into the flags. Operands is what the program takes
// besides, as its usage says: nothing, one ("[file]") or many ("file ...").
// Asked for help it prints it, and returns [flag.ErrHelp].
func (e Env) Parse(flags *flag.FlagSet, operands string) error {
	most := min(len(operands), 1)
	if strings.HasSuffix(operands, "...") {
		most = math.MaxInt
	}
	flags.SetOutput(io.Discard)
	err := flags.Parse(e.Args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(e.Stdout, strings.TrimSpace("usage: "+flags.Name()+" [flags] "+operands))
		flags.SetOutput(e.Stdout)
		flags.PrintDefaults()
	case err != nil:
		err = fmt.Errorf("%w (-help lists the flags)", err)
	case flags.NArg() > most:
		err = fmt.Errorf("unexpected argument %q (-help lists the flags)", flags.Arg(most))
	}
	return err
}

// Get reads a variable of the environment.
func (e Env) Get(name string) string {
	if e.Getenv == nil {
		return ""
	}
	return e.Getenv(name)
}

// An Account is the API that a program speaks to.
type Account struct {
	// Emulator is nil when the account is a real one.
	Emulator *elevenlabstest.Server
	// Tier is the plan, 0 if a real account's was not told.
	Tier elevenlabs.Tier
	// Options make a client of the account. They leave the plan out, so that
	// either WithTier or WithLimiter can be added.
	Options []elevenlabs.ClientOption
}

// Open returns the account that the environment names: with ELEVENLABS_API_KEY
// a real one, else the emulator's. ELEVENLABS_TIER tells the plan,
// ELEVENLABS_VOICE_ID the voice and ELEVENLABS_BASE_URL another host. The
// caller closes it.
func Open(env Env, opts ...elevenlabstest.Option) (*Account, error) {
	a := &Account{}
	if plan := env.Get("ELEVENLABS_TIER"); plan != "" {
		tier, err := elevenlabs.ParseTier(plan)
		if err != nil {
			return nil, fmt.Errorf("ELEVENLABS_TIER: %w", err)
		}
		a.Tier = tier
		opts = append(opts, elevenlabstest.WithTier(tier))
	}
	if key := env.Get("ELEVENLABS_API_KEY"); key != "" {
		a.Options = vendorOptions(env, key)
		return a, nil
	}
	server, err := elevenlabstest.Start(append(opts, env.Emulator...)...)
	if err != nil {
		return nil, err
	}
	a.Emulator, a.Options = server, server.ClientOptions()
	if a.Tier == 0 {
		a.Tier = elevenlabs.TierStarter // which the emulator is by itself
	}
	return a, nil
}

func vendorOptions(env Env, key string) []elevenlabs.ClientOption {
	opts := []elevenlabs.ClientOption{elevenlabs.WithAPIKey(key)}
	if voice := env.Get("ELEVENLABS_VOICE_ID"); voice != "" {
		opts = append(opts, elevenlabs.WithVoice(voice))
	}
	if base := env.Get("ELEVENLABS_BASE_URL"); base != "" {
		opts = append(opts, elevenlabs.WithBaseURL(base))
	}
	return opts
}

// Client returns a client of the account that knows its plan.
func (a *Account) Client(opts ...elevenlabs.ClientOption) (*elevenlabs.Client, error) {
	all := append([]elevenlabs.ClientOption{}, a.Options...)
	if a.Tier != 0 {
		all = append(all, elevenlabs.WithTier(a.Tier))
	}
	return elevenlabs.New(append(all, opts...)...)
}

// Close stops the emulator, if it is one.
func (a *Account) Close() {
	if a.Emulator != nil {
		_ = a.Emulator.Close()
	}
}

// String says which API it is, and whether it costs anything.
func (a *Account) String() string {
	plan := a.Tier
	if a.Emulator == nil {
		if plan == 0 {
			return "ELEVENLABS_API_KEY is set: speaking to the real API, which costs credits."
		}
		return fmt.Sprintf("ELEVENLABS_API_KEY is set: speaking to the real API on the %s plan, which costs credits.", plan)
	}
	return fmt.Sprintf("no ELEVENLABS_API_KEY, using the built-in emulator (%s plan, no cost).", plan)
}
