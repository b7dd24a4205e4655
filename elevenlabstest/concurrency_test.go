package elevenlabstest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const sound = 16_000 // bytes of a second of audio that cannot be measured

// parallel sends n requests at once and returns the answers with the time
// each took.
func parallel(t *testing.T, n int, one func(i int) (answer, error)) ([]answer, []time.Duration) {
	t.Helper()
	answers, took := make([]answer, n), make([]time.Duration, n)
	errs := make([]error, n)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			answers[i], errs[i] = one(i)
			took[i] = time.Since(start)
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	return answers, took
}

func trySpeak(srv *elevenlabstest.Server, path, text string) (answer, error) {
	return try(srv, http.MethodPost, path, strings.NewReader(textBody(text)), "Content-Type", "application/json")
}

// The capture: 12 at once on a limit of 4; 4 served in 2.8 s, 8 refused in
// 240 ms.
func TestConcurrency_RefusesAtOnceWhatIsOverTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t,
			elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 4),
			elevenlabstest.WithServiceTime(2800*time.Millisecond))
		answers, took := parallel(t, 12, func(int) (answer, error) {
			return trySpeak(srv, ttsPath, "gentle rain")
		})
		served := 0
		for i, a := range answers {
			if a.status == http.StatusOK {
				served++
				require.Equal(t, 2800*time.Millisecond, took[i])
				require.Equal(t, "4", a.header.Get("Maximum-Concurrent-Requests"))
				continue
			}
			requireFixture(t, "concurrency", a)
			require.Equal(t, 240*time.Millisecond, took[i])
		}
		require.Equal(t, 4, served)
		u := srv.Usage()
		require.Equal(t, elevenlabstest.FamilyUsage{Limit: 4, Served: 4, Refused: 8, MaxInFlight: 4},
			u.Families[elevenlabs.FamilyStandard])
		require.Equal(t, 4*len("gentle rain"), u.Characters)
		require.Equal(t, 12, u.Requests)
	})
}

func TestConcurrency_RefusalHasTheCapturedHeaders(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 0))
	// Named by the caller, the encoding is left to the caller.
	a := postJSON(t, srv, ttsPath, textBody("a"), "Accept-Encoding", "gzip")
	want := readFixture(t, "concurrency").Headers
	for name, value := range want {
		switch name {
		case "date", "x-trace-id", "x-region", "transfer-encoding": // differ each time, or are the transport's
			require.NotNil(t, a.header, name)
		default:
			require.Equal(t, value, a.header.Get(name), name)
		}
	}
	for _, name := range []string{
		"Retry-After", "Content-Length", "Request-Id", "Character-Cost",
		"Current-Concurrent-Requests", "Maximum-Concurrent-Requests",
	} {
		require.Empty(t, a.header.Get(name), name)
	}
	plain := postJSON(t, srv, ttsPath, textBody("a"), "Accept-Encoding", "identity")
	require.Empty(t, plain.header.Get("Content-Encoding"))
	require.Equal(t, "concurrent_limit_exceeded", plain.detail(t)["code"])
}

func TestConcurrency_SpeechToTextOfStarterIsTwelve(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		answers, took := parallel(t, 13, func(int) (answer, error) {
			body, contentType := form(make([]byte, sound), "model_id", "scribe_v2")
			return try(srv, http.MethodPost, sttPath, body, "Content-Type", contentType)
		})
		i := slices.IndexFunc(answers, func(a answer) bool { return a.status != http.StatusOK })
		requireFixture(t, "stt-concurrency", answers[i])
		require.Equal(t, 240*time.Millisecond, took[i])
		require.Equal(t, 12, srv.Usage().Families[elevenlabs.FamilySTT].MaxInFlight)
	})
}

func TestConcurrency_LongAudioWeighsMore(t *testing.T) {
	t.Parallel()
	const minute = 60 * sound
	for _, tc := range []struct {
		name           string
		minutes, limit int
		weight         int
	}{
		{"short", 1, 12, 1},
		{"eight minutes", 8, 12, 1},
		{"fifteen minutes", 15, 12, 2},
		{"half an hour", 30, 12, 4},
		{"no more than there is", 30, 3, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithLimit(elevenlabs.FamilySTT, tc.limit))
			require.Equal(t, http.StatusOK, transcribe(t, srv, make([]byte, tc.minutes*minute)).status)
			u := srv.Usage()
			require.Equal(t, tc.weight, u.Families[elevenlabs.FamilySTT].MaxInFlight)
			require.Equal(t, time.Duration(tc.minutes)*time.Minute, u.Audio)
			require.Equal(t, tc.weight, srv.Requests()[0].Weight)
		})
	}
}

// A client that holds a slot of its own for the whole of each request, the
// body included, and never more of them than the limit, is never refused.
func TestConcurrency_SlotIsFreeBeforeTheBodyEnds(t *testing.T) {
	t.Parallel()
	for _, path := range []string{ttsPath, ttsPath + "/stream", sttPath} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t,
					elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 3), elevenlabstest.WithLimit(elevenlabs.FamilySTT, 3))
				slots := make(chan struct{}, 3)
				answers, _ := parallel(t, 50, func(i int) (answer, error) {
					slots <- struct{}{}
					defer func() { <-slots }()
					if path == sttPath {
						body, contentType := form(make([]byte, sound*(1+i%7)), "model_id", "scribe_v2")
						return try(srv, http.MethodPost, path, body, "Content-Type", contentType)
					}
					return trySpeak(srv, path, strings.Repeat("word ", 1+i%7))
				})
				for _, a := range answers {
					require.Equal(t, http.StatusOK, a.status)
					require.NoError(t, a.err)
				}
				family := srv.Requests()[0].Family
				require.Equal(t, elevenlabstest.FamilyUsage{Limit: 3, Served: 50, MaxInFlight: 3}, srv.Usage().Families[family])
			})
		})
	}
}

func TestConcurrency_SlotIsFreeBeforeTheBodyEndsOnLoopback(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(2*time.Millisecond), elevenlabstest.Loopback())
	slots := make(chan struct{}, 3)
	answers, _ := parallel(t, 50, func(i int) (answer, error) {
		slots <- struct{}{}
		defer func() { <-slots }()
		return trySpeak(srv, []string{ttsPath, ttsPath + "/stream"}[i%2], fmt.Sprint("Sentence ", i))
	})
	for _, a := range answers {
		require.Equal(t, http.StatusOK, a.status)
	}
	u := srv.Usage().Families[elevenlabs.FamilyStandard]
	require.Zero(t, u.Refused)
	require.LessOrEqual(t, u.MaxInFlight, 3)
}

func TestConcurrency_LingeringSlotIsFreedLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, instant,
			elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 1), elevenlabstest.WithSlotLinger(50*time.Millisecond))
		inFlight := func() int { return srv.Usage().Families[elevenlabs.FamilyStandard].InFlight }
		require.Equal(t, http.StatusOK, speak(t, srv, "one").status)
		require.Equal(t, 1, inFlight())
		require.Equal(t, http.StatusTooManyRequests, speak(t, srv, "two").status)
		<-time.After(50*time.Millisecond - 1)
		require.Equal(t, 1, inFlight())
		<-time.After(1)
		require.Zero(t, inFlight())
		require.Equal(t, http.StatusOK, speak(t, srv, "three").status)
	})
}

func TestConcurrency_LimitChangesUnderWay(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	require.Equal(t, "3", speak(t, srv, "a").header.Get("Maximum-Concurrent-Requests"))
	srv.SetLimit(elevenlabs.FamilyStandard, 7)
	require.Equal(t, "7", speak(t, srv, "a").header.Get("Maximum-Concurrent-Requests"))
	srv.SetLimit(elevenlabs.FamilyStandard, 0)
	a := speak(t, srv, "a")
	require.Contains(t, a.detail(t)["message"], "maximum of 0 concurrent requests")
}

func TestConcurrency_FamiliesDoNotShareSlots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierFree))
		bodies := []string{`{"text":"a"}`, `{"text":"a","model_id":"eleven_flash_v2_5"}`}
		answers, _ := parallel(t, 6, func(i int) (answer, error) {
			return try(srv, http.MethodPost, ttsPath, strings.NewReader(bodies[min(i/2, 1)]))
		})
		most := 0
		for _, a := range answers {
			require.Equal(t, http.StatusOK, a.status)
			var n int
			_, err := fmt.Sscan(a.header.Get("Workspace-Concurrent-Requests"), &n)
			require.NoError(t, err)
			most = max(most, n)
		}
		require.Equal(t, 6, most)
	})
}

// A client that goes away frees its slot; what it asked for is paid all the
// same.
func TestConcurrency_GoneClientFreesItsSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Minute))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+ttsPath, strings.NewReader(textBody("hello")))
		require.NoError(t, err)
		req.Header.Set("Xi-Api-Key", "good-key")
		_, err = srv.HTTPClient().Do(req) //nolint:bodyclose // there is no answer
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		u := srv.Usage()
		require.Zero(t, u.Families[elevenlabs.FamilyStandard].InFlight)
		require.Equal(t, len("hello"), u.Characters)
		rec := srv.Requests()[0]
		require.Zero(t, rec.Status)
		require.Equal(t, time.Second, rec.Done.Sub(rec.Arrived))
	})
}

func TestStream_IsPacedOverTheTimeOfTheCharacters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		text := strings.Repeat("a", 100)
		start := time.Now()
		req, err := http.NewRequest(http.MethodPost, srv.URL+ttsPath+"/stream", strings.NewReader(textBody(text)))
		require.NoError(t, err)
		req.Header.Set("Xi-Api-Key", "good-key")
		resp, err := srv.HTTPClient().Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		require.Equal(t, 400*time.Millisecond, time.Since(start))
		require.Equal(t, int64(-1), resp.ContentLength)
		require.Equal(t, "400", resp.Header.Get("Tts-Latency-Ms"))
		first := make([]byte, 512)
		_, err = io.ReadFull(resp.Body, first)
		require.NoError(t, err)
		require.Equal(t, 400*time.Millisecond, time.Since(start))
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.Equal(t, 800*time.Millisecond, time.Since(start))
	})
}

func TestLatency_FollowsModelAndSpeed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		opts []elevenlabstest.Option
		body string
		want time.Duration
	}{
		{"standard", nil, `{"text":"0123456789"}`, 440 * time.Millisecond},
		{"flash", nil, `{"text":"0123456789","model_id":"eleven_flash_v2_5"}`, 160 * time.Millisecond},
		{"tenfold", []elevenlabstest.Option{elevenlabstest.WithSpeed(10)}, `{"text":"0123456789"}`, 44 * time.Millisecond},
		{"fixed", []elevenlabstest.Option{elevenlabstest.WithServiceTime(time.Hour)}, `{"text":"0123456789"}`, time.Hour},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, tc.opts...)
				start := time.Now()
				require.Equal(t, http.StatusOK, postJSON(t, srv, ttsPath, tc.body).status)
				require.Equal(t, tc.want, time.Since(start))
			})
		})
	}
}

func TestLatency_RoundTripIsHalfOnEitherWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t,
			elevenlabstest.WithServiceTime(time.Second), elevenlabstest.WithRoundTrip(100*time.Millisecond))
		start := time.Now()
		require.Equal(t, http.StatusOK, speak(t, srv, "a").status)
		require.Equal(t, 1100*time.Millisecond, time.Since(start))
		require.Equal(t, 50*time.Millisecond, srv.Requests()[0].Arrived.Sub(start))
		srv.SetLimit(elevenlabs.FamilyStandard, 0)
		require.Equal(t, http.StatusTooManyRequests, speak(t, srv, "a").status)
		require.Equal(t, 1440*time.Millisecond, time.Since(start))
	})
}

func TestConcurrency_SlotIsFreeWhileTheEndOfAnAnswerTravels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 1),
			elevenlabstest.WithServiceTime(time.Second), elevenlabstest.WithRoundTrip(100*time.Millisecond))
		answers, _ := parallel(t, 2, func(i int) (answer, error) {
			<-time.After(time.Duration(i) * time.Second) // meets the first one's end at the server
			<-time.After(time.Duration(i))
			return trySpeak(srv, ttsPath, "a")
		})
		require.Equal(t, http.StatusOK, answers[0].status)
		require.Equal(t, http.StatusOK, answers[1].status)
	})
}
