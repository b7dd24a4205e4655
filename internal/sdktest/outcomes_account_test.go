package sdktest_test

//lint:file-ignore SA1019 what the vendor has deprecated is a part of its specification

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

func account() map[string]outcome {
	return map[string]outcome{
		"GET /v1/models": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			models, err := c.Models(ctx)
			out := list{}
			for _, m := range models {
				out = append(out, list{m.ID, m.ConcurrencyGroup, len(m.Languages)})
			}
			return out, err
		},
		"GET /v1/user": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			u, err := c.User(ctx)
			if err != nil {
				return nil, err
			}
			return object{"id": u.ID, "seat": u.SeatType, "tier": u.Subscription.Tier}, nil
		},
		"GET /v1/user/subscription": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			s, err := c.Subscription(ctx)
			if err != nil {
				return nil, err
			}
			return object{"tier": s.Tier, "status": s.Status, "limit": s.CharacterLimit, "overage": s.CurrentOverage.Amount}, nil
		},
		"GET /v1/usage/character-stats": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			u, err := c.Usage(ctx, elevenlabs.UsageQuery{
				Start: time.UnixMilli(1790640000000), End: time.UnixMilli(1790812800000), BreakdownType: "voice", AggregationInterval: "day",
			})
			if err != nil {
				return nil, err
			}
			return object{"times": u.TimeUnixMilli, "series": len(u.Usage)}, nil
		},
		"POST /v1/single-use-token/{token_type}": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			token, err := c.NewToken(ctx, elevenlabs.TokenRealtimeSTT)
			return strings.HasPrefix(token, "sutkn_"), err
		},
	}
}

// onItem makes a call with an item of the history.
func onItem(call func(context.Context, *elevenlabs.Client, string) (any, error)) outcome {
	return func(ctx context.Context, c *elevenlabs.Client) (any, error) {
		speech, err := c.Synthesize(ctx, elevenlabs.TTSRequest{Text: text})
		if err != nil {
			return nil, err
		}
		return call(ctx, c, speech.Meta.HistoryItemID)
	}
}

func history() map[string]outcome {
	const one = "/v1/history/{history_item_id}"
	return map[string]outcome{
		"GET /v1/history": onItem(func(ctx context.Context, c *elevenlabs.Client, _ string) (any, error) {
			return ranged(c.History(ctx, elevenlabs.HistoryQuery{PageSize: 1, Source: "TTS", Search: "hello"}), 1,
				func(i *elevenlabs.HistoryItem) any {
					return object{"text": i.Text, "voice": i.VoiceName, "state": i.State, "format": i.Format}
				})
		}),
		"POST /v1/history/download": onItem(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			resp, err := c.DownloadHistory(ctx, elevenlabs.HistoryDownload{IDs: []string{id}})
			if err != nil {
				return nil, err
			}
			defer resp.Body.Close()
			data, err := io.ReadAll(resp.Body)
			return digest(data), err
		}),
		"GET " + one: onItem(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			i, err := c.HistoryItem(ctx, id)
			if err != nil {
				return nil, err
			}
			return object{"text": i.Text, "cost": i.CharacterCountTo - i.CharacterCountFrom, "type": i.ContentType}, nil
		}),
		"GET " + one + "/audio": onItem(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			return whole(c.HistoryAudio(ctx, id))
		}),
		"DELETE " + one: onItem(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			if err := c.DeleteHistoryItem(ctx, id); err != nil {
				return nil, err
			}
			_, err := c.HistoryItem(ctx, id)
			return refused(err)
		}),
	}
}

// onDictionary makes a call with a dictionary of two rules.
func onDictionary(call func(context.Context, *elevenlabs.Client, *elevenlabs.CreatedDictionary) (any, error)) outcome {
	rule := elevenlabs.AliasRule("UN", "United Nations")
	rule.CaseSensitive, rule.WordBoundaries = elevenlabs.Ptr(true), elevenlabs.Ptr(true)
	return func(ctx context.Context, c *elevenlabs.Client) (any, error) {
		d, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{
			Name: "words", Rules: []elevenlabs.DictionaryRule{rule, elevenlabs.PhonemeRule("tomato", "təˈmɑːtoʊ", "ipa")},
		})
		if err != nil {
			return nil, err
		}
		return call(ctx, c, d)
	}
}

func versioned(v *elevenlabs.DictionaryVersion, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return object{"rules": v.VersionRules, "named": v.VersionID != ""}, nil
}

func dictionaries() map[string]outcome {
	const all = "/v1/pronunciation-dictionaries"
	const one = all + "/{pronunciation_dictionary_id}"
	return map[string]outcome{
		"POST " + all + "/add-from-rules": onDictionary(func(_ context.Context, _ *elevenlabs.Client, d *elevenlabs.CreatedDictionary) (any, error) {
			return versioned(&d.DictionaryVersion, nil)
		}),
		"POST " + all + "/add-from-file": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			d, err := c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{Name: "words", PLS: []byte(pls), Description: "Ours."})
			if err != nil {
				return nil, err
			}
			return versioned(&d.DictionaryVersion, nil)
		},
		"GET " + all: onDictionary(func(ctx context.Context, c *elevenlabs.Client, _ *elevenlabs.CreatedDictionary) (any, error) {
			return ranged(c.Dictionaries(ctx, elevenlabs.DictionaryQuery{PageSize: 1}), 1, func(d *elevenlabs.Dictionary) any {
				return object{"name": d.Name, "rules": d.LatestVersionRules}
			})
		}),
		"GET " + one: onDictionary(func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) (any, error) {
			got, err := c.Dictionary(ctx, d.ID)
			if err != nil {
				return nil, err
			}
			out := list{}
			for _, r := range got.Rules {
				out = append(out, list{r.Type, r.StringToReplace, r.Alias + r.Phoneme})
			}
			return out, nil
		}),
		"PATCH " + one: onDictionary(func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) (any, error) {
			got, err := c.EditDictionary(ctx, d.ID, elevenlabs.EditDictionaryRequest{Name: "more", Archived: elevenlabs.Ptr(true)})
			if err != nil {
				return nil, err
			}
			return object{"name": got.Name, "archived": got.ArchivedTimeUnix != nil}, nil
		}),
		"POST " + one + "/add-rules": onDictionary(func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) (any, error) {
			return versioned(c.AddDictionaryRules(ctx, d.ID, []elevenlabs.DictionaryRule{elevenlabs.AliasRule("EU", "European Union")}))
		}),
		"POST " + one + "/set-rules": onDictionary(func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) (any, error) {
			return versioned(c.SetDictionaryRules(ctx, d.ID, []elevenlabs.DictionaryRule{elevenlabs.AliasRule("UN", "United Nations")}))
		}),
		"POST " + one + "/remove-rules": onDictionary(func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) (any, error) {
			return versioned(c.RemoveDictionaryRules(ctx, d.ID, []string{"UN"}))
		}),
		"GET " + all + "/{dictionary_id}/{version_id}/download": onDictionary(
			func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) (any, error) {
				data, err := c.DictionaryPLS(ctx, d.ID, d.VersionID)
				return bytes.Contains(data, []byte("United Nations")), err
			}),
	}
}
