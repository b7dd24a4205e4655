package elevenlabs_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestRecover_WhatThisClientHasIsNoCandidate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		seen := map[string]bool{}
		for range 3 {
			for _, fault := range []elevenlabstest.Fault{elevenlabstest.ResetAfter(0), elevenlabstest.CutAfter(10), elevenlabstest.SlowFirstByte(0)} {
				srv.Inject(fault)
				speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello"})
				require.NoError(t, err)
				seen[speech.Meta.HistoryItemID] = true
			}
		}
		require.Len(t, seen, 9, "each call has an item of its own")
		require.Equal(t, 45, srv.Usage().Characters)
	})
}

// together performs identical calls at once and returns the items they got.
func together(t *testing.T, c *elevenlabs.Client, n int, req elevenlabs.TTSRequest) map[string]int {
	t.Helper()
	var (
		calls sync.WaitGroup
		mu    sync.Mutex
		items = map[string]int{}
	)
	for range n {
		calls.Go(func() {
			speech, err := c.Synthesize(t.Context(), req)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			items[speech.Meta.HistoryItemID]++
		})
	}
	calls.Wait()
	return items
}

func TestRecover_IdenticalCallsShareNoItem(t *testing.T) {
	for name, tt := range map[string]struct {
		faults []elevenlabstest.Fault
		lag    time.Duration
		took   time.Duration
	}{
		"both made":             {[]elevenlabstest.Fault{elevenlabstest.ResetAfter(0).Times(2)}, 0, time.Second},
		"both made, filed late": {[]elevenlabstest.Fault{elevenlabstest.ResetAfter(0).Times(2)}, 2 * time.Second, 2500 * time.Millisecond},
		"one made":              {[]elevenlabstest.Fault{elevenlabstest.ResetAfter(0), lose()}, 0, 18050 * time.Millisecond},
		"one served":            {[]elevenlabstest.Fault{elevenlabstest.ResetAfter(0)}, 0, time.Second},
		"none made":             {[]elevenlabstest.Fault{lose().Times(2)}, 0, 18050 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second), elevenlabstest.WithHistoryLag(tt.lag))
				srv.Inject(tt.faults...)
				at := time.Now()
				items := together(t, srv.Client(twoSeconds), 2, elevenlabs.TTSRequest{Text: "Hello"})
				require.Len(t, items, 2)
				require.Equal(t, 10, srv.Usage().Characters)
				// Whose answer is looked up first is left to chance.
				require.LessOrEqual(t, passed(at), tt.took+500*time.Millisecond)
			})
		})
	}
}

func TestRecover_OtherSettingsAreNotMixedUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		srv.Inject(elevenlabstest.ResetAfter(0), elevenlabstest.SlowFirstByte(5*time.Second))
		c := srv.Client()
		lively := elevenlabs.TTSRequest{Text: "Hello", VoiceSettings: &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(0.1)}}
		var calls sync.WaitGroup
		at := time.Now()
		calls.Go(func() {
			speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello"})
			if err != nil || !speech.Meta.Recovered {
				t.Errorf("%+v %v", speech, err)
			}
			if passed(at) != 8500*time.Millisecond {
				t.Errorf("not when the other had answered: %v", passed(at))
			}
		})
		synctest.Wait()
		time.Sleep(100 * time.Millisecond)
		speech, err := c.Synthesize(t.Context(), lively)
		require.NoError(t, err)
		require.False(t, speech.Meta.Recovered)
		calls.Wait()
		require.Equal(t, 10, srv.Usage().Characters)

		// With both answers lost, nobody knows which is which.
		srv.Inject(elevenlabstest.ResetAfter(0).Times(2))
		for _, req := range []elevenlabs.TTSRequest{lively, {Text: "Hello"}} {
			calls.Go(func() {
				at := time.Now()
				_, err := c.Synthesize(t.Context(), req)
				if err == nil || !strings.Contains(err.Error(), "history cannot tell") || passed(at) < 15*time.Second {
					t.Error(err, passed(at))
				}
			})
		}
		calls.Wait()
	})
}
