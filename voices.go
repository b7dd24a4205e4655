package elevenlabs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// defaultVoice is the account's first voice, looked up once.
type defaultVoice struct {
	// turn holds the id, empty until it is known. Who has taken it looks the
	// voice up; others wait, each as long as its own context.
	turn chan string
}

func newDefaultVoice() defaultVoice {
	v := defaultVoice{turn: make(chan string, 1)}
	v.turn <- ""
	return v
}

// firstVoice returns the voice of a call that names none. A failure is not
// remembered.
func (c *Client) firstVoice(ctx context.Context, cfg callConfig) (string, error) {
	var id string
	select {
	case id = <-c.voice.turn:
	case <-ctx.Done():
		return "", &opError{op: "voice", err: ctx.Err()}
	}
	defer func() { c.voice.turn <- id }()
	if id != "" {
		return id, nil
	}
	found, err := c.lookUpFirstVoice(ctx, cfg)
	if err != nil {
		return "", fmt.Errorf("no voice chosen (set WithVoice or ELEVENLABS_VOICE_ID), and the account's first voice cannot be looked up: %w", err)
	}
	id = found
	return id, nil
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
