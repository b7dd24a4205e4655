package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestRun_ServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		defer in.Close()
		ended <- run(ctx, []string{"-addr", "127.0.0.1:0", "-tier", "growing_business", "-speed", "100"}, in)
	}()
	lines := bufio.NewScanner(out)
	var url string
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		if _, u, ok := strings.Cut(lines.Text(), "export ELEVENLABS_BASE_URL="); ok {
			url = u
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/user/subscription", nil)
	require.NoError(t, err)
	req.Header.Set("Xi-Api-Key", "any-key")
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Contains(t, string(body), `"tier":"growing_business"`)
	cancel()
	rest, err := io.ReadAll(out)
	require.NoError(t, err)
	require.Empty(t, strings.TrimPrefix(string(rest), "stopping\n"))
	require.NoError(t, <-ended)
}

func TestRun_DeliversToAWebhook(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	handler, err := elevenlabs.NewWebhookHandler(elevenlabs.WebhookConfig{
		Secrets: []string{"wsec_1"},
		Transcript: func(_ context.Context, e elevenlabs.WebhookEvent) error {
			got <- e.RequestID
			return nil
		},
	})
	require.NoError(t, err)
	receiver := httptest.NewServer(handler)
	defer receiver.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		defer in.Close()
		ended <- run(ctx, []string{"-addr", "127.0.0.1:0", "-speed", "1000", "-webhook", receiver.URL, "-webhook-secret", "wsec_1"}, in)
	}()
	lines := bufio.NewScanner(out)
	var url string
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		if _, u, ok := strings.Cut(lines.Text(), "export ELEVENLABS_BASE_URL="); ok {
			url = u
		}
	}
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	client, err := elevenlabs.New(elevenlabs.WithAPIKey("any-key"), elevenlabs.WithBaseURL(url),
		elevenlabs.WithHTTPClient(&http.Client{Transport: tr}))
	require.NoError(t, err)
	job, err := client.SubmitSTT(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(make([]byte, 32_000), "")})
	require.NoError(t, err)
	require.Equal(t, job.RequestID, <-got)
	cancel()
	_, err = io.Copy(io.Discard, out)
	require.NoError(t, err)
	require.NoError(t, <-ended)
}

func TestRun_RefusesBadFlags(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"-tier", "gold"}, "known are free, starter, creator", 2},
		{[]string{"-speed", "0"}, "-speed must be a number greater than 0", 2},
		{[]string{"-speed", "-1"}, "-speed must be a number greater than 0", 2},
		{[]string{"-speed", "NaN"}, "-speed must be a number greater than 0", 2},
		{[]string{"-speed", "Inf"}, "-speed must be a number greater than 0", 2},
		{[]string{"-addr", ""}, "-addr must be host:port", 2},
		{[]string{"-webhook", "https://example.com/hook"}, "-webhook must be an http or https URL on this machine", 2},
		{[]string{"-speed", "fast"}, "invalid value", 2},
		{[]string{"-port", "80"}, "not defined: -port", 2},
		{[]string{"serve"}, `unexpected argument "serve"`, 2},
		{[]string{"-addr", "127.0.0.1:port"}, "port", 1},
	} {
		var out bytes.Buffer
		err := run(t.Context(), tc.args, &out)
		require.ErrorContains(t, err, tc.want)
		require.Equal(t, tc.code, exitCode(err), tc.args)
		require.Empty(t, out.String())
	}
}

func TestRun_HelpListsTheFlags(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-help"}, &out), flag.ErrHelp)
	for _, name := range []string{"-addr", "-tier", "-speed", "-reject-key", "-webhook", "-webhook-secret"} {
		require.Contains(t, out.String(), name)
	}
}
