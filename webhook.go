package elevenlabs

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader is the header that carries a webhook's signature.
const SignatureHeader = "ElevenLabs-Signature"

// Why a delivery to a webhook is not believed, to be asked with [errors.Is].
var (
	// ErrWebhookSignature means that the signature is missing, unreadable, or
	// made with none of the secrets over this body.
	ErrWebhookSignature = errors.New("the webhook's signature is not valid")
	// ErrWebhookTime means that the delivery was signed too long ago, or too far
	// in the future: it may be an old one that somebody plays again.
	ErrWebhookTime = errors.New("the webhook's time is too far from now")
)

// A WebhookEvent is what was delivered to a webhook.
type WebhookEvent struct {
	// Type is speech_to_text_transcription, or another that this package does
	// not know.
	Type string
	// Time is when it happened, zero if not told.
	Time time.Time
	// RequestID is the one that [Client.SubmitSTT] was answered with.
	RequestID string
	// TranscriptionID names the transcript in the account, if told.
	TranscriptionID string
	// Metadata is STTRequest.WebhookMetadata in JSON, nil if none was sent.
	Metadata json.RawMessage
	// Transcript is set if Type is speech_to_text_transcription.
	Transcript *Transcript
	// Raw is the whole body.
	Raw []byte
}

const (
	transcriptionEvent = "speech_to_text_transcription"
	defaultTolerance   = 30 * time.Minute
)

// VerifyWebhook checks a delivery to a webhook and reads it. It takes the
// value of [SignatureHeader], the body byte for byte, and the webhook's secrets
// as the vendor showed them, several while one replaces another. It is for
// those who cannot use a [WebhookHandler], which also sorts out repeated
// deliveries. Signatures older than 30 minutes, or as far in the future, are
// refused.
//
// Errors are [ErrWebhookSignature], [ErrWebhookTime], [ErrMalformed] for a
// delivery that is signed but cannot be read, and [ArgumentError].
//
// Source: the vendor's SDKs for the signature, its webhooks page of 2025 for
// the body.
func VerifyWebhook(signature string, body []byte, secrets ...string) (*WebhookEvent, error) {
	if err := checkSecrets("secrets", secrets); err != nil {
		return nil, err
	}
	event, err := verifyWebhook(signature, body, secrets, defaultTolerance)
	if err != nil {
		return nil, fmt.Errorf("elevenlabs: %w", err)
	}
	return event, nil
}

func checkSecrets(field string, secrets []string) error {
	if len(secrets) == 0 {
		return badArgument(field, "there is no secret")
	}
	for _, s := range secrets {
		if strings.TrimSpace(s) == "" {
			return badArgument(field, "a secret is blank")
		}
	}
	return nil
}

func verifyWebhook(signature string, body []byte, secrets []string, tolerance time.Duration) (*WebhookEvent, error) {
	s, err := parseSignature(signature)
	switch {
	case err != nil:
		return nil, err
	case !s.fresh(tolerance):
		return nil, ErrWebhookTime
	case !s.covers(body, secrets):
		return nil, ErrWebhookSignature
	}
	return parseEvent(body)
}

// A webhookSignature is the header, taken apart: t=<unix seconds>,v0=<hex>,
// with more than one v0 while a secret is replaced.
type webhookSignature struct {
	stamp string // as it was signed
	at    time.Time
	sums  [][]byte
}

func parseSignature(header string) (webhookSignature, error) {
	var s webhookSignature
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil || s.stamp != "" {
				return s, fmt.Errorf("%w: its time is unreadable", ErrWebhookSignature)
			}
			s.stamp, s.at = value, time.Unix(seconds, 0)
		case "v0":
			if sum, err := hex.DecodeString(value); err == nil && len(sum) == sha256.Size {
				s.sums = append(s.sums, sum)
			}
		}
	}
	if s.stamp == "" || s.sums == nil {
		return s, fmt.Errorf("%w: it is missing or has another form", ErrWebhookSignature)
	}
	return s, nil
}

// fresh reports whether the signature is about as old as a delivery may be.
func (s *webhookSignature) fresh(tolerance time.Duration) bool {
	now := time.Now()
	return !s.at.Before(now.Add(-tolerance)) && !s.at.After(now.Add(tolerance))
}

// covers reports whether the signature was made with one of the secrets. It
// takes the same time whichever it is.
func (s *webhookSignature) covers(body []byte, secrets []string) bool {
	found := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(s.stamp + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for _, sum := range s.sums {
			found = hmac.Equal(want, sum) || found
		}
	}
	return found
}

// parseEvent reads a body. Of a type that is not known nothing but the type
// has to make sense.
func parseEvent(body []byte) (*WebhookEvent, error) {
	var event struct {
		Type string          `json:"type"`
		Time json.RawMessage `json:"event_timestamp"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if event.Type == "" {
		return nil, fmt.Errorf("%w: an event without a type", ErrMalformed)
	}
	e := &WebhookEvent{Type: event.Type, Time: eventTime(event.Time), Raw: body}
	var data struct {
		RequestID       string          `json:"request_id"`
		TranscriptionID string          `json:"transcription_id"`
		Metadata        json.RawMessage `json:"webhook_metadata"`
		Transcription   json.RawMessage `json:"transcription"`
	}
	err := json.Unmarshal(event.Data, &data)
	e.RequestID, e.TranscriptionID = data.RequestID, data.TranscriptionID
	if string(data.Metadata) != "null" {
		e.Metadata = data.Metadata
	}
	if event.Type != transcriptionEvent {
		return e, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if e.Transcript, err = decodeTranscript(data.Transcription); err != nil {
		return nil, err
	}
	if e.TranscriptionID == "" {
		e.TranscriptionID = e.Transcript.TranscriptionID
	}
	return e, nil
}

// eventTime reads seconds since 1970, a number or the text of one: the vendor's
// pages have both.
func eventTime(raw json.RawMessage) time.Time {
	seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || !(math.Abs(seconds) < 1<<53) {
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9))
}
