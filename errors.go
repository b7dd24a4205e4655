package elevenlabs

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What an [APIError] stands for, to be asked with [errors.Is]. The body of the
// answer decides, not its HTTP status: out of credits is a 401 like a wrong
// key, and a 429 can mean three things.
var (
	// ErrRateLimited is any refusal that waiting cures: it holds for
	// ErrConcurrencyLimit and ErrSystemBusy too.
	ErrRateLimited = errors.New("rate limited")
	// ErrConcurrencyLimit means that the account has too many requests in flight.
	ErrConcurrencyLimit = errors.New("too many requests in flight")
	// ErrSystemBusy means that the vendor is under load.
	ErrSystemBusy = errors.New("system busy")
	// ErrServer is a failure on the vendor's side: 500, 502, 503, 504.
	ErrServer = errors.New("server failure")
	// ErrQuotaExceeded means that the account or the key is out of credits.
	ErrQuotaExceeded = errors.New("quota exceeded")
	// ErrUnauthorized means that the key, or the token in its place, is missing,
	// wrong or revoked.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrMissingPermission means that the key is good but may not do this.
	ErrMissingPermission = errors.New("missing permission")
	// ErrPlanRequired means that the plan does not include this.
	ErrPlanRequired = errors.New("not in this plan")
	// ErrNotFound means that something named in the request does not exist.
	ErrNotFound = errors.New("not found")
	// ErrVoiceNotFound means that the account has no such voice. It is an
	// ErrNotFound.
	ErrVoiceNotFound = fmt.Errorf("voice %w", ErrNotFound)
	// ErrInvalidRequest means that the API refused a value in the request.
	ErrInvalidRequest = errors.New("invalid request")
	// ErrTextTooLong means that the text is longer than the model takes.
	ErrTextTooLong = errors.New("text too long")
	// ErrUnsupportedModel means that the model is unknown or does not take
	// something in the request.
	ErrUnsupportedModel = errors.New("unsupported model")
	// ErrUnusualActivity means that the vendor has flagged the account.
	ErrUnusualActivity = errors.New("unusual activity")
	// ErrBlockedByEdge means that a gateway refused, before the API was reached.
	ErrBlockedByEdge = errors.New("blocked before the API")
)

// What can be wrong with an answer that came, to be asked with [errors.Is].
var (
	// ErrNotAudio means that a 200 carried something else where audio was due.
	ErrNotAudio = errors.New("the answer is not audio")
	// ErrEmptyAudio means that a 200 carried no audio.
	ErrEmptyAudio = errors.New("the audio is empty")
	// ErrTruncated means that an answer ended before it was whole.
	ErrTruncated = errors.New("the answer is cut short")
	// ErrMalformed means that a 200 carried JSON that cannot be understood.
	ErrMalformed = errors.New("the answer is malformed")
	// ErrTooLarge means that an answer is larger than [WithMaxBody] allows.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrRedirected means that the server sent the call to another origin,
	// where the key would go along, or with another method.
	ErrRedirected = errors.New("refused to follow a redirect to another origin or method")
)

// An ArgumentError reports a value that was refused before anything was sent.
type ArgumentError struct {
	// Field is what was wrong, by its name in Go and never by that on the wire:
	// an option (WithVoice), a field of what was given (TTSRequest.Text,
	// DialogueRequest.Inputs[1].VoiceID), an id that is an argument by the field
	// that it is read from (HistoryItem.ID), another argument by its type or its
	// name (Context, rules), or a variable of the environment.
	Field string
	// Reason says what is wrong with it and what would be right.
	Reason string
	// Err is what the API would have answered, such as ErrTextTooLong; nil
	// where no sentinel fits.
	Err error
}

func (e *ArgumentError) Unwrap() error { return e.Err }

func (e *ArgumentError) Error() string {
	return "elevenlabs: " + e.Field + ": " + e.Reason
}

func badArgument(field, format string, args ...any) error {
	return &ArgumentError{Field: field, Reason: fmt.Sprintf(format, args...)}
}

// A TimeoutError reports which limit of [Timeouts] an attempt ran into. It is
// not the caller's deadline: errors.Is(err, context.DeadlineExceeded) is
// false for it.
type TimeoutError struct {
	// Limit is the limit's name: connect, upload, first byte, gap or total.
	Limit string
	// After is the limit's length.
	After time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%s timeout after %v (see Timeouts)", e.Limit, e.After)
}

// Timeout reports true, as net.Error asks of a timeout.
func (e *TimeoutError) Timeout() bool { return true }

// Why a [QueueError] ended a call, to be asked with [errors.Is].
var (
	// ErrQueueFull means that too many calls wait already; see [WithMaxQueue].
	ErrQueueFull = errors.New("the queue is full")
	// ErrWaitTooLong means that a call would have to wait longer than it may,
	// or has waited that long; see [WithMaxWait]. A call whose deadline comes
	// before its turn is told so in advance.
	ErrWaitTooLong = errors.New("the wait for a slot is too long")
)

// Why a call ended that could have been repeated or sent, to be asked with
// [errors.Is].
var (
	// ErrRetryBudget means that the client has made as many retries as it may;
	// see [WithRetryBudget]. The failure is wrapped too.
	ErrRetryBudget = errors.New("the retry budget is spent")
	// ErrCircuitOpen means that the vendor is taken for down; see [WithBreaker].
	// The error is a [BreakerError].
	ErrCircuitOpen = errors.New("the circuit is open")
)

// A BreakerError reports a call that was not sent, or not repeated, because
// the calls before it found the vendor down. Where the call itself has failed
// before, that error is wrapped beside it. It is [ErrCircuitOpen].
type BreakerError struct {
	// Host is what was called.
	Host string
	// Family is the pool of requests in flight, empty for calls that count in
	// none.
	Family Family
	// Failures is how many failures in a row have opened it, as [WithBreaker]
	// counts them.
	Failures int
	// RetryAfter is when the next call will be let through to probe, in whole
	// seconds, at least one.
	RetryAfter time.Duration
	// Cause is the failure that opened the circuit. It is mostly another call's,
	// so it is not wrapped, and what the API said in it is not repeated.
	Cause error
}

func (e *BreakerError) Error() string {
	what := e.Host
	if e.Family != "" {
		what += " for " + string(e.Family)
	}
	cause := fmt.Sprint(e.Cause)
	var api *APIError
	if errors.As(e.Cause, &api) {
		cause = fmt.Sprintf("status %d", api.StatusCode)
	}
	return fmt.Sprintf("%v: %s failed %s in a row, the last with: %s; retry after %v",
		ErrCircuitOpen, what, times(e.Failures, "time", "times"), cause, e.RetryAfter)
}

func (e *BreakerError) Unwrap() error { return ErrCircuitOpen }

// A QueueError reports a call that did not get a slot in time. It was not
// sent. Errors of a whole service for its own clients are best answered with
// 429 or 503 and RetryAfter.
type QueueError struct {
	// Family is the pool of requests in flight.
	Family Family
	// Depth is how many calls wait in it.
	Depth int
	// Position is about the place in line that the call had when it came, in
	// slots and by the order in which calls are served; 1 is next.
	Position int
	// Expected is how long the wait for a slot was expected to be, 0 if that
	// is not known yet.
	Expected time.Duration
	// Waited is how long the call has waited.
	Waited time.Duration
	// RetryAfter is when to try again, in whole seconds, at least one.
	RetryAfter time.Duration
	// Err is ErrQueueFull or ErrWaitTooLong.
	Err error
}

func (e *QueueError) Error() string {
	expected := ""
	if e.Expected > 0 {
		expected = fmt.Sprintf(", expected wait %v", e.Expected.Round(time.Millisecond))
	}
	return fmt.Sprintf("%v: %s has %d waiting, position %d%s, waited %v; retry after %v",
		e.Err, e.Family, e.Depth, e.Position, expected, e.Waited.Round(time.Millisecond), e.RetryAfter)
}

func (e *QueueError) Unwrap() error { return e.Err }

// An AmbiguousError reports a call that was sent and whose answer was lost:
// it may or may not have been carried out, and billed. Text to speech was
// looked for in the account's history, which could not tell; see History. It
// is not retried unless [WithRetryAmbiguous] allows it. A caller who gives up on a call that
// was sent gets one too, which wraps the context's error.
type AmbiguousError struct {
	// Op is the call: TTS, STT, or method and path.
	Op string
	// Meta is what is known of the answer. With a HistoryItemID in it the
	// audio can be fetched from the account's history at no cost, with
	// [Client.HistoryAudio].
	Meta Meta
	// Bytes is how much of the answer's body came, in bytes.
	Bytes int64
	// Err is how the answer was lost.
	Err error
	// History is why the account's history could not tell what became of the
	// call: an APIError with ErrMissingPermission, several items that fit, zero
	// retention, a deadline that is too near. It is nil where the history was not
	// asked. It is not among the errors that AmbiguousError wraps.
	History error
}

func (e *AmbiguousError) Error() string {
	var history string
	if e.History != nil {
		history = "; history cannot tell: " + strings.TrimPrefix(e.History.Error(), "elevenlabs: ")
	}
	return fmt.Sprintf("elevenlabs: %s: the answer was lost and may have been billed: %v%s%s", e.Op, e.Err, e.Meta.suffix(), history)
}

func (e *AmbiguousError) Unwrap() error { return e.Err }

// A PartialError ends a stream that broke after its first audio byte. It is
// never retried: the audio was handed over already.
type PartialError struct {
	// Op is the call.
	Op string
	// Bytes is how much audio was handed over, in bytes.
	Bytes int64
	// Duration is how long that audio lasts, or 0 for a format whose bytes do
	// not tell.
	Duration time.Duration
	// Alignment tells what text that audio covers, and a few characters more; nil
	// without TTSRequest.Timestamps.
	Alignment *Alignment
	// Meta is what is known of the answer.
	Meta Meta
	// Err is why the stream ended.
	Err error
}

func (e *PartialError) Error() string {
	return fmt.Sprintf("elevenlabs: %s: the stream broke after %d bytes (%v of audio): %v%s",
		e.Op, e.Bytes, e.Duration.Round(time.Millisecond), e.Err, e.Meta.suffix())
}

func (e *PartialError) Unwrap() error { return e.Err }

// A ResponseError reports an answer with status 200 that is not what was
// asked for. It wraps ErrNotAudio, ErrEmptyAudio, ErrMalformed, ErrTooLarge, or
// ErrVoiceNotFound where an account has no voice to fall back to.
type ResponseError struct {
	// Op is the call.
	Op string
	// Meta is what is known of the answer.
	Meta Meta
	// Err is what is wrong with it.
	Err error
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("elevenlabs: %s: %v%s", e.Op, e.Err, e.Meta.suffix())
}

func (e *ResponseError) Unwrap() error { return e.Err }

// opError adds the call's name to an error that has none: a context's, a
// transport's.
type opError struct {
	op   string
	what string
	err  error
}

func (e *opError) Error() string {
	cause := strings.TrimPrefix(e.err.Error(), "elevenlabs: ") // said already
	if e.what == "" {
		return fmt.Sprintf("elevenlabs: %s: %s", e.op, cause)
	}
	return fmt.Sprintf("elevenlabs: %s: %s: %s", e.op, e.what, cause)
}

func (e *opError) Unwrap() error { return e.err }

// RetryAfter returns when a call that failed with err is worth another try, for
// the Retry-After header of a service's own 503 or 429: where a [QueueError] or
// a [BreakerError] says so, or an [APIError] with which the API did. Otherwise
// ok is false.
func RetryAfter(err error) (after time.Duration, ok bool) {
	var (
		queue   *QueueError
		breaker *BreakerError
		api     *APIError
	)
	switch {
	case errors.As(err, &queue):
		after = queue.RetryAfter
	case errors.As(err, &breaker):
		after = breaker.RetryAfter
	case errors.As(err, &api):
		after = api.RetryAfter
	}
	return after, after > 0
}
