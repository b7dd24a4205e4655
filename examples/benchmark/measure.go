package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const text = "The quick brown fox jumps over the lazy dog."

// A call speaks the text once.
type call func(ctx context.Context) error

// A mode is a way to make calls.
type mode struct {
	name string
	open func(*elevenlabstest.Server) (call, error)
}

const (
	byHand  = "by hand"
	library = "library"
)

var modes = []mode{{byHand, openByHand}, {library, openLibrary}}

// openByHand is what the vendor's documentation shows: a POST.
func openByHand(server *elevenlabstest.Server) (call, error) {
	url := server.URL + "/v1/text-to-speech/" + elevenlabstest.VoiceSarah
	body, err := json.Marshal(map[string]string{"text": text, "model_id": "eleven_multilingual_v2"})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("xi-api-key", "emulator-key")
		req.Header.Set("Content-Type", "application/json")
		resp, err := server.HTTPClient().Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		return checkAudio(resp)
	}, nil
}

// checkAudio reads an answer and fails unless it is audio.
func checkAudio(resp *http.Response) error {
	audio, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("status %d", resp.StatusCode)
	case len(audio) == 0 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "audio/"):
		return fmt.Errorf("no audio")
	}
	return nil
}

// openLibrary is the client with its defaults.
func openLibrary(server *elevenlabstest.Server) (call, error) {
	client, err := elevenlabs.New(server.ClientOptions()...)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		_, err := client.TTS(ctx, text)
		return err
	}, nil
}

// A load is what is put on the account at one level.
type load struct {
	callers, requests int
	speed             float64
}

// A result is how a mode did at a level.
type result struct {
	Mode                             string
	Level, Requests, Served, Refused int
	P50, P95, Wall                   time.Duration
}

// Success is the share of requests that were served, in percent.
func (r result) Success() float64 { return 100 * float64(r.Served) / float64(r.Requests) }

// measure puts a load on an account of its own.
func measure(ctx context.Context, m mode, l load) (result, error) {
	server, err := elevenlabstest.Start(elevenlabstest.WithSpeed(l.speed))
	if err != nil {
		return result{}, err
	}
	defer server.Close()
	speak, err := m.open(server)
	if err != nil {
		return result{}, err
	}
	start := time.Now()
	served := l.drive(ctx, speak)
	r := result{
		Mode: m.name, Level: l.callers, Requests: l.requests, Served: len(served),
		Refused: server.Usage().Families[elevenlabs.FamilyStandard].Refused,
		P50:     percentile(served, 50), P95: percentile(served, 95), Wall: time.Since(start),
	}
	return r, ctx.Err()
}

// drive lets the callers share the requests out among themselves, and returns
// the latencies of those that were served, in ascending order.
func (l load) drive(ctx context.Context, speak call) []time.Duration {
	var (
		taken  atomic.Int64
		mu     sync.Mutex
		served []time.Duration
		wg     sync.WaitGroup
	)
	for range l.callers {
		wg.Go(func() {
			for taken.Add(1) <= int64(l.requests) && ctx.Err() == nil {
				start := time.Now()
				err := speak(ctx)
				took := time.Since(start)
				if err == nil {
					mu.Lock()
					served = append(served, took)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(served)
	return served
}

// percentile returns the smallest value that p percent of the sorted values do
// not exceed, 0 if there is none.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*p+99)/100-1]
}
