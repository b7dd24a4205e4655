package elevenlabs_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func aJob() elevenlabs.STTRequest {
	return elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(make([]byte, 32_000), ""), WebhookMetadata: map[string]any{"order": "7"}}
}

func TestTranscript_IsKeptUntilItIsDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := atOnce(t).Client()
		made, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(make([]byte, 32_000), "")})
		require.NoError(t, err)
		kept, err := c.Transcript(t.Context(), made.TranscriptionID)
		require.NoError(t, err)
		require.Equal(t, made.Words, kept.Words)
		require.NoError(t, c.DeleteTranscript(t.Context(), made.TranscriptionID))
		_, err = c.Transcript(t.Context(), made.TranscriptionID)
		require.ErrorIs(t, err, elevenlabs.ErrNotFound)
		require.EqualError(t, err, "elevenlabs: Transcript: 404 not_found_error: Transcript not found. (request "+err.(*elevenlabs.APIError).RequestID+")")
		require.ErrorIs(t, c.DeleteTranscript(t.Context(), made.TranscriptionID), elevenlabs.ErrNotFound)

		unlogged, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(make([]byte, 32_000), ""), ZeroRetention: true})
		require.NoError(t, err)
		_, err = c.Transcript(t.Context(), unlogged.TranscriptionID)
		require.ErrorIs(t, err, elevenlabs.ErrNotFound)
	})
}

func TestJob_IsPolledForEverMoreSlowly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(2*time.Minute))
		c := srv.Client()
		start := time.Now()
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		require.Zero(t, time.Since(start))
		require.NotEmpty(t, job.RequestID)
		// Somewhere else, by its ids.
		got, err := srv.Client().Job(job.RequestID, job.TranscriptionID).Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "This is a transcript from the emulator.", got.Text)
		require.Equal(t, job.TranscriptionID, got.TranscriptionID)
		var asked []time.Duration
		for _, r := range srv.Requests()[1:] {
			asked = append(asked, r.Arrived.Sub(start))
		}
		ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
		require.Equal(t, []time.Duration{
			0, ms(1000), ms(2500), ms(4750), ms(8125),
		}, asked[:5])
		require.Equal(t, 30*time.Second, asked[len(asked)-1]-asked[len(asked)-2])
		require.Less(t, asked[len(asked)-1], 2*time.Minute+30*time.Second)
		again, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, got.Words, again.Words)
	})
}

// hooked is a server that delivers to a handler, and a client whose jobs wait
// for it.
func hooked(t *testing.T, hook elevenlabstest.Webhook, store func(context.Context, elevenlabs.WebhookEvent) error, opts ...elevenlabstest.Option) (*elevenlabstest.Server, *elevenlabs.Client) {
	t.Helper()
	h, err := elevenlabs.NewWebhookHandler(elevenlabs.WebhookConfig{Secrets: []string{"wsec_1"}, Transcript: store})
	require.NoError(t, err)
	hook.Secret, hook.Handler = "wsec_1", h
	srv := elevenlabstest.NewServer(t, append(opts, elevenlabstest.WithWebhook(hook))...)
	return srv, srv.Client(elevenlabs.WithWebhooks(h))
}

func TestJob_SeveralMayWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, c := hooked(t, elevenlabstest.Webhook{}, func(context.Context, elevenlabs.WebhookEvent) error { return nil },
			elevenlabstest.WithServiceTime(time.Minute))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		got := make(chan string, 3)
		for range 3 {
			go func() {
				transcript, err := c.Job(job.RequestID, "").Wait(t.Context())
				if err != nil {
					got <- err.Error()
					return
				}
				got <- transcript.Text
			}()
		}
		for range 3 {
			require.Equal(t, "This is a transcript from the emulator.", <-got)
		}
	})
}

func TestJob_OutlastsFailuresOfTheServer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Second))
		c := srv.Client(elevenlabs.WithMaxRetries(0))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		srv.Inject(elevenlabstest.Status(503, "").Times(3), elevenlabstest.ResetAfter(3).Times(2))
		got, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, got.Text)

		srv.Inject(elevenlabstest.Status(401, `{"detail":{"status":"invalid_api_key"}}`))
		start := time.Now()
		_, err = job.Wait(t.Context())
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
		require.Zero(t, time.Since(start))
	})
}

func TestJob_CallerWhoGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithServiceTime(time.Hour))
		c := srv.Client()
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err = job.Wait(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 500*time.Millisecond, time.Since(start))
	})
}

func TestSubmitSTT_AnAnswerAtOnceIsNotLost(t *testing.T) {
	t.Parallel()
	sent := 0
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		sent++
		return transcriptAnswer(), nil
	}))
	job, err := c.SubmitSTT(t.Context(), aJob())
	require.NoError(t, err)
	got, err := job.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Hello", got.Text)
	require.Equal(t, 1, sent)
}

func TestJob_BadInput(t *testing.T) {
	t.Parallel()
	c := silent(t)
	var noContext context.Context
	_, err := c.Transcript(t.Context(), "../x")
	refused(t, "Transcript.TranscriptionID", err)
	refused(t, "Transcript.TranscriptionID", c.DeleteTranscript(t.Context(), ""))
	_, err = c.SubmitSTT(t.Context(), elevenlabs.STTRequest{})
	refused(t, "STTRequest.Audio", err)
	_, err = c.Job("r", "").Wait(t.Context())
	refused(t, "TranscriptJob.TranscriptionID", err)
	_, err = c.Job("r", "a/b").Wait(t.Context())
	refused(t, "TranscriptJob.TranscriptionID", err)
	_, err = new(elevenlabs.TranscriptJob).Wait(t.Context())
	refused(t, "TranscriptJob", err)
	_, err = c.Job("r", "t").Wait(noContext)
	refused(t, "Context", err)
	_, err = c.Job("r", "t").Wait(elevenlabs.NewContext(noContext, elevenlabs.WithMaxRetries(0)))
	refused(t, "Context", err)
}
