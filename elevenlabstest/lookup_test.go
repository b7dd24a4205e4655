package elevenlabstest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// requireFields checks that all required fields of a schema are there.
func requireFields(t *testing.T, got map[string]any, names ...string) {
	t.Helper()
	for _, name := range names {
		require.Contains(t, got, name)
	}
}

func TestModels_HaveAllRequiredFields(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	var models []map[string]any
	get(t, srv, "/v1/models").decode(t, &models)
	byID := make(map[string]map[string]any)
	for _, m := range models {
		requireFields(t, m, "model_id", "name", "can_be_finetuned", "can_do_text_to_speech", "can_do_voice_conversion",
			"can_use_style", "can_use_speaker_boost", "serves_pro_voices", "token_cost_factor", "description",
			"requires_alpha_access", "max_characters_request_free_user", "max_characters_request_subscribed_user",
			"maximum_text_length_per_request", "languages", "model_rates", "concurrency_group")
		require.NotEmpty(t, m["languages"])
		require.Contains(t, m["model_rates"], "character_cost_multiplier")
		byID[m["model_id"].(string)] = m
	}
	for id, want := range map[string]struct {
		limit  float64
		factor float64
		group  string
	}{
		"eleven_v4":              {10_000, 1, "standard_eleven_v4"},
		"eleven_v4_turbo":        {10_000, 0.5, "standard_eleven_v4"},
		"eleven_v3":              {5_000, 1, "standard"},
		"eleven_multilingual_v2": {10_000, 1, "standard_eleven_multilingual_v2"},
		"eleven_flash_v2_5":      {40_000, 0.5, "flash"},
		"eleven_turbo_v2":        {30_000, 0.5, "flash"},
	} {
		m := byID[id]
		require.Equal(t, want.limit, m["maximum_text_length_per_request"], id)
		require.Equal(t, want.factor, m["token_cost_factor"], id)
		require.Equal(t, want.group, m["concurrency_group"], id)
		require.Equal(t, true, m["can_do_text_to_speech"], id)
	}
	require.Len(t, byID["eleven_multilingual_v2"]["languages"], 29)
	require.Len(t, byID["eleven_flash_v2_5"]["languages"], 32)
	require.Equal(t, false, byID["eleven_english_sts_v2"]["can_do_text_to_speech"])
}

func TestVoices_HaveAllRequiredFields(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	var all struct{ Voices []map[string]any }
	get(t, srv, "/v1/voices").decode(t, &all)
	require.Len(t, all.Voices, 5)
	for _, v := range all.Voices {
		requireFields(t, v, "voice_id", "name", "category", "labels", "available_for_tiers", "high_quality_base_model_ids")
		require.NotNil(t, v["available_for_tiers"])
		var one map[string]any
		get(t, srv, "/v1/voices/"+url.PathEscape(v["voice_id"].(string))).decode(t, &one)
		require.Equal(t, v, one)
	}
	require.Equal(t, sarah, all.Voices[0]["voice_id"])
	var bare map[string]any
	get(t, srv, "/v1/voices/"+sarah+"?with_settings=false").decode(t, &bare)
	require.Nil(t, bare["settings"])
}

type page struct {
	Voices []struct {
		Name    string
		VoiceID string `json:"voice_id"`
	}
	HasMore       bool    `json:"has_more"`
	TotalCount    int     `json:"total_count"`
	NextPageToken *string `json:"next_page_token"`
}

func (p page) names() []string {
	var out []string
	for _, v := range p.Voices {
		out = append(out, v.Name)
	}
	return out
}

func TestVoices_ComeInPages(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	var names []string
	query := "?page_size=2"
	for {
		var p page
		get(t, srv, "/v2/voices"+query).decode(t, &p)
		require.Equal(t, 5, p.TotalCount)
		names = append(names, p.names()...)
		require.Equal(t, p.HasMore, p.NextPageToken != nil)
		if !p.HasMore {
			break
		}
		require.Len(t, p.Voices, 2)
		query = "?page_size=2&next_page_token=" + url.QueryEscape(*p.NextPageToken)
	}
	require.Equal(t, []string{"Sarah", "George", "Rachel", "Brian", "Ada"}, names)
	require.Equal(t, http.StatusUnprocessableEntity, get(t, srv, "/v2/voices?page_size=101").status)
	require.Equal(t, "invalid_cursor", get(t, srv, "/v2/voices?next_page_token=%21").detail(t)["code"])
}

func TestVoices_AreSearched(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for query, want := range map[string][]string{
		"search=sARAH":                              {"Sarah"},
		"search=british":                            {"George"},
		"search=nobody":                             nil,
		"category=professional":                     {"Ada"},
		"gender=male&sort=name":                     {"Brian", "George"},
		"gender=male&sort=name&sort_direction=desc": {"George", "Brian"},
		"voice_ids=" + sarah + "&voice_ids=x":       {"Sarah"},
	} {
		a := get(t, srv, "/v2/voices?include_total_count=false&"+query)
		var p page
		a.decode(t, &p)
		require.Equal(t, want, p.names(), query)
		require.Zero(t, p.TotalCount)
		require.NotContains(t, string(a.body), `"voices":null`)
	}
}

var subscriptionFields = []string{
	"tier", "character_count", "character_limit", "max_character_limit_extension", "max_credit_limit_extension",
	"can_extend_character_limit", "allowed_to_extend_character_limit", "voice_slots_used",
	"professional_voice_slots_used", "professional_voice_slots_used_in_workspace", "voice_limit",
	"voice_add_edit_counter", "professional_voice_limit", "can_extend_voice_limit", "can_use_instant_voice_cloning",
	"can_use_professional_voice_cloning", "current_overage", "status",
}

func TestUser_HasAllRequiredFields(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := get(t, srv, "/v1/user", "Xi-Api-Key", "a-secret-key-of-some-length")
	require.NotContains(t, string(a.body), "secret")
	var user map[string]any
	a.decode(t, &user)
	requireFields(t, user, "user_id", "workspace_id", "subscription", "is_new_user", "can_use_delayed_payment_methods",
		"is_onboarding_completed", "is_onboarding_checklist_completed", "created_at", "seat_type")
	requireFields(t, user["subscription"].(map[string]any), subscriptionFields...)
}

func TestSubscription_TellsTierAndWhatWasSpent(t *testing.T) {
	t.Parallel()
	for tier, want := range map[elevenlabs.Tier]string{
		elevenlabs.TierFree: "free", elevenlabs.TierStarter: "starter", elevenlabs.TierCreator: "creator",
		elevenlabs.TierPro: "pro", elevenlabs.TierScale: "scale_2024_08_10", elevenlabs.TierBusiness: "growing_business",
		elevenlabs.TierEnterprise: "enterprise", elevenlabs.TierUnlisted: "payg", 0: "starter",
	} {
		srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(tier), elevenlabstest.WithCredits(100))
		require.Equal(t, http.StatusOK, speak(t, srv, "hello").status)
		var got map[string]any
		get(t, srv, "/v1/user/subscription").decode(t, &got)
		requireFields(t, got, append(slices.Clone(subscriptionFields), "open_invoices", "has_open_invoices")...)
		require.Equal(t, want, got["tier"])
		require.Equal(t, 5.0, got["character_count"])
		require.Equal(t, 100.0, got["character_limit"])
		parsed, err := elevenlabs.ParseTier(want)
		require.NoError(t, err)
		if tier != 0 {
			require.Equal(t, tier, parsed)
		}
		b, err := json.Marshal(got["current_overage"])
		require.NoError(t, err)
		require.JSONEq(t, `{"amount":"0","currency":"usd"}`, string(b))
	}
}
