package specimen

import (
	"context"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// voices are the calls that read the account's voices.
func voices() []Call {
	const one = "GET /v1/voices/{voice_id}"
	return []Call{
		{"GET /v1/voices", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.AllVoices(ctx, false))
		}},
		{"GET /v1/voices", "full", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.AllVoices(ctx, true))
		}},
		{"GET /v2/voices", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(taken(c.Voices(ctx, elevenlabs.VoiceQuery{}), 1))
		}},
		{"GET /v2/voices", "pages", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(taken(c.Voices(ctx, elevenlabs.VoiceQuery{PageSize: 1}), 1000))
		}},
		{"GET /v2/voices", "full", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(taken(c.Voices(ctx, elevenlabs.VoiceQuery{
				Search: "sarah", Sort: "name", SortDirection: "asc", VoiceType: "default", Category: "premade",
				FineTuningState: "fine_tuned", CollectionID: "c1", Gender: "female", Age: "young",
				Languages: []string{"en", "de"}, Accent: "american", UseCases: []string{"narration", "conversational"},
				MinNoticePeriodDays: elevenlabs.Ptr(30), IncludeCustomRates: elevenlabs.Ptr(true), IncludeLiveModerated: elevenlabs.Ptr(false),
				HighQuality: elevenlabs.Ptr(true), VoiceIDs: []string{elevenlabstest.VoiceSarah, "other"}, PageSize: 20,
			}), 1))
		}},
		{one, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.Voice(ctx, elevenlabstest.VoiceSarah))
		}},
		{one, "own", func(ctx context.Context, c *elevenlabs.Client) error {
			id, err := ownVoice(ctx, c)
			if err != nil {
				return err
			}
			return asked(c.Voice(ctx, id))
		}},
		{one, "without settings", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.Voice(ctx, elevenlabstest.VoiceSarah, elevenlabs.WithQuery("with_settings", "false")))
		}},
		{one + "/settings", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.VoiceSettings(ctx, elevenlabstest.VoiceSarah))
		}},
		{"GET /v1/voices/settings/default", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.DefaultVoiceSettings(ctx))
		}},
	}
}

// ownVoice adds a voice of the account's own.
func ownVoice(ctx context.Context, c *elevenlabs.Client) (id string, err error) {
	audio, err := recorded(ctx, c)
	if err != nil {
		return "", err
	}
	v, err := c.AddVoice(ctx, elevenlabs.AddVoiceRequest{Name: "Own", Files: []elevenlabs.AudioSource{audio}})
	if err != nil {
		return "", err
	}
	return v.VoiceID, nil
}

// withOwn is a call on a voice of the account's own.
func withOwn(op, name string, do func(context.Context, *elevenlabs.Client, string) error) Call {
	return Call{op, name, func(ctx context.Context, c *elevenlabs.Client) error {
		id, err := ownVoice(ctx, c)
		if err != nil {
			return err
		}
		return do(ctx, c, id)
	}}
}

// voiceChanges are the calls that change the account's voices.
func voiceChanges() []Call {
	const one = "/v1/voices/{voice_id}"
	labels := map[string]string{"accent": "british", "age": "old"}
	return []Call{
		{"POST /v1/voices/add", Least, func(ctx context.Context, c *elevenlabs.Client) error { return asked(ownVoice(ctx, c)) }},
		{"POST /v1/voices/add", "full", func(ctx context.Context, c *elevenlabs.Client) error {
			audio, err := recorded(ctx, c)
			if err != nil {
				return err
			}
			return asked(c.AddVoice(ctx, elevenlabs.AddVoiceRequest{
				Name: "Own", Files: []elevenlabs.AudioSource{audio, audio}, RemoveBackgroundNoise: true, Description: "Mine.", Labels: labels,
			}))
		}},
		withOwn("POST "+one+"/edit", Least, func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return c.EditVoice(ctx, id, elevenlabs.EditVoiceRequest{Name: "New"})
		}),
		withOwn("POST "+one+"/edit", "full", func(ctx context.Context, c *elevenlabs.Client, id string) error {
			audio, err := recorded(ctx, c)
			if err != nil {
				return err
			}
			return c.EditVoice(ctx, id, elevenlabs.EditVoiceRequest{
				Name: "New", Files: []elevenlabs.AudioSource{audio, audio}, RemoveBackgroundNoise: true,
				Description: "Still mine.", Labels: labels, ModerateMetadata: true,
			})
		}),
		withOwn("POST "+one+"/settings/edit", Least, func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return c.EditVoiceSettings(ctx, id, elevenlabs.VoiceSettings{})
		}),
		withOwn("POST "+one+"/settings/edit", "full", func(ctx context.Context, c *elevenlabs.Client, id string) error {
			return c.EditVoiceSettings(ctx, id, *fullSettings())
		}),
		withOwn("DELETE "+one, Least, func(ctx context.Context, c *elevenlabs.Client, id string) error { return c.DeleteVoice(ctx, id) }),
	}
}

// library are the calls on the library of shared voices.
func library() []Call {
	const list, add = "GET /v1/shared-voices", "POST /v1/voices/add/{public_user_id}/{voice_id}"
	adding := func(bookmarked *bool) func(context.Context, *elevenlabs.Client) error {
		return func(ctx context.Context, c *elevenlabs.Client) error {
			voices, err := taken(c.SharedVoices(ctx, elevenlabs.SharedVoiceQuery{}), 3)
			if err != nil {
				return err
			}
			v := voices[len(voices)-1] // the first is in the account
			return asked(c.AddSharedVoice(ctx, elevenlabs.AddSharedVoiceRequest{
				PublicUserID: v.PublicOwnerID, VoiceID: v.ID, NewName: "Shared", Bookmarked: bookmarked,
			}))
		}
	}
	return []Call{
		{list, Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(taken(c.SharedVoices(ctx, elevenlabs.SharedVoiceQuery{}), 1))
		}},
		{list, "pages", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(taken(c.SharedVoices(ctx, elevenlabs.SharedVoiceQuery{PageSize: 10}), 1000))
		}},
		{list, "full", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(taken(c.SharedVoices(ctx, elevenlabs.SharedVoiceQuery{
				Category: "professional", Gender: "female", Age: "young", Accent: "british", Language: "en", Locale: "en-GB", Search: "a",
				UseCases: []string{"narration", "news"}, Descriptives: []string{"calm", "deep"}, Featured: true,
				MinNoticePeriodDays: elevenlabs.Ptr(30), IncludeCustomRates: elevenlabs.Ptr(true), IncludeLiveModerated: elevenlabs.Ptr(true),
				ReaderAppEnabled: true, OwnerID: "owner", Sort: "trending", PageSize: 5, Page: 1,
			}), 1))
		}},
		{add, Least, adding(nil)},
		{add, "full", adding(elevenlabs.Ptr(false))},
	}
}
