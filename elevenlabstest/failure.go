package elevenlabstest

import (
	"fmt"
	"net/http"
)

// A failure is an answer other than 2xx, in one of the vendor's body shapes.
type failure struct {
	http    int
	kind    string // detail.type
	code    string // detail.code
	status  string // detail.status, the older code
	message string
	param   string
	docsURL string

	legacy bool // only status and message, as older endpoints answer
	pair   bool // only error and message, and no detail around them
	detail any  // replaces the whole detail: the list of a 422, the text of a 404
}

// envelope is detail as the vendor sends it today.
type envelope struct {
	Type      string `json:"type,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message"`
	Status    string `json:"status"`
	RequestID string `json:"request_id,omitempty"`
	Param     string `json:"param,omitempty"`
	DocsURL   string `json:"docs_url,omitempty"`
}

// body returns what is sent: request_id always equals the x-trace-id header.
func (f *failure) body(trace string) any {
	if f.pair {
		return map[string]any{"error": f.code, "message": f.message}
	}
	detail := f.detail
	switch {
	case detail != nil:
	case f.legacy:
		detail = envelope{Status: f.status, Message: f.message}
	default:
		detail = envelope{
			Type: f.kind, Code: f.code, Message: f.message, Status: f.status,
			RequestID: trace, Param: f.param, DocsURL: f.docsURL,
		}
	}
	return map[string]any{"detail": detail}
}

func plainFailure(status int) *failure {
	return &failure{http: status, detail: http.StatusText(status)}
}

func schemaFailure(problems []problem) *failure {
	return &failure{http: http.StatusUnprocessableEntity, detail: problems}
}

// invalid is a request that breaks a rule the schema cannot tell.
func invalid(code, status, format string, args ...any) *failure {
	return &failure{
		http: http.StatusBadRequest, kind: "validation_error",
		code: code, status: status, message: fmt.Sprintf(format, args...),
	}
}

func unauthorized(status, message string) *failure {
	return &failure{
		http: http.StatusUnauthorized, kind: "authentication_error",
		code: "unauthorized", status: status, message: message,
	}
}

// notFound is seen with 404 and with 400, by endpoint.
func notFound(status int, code, format string, args ...any) *failure {
	return &failure{
		http: status, kind: "not_found", code: code, status: code,
		message: fmt.Sprintf(format, args...),
	}
}

func quotaExceeded(quota, left, needed int) *failure {
	return &failure{
		// The type does not fit the status; the vendor sends it so.
		http: http.StatusUnauthorized, kind: "invalid_request",
		code: "quota_exceeded", status: "quota_exceeded",
		message: fmt.Sprintf("This request exceeds your quota of %d. You have %d credits remaining, "+
			"while %d credits are required for this request.", quota, left, needed),
	}
}

func concurrencyExceeded(limit int) *failure {
	return &failure{
		http: http.StatusTooManyRequests, kind: "rate_limit_error",
		code: "concurrent_limit_exceeded", status: "too_many_concurrent_requests",
		message: fmt.Sprintf("Too many concurrent requests. Your current subscription is associated "+
			"with a maximum of %d concurrent requests (running in parallel). This is done such that a "+
			"single user does not overwhelm our systems and affect other users negatively. Please "+
			"upgrade your subscription or contact sales if you want to increase this limit.", limit),
		docsURL: "https://elevenlabs.io/docs/eleven-api/resources/errors#rate-limiting-and-concurrency",
	}
}

func systemBusy() *failure {
	return &failure{
		http: http.StatusTooManyRequests, legacy: true, status: "system_busy",
		message: "We are sorry, the system is experiencing heavy traffic, please try again. " +
			"Higher subscriptions have higher priority.",
	}
}

// notImplemented is the emulator's own: the vendor would have served it.
func notImplemented(format string, args ...any) *failure {
	return &failure{
		http: http.StatusNotImplemented, kind: "emulator_error",
		code: "not_implemented", status: "not_implemented",
		message: "The emulator " + fmt.Sprintf(format, args...),
	}
}
