package elevenlabs

import (
	"context"
	"net/http"
)

// An IsolationRequest is everything that can be asked of audio isolation: a
// recording with all but the speech taken out. Only Audio is required.
//
// Source: POST /v1/audio-isolation in the OpenAPI document; the limits from the
// vendor's pages of August 2025.
type IsolationRequest struct {
	// Audio is the recording, up to 500 MB and one hour. It cannot be a URL.
	Audio AudioSource `json:"audio"`
	// FileFormat is pcm_s16le_16 for raw 16 kHz mono samples without a header,
	// which is faster. Default other.
	FileFormat string `json:"file_format,omitempty"`
	// PreviewB64 is a picture that goes with the recording, in base64. Not for
	// streams.
	PreviewB64 string `json:"preview_b64,omitempty"`
	// Extra adds form fields that this package does not know.
	Extra map[string]string `json:"-"`
}

// Isolate takes all but the speech out of a recording and returns the whole
// audio. Its format cannot be chosen; it is MP3. The upload is streamed in
// constant memory.
//
// Errors are as of [Client.Dialogue]. Isolated audio is not in the account's
// history.
func (c *Client) Isolate(ctx context.Context, req IsolationRequest, opts ...CallOption) (*Speech, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	call, err := req.call("Isolation", "")
	if err != nil {
		return nil, err
	}
	return c.speech(ctx, call, cfg, defaultFormat)
}

// IsolateStream takes all but the speech out of a recording and returns as
// soon as the first audio has come. It is to [Client.Isolate] what
// [Client.SynthesizeStream] is to Synthesize.
func (c *Client) IsolateStream(ctx context.Context, req IsolationRequest, opts ...CallOption) (*SpeechStream, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	if req.PreviewB64 != "" {
		return nil, badArgument("IsolationRequest.PreviewB64", "is not for streams")
	}
	call, err := req.call("Isolation stream", "/stream")
	if err != nil {
		return nil, err
	}
	return c.speechStream(ctx, call, cfg, defaultFormat)
}

func (r *IsolationRequest) call(op, endpoint string) (Call, error) {
	if err := checkNames("IsolationRequest.FileFormat", r.FileFormat); err != nil {
		return Call{}, err
	}
	if err := r.Audio.checkSamples("IsolationRequest", r.FileFormat); err != nil {
		return Call{}, err
	}
	form := uploadRequest{name: "IsolationRequest", fields: r, file: "audio", audio: r.Audio, extra: r.Extra}
	body, src, err := form.body()
	if err != nil {
		return Call{}, err
	}
	return Call{
		Op: op, Method: http.MethodPost, Path: "/v1/audio-isolation" + endpoint, Body: body,
		Family: FamilyStandard, Weight: 1,
		firstByte: sttPatience(src.plays(r.FileFormat), src.Size),
	}, nil
}
