package elevenlabs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/elevenlabs-go/elevenlabs/internal/envelope"
	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// A SocketError is how a socket ended that nobody here has closed: an error
// that the API sent as a message, a close frame, or a connection that broke.
// What it stands for is asked with [errors.Is] and the sentinels of this
// package, as of an [APIError].
type SocketError struct {
	// Op is the call, such as STT session.
	Op string
	// Type is what the message called the error, such as auth_error; empty
	// without one.
	Type string
	// Message is its text, for people.
	Message string
	// Code is that of the close frame, 1006 if the connection ended without one,
	// and 0 if it has not ended.
	Code int
	// Reason is that of the close frame.
	Reason string
	// Limit is the number of sessions that a refusal for too many says the account
	// allows, 0 if it does not say.
	Limit int
	// Unspoken is the text of a [TTSSession] that no audio has come of. It is not
	// in the error's own text.
	Unspoken string
	// Err is the network's, or why this side gave up; nil with a close frame.
	Err error
}

func (e *SocketError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "elevenlabs: %s: ", e.Op)
	if e.Type != "" || e.Message != "" {
		b.WriteString(strings.Trim(e.Type+": "+e.Message, ": .") + "; ")
	}
	switch {
	case e.Err != nil && e.Code == 0:
		b.WriteString(strings.TrimPrefix(e.Err.Error(), "elevenlabs: "))
	case e.Err != nil:
		fmt.Fprintf(&b, "the connection broke: %v", e.Err)
	case e.Reason != "" && e.Reason != e.Type:
		fmt.Fprintf(&b, "closed with %d %s", e.Code, e.Reason)
	default:
		fmt.Fprintf(&b, "closed with %d", e.Code)
	}
	return b.String()
}

func (e *SocketError) Unwrap() error { return e.Err }

// Is reports whether target is the sentinel, or one of the sentinels, that the
// error stands for.
func (e *SocketError) Is(target error) bool {
	api := APIError{kind: e.meaning(), Code: e.Type}
	return api.kind != kindUnknown && api.Is(target)
}

// socketKinds maps the errors that come as messages to their meaning. Those
// that mean nothing but that the session is over are not in it.
//
// Source: the vendor's event reference of July 2026, its reference of the
// dialogue sockets, and its errors page for the codes that come with a status
// elsewhere, which there is none of here.
var socketKinds = map[string]kind{
	"auth_error":              kindAuth,
	"invalid_token":           kindAuth, // the emulator's: the vendor's is not told
	"authentication_required": kindAuth,
	"unauthorized":            kindAuth,
	"forbidden":               kindPermission,
	"quota_exceeded":          kindQuota,
	"rate_limited":            kindRate,
	"queue_overflow":          kindBusy,
	"resource_exhausted":      kindBusy,
	"transcriber_error":       kindServer,
	"error":                   kindServer,
	"unaccepted_terms":        kindPermission,
	"unaccepted_terms_error":  kindPermission,
	"input_error":             kindInvalid,
	"invalid_request":         kindInvalid,
	"chunk_size_exceeded":     kindInvalid,
	"bad_request":             kindInvalid,
	"malformed_json":          kindInvalid,
	"missing_required_field":  kindInvalid,
	"invalid_text":            kindInvalid,
	"empty_text":              kindInvalid,
	"text_too_short":          kindInvalid,
	"invalid_voice_settings":  kindInvalid,
	"invalid_voice_id":        kindInvalid,
}

func (e *SocketError) meaning() kind {
	if e.Limit > 0 {
		return kindConcurrency
	}
	if k, ok := socketKinds[e.Type]; ok {
		return k
	}
	return kindOf(0, envelope.Envelope{Code: e.Type})
}

// closedBy adds how the socket has ended.
func (e *SocketError) closedBy(err error) {
	var told *socket.CloseError
	if errors.As(err, &told) {
		e.Code, e.Reason, err = told.Code, told.Reason, told.Err
	}
	e.Err = err
}
