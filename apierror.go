package elevenlabs

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/envelope"
	"github.com/elevenlabs-go/elevenlabs/internal/retryafter"
)

// An APIError is the API's own refusal or failure of a call. What it stands
// for is asked with [errors.Is] and the sentinels of this package.
type APIError struct {
	// Op is the call: TTS, STT, or method and path.
	Op string
	// StatusCode is the HTTP status. It says less than Code.
	StatusCode int
	// Type, Code and Status are what the body calls the error. Code is the
	// current name, Status the older one; either may be empty.
	Type, Code, Status string
	// Message is the body's text, for people.
	Message string
	// Param is the parameter the API points at, if it does.
	Param string
	// Fields lists what a schema refusal (422) found wrong.
	Fields []InvalidField
	// DocsURL is a page of the vendor on this error.
	DocsURL string
	// RequestID is the id the vendor's support asks for.
	RequestID string
	// TraceID is the x-trace-id header, and Region the x-region header.
	TraceID, Region string
	// RetryAfter is how long the API asked to wait, 0 if it did not.
	RetryAfter time.Duration
	// Limit is the number of requests in flight that a concurrency refusal
	// says the account allows, 0 if it does not say.
	Limit int
	// Quota is what a quota refusal says of the credits, nil if it does not.
	Quota *Quota
	// Attempts is how often the call was sent.
	Attempts int

	kind kind
}

// An InvalidField is one finding of a schema refusal.
type InvalidField struct {
	// Path is the place of the field, such as body.voice_settings.stability.
	Path string
	// Type is the kind of finding, such as less_than_equal.
	Type string
	// Message says what was expected.
	Message string
}

// Quota is what a refusal for lack of credits says, in credits. A number it
// does not tell is 0.
type Quota struct {
	Limit, Remaining, Required int
}

func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "elevenlabs: %s: %d", e.Op, e.StatusCode)
	if name := e.name(); name != "" {
		b.WriteString(" " + name)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, "; retry after %v", e.RetryAfter)
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID)
		if e.Attempts > 1 {
			fmt.Fprintf(&b, ", %d attempts", e.Attempts)
		}
		b.WriteString(")")
	}
	return b.String()
}

// name is the shortest thing that tells the error apart.
func (e *APIError) name() string {
	switch {
	case e.Code != "":
		return e.Code
	case e.Status != "":
		return e.Status
	}
	return http.StatusText(e.StatusCode)
}

// Is reports whether target is the sentinel, or one of the sentinels, that the
// error stands for.
func (e *APIError) Is(target error) bool {
	k := e.meaning()
	switch target {
	case ErrRateLimited:
		return k == kindConcurrency || k == kindBusy || k == kindRate
	case ErrConcurrencyLimit:
		return k == kindConcurrency
	case ErrSystemBusy:
		return k == kindBusy
	case ErrServer:
		return k == kindServer
	case ErrQuotaExceeded:
		return k == kindQuota
	case ErrUnauthorized:
		return k == kindAuth
	case ErrMissingPermission:
		return k == kindPermission
	case ErrPlanRequired:
		return k == kindPlan
	case ErrNotFound:
		return k == kindNotFound
	case ErrVoiceNotFound:
		return e.Code == "voice_not_found" || e.Status == "voice_not_found"
	case ErrInvalidRequest:
		return k == kindInvalid || k == kindTooLong || k == kindModel
	case ErrTextTooLong:
		return k == kindTooLong
	case ErrUnsupportedModel:
		return k == kindModel
	case ErrUnusualActivity:
		return k == kindAbuse
	case ErrBlockedByEdge:
		return k == kindEdge
	}
	return false
}

// meaning is the kind that was found when the error was read, or that the
// fields of one made by hand tell.
func (e *APIError) meaning() kind {
	if e.kind != kindUnknown {
		return e.kind
	}
	return kindOf(e.StatusCode, envelope.Envelope{Code: e.Code, Status: e.Status})
}

// LogValue returns the parts an operator searches by.
func (e *APIError) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("op", e.Op),
		slog.Int("status", e.StatusCode),
		slog.String("code", e.name()),
		slog.String("message", e.Message),
		slog.String("request_id", e.RequestID),
	)
}

// kind is what an error body means for what to do next.
type kind int

const (
	kindUnknown kind = iota
	kindConcurrency
	kindBusy
	kindRate
	kindServer
	kindQuota
	kindAuth
	kindPermission
	kindPlan
	kindNotFound
	kindConflict
	kindInvalid
	kindTooLong
	kindModel
	kindAbuse
	kindEdge
)

// kinds maps the codes and statuses of error bodies to their meaning. Names
// that mean nothing by themselves ("unauthorized" is a wrong key as well as a
// missing permission) are left out, so that the other name decides.
//
// Source: the vendor's errors page of 2026 and the older one of 2025, and live
// answers of August and September 2026.
var kinds = map[string]kind{
	"concurrent_limit_exceeded":         kindConcurrency,
	"too_many_concurrent_requests":      kindConcurrency,
	"system_busy":                       kindBusy,
	"rate_limit_exceeded":               kindRate,
	"internal_error":                    kindServer,
	"service_unavailable":               kindServer,
	"maintenance":                       kindServer,
	"quota_exceeded":                    kindQuota,
	"insufficient_credits":              kindQuota,
	"invalid_api_key":                   kindAuth,
	"missing_api_key":                   kindAuth,
	"needs_authorization":               kindAuth,
	"invalid_authorization_header":      kindAuth,
	"sign_in_required":                  kindAuth,
	"missing_permissions":               kindPermission,
	"insufficient_permissions":          kindPermission,
	"workspace_access_denied":           kindPermission,
	"voice_access_denied":               kindPermission,
	"model_access_denied":               kindPermission,
	"subscription_required":             kindPlan,
	"paid_plan_required":                kindPlan,
	"output_format_not_allowed":         kindPlan,
	"only_for_creator+":                 kindPlan,
	"feature_not_available":             kindPlan,
	"can_not_use_instant_voice_cloning": kindPlan,
	"not_found_error":                   kindNotFound,
	"conflict":                          kindConflict,
	"text_too_long":                     kindTooLong,
	"max_character_limit_exceeded":      kindTooLong,
	"unsupported_model":                 kindModel,
	"model_not_found":                   kindModel,
	"detected_unusual_activity":         kindAbuse,
	"invalid_output_format":             kindInvalid,
	"invalid_parameters":                kindInvalid,
}

// kindOf tells what an answer means: by its code, then by its older status,
// and by HTTP status last.
func kindOf(httpStatus int, env envelope.Envelope) kind {
	for _, name := range []string{env.Code, env.Status} {
		if k, ok := kinds[name]; ok {
			return k
		}
		if strings.HasSuffix(name, "_not_found") {
			return kindNotFound
		}
	}
	if env.HTML && httpStatus < 500 && httpStatus != http.StatusTooManyRequests {
		return kindEdge
	}
	switch httpStatus {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return kindInvalid
	case http.StatusUnauthorized:
		return kindAuth
	case http.StatusPaymentRequired:
		return kindQuota
	case http.StatusForbidden:
		return kindPermission
	case http.StatusNotFound:
		return kindNotFound
	case http.StatusConflict:
		return kindConflict
	case http.StatusTooManyRequests:
		return kindRate
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return kindServer
	}
	return kindUnknown
}

// newAPIError makes the error of an answer whose status is not 2xx from as
// much of its body as was read. No secret is left in what it is given.
func newAPIError(op string, resp *http.Response, meta Meta, body []byte) *APIError {
	env := envelope.Decode(body)
	e := &APIError{
		Op: op, StatusCode: resp.StatusCode,
		Type: env.Type, Code: env.Code, Status: env.Status,
		Message: env.Message, Param: env.Param, DocsURL: env.DocsURL,
		RequestID: cmp.Or(env.RequestID, meta.TraceID, meta.RequestID),
		TraceID:   meta.TraceID, Region: meta.Region, Attempts: meta.Attempts,
		kind: kindOf(resp.StatusCode, env),
	}
	for _, f := range env.Fields {
		e.Fields = append(e.Fields, InvalidField{Path: f.Path, Type: f.Type, Message: f.Message})
	}
	e.RetryAfter, _ = retryafter.Parse(first(resp.Header, "Retry-After"), time.Now())
	switch e.kind {
	case kindConcurrency:
		e.Limit = number(limitInText, e.Message)
	case kindQuota:
		e.Quota = quotaIn(e.Message)
	}
	return e
}

// The numbers that stand in messages only. A message without them is no error.
var (
	limitInText     = regexp.MustCompile(`maximum of (\d{1,9}) concurrent requests`)
	quotaInText     = regexp.MustCompile(`quota of (\d{1,18})`)
	remainingInText = regexp.MustCompile(`have (\d{1,18}) credits remaining`)
	requiredInText  = regexp.MustCompile(`(\d{1,18}) credits are required`)
)

func number(re *regexp.Regexp, s string) int {
	m := re.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func quotaIn(s string) *Quota {
	q := Quota{Limit: number(quotaInText, s), Remaining: number(remainingInText, s), Required: number(requiredInText, s)}
	if q == (Quota{}) {
		return nil
	}
	return &q
}
