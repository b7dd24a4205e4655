package elevenlabs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// logHooks writes what an operator wants to read: retries, lost answers and
// circuits that open and a transport that retries at Warn, the success of a
// retried call and circuits that
// close at Info, attempts at Debug. It never writes a text, audio or a key.
func logHooks(log *slog.Logger) Hooks {
	return Hooks{
		Admitted: func(ctx context.Context, e Event) {
			log.LogAttrs(ctx, slog.LevelDebug, e.Op+" sent", attrs(e)...)
		},
		Retry: func(ctx context.Context, e Event) {
			log.LogAttrs(ctx, slog.LevelWarn, retryText(e), append(attrs(e),
				slog.Duration("wait", e.Wait), slog.String("class", e.Class.String()))...)
		},
		Breaker: func(ctx context.Context, e Event) {
			if e.Err != nil {
				log.LogAttrs(ctx, slog.LevelWarn, e.Op+" fails, calls are not sent for a while", append(attrs(e), openAttrs(e.Err)...)...)
			} else {
				log.LogAttrs(ctx, slog.LevelInfo, e.Op+" works again, calls are sent", attrs(e)...)
			}
		},
		Resent: func(ctx context.Context, e Event) {
			log.LogAttrs(ctx, slog.LevelWarn, e.Op+" was sent several times by the HTTP transport, which should leave retries to the client", attrs(e)...)
		},
		Done: func(ctx context.Context, e Event) {
			if e.Meta.RetentionIgnored {
				log.LogAttrs(ctx, slog.LevelWarn, e.Op+" was stored although zero retention was asked for", attrs(e)...)
			}
			var lost *AmbiguousError
			if errors.As(e.Err, &lost) {
				log.LogAttrs(ctx, slog.LevelWarn, e.Op+" answer lost, it may have been billed", attrs(e)...)
			}
			if e.Meta.Recovered {
				log.LogAttrs(ctx, slog.LevelWarn, e.Op+" answer lost, recovered from history at no cost",
					append(attrs(e), slog.String("history_item_id", e.Meta.HistoryItemID))...)
			}
			if e.Err == nil && e.Attempt > 1 {
				log.LogAttrs(ctx, slog.LevelInfo, fmt.Sprintf("%s served after %s", e.Op, times(e.Attempt-1, "retry", "retries")), attrs(e)...)
			}
		},
	}
}

// openAttrs are those of a circuit that has opened.
func openAttrs(err error) []slog.Attr {
	var open *BreakerError
	if !errors.As(err, &open) {
		return nil
	}
	return []slog.Attr{
		slog.String("host", open.Host), slog.Int("failures", open.Failures), slog.Duration("retry_after", open.RetryAfter),
	}
}

// retryText says what happened and what follows, such as
// "TTS rate limit hit, retrying in 2s (attempt 1/3)".
func retryText(e Event) string {
	what := "failed"
	var (
		api  *APIError
		none *notMade
	)
	switch {
	case errors.Is(e.Err, ErrSystemBusy):
		what = "refused, system busy"
	case errors.Is(e.Err, ErrRateLimited):
		what = "rate limit hit"
	case errors.As(e.Err, &api):
		what = fmt.Sprintf("failed with status %d", api.StatusCode)
	case errors.As(e.Err, &none):
		what = "answer lost, nothing was made"
	case e.Class == ClassRefused:
		what = "could not be sent"
	case e.Class == ClassAmbiguous:
		what = "answer lost"
	}
	if e.Requeued {
		return fmt.Sprintf("%s %s, waiting for a slot (refused %s)", e.Op, what, times(e.Refusals, "time", "times"))
	}
	return fmt.Sprintf("%s %s, retrying in %v (attempt %d/%d)", e.Op, what, e.Wait.Round(time.Millisecond), e.Retry, e.MaxRetries)
}

func times(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func attrs(e Event) []slog.Attr {
	a := []slog.Attr{slog.String("op", e.Op), slog.Int("attempt", e.Attempt)}
	if e.Family != "" {
		a = append(a, slog.String("family", string(e.Family)), slog.Duration("queued", e.Queued))
	}
	id := e.Meta.RequestID
	var api *APIError
	switch {
	case errors.As(e.Err, &api):
		a = append(a, slog.Int("status", api.StatusCode), slog.String("code", api.name()))
		id = api.RequestID
	case e.Err != nil:
		a = append(a, slog.String("error", e.Err.Error()))
	}
	if id != "" {
		a = append(a, slog.String("request_id", id))
	}
	return a
}
