package elevenlabs_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// lastOf ranges over a sequence and returns its error.
func lastOf[T any](seq iter.Seq2[T, error]) (last error) {
	for _, err := range seq {
		last = err
	}
	return last
}

func TestAnswer_WithoutWhatItsCallerGoesOnWith(t *testing.T) {
	t.Parallel()
	rules := []elevenlabs.DictionaryRule{elevenlabs.AliasRule("a", "b")}
	recording := []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("x"), "")}
	usage := elevenlabs.UsageQuery{Start: time.Unix(1, 0), End: time.Unix(2, 0)}
	bodies := map[string][]string{
		"voice_id":              {`{}`, `{"voice_id":null}`, `{"voice_id":"../x"}`},
		"history_item_id":       {`{}`},
		"id":                    {`{}`, `{"version_id":"v"}`},
		"version_id":            {`{"id":"d"}`},
		"token":                 {`{}`},
		"time and usage":        {`{}`, `{"time":[1]}`},
		"whole list of voices":  {`{}`, `{"voices":null}`, `{"voices":[null]}`, `{"voices":[{"voice_id":"a"},{}]}`},
		"whole list of history": {`{}`, `{"history":[null]}`, `{"history":[{}]}`},
		"whole list of pronunciation_dictionaries": {`{}`, `{"pronunciation_dictionaries":[null]}`, `{"pronunciation_dictionaries":[{}]}`},
		"whole list of models":                     {`[null]`, `[{"model_id":"a"},{}]`, `null`},
	}
	for name, tt := range map[string]struct {
		lacks string
		call  func(context.Context, *elevenlabs.Client) error
	}{
		"Voice": {"voice_id", func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.Voice(ctx, "v"); return err }},
		"Add voice": {"voice_id", func(ctx context.Context, c *elevenlabs.Client) error {
			_, err := c.AddVoice(ctx, elevenlabs.AddVoiceRequest{Name: "n", Files: recording})
			return err
		}},
		"Add shared voice": {"voice_id", func(ctx context.Context, c *elevenlabs.Client) error {
			_, err := c.AddSharedVoice(ctx, elevenlabs.AddSharedVoiceRequest{PublicUserID: "u", VoiceID: "v", NewName: "n"})
			return err
		}},
		"History item": {"history_item_id", func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.HistoryItem(ctx, "h"); return err }},
		"Dictionary":   {"id", func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.Dictionary(ctx, "d"); return err }},
		"Add dictionary": {"version_id", func(ctx context.Context, c *elevenlabs.Client) error {
			_, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: "n"})
			return err
		}},
		"Set dictionary rules": {"id", func(ctx context.Context, c *elevenlabs.Client) error {
			_, err := c.SetDictionaryRules(ctx, "d", rules)
			return err
		}},
		"Token": {"token", func(ctx context.Context, c *elevenlabs.Client) error {
			_, err := c.NewToken(ctx, elevenlabs.TokenTTS)
			return err
		}},
		"Usage":      {"time and usage", func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.Usage(ctx, usage); return err }},
		"Models":     {"whole list of models", func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.Models(ctx); return err }},
		"All voices": {"whole list of voices", func(ctx context.Context, c *elevenlabs.Client) error { _, err := c.AllVoices(ctx, false); return err }},
		"Voices": {"whole list of voices", func(ctx context.Context, c *elevenlabs.Client) error {
			return lastOf(c.Voices(ctx, elevenlabs.VoiceQuery{}))
		}},
		"Shared voices": {"whole list of voices", func(ctx context.Context, c *elevenlabs.Client) error {
			return lastOf(c.SharedVoices(ctx, elevenlabs.SharedVoiceQuery{}))
		}},
		"History": {"whole list of history", func(ctx context.Context, c *elevenlabs.Client) error {
			return lastOf(c.History(ctx, elevenlabs.HistoryQuery{}))
		}},
		"Dictionaries": {"whole list of pronunciation_dictionaries", func(ctx context.Context, c *elevenlabs.Client) error {
			return lastOf(c.Dictionaries(ctx, elevenlabs.DictionaryQuery{}))
		}},
	} {
		for _, body := range bodies[tt.lacks] {
			c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
				return answered(200, "application/json", body), nil
			}))
			err := tt.call(t.Context(), c)
			require.ErrorIs(t, err, elevenlabs.ErrMalformed, "%s %s", name, body)
			var told *elevenlabs.ResponseError
			require.True(t, errors.As(err, &told), "%s %s", name, body)
			require.EqualError(t, err, "elevenlabs: "+name+": the answer is malformed: there is no "+tt.lacks+" in it", body)
		}
	}
}
