package elevenlabs_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"os/exec"
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

func TestClient_FiftyAtOnceAreServedInOrderWithoutARefusal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(2800*time.Millisecond))
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierStarter))
		at := time.Now()
		var calls sync.WaitGroup
		for range 50 {
			calls.Go(func() {
				if _, err := c.TTS(t.Context(), "Hello"); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		require.Equal(t, 17*2800*time.Millisecond, time.Since(at).Truncate(time.Millisecond), "as fast as three slots can be")
		usage := srv.Usage().Families[standard]
		require.Equal(t, int64(50), int64(usage.Served))
		require.Zero(t, usage.Refused)
		require.Equal(t, 3, usage.MaxInFlight)

		stats := c.Stats().Families[standard]
		require.Equal(t, elevenlabs.FamilyStats{
			PoolStats: elevenlabs.PoolStats{Limit: 3, Told: 3}, Admitted: 50, Served: 50, Credits: 250,
		}, stats)
	})
}

func TestClient_FamiliesDoNotWaitForEachOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		c := srv.Client()
		at := time.Now()
		var calls sync.WaitGroup
		for i := range 9 {
			model := "eleven_multilingual_v2"
			if i >= 3 {
				model = "eleven_flash_v2_5"
			}
			calls.Go(func() {
				if _, err := c.TTS(t.Context(), "Hello", elevenlabs.WithModel(model)); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		require.Equal(t, time.Second, time.Since(at).Truncate(time.Millisecond))
		require.Equal(t, []elevenlabs.Family{elevenlabs.FamilyFlash, standard, elevenlabs.FamilySTT}, slices.Sorted(maps.Keys(c.Stats().Families)))
	})
}

func TestClient_LooksUpTheFirstVoiceOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c, err := elevenlabs.New(elevenlabs.WithBaseURL(srv.URL), elevenlabs.WithHTTPClient(srv.HTTPClient()), elevenlabs.WithAPIKey("k"))
		require.NoError(t, err)
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				if _, err := c.TTS(t.Context(), "Hello"); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		lookUps := 0
		for _, r := range srv.Requests() {
			if r.Path == "/v2/voices" {
				lookUps++
			}
		}
		require.Equal(t, 1, lookUps)
		require.Len(t, srv.Requests(), 11)
	})
}

func TestClient_SaysWhatToDoWithoutAVoice(t *testing.T) {
	t.Parallel()
	status, answer := 401, `{"detail":{"status":"missing_permissions","message":"no voices_read"}}`
	h := &http.Client{Transport: drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(status, "application/json", answer), nil
	})}
	c, err := elevenlabs.New(elevenlabs.WithHTTPClient(h), elevenlabs.WithAPIKey("k"))
	require.NoError(t, err)
	_, err = c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, elevenlabs.ErrMissingPermission)
	require.ErrorContains(t, err, "elevenlabs: TTS: no voice was chosen (set WithVoice or ELEVENLABS_VOICE_ID)")
	_, err = c.Narrate(t.Context(), elevenlabs.NarrateRequest{TTSRequest: elevenlabs.TTSRequest{Text: "Hello"}}, io.Discard)
	require.ErrorContains(t, err, "elevenlabs: Narrate: no voice was chosen")
	_, err = c.ConvertVoice(t.Context(), elevenlabs.VoiceChangeRequest{Audio: elevenlabs.AudioBytes([]byte("x"), "")})
	require.ErrorContains(t, err, "elevenlabs: Voice changer: no voice was chosen")
	_, err = c.DialTTS(t.Context(), elevenlabs.TTSStreamRequest{})
	require.ErrorContains(t, err, "elevenlabs: TTS socket: no voice was chosen")
	_, err = c.DialTTSMulti(t.Context(), elevenlabs.TTSStreamRequest{})
	require.ErrorContains(t, err, "elevenlabs: TTS multi socket: no voice was chosen")

	status, answer = 200, `{"voices":[]}`
	_, err = c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, elevenlabs.ErrVoiceNotFound)
	for _, answer = range []string{`{}`, `{"voices":[null]}`, `{"voices":[{"voice_id":"../x"}]}`} {
		_, err = c.TTS(t.Context(), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrMalformed, answer)
		var arg *elevenlabs.ArgumentError
		require.NotErrorAs(t, err, &arg, "it is not the caller's")
	}
}

func TestClient_SharesAFailedLookUpOfTheVoice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		lookUps := 0
		h := &http.Client{Transport: drained(func(*http.Request, []byte) (*http.Response, error) {
			lookUps++
			time.Sleep(time.Second)
			return answered(401, "application/json", `{"detail":{"status":"invalid_api_key"}}`), nil
		})}
		c, err := elevenlabs.New(elevenlabs.WithHTTPClient(h), elevenlabs.WithAPIKey("k"))
		require.NoError(t, err)
		leaver, leave := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, leave)
		at := time.Now()
		var calls sync.WaitGroup
		calls.Go(func() { _, _ = c.TTS(leaver, "Hello") })
		synctest.Wait() // it is the one who looks
		for range 10 {
			calls.Go(func() {
				if _, err := c.TTS(t.Context(), "Hello"); !errors.Is(err, elevenlabs.ErrUnauthorized) {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		require.LessOrEqual(t, lookUps, 2, "the one who left, and one for all others")
		require.LessOrEqual(t, time.Since(at), 3*time.Second)
	})
}

func TestDo_ReachesAnyEndpointOnTheSamePath(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(503, ""))
		c := srv.Client()
		resp, err := c.Do(t.Context(), elevenlabs.Call{Path: "/v1/models"})
		require.NoError(t, err)
		require.Equal(t, 2, resp.Meta.Attempts)
		var models []struct {
			ID string `json:"model_id"`
		}
		require.NoError(t, resp.JSON(&models))
		require.NotEmpty(t, models[0].ID)
		for f, s := range c.Stats().Families {
			require.Zero(t, s.Admitted, "and takes no slot of %s unless it names a family", f)
		}

		_, err = c.Do(t.Context(), elevenlabs.Call{Path: "/v1/nothing"})
		require.ErrorIs(t, err, elevenlabs.ErrNotFound)
		require.ErrorContains(t, err, "elevenlabs: GET /v1/nothing: 404")
	})
}

func TestDo_HoldsItsSlotUntilTheBodyEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		body, err := elevenlabs.JSONBody(map[string]string{"text": "Hello"})
		require.NoError(t, err)
		call := elevenlabs.Call{Path: "/v1/text-to-speech/" + elevenlabstest.VoiceSarah, Body: body, Family: standard}
		resp, err := c.Do(t.Context(), call)
		require.NoError(t, err)
		require.Equal(t, 1, c.Stats().Families[standard].InFlight)
		require.NoError(t, resp.Body.Close())
		require.NoError(t, resp.Body.Close())
		require.Zero(t, c.Stats().Families[standard].InFlight)

		resp, err = c.Do(t.Context(), call)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.Zero(t, c.Stats().Families[standard].InFlight)

		srv.Inject(elevenlabstest.ResetAfter(0))
		_, err = c.Do(t.Context(), call)
		var lost *elevenlabs.AmbiguousError
		require.ErrorAs(t, err, &lost)

		srv.Inject(elevenlabstest.CutAfter(10))
		resp, err = c.Do(t.Context(), call)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.ErrorIs(t, err, elevenlabs.ErrTruncated)
	})
}

func TestDo_JSONThatIsNone(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return answered(200, "", "<html>"), nil }))
	resp, err := c.Do(t.Context(), elevenlabs.Call{Path: "/v1/x"})
	require.NoError(t, err)
	require.ErrorIs(t, resp.JSON(new(any)), elevenlabs.ErrMalformed)
	resp, err = c.Do(t.Context(), elevenlabs.Call{Path: "/v1/x"}, elevenlabs.WithMaxBody(3))
	require.NoError(t, err)
	require.ErrorIs(t, resp.JSON(new(any)), elevenlabs.ErrTooLarge)
}

func TestClient_MetaTellsWhatTheAnswerTold(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		c := srv.Client(elevenlabs.WithConcurrency(standard, 1))
		first := make(chan struct{})
		go func() {
			defer close(first)
			_, _ = c.TTS(t.Context(), "First")
		}()
		synctest.Wait()
		speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Héllo", ZeroRetention: true})
		require.NoError(t, err)
		<-first
		m := speech.Meta
		require.Len(t, m.RequestID, 20)
		require.Len(t, m.TraceID, 32)
		require.Equal(t, 5, m.CharacterCost, "in code points")
		require.Equal(t, 3, m.Limit)
		require.Equal(t, 1, m.InUse)
		require.Equal(t, 1, m.Attempts)
		require.Equal(t, time.Second, m.Queued.Truncate(time.Millisecond))
		require.Equal(t, time.Second, m.FirstByte.Truncate(time.Millisecond))
		require.True(t, m.RetentionIgnored, "this plan has no right to zero retention")
	})
}

func TestClient_HooksTellTheStory(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(503, ""))
		var story []string
		note := func(what string) func(context.Context, elevenlabs.Event) {
			return func(_ context.Context, e elevenlabs.Event) {
				if e.Op != "TTS" || e.Family != standard || e.Weight != 1 {
					t.Errorf("%s: %+v", what, e)
				}
				if e.Err != nil {
					what += " " + e.Class.String()
				}
				story = append(story, what)
			}
		}
		c := srv.Client(elevenlabs.WithHooks(elevenlabs.Hooks{
			Queued: note("queued"), Admitted: note("admitted"), Retry: note("retry"), FirstByte: note("first byte"), Done: note("done"),
		}), elevenlabs.WithHooks(elevenlabs.Hooks{}))
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		require.Equal(t, "queued, admitted, retry failed, queued, admitted, first byte, done", strings.Join(story, ", "))

		story = nil
		srv.Inject(elevenlabstest.Status(404, ""))
		_, err = c.TTS(t.Context(), "Hello")
		require.Error(t, err)
		require.Equal(t, "queued, admitted, done final", strings.Join(story, ", "))

		var lost elevenlabs.Meta
		srv.Inject(elevenlabstest.CutAfter(100))
		_, err = srv.Client(elevenlabs.WithoutRecovery(), elevenlabs.WithHooks(elevenlabs.Hooks{
			Done: func(_ context.Context, e elevenlabs.Event) { lost = e.Meta },
		})).TTS(t.Context(), "Hello")
		require.Error(t, err)
		require.NotEmpty(t, lost.HistoryItemID, "what a lost answer told before it was lost")
	})
}

// brokenLimiter admits nobody.
type brokenLimiter struct{ err error }

func (l brokenLimiter) Acquire(context.Context, elevenlabs.Admission) (elevenlabs.Permit, error) {
	return elevenlabs.Permit{}, l.err
}
func (brokenLimiter) Release(elevenlabs.Permit, elevenlabs.Outcome) {}

func TestWithLimiter_ItsErrorsComeThrough(t *testing.T) {
	t.Parallel()
	full := errors.New("queue is full")
	c := clientOn(t, http.DefaultTransport, elevenlabs.WithLimiter(brokenLimiter{full}))
	_, err := c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, full)
	require.ErrorContains(t, err, "elevenlabs: TTS: waiting for a slot: queue is full")
	require.Equal(t, elevenlabs.PoolStats{}, c.Stats().Families[standard].PoolStats)
}

func TestWithLimiter_IsSharedByClients(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		shared := newLimiter(t, 3)
		var calls sync.WaitGroup
		for range 4 {
			c := srv.Client(elevenlabs.WithLimiter(shared))
			for range 5 {
				calls.Go(func() {
					if _, err := c.TTS(t.Context(), "Hello"); err != nil {
						t.Error(err)
					}
				})
			}
		}
		calls.Wait()
		require.Zero(t, srv.Usage().Families[standard].Refused)
	})
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	require.NoError(t, err)
	allowed := map[string]bool{
		"": true, "github.com/elevenlabs-go/elevenlabs": true, "golang.org/x/sync": true, "github.com/cenkalti/backoff/v4": true,
		"github.com/coder/websocket": true,
	}
	for _, module := range strings.Split(string(out), "\n") {
		require.True(t, allowed[module], "the root links %s", module)
	}
}
