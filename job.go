package elevenlabs

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// A TranscriptJob is a transcription that goes on after its submission. Its
// two ids are all that has to be stored to wait for it in another process; see
// [Client.Job]. It is safe for concurrent use.
type TranscriptJob struct {
	// RequestID names the job in the delivery to a webhook.
	RequestID string
	// TranscriptionID names the transcript in the account; empty if not told.
	TranscriptionID string

	client *Client
	made   atomic.Pointer[Transcript] // once it is answered or delivered
}

// WithWebhooks has the client's jobs look for the deliveries to a handler
// too, those before they wait included, and not only ask for their transcripts. Without it a webhook that is
// handled elsewhere does no harm.
func WithWebhooks(h *WebhookHandler) ClientOption {
	return clientOption(func(c *config) error {
		if h == nil {
			return badArgument("WithWebhooks", "the handler is nil")
		}
		c.webhooks = h
		return nil
	})
}

// SubmitSTT has audio transcribed in the background: it returns when the audio
// has been sent and the job accepted. The request's Webhook is set for it, so the
// transcript is also delivered to the webhooks of the workspace, or to the one of
// WebhookID. Store the job's ids to find it again, or put what names it into
// WebhookMetadata, which comes with the delivery even if the answer to the
// submission is lost.
//
// The job counts against the account's limit until it is done, but the client
// holds a slot for its submission only.
//
// Errors are as of [Client.Transcribe].
func (c *Client) SubmitSTT(ctx context.Context, req STTRequest, opts ...CallOption) (*TranscriptJob, error) {
	req.Webhook = true
	t, err := c.Transcribe(ctx, req, opts...)
	if err != nil {
		return nil, err
	}
	if t.Accepted == nil {
		job := c.Job("", t.TranscriptionID)
		job.made.Store(t)
		return job, nil
	}
	job := c.Job(t.Accepted.RequestID, t.Accepted.TranscriptionID)
	if job.TranscriptionID == "" {
		job.awaited(nil) // it cannot be asked for if it is delivered before the Wait
	}
	return job, nil
}

// Job returns a job that was submitted before, by the ids that were stored of
// it. TranscriptionID may be empty if the client was made [WithWebhooks]. It
// sends nothing.
func (c *Client) Job(requestID, transcriptionID string) *TranscriptJob {
	return &TranscriptJob{RequestID: requestID, TranscriptionID: transcriptionID, client: c}
}

// How often a job is asked for: 1 s after Wait began, then each time half as
// long again, up to 30 s.
const (
	firstPoll   = time.Second
	longestPoll = 30 * time.Second
)

// Wait returns the transcript as soon as it is made: delivered to the handler
// of [WithWebhooks], also if that was before, or found in the account, which is
// asked at once, after 1 s and then ever more slowly, at last every 30 s. So a
// delivery that is lost only costs time, unless the job has no TranscriptionID
// to ask with. A transcript that is not there and a failure of the vendor's side
// are waited out; the API does not tell a job that failed from one that is not
// done, so ctx should have an end. When it ends the job goes on, and Wait can be
// called again. What was delivered stays with the job: a later Wait returns the
// same Transcript.
//
// Errors are those of [Client.Transcript] and the context's.
func (j *TranscriptJob) Wait(ctx context.Context, opts ...CallOption) (*Transcript, error) {
	if err := j.check(ctx); err != nil {
		return nil, err
	}
	if t := j.made.Load(); t != nil {
		return t, nil
	}
	defer j.settle()
	pause := time.NewTimer(0)
	defer pause.Stop()
	var a *awaited
	for next := firstPoll; ; next = min(next*3/2, longestPoll) {
		a = j.awaited(a)
		if t, err := j.has(a); t != nil || err != nil {
			return t, err
		}
		select {
		case <-a.came:
			return j.has(a)
		case <-ctx.Done():
			return nil, &opError{op: "Transcript", what: "waiting for job " + j.id(), err: ctx.Err()}
		case <-pause.C:
		}
		polled, err := j.pollUntil(ctx, a.came, opts)
		if t, err := j.has(a); t != nil || err != nil {
			return t, err
		}
		if polled != nil || err != nil {
			return polled, err
		}
		pause.Reset(next)
	}
}

// has returns the transcript if the job has it, answered or delivered. What was
// delivered it keeps for who waits for it again.
func (j *TranscriptJob) has(a *awaited) (*Transcript, error) {
	if t := j.made.Load(); t != nil {
		return t, nil
	}
	select {
	case <-a.came:
	default:
		return nil, nil
	}
	e, err := parseEvent(a.body)
	if err != nil {
		return nil, &opError{op: "Transcript", err: err}
	}
	j.made.CompareAndSwap(nil, e.Transcript)
	return j.made.Load(), nil
}

// id is what a delivery for the job is known by.
func (j *TranscriptJob) id() string { return cmp.Or(j.RequestID, j.TranscriptionID) }

func (j *TranscriptJob) check(ctx context.Context) error {
	if j == nil || j.client == nil {
		return badArgument("TranscriptJob", "was not made by SubmitSTT or Job")
	}
	if err := j.client.ready(ctx); err != nil || j.made.Load() != nil {
		return err
	}
	if j.TranscriptionID != "" {
		return checkID("TranscriptJob.TranscriptionID", j.TranscriptionID)
	}
	if j.RequestID == "" || j.client.webhook == nil {
		return badArgument("TranscriptJob.TranscriptionID", "is empty; without it a job needs its RequestID and a client made WithWebhooks")
	}
	return nil
}

// awaited is where a delivery would be, the same place as before if there was
// one. Nothing ever comes without a handler.
func (j *TranscriptJob) awaited(before *awaited) *awaited {
	if j.client.webhook == nil {
		return &awaited{}
	}
	return j.client.webhook.jobs.expect(j.id(), before)
}

// settle ends the wait for a delivery, unless it is the only way to a
// transcript that may be waited for again.
func (j *TranscriptJob) settle() {
	if j.client.webhook != nil && (j.TranscriptionID != "" || j.made.Load() != nil) {
		j.client.webhook.jobs.forget(j.id())
	}
}

// pollUntil polls, but no longer than until a delivery has come.
func (j *TranscriptJob) pollUntil(ctx context.Context, came <-chan struct{}, opts []CallOption) (*Transcript, error) {
	if came == nil || j.TranscriptionID == "" {
		return j.poll(ctx, opts)
	}
	ctx, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-came:
			stop()
		case <-ctx.Done():
		}
	})
	defer watch.Wait()
	defer stop()
	return j.poll(ctx, opts)
}

// poll asks the account for the transcript. It returns nothing, not even an
// error, if asking again may help.
func (j *TranscriptJob) poll(ctx context.Context, opts []CallOption) (*Transcript, error) {
	if j.TranscriptionID == "" {
		return nil, nil
	}
	t, err := j.client.Transcript(ctx, j.TranscriptionID, opts...)
	var arg *ArgumentError
	switch {
	case err == nil && t.Accepted == nil:
		return t, nil
	case err == nil, errors.Is(err, ErrNotFound):
		return nil, nil
	case ctx.Err() != nil, errors.As(err, &arg), classify(err, true, false) == ClassFinal:
		return nil, err
	}
	return nil, nil
}
