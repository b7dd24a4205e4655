package elevenlabs

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// A WebhookConfig says how a [WebhookHandler] works. The zero value of a field
// that is not required is its default.
type WebhookConfig struct {
	// Secrets are those of the webhook, as the vendor showed them once
	// (wsec_...): several while one replaces another. Required.
	Secrets []string
	// Transcript is called with every transcript that is delivered, also with
	// those that a job waits for: the vendor may deliver only once, so it should
	// store what it gets. An error is answered with 500, and a delivery that is
	// repeated then calls it again; one that is repeated after a success does
	// not. Required.
	Transcript func(context.Context, WebhookEvent) error
	// Other is called with events of other types, whose Raw has everything, on
	// the same terms. Default: they are answered with 200 and forgotten.
	Other func(context.Context, WebhookEvent) error
	// Refused is called with the request and the reason whenever a delivery is
	// answered with something else than 200: ErrWebhookSignature,
	// ErrWebhookTime, ErrTooLarge, ErrMalformed, what Transcript or Other
	// returned, and so on. Of the request's body nothing has been read or all of
	// it: leave it alone. Default: nothing.
	Refused func(*http.Request, error)
	// Tolerance is how far a signature's time may be from now. Default 30
	// minutes, as in the vendor's SDKs.
	Tolerance time.Duration
	// Window is how long a delivery is remembered so that a repeated one is
	// recognised, and at most kept for a job that has not asked for it yet; at
	// least twice the Tolerance. Default 24 hours.
	Window time.Duration
	// MaxBody is the largest body that is read, and the most that is kept of
	// all bodies together, in bytes. Default 64 MB.
	MaxBody int64
}

// A WebhookHandler takes the vendor's deliveries to a webhook as an
// [http.Handler]: it believes none that is not signed, calls back once for each
// transcript however often it is delivered, and hands it to the
// [TranscriptJob]s that wait for it in clients made [WithWebhooks]. It answers
// 200 when all is well, 401 for a signature it does not believe, 400 for what
// it cannot read, 413 for a body that is too large, and 500 when a callback
// fails. It is safe for concurrent use; its callbacks are called by many
// goroutines at once and end before the delivery is answered.
//
// A delivery may come before anybody waits for it, even before [Client.SubmitSTT]
// has its answer. So the latest deliveries are kept for jobs that are yet to
// ask: 1,000 of them, of MaxBody bytes together, for as long as the Window. The
// oldest go first, and are gone when the next delivery comes or a job asks.
type WebhookHandler struct {
	cfg     WebhookConfig
	secrets func() []string // a function, so that no %+v shows them
	done    deliveries
	jobs    waitingJobs
}

// NewWebhookHandler returns a handler. It keeps what it remembers in memory:
// several processes behind one address recognise a repeated delivery each for
// itself. Its errors are [ArgumentError]s.
func NewWebhookHandler(cfg WebhookConfig) (*WebhookHandler, error) {
	if cfg.Tolerance == 0 {
		cfg.Tolerance = defaultTolerance
	}
	if cfg.Window == 0 {
		cfg.Window = max(24*time.Hour, 2*cfg.Tolerance)
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = 64 << 20
	}
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	secrets := slices.Clone(cfg.Secrets)
	cfg.Secrets = nil
	return &WebhookHandler{
		cfg: cfg, secrets: func() []string { return secrets }, done: deliveries{window: cfg.Window},
		jobs: waitingJobs{kept: keptDeliveries{window: cfg.Window, maxBytes: cfg.MaxBody}},
	}, nil
}

func (c *WebhookConfig) validate() error {
	switch {
	case c.Transcript == nil:
		return badArgument("WebhookConfig.Transcript", "is nil, so transcripts would be lost")
	case c.Tolerance < 0:
		return badArgument("WebhookConfig.Tolerance", "%v is negative", c.Tolerance)
	case c.Window < 2*c.Tolerance:
		return badArgument("WebhookConfig.Window", "%v is less than twice the tolerance of %v", c.Window, c.Tolerance)
	case c.MaxBody < 0:
		return badArgument("WebhookConfig.MaxBody", "%d is negative", c.MaxBody)
	}
	return checkSecrets("WebhookConfig.Secrets", c.Secrets)
}

var errNotPosted = errors.New("a webhook's delivery is a POST")

// ServeHTTP takes one delivery.
func (h *WebhookHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h.take(w, r)
	if err == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	if h.cfg.Refused != nil {
		h.cfg.Refused(r, fmt.Errorf("elevenlabs: webhook: %w", err))
	}
	status := http.StatusInternalServerError
	var failed *callbackError
	switch {
	case errors.As(err, &failed): // whatever it wraps
	case errors.Is(err, errNotPosted):
		w.Header().Set("Allow", http.MethodPost)
		status = http.StatusMethodNotAllowed
	case errors.Is(err, ErrWebhookSignature), errors.Is(err, ErrWebhookTime):
		status = http.StatusUnauthorized
	case errors.Is(err, ErrTooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrMalformed):
		status = http.StatusBadRequest
	}
	http.Error(w, http.StatusText(status), status)
}

// take reads a delivery, but only with a header that can be right: strangers
// get no body read.
func (h *WebhookHandler) take(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		return errNotPosted
	}
	signature := r.Header.Get(SignatureHeader)
	s, err := parseSignature(signature)
	if err != nil {
		return err
	}
	if !s.fresh(h.cfg.Tolerance) {
		return ErrWebhookTime
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.cfg.MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return ErrTooLarge
	case err != nil:
		return err
	}
	event, err := verifyWebhook(signature, body, h.secrets(), h.cfg.Tolerance)
	if err != nil {
		return err
	}
	return h.done.once(r.Context(), event.key(), func() error { return h.handle(r.Context(), event) })
}

// key is what two deliveries of the same event have in common.
func (e *WebhookEvent) key() deliveryKey {
	if e.Transcript != nil && e.RequestID != "" {
		return sha256.Sum256([]byte(e.RequestID))
	}
	return sha256.Sum256(e.Raw)
}

// handle hands an event on. A job gets it whatever becomes of the callback, and
// reads a transcript of its own.
func (h *WebhookHandler) handle(ctx context.Context, e *WebhookEvent) error {
	callback := h.cfg.Other
	if e.Transcript != nil {
		h.jobs.deliver(e)
		callback = h.cfg.Transcript
	}
	if callback == nil {
		return nil
	}
	if err := callback(ctx, *e); err != nil {
		return &callbackError{err}
	}
	return nil
}

// A callbackError is what the user's code returned, which may be any error.
type callbackError struct{ err error }

func (e *callbackError) Error() string { return "the callback failed: " + e.err.Error() }
func (e *callbackError) Unwrap() error { return e.err }
