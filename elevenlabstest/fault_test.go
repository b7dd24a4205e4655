package elevenlabstest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestFaults_ThatAnswerInsteadBillNothing(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 4))
	srv.Inject(
		elevenlabstest.Status(503, `{"detail":"x"}`).WithHeader("Retry-After", "7"),
		elevenlabstest.Status(502, "Bad Gateway"),
		elevenlabstest.ConcurrencyRefusal(),
		elevenlabstest.SystemBusy(),
		elevenlabstest.WrongContentType("text/html", "<html>"),
	)
	a := speak(t, srv, "a")
	require.Equal(t, 503, a.status)
	require.Equal(t, "7", a.header.Get("Retry-After"))
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	a = speak(t, srv, "a")
	require.Equal(t, 502, a.status)
	require.Equal(t, "Bad Gateway", string(a.body))
	require.Equal(t, "text/plain; charset=utf-8", a.header.Get("Content-Type"))
	requireFixture(t, "concurrency", speak(t, srv, "a"))
	requireFixture(t, "system-busy", speak(t, srv, "a"))
	a = speak(t, srv, "a")
	require.Equal(t, 200, a.status)
	require.Equal(t, "text/html", a.header.Get("Content-Type"))
	u := srv.Usage()
	require.Zero(t, u.Characters)
	require.Equal(t, elevenlabstest.FamilyUsage{Limit: 4, Refused: 1}, u.Families[elevenlabs.FamilyStandard])
	require.Equal(t, http.StatusOK, speak(t, srv, "a").status, "all are used up")
	var names []string
	for _, r := range srv.Requests() {
		names = append(names, r.Fault)
	}
	require.Equal(t, []string{
		"Status(503)", "Status(502)", "ConcurrencyRefusal()", "SystemBusy()", "WrongContentType(text/html)", "",
	}, names)
}

func TestFaults_MeetRequestsInOrder(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Inject(
		elevenlabstest.Status(500, "").On("/v1/speech-to-text"),
		elevenlabstest.Status(501, "").On("/v1/text-to-speech/").Times(2),
		elevenlabstest.Status(502, ""),
		elevenlabstest.Status(599, "").Times(0),
	)
	require.Equal(t, 501, speak(t, srv, "a").status)
	require.Equal(t, 501, speak(t, srv, "a").status)
	require.Equal(t, 502, get(t, srv, "/nowhere").status)
	require.Equal(t, 200, speak(t, srv, "a").status)
	require.Equal(t, 500, transcribe(t, srv, make([]byte, sound)).status)
	require.Equal(t, 200, transcribe(t, srv, make([]byte, sound)).status)
}

func TestFaults_RefusalsTakeTheirTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.SystemBusy(), elevenlabstest.Status(500, ""))
		start := time.Now()
		require.Equal(t, 429, speak(t, srv, "a").status)
		require.Equal(t, 240*time.Millisecond, time.Since(start))
		require.Equal(t, 500, speak(t, srv, "a").status)
		require.Equal(t, 240*time.Millisecond, time.Since(start))
	})
}

func TestFaults_RedirectKeepsMethodAndBody(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Inject(elevenlabstest.RedirectTo("http://elsewhere.example" + ttsPath))
	require.Equal(t, http.StatusOK, speak(t, srv, "a").status)
	r := srv.Requests()
	require.Len(t, r, 2, "the network takes every host to this server")
	require.Equal(t, 307, r[0].Status)
	require.Equal(t, http.MethodPost, r[1].Method)
	require.Equal(t, r[0].Body, r[1].Body)
}

func TestFaults_DelayTheFirstByteAndTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, instant)
		srv.Inject(elevenlabstest.SlowFirstByte(time.Minute), elevenlabstest.StallAfter(100, time.Hour),
			elevenlabstest.SlowFirstByte(time.Second).On("/v1/models"))
		start := time.Now()
		whole := speak(t, srv, "hello")
		require.Equal(t, http.StatusOK, whole.status)
		require.Equal(t, time.Minute, time.Since(start))

		resp := openSpeech(t, srv, ttsPath, "hello")
		defer resp.Body.Close()
		head := make([]byte, 100)
		_, err := io.ReadFull(resp.Body, head)
		require.NoError(t, err)
		require.Equal(t, time.Minute, time.Since(start))
		require.Equal(t, 1, srv.Usage().Families[elevenlabs.FamilyStandard].InFlight, "a stall keeps the slot")
		rest, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, time.Minute+time.Hour, time.Since(start))
		require.Equal(t, whole.body, append(head, rest...))
		require.Equal(t, 2*len("hello"), srv.Usage().Characters)

		require.Equal(t, http.StatusOK, get(t, srv, "/v1/models").status)
		require.Equal(t, time.Minute+time.Hour+time.Second, time.Since(start))
	})
}

// openSpeech sends a text and returns the answer unread.
func openSpeech(t *testing.T, srv *elevenlabstest.Server, path, text string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, srv.URL+path, strings.NewReader(textBody(text)))
	require.NoError(t, err)
	req.Header.Set("Xi-Api-Key", "good-key")
	resp, err := srv.HTTPClient().Do(req)
	require.NoError(t, err)
	return resp
}

func TestFaults_BrokenBodiesAreBilled(t *testing.T) {
	t.Parallel()
	for _, network := range []struct {
		name string
		opts []elevenlabstest.Option
	}{
		{"in memory", []elevenlabstest.Option{instant}},
		{"loopback", []elevenlabstest.Option{instant, elevenlabstest.Loopback()}},
	} {
		for _, tc := range []struct {
			name, path string
			fault      elevenlabstest.Fault
			got        int // bytes of body; -1 for no answer at all
			tcp        error
		}{
			{"cut", ttsPath, elevenlabstest.CutAfter(1000), 1000, io.ErrUnexpectedEOF},
			{"cut of a stream", ttsPath + "/stream", elevenlabstest.CutAfter(1000), 1000, io.ErrUnexpectedEOF},
			{"cut before the body", ttsPath, elevenlabstest.CutAfter(0), 0, io.ErrUnexpectedEOF},
			{"cut at the end", ttsPath + "/stream", elevenlabstest.CutAfter(1 << 40), -2, io.ErrUnexpectedEOF},
			{"reset", ttsPath, elevenlabstest.ResetAfter(0), -1, syscall.ECONNRESET},
			{"reset in the body", ttsPath, elevenlabstest.ResetAfter(1000), -2, syscall.ECONNRESET},
		} {
			t.Run(network.name+" "+tc.name, func(t *testing.T) {
				t.Parallel()
				srv := elevenlabstest.NewServer(t, network.opts...)
				srv.Inject(tc.fault)
				a, err := trySpeak(srv, tc.path, "hello")
				if tc.got == -1 {
					require.Error(t, err)
				} else {
					require.NoError(t, err)
					require.Equal(t, http.StatusOK, a.status)
					require.NotEmpty(t, a.header.Get("Character-Cost"))
					err = a.err
				}
				if tc.got >= 0 {
					require.Len(t, a.body, tc.got)
				}
				require.Error(t, err)
				if network.name == "loopback" || !errors.Is(tc.tcp, syscall.ECONNRESET) {
					require.ErrorIs(t, err, tc.tcp)
				}
				require.Equal(t, len("hello"), srv.Usage().Characters)
				require.Zero(t, srv.Usage().Families[elevenlabs.FamilyStandard].InFlight)
				require.Equal(t, http.StatusOK, speak(t, srv, "hello").status)
			})
		}
	}
}

func TestFaults_RefuseClosesBeforeTheBodyIsRead(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Inject(elevenlabstest.Refuse())
	_, err := trySpeak(srv, ttsPath, "hello")
	require.Error(t, err)
	require.Zero(t, srv.Usage().Characters)
	r := srv.Requests()[0]
	require.Equal(t, "Refuse()", r.Fault)
	require.Empty(t, r.Body)
}

func TestFaults_EmptyAudio(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Inject(elevenlabstest.EmptyAudio().Times(2))
	for _, path := range []string{ttsPath, ttsPath + "/stream"} {
		a := postJSON(t, srv, path, textBody("hello"))
		require.Equal(t, http.StatusOK, a.status)
		require.Equal(t, "audio/mpeg", a.header.Get("Content-Type"))
		require.Equal(t, "5", a.header.Get("Character-Cost"))
		require.Empty(t, a.body)
	}
}

// A fault that spoils an answer waits for a request that gets one.
func TestFaults_SpoilingOnesWaitForARequestThatIsServed(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Inject(elevenlabstest.EmptyAudio())
	require.Equal(t, http.StatusUnprocessableEntity, postJSON(t, srv, ttsPath, `{}`).status)
	srv.SetLimit(elevenlabs.FamilyStandard, 0)
	require.Equal(t, http.StatusTooManyRequests, speak(t, srv, "a").status)
	srv.SetLimit(elevenlabs.FamilyStandard, 1)
	require.Empty(t, speak(t, srv, "a").body)
	require.NotEmpty(t, speak(t, srv, "a").body)
}

func TestScript_DecidesForEveryRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithScript(func(r elevenlabstest.Request) elevenlabstest.Fault {
			require.Equal(t, ttsPath, r.Path)
			if r.Arrived.Sub(start) < time.Minute {
				return elevenlabstest.Status(503, "")
			}
			return elevenlabstest.Fault{}
		}))
		require.Equal(t, 503, speak(t, srv, "a").status)
		srv.Inject(elevenlabstest.Status(502, ""))
		require.Equal(t, 502, speak(t, srv, "a").status, "what was injected goes first")
		<-time.After(time.Minute - 1)
		require.Equal(t, 503, speak(t, srv, "a").status)
		<-time.After(1)
		require.Equal(t, 200, speak(t, srv, "a").status)
		require.Equal(t, 1, srv.Usage().Characters)
		require.Equal(t, "Status(503)", srv.Requests()[2].Fault)
		require.Empty(t, srv.Requests()[3].Fault)
	})
}

func TestScript_SpoilsTheAnswersItWants(t *testing.T) {
	t.Parallel()
	asked := 0
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithScript(func(elevenlabstest.Request) elevenlabstest.Fault {
		asked++ // needs no lock
		if asked%2 == 0 {
			return elevenlabstest.EmptyAudio()
		}
		return elevenlabstest.Status(500, "").On(sttPath)
	}))
	answers, _ := parallel(t, 20, func(int) (answer, error) { return trySpeak(srv, ttsPath, "a") })
	empty := 0
	for _, a := range answers {
		if a.status == 200 && len(a.body) == 0 {
			empty++
		}
	}
	spoiled := 0
	for _, r := range srv.Requests() {
		if r.Fault == "EmptyAudio()" {
			spoiled++
		}
	}
	require.Equal(t, empty, spoiled)
	require.Equal(t, 20, asked)
}
