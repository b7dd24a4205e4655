package elevenlabs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
)

// defaultVoice is the account's first voice, looked up once.
type defaultVoice struct {
	mu   sync.Mutex
	last *voiceLookup
}

// A voiceLookup is shared by all who need the voice while it is under way.
type voiceLookup struct {
	done chan struct{} // closed when the fields below are set
	id   string
	err  error
}

// firstVoice returns the voice of a call that names none. A failure is shared
// by those who waited for it, and not remembered.
func (c *Client) firstVoice(ctx context.Context, cfg callConfig) (string, error) {
	for {
		l, mine := c.voice.join()
		if mine {
			l.id, l.err = c.lookUpFirstVoice(ctx, cfg)
			c.voice.settle(l)
		}
		select {
		case <-l.done:
		case <-ctx.Done():
			return "", &opError{op: "TTS", what: "looking up the default voice", err: ctx.Err()}
		}
		gaveUp := errors.Is(l.err, context.Canceled) || errors.Is(l.err, context.DeadlineExceeded)
		if gaveUp && ctx.Err() == nil {
			continue // whoever looked it up left; somebody else does it
		}
		return l.id, explainLookup(l.err)
	}
}

// join returns the lookup that is under way or has succeeded, or a new one
// that the caller has to carry out.
func (v *defaultVoice) join() (l *voiceLookup, mine bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.last == nil {
		v.last = &voiceLookup{done: make(chan struct{})}
		return v.last, true
	}
	return v.last, false
}

func (v *defaultVoice) settle(l *voiceLookup) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if l.err != nil {
		v.last = nil
	}
	close(l.done)
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
