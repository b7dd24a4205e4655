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

// giveUp performs a call that cannot be recovered and returns why.
func giveUp(t *testing.T, c *elevenlabs.Client, req elevenlabs.TTSRequest) *elevenlabs.AmbiguousError {
	t.Helper()
	_, err := c.Synthesize(t.Context(), req)
	var lost *elevenlabs.AmbiguousError
	require.ErrorAs(t, err, &lost)
	require.Error(t, lost.History)
	require.NotErrorIs(t, err, lost.History, "a lookup's failure is not the call's")
	require.Contains(t, err.Error(), "; history cannot tell: ")
	return lost
}

func TestRecover_WhenHistoryCannotTell(t *testing.T) {
	otherProcess := func(t *testing.T, srv *elevenlabstest.Server, req elevenlabs.TTSRequest) {
		_, err := srv.Client().Synthesize(t.Context(), req)
		require.NoError(t, err)
	}
	plain := elevenlabs.TTSRequest{Text: "Hello"}
	for name, tt := range map[string]struct {
		server elevenlabstest.Option
		before func(*testing.T, *elevenlabstest.Server)
		faults []elevenlabstest.Fault
		took   time.Duration
		want   string
	}{
		"several fit": {
			before: func(t *testing.T, srv *elevenlabstest.Server) { otherProcess(t, srv, plain) },
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0)},
			want:   "several items fit",
		},
		"no permission": {
			server: elevenlabstest.WithoutHistoryPermission(),
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0)},
			want:   "GET /v1/history: 401 unauthorized: The API key you used is missing the permission speech_history_read",
		},
		"no permission, headers came": {
			server: elevenlabstest.WithoutHistoryPermission(),
			faults: []elevenlabstest.Fault{elevenlabstest.CutAfter(100)},
			want:   "GET /v1/history/{id}: 401",
		},
		"still being made": {
			faults: []elevenlabstest.Fault{elevenlabstest.SlowFirstByte(time.Hour)},
			took:   70025 * time.Millisecond, // 60.025 s for the first byte
			want:   "the speech is still being made",
		},
		"headers came, never filed": {
			server: elevenlabstest.WithHistoryLag(time.Hour),
			faults: []elevenlabstest.Fault{elevenlabstest.CutAfter(100)},
			took:   15050 * time.Millisecond,
			want:   "the speech does not show up",
		},
		"another format": {
			before: func(t *testing.T, srv *elevenlabstest.Server) {
				otherProcess(t, srv, elevenlabs.TTSRequest{Text: "Hello", Format: elevenlabs.FormatULaw_8000})
			},
			faults: []elevenlabstest.Fault{lose()},
			want:   "the speech is there in another format",
		},
		"history fails for good": {
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0), elevenlabstest.Status(503, "").On("/v1/history").Times(100)},
			took:   36500 * time.Millisecond, // 3 looks of 12 s
			want:   "GET /v1/history: 503",
		},
		"history is nonsense": {
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0), elevenlabstest.WrongContentType("text/html", "<html>")},
			want:   "GET /v1/history: the answer is malformed",
		},
		"the audio is none": {
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0), elevenlabstest.WrongContentType("text/html", "<html>").On("/v1/history/")},
			want:   "GET /v1/history/{id}/audio: the answer is not audio but text/html",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				opts := []elevenlabstest.Option{}
				if tt.server != nil {
					opts = append(opts, tt.server)
				}
				srv := laggard(t, 0, opts...)
				if tt.before != nil {
					tt.before(t, srv)
				}
				billed := srv.Usage().Characters
				srv.Inject(tt.faults...)
				c := srv.Client(twoSeconds)
				at := time.Now()
				lost := giveUp(t, c, plain)
				require.Contains(t, lost.Error(), "; history cannot tell: "+tt.want)
				require.Equal(t, tt.took, passed(at))
				require.LessOrEqual(t, srv.Usage().Characters, billed+5)
				require.Equal(t, int64(1), c.Stats().Families[standard].Ambiguous)

				srv.Inject(tt.faults...)
				c = srv.Client(twoSeconds, elevenlabs.WithRetryAmbiguous())
				at = time.Now()
				_, err := c.Synthesize(t.Context(), plain)
				require.NoError(t, err, "unless the caller would rather pay twice")
				require.Equal(t, tt.took+2*time.Second, passed(at))
				s := c.Stats().Families[standard]
				require.Equal(t, [2]int64{1, 0}, [2]int64{s.Doubled, s.Ambiguous})
			})
		})
	}
}

func TestRecover_AFailureOfHistoryIsWaitedOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.CutAfter(100), elevenlabstest.Status(500, ""), elevenlabstest.SystemBusy(),
			elevenlabstest.ResetAfter(200).On("/v1/history/"), elevenlabstest.CutAfter(300).On("/v1/history/"))
		at := time.Now()
		speech, err := srv.Client(twoSeconds).Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello"})
		require.NoError(t, err)
		require.True(t, speech.Meta.Recovered)
		require.Equal(t, 5, srv.Usage().Characters)
		require.Equal(t, 12500*time.Millisecond, passed(at))
	})
}

func TestRecover_UnstoredIsNotLookedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		enterprise := elevenlabstest.WithTier(elevenlabs.TierEnterprise)
		for name, tt := range map[string]struct {
			req  elevenlabs.TTSRequest
			opts []elevenlabs.ClientOption
			warm bool
		}{
			"asked for":          {req: elevenlabs.TTSRequest{Text: "Hello", ZeroRetention: true}},
			"asked for by query": {req: elevenlabs.TTSRequest{Text: "Hello"}, opts: []elevenlabs.ClientOption{elevenlabs.WithQuery("enable_logging", "false")}},
		} {
			for _, fault := range []elevenlabstest.Fault{elevenlabstest.ResetAfter(0), elevenlabstest.CutAfter(100)} {
				srv := laggard(t, 0, enterprise)
				srv.Inject(fault)
				lost := giveUp(t, srv.Client(tt.opts...), tt.req)
				require.ErrorContains(t, lost.History, "nothing was to be stored", name)
				require.Equal(t, "speak", paths(srv), name)
			}
		}

		// An account that stores nothing, whether asked to or not.
		told := 0
		c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
			if told++; told > 1 {
				return nil, io.ErrUnexpectedEOF
			}
			resp := audioAnswer()
			resp.Header.Set("History-Item-Id", "not_stored")
			return resp, nil
		}))
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		lost := giveUp(t, c, elevenlabs.TTSRequest{Text: "Hello"})
		require.ErrorContains(t, lost.History, "nothing was to be stored")
		require.Equal(t, 2, told)
	})
}

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
				require.Equal(t, tt.took, passed(at))
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

func TestRecover_CallerWhoGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		srv.Inject(lose())
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		at := time.Now()
		_, err := c.TTS(ctx, "Hello")
		require.ErrorIs(t, err, context.Canceled)
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)
		require.Equal(t, time.Second, passed(at))

		// While a lookup is under way.
		srv.Inject(lose(), elevenlabstest.SlowFirstByte(time.Hour).On("/v1/history"))
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		at = time.Now()
		_, err = c.TTS(ctx, "Hello")
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, time.Second, passed(at))

		// And before it: nobody is there to recover for.
		srv.Inject(elevenlabstest.SlowFirstByte(time.Hour))
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		before := len(srv.Requests())
		_, err = c.TTS(ctx, "Hello")
		require.ErrorIs(t, err, context.Canceled)
		require.Len(t, srv.Requests(), before+1)
	})
}

func TestRecover_ADeadlineThatIsTooNear(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(lose())
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		at := time.Now()
		_, err := srv.Client().TTS(ctx, "Hello")
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)
		require.ErrorContains(t, lost.History, "the deadline comes too early to be sure")
		require.Equal(t, 7500*time.Millisecond, passed(at), "no look fits in after that")
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

func TestRecover_AudioInAnotherFormatIsNotHandedOver(t *testing.T) {
	t.Parallel()
	for format, want := range map[elevenlabs.Format]bool{
		elevenlabs.FormatMP3_22050_32: true, elevenlabs.FormatPCM_16000: false, elevenlabs.FormatULaw_8000: false,
		elevenlabs.FormatOpus_48000_32: false, elevenlabs.FormatWAV_16000: false,
	} {
		c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
			switch {
			case r.Method == http.MethodPost:
				return nil, io.ErrUnexpectedEOF
			case strings.HasSuffix(r.URL.Path, "/audio"):
				return answered(200, "audio/mpeg", "\xff\xfb\x90\x00and so on"), nil
			}
			return answered(200, "application/json", fmt.Sprintf(
				`{"history":[{"history_item_id":"x","text":"Hello","date_unix":%d,"state":"created"}]}`, time.Now().Unix())), nil
		}))
		req := elevenlabs.TTSRequest{Text: "Hello", Format: format}
		if !want {
			lost := giveUp(t, c, req)
			require.ErrorContains(t, lost.History, "the speech is there in another format")
			require.Equal(t, "x", lost.Meta.HistoryItemID, "the caller may still fetch it")
			continue
		}
		speech, err := c.Synthesize(t.Context(), req)
		require.NoError(t, err)
		require.True(t, speech.Meta.Recovered)
		require.Equal(t, 0, speech.Meta.CharacterCost)
	}
}

func TestRecover_AHistoryWithoutEndIsLeft(t *testing.T) {
	t.Parallel()
	lists := 0
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		if r.Method == http.MethodPost {
			return nil, io.ErrUnexpectedEOF
		}
		lists++
		return answered(200, "application/json", `{"history":[{"history_item_id":"x","text":"Hi"}],"has_more":true}`), nil
	}))
	lost := giveUp(t, c, elevenlabs.TTSRequest{Text: "Hello"})
	require.ErrorContains(t, lost.History, "there are too many items to read")
	require.Equal(t, 10, lists)
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
