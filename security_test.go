package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestSecurity_KeyDoesNotFollowARedirectToAnotherOrigin(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"https://evil.example/v1/x", "https://api.elevenlabs.io:8443/v1/x", "http://api.elevenlabs.io/v1/x", "//evil.example/v1/x",
	} {
		sent := 0
		c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
			sent++
			require.Equal(t, "api.elevenlabs.io", r.URL.Host)
			resp := answered(http.StatusTemporaryRedirect, "", "")
			resp.Header.Set("Location", target)
			return resp, nil
		}))
		_, err := c.TTS(t.Context(), "Hello")
		require.ErrorIs(t, err, elevenlabs.ErrRedirected, target)
		require.Equal(t, 1, sent, target)
	}
}

func TestSecurity_RedirectWithinTheOriginIsFollowed(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(r *http.Request, body []byte) (*http.Response, error) {
		if r.URL.Path == "/v1/moved" {
			require.Equal(t, secret, r.Header.Get("Xi-Api-Key"))
			require.Contains(t, string(body), "Hello")
			return answered(200, "audio/mpeg", "\xff\xfbaudio"), nil
		}
		resp := answered(http.StatusPermanentRedirect, "", "")
		resp.Header.Set("Location", "/v1/moved")
		return resp, nil
	}))
	_, err := c.TTS(t.Context(), "Hello")
	require.NoError(t, err)
}

func TestSecurity_IDsCannotReachAnotherEndpoint(t *testing.T) {
	t.Parallel()
	c := clientOn(t, answerFunc(func(r *http.Request) (*http.Response, error) {
		t.Errorf("sent to %s", r.URL.Path)
		return nil, errors.New("sent")
	}))
	for _, id := range []string{
		"../../v1/user", "..", ".", "a/b", `a\b`, "a?x=1", "a#b", "a%2fb", "a b", "a\nb", "é",
	} {
		var arg *elevenlabs.ArgumentError
		_, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello", VoiceID: id})
		require.ErrorAs(t, err, &arg, id)
		require.Equal(t, "TTSRequest.VoiceID", arg.Field)
		_, err = c.TTS(t.Context(), "Hello", elevenlabs.WithVoice(id))
		require.ErrorAs(t, err, &arg, id)
	}
	for _, path := range []string{"v1/user", "", "/v1/../user", "/v1/%2e%2e/user", "/v1/x?y=1", "/v1/x#y", "/v1/%zz", "/v1/a b"} {
		var arg *elevenlabs.ArgumentError
		_, err := c.Do(t.Context(), elevenlabs.Call{Path: path})
		require.ErrorAs(t, err, &arg, path)
		require.Equal(t, "Call.Path", arg.Field)
	}
}

func TestSecurity_KeyIsNowhere(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var seen []any
	status := 500
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		key := r.Header.Get("Xi-Api-Key")
		resp := answered(status, "application/json", `{"detail":{"message":"key `+key+` is bad","code":"x`+key+`"}}`)
		resp.Header.Set("X-Trace-Id", key)
		return resp, nil
	}),
		elevenlabs.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1)),
		elevenlabs.WithHooks(elevenlabs.Hooks{
			Retry: func(_ context.Context, e elevenlabs.Event) { seen = append(seen, e) },
			Done:  func(_ context.Context, e elevenlabs.Event) { seen = append(seen, e) },
		}))
	for _, s := range []int{401, 500, 200} {
		status = s
		_, err := c.TTS(t.Context(), "Hello")
		seen = append(seen, err)
	}
	_, err := elevenlabs.New(elevenlabs.WithAPIKey(secret + " "))
	seen = append(seen, err, c, c.Stats(), elevenlabs.WithAPIKey(secret), []any{c})
	for _, v := range seen {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			require.NotContains(t, fmt.Sprintf(verb, v), secret, "%T", v)
		}
	}
	require.NotContains(t, log.String(), secret)
	require.NotContains(t, log.String(), "Hello", "texts are not logged")
}

func TestSecurity_TransportErrorsDoNotShowTheURL(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return nil, errors.New("boom") }))
	_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{
		Audio: elevenlabs.AudioBytes([]byte("audio"), ""), Token: "sutkn_secret",
	})
	require.ErrorContains(t, err, "boom")
	require.NotContains(t, err.Error(), "sutkn_secret")
	require.NotContains(t, err.Error(), "https://")
}

// endless is a body that never ends.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil
}

func (*endless) Close() error { return nil }

func TestSecurity_EndlessBodiesAreCut(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 200} {
		body := new(endless)
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return &http.Response{StatusCode: status, Body: body, ContentLength: 10 << 30}, nil
		}), elevenlabs.WithMaxBody(1<<20))
		_, err := c.TTS(t.Context(), "Hello")
		require.Error(t, err)
		require.LessOrEqual(t, body.read, int64(2<<20))
		if status == 200 {
			require.ErrorIs(t, err, elevenlabs.ErrTooLarge)
		} else {
			require.LessOrEqual(t, body.read, int64(64<<10))
		}
	}
	body := new(endless)
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body, ContentLength: -1}, nil
	}), elevenlabs.WithMaxBody(1<<20))
	_, err := c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, elevenlabs.ErrTooLarge, "whatever its length claims")
	require.LessOrEqual(t, body.read, int64(4<<20))
}

func TestSecurity_PlainHTTP(t *testing.T) {
	t.Parallel()
	for base, ok := range map[string]bool{
		"http://api.example.com": false, "http://10.0.0.1": false, "http://localhost.example.com": false, "http://127.0.0.1.example.com": false,
		"http://localhost:8080": true, "http://127.0.0.1:1": true, "http://[::1]:2": true, "https://api.example.com": true,
	} {
		_, err := elevenlabs.New(elevenlabs.WithAPIKey("k"), elevenlabs.WithBaseURL(base))
		require.Equal(t, ok, err == nil, base)
		_, err = elevenlabs.New(elevenlabs.WithAPIKey("k"), elevenlabs.WithBaseURL(base), elevenlabs.WithPlainHTTP())
		require.NoError(t, err, base)
	}
}

func TestSecurity_OnlyTheClientSetsCredentials(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"xi-api-key": "other", "Content-Type": "x", "": "x", "bad name": "x", "X-Split": "a\r\nxi-api-key: b",
	} {
		var arg *elevenlabs.ArgumentError
		_, err := elevenlabs.New(elevenlabs.WithAPIKey("k"), elevenlabs.WithHeader(name, value))
		require.ErrorAs(t, err, &arg, name)
	}
}

func TestClient_SendsWhatItIsToldTo(t *testing.T) {
	t.Parallel()
	var got *http.Request
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = w.Write([]byte("\xff\xfbaudio"))
	}))
	defer srv.Close()
	h := &http.Client{Transport: &http.Transport{}}
	defer h.CloseIdleConnections()
	c, err := elevenlabs.New(elevenlabs.WithAPIKey(secret), elevenlabs.WithVoice("v"), elevenlabs.WithHTTPClient(h),
		elevenlabs.WithBaseURL(srv.URL+"/gateway/v1/"), elevenlabs.WithHeader("X-Team", "voice"), elevenlabs.WithQuery("beta", "1 2"))
	require.NoError(t, err)
	_, err = c.TTS(t.Context(), "Hello", elevenlabs.WithHeader("x-team", "other"))
	require.NoError(t, err)
	require.Equal(t, "/gateway/v1/text-to-speech/v", got.URL.Path)
	require.Equal(t, "beta=1+2&output_format=mp3_44100_128", got.URL.RawQuery)
	require.Equal(t, secret, got.Header.Get("Xi-Api-Key"))
	require.Equal(t, []string{"other"}, got.Header["X-Team"])
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(got.Header.Get("User-Agent"), "elevenlabs-go/"))
	require.Positive(t, got.ContentLength)
	require.Nil(t, h.CheckRedirect, "the caller's client is not changed")
}

func TestClient_AsksTheKeySourceForEachAttempt(t *testing.T) {
	t.Parallel()
	var keys []string
	asked := 0
	h := &http.Client{Transport: drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		keys = append(keys, r.Header.Get("Xi-Api-Key"))
		return answered(503, "", ""), nil
	})}
	c, err := elevenlabs.New(elevenlabs.WithHTTPClient(h), elevenlabs.WithVoice("v"), elevenlabs.WithMaxRetries(2),
		elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1)),
		elevenlabs.WithKeySource(func(context.Context) (string, error) {
			asked++
			return fmt.Sprint("key", asked), nil
		}))
	require.NoError(t, err)
	_, err = c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, elevenlabs.ErrServer)
	require.Equal(t, []string{"key1", "key2", "key3"}, keys)

	refused := errors.New("vault is sealed")
	c, err = elevenlabs.New(elevenlabs.WithVoice("v"), elevenlabs.WithHTTPClient(h),
		elevenlabs.WithKeySource(func(context.Context) (string, error) { return "", refused }))
	require.NoError(t, err)
	_, err = c.TTS(t.Context(), "Hello")
	require.ErrorIs(t, err, refused)
	require.Len(t, keys, 3, "and nothing was sent")
}
