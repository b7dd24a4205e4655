package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const (
	calls = 10
	// column is how much time one character of a line's drawing stands for.
	column = 80 * time.Millisecond
)

// A queue makes ten calls at once and watches what becomes of them.
type queue struct {
	out io.Writer

	mu           sync.Mutex // guards the rest
	client       *elevenlabs.Client
	came         int
	mostInFlight int
	took         time.Duration
	served       int
}

// A turn is one of the calls. It travels in the context of the call, where the
// hooks find it.
type turn struct {
	number   int // in the order in which the calls came
	waited   time.Duration
	inFlight int // with this one, when it was admitted
	limit    int
}

type turnKey struct{}

func newQueue(out io.Writer) *queue { return &queue{out: out} }

// hooks note the order in which calls come to the line, and at each admission
// how long the call has waited and how many calls are in flight now.
func (q *queue) hooks() elevenlabs.Hooks {
	return elevenlabs.Hooks{
		Queued: func(ctx context.Context, _ elevenlabs.Event) {
			q.note(ctx, func(t *turn) {
				if t.number == 0 { // a call that is retried comes again
					q.came++
					t.number = q.came
				}
			})
		},
		Admitted: func(ctx context.Context, e elevenlabs.Event) {
			q.note(ctx, func(t *turn) {
				pool := q.client.Stats().Families[e.Family]
				t.waited, t.inFlight, t.limit = e.Queued, pool.InFlight, pool.Limit
				q.mostInFlight = max(q.mostInFlight, pool.InFlight)
			})
		},
	}
}

// note hands over the turn that a hook is called for, if it is one of the ten.
func (q *queue) note(ctx context.Context, what func(*turn)) {
	if t, ok := ctx.Value(turnKey{}).(*turn); ok {
		q.mu.Lock()
		defer q.mu.Unlock()
		what(t)
	}
}

// run makes the calls. Nothing here knows of a limit: the client does.
func (q *queue) run(ctx context.Context, client *elevenlabs.Client) error {
	q.client = client
	limit := client.Stats().Families[elevenlabs.FamilyStandard].Limit
	fmt.Fprintf(q.out, "\n%d calls at once, where the plan allows %d:\n\n", calls, limit)
	start := time.Now()
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() { q.call(ctx) })
	}
	wg.Wait()
	q.took = time.Since(start)
	if q.served < calls {
		return fmt.Errorf("%d of %d calls failed", calls-q.served, calls)
	}
	return nil
}

func (q *queue) call(ctx context.Context) {
	t := &turn{}
	start := time.Now()
	_, err := q.client.TTS(context.WithValue(ctx, turnKey{}, t), "I am one of ten callers.")
	total := time.Since(start)

	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil {
		fmt.Fprintf(q.out, "  call %2d  failed: %v\n", t.number, err)
		return
	}
	q.served++
	fmt.Fprintf(q.out, "  call %2d  waited %5dms  spoke in %4dms  %d of %d in flight  %s\n",
		t.number, t.waited.Milliseconds(), (total - t.waited).Milliseconds(), t.inFlight, t.limit, t.draw(total))
}

// draw shows a call's way: dots while it waited, blocks while it was served.
func (t *turn) draw(total time.Duration) string {
	columns := func(d time.Duration) int { return int((d + column/2) / column) }
	return strings.Repeat("·", columns(t.waited)) + strings.Repeat("█", max(1, columns(total-t.waited)))
}

// summary tells how it went: what the emulator counted on its side, where
// there is one, and what the client counted on ours.
func (q *queue) summary(stats elevenlabs.FamilyStats, emulator *elevenlabstest.Server) {
	most, refused, by := q.mostInFlight, int(stats.Refused), "counted by the client"
	if emulator != nil {
		usage := emulator.Usage().Families[elevenlabs.FamilyStandard]
		most, refused, by = usage.MaxInFlight, usage.Refused, "counted by the emulator"
	}
	fmt.Fprintf(q.out, "\n  served          %d of %d in %v\n", q.served, calls, q.took.Round(time.Millisecond))
	fmt.Fprintf(q.out, "  most in flight  %d of %d   (%s)\n", most, stats.Limit, by)
	fmt.Fprintf(q.out, "  429s            %d        (%s)\n", refused, by)
	fmt.Fprintf(q.out, "  credits         %d      (with the first sentence)\n", stats.Credits)
}
