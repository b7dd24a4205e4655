package elevenlabs

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// firstVoice returns the voice of a call that names none.
func (c *Client) firstVoice(ctx context.Context, op string, cfg callConfig) (string, error) {
	id, err := c.voice.get(ctx, func() (string, error) { return c.lookUpFirstVoice(ctx, cfg) })
	return id, explainLookup(op, err)
}

// explainLookup says which option makes the lookup unnecessary, where that is
// the cure.
func explainLookup(op string, err error) error {
	what := "looking up the default voice"
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrMissingPermission) {
		what = "no voice was chosen (set WithVoice or ELEVENLABS_VOICE_ID) and the account's first cannot be found"
	}
	if err == nil {
		return nil
	}
	return &opError{op: op, what: what, err: err}
}

func (c *Client) lookUpFirstVoice(ctx context.Context, cfg callConfig) (string, error) {
	call := Call{
		Op: "GET /v2/voices", Method: "GET", Path: "/v2/voices",
		Query: url.Values{"page_size": {"1"}, "include_total_count": {"false"}},
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) (string, error) {
		page, err := decodeJSON[firstVoices](data)
		switch {
		case err != nil:
			return "", err
		case len(page.Voices) == 0:
			return "", fmt.Errorf("the account has no voice: %w", ErrVoiceNotFound)
		}
		return page.Voices[0].ID, nil
	})
}

// firstVoices is a page of voices of which only the ids matter.
type firstVoices struct {
	Voices []*firstVoice `json:"voices"`
}

type firstVoice struct {
	ID string `json:"voice_id"`
}

func (v *firstVoice) lacks() string  { return lacksID("voice_id", v.ID) }
func (p *firstVoices) lacks() string { return lacksItems("voices", p.Voices) }
