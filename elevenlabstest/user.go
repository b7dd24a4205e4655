package elevenlabstest

import (
	"net/http"
	"strings"
	"time"

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
	NextInvoice                   *invoiceAnswer  `json:"next_invoice"`
	OpenInvoices                  []invoiceAnswer `json:"open_invoices"`
	HasOpenInvoices               bool            `json:"has_open_invoices"`
	PendingChange                 any             `json:"pending_change"`
	HasUsedStarterCouponOnAccount bool            `json:"has_used_starter_coupon_on_account"`
	HasUsedCreatorCouponOnAccount bool            `json:"has_used_creator_coupon_on_account"`
}

type invoiceAnswer struct {
	AmountDueCents         int      `json:"amount_due_cents"`
	SubtotalCents          int      `json:"subtotal_cents"`
	TaxCents               int      `json:"tax_cents"`
	DiscountPercentOff     *float64 `json:"discount_percent_off"`
	DiscountAmountOff      *float64 `json:"discount_amount_off"`
	Discounts              []any    `json:"discounts"`
	NextPaymentAttemptUnix int64    `json:"next_payment_attempt_unix"`
	PaymentIntentStatus    *string  `json:"payment_intent_status"`
	PaymentIntentStatuses  []string `json:"payment_intent_statusses"`
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

// userID is the one user of the account.
const userID = "emulatorUser00000000"

// accountCreated is when the stand-in account was opened: 1 January 2026.
const accountCreated = 1767225600

func userRoutes() []route {
	read := func(find func(*call) (any, *failure)) endpoint {
		ep := lookup(find)
		ep.permission = "user_read"
		return ep
	}
	return []route{
		routeTo(http.MethodGet, "/v1/user", read(func(c *call) (any, *failure) {
			return c.e.user(c.r.Header.Get("Xi-Api-Key")), nil
		})),
		routeTo(http.MethodGet, "/v1/user/subscription", read(func(c *call) (any, *failure) {
			return c.e.extendedSubscription(), nil
		})),
	}
}

// extendedSubscription adds the next invoice, which who pays nothing has not.
func (e *Emulator) extendedSubscription() extendedSubscription {
	s := extendedSubscription{subscriptionAnswer: e.subscription(), OpenInvoices: []invoiceAnswer{}}
	if price := monthlyCents[e.cfg.tier]; price > 0 {
		s.NextInvoice = &invoiceAnswer{
			AmountDueCents: price, SubtotalCents: price, Discounts: []any{},
			NextPaymentAttemptUnix: *s.NextCharacterCountResetUnix, PaymentIntentStatuses: []string{},
		}
	}
	return s
}

// monthlyCents are what plans cost, roughly; the emulator collects nothing.
var monthlyCents = map[elevenlabs.Tier]int{
	0: 500, elevenlabs.TierStarter: 500, elevenlabs.TierCreator: 2200, elevenlabs.TierPro: 9900,
	elevenlabs.TierScale: 33000, elevenlabs.TierBusiness: 132000,
}

// nextMonth returns when the month after that of now begins: a period of the
// emulator's is a month of the calendar.
func nextMonth(now time.Time) int64 {
	now = now.UTC()
	return time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC).Unix()
}

func (e *Emulator) user(key string) userAnswer {
	return userAnswer{
		UserID:                         userID,
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
	edits, reset := maxVoiceEdits, nextMonth(time.Now())
	return subscriptionAnswer{
		Tier:                           tierName(e.cfg.tier),
		CharacterCount:                 e.account.billed,
		CharacterLimit:                 e.account.quota,
		NextCharacterCountResetUnix:    &reset,
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
