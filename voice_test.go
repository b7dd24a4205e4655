package elevenlabs_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// fullVoice has every field of the specification, zeros and falses where they
// could get lost, and one that came later.
const fullVoice = `{
	"voice_id": "v", "name": "Anna", "category": "professional", "labels": {"accent": "irish"}, "description": "d",
	"preview_url": "https://example.com/p.mp3", "available_for_tiers": ["creator"],
	"samples": [{
		"sample_id": "s", "file_name": "a.mp3", "mime_type": "audio/mpeg", "size_bytes": 0, "hash": "h", "duration_secs": 0,
		"remove_background_noise": false, "has_isolated_audio": false, "has_isolated_audio_preview": true, "trim_start": 0, "trim_end": 5,
		"speaker_separation": {
			"voice_id": "v", "sample_id": "s", "status": "completed", "selected_speaker_ids": ["x"],
			"speakers": {"x": {"speaker_id": "x", "duration_secs": 1.5, "utterances": [{"start": 0, "end": 1.5}]}}
		}
	}],
	"fine_tuning": {
		"is_allowed_to_fine_tune": false, "state": {"eleven_multilingual_v2": "fine_tuned"}, "verification_failures": ["f"],
		"verification_attempts_count": 0, "manual_verification_requested": false, "language": "en", "progress": {"m": 0},
		"message": {"m": "Done"}, "dataset_duration_seconds": 0, "slice_ids": ["1"], "max_verification_attempts": 0,
		"next_max_verification_attempts_reset_unix_ms": 1767225600000,
		"verification_attempts": [{
			"text": "t", "date_unix": 0, "accepted": false, "similarity": 0, "levenshtein_distance": 2.5,
			"recording": {"recording_id": "r", "mime_type": "audio/mpeg", "size_bytes": 0, "upload_date_unix": 0, "transcription": "t"}
		}],
		"manual_verification": {
			"extra_text": "e", "request_time_unix": 0,
			"files": [{"file_id": "f", "file_name": "n", "mime_type": "m", "size_bytes": 1, "upload_date_unix": 2}]
		}
	},
	"settings": {"stability": 0, "use_speaker_boost": false, "similarity_boost": 1, "style": 0, "speed": 1},
	"sharing": {
		"status": "enabled", "history_item_sample_id": "h", "date_unix": 0, "whitelisted_emails": ["a@example.com"],
		"public_owner_id": "o", "original_voice_id": "v", "financial_rewards_enabled": false, "free_users_allowed": false,
		"live_moderation_enabled": false, "rate": 0, "fiat_rate": 0.5, "notice_period": 0, "disable_at_unix": 0,
		"voice_mixing_allowed": false, "featured": false, "category": "professional", "reader_app_enabled": false,
		"image_url": "i", "ban_reason": "b", "liked_by_count": 0, "cloned_by_count": 0, "name": "Anna", "description": "d",
		"labels": {"a": "b"}, "review_status": "allowed", "review_message": "m", "enabled_in_library": false,
		"instagram_username": "i", "twitter_username": "t", "youtube_username": "y", "tiktok_username": "k",
		"moderation_check": {
			"date_checked_unix": 0, "name_value": "n", "name_check": false, "description_value": "d", "description_check": false,
			"sample_ids": ["s"], "sample_checks": [0], "captcha_ids": ["c"], "captcha_checks": [0.98]
		},
		"reader_restricted_on": [{"resource_type": "read", "resource_id": "r"}]
	},
	"high_quality_base_model_ids": ["m"],
	"verified_languages": [{"language": "en", "model_id": "m", "accent": "irish", "locale": "en-IE", "preview_url": "u"}],
	"collection_ids": ["c"], "safety_control": "CAPTCHA",
	"voice_verification": {
		"requires_verification": false, "is_verified": false, "verification_failures": ["f"], "verification_attempts_count": 0,
		"language": "en", "verification_attempts": [{"text": "t", "date_unix": 1, "accepted": true, "similarity": 1, "levenshtein_distance": 0}]
	},
	"permission_on_resource": "admin", "is_owner": false, "is_legacy": false, "is_mixed": false, "favorited_at_unix": 0,
	"created_at_unix": 0, "is_bookmarked": false, "recording_quality": "studio", "labelling_status": "in_review",
	"recording_quality_reason": "r", "of_tomorrow": {"any": [1, null]}
}`

const fullSharedVoice = `{
	"public_owner_id": "o", "voice_id": "v", "date_unix": 0, "name": "Anna", "accent": "irish", "gender": "female", "age": "young",
	"descriptive": "calm", "use_case": "news", "category": "famous", "language": "en", "locale": "en-IE", "description": "d",
	"preview_url": "p", "usage_character_count_1y": 3000000000, "usage_character_count_7d": 0, "play_api_usage_character_count_1y": 0,
	"cloned_by_count": 0, "rate": 0, "fiat_rate": 0.1, "free_users_allowed": false, "live_moderation_enabled": false, "featured": false,
	"verified_languages": [{"language": "en", "model_id": "m"}], "notice_period": 0, "instagram_username": "i",
	"twitter_username": "t", "youtube_username": "y", "tiktok_username": "k", "image_url": "u", "is_added_by_user": false,
	"is_bookmarked": false, "of_tomorrow": "x"
}`

func TestVoice_NothingIsLostOrInvented(t *testing.T) {
	t.Parallel()
	var v elevenlabs.Voice
	require.NoError(t, json.Unmarshal([]byte(fullVoice), &v))
	require.Len(t, v.Extra, 1)
	require.Equal(t, 1.5, v.Samples[0].SpeakerSeparation.Speakers["x"].Utterances[0].End)
	back, err := json.Marshal(v)
	require.NoError(t, err)
	require.JSONEq(t, fullVoice, string(back))

	var s elevenlabs.SharedVoice
	require.NoError(t, json.Unmarshal([]byte(fullSharedVoice), &s))
	require.Equal(t, int64(3_000_000_000), s.UsageCharacterCount1Y)
	back, err = json.Marshal(&s)
	require.NoError(t, err)
	require.JSONEq(t, fullSharedVoice, string(back))
}

func TestVoice_BareOnesDecode(t *testing.T) {
	t.Parallel()
	var v elevenlabs.Voice
	require.NoError(t, json.Unmarshal([]byte(`{"voice_id":"v","name":"n","category":"of_tomorrow","labels":{},
		"available_for_tiers":[],"high_quality_base_model_ids":[],"samples":null,"fine_tuning":null,"description":null,
		"settings":null,"sharing":null,"is_owner":null,"created_at_unix":null,"safety_control":null}`), &v))
	require.Equal(t, elevenlabs.Voice{
		ID: "v", Name: "n", Category: "of_tomorrow", Labels: map[string]string{}, AvailableForTiers: []string{}, HighQualityBaseModelIDs: []string{},
	}, v)
	back, err := json.Marshal(v)
	require.NoError(t, err)
	require.JSONEq(t, `{"voice_id":"v","name":"n","category":"of_tomorrow","labels":{},"available_for_tiers":[],"high_quality_base_model_ids":[]}`, string(back))
}

// FuzzVoice decodes voices of any kind and writes them back: what was written
// decodes to the same.
func FuzzVoice(f *testing.F) {
	f.Add([]byte(fullVoice))
	f.Add([]byte(fullSharedVoice))
	f.Add([]byte(`{"VOICE_ID":"x","voice_id":null,"":0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		again[elevenlabs.Voice](t, data)
		again[elevenlabs.SharedVoice](t, data)
	})
}

func again[T any](t *testing.T, data []byte) {
	var v, w T
	if json.Unmarshal(data, &v) != nil {
		return
	}
	once, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(once, &w); err != nil {
		t.Fatalf("%v: %s", err, once)
	}
	twice, err := json.Marshal(w)
	if err != nil || string(once) != string(twice) {
		t.Fatalf("%v: %s\n%s", err, once, twice)
	}
}
