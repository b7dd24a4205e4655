package elevenlabstest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

// A Webhook is one of the account's webhooks for transcripts, for
// [WithWebhook].
type Webhook struct {
	// ID is what a request's webhook_id chooses it by.
	ID string
	// Secret signs the deliveries, unless it is empty.
	Secret string
	// URL is where deliveries are posted: http or https to a loopback address.
	URL string
	// Handler takes the deliveries in place of URL, without a network, so that
	// it works inside testing/synctest.
	Handler http.Handler
	// Attempts is how often a delivery is tried until it is answered with 2xx,
	// Pause the time between two attempts, divided by the emulator's speed.
	// Default once, as the vendor promises no more.
	Attempts int
	Pause    time.Duration
}

// WithWebhook adds a webhook to the account. Transcripts of requests in
// webhook mode are delivered to it when they are ready, unless the request
// chooses another. A [Server] delivers them, one after the other, in a goroutine
// that ends with Close; for a bare [Emulator] see [Emulator.DeliverWebhooks].
// NewEmulator panics if a webhook has neither a Handler nor a URL on loopback.
func WithWebhook(w Webhook) Option {
	return optionFunc(func(c *config) {
		if w.Handler == nil && !onLoopback(w.URL) {
			panic(fmt.Sprintf("elevenlabstest: webhook %q needs a Handler or a URL on loopback, not %q", w.ID, w.URL))
		}
		w.Attempts = max(w.Attempts, 1)
		c.webhooks = append(c.webhooks, w)
	})
}

func onLoopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// A Delivery is one attempt to deliver a transcript to a webhook.
type Delivery struct {
	WebhookID, RequestID string
	// Attempt counts from 1.
	Attempt int
	// Status is what was answered, 0 if nothing was; then Err says why.
	Status int
	Err    error
	// Time is when the attempt began.
	Time time.Time
}

// Deliveries returns all attempts that have ended, in their order.
func (e *Emulator) Deliveries() []Delivery {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.mail.sent)
}

// Redeliver delivers a transcript once more, as the vendor may: to all the
// webhooks that it was meant for. It reports whether there is one for the
// request.
func (e *Emulator) Redeliver(requestID string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := slices.IndexFunc(e.mail.posted, func(l letter) bool { return l.requestID == requestID })
	if i < 0 {
		return false
	}
	e.mail.add(e.mail.posted[i], time.Now())
	return true
}

// SignWebhook returns the ElevenLabs-Signature header of a body that was
// delivered at a time.
func SignWebhook(secret string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v0=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}

// A letter is a transcript to be delivered.
type letter struct {
	requestID string
	hooks     []Webhook
	body      []byte
}

// A mailbox is what is to be delivered and what was. The emulator's mutex
// guards it.
type mailbox struct {
	queue  []dueLetter   // by time
	posted []letter      // the last maxItems or more
	sent   []Delivery    // likewise
	wake   chan struct{} // has room for one
}

type dueLetter struct {
	letter
	at      time.Time
	attempt int // how many there were
}

// add queues a letter for each of its webhooks.
func (m *mailbox) add(l letter, at time.Time) {
	for _, h := range l.hooks {
		m.queue = append(m.queue, dueLetter{letter: letter{l.requestID, []Webhook{h}, l.body}, at: at})
	}
	m.sort()
}

func (m *mailbox) sort() {
	slices.SortStableFunc(m.queue, func(a, b dueLetter) int { return a.at.Compare(b.at) })
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// next takes the first letter that is due, or tells when one will be.
func (m *mailbox) next(now time.Time) (l dueLetter, wait time.Duration, ok bool) {
	if len(m.queue) == 0 {
		return l, time.Hour, false
	}
	if wait := m.queue[0].at.Sub(now); wait > 0 {
		return l, wait, false
	}
	l, m.queue = m.queue[0], m.queue[1:]
	return l, 0, true
}

// post queues the delivery of a transcript that will be ready.
func (e *Emulator) post(j *sttJob, requestID string, made keptTranscript) {
	body, err := json.Marshal(map[string]any{
		"type": "speech_to_text_transcription", "event_timestamp": made.ready.Unix(),
		"data": map[string]any{
			"request_id": requestID, "webhook_metadata": j.metadata, "transcription": made.shape,
		},
	})
	if err != nil {
		panic(err) // the emulator's own types
	}
	l := letter{requestID: requestID, hooks: e.cfg.hooksOf(j.webhookID), body: body}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.mail.posted) >= 2*maxItems {
		e.mail.posted = slices.Clone(e.mail.posted[maxItems:])
	}
	e.mail.posted = append(e.mail.posted, l)
	e.mail.add(l, made.ready)
}

// hooksOf returns the webhook of an id, and all of them for none.
func (c *config) hooksOf(id string) []Webhook {
	var out []Webhook
	for _, w := range c.webhooks {
		if id == "" || w.ID == id {
			out = append(out, w)
		}
	}
	return out
}

// DeliverWebhooks delivers transcripts to the webhooks until ctx ends, one
// after the other. A [Server] does so by itself.
func (e *Emulator) DeliverWebhooks(ctx context.Context) {
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true}, // no proxy either
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       time.Minute,
	}
	for ctx.Err() == nil {
		e.mu.Lock()
		l, wait, ok := e.mail.next(time.Now())
		e.mu.Unlock()
		if ok {
			e.deliverTo(ctx, client, l)
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-e.mail.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// deliverTo makes one attempt, and plans the next if there is to be one.
func (e *Emulator) deliverTo(ctx context.Context, client *http.Client, l dueLetter) {
	hook := l.hooks[0]
	l.attempt++
	d := Delivery{WebhookID: hook.ID, RequestID: l.requestID, Attempt: l.attempt, Time: time.Now()}
	d.Status, d.Err = hook.send(ctx, client, l.body)
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.mail.sent) >= 2*maxItems {
		e.mail.sent = slices.Clone(e.mail.sent[maxItems:])
	}
	e.mail.sent = append(e.mail.sent, d)
	if d.Status/100 != 2 && l.attempt < hook.Attempts {
		l.at = time.Now().Add(e.scaled(hook.Pause))
		e.mail.queue = append(e.mail.queue, l)
		e.mail.sort()
	}
}

func (w *Webhook) send(ctx context.Context, client *http.Client, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, cmp.Or(w.URL, "http://localhost/"), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if w.Secret != "" {
		req.Header.Set(elevenlabs.SignatureHeader, SignWebhook(w.Secret, time.Now(), body))
	}
	if w.Handler != nil {
		return ask(w.Handler, req)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxRecordedBody))
	return resp.StatusCode, nil
}

// ask has a handler answer. One that panics gives no answer, as in a server.
func ask(h http.Handler, req *http.Request) (status int, err error) {
	defer func() {
		if p := recover(); p != nil {
			status, err = 0, fmt.Errorf("the handler panicked: %v", p)
		}
	}()
	rec := &statusRecorder{header: make(http.Header)}
	h.ServeHTTP(rec, req)
	return cmp.Or(rec.status, http.StatusOK), nil
}

// A statusRecorder keeps of an answer what a delivery's fate depends on.
type statusRecorder struct {
	header http.Header
	status int
}

func (r *statusRecorder) Header() http.Header { return r.header }

func (r *statusRecorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return len(p), nil
}

func (r *statusRecorder) WriteHeader(status int) { r.status = cmp.Or(r.status, status) }
