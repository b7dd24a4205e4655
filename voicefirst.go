package elevenlabs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

// firstVoice returns the voice of a call that names none.
func (c *Client) firstVoice(ctx context.Context, cfg callConfig) (string, error) {
	id, err := c.voice.get(ctx, func() (string, error) { return c.lookUpFirstVoice(ctx, cfg) })
	return id, explainLookup(err)
}

// explainLookup says which option makes the lookup unnecessary, where that is
// the cure.
func explainLookup(err error) error {
	what := "looking up the default voice"
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrMissingPermission) {
		what = "no voice was chosen (set WithVoice or ELEVENLABS_VOICE_ID) and the account's first cannot be found"
	}
	if err == nil {
		return nil
	}
	return &opError{op: "TTS", what: what, err: err}
}

func (c *Client) lookUpFirstVoice(ctx context.Context, cfg callConfig) (string, error) {
	call := Call{
		Op: "GET /v2/voices", Method: "GET", Path: "/v2/voices",
		Query: url.Values{"page_size": {"1"}, "include_total_count": {"false"}},
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) (string, error) {
		var page struct {
			Voices []struct {
				ID string `json:"voice_id"`
			} `json:"voices"`
		}
		if err := json.Unmarshal(data, &page); err != nil {
			return "", fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		if len(page.Voices) == 0 {
			return "", fmt.Errorf("the account has no voice: %w", ErrVoiceNotFound)
		}
		return page.Voices[0].ID, checkID("voice_id", page.Voices[0].ID)
	})
}
