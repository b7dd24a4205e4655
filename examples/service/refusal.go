package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/elevenlabs-go/elevenlabs"
)

// A refusal is an error that a user of the service is shown. Its words are
// ours: what the vendor says is for the log.
type refusal struct {
	Status  int    `json:"-"`
	Message string `json:"error"`
	Reason  string `json:"reason,omitempty"`
}

func badRequest(message string) refusal {
	return refusal{Status: http.StatusBadRequest, Message: message}
}

func (s *service) refuse(w http.ResponseWriter, r refusal) { answer(w, r.Status, r) }

// tooLargeOr is for errors of reading a body.
func tooLargeOr(err error, other refusal) refusal {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return refusal{Status: http.StatusRequestEntityTooLarge, Message: "the body is too large"}
	}
	return other
}

// fault returns what the user has done wrong, or nil for an error that is not
// the user's. A voice is the user's fault only if the user chose it.
func fault(err error, choseVoice bool) *refusal {
	var wrong *elevenlabs.ArgumentError
	is := func(targets ...error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
	var message string
	switch {
	case is(elevenlabs.ErrTextTooLong):
		message = "the text is too long"
	case choseVoice && is(elevenlabs.ErrVoiceNotFound):
		message = "there is no such voice"
	case is(elevenlabs.ErrUnsupportedModel):
		return nil // the model is our choice
	case is(elevenlabs.ErrInvalidRequest), errors.As(err, &wrong):
		message = "this cannot be processed"
	default:
		return nil
	}
	r := badRequest(message)
	return &r
}

// reasons are the codes that a user is told instead of an error. The first
// that fits counts.
var reasons = []struct {
	err  error
	code string
}{
	{elevenlabs.ErrQuotaExceeded, "quota_exceeded"},
	{elevenlabs.ErrRateLimited, "busy"},
	{elevenlabs.ErrServer, "vendor_failure"},
	{elevenlabs.ErrUnauthorized, "misconfigured"},
	{elevenlabs.ErrMissingPermission, "misconfigured"},
	{elevenlabs.ErrPlanRequired, "misconfigured"},
	{elevenlabs.ErrNotFound, "misconfigured"},
	{elevenlabs.ErrVoiceNotFound, "misconfigured"},
	{elevenlabs.ErrUnsupportedModel, "misconfigured"},
	{context.DeadlineExceeded, "timeout"},
}

// reason names why there is no speech.
func reason(err error) string {
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.code
		}
	}
	return "unavailable"
}
