package elevenlabs

import (
	"cmp"
	"context"
	"net/http"
)

const defaultVoiceChangeModel = "eleven_english_sts_v2"

// A VoiceChangeRequest is everything that can be asked of the voice changer
// (speech to speech): a recording spoken again by another voice. Only Audio is
// required. A field at its zero value is left out of the request, so that the
// server's default holds, but for VoiceID, Format and VoiceSettings, which the
// client's own defaults fill in.
//
// Source: POST /v1/speech-to-speech/{voice_id} in the OpenAPI document.
type VoiceChangeRequest struct {
	// Audio is the recording. It cannot be a URL.
	Audio AudioSource `json:"audio"`
	// VoiceID is who speaks it again. Default: the client's, see [WithVoice].
	VoiceID string `json:"-"`
	// ModelID is a model that converts voices, such as
	// eleven_multilingual_sts_v2. Default eleven_english_sts_v2.
	ModelID string `json:"model_id"`
	// Format is how the result is encoded; WAV is not for streams. Default: the
	// client's, else FormatMP3_44100_128.
	Format Format `json:"-"`
	// VoiceSettings overrides the settings stored with the voice.
	VoiceSettings *VoiceSettings `json:"voice_settings,omitempty"`
	// Seed makes the result repeatable, as far as the model can.
	Seed *uint32 `json:"seed,omitempty"`
	// RemoveBackgroundNoise isolates the voice first. Default false.
	RemoveBackgroundNoise bool `json:"remove_background_noise,omitempty"`
	// FileFormat is pcm_s16le_16 for raw 16 kHz mono samples without a header,
	// which is faster. Default other.
	FileFormat string `json:"file_format,omitempty"`
	// ZeroRetention asks the vendor to keep nothing (enable_logging=false).
	// Accounts without that right are ignored silently: see
	// Meta.RetentionIgnored.
	ZeroRetention bool `json:"-"`
	// OptimizeStreamingLatency trades quality for latency, 0 to 4.
	//
	// Deprecated: by the vendor.
	OptimizeStreamingLatency *int `json:"-"`
	// Extra adds form fields that this package does not know.
	Extra map[string]string `json:"-"`
}

// ConvertVoice has a recording spoken again by another voice and returns the
// whole audio. The upload is streamed in constant memory.
//
// Errors are as of [Client.Dialogue].
func (c *Client) ConvertVoice(ctx context.Context, req VoiceChangeRequest, opts ...CallOption) (*Speech, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	call, format, err := c.voiceChangeCall(ctx, req, cfg, false)
	if err != nil {
		return nil, err
	}
	return c.speech(ctx, call, cfg, format)
}

// ConvertVoiceStream has a recording spoken again by another voice and returns
// as soon as the first audio has come. It is to [Client.ConvertVoice] what
// [Client.SynthesizeStream] is to Synthesize.
func (c *Client) ConvertVoiceStream(ctx context.Context, req VoiceChangeRequest, opts ...CallOption) (*SpeechStream, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	call, format, err := c.voiceChangeCall(ctx, req, cfg, true)
	if err != nil {
		return nil, err
	}
	return c.speechStream(ctx, call, cfg, format)
}

// voiceChangeCall checks a request, fills in the client's defaults and
// describes the call.
func (c *Client) voiceChangeCall(ctx context.Context, req VoiceChangeRequest, cfg callConfig, stream bool) (Call, Format, error) {
	req = req.over(c.tts)
	if err := req.validate(stream); err != nil {
		return Call{}, "", err
	}
	form := uploadRequest{name: "VoiceChangeRequest", fields: &req, file: "audio", audio: req.Audio, extra: req.Extra}
	body, src, err := form.body()
	if err != nil {
		return Call{}, "", err
	}
	if req.VoiceID == "" {
		if req.VoiceID, err = c.firstVoice(ctx, "Voice changer", cfg); err != nil {
			return Call{}, "", err
		}
	}
	call := Call{
		Op: "Voice changer", Method: http.MethodPost,
		Path: "/v1/speech-to-speech/" + req.VoiceID, // of unreserved characters only
		Body: body, rawQuery: audioQuery(req.Format, req.ZeroRetention, req.OptimizeStreamingLatency),
		Family: FamilyOf(req.ModelID), Weight: 1, model: req.ModelID,
		zeroRetention: req.ZeroRetention,
		firstByte:     sttPatience(src.plays(req.FileFormat), src.Size),
	}
	if stream {
		call.Op, call.Path = "Voice changer stream", call.Path+"/stream"
	}
	return call, req.Format, nil
}

func (r VoiceChangeRequest) over(base TTSRequest) VoiceChangeRequest {
	r.VoiceID = cmp.Or(r.VoiceID, base.VoiceID)
	r.ModelID = cmp.Or(r.ModelID, defaultVoiceChangeModel)
	r.Format = cmp.Or(r.Format, base.Format, defaultFormat)
	r.VoiceSettings = cmp.Or(r.VoiceSettings, base.VoiceSettings)
	return r
}

func (r *VoiceChangeRequest) validate(stream bool) error {
	if err := checkNames(
		"VoiceChangeRequest.VoiceID", r.VoiceID, "VoiceChangeRequest.ModelID", r.ModelID,
		"VoiceChangeRequest.Format", string(r.Format), "VoiceChangeRequest.FileFormat", r.FileFormat,
	); err != nil {
		return err
	}
	if err := r.Audio.checkSamples("VoiceChangeRequest", r.FileFormat); err != nil {
		return err
	}
	if stream {
		if err := checkStreamed("VoiceChangeRequest.Format", r.Format); err != nil {
			return err
		}
	}
	if r.VoiceSettings != nil {
		if err := r.VoiceSettings.validate("VoiceChangeRequest.VoiceSettings"); err != nil {
			return err
		}
	}
	return checkLatency("VoiceChangeRequest.OptimizeStreamingLatency", r.OptimizeStreamingLatency)
}
