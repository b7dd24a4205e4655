package elevenlabstest

import (
	"net/http"
	"strings"

	"github.com/elevenlabs-go/elevenlabs"
)

// subscriptionAnswer is the part of a subscription that GET /v1/user has too.
type subscriptionAnswer struct {
	Tier                                  string      `json:"tier"`
	CharacterCount                        int         `json:"character_count"`
	CharacterLimit                        int         `json:"character_limit"`
	MaxCharacterLimitExtension            *int        `json:"max_character_limit_extension"`
	MaxCreditLimitExtension               int         `json:"max_credit_limit_extension"`
	CanExtendCharacterLimit               bool        `json:"can_extend_character_limit"`
	AllowedToExtendCharacterLimit         bool        `json:"allowed_to_extend_character_limit"`
	NextCharacterCountResetUnix           *int64      `json:"next_character_count_reset_unix"`
	VoiceSlotsUsed                        int         `json:"voice_slots_used"`
	ProfessionalVoiceSlotsUsed            int         `json:"professional_voice_slots_used"`
	ProfessionalVoiceSlotsUsedInWorkspace int         `json:"professional_voice_slots_used_in_workspace"`
	VoiceLimit                            int         `json:"voice_limit"`
	MaxVoiceAddEdits                      *int        `json:"max_voice_add_edits"`
	VoiceAddEditCounter                   int         `json:"voice_add_edit_counter"`
	ProfessionalVoiceLimit                int         `json:"professional_voice_limit"`
	CanExtendVoiceLimit                   bool        `json:"can_extend_voice_limit"`
	CanUseInstantVoiceCloning             bool        `json:"can_use_instant_voice_cloning"`
	CanUseProfessionalVoiceCloning        bool        `json:"can_use_professional_voice_cloning"`
	Currency                              string      `json:"currency"`
	CurrentOverage                        priceAnswer `json:"current_overage"`
	Status                                string      `json:"status"`
	BillingPeriod                         string      `json:"billing_period"`
	CharacterRefreshPeriod                string      `json:"character_refresh_period"`
}

type priceAnswer struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// extendedSubscription adds what GET /v1/user/subscription alone has.
type extendedSubscription struct {
	subscriptionAnswer
	NextInvoice                   any   `json:"next_invoice"`
	OpenInvoices                  []any `json:"open_invoices"`
	HasOpenInvoices               bool  `json:"has_open_invoices"`
	PendingChange                 any   `json:"pending_change"`
	HasUsedStarterCouponOnAccount bool  `json:"has_used_starter_coupon_on_account"`
	HasUsedCreatorCouponOnAccount bool  `json:"has_used_creator_coupon_on_account"`
}

type userAnswer struct {
	UserID                         string             `json:"user_id"`
	WorkspaceID                    string             `json:"workspace_id"` // newer SDKs require it
	Subscription                   subscriptionAnswer `json:"subscription"`
	IsNewUser                      bool               `json:"is_new_user"`
	CanUseDelayedPaymentMethods    bool               `json:"can_use_delayed_payment_methods"`
	IsOnboardingCompleted          bool               `json:"is_onboarding_completed"`
	IsOnboardingChecklistCompleted bool               `json:"is_onboarding_checklist_completed"`
	ShowComplianceTerms            bool               `json:"show_compliance_terms"`
	FirstName                      string             `json:"first_name"`
	IsAPIKeyHashed                 bool               `json:"is_api_key_hashed"`
	XiAPIKeyPreview                string             `json:"xi_api_key_preview"`
	ReferralLinkCode               *string            `json:"referral_link_code"`
	PartnerstackPartnerDefaultLink *string            `json:"partnerstack_partner_default_link"`
	CreatedAt                      int64              `json:"created_at"`
	SeatType                       string             `json:"seat_type"`
}

// accountCreated is when the stand-in account was opened: 1 January 2026.
const accountCreated = 1767225600

func userRoutes() []route {
	return []route{
		routeTo(http.MethodGet, "/v1/user", lookup(func(c *call) (any, *failure) {
			return c.e.user(c.r.Header.Get("Xi-Api-Key")), nil
		})),
		routeTo(http.MethodGet, "/v1/user/subscription", lookup(func(c *call) (any, *failure) {
			return extendedSubscription{subscriptionAnswer: c.e.subscription(), OpenInvoices: []any{}}, nil
		})),
	}
}

func (e *Emulator) user(key string) userAnswer {
	return userAnswer{
		UserID:                         "emulatorUser00000000",
		WorkspaceID:                    "emulatorWorkspace000",
		Subscription:                   e.subscription(),
		IsOnboardingCompleted:          true,
		IsOnboardingChecklistCompleted: true,
		FirstName:                      "Emulator",
		IsAPIKeyHashed:                 true,
		XiAPIKeyPreview:                strings.Repeat("*", 8) + key[max(0, len(key)-min(4, len(key)/4)):],
		CreatedAt:                      accountCreated,
		SeatType:                       "workspace_admin",
	}
}

func (e *Emulator) subscription() subscriptionAnswer {
	e.mu.Lock()
	defer e.mu.Unlock()
	status := "active"
	if e.cfg.tier == elevenlabs.TierFree {
		status = "free"
	}
	edits := maxVoiceEdits
	return subscriptionAnswer{
		Tier:                           tierName(e.cfg.tier),
		CharacterCount:                 e.account.billed,
		CharacterLimit:                 e.account.quota,
		VoiceSlotsUsed:                 e.voiceSlots(),
		VoiceLimit:                     maxVoices,
		MaxVoiceAddEdits:               &edits,
		VoiceAddEditCounter:            e.edits,
		ProfessionalVoiceLimit:         1,
		CanUseInstantVoiceCloning:      e.cfg.tier != elevenlabs.TierFree,
		CanUseProfessionalVoiceCloning: e.cfg.atLeast(elevenlabs.TierCreator),
		Currency:                       "usd",
		CurrentOverage:                 priceAnswer{Amount: "0", Currency: "usd"},
		Status:                         status,
		BillingPeriod:                  "monthly_period",
		CharacterRefreshPeriod:         "monthly_period",
	}
}
