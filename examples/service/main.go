// Service is a small HTTP service that speaks and listens.
//
//	go run ./examples/service -addr 127.0.0.1:8081
//
//	curl -d '{"text": "Good morning"}' http://127.0.0.1:8081/tts
//	curl -H 'Content-Type: audio/mpeg' --data-binary @hello.mp3 http://127.0.0.1:8081/stt
//	curl http://127.0.0.1:8081/metrics
//
// It shows what a service needs around the client: interfaces that a test can
// replace, a deadline for each request, bounded bodies, answers that degrade to
// text when there is no speech, errors that tell the user nothing of the
// vendor, metrics, and a shutdown that lets requests end. Without
// ELEVENLABS_API_KEY the emulator speaks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

// The limits on a client of the service.
const (
	headTimeout = 5 * time.Second
	bodyTimeout = 30 * time.Second
	idleTimeout = 2 * time.Minute
)

func main() { demo.Main("service", run) }

func run(ctx context.Context, env demo.Env) error {
	flags := flag.NewFlagSet("service", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8081", "`host:port` to listen on; port 0 takes a free one")
	timeout := flags.Duration("timeout", 30*time.Second, "how long a request may take, its wait in line included")
	if err := env.Parse(flags, ""); err != nil {
		return err
	}
	account, err := demo.Open(env)
	if err != nil {
		return err
	}
	defer account.Close()
	log := slog.New(slog.NewTextHandler(env.Stderr, nil))
	svc, err := open(account, log)
	if err != nil {
		return err
	}
	svc.timeout = *timeout

	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, account)
	fmt.Fprintf(env.Stdout, "listening on http://%s\n", ln.Addr())
	return serve(ctx, ln, svc, env.Stdout)
}

// open makes the service of an account. The limiter is made here so that the
// metrics can show it before the first call.
func open(account *demo.Account, log *slog.Logger) (*service, error) {
	limiter, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{Tier: account.Tier})
	if err != nil {
		return nil, err
	}
	opts := append(account.Options, elevenlabs.WithLimiter(limiter), elevenlabs.WithLogger(log))
	client, err := elevenlabs.New(opts...)
	if err != nil {
		return nil, err
	}
	return &service{
		voice: client, ear: client, log: log,
		figures: func() map[elevenlabs.Family]elevenlabs.FamilyStats { return figures(client, limiter) },
	}, nil
}

// figures are the client's for every family the service can use, used or not.
func figures(client *elevenlabs.Client, limiter *elevenlabs.LocalLimiter) map[elevenlabs.Family]elevenlabs.FamilyStats {
	stats := client.Stats()
	for _, f := range []elevenlabs.Family{elevenlabs.FamilyStandard, elevenlabs.FamilySTT} {
		if _, used := stats.Families[f]; !used {
			stats.Families[f] = elevenlabs.FamilyStats{PoolStats: limiter.Pool(f)}
		}
	}
	return stats.Families
}

// serve answers until ctx ends, and then lets the requests under way end: none
// of them takes longer than its deadline.
func serve(ctx context.Context, ln net.Listener, svc *service, out io.Writer) error {
	server := &http.Server{
		Handler:           svc.handler(),
		ConnState:         svc.conns.track,
		ReadHeaderTimeout: headTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      bodyTimeout + svc.timeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(svc.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	fmt.Fprintln(out, "stopping")
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), svc.timeout)
	defer cancel()
	err := server.Shutdown(bounded)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-served
	return err
}
