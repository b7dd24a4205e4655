package elevenlabs

import (
	"fmt"
	"strings"
)

// A Family is a pool of models that share one limit on requests in flight.
//
// The vendor counts flash and turbo models apart from all others, and speech
// to text apart from both; realtime speech to text has a pool of its own. A
// Family is an open set: the concurrency_group of GET /v1/models is a Family
// too.
//
// Source: vendor article on concurrency of 26 June 2026; concurrency_group in
// the OpenAPI document.
type Family string

const (
	// FamilyStandard holds every text to speech model that is not flash or
	// turbo.
	FamilyStandard Family = "standard"
	// FamilyFlash holds the eleven_flash_* and eleven_turbo_* models.
	FamilyFlash Family = "flash"
	// FamilySTT holds batch speech to text.
	FamilySTT Family = "stt"
	// FamilyRealtimeSTT holds speech to text over a socket.
	FamilyRealtimeSTT Family = "stt-realtime"
)

// FamilyOf returns the pool that requests to a model count in. A model it
// does not know counts as standard, the pool with the smallest limit.
func FamilyOf(model string) Family {
	switch {
	case strings.HasPrefix(model, "eleven_flash_"), strings.HasPrefix(model, "eleven_turbo_"):
		return FamilyFlash
	case strings.HasPrefix(model, "scribe_") && strings.Contains(model, "_realtime"):
		return FamilyRealtimeSTT
	case strings.HasPrefix(model, "scribe_"):
		return FamilySTT
	}
	return FamilyStandard
}

// answersFast reports whether a refusal comes soon. An upload is refused only
// when it has been sent.
func (f Family) answersFast() bool { return f != FamilySTT && f != FamilyRealtimeSTT }

// A Tier is a subscription plan. It decides how many requests of a family the
// account may have in flight. The zero value means that the plan was not
// told, which counts as [TierStarter].
type Tier int

// The plans of the vendor's table.
const (
	TierFree Tier = iota + 1
	TierStarter
	TierCreator
	TierPro
	TierScale
	TierBusiness
	// TierEnterprise has limits by contract. It starts from those of
	// TierBusiness and follows what the answers tell.
	TierEnterprise
	// TierUnlisted is a plan the API names but the vendor's table does not
	// (go, trial, grants, pay as you go). It starts from the limits of
	// TierStarter and follows what the answers tell.
	TierUnlisted
	// TierAuto has a client ask the account for its plan and for the
	// concurrency groups of its models, before its first call, which waits 3 s
	// for it at most. A key that may not ask works as without a plan. It is for
	// [WithTier] alone.
	TierAuto
)

// limits is the vendor's table of 26 June 2026: requests in flight per plan.
var limits = map[Tier]map[Family]int{
	TierFree:     {FamilyStandard: 2, FamilyFlash: 4, FamilySTT: 8, FamilyRealtimeSTT: 6},
	TierStarter:  {FamilyStandard: 3, FamilyFlash: 6, FamilySTT: 12, FamilyRealtimeSTT: 9},
	TierCreator:  {FamilyStandard: 5, FamilyFlash: 10, FamilySTT: 20, FamilyRealtimeSTT: 15},
	TierPro:      {FamilyStandard: 10, FamilyFlash: 20, FamilySTT: 40, FamilyRealtimeSTT: 30},
	TierScale:    {FamilyStandard: 15, FamilyFlash: 30, FamilySTT: 60, FamilyRealtimeSTT: 45},
	TierBusiness: {FamilyStandard: 15, FamilyFlash: 30, FamilySTT: 60, FamilyRealtimeSTT: 45},
}

// tierNames maps what GET /v1/user/subscription calls a plan, and the plan's
// everyday name, to its Tier. The order is that of the error that lists them.
//
// Source: next_tier in the OpenAPI document; payg was seen live.
var tierNames = []struct {
	name string
	tier Tier
}{
	{"free", TierFree},
	{"starter", TierStarter},
	{"creator", TierCreator},
	{"pro", TierPro},
	{"scale", TierScale},
	{"scale_2024_08_10", TierScale},
	{"business", TierBusiness},
	{"growing_business", TierBusiness},
	{"enterprise", TierEnterprise},
	{"go", TierUnlisted},
	{"trial", TierUnlisted},
	{"payg", TierUnlisted},
	{"grant_tier_1_2025_07_23", TierUnlisted},
	{"grant_tier_2_2025_07_23", TierUnlisted},
}

// ParseTier returns the plan with the given name: one that
// GET /v1/user/subscription reports, such as growing_business, or its
// everyday name. Case does not matter. An unknown name is an error that lists
// the known ones.
func ParseTier(name string) (Tier, error) {
	known := make([]string, 0, len(tierNames))
	for _, n := range tierNames {
		if strings.EqualFold(n.name, strings.TrimSpace(name)) {
			return n.tier, nil
		}
		known = append(known, n.name)
	}
	return 0, fmt.Errorf("elevenlabs: unknown tier %q; known are %s", name, strings.Join(known, ", "))
}

// String returns the everyday name of the plan.
func (t Tier) String() string {
	switch t {
	case 0:
		return "not told"
	case TierUnlisted:
		return "unlisted"
	case TierAuto:
		return "auto"
	}
	for _, n := range tierNames {
		if n.tier == t {
			return n.name
		}
	}
	return fmt.Sprintf("Tier(%d)", int(t))
}

// Limit returns how many requests of a family a plan allows in flight, by the
// vendor's table of 26 June 2026. A family that is not in the table counts as
// [FamilyStandard].
func (t Tier) Limit(f Family) int {
	switch t {
	case TierEnterprise:
		t = TierBusiness
	case 0, TierUnlisted, TierAuto:
		t = TierStarter
	}
	row := limits[t]
	if n, ok := row[f]; ok {
		return n
	}
	return row[FamilyStandard]
}

func (t Tier) valid() bool { return t >= TierFree && t <= TierAuto }

// guessed reports whether the limits of the plan are a guess at the account's.
func (t Tier) guessed() bool { return t < TierFree || t > TierBusiness }
