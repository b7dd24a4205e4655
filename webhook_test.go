package elevenlabs_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// The facts sheet's test vector.
const (
	vectorSecret = "whsec_test_secret"
	vectorTime   = 1739537297
	vectorBody   = `{"type":"speech_to_text_transcription","event_timestamp":1739537297,"data":{"request_id":"abc123",` +
		`"transcription":{"language_code":"en","language_probability":0.98,"text":"Hello world!","words":[]}}}`
	vectorSum = "46c70e3b45f012ce9c7f93f9f26385a69c4c0a231f9c7436002d785c744d29d5"
)

// atVector lets a bubble's time pass until the vector was signed.
func atVector(t *testing.T, story func(t *testing.T)) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Unix(vectorTime, 0)))
		story(t)
	})
}

func TestVerifyWebhook_Vector(t *testing.T) {
	atVector(t, func(t *testing.T) {
		e, err := elevenlabs.VerifyWebhook("t=1739537297,v0="+vectorSum, []byte(vectorBody), vectorSecret)
		require.NoError(t, err)
		require.Equal(t, "speech_to_text_transcription", e.Type)
		require.Equal(t, time.Unix(vectorTime, 0), e.Time)
		require.Equal(t, "abc123", e.RequestID)
		require.Empty(t, e.TranscriptionID)
		require.Nil(t, e.Metadata)
		require.Equal(t, "Hello world!", e.Transcript.Text)
		require.Equal(t, vectorBody, string(e.Raw))
		require.Equal(t, "t=1739537297,v0="+vectorSum, elevenlabstest.SignWebhook(vectorSecret, time.Now(), []byte(vectorBody)))
	})
}

func TestVerifyWebhook_Signatures(t *testing.T) {
	t.Parallel()
	const other = "0000000000000000000000000000000000000000000000000000000000000000"
	for name, tt := range map[string]struct {
		header  string
		secrets []string
		want    error
	}{
		"alone":                 {"t=1739537297,v0=" + vectorSum, nil, nil},
		"upper case":            {"t=1739537297,v0=" + strings.ToUpper(vectorSum), nil, nil},
		"spaces":                {" t=1739537297 , v0=" + vectorSum, nil, nil},
		"space after the comma": {"t=1739537297, v0=" + vectorSum, nil, nil},
		"the other way round":   {"v0=" + vectorSum + ",t=1739537297", nil, nil},
		"first of two":          {"t=1739537297,v0=" + vectorSum + ",v0=" + other, nil, nil},
		"second of two":         {"t=1739537297,v0=" + other + ",v0=" + vectorSum, nil, nil},
		"beside a newer scheme": {"t=1739537297,v1=x,v0=" + vectorSum, nil, nil},
		"beside an unreadable":  {"t=1739537297,v0=zz,v0=" + vectorSum, nil, nil},
		"old secret":            {"t=1739537297,v0=" + vectorSum, []string{"new", vectorSecret}, nil},
		"new secret":            {"t=1739537297,v0=" + vectorSum, []string{vectorSecret, "old"}, nil},
		"another secret":        {"t=1739537297,v0=" + vectorSum, []string{"wsec_other"}, elevenlabs.ErrWebhookSignature},
		"another sum":           {"t=1739537297,v0=" + other, nil, elevenlabs.ErrWebhookSignature},
		"part of a sum":         {"t=1739537297,v0=" + vectorSum[:62], nil, elevenlabs.ErrWebhookSignature},
		"another time":          {"t=1739537298,v0=" + vectorSum, nil, elevenlabs.ErrWebhookSignature},
		"two times":             {"t=1739537297,t=1739537297,v0=" + vectorSum, nil, elevenlabs.ErrWebhookSignature},
		"no time":               {"v0=" + vectorSum, nil, elevenlabs.ErrWebhookSignature},
		"no sum":                {"t=1739537297", nil, elevenlabs.ErrWebhookSignature},
		"no number":             {"t=now,v0=" + vectorSum, nil, elevenlabs.ErrWebhookSignature},
		"nothing":               {"", nil, elevenlabs.ErrWebhookSignature},
		"from before 1970":      {"t=-9223372036854775808,v0=" + vectorSum, nil, elevenlabs.ErrWebhookTime},
		"from the end of time":  {"t=9223372036854775807,v0=" + vectorSum, nil, elevenlabs.ErrWebhookTime},
		"as old as it may be":   {signedAt(-30 * time.Minute), nil, nil},
		"older":                 {signedAt(-30*time.Minute - time.Second), nil, elevenlabs.ErrWebhookTime},
		"as early as it may be": {signedAt(30 * time.Minute), nil, nil},
		"earlier":               {signedAt(30*time.Minute + time.Second), nil, elevenlabs.ErrWebhookTime},
	} {
		t.Run(name, func(t *testing.T) {
			atVector(t, func(t *testing.T) {
				if tt.secrets == nil {
					tt.secrets = []string{vectorSecret}
				}
				_, err := elevenlabs.VerifyWebhook(tt.header, []byte(vectorBody), tt.secrets...)
				if tt.want == nil {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, tt.want)
				require.True(t, strings.HasPrefix(err.Error(), "elevenlabs: "), err)
				require.NotContains(t, err.Error(), vectorSecret)
			})
		})
	}
}

// signedAt is a good signature, so long after the vector's.
func signedAt(d time.Duration) string {
	return elevenlabstest.SignWebhook(vectorSecret, time.Unix(vectorTime, 0).Add(d), []byte(vectorBody))
}

// verify reads a body that is well signed.
func verify(body string) (*elevenlabs.WebhookEvent, error) {
	return elevenlabs.VerifyWebhook(elevenlabstest.SignWebhook("s", time.Now(), []byte(body)), []byte(body), "s")
}

func TestVerifyWebhook_Events(t *testing.T) {
	t.Parallel()
	const data = `"data":{"request_id":"r","webhook_metadata":{"order":7},"transcription":{"transcripts":[{"text":"a"},{"text":"b"}],"transcription_id":"t"}}`
	e, err := verify(`{"type":"speech_to_text_transcription","event_timestamp":"1739537297.5",` + data + `}`)
	require.NoError(t, err)
	require.Equal(t, time.Unix(vectorTime, 5e8), e.Time)
	require.JSONEq(t, `{"order":7}`, string(e.Metadata))
	require.Equal(t, "t", e.TranscriptionID)
	require.Len(t, e.Transcript.Channels, 2)
	e, err = verify(`{"type":"speech_to_text_transcription","event_timestamp":"soon","data":{"request_id":"r","transcription_id":"u",` +
		`"webhook_metadata":null,"transcription":{"text":"","words":[]}}}`)
	require.NoError(t, err)
	require.True(t, e.Time.IsZero())
	require.Nil(t, e.Metadata)
	require.Equal(t, "u", e.TranscriptionID)
	e, err = verify(`{"type":"voice_library_removal_notice","data":["anything"]}`)
	require.NoError(t, err)
	require.Equal(t, "voice_library_removal_notice", e.Type)
	require.Nil(t, e.Transcript)
	for _, bad := range []string{
		``, `[]`, `{}`, `{"type":7}`, `{"type":"speech_to_text_transcription"}`, `{"type":"speech_to_text_transcription","data":{}}`,
		`{"type":"speech_to_text_transcription","data":{"transcription":{}}}`, `{"type":"speech_to_text_transcription","data":{"request_id":1}}`,
	} {
		_, err := verify(bad)
		require.ErrorIs(t, err, elevenlabs.ErrMalformed, bad)
	}
}

func TestWebhook_BadInput(t *testing.T) {
	t.Parallel()
	type config = elevenlabs.WebhookConfig
	store := func(context.Context, elevenlabs.WebhookEvent) error { return nil }
	for name, tt := range map[string]struct {
		cfg   config
		field string
	}{
		"no secret":          {config{Transcript: store}, "WebhookConfig.Secrets"},
		"blank secret":       {config{Transcript: store, Secrets: []string{"a", " "}}, "WebhookConfig.Secrets"},
		"no callback":        {config{Secrets: []string{"a"}}, "WebhookConfig.Transcript"},
		"negative tolerance": {config{Transcript: store, Secrets: []string{"a"}, Tolerance: -1}, "WebhookConfig.Tolerance"},
		"short window":       {config{Transcript: store, Secrets: []string{"a"}, Window: 59 * time.Minute}, "WebhookConfig.Window"},
		"negative body":      {config{Transcript: store, Secrets: []string{"a"}, MaxBody: -1}, "WebhookConfig.MaxBody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := elevenlabs.NewWebhookHandler(tt.cfg)
			refused(t, tt.field, err)
		})
	}
	_, err := elevenlabs.VerifyWebhook("", nil)
	refused(t, "secrets", err)
	_, err = elevenlabs.New(elevenlabs.WithAPIKey("k"), elevenlabs.WithWebhooks(nil))
	refused(t, "WithWebhooks", err)
}

// A postbox is a handler and what it was told.
type postbox struct {
	*elevenlabs.WebhookHandler
	calls   atomic.Int64
	fail    func(n int64) error // the n-th call, from 1; nil for never
	refused []error
}

func newPostbox(t *testing.T, fail func(n int64) error) *postbox {
	t.Helper()
	return newPostboxOf(t, elevenlabs.WebhookConfig{MaxBody: 1000}, fail)
}

func newPostboxOf(t *testing.T, cfg elevenlabs.WebhookConfig, fail func(n int64) error) *postbox {
	t.Helper()
	b := &postbox{fail: fail}
	cfg.Secrets = []string{"old", "s"}
	cfg.Refused = func(_ *http.Request, err error) { b.refused = append(b.refused, err) }
	cfg.Transcript = func(context.Context, elevenlabs.WebhookEvent) error {
		n := b.calls.Add(1)
		if b.fail == nil {
			return nil
		}
		return b.fail(n)
	}
	h, err := elevenlabs.NewWebhookHandler(cfg)
	require.NoError(t, err)
	b.WebhookHandler = h
	return b
}

// deliver posts a body, signed with the secret now.
func (b *postbox) deliver(t *testing.T, body string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("elevenlabs-signature", elevenlabstest.SignWebhook("s", time.Now(), []byte(body)))
	return b.serve(r)
}

func (b *postbox) serve(r *http.Request) int {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Code
}

func delivered(id string) string {
	return `{"type":"speech_to_text_transcription","event_timestamp":1,"data":{"request_id":"` + id + `","transcription":{"text":"Hi","words":[]}}}`
}

func TestWebhookHandler_RepeatedDeliveriesAreHandledOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, nil)
		for range 3 {
			require.Equal(t, 200, b.deliver(t, delivered("a")))
		}
		require.Equal(t, int64(1), b.calls.Load())
		require.Equal(t, 200, b.deliver(t, delivered("b")))
		require.Equal(t, int64(2), b.calls.Load())
		time.Sleep(24 * time.Hour)
		b.deliver(t, delivered("a"))
		require.Equal(t, int64(2), b.calls.Load())
		time.Sleep(time.Nanosecond)
		b.deliver(t, delivered("a"))
		require.Equal(t, int64(3), b.calls.Load(), "forgotten after a day")
	})
}

func TestWebhookHandler_AFailedDeliveryIsHandledAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		disk := errors.New("disk full")
		b := newPostbox(t, func(n int64) error {
			switch n {
			case 1:
				return disk
			case 2: // not to be taken for the signature's fault
				return elevenlabs.ErrWebhookSignature
			}
			return nil
		})
		require.Equal(t, 500, b.deliver(t, delivered("a")))
		require.Equal(t, 500, b.deliver(t, delivered("a")))
		require.Equal(t, 200, b.deliver(t, delivered("a")))
		require.Equal(t, 200, b.deliver(t, delivered("a")))
		require.Equal(t, int64(3), b.calls.Load())
		require.Len(t, b.refused, 2)
		require.ErrorIs(t, b.refused[0], disk)
		require.EqualError(t, b.refused[0], "elevenlabs: webhook: the callback failed: disk full")
	})
}

func TestWebhookHandler_PanicOfTheCallbackIsAFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, func(n int64) error {
			if n == 1 {
				panic("oops")
			}
			return nil
		})
		require.Panics(t, func() { b.deliver(t, delivered("a")) })
		require.Equal(t, 200, b.deliver(t, delivered("a")))
		require.Equal(t, int64(2), b.calls.Load())
	})
}

func TestWebhookHandler_TwinsWaitForEachOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, func(n int64) error {
			time.Sleep(time.Second)
			if n == 1 {
				return errors.New("first fails")
			}
			return nil
		})
		start, codes := time.Now(), make(chan int, 3)
		for range 3 {
			go func() { codes <- b.deliver(t, delivered("a")) }()
			synctest.Wait()
		}
		require.Equal(t, []int{500, 200, 200}, []int{<-codes, <-codes, <-codes})
		require.Equal(t, int64(2), b.calls.Load())
		require.Equal(t, 2*time.Second, time.Since(start))
	})
}

func TestWebhookHandler_TwinThatLeavesDoesNotWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		release := make(chan struct{})
		b := newPostbox(t, func(int64) error { <-release; return nil })
		first := make(chan int)
		go func() { first <- b.deliver(t, delivered("a")) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(delivered("a")))
		r.Header.Set(elevenlabs.SignatureHeader, elevenlabstest.SignWebhook("s", time.Now(), []byte(delivered("a"))))
		require.Equal(t, 500, b.serve(r))
		require.ErrorIs(t, b.refused[0], context.DeadlineExceeded)
		close(release)
		require.Equal(t, 200, <-first)
	})
}

func TestWebhookHandler_Refuses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, nil)
		get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		unsigned := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", errReader{errors.New("must not be read")})
		stale := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", errReader{errors.New("must not be read")})
		stale.Header.Set(elevenlabs.SignatureHeader, elevenlabstest.SignWebhook("s", time.Now().Add(-time.Hour), nil))
		forged := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(delivered("a")))
		forged.Header.Set(elevenlabs.SignatureHeader, elevenlabstest.SignWebhook("x", time.Now(), []byte(delivered("a"))))
		broken := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", errReader{errors.New("reset")})
		broken.Header.Set(elevenlabs.SignatureHeader, elevenlabstest.SignWebhook("s", time.Now(), nil))
		require.Equal(t, 405, b.serve(get))
		require.Equal(t, 401, b.serve(unsigned))
		require.Equal(t, 401, b.serve(stale))
		require.Equal(t, 401, b.serve(forged))
		require.Equal(t, 500, b.serve(broken))
		require.Equal(t, 400, b.deliver(t, `{"type":"speech_to_text_transcription","data":7}`))
		require.Equal(t, 413, b.deliver(t, delivered(strings.Repeat("a", 1000))))
		require.Zero(t, b.calls.Load())
		require.Len(t, b.refused, 7)
		require.ErrorIs(t, b.refused[1], elevenlabs.ErrWebhookSignature)
		require.ErrorIs(t, b.refused[2], elevenlabs.ErrWebhookTime)
		require.ErrorIs(t, b.refused[6], elevenlabs.ErrTooLarge)
	})
}

func TestWebhookHandler_KeepsItsSecrets(t *testing.T) {
	t.Parallel()
	cfg := elevenlabs.WebhookConfig{
		Secrets: []string{"wsec_hidden"}, Transcript: func(context.Context, elevenlabs.WebhookEvent) error { return nil },
	}
	h, err := elevenlabs.NewWebhookHandler(cfg)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", h, h, h), "wsec_hidden")
	cfg.Secrets[0] = "changed"
	b := &postbox{WebhookHandler: h}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(delivered("a")))
	r.Header.Set(elevenlabs.SignatureHeader, elevenlabstest.SignWebhook("wsec_hidden", time.Now(), []byte(delivered("a"))))
	require.Equal(t, 200, b.serve(r))
}

func TestWebhookHandler_OtherEventsPass(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const other = `{"type":"agent_qa","data":{"request_id":"a"}}`
		b := newPostbox(t, nil)
		require.Equal(t, 200, b.deliver(t, other))
		require.Zero(t, b.calls.Load())

		var got []string
		h, err := elevenlabs.NewWebhookHandler(elevenlabs.WebhookConfig{
			Secrets:    []string{"s"},
			Transcript: func(context.Context, elevenlabs.WebhookEvent) error { return nil },
			Other: func(_ context.Context, e elevenlabs.WebhookEvent) error {
				got = append(got, string(e.Raw))
				return nil
			},
		})
		require.NoError(t, err)
		b.WebhookHandler = h
		require.Equal(t, 200, b.deliver(t, other))
		require.Equal(t, 200, b.deliver(t, other))
		require.Equal(t, 200, b.deliver(t, delivered("a")), "the same request's transcript is another event")
		require.Equal(t, 200, b.deliver(t, strings.Replace(other, "agent_qa", "flows", 1)))
		require.Len(t, got, 2)
		require.Equal(t, other, got[0])
	})
}

func FuzzWebhook(f *testing.F) {
	f.Add("t=1739537297,v0="+vectorSum, []byte(vectorBody))
	f.Add("v0=,t=1,t=2", []byte(`{"type":"x","event_timestamp":"1e400","data":null}`))
	f.Fuzz(func(t *testing.T, header string, body []byte) {
		if e, err := elevenlabs.VerifyWebhook(header, body, "s"); (e == nil) == (err == nil) {
			t.Fatalf("%v, %v", e, err)
		}
		e, err := elevenlabs.VerifyWebhook(elevenlabstest.SignWebhook("s", time.Now(), body), body, "s")
		switch {
		case err != nil && !errors.Is(err, elevenlabs.ErrMalformed):
			t.Fatalf("a good signature: %v", err)
		case err == nil && e.Type == "speech_to_text_transcription" && e.Transcript == nil:
			t.Fatal("no transcript")
		}
		var sum [32]byte
		copy(sum[:], body)
		forged := elevenlabstest.SignWebhook("other", time.Now(), body)
		if _, err := elevenlabs.VerifyWebhook(forged+",v0="+hex.EncodeToString(sum[:]), body, "s"); !errors.Is(err, elevenlabs.ErrWebhookSignature) {
			t.Fatalf("forged: %v", err)
		}
	})
}
