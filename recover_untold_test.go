package elevenlabs_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

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
			took:   24500 * time.Millisecond, // until the breaker ends the looking
			want:   "GET /v1/history: ",
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
