package demo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headTimeout = 5 * time.Second
	stopTimeout = 5 * time.Second
)

// Serve answers until the context ends. Requests end with it, those that have
// become sockets among them, and are waited for.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler) error {
	var active sync.WaitGroup
	server := &http.Server{
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headTimeout,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			active.Add(1)
			defer active.Done()
			handler.ServeHTTP(w, r)
		}),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err := server.Shutdown(bounded)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-served
	active.Wait() // for the sockets, which Shutdown knows nothing of
	return err
}
