package sdktest_test

import (
	"context"
	"errors"

	"github.com/elevenlabs-go/elevenlabs"
)

// onOwn makes a call with a voice of the account's own.
func onOwn(call func(context.Context, *elevenlabs.Client, string) (any, error)) outcome {
	return onRecording(func(ctx context.Context, c *elevenlabs.Client, a elevenlabs.AudioSource) (any, error) {
		v, err := c.AddVoice(ctx, elevenlabs.AddVoiceRequest{
			Name: "Own", Files: []elevenlabs.AudioSource{a}, Labels: map[string]string{"accent": "british"},
		})
		if err != nil {
			return nil, err
		}
		return call(ctx, c, v.VoiceID)
	})
}

// settingsOf are settings as the SDK names them.
func settingsOf(s *elevenlabs.VoiceSettings) any {
	return object{
		"stability": s.Stability, "similarityBoost": s.SimilarityBoost, "style": s.Style,
		"useSpeakerBoost": s.UseSpeakerBoost, "speed": s.Speed,
	}
}

func settings(s *elevenlabs.VoiceSettings, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return settingsOf(s), nil
}

func nameOf(v *elevenlabs.Voice) any { return v.Name }

func voices() map[string]outcome {
	const one = "/v1/voices/{voice_id}"
	return map[string]outcome{
		"GET /v1/voices": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			all, err := c.AllVoices(ctx, false)
			out := list{}
			for _, v := range all {
				out = append(out, nameOf(v))
			}
			return out, err
		},
		"GET /v2/voices": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			query := elevenlabs.VoiceQuery{PageSize: 3, Sort: "name", SortDirection: "asc", VoiceType: "default"}
			return ranged(c.Voices(ctx, query), 3, nameOf)
		},
		"GET /v1/shared-voices": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			query := elevenlabs.SharedVoiceQuery{PageSize: 5, Gender: "female", Sort: "cloned_by_count"}
			return ranged(c.SharedVoices(ctx, query), 5, func(v *elevenlabs.SharedVoice) any { return list{v.ID, v.Name, v.UseCase} })
		},
		"GET /v1/voices/settings/default": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return settings(c.DefaultVoiceSettings(ctx))
		},
		"GET " + one + "/settings": func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			return settings(c.VoiceSettings(ctx, voiceID))
		},
		"GET " + one: func(ctx context.Context, c *elevenlabs.Client) (any, error) {
			v, err := c.Voice(ctx, voiceID)
			if err != nil {
				return nil, err
			}
			return object{"name": v.Name, "category": v.Category, "labels": v.Labels, "settings": settingsOf(v.Settings)}, nil
		},
		"POST /v1/voices/add": onOwn(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			v, err := c.Voice(ctx, id)
			if err != nil {
				return nil, err
			}
			return v.Labels, nil
		}),
		"POST /v1/voices/add/{public_user_id}/{voice_id}": addShared,
		"POST " + one + "/edit": onOwn(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			err := c.EditVoice(ctx, id, elevenlabs.EditVoiceRequest{Name: "New", Description: "Mine.", Labels: map[string]string{"age": "old"}})
			if err != nil {
				return nil, err
			}
			v, err := c.Voice(ctx, id)
			if err != nil {
				return nil, err
			}
			return object{"name": v.Name, "description": v.Description}, nil
		}),
		"POST " + one + "/settings/edit": onOwn(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			changed := elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(0.3), Speed: elevenlabs.Ptr(1.1)}
			if err := c.EditVoiceSettings(ctx, id, changed); err != nil {
				return nil, err
			}
			s, err := c.VoiceSettings(ctx, id)
			if err != nil {
				return nil, err
			}
			return list{s.Stability, s.Speed}, nil
		}),
		"DELETE " + one: onOwn(func(ctx context.Context, c *elevenlabs.Client, id string) (any, error) {
			if err := c.DeleteVoice(ctx, id); err != nil {
				return nil, err
			}
			_, err := c.Voice(ctx, id)
			return refused(err)
		}),
	}
}

func addShared(ctx context.Context, c *elevenlabs.Client) (any, error) {
	for v, err := range c.SharedVoices(ctx, elevenlabs.SharedVoiceQuery{Search: "bea"}) {
		if err != nil {
			return nil, err
		}
		id, err := c.AddSharedVoice(ctx, elevenlabs.AddSharedVoiceRequest{
			PublicUserID: v.PublicOwnerID, VoiceID: v.ID, NewName: "Shared", Bookmarked: elevenlabs.Ptr(true),
		})
		if err != nil {
			return nil, err
		}
		added, err := c.Voice(ctx, id)
		if err != nil {
			return nil, err
		}
		return added.Name, nil
	}
	return nil, errors.New("the library has no such voice")
}
