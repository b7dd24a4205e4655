package elevenlabs

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

// A User is whom the key belongs to.
//
// Source: UserResponseModel in the OpenAPI document; workspace_id from the
// vendor's JavaScript SDK 2.73.
type User struct {
	// ID is the user, WorkspaceID the workspace, which not every answer tells.
	ID          string `json:"user_id"`
	WorkspaceID string `json:"workspace_id,omitempty"`
	// FirstName is empty if it is not known.
	FirstName string `json:"first_name,omitempty"`
	// SeatType is workspace_admin, workspace_member or workspace_lite_member.
	SeatType string `json:"seat_type"`
	// Subscription is the account's plan; [Client.Subscription] tells more.
	Subscription Plan `json:"subscription"`
	// CreatedAtUnix is when the user was made, in seconds.
	CreatedAtUnix int64 `json:"created_at"`

	IsOnboardingCompleted          bool  `json:"is_onboarding_completed"`
	IsOnboardingChecklistCompleted bool  `json:"is_onboarding_checklist_completed"`
	ShowComplianceTerms            *bool `json:"show_compliance_terms,omitempty"`
	// IsAPIKeyHashed is true if the vendor has not kept the key itself.
	// XIAPIKeyPreview is what it shows of it.
	IsAPIKeyHashed  *bool  `json:"is_api_key_hashed,omitempty"`
	XIAPIKeyPreview string `json:"xi_api_key_preview,omitempty"`
	// ReferralLinkCode and PartnerstackLink are of the vendor's programmes.
	ReferralLinkCode string `json:"referral_link_code,omitempty"`
	PartnerstackLink string `json:"partnerstack_partner_default_link,omitempty"`
	// IsNewUser is true for a user without a subscription.
	//
	// Deprecated: by the vendor.
	IsNewUser bool `json:"is_new_user"`
	// CanUseDelayedPaymentMethods is of the vendor's billing.
	//
	// Deprecated: by the vendor.
	CanUseDelayedPaymentMethods bool `json:"can_use_delayed_payment_methods"`
	// Extra has the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the fields it does not know in Extra.
func (u *User) UnmarshalJSON(data []byte) (err error) {
	type plain User
	u.Extra, err = extra.Unmarshal(data, (*plain)(u))
	return err
}

// MarshalJSON writes Extra along with the fields.
func (u User) MarshalJSON() ([]byte, error) {
	type plain User
	return extra.Marshal(plain(u), u.Extra)
}

// A Plan is what an account has subscribed to, and what is used of it.
//
// Source: SubscriptionResponseModel in the OpenAPI document.
type Plan struct {
	// Tier is the vendor's name of the plan, for [ParseTier].
	Tier string `json:"tier"`
	// Status is trialing, active, incomplete, past_due, free or free_disabled.
	Status string `json:"status"`
	// CharacterCount is the credits used in this period and CharacterLimit those
	// in it. The count is minutes late, and asking often is refused with a 429
	// (seen live on 8 September 2026).
	CharacterCount int `json:"character_count"`
	CharacterLimit int `json:"character_limit"`
	// NextResetUnix is when the count starts anew, in seconds; nil if not known.
	NextResetUnix *int64 `json:"next_character_count_reset_unix,omitempty"`
	// MaxCharacterLimitExtension is by how many credits usage-based billing may
	// pass the limit; nil for a plan without it.
	MaxCharacterLimitExtension *int `json:"max_character_limit_extension"`
	// MaxCreditLimitExtension is the same, for the present period.
	MaxCreditLimitExtension CreditExtension `json:"max_credit_limit_extension"`
	// CanExtendCharacterLimit tells whether the plan has usage-based billing,
	// AllowedToExtendCharacterLimit whether the user may switch it on.
	CanExtendCharacterLimit       bool `json:"can_extend_character_limit"`
	AllowedToExtendCharacterLimit bool `json:"allowed_to_extend_character_limit"`
	// CurrentOverage is what has been used beyond the plan, as money.
	CurrentOverage struct {
		// Amount is a decimal number in the currency's main unit, such as 12.50.
		Amount string `json:"amount"`
		// Currency is usd, eur, inr or pln.
		Currency string `json:"currency"`
	} `json:"current_overage"`

	// VoiceSlotsUsed of VoiceLimit voices are there; the professional ones are
	// counted by themselves.
	VoiceSlotsUsed                    int  `json:"voice_slots_used"`
	VoiceLimit                        int  `json:"voice_limit"`
	CanExtendVoiceLimit               bool `json:"can_extend_voice_limit"`
	ProfessionalVoiceSlotsUsed        int  `json:"professional_voice_slots_used"`
	ProfessionalVoiceSlotsInWorkspace int  `json:"professional_voice_slots_used_in_workspace"`
	ProfessionalVoiceLimit            int  `json:"professional_voice_limit"`
	// VoiceAddEditCounter of MaxVoiceAddEdits changes of voices are used up.
	VoiceAddEditCounter            int  `json:"voice_add_edit_counter"`
	MaxVoiceAddEdits               *int `json:"max_voice_add_edits,omitempty"`
	CanUseInstantVoiceCloning      bool `json:"can_use_instant_voice_cloning"`
	CanUseProfessionalVoiceCloning bool `json:"can_use_professional_voice_cloning"`

	// Currency is usd, eur, inr or pln; empty for who does not pay.
	Currency string `json:"currency,omitempty"`
	// BillingPeriod and CharacterRefreshPeriod are monthly_period,
	// 3_month_period, 6_month_period or annual_period.
	BillingPeriod          string `json:"billing_period,omitempty"`
	CharacterRefreshPeriod string `json:"character_refresh_period,omitempty"`
}

// A Subscription is the account's plan with its invoices.
//
// Source: ExtendedSubscriptionResponseModel in the OpenAPI document.
type Subscription struct {
	Plan
	// NextInvoice is nil if there will be none.
	NextInvoice *Invoice `json:"next_invoice,omitempty"`
	// OpenInvoices are those that are not paid.
	OpenInvoices    []Invoice `json:"open_invoices"`
	HasOpenInvoices bool      `json:"has_open_invoices"`
	// PendingChange is what the plan will become; nil if it stays.
	PendingChange *PendingChange `json:"pending_change,omitempty"`
	// HasUsedStarterCoupon and HasUsedCreatorCoupon are of the account.
	HasUsedStarterCoupon *bool `json:"has_used_starter_coupon_on_account,omitempty"`
	HasUsedCreatorCoupon *bool `json:"has_used_creator_coupon_on_account,omitempty"`
	// Extra has the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the fields it does not know in Extra.
func (s *Subscription) UnmarshalJSON(data []byte) (err error) {
	type plain Subscription
	s.Extra, err = extra.Unmarshal(data, (*plain)(s))
	return err
}

// MarshalJSON writes Extra along with the fields.
func (s Subscription) MarshalJSON() ([]byte, error) {
	type plain Subscription
	return extra.Marshal(plain(s), s.Extra)
}

// An Invoice is one of the vendor's, in cents of the plan's currency.
type Invoice struct {
	AmountDueCents int  `json:"amount_due_cents"`
	SubtotalCents  *int `json:"subtotal_cents,omitempty"`
	TaxCents       *int `json:"tax_cents,omitempty"`
	// DiscountPercentOff and DiscountAmountOff are those of Discounts together.
	DiscountPercentOff *float64 `json:"discount_percent_off,omitempty"`
	DiscountAmountOff  *float64 `json:"discount_amount_off,omitempty"`
	// Discounts lower the invoice by a percentage or by an amount each.
	Discounts []struct {
		PercentOff *float64 `json:"discount_percent_off,omitempty"`
		AmountOff  *float64 `json:"discount_amount_off,omitempty"`
	} `json:"discounts"`
	// NextPaymentAttemptUnix is when it will be collected, in seconds.
	NextPaymentAttemptUnix int64 `json:"next_payment_attempt_unix"`
	// PaymentIntentStatus is canceled, processing, requires_action,
	// requires_capture, requires_confirmation, requires_payment_method, succeeded
	// or empty. An invoice that is paid in parts has several.
	PaymentIntentStatus   string   `json:"payment_intent_status"`
	PaymentIntentStatuses []string `json:"payment_intent_statusses"` // spelt so by the vendor
}

// A PendingChange is what a plan will become, or that it will end.
type PendingChange struct {
	// Kind is change or cancellation.
	Kind string `json:"kind,omitempty"`
	// NextTier and NextBillingPeriod are the plan after a change.
	NextTier          string `json:"next_tier,omitempty"`
	NextBillingPeriod string `json:"next_billing_period,omitempty"`
	// AtUnix is when, in seconds.
	AtUnix int64 `json:"timestamp_seconds"`
}

// A CreditExtension is by how many credits a limit may be passed: a number, or
// a word.
type CreditExtension string

// UnlimitedExtension is no limit at all.
const UnlimitedExtension CreditExtension = "unlimited"

// Credits returns the number, and false for a word.
func (e CreditExtension) Credits() (int64, bool) {
	n, err := strconv.ParseInt(string(e), 10, 64)
	return n, err == nil
}

// UnmarshalJSON takes a number or a text.
func (e *CreditExtension) UnmarshalJSON(data []byte) error {
	var n json.Number // which takes a text only if it spells a number
	if json.Unmarshal(data, &n) == nil {
		*e = CreditExtension(n)
		return nil
	}
	return json.Unmarshal(data, (*string)(e))
}

// MarshalJSON writes a number as one, and null for nothing.
func (e CreditExtension) MarshalJSON() ([]byte, error) {
	if e == "" {
		return []byte("null"), nil
	}
	if data, err := json.Marshal(json.Number(e)); err == nil {
		return data, nil
	}
	return json.Marshal(string(e))
}

// User returns whom the key belongs to. It costs nothing and takes no slot. A
// key needs the permission user_read; else the error is ErrMissingPermission.
//
// Source: GET /v1/user in the OpenAPI document.
func (c *Client) User(ctx context.Context, opts ...CallOption) (*User, error) {
	return ask[User](ctx, c, Call{Op: "User", Method: http.MethodGet, Path: "/v1/user"}, opts)
}

func subscriptionCall() Call {
	return Call{Op: "Subscription", Method: http.MethodGet, Path: "/v1/user/subscription"}
}

// Subscription returns the account's plan, what is used of it, and its
// invoices. It costs nothing and takes no slot. A key needs the permission
// user_read; else the error is ErrMissingPermission.
//
// Source: GET /v1/user/subscription in the OpenAPI document.
func (c *Client) Subscription(ctx context.Context, opts ...CallOption) (*Subscription, error) {
	return ask[Subscription](ctx, c, subscriptionCall(), opts)
}
