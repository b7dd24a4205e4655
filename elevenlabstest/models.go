package elevenlabstest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/elevenlabs-go/elevenlabs"
)

// A model is one row of the vendor's table, with what it was seen to refuse.
type model struct {
	id, name    string
	description string
	limit       int // documented characters per request; 1.1 times are served
	halfCost    bool
	group       string
	languages   []string

	speaks   bool // text to speech
	converts bool // voice changer

	noContext bool // refuses previous_text and its like
	anySpeed  bool // takes any speed, to no effect
	noBlank   bool // refuses blank text
	blankCost int  // what blank text costs where it is served
	// noLanguageNormalization refuses apply_language_text_normalization.
	noLanguageNormalization bool
}

// cost returns the credits for so many code points.
func (m *model) cost(points int, blank bool) int {
	switch {
	case blank:
		return m.blankCost
	case m.halfCost:
		return (points + 1) / 2
	}
	return points
}

// family is the pool that the model counts in: that of its group. The groups
// that were not seen are named as the families are.
func (m *model) family() elevenlabs.Family {
	if m.group == "standard_eleven_multilingual_v2" {
		return elevenlabs.FamilyStandard
	}
	return elevenlabs.Family(m.group)
}

// familyOf is the pool of a model that may not exist.
func familyOf(id string) elevenlabs.Family {
	if m := findModel(id); m != nil {
		return m.family()
	}
	return elevenlabs.FamilyOf(id)
}

func (m *model) factor() float64 {
	if m.halfCost {
		return 0.5
	}
	return 1
}

var (
	// languages29 is what the multilingual v2 models speak.
	languages29 = strings.Fields("en ja zh de hi fr ko pt it es id nl tr fil pl sv bg ro ar cs el fi hr ms sk da ta uk ru")
	// languages32 adds what the v2.5 models speak.
	languages32 = append(slices.Clone(languages29), "hu", "no", "vi")
	// languages74 adds the further languages of the v3 family.
	languages74 = append(slices.Clone(languages32), strings.Fields("af as az be bn bs ca ceb cy et fa ga gl gu "+
		"ha he hy is jv ka kk kn ky lb ln lt lv mk ml mr ne ny pa ps sd sl so sr sw te th ur")...)
)

// models is the vendor's table as of September 2026. Which concurrency group
// the flash models have is not known; the others' were seen.
var models = []model{
	{
		id: "eleven_v4", name: "Eleven v4", description: "The most expressive speech synthesis model.",
		limit: 10_000, group: "standard_eleven_v4", languages: languages74, speaks: true,
		anySpeed: true, noBlank: true, noLanguageNormalization: true,
	},
	{
		id: "eleven_v4_turbo", name: "Eleven v4 Turbo", description: "Expressive speech synthesis at half the cost.",
		limit: 10_000, halfCost: true, group: "standard_eleven_v4", languages: languages74, speaks: true,
		anySpeed: true, noBlank: true,
	},
	{
		id: "eleven_v3", name: "Eleven v3", description: "Expressive speech synthesis in 70+ languages.",
		limit: 5_000, group: "standard", languages: languages74, speaks: true,
		noContext: true, anySpeed: true, noBlank: true,
	},
	{
		id: "eleven_v3_conversational", name: "Eleven v3 Conversational", description: "Expressive speech for agents.",
		limit: 5_000, halfCost: true, group: "standard", languages: languages74, speaks: true,
		noContext: true, anySpeed: true, noBlank: true,
	},
	{
		id: "eleven_multilingual_v2", name: "Eleven Multilingual v2",
		description: "Life-like speech synthesis in 29 languages.",
		limit:       10_000, group: "standard_eleven_multilingual_v2", languages: languages29, speaks: true, blankCost: 1,
	},
	{
		id: "eleven_flash_v2_5", name: "Eleven Flash v2.5", description: "Fast speech synthesis in 32 languages.",
		limit: 40_000, halfCost: true, group: "flash", languages: languages32, speaks: true,
	},
	{
		id: "eleven_flash_v2", name: "Eleven Flash v2", description: "Fast English speech synthesis.",
		limit: 30_000, halfCost: true, group: "flash", languages: []string{"en"}, speaks: true,
	},
	{
		id: "eleven_turbo_v2_5", name: "Eleven Turbo v2.5", description: "Deprecated in favour of Flash v2.5.",
		limit: 40_000, halfCost: true, group: "flash", languages: languages32, speaks: true,
	},
	{
		id: "eleven_turbo_v2", name: "Eleven Turbo v2", description: "Deprecated in favour of Flash v2.",
		limit: 30_000, halfCost: true, group: "flash", languages: []string{"en"}, speaks: true,
	},
	{
		id: "eleven_multilingual_sts_v2", name: "Eleven Multilingual v2 (voice changer)",
		description: "Speech to speech in 29 languages.",
		limit:       10_000, group: "standard", languages: languages29, converts: true,
	},
	{
		id: "eleven_english_sts_v2", name: "Eleven English v2 (voice changer)", description: "English speech to speech.",
		limit: 10_000, group: "standard", languages: []string{"en"}, converts: true,
	},
	{
		id: "eleven_multilingual_v1", name: "Eleven Multilingual v1", description: "The first multilingual model.",
		limit: 10_000, group: "standard", languages: strings.Fields("en de pl es it fr pt hi ar"),
		speaks: true, blankCost: 1,
	},
	{
		id: "eleven_monolingual_v1", name: "Eleven English v1", description: "The first English model.",
		limit: 10_000, group: "standard", languages: []string{"en"}, speaks: true, blankCost: 1,
	},
}

func findModel(id string) *model {
	i := slices.IndexFunc(models, func(m model) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return &models[i]
}

func modelRoutes() []route {
	ep := lookup(func(*call) (any, *failure) { return modelList(), nil })
	// Without a key this endpoint looks for a workspace that is not there.
	ep.permission = "models_read"
	ep.anonymous = notFound(http.StatusNotFound, "workspace_not_found", "Workspace 1anonymous1 not found.")
	return []route{routeTo(http.MethodGet, "/v1/models", ep)}
}

type modelAnswer struct {
	ModelID                            string           `json:"model_id"`
	Name                               string           `json:"name"`
	CanBeFinetuned                     bool             `json:"can_be_finetuned"`
	CanDoTextToSpeech                  bool             `json:"can_do_text_to_speech"`
	CanDoVoiceConversion               bool             `json:"can_do_voice_conversion"`
	CanUseStyle                        bool             `json:"can_use_style"`
	CanUseSpeakerBoost                 bool             `json:"can_use_speaker_boost"`
	ServesProVoices                    bool             `json:"serves_pro_voices"`
	TokenCostFactor                    float64          `json:"token_cost_factor"`
	Description                        string           `json:"description"`
	RequiresAlphaAccess                bool             `json:"requires_alpha_access"`
	MaxCharactersRequestFreeUser       int              `json:"max_characters_request_free_user"`
	MaxCharactersRequestSubscribedUser int              `json:"max_characters_request_subscribed_user"`
	MaximumTextLengthPerRequest        int              `json:"maximum_text_length_per_request"`
	Languages                          []languageAnswer `json:"languages"`
	ModelRates                         ratesAnswer      `json:"model_rates"`
	ConcurrencyGroup                   string           `json:"concurrency_group"`
}

type languageAnswer struct {
	LanguageID string `json:"language_id"`
	Name       string `json:"name"`
}

type ratesAnswer struct {
	CharacterCostMultiplier float64 `json:"character_cost_multiplier"`
	CostDiscountMultiplier  float64 `json:"cost_discount_multiplier"`
}

func modelList() []modelAnswer {
	out := make([]modelAnswer, len(models))
	for i, m := range models {
		out[i] = modelAnswer{
			ModelID: m.id, Name: m.name, Description: m.description,
			CanDoTextToSpeech: m.speaks, CanDoVoiceConversion: m.converts,
			CanUseStyle: !m.anySpeed, CanUseSpeakerBoost: !m.anySpeed,
			TokenCostFactor:                    m.factor(),
			MaxCharactersRequestFreeUser:       m.limit,
			MaxCharactersRequestSubscribedUser: m.limit,
			MaximumTextLengthPerRequest:        m.limit,
			ModelRates:                         ratesAnswer{CharacterCostMultiplier: m.factor(), CostDiscountMultiplier: 1},
			ConcurrencyGroup:                   m.group,
		}
		for _, l := range m.languages {
			out[i].Languages = append(out[i].Languages, languageAnswer{LanguageID: l, Name: languageName(l)})
		}
	}
	return out
}

// languageName names the languages that tests and demos show. The others go
// by their code, which the schema allows.
func languageName(code string) string {
	names := map[string]string{
		"en": "English", "ja": "Japanese", "zh": "Chinese", "de": "German", "hi": "Hindi", "fr": "French",
		"ko": "Korean", "pt": "Portuguese", "it": "Italian", "es": "Spanish", "nl": "Dutch", "pl": "Polish",
	}
	if n, ok := names[code]; ok {
		return n
	}
	return code
}
