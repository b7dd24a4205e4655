package main

import (
	"context"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/examples/internal/talk"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talktest"
)

// TestShout interrupts at once, even a language model that does not stop at
// once.
func TestShout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context, []talk.Turn) iter.Seq[string] {
			return func(yield func(string) bool) {
				for yield("I heard you. Here is a story. There was a lighthouse that nobody had lit for years. ") {
					time.Sleep(4 * time.Second)
				}
			}
		}
		b, _ := setup(t, slow)
		b.mouth.Say(t, "Tell me something.")
		talktest.Await(t, func() bool { return strings.HasPrefix(b.Heard(), "I heard you.") })
		time.Sleep(10 * time.Millisecond)
		began := time.Now()
		b.mouth.Noise(300*time.Millisecond, -6)
		talktest.Await(t, b.has(talk.Interrupted))
		require.Equal(t, 190*time.Millisecond, b.ClearedAt().Sub(began), "with the tenth frame, the first of which leaves after 10 ms")
		heard, told := b.Heard(), b.told(talk.Interrupted)[0]
		require.True(t, strings.HasPrefix(heard, told), "%q, %q", heard, told)
		require.Less(t, len(heard)-len(told), 5)
		b.leave()
	})
}
