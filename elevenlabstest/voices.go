package elevenlabstest

import (
	"net/http"
	"slices"

	"github.com/elevenlabs-go/elevenlabs"
)

// A voiceAnswer has the fields of the vendor's Voice that clients read; all
// others are optional to the schema. What it points to is replaced and never
// changed, so that a copy can be sent while the voice is edited.
type voiceAnswer struct {
	VoiceID                 string             `json:"voice_id"`
	Name                    string             `json:"name"`
	Samples                 []sampleAnswer     `json:"samples"`
	Category                string             `json:"category"`
	FineTuning              *fineTuningAnswer  `json:"fine_tuning"`
	Labels                  map[string]string  `json:"labels"`
	Description             string             `json:"description"`
	PreviewURL              *string            `json:"preview_url"`
	AvailableForTiers       []string           `json:"available_for_tiers"`
	Settings                *settingsAnswer    `json:"settings"`
	Sharing                 *sharingAnswer     `json:"sharing"`
	HighQualityBaseModelIDs []string           `json:"high_quality_base_model_ids"`
	VerifiedLanguages       []verifiedLanguage `json:"verified_languages"`
	CollectionIDs           []string           `json:"collection_ids"`
	VoiceVerification       verificationAnswer `json:"voice_verification"`
	PermissionOnResource    *string            `json:"permission_on_resource"`
	IsOwner                 bool               `json:"is_owner"`
	IsLegacy                bool               `json:"is_legacy"`
	IsMixed                 bool               `json:"is_mixed"`
	CreatedAtUnix           *int64             `json:"created_at_unix"`
	IsBookmarked            *bool              `json:"is_bookmarked"`
}

type sampleAnswer struct {
	SampleID              string   `json:"sample_id"`
	FileName              string   `json:"file_name"`
	MIMEType              string   `json:"mime_type"`
	SizeBytes             int64    `json:"size_bytes"`
	Hash                  string   `json:"hash"`
	DurationSecs          *float64 `json:"duration_secs"`
	RemoveBackgroundNoise bool     `json:"remove_background_noise"`
}

type fineTuningAnswer struct {
	IsAllowedToFineTune         bool              `json:"is_allowed_to_fine_tune"`
	State                       map[string]string `json:"state"`
	VerificationFailures        []string          `json:"verification_failures"`
	VerificationAttemptsCount   int               `json:"verification_attempts_count"`
	ManualVerificationRequested bool              `json:"manual_verification_requested"`
}

type sharingAnswer struct {
	Status                  string            `json:"status"`
	DateUnix                int64             `json:"date_unix"`
	WhitelistedEmails       []string          `json:"whitelisted_emails"`
	PublicOwnerID           string            `json:"public_owner_id"`
	OriginalVoiceID         string            `json:"original_voice_id"`
	FinancialRewardsEnabled bool              `json:"financial_rewards_enabled"`
	FreeUsersAllowed        bool              `json:"free_users_allowed"`
	LiveModerationEnabled   bool              `json:"live_moderation_enabled"`
	Rate                    *float64          `json:"rate"`
	NoticePeriod            int               `json:"notice_period"`
	VoiceMixingAllowed      bool              `json:"voice_mixing_allowed"`
	Featured                bool              `json:"featured"`
	Category                string            `json:"category"`
	LikedByCount            int               `json:"liked_by_count"`
	ClonedByCount           int               `json:"cloned_by_count"`
	Name                    string            `json:"name"`
	Description             string            `json:"description"`
	Labels                  map[string]string `json:"labels"`
	ReviewStatus            string            `json:"review_status"`
	EnabledInLibrary        bool              `json:"enabled_in_library"`
}

type verificationAnswer struct {
	RequiresVerification      bool     `json:"requires_verification"`
	IsVerified                bool     `json:"is_verified"`
	VerificationFailures      []string `json:"verification_failures"`
	VerificationAttemptsCount int      `json:"verification_attempts_count"`
}

type settingsAnswer struct {
	Stability       float64 `json:"stability"`
	UseSpeakerBoost bool    `json:"use_speaker_boost"`
	SimilarityBoost float64 `json:"similarity_boost"`
	Style           float64 `json:"style"`
	Speed           float64 `json:"speed"`
}

type verifiedLanguage struct {
	Language string `json:"language"`
	ModelID  string `json:"model_id"`
	Accent   string `json:"accent"`
	Locale   string `json:"locale"`
}

// The categories of voices that the emulator tells apart.
const (
	premade = "premade"
	cloned  = "cloned"
)

// defaultSettings are the vendor's, by its schema.
var defaultSettings = settingsAnswer{Stability: 0.5, UseSpeakerBoost: true, SimilarityBoost: 0.75, Speed: 1}

// firstVoices are what an account starts with: four of the vendor's own under
// their real ids, and one of the library that was added.
func firstVoices() []voiceAnswer {
	return []voiceAnswer{
		newVoice("EXAVITQu4vr4xnSDxMaL", "Sarah", premade, "female", "american", "A reassuring voice for the news."),
		newVoice("JBFqnCBsd6RMkjVDRZzb", "George", premade, "male", "british", "A warm voice for stories."),
		newVoice("21m00Tcm4TlvDq8ikWAM", "Rachel", premade, "female", "american", "A calm voice for narration."),
		newVoice("nPczCjzI2devNBz1zQrb", "Brian", premade, "male", "american", "A deep voice for advertisements."),
		addedVoice(ada, "Pr0LibraryV0iceStand", ada.Name),
	}
}

func newVoice(id, name, category, gender, accent, description string) voiceAnswer {
	settings := defaultSettings
	preview := "https://storage.googleapis.com/eleven-public-prod/premade/voices/" + id + "/preview.mp3"
	return voiceAnswer{
		VoiceID: id, Name: name, Category: category, Description: description,
		Samples:                 []sampleAnswer{},
		Labels:                  map[string]string{"gender": gender, "accent": accent, "age": "middle_aged", "language": "en"},
		PreviewURL:              &preview,
		AvailableForTiers:       []string{},
		Settings:                &settings,
		HighQualityBaseModelIDs: []string{"eleven_multilingual_v2", "eleven_flash_v2_5"},
		VerifiedLanguages: []verifiedLanguage{
			{Language: "en", ModelID: "eleven_multilingual_v2", Accent: accent, Locale: "en-US"},
		},
		CollectionIDs:     []string{},
		VoiceVerification: verificationAnswer{VerificationFailures: []string{}},
	}
}

// fromLibrary tells whether free plans may not use the voice through the API.
func (v *voiceAnswer) fromLibrary() bool { return !v.IsOwner && v.Category != premade }

// findVoice returns a copy of one of the account's voices.
func (e *Emulator) findVoice(id string) *voiceAnswer {
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.voice(id); v != nil {
		found := *v
		return &found
	}
	return nil
}

// voice returns one of the account's voices. The caller holds the mutex.
func (e *Emulator) voice(id string) *voiceAnswer {
	i := slices.IndexFunc(e.voices, func(v voiceAnswer) bool { return v.VoiceID == id })
	if i < 0 {
		return nil
	}
	return &e.voices[i]
}

// voiceSlots returns how many slots for voices are used: the vendor's own take
// none. The caller holds the mutex.
func (e *Emulator) voiceSlots() (n int) {
	for _, v := range e.voices {
		if v.Category != premade {
			n++
		}
	}
	return n
}

func noVoice(id string) *failure {
	// 400 here and 404 on synthesis: so it was seen.
	return notFound(http.StatusBadRequest, "voice_not_found", "A voice with ID '%s' was not found.", id)
}

func voiceRoutes() []route {
	const one = "/v1/voices/{voice_id}"
	read := func(find func(*call) (any, *failure)) endpoint {
		ep := lookup(find)
		ep.permission = "voices_read"
		return ep
	}
	write := func(read func(*call) (job, *failure)) endpoint {
		return endpoint{read: read, permission: "voices_write"}
	}
	settings := lookup(func(*call) (any, *failure) { return defaultSettings, nil })
	settings.open = true
	remove := lookup(deleteVoice)
	remove.permission = "voices_write"
	return []route{
		routeTo(http.MethodGet, "/v1/voices", read(allVoices)),
		routeTo(http.MethodGet, "/v2/voices", read(pageOfVoices)),
		routeTo(http.MethodPost, "/v1/voices/add", write(readAddVoice)),
		routeTo(http.MethodPost, "/v1/voices/add/{public_user_id}/{voice_id}", write(readAddShared)),
		routeTo(http.MethodGet, "/v1/voices/settings/default", settings),
		routeTo(http.MethodGet, one, read(oneVoice)),
		routeTo(http.MethodDelete, one, remove),
		routeTo(http.MethodPost, one+"/edit", write(readEditVoice)),
		routeTo(http.MethodGet, one+"/settings", read(voiceSettings)),
		routeTo(http.MethodPost, one+"/settings/edit", write(readEditSettings)),
		routeTo(http.MethodGet, "/v1/shared-voices", read(pageOfLibrary)),
	}
}

func oneVoice(c *call) (any, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	withSettings := f.boolean("with_settings", optional, true)
	if fail := f.failure(); fail != nil {
		return nil, fail
	}
	v := c.e.findVoice(c.vars["voice_id"])
	if v == nil {
		return nil, noVoice(c.vars["voice_id"])
	}
	if !withSettings {
		v.Settings = nil
	}
	return v, nil
}

func voiceSettings(c *call) (any, *failure) {
	v := c.e.findVoice(c.vars["voice_id"])
	if v == nil {
		return nil, noVoice(c.vars["voice_id"])
	}
	return v.Settings, nil
}

// deleteVoice takes a voice out of the account, whosever it is.
func deleteVoice(c *call) (any, *failure) {
	id := c.vars["voice_id"]
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.e.voice(id) == nil {
		return nil, noVoice(id)
	}
	c.e.voices = slices.DeleteFunc(c.e.voices, func(v voiceAnswer) bool { return v.VoiceID == id })
	return statusOK, nil
}

var statusOK = map[string]string{"status": "ok"}

func allVoices(c *call) (any, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	f.boolean("show_legacy", optional, false) // there are none
	if fail := f.failure(); fail != nil {
		return nil, fail
	}
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return map[string]any{"voices": slices.Clone(c.e.voices)}, nil
}

// paidPlanOnly is what a free plan is told of a voice of the library.
func paidPlanOnly(v *voiceAnswer, tier elevenlabs.Tier) *failure {
	if !v.fromLibrary() || tier != elevenlabs.TierFree {
		return nil
	}
	return &failure{
		http: http.StatusPaymentRequired, kind: "payment_required", code: "paid_plan_required",
		status: "payment_required", message: "Free users cannot use library voices via the API.",
	}
}
