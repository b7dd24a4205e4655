package elevenlabs_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestJob_ADeliveryEndsTheWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var stored []elevenlabs.WebhookEvent
		srv, c := hooked(t, elevenlabstest.Webhook{}, func(_ context.Context, e elevenlabs.WebhookEvent) error {
			stored = append(stored, e)
			return nil
		}, elevenlabstest.WithServiceTime(time.Hour))
		start := time.Now()
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		job.TranscriptionID = "" // as if it had not been told
		got, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Hour, time.Since(start))
		require.Equal(t, "This is a transcript from the emulator.", got.Text)
		require.Len(t, srv.Requests(), 1, "nothing was asked")
		synctest.Wait()
		require.Len(t, stored, 1)
		require.JSONEq(t, `{"order":"7"}`, string(stored[0].Metadata))
		require.Equal(t, got, stored[0].Transcript)
		require.NotSame(t, got, stored[0].Transcript)
	})
}

func TestJob_ADeliveryBeforeTheWaitIsKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, func(int64) error { return errors.New("the store is down") })
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(202, "application/json", `{"message":"Request accepted.","request_id":"a"}`), nil
		}), elevenlabs.WithWebhooks(b.WebhookHandler))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		require.Empty(t, job.TranscriptionID, "so it cannot be asked for")
		require.Equal(t, 500, b.deliver(t, delivered("a")))
		require.Equal(t, 500, b.deliver(t, delivered("a")))
		got, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "Hi", got.Text)

		again, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.Same(t, got, again)

		other, err := c.Job("a", "").Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, got, other)
		require.NotSame(t, got, other, "each job has its own")
	})
}

func TestJob_ADeliveryBeforeTheAnswerToItsSubmissionIsFound(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, nil)
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			require.Equal(t, 200, b.deliver(t, delivered("a")))
			time.Sleep(time.Second)
			return answered(202, "application/json", `{"message":"Request accepted.","request_id":"a"}`), nil
		}), elevenlabs.WithWebhooks(b.WebhookHandler))
		start := time.Now()
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		got, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "Hi", got.Text)
		require.Equal(t, time.Second, time.Since(start))
		require.EqualValues(t, 1, b.calls.Load(), "and the callback has it")
		require.Equal(t, 200, b.deliver(t, delivered("a")))
		require.EqualValues(t, 1, b.calls.Load())
	})
}

func TestJob_ADeliveryIsFoundByTheTranscriptsID(t *testing.T) {
	bubble(t, func(t *testing.T) {
		asked := 0
		b := newPostbox(t, nil)
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			asked++
			return answered(404, "application/json", `{"detail":{"status":"not_found_error"}}`), nil
		}), elevenlabs.WithWebhooks(b.WebhookHandler))
		deliver := func(id string) {
			b.deliver(t, `{"type":"speech_to_text_transcription","data":{"transcription_id":"`+id+`","transcription":{"text":"Hi"}}}`)
		}
		deliver("first")
		_, err := c.Job("", "first").Wait(t.Context())
		require.NoError(t, err)
		require.Zero(t, asked)

		start := time.Now()
		time.AfterFunc(1500*time.Millisecond, func() { deliver("second") })
		got, err := c.Job("", "second").Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "Hi", got.Text)
		require.Equal(t, 1500*time.Millisecond, time.Since(start))
		require.Equal(t, 2, asked)
	})
}

func TestJob_ALostDeliveryIsMadeUpForByAsking(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, nil)
		start := time.Now()
		c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
			switch {
			case r.Method == http.MethodPost:
				return answered(202, "application/json", `{"message":"Request accepted.","request_id":"a","transcription_id":"t"}`), nil
			case time.Since(start) < 3*time.Second:
				return answered(404, "application/json", `{"detail":{"status":"not_found_error"}}`), nil
			}
			return transcriptAnswer(), nil
		}), elevenlabs.WithWebhooks(b.WebhookHandler))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		got, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "Hello", got.Text)
		require.Equal(t, 4750*time.Millisecond, time.Since(start))
	})
}

func TestJob_AWaitThatWasGivenUpIsTakenUpAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, nil)
		job := silent(t, elevenlabs.WithWebhooks(b.WebhookHandler)).Job("a", "")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := job.Wait(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.EqualError(t, err, "elevenlabs: Transcript: waiting for job a: context deadline exceeded")
		b.deliver(t, delivered("a"))
		_, err = job.Wait(t.Context())
		require.NoError(t, err)
	})
}

func TestJob_DeliveriesAreKeptWithinBounds(t *testing.T) {
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		cfg    elevenlabs.WebhookConfig
		others int
		pause  time.Duration // after the deliveries
		found  bool
	}{
		"the newest":                {found: true},
		"as many as there may be":   {others: 999, found: true},
		"one too many":              {others: 1000},
		"as old as it may be":       {pause: day, found: true},
		"too old":                   {pause: day + 1},
		"a window of its own":       {cfg: elevenlabs.WebhookConfig{Window: time.Hour}, pause: time.Hour + 1},
		"as large as all may be":    {cfg: elevenlabs.WebhookConfig{MaxBody: 2 * int64(len(delivered("0")))}, others: 1, found: true},
		"larger than all may be":    {cfg: elevenlabs.WebhookConfig{MaxBody: 2*int64(len(delivered("0"))) - 1}, others: 1},
		"alone as large as allowed": {cfg: elevenlabs.WebhookConfig{MaxBody: int64(len(delivered("a")))}, found: true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newPostboxOf(t, tt.cfg, nil)
				c := silent(t, elevenlabs.WithWebhooks(b.WebhookHandler))
				require.Equal(t, 200, b.deliver(t, delivered("a")))
				for i := range tt.others {
					require.Equal(t, 200, b.deliver(t, delivered(strconv.Itoa(i))))
				}
				time.Sleep(tt.pause)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_, err := c.Job("a", "").Wait(ctx)
				if tt.found {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, context.DeadlineExceeded)
			})
		})
	}
}

func TestJob_ASubmissionKeepsItsDeliveryBeyondTheBounds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostboxOf(t, elevenlabs.WebhookConfig{}, nil)
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(202, "application/json", `{"message":"Request accepted.","request_id":"a"}`), nil
		}), elevenlabs.WithWebhooks(b.WebhookHandler))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		b.deliver(t, delivered("a"))
		for i := range 1000 {
			b.deliver(t, delivered(strconv.Itoa(i)))
		}
		_, err = job.Wait(t.Context())
		require.NoError(t, err)
	})
}

func TestJob_ADeliveryReachesAllWhoWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, nil)
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(202, "application/json", `{"message":"Request accepted.","request_id":"a"}`), nil
		}), elevenlabs.WithWebhooks(b.WebhookHandler))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		results := make(chan error, 3)
		for _, j := range []*elevenlabs.TranscriptJob{job, job, c.Job("a", "")} {
			go func() {
				_, err := j.Wait(t.Context())
				results <- err
			}()
		}
		time.Sleep(time.Second) // when all of them look after it
		require.Equal(t, 200, b.deliver(t, delivered("a")))
		for range 3 {
			require.NoError(t, <-results)
		}
	})
}

func TestJob_ADeliveryEndsAPollThatHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newPostbox(t, nil)
		c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return answered(202, "application/json", `{"message":"Request accepted.","request_id":"a","transcription_id":"t"}`), nil
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), elevenlabs.WithWebhooks(b.WebhookHandler))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		start := time.Now()
		time.AfterFunc(5*time.Second, func() { b.deliver(t, delivered("a")) })
		got, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.Equal(t, "Hi", got.Text)
		require.Equal(t, 5*time.Second, time.Since(start))
	})
}

func TestJob_ADeliveryBetweenTwoWaitsIsFound(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv, c := hooked(t, elevenlabstest.Webhook{}, func(context.Context, elevenlabs.WebhookEvent) error { return nil },
			elevenlabstest.WithServiceTime(time.Minute))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		_, err = job.Wait(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Hour)
		require.Len(t, srv.Deliveries(), 1)
		asked := len(srv.Requests())
		got, err := job.Wait(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, got.Text)
		require.Len(t, srv.Requests(), asked, "nothing was asked")
	})
}

func TestJob_ADeliveryNobodyWaitsForGoesToTheCallback(t *testing.T) {
	bubble(t, func(t *testing.T) {
		stored := make(chan string, 3)
		calls := 0
		srv, c := hooked(t, elevenlabstest.Webhook{ID: "h", Attempts: 3, Pause: time.Minute}, func(_ context.Context, e elevenlabs.WebhookEvent) error {
			if calls++; calls == 1 {
				return errors.New("the store is down")
			}
			stored <- e.RequestID
			return nil
		}, elevenlabstest.WithServiceTime(time.Second))
		job, err := c.SubmitSTT(t.Context(), aJob())
		require.NoError(t, err)
		require.Equal(t, job.RequestID, <-stored)
		require.True(t, srv.Redeliver(job.RequestID))
		synctest.Wait()
		require.Empty(t, stored, "once is enough")
		var codes []int
		for _, d := range srv.Deliveries() {
			codes = append(codes, d.Status)
		}
		require.Equal(t, []int{500, 200, 200}, codes)
	})
}
