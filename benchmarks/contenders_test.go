package benchmarks_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	failsafego "github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A contender is a way of speaking many texts at once.
type contender interface {
	name() string
	// process starts one process of it, which believes of the account what the
	// scenario says.
	process(tb testing.TB, srv *elevenlabstest.Server, s *scenario) speaker
}

// A speaker speaks, to the last byte.
type speaker func(ctx context.Context, u utterance) error

// An utterance is a text, the model that speaks it unless it is the usual one,
// and whether it is streamed.
type utterance struct {
	text, model string
	stream      bool
}

// contenders are in the order of the table.
var contenders = []contender{plain{}, held{}, retryable{}, failsafe{}, failsafe{whole: true}, ours{}}

// plain sends everything at once and repeats nothing.
type plain struct{}

func (plain) name() string { return "no control" }

func (plain) process(_ testing.TB, srv *elevenlabstest.Server, _ *scenario) speaker {
	return via(srv, srv.HTTPClient().Do)
}

// held is a semaphore of the believed size around a loop of up to 3 retries
// after 2, 4 and 6 s. A call keeps its slot while it sleeps.
type held struct{}

func (held) name() string { return "semaphore, 2-4-6 s" }

func (held) process(_ testing.TB, srv *elevenlabstest.Server, s *scenario) speaker {
	sem := semaphore.NewWeighted(int64(s.believes()))
	speak := via(srv, srv.HTTPClient().Do)
	return func(ctx context.Context, u utterance) error {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		defer sem.Release(1)
		for retry := 1; ; retry++ {
			err := speak(ctx, u)
			if !errors.Is(err, statusError(http.StatusTooManyRequests)) || retry > 3 {
				return err
			}
			time.Sleep(time.Duration(retry) * 2 * time.Second)
		}
	}
}

// retryable is go-retryablehttp as it comes (4 retries after 1, 2, 4 and 8 s)
// behind a semaphore of the believed size. It does not know of the semaphore,
// so a call keeps its slot while it sleeps.
type retryable struct{}

func (retryable) name() string { return "go-retryablehttp + semaphore" }

func (retryable) process(_ testing.TB, srv *elevenlabstest.Server, s *scenario) speaker {
	sem := semaphore.NewWeighted(int64(s.believes()))
	client := retryablehttp.NewClient()
	client.HTTPClient = srv.HTTPClient()
	client.Logger = nil
	speak := via(srv, func(req *http.Request) (*http.Response, error) {
		wrapped, err := retryablehttp.FromRequest(req)
		if err != nil {
			return nil, err
		}
		return client.Do(wrapped)
	})
	return func(ctx context.Context, u utterance) error {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		defer sem.Release(1)
		return speak(ctx, u)
	}
}

// failsafe is failsafe-go with a retry policy around a bulkhead of the believed
// size. In that order a call gives its place up while it sleeps. Nobody waits
// in vain for the bulkhead; refusals are retried 3 times after 2, 4 and 6 s,
// give or take a quarter.
//
// As a transport, the way failsafehttp is meant to be used, it is done with a
// call when the headers have come: the bulkhead is free before the body was
// read, while the server still counts the call. Around the whole call, by the
// executor, the place is held until the last byte.
type failsafe struct{ whole bool }

func (c failsafe) name() string {
	if c.whole {
		return "failsafe-go, whole call"
	}
	return "failsafe-go, transport"
}

func (c failsafe) process(_ testing.TB, srv *elevenlabstest.Server, s *scenario) speaker {
	slots := bulkhead.NewBuilder[*http.Response](uint(s.believes())).WithMaxWaitTime(24 * time.Hour).Build()
	if !c.whole {
		retry := politely(failsafehttp.NewRetryPolicyBuilder())
		client := &http.Client{Transport: failsafehttp.NewRoundTripper(srv.HTTPClient().Transport, retry, slots)}
		return via(srv, client.Do)
	}
	speak := via(srv, srv.HTTPClient().Do)
	retry := politely(retrypolicy.NewBuilder[*http.Response]().HandleErrors(statusError(http.StatusTooManyRequests)))
	calls := failsafego.With(retry, slots)
	return func(ctx context.Context, u utterance) error {
		return calls.WithContext(ctx).Run(func() error { return speak(ctx, u) })
	}
}

func politely(b retrypolicy.Builder[*http.Response]) retrypolicy.RetryPolicy[*http.Response] {
	return b.WithMaxRetries(3).
		WithBackoff(2*time.Second, 6*time.Second).
		WithJitterFactor(0.25).
		ReturnLastFailure().
		Build()
}

// ours is this library with default options, told nothing but the plan and
// what the scenario adds.
type ours struct{}

func (ours) name() string { return "this library" }

func (ours) process(tb testing.TB, srv *elevenlabstest.Server, s *scenario) speaker {
	opts := append(srv.ClientOptions(), s.options...)
	if s.believed != untold {
		opts = append(opts, believing(s.believes()))
	}
	client, err := elevenlabs.New(opts...)
	require.NoError(tb, err)
	return func(ctx context.Context, u utterance) error {
		req := elevenlabs.TTSRequest{Text: u.text, ModelID: u.model}
		if !u.stream {
			_, err := client.Synthesize(ctx, req)
			return err
		}
		stream, err := client.SynthesizeStream(ctx, req)
		if err != nil {
			return err
		}
		defer stream.Close()
		_, err = io.Copy(io.Discard, stream)
		return err
	}
}

// believing tells a client its limit as its users do: by the plan, where a plan
// has that limit.
func believing(limit int) elevenlabs.ClientOption {
	for t := elevenlabs.TierFree; t <= elevenlabs.TierBusiness; t++ {
		if t.Limit(elevenlabs.FamilyStandard) == limit {
			return elevenlabs.WithTier(t)
		}
	}
	return elevenlabs.WithConcurrency(elevenlabs.FamilyStandard, limit)
}

// via speaks in plain net/http.
func via(srv *elevenlabstest.Server, do func(*http.Request) (*http.Response, error)) speaker {
	be := backend{url: srv.URL}
	return func(ctx context.Context, u utterance) error {
		req, err := be.request(ctx, u)
		if err != nil {
			return err
		}
		resp, err := do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		if resp.StatusCode != http.StatusOK {
			return statusError(resp.StatusCode)
		}
		return err
	}
}
