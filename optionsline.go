package elevenlabs

import (
	"context"
	"math"
	"slices"
	"time"
)

// WithPriority tells the limiter how urgent a call is. Default PriorityNormal.
func WithPriority(p Priority) CallOption {
	return callOption(func(c *callConfig) error {
		if p < PriorityBatch || p > PriorityInteractive {
			return badArgument("WithPriority", "unknown priority %d", int(p))
		}
		c.priority = p
		return nil
	})
}

// WithTenant tells the limiter on whose behalf a call is made, and the
// tenant's share of the account while other tenants wait too: weights 1 and 3
// get a quarter and three quarters. The weight is positive, from a millionth to
// a million; that of a tenant's
// latest call holds for all of them. Default nobody's, with weight 1.
func WithTenant(tenant string, weight float64) CallOption {
	return callOption(func(c *callConfig) error {
		if !(weight > 0) || math.IsInf(weight, 1) {
			return badArgument("WithTenant", "weight %v is not a positive number", weight)
		}
		c.tenant, c.tenantWeight = tenant, weight
		return nil
	})
}

// WithMaxQueue sets how many calls of the family may be before this one in line
// when it has to wait for a slot, 0 for none; a heavy one counts by its weight.
// Those that would be served later do not count, such as a batch that an
// interactive call overtakes. A call that finds more ends at once with a
// [QueueError] that is [ErrQueueFull]. Default no limit.
func WithMaxQueue(n int) CallOption {
	return callOption(func(c *callConfig) error {
		switch {
		case n < 0:
			return badArgument("WithMaxQueue", "%d is negative", n)
		case n == 0:
			c.maxQueue = -1
		default:
			c.maxQueue = n
		}
		return nil
	})
}

// WithMaxWait sets how long a call may wait for a slot, all its attempts
// together, 0 for not at all. A call that would have to wait longer, by the
// present time of service, ends at once with a [QueueError] that is
// [ErrWaitTooLong]; one that has waited so long ends then. Default as long as
// the context lasts.
func WithMaxWait(d time.Duration) CallOption {
	return callOption(func(c *callConfig) error {
		switch {
		case d < 0:
			return badArgument("WithMaxWait", "%v is negative", d)
		case d == 0:
			c.maxWait = -1
		default:
			c.maxWait = d
		}
		return nil
	})
}

type contextOptions struct{}

// NewContext returns a context whose calls use the options, over the client's
// and those of ctx, and under a call's own. A server's middleware can so give
// all calls of a request its tenant and priority. An option that is not valid
// fails the calls, and so does a nil ctx, which stays one.
func NewContext(ctx context.Context, opts ...CallOption) context.Context {
	if ctx == nil {
		return nil
	}
	outer, _ := ctx.Value(contextOptions{}).([]CallOption)
	return context.WithValue(ctx, contextOptions{}, slices.Concat(outer, opts))
}

// WithHeadroom keeps a part of every family's limit, from 0 to less than 1, for
// interactive calls: see [WithPriority]. Default 0.
func WithHeadroom(part float64) ClientOption {
	return clientOption(func(c *config) error {
		c.limits.Headroom = part
		return nil
	})
}

// WithTenantCap sets the part of every family's limit, from 0 to 1, above which
// a tenant lets all others go first, whatever the priorities: see [WithTenant].
// Default 0, no cap.
func WithTenantCap(part float64) ClientOption {
	return clientOption(func(c *config) error {
		c.limits.TenantCap = part
		return nil
	})
}
