package elevenlabs_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// A vendor answers each request after its time of service, unless something
// else happens to it.
type vendor struct {
	service time.Duration
	happens func(r *http.Request, at time.Duration) answerFunc // called by one at a time

	start time.Time
	mu    sync.Mutex
	sent  []time.Duration // when requests came
}

func newVendor(service time.Duration) *vendor {
	return &vendor{service: service, start: time.Now()}
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	at := time.Since(v.start)
	v.sent = append(v.sent, at)
	answer := v.happens(r, at)
	v.mu.Unlock()
	if answer == nil {
		answer = after(v.service, 200, "audio/mpeg", "\xff\xfbaudio")
	}
	return answer(r)
}

// during has something happen to all requests of a time.
func (v *vendor) during(from, to time.Duration, what answerFunc) {
	v.happens = func(_ *http.Request, at time.Duration) answerFunc {
		if at >= from && at < to {
			return what
		}
		return nil
	}
}

// between counts the requests of a time.
func (v *vendor) between(from, to time.Duration) (n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, at := range v.sent {
		if at >= from && at < to {
			n++
		}
	}
	return n
}

func after(d time.Duration, status int, contentType, body string) answerFunc {
	return drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		select {
		case <-time.After(d):
			return answered(status, contentType, body), nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	})
}

// What can happen to a request.
var (
	failing = after(100*time.Millisecond, 503, "", "")
	busy    = after(240*time.Millisecond, 429, "application/json", `{"detail":{"status":"system_busy"}}`)
	full    = after(240*time.Millisecond, 429, "application/json", `{"detail":{"status":"too_many_concurrent_requests"}}`)
	hole    = after(time.Hour, 200, "", "")
)

func noConnection(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}

// textOf tells calls apart.
func textOf(t *testing.T, r *http.Request) string {
	body, err := r.GetBody()
	require.NoError(t, err)
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(text)
}

// An ended call is what became of one.
type ended struct {
	came, took time.Duration
	err        error
}

// stream has a call come at every step for a time.
func (v *vendor) stream(t *testing.T, c *elevenlabs.Client, step, until time.Duration) []ended {
	all := make([]ended, until/step)
	var calls sync.WaitGroup
	for i := range all {
		calls.Go(func() {
			at := time.Now()
			_, err := c.TTS(t.Context(), "Hello")
			all[i] = ended{came: at.Sub(v.start), took: time.Since(at), err: err}
		})
		time.Sleep(step)
	}
	calls.Wait()
	return all
}

// many speaks 200 texts at once and wants them all served.
func many(t *testing.T, c *elevenlabs.Client) {
	t.Helper()
	var (
		calls  sync.WaitGroup
		mu     sync.Mutex
		failed []error
	)
	for i := range 200 {
		calls.Go(func() {
			if _, err := c.TTS(t.Context(), fmt.Sprint("Text ", i)); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, err)
			}
		})
	}
	calls.Wait()
	require.Zero(t, len(failed), "such as %v", errors.Join(failed[:min(len(failed), 3)]...))
	require.Zero(t, c.Stats().Breakers[standard].Opened)
}

func TestOutage_IsLeftAloneAndItsEndIsSeen(t *testing.T) {
	const (
		begin, end, until = 20 * time.Second, 80 * time.Second, 100 * time.Second
		step              = 50 * time.Millisecond
	)
	for name, down := range map[string]struct {
		how  answerFunc
		seen time.Duration // when it is known
	}{
		"every answer is 503":       {failing, 1500 * time.Millisecond},
		"no connection is accepted": {noConnection, 1500 * time.Millisecond},
		"nothing is ever answered":  {hole, 6 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				v := newVendor(300 * time.Millisecond)
				v.during(begin, end, down.how)
				c := clientOn(t, v, elevenlabs.WithTier(elevenlabs.TierPro),
					elevenlabs.WithTimeouts(elevenlabs.Timeouts{FirstByte: 5 * time.Second, Gap: 5 * time.Second}))
				probes := 0
				for _, call := range v.stream(t, c, step, until) {
					switch came := call.came; {
					case came < begin-v.service, came >= end+5*time.Second:
						require.NoError(t, call.err, "came at %v", came)
						require.Equal(t, v.service, call.took)
					case came >= begin+down.seen && came < end && call.took == 0:
						require.ErrorIs(t, call.err, elevenlabs.ErrCircuitOpen)
					case came >= begin+down.seen && came < end:
						probes++
					}
				}
				require.LessOrEqual(t, v.between(begin, end), int((end-begin)/step)*5/100)
				require.LessOrEqual(t, probes, 16, "all others know at once")
				require.Equal(t, elevenlabs.BreakerStats{Opened: 1}, c.Stats().Breakers[standard])
			})
		})
	}
}

// One answer of twenty is 500, and every 17 s everything in flight fails.
func TestOutage_ABadDayIsServedWhole(t *testing.T) {
	const blows = 17 * time.Second
	bubble(t, func(t *testing.T) {
		for seed := range uint64(8) {
			v, random, unlucky := newVendor(2800*time.Millisecond), rand.New(rand.NewPCG(seed, 0)), map[string]int{}
			v.happens = func(r *http.Request, at time.Duration) answerFunc {
				text := textOf(t, r)
				if unlucky[text] == 3 {
					return nil
				}
				unlucky[text]++
				if next := at.Truncate(blows) + blows; next < at+v.service {
					return after(next-at, 500, "", "")
				}
				if random.Float64() < 0.05 {
					return after(time.Duration(random.Int64N(int64(v.service))), 500, "", "")
				}
				unlucky[text]--
				return nil
			}
			many(t, clientOn(t, v, elevenlabs.WithTier(elevenlabs.TierPro)))
		}
	})
}

func TestOutage_ShortBlowsAreServedWhole(t *testing.T) {
	const begin = 5 * time.Second
	for name, blow := range map[string]struct {
		how   answerFunc
		lasts time.Duration
		slots []int
	}{
		"all in flight fail at once":           {failing, 1, []int{10, 30}},
		"a load balancer restarts":             {failing, 300 * time.Millisecond, []int{10}},
		"all in flight are refused at once":    {busy, 1, []int{10, 30}},
		"the vendor is busy for a second":      {busy, time.Second, []int{10, 30}},
		"the vendor is busy for a few seconds": {busy, 3 * time.Second, []int{10, 30}},
		"the account is full for a long time":  {full, 10 * time.Second, []int{10, 30}},
	} {
		for _, slots := range blow.slots {
			t.Run(fmt.Sprint(name, " on ", slots), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					v := newVendor(500 * time.Millisecond)
					v.during(begin, begin+blow.lasts, blow.how)
					c := clientOn(t, v, elevenlabs.WithConcurrency(standard, slots))
					time.Sleep(begin - 2*v.service)
					many(t, c)
				})
			})
		}
	}
}
