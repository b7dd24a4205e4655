package specimen

//lint:file-ignore SA1019 what the vendor has deprecated is a part of its specification

import (
	"context"
	"io"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// account are the calls about the account.
func account() []Call {
	const usage = "GET /v1/usage/character-stats"
	end := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	start := end.AddDate(0, 0, -2)
	return []Call{
		{"GET /v1/models", Least, func(ctx context.Context, c *elevenlabs.Client) error { return asked(c.Models(ctx)) }},
		{"GET /v1/user", Least, func(ctx context.Context, c *elevenlabs.Client) error { return asked(c.User(ctx)) }},
		{"GET /v1/user/subscription", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.Subscription(ctx))
		}},
		{usage, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.Usage(ctx, elevenlabs.UsageQuery{Start: start, End: end}))
		}},
		{usage, "full", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.Usage(ctx, elevenlabs.UsageQuery{
				Start: start, End: end, IncludeWorkspaceMetrics: true, BreakdownType: "voice",
				AggregationInterval: "hour", Metric: "tts_characters",
			}))
		}},
		{usage, "buckets", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.Usage(ctx, elevenlabs.UsageQuery{Start: start, End: end, AggregationBucketSize: 2 * time.Hour}))
		}},
	}
}

// spoken makes two items of the history and returns the newer one.
func spoken(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.HistoryItem, error) {
	for _, timestamps := range []bool{false, true} {
		if _, err := c.Synthesize(ctx, elevenlabs.TTSRequest{Text: text, Timestamps: timestamps}); err != nil {
			return nil, err
		}
	}
	return first(c.History(ctx, elevenlabs.HistoryQuery{}))
}

// withItem is a call on an item of the history.
func withItem(op, name string, do func(context.Context, *elevenlabs.Client, string) error) Call {
	return Call{op, name, func(ctx context.Context, c *elevenlabs.Client) error {
		item, err := spoken(ctx, c)
		if err != nil {
			return err
		}
		return do(ctx, c, item.ID)
	}}
}

// history are the calls on the history.
func history() []Call {
	const list, one, download = "GET /v1/history", "/v1/history/{history_item_id}", "POST /v1/history/download"
	return []Call{
		{list, Least, func(ctx context.Context, c *elevenlabs.Client) error { return asked(spoken(ctx, c)) }},
		withItem(list, "pages", func(ctx context.Context, c *elevenlabs.Client, _ string) error {
			return asked(taken(c.History(ctx, elevenlabs.HistoryQuery{PageSize: 1}), 1000))
		}),
		withItem(list, "full", func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return asked(taken(c.History(ctx, elevenlabs.HistoryQuery{
				PageSize: 50, StartAfterID: id, VoiceID: elevenlabstest.VoiceSarah, ModelID: "eleven_multilingual_v2",
				Since: time.Now().Add(-time.Hour), Before: time.Now().Add(time.Hour), SortDirection: "asc", Search: "hello", Source: "TTS",
			}), 1))
		}),
		{list, "dialogue", func(ctx context.Context, c *elevenlabs.Client) error {
			_, err := c.Dialogue(ctx, elevenlabs.DialogueRequest{Inputs: []elevenlabs.DialogueInput{{Text: text, VoiceID: elevenlabstest.VoiceSarah}}})
			if err != nil {
				return err
			}
			return asked(first(c.History(ctx, elevenlabs.HistoryQuery{})))
		}},
		withItem("GET "+one, Least, func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return asked(c.HistoryItem(ctx, id))
		}),
		withItem("GET "+one+"/audio", Least, func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return asked(c.HistoryAudio(ctx, id))
		}),
		withItem("DELETE "+one, Least, func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return c.DeleteHistoryItem(ctx, id)
		}),
		withItem(download, Least, func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return downloaded(c.DownloadHistory(ctx, elevenlabs.HistoryDownload{IDs: []string{id}}))
		}),
		{download, "full", func(ctx context.Context, c *elevenlabs.Client) error {
			if _, err := spoken(ctx, c); err != nil {
				return err
			}
			items, err := taken(c.History(ctx, elevenlabs.HistoryQuery{}), 2)
			if err != nil {
				return err
			}
			return downloaded(c.DownloadHistory(ctx, elevenlabs.HistoryDownload{IDs: []string{items[0].ID, items[1].ID}, Format: "wav"}))
		}},
	}
}

func downloaded(resp *elevenlabs.Response, err error) error {
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return asked(io.Copy(io.Discard, resp.Body))
}
