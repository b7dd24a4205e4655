package elevenlabs

import (
	"cmp"
	"context"
	"log/slog"
	"time"
)

// planPatience is how long calls wait at most for the account to tell its plan.
const planPatience = 3 * time.Second

// A planFinder is what a client of TierAuto asks the account.
type planFinder struct {
	logs     []*slog.Logger
	families lookup[map[string]Family] // of models, by what the account groups
}

// warn logs what could not be found, and what is taken instead.
func (p *planFinder) warn(ctx context.Context, err error) {
	for _, log := range p.logs {
		log.LogAttrs(ctx, slog.LevelWarn, "TierAuto could not learn all of the account's limits",
			slog.String("error", err.Error()))
	}
}

// A tierSetter is a Limiter that can be told the plan while it works.
type tierSetter interface{ SetTier(Tier) }

// familyOf returns the pool a call counts in, by what the account says where
// it has been asked. What it does not tell, or not in time, is as it would be
// without asking.
func (c *Client) familyOf(ctx context.Context, call *Call, cfg callConfig) Family {
	if c.plan == nil || call.Family == "" {
		return call.Family
	}
	families, _ := c.plan.families.get(ctx, func() (map[string]Family, error) {
		families := c.findPlan(ctx, cfg)
		return families, ctx.Err() // the next caller asks if this one left
	})
	if f, ok := families[call.model]; ok {
		return f
	}
	return call.Family
}

// findPlan asks for the plan and for the groups of models. A key that may ask
// neither is not asked again: hooks and the log show what the account said.
func (c *Client) findPlan(caller context.Context, cfg callConfig) map[string]Family {
	ctx, cancel := context.WithTimeout(caller, planPatience)
	defer cancel()
	tier, err := c.askTier(ctx, cfg)
	if err == nil {
		c.limiter.(tierSetter).SetTier(tier) // New has seen to it that it is one
	}
	models, failed := answerOf(ctx, c, modelsCall(), cfg, plainly[[]grouped])
	if err = cmp.Or(err, failed); err != nil && caller.Err() == nil {
		c.plan.warn(ctx, err)
	}
	if failed != nil {
		return nil
	}
	return familiesOf(*models)
}

func (c *Client) askTier(ctx context.Context, cfg callConfig) (Tier, error) {
	subscription, err := answerOf(ctx, c, subscriptionCall(), cfg, plainly[subscribed])
	if err != nil {
		return 0, err
	}
	return ParseTier(subscription.Tier)
}

// What of a Subscription and of a Model is read here, so that nothing else in
// them can keep the limits from being found.
type (
	subscribed struct {
		Tier string `json:"tier"`
	}
	grouped struct {
		ID    string `json:"model_id"`
		Group string `json:"concurrency_group"`
	}
)

// plainly decodes an answer that is JSON and nothing else.
func plainly[T any](data []byte, _ Meta) (*T, error) { return decodeJSON[T](data) }

// familiesOf tells which model counts in which pool. The group of the standard
// model is FamilyStandard and that of the flash model FamilyFlash; any other is
// a Family by its own name.
//
// Source: concurrency_group of GET /v1/models in the OpenAPI document.
func familiesOf(models []grouped) map[string]Family {
	groups := map[string]Family{"": ""}
	for _, m := range models {
		if m.ID == defaultModel || m.ID == flashModel {
			groups[m.Group] = FamilyOf(m.ID)
		}
	}
	families := make(map[string]Family, len(models))
	for _, m := range models {
		family, known := groups[m.Group]
		if !known {
			family = Family(m.Group)
		}
		if family != "" {
			families[m.ID] = family
		}
	}
	return families
}
