package elevenlabs

import (
	"context"
	"net/http"
)

// Transcript returns a transcript that the account keeps, by its
// TranscriptionID. It costs nothing and takes no slot. One that is not made
// yet, or was deleted, is [ErrNotFound].
//
// Source: GET /v1/speech-to-text/transcripts/{transcription_id} in the OpenAPI
// document.
func (c *Client) Transcript(ctx context.Context, id string, opts ...CallOption) (*Transcript, error) {
	if err := checkID("Transcript.TranscriptionID", id); err != nil {
		return nil, err
	}
	return c.transcript(ctx, Call{Op: "Transcript", Method: http.MethodGet, Path: transcriptPath(id)}, opts)
}

// DeleteTranscript deletes a transcript that the account keeps. One that is
// not there is [ErrNotFound].
//
// Source: DELETE /v1/speech-to-text/transcripts/{transcription_id} in the
// OpenAPI document.
func (c *Client) DeleteTranscript(ctx context.Context, id string, opts ...CallOption) error {
	if err := checkID("Transcript.TranscriptionID", id); err != nil {
		return err
	}
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return err
	}
	call := Call{Op: "Delete transcript", Method: http.MethodDelete, Path: transcriptPath(id)}
	// The specification leaves open what the answer is.
	_, err = answerOf(ctx, c, call, cfg, func([]byte, Meta) (struct{}, error) { return struct{}{}, nil })
	return err
}

// transcriptPath needs no escaping: checkID lets nothing pass that does.
func transcriptPath(id string) string { return "/v1/speech-to-text/transcripts/" + id }

// transcript performs a call that is answered with a transcript.
func (c *Client) transcript(ctx context.Context, call Call, opts []CallOption) (*Transcript, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, meta Meta) (*Transcript, error) {
		t, err := decodeTranscript(data)
		if err != nil {
			return nil, err
		}
		t.Meta = meta
		return t, nil
	})
}
