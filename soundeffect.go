package elevenlabs

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// A SoundEffectRequest is everything that can be asked of sound generation.
// Only Text is required. A field at its zero value is left out of the request,
// so that the server's default holds.
//
// Source: POST /v1/sound-generation in the OpenAPI document.
type SoundEffectRequest struct {
	// Text describes the sound: not blank, valid UTF-8.
	Text string
	// Duration is how long the sound is, from 0.5 to 30 seconds. Default: as the
	// text suggests.
	Duration time.Duration
	// Loop makes a sound whose end runs into its start. Default false.
	Loop bool
	// PromptInfluence is from 0 to 1; high keeps closer to the text. Vendor's
	// default 0.3.
	PromptInfluence *float64
	// ModelID is the model. Default: the vendor's, eleven_text_to_sound_v2.
	ModelID string
	// Format is how the audio is encoded; WAV is not offered. Default: the
	// client's, else FormatMP3_44100_128.
	Format Format
	// Extra adds fields that this package does not know to the JSON body.
	Extra map[string]any
}

// SoundEffect makes a sound from its description and returns the whole audio.
// The answer tells what it cost and nothing else: Meta has neither a RequestID
// nor a HistoryItemID, and no InUse or Limit.
//
// Errors are as of [Client.Dialogue]. Sounds are not in the account's history.
func (c *Client) SoundEffect(ctx context.Context, req SoundEffectRequest, opts ...CallOption) (*Speech, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	req.Format = cmp.Or(req.Format, c.tts.Format, defaultFormat)
	call, err := req.call()
	if err != nil {
		return nil, err
	}
	return c.speech(ctx, call, cfg, req.Format)
}

func (r *SoundEffectRequest) call() (Call, error) {
	if err := r.validate(); err != nil {
		return Call{}, err
	}
	body, err := r.body()
	if err != nil {
		return Call{}, err
	}
	return Call{
		Op: "Sound effect", Method: http.MethodPost, Path: "/v1/sound-generation",
		Body: body, rawQuery: audioQuery(r.Format, false, nil),
		Family: FamilyStandard, Weight: 1, model: r.ModelID,
	}, nil
}

func (r *SoundEffectRequest) validate() error {
	const shortest, longest = time.Second / 2, 30 * time.Second
	if err := checkText("SoundEffectRequest.Text", r.Text); err != nil {
		return err
	}
	if err := checkNames("SoundEffectRequest.ModelID", r.ModelID, "SoundEffectRequest.Format", string(r.Format)); err != nil {
		return err
	}
	switch {
	case r.Duration != 0 && (r.Duration < shortest || r.Duration > longest):
		return badArgument("SoundEffectRequest.Duration", "%v is not from %v to %v", r.Duration, shortest, longest)
	case outside(r.PromptInfluence, 0, 1):
		return badArgument("SoundEffectRequest.PromptInfluence", "%v is not from 0 to 1", *r.PromptInfluence)
	case r.Format.is(audio.WAV):
		return badArgument("SoundEffectRequest.Format", "%s is not offered for sounds; use pcm of the same rate", r.Format)
	}
	return nil
}

// soundBody is the JSON of a request.
type soundBody struct {
	Text            string   `json:"text"`
	Loop            bool     `json:"loop,omitempty"`
	Duration        *float64 `json:"duration_seconds,omitempty"`
	PromptInfluence *float64 `json:"prompt_influence,omitempty"`
	ModelID         string   `json:"model_id,omitempty"`
}

func (r *SoundEffectRequest) body() (Body, error) {
	known := soundBody{Text: r.Text, Loop: r.Loop, PromptInfluence: r.PromptInfluence, ModelID: r.ModelID}
	if r.Duration > 0 {
		known.Duration = Ptr(r.Duration.Seconds())
	}
	return jsonBody("SoundEffectRequest", &known, r.Extra)
}
