package elevenlabs_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// paths lists what a server was asked for, ids left out.
func paths(srv *elevenlabstest.Server) string {
	var out []string
	for _, r := range srv.Requests() {
		switch path := r.Method + " " + r.Path; {
		case r.Method == http.MethodPost:
			out = append(out, "speak")
		case path == "GET /v1/history":
			out = append(out, "list")
		case strings.HasSuffix(path, "/audio"):
			out = append(out, "audio")
		default:
			out = append(out, "item")
		}
	}
	return strings.Join(out, " ")
}

// laggard makes an emulator that answers at once and files late.
func laggard(t testing.TB, lag time.Duration, opts ...elevenlabstest.Option) *elevenlabstest.Server {
	t.Helper()
	return elevenlabstest.NewServer(t, append([]elevenlabstest.Option{
		elevenlabstest.WithLatency(elevenlabstest.Latency{}), elevenlabstest.WithServiceTime(time.Nanosecond),
		elevenlabstest.WithHistoryLag(lag),
	}, opts...)...)
}

var twoSeconds = elevenlabs.WithBackOff(elevenlabs.LinearBackOff(2 * time.Second))

// lose loses a request for speech before anything is made of it.
func lose() elevenlabstest.Fault { return elevenlabstest.Lose().On("/v1/text-to-speech/") }

func passed(at time.Time) time.Duration { return time.Since(at).Truncate(time.Millisecond) }

func TestRecover_WhatWasMadeIsFetched(t *testing.T) {
	for name, tt := range map[string]struct {
		fault elevenlabstest.Fault
		lag   time.Duration
		took  time.Duration
		paths string
	}{
		"headers came":          {elevenlabstest.CutAfter(100), 0, 0, "speak item audio"},
		"headers came, late":    {elevenlabstest.ResetAfter(1), time.Second, 1500 * time.Millisecond, "speak item item item audio"},
		"an empty answer":       {elevenlabstest.EmptyAudio(), 0, 0, "speak item audio"},
		"stalled":               {elevenlabstest.StallAfter(100, time.Hour), 0, 30 * time.Second, "speak item audio"},
		"nothing came":          {elevenlabstest.ResetAfter(0), 0, 0, "speak list audio"},
		"nothing came, late":    {elevenlabstest.ResetAfter(0), 3 * time.Second, 3500 * time.Millisecond, "speak list list list list audio"},
		"nothing came, at last": {elevenlabstest.ResetAfter(0), 15 * time.Second, 15050 * time.Millisecond, "speak list list list list list list audio"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := laggard(t, tt.lag)
				c := srv.Client()
				want, err := srv.Client().TTS(t.Context(), "Hello", elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
				require.NoError(t, err)
				time.Sleep(2 * time.Minute) // that one is out of the window
				before := srv.Requests()
				srv.Inject(tt.fault)
				at := time.Now()
				speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello", Format: elevenlabs.FormatPCM_16000})
				require.NoError(t, err)
				require.Equal(t, tt.took, passed(at))
				require.Equal(t, want, speech.Audio)
				require.Equal(t, "speak "+tt.paths, paths(srv))
				require.Equal(t, 10, srv.Usage().Characters, "paid once each")
				made := srv.Requests()[len(before)]
				m := speech.Meta
				require.True(t, m.Recovered)
				require.Len(t, m.RequestID, 20)
				require.Len(t, m.HistoryItemID, 20)
				if made.HistoryItemID != "" {
					require.Equal(t, made.HistoryItemID, m.HistoryItemID)
					require.Equal(t, made.RequestID, m.RequestID)
				}
				require.Equal(t, 5, m.CharacterCost)
				require.Equal(t, 1, m.Attempts)
				require.Equal(t, tt.took, m.FirstByte.Truncate(time.Millisecond))
				s := c.Stats().Families[standard]
				require.Equal(t, [4]int64{5, 1, 5, 0}, [4]int64{s.Credits, s.RecoveredCalls, s.RecoveredCredits, s.Ambiguous + s.Doubled + s.Retries})
			})
		})
	}
}

func TestRecover_WhatWasNotMadeIsRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := laggard(t, 10*time.Second)
		srv.Inject(lose())
		var log bytes.Buffer
		c := srv.Client(twoSeconds, elevenlabs.WithLogger(logTo(&log)))
		at := time.Now()
		speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello"})
		require.NoError(t, err)
		require.Equal(t, 17050*time.Millisecond, passed(at), "15.05 s until it is sure, and the back-off")
		require.Equal(t, 2, speech.Meta.Attempts)
		require.False(t, speech.Meta.Recovered)
		require.Equal(t, 5, srv.Usage().Characters)
		s := c.Stats().Families[standard]
		require.Equal(t, [3]int64{1, 0, 0}, [3]int64{s.Retries, s.Doubled, s.Ambiguous})
		require.Contains(t, log.String(), `level=WARN msg="TTS answer lost, nothing was made, retrying in 2s (attempt 1/3)"`)
		require.Contains(t, log.String(), "class=failed")

		srv.Inject(lose().Times(2))
		_, err = srv.Client(elevenlabs.WithMaxRetries(0)).TTS(t.Context(), "Hi")
		require.ErrorContains(t, err, "elevenlabs: TTS: the answer was lost, and history shows that nothing was made: ")
		var lost *elevenlabs.AmbiguousError
		require.NotErrorAs(t, err, &lost, "this one is known")
	})
}

func TestRecover_ALateItemOfAnEarlierAttemptIsStillTaken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := laggard(t, 20*time.Second) // longer than anybody waits
		srv.Inject(elevenlabstest.ResetAfter(0), lose())
		at := time.Now()
		speech, err := srv.Client(twoSeconds).Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello"})
		require.NoError(t, err)
		require.True(t, speech.Meta.Recovered)
		require.Equal(t, 17050*time.Millisecond+3500*time.Millisecond, passed(at))
		require.Equal(t, 5, srv.Usage().Characters)
	})
}

func TestRecover_HoldsNoSlot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(lose())
		c := srv.Client(elevenlabs.WithConcurrency(standard, 1), twoSeconds)
		var first sync.WaitGroup
		first.Go(func() {
			if _, err := c.TTS(t.Context(), "One"); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		at := time.Now()
		_, err := c.TTS(t.Context(), "Two")
		require.NoError(t, err)
		require.Zero(t, passed(at))
		first.Wait()
	})
}

func TestRecover_AStreamBeforeItsFirstByte(t *testing.T) {
	for name, tt := range map[string]struct {
		fault elevenlabstest.Fault
		took  time.Duration
	}{
		"nothing came":    {elevenlabstest.ResetAfter(0), 500 * time.Millisecond},
		"headers came":    {elevenlabstest.CutAfter(0), 500 * time.Millisecond},
		"an empty answer": {elevenlabstest.EmptyAudio(), 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, elevenlabstest.WithLatency(elevenlabstest.Latency{PerCharacter: 10 * time.Millisecond}))
				want, err := srv.Client().TTS(t.Context(), hello.Text)
				require.NoError(t, err)
				time.Sleep(2 * time.Minute)
				srv.Inject(tt.fault)
				var done []elevenlabs.Event
				c := srv.Client(elevenlabs.WithHooks(elevenlabs.Hooks{Done: func(_ context.Context, e elevenlabs.Event) {
					if e.Op == "TTS stream" {
						done = append(done, e)
					}
				}}))
				at := time.Now()
				stream, err := c.SynthesizeStream(t.Context(), hello)
				require.NoError(t, err)
				require.Equal(t, tt.took, passed(at), "it is filed when it is made")
				require.True(t, stream.Meta.Recovered)
				require.Equal(t, len(hello.Text), stream.Meta.CharacterCost)
				require.Zero(t, c.Stats().Families[standard].InFlight)
				require.Empty(t, done)
				got, err := io.ReadAll(stream)
				require.NoError(t, err)
				require.Equal(t, want, got)
				require.Len(t, done, 1)
				require.True(t, done[0].Meta.Recovered)
				require.Equal(t, standard, done[0].Family)
				require.Equal(t, 2*len(hello.Text), srv.Usage().Characters)
			})
		})
	}
}

func TestRecover_ARecoveredStreamThatBreaks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.ResetAfter(0), elevenlabstest.CutAfter(1000).On("/v1/history/"))
		stream, err := srv.Client().SynthesizeStream(t.Context(), hello)
		require.NoError(t, err)
		_, err = io.ReadAll(stream)
		var broken *elevenlabs.PartialError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, "TTS stream", broken.Op)
		require.Equal(t, int64(1000), broken.Bytes)
		require.True(t, broken.Meta.Recovered)
	})
}

func TestRecover_HistoryIsReadInPages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := laggard(t, 3*time.Second)
		srv.Inject(elevenlabstest.ResetAfter(0))
		var call sync.WaitGroup
		call.Go(func() {
			if _, err := srv.Client().TTS(t.Context(), "Hello"); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		other := srv.Client()
		for i := range 250 {
			_, err := other.TTS(t.Context(), fmt.Sprintf("Number %d", i), elevenlabs.WithFormat(elevenlabs.FormatULaw_8000))
			require.NoError(t, err)
		}
		call.Wait()
		require.Equal(t, 3+3, strings.Count(paths(srv), "list"), "three looks in vain and one of three pages")
		require.Zero(t, srv.Usage().BilledTwice)
	})
}

func TestRecover_IsSeen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.ResetAfter(0))
		var (
			log   bytes.Buffer
			story []string
		)
		c := srv.Client(elevenlabs.WithLogger(logTo(&log)), elevenlabs.WithHooks(elevenlabs.Hooks{
			Admitted: func(_ context.Context, e elevenlabs.Event) { story = append(story, e.Op) },
			Done: func(_ context.Context, e elevenlabs.Event) {
				story = append(story, fmt.Sprint(e.Op, " done ", e.Meta.Recovered && e.Family != ""))
			},
		}))
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, []string{
			"TTS", "GET /v1/history", "GET /v1/history done false",
			"GET /v1/history/{id}/audio", "GET /v1/history/{id}/audio done false", "TTS done true",
		}, story)
		require.True(t, strings.HasPrefix(log.String(),
			`level=WARN msg="TTS answer lost, recovered from history at no cost" op=TTS attempt=1 family=standard`), log.String())
		require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
	})
}

func TestSettled(t *testing.T) {
	t.Parallel()
	sent := time.Unix(1_000_000, 0)
	for _, tt := range []struct {
		name       string
		lost       time.Duration
		characters int
		want       time.Duration
	}{
		{"a word", 0, 5, 15050 * time.Millisecond},
		{"a long text", 0, 10_000, 115 * time.Second},
		{"lost late", 65 * time.Second, 5, 75 * time.Second},
	} {
		require.Equal(t, tt.want, elevenlabs.Settled(sent, sent.Add(tt.lost), tt.characters).Sub(sent), tt.name)
	}
}
