package elevenlabs

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

const (
	defaultModel    = "eleven_multilingual_v2"
	defaultSTTModel = "scribe_v2"
	flashModel      = "eleven_flash_v2_5"
)

// maxCharacters is how many characters (Unicode code points) a request to a
// model may hold. The server takes a tenth more, which is not relied on. A
// model that is not listed is not checked.
//
// Source: the vendor's models page of September 2026.
var maxCharacters = map[string]int{
	"eleven_v4":                10_000,
	"eleven_v4_turbo":          10_000,
	"eleven_v3":                5_000,
	"eleven_v3_conversational": 5_000,
	"eleven_multilingual_v2":   10_000,
	"eleven_flash_v2_5":        40_000,
	"eleven_flash_v2":          30_000,
	"eleven_turbo_v2_5":        40_000,
	"eleven_turbo_v2":          30_000,
	"eleven_multilingual_v1":   10_000,
	"eleven_monolingual_v1":    10_000,
}

// Ptr returns a pointer to v, for optional fields whose zero is a choice.
func Ptr[T any](v T) *T { return &v }

// A Model is what the account knows of a model.
//
// Source: ModelResponseModel in the OpenAPI document.
type Model struct {
	// ID is what requests name, such as eleven_multilingual_v2.
	ID string `json:"model_id"`
	// Name and Description are for people.
	Name        string `json:"name"`
	Description string `json:"description"`
	// CanDoTextToSpeech and CanDoVoiceConversion tell what it is for. Models of
	// speech to text are not listed.
	CanDoTextToSpeech    bool `json:"can_do_text_to_speech"`
	CanDoVoiceConversion bool `json:"can_do_voice_conversion"`
	// CanUseStyle and CanUseSpeakerBoost tell which VoiceSettings it heeds.
	CanUseStyle        bool `json:"can_use_style"`
	CanUseSpeakerBoost bool `json:"can_use_speaker_boost"`
	CanBeFinetuned     bool `json:"can_be_finetuned"`
	// ServesProVoices is true for a model that speaks with professional voices.
	ServesProVoices bool `json:"serves_pro_voices"`
	// RequiresAlphaAccess is true for a model that not every account may use.
	RequiresAlphaAccess bool `json:"requires_alpha_access"`
	// TokenCostFactor is the credits per character: 1, or 0.5 for flash models.
	TokenCostFactor float64 `json:"token_cost_factor"`
	// Rates are what the credits per character are made of.
	Rates struct {
		// CharacterCostMultiplier is the credits per character.
		CharacterCostMultiplier float64 `json:"character_cost_multiplier"`
		// CostDiscountMultiplier is what the account's discount makes of them.
		// Default 1.
		CostDiscountMultiplier *float64 `json:"cost_discount_multiplier,omitempty"`
	} `json:"model_rates"`
	// MaxCharactersFree and MaxCharactersSubscribed are how many characters a
	// request may hold, by plan; MaxTextLength is the vendor's upper bound.
	MaxCharactersFree       int `json:"max_characters_request_free_user"`
	MaxCharactersSubscribed int `json:"max_characters_request_subscribed_user"`
	MaxTextLength           int `json:"maximum_text_length_per_request"`
	// Languages is what the model speaks.
	Languages []ModelLanguage `json:"languages"`
	// ConcurrencyGroup names the models that share one limit on requests in
	// flight. The names are the vendor's own; a client of [TierAuto] heeds them.
	ConcurrencyGroup string `json:"concurrency_group"`
	// Extra has the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

// A ModelLanguage is a language that a model speaks.
type ModelLanguage struct {
	// ID is the code of the language, such as en.
	ID string `json:"language_id"`
	// Name is English.
	Name string `json:"name"`
}

// UnmarshalJSON keeps the fields it does not know in Extra.
func (m *Model) UnmarshalJSON(data []byte) (err error) {
	type plain Model
	m.Extra, err = extra.Unmarshal(data, (*plain)(m))
	return err
}

// MarshalJSON writes Extra along with the fields.
func (m Model) MarshalJSON() ([]byte, error) {
	type plain Model
	return extra.Marshal(plain(m), m.Extra)
}

func modelsCall() Call { return Call{Op: "Models", Method: http.MethodGet, Path: "/v1/models"} }

// Models returns the models that the account can use. It costs nothing and
// takes no slot. A key needs the permission models_read; else the error is
// ErrMissingPermission.
//
// Source: GET /v1/models in the OpenAPI document; the permission from a live
// answer of 25 September 2026.
func (c *Client) Models(ctx context.Context, opts ...CallOption) ([]Model, error) {
	models, err := ask[modelList](ctx, c, modelsCall(), opts)
	if err != nil {
		return nil, err
	}
	return *models, nil
}

// A modelList is the answer of GET /v1/models.
type modelList []Model

func (l modelList) lacks() string {
	if l == nil || slices.ContainsFunc(l, func(m Model) bool { return lacksID("model_id", m.ID) != "" }) {
		return "whole list of models"
	}
	return ""
}
