// Package specimen has calls of every endpoint, each with nothing but what is
// required and with everything that can be sent, so that tests can compare what
// goes over the wire with the vendor's specification.
package specimen

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"testing"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A Call is a call of one endpoint.
type Call struct {
	// Operation is its method and path, as the specification writes them.
	Operation string
	// Name tells the calls of an operation apart. The one called Least sends
	// nothing that can be left out; together they send everything.
	Name string

	do func(context.Context, *elevenlabs.Client) error
}

// Least is the Name of calls that leave out what they can.
const Least = "least"

// Calls returns all calls.
func Calls() []Call {
	return slices.Concat(
		speech(), dialogues(), recordings(), transcripts(), tokens(),
		voices(), voiceChanges(), library(), account(), history(), dictionaries(),
	)
}

// Run makes the call, and what has to come before it, on an emulator of its
// own. It returns everything that was sent and answered.
func (c Call) Run(t testing.TB) []Exchange {
	t.Helper()
	srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierEnterprise), elevenlabstest.WithSpeed(1e6),
		elevenlabstest.WithWebhook(elevenlabstest.Webhook{ID: webhookID, Handler: http.NotFoundHandler()}))
	rec := recorder{next: srv.HTTPClient().Transport}
	client := srv.Client(elevenlabs.WithHTTPClient(&http.Client{Transport: &rec}), elevenlabs.WithMaxRetries(0))
	if err := c.do(t.Context(), client); err != nil {
		t.Errorf("%s, %s: %v", c.Operation, c.Name, err)
	}
	return rec.all()
}

// asked keeps the error of a call alone.
func asked[T any](_ T, err error) error { return err }

// taken takes the first n items of a list.
func taken[T any](list iter.Seq2[T, error], n int) (items []T, err error) {
	for item, err := range list {
		if err != nil {
			return items, err
		}
		if items = append(items, item); len(items) == n {
			break
		}
	}
	return items, nil
}

// first takes the first item of a list, which must have one.
func first[T any](list iter.Seq2[T, error]) (item T, err error) {
	items, err := taken(list, 1)
	if err == nil && len(items) == 0 {
		err = fmt.Errorf("an empty list of %T", item)
	}
	if err != nil {
		return item, err
	}
	return items[0], nil
}

// drained reads a stream to its end.
func drained(s *elevenlabs.SpeechStream, err error) error {
	if err != nil {
		return err
	}
	defer s.Close()
	return asked(io.Copy(io.Discard, s))
}
