package elevenlabs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Limiter decides when a call may be sent. [NewLimiter] makes the one a
// [Client] uses by default, which lives in the process; another can share the
// account's limit between processes. The conformance suite
// elevenlabstest.TestLimiter runs against any of them.
//
// A Limiter is safe for concurrent use.
type Limiter interface {
	// Acquire waits for room in flight and takes it. Calls of a family, tenant
	// and priority are admitted in the order they came; one that comes back
	// after a refusal brings its old Place and stands before those that came
	// later. A heavy call at the head is waited for, not overtaken. A call that comes back
	// right after VerdictRefused must be made to wait until there is reason to
	// think that it will be served: the client comes back as often as its
	// context lasts.
	//
	// A call that may not wait, or not as long as it would have to, ends with a
	// [QueueError]; so may one whose deadline comes before its turn.
	//
	// A context that is done takes nothing. One that ends while waiting
	// returns its error at once, and gives back what was just taken.
	Acquire(ctx context.Context, a Admission) (Permit, error)
	// Release gives the room back, with what the attempt taught about the
	// limit. It does not block. A permit that was released already, and the
	// zero Permit, are ignored.
	Release(p Permit, o Outcome)
}

// An Admission is what a [Limiter] knows of a call before it is sent.
type Admission struct {
	// Family is the pool the call counts in.
	Family Family
	// Weight is how many requests the call counts for, 1 if it is less. A
	// weight above the pool's limit takes the whole pool.
	Weight int
	// Priority is how urgent the call is; the zero value is PriorityNormal.
	Priority Priority
	// Tenant is on whose behalf the call is made, empty if it does not matter.
	Tenant string
	// TenantWeight is the tenant's share of the account among the tenants that
	// wait, relative to theirs; 0 counts as 1.
	TenantWeight float64
	// MaxQueue is how many calls may be before this one in line when it has to
	// wait, by priority and fair share; 0 is no limit, less than 0 none.
	MaxQueue int
	// MaxWait is how long the call may wait for room; 0 is as long as its
	// context lasts, less than 0 not at all.
	MaxWait time.Duration
	// Place is the place in line of a call that was admitted before and comes
	// back, as its Permit told; 0 for a new call.
	Place uint64
}

// share is the tenant's weight as the queue wants it.
func (a *Admission) share() float64 {
	if !(a.TenantWeight > 0) {
		return 1
	}
	return min(max(a.TenantWeight, 1e-6), 1e6)
}

// A Permit is room in flight, held from Acquire to Release.
type Permit struct {
	// Admission is what was asked for, with the Place the call had in line.
	Admission
	// ID tells one permit of a limiter from another; it is never 0.
	ID uint64

	pool *pool // where a LocalLimiter took it from
}

// An Outcome is what an attempt taught a [Limiter].
type Outcome struct {
	// Verdict is how the attempt ended.
	Verdict Verdict
	// Limit is how many requests of the family the account may have in
	// flight, as the answer told; 0 if it did not.
	Limit int
	// InUse is how many requests of the family the account had in flight, this
	// one included, as the answer told; 0 if it did not.
	InUse int
	// Paced tells that a refused call waits by a back-off of its own before it
	// comes back, if it does, so that it need not be made to wait.
	Paced bool
}

// A Verdict is how an attempt ended, as far as it concerns a [Limiter].
type Verdict int

const (
	// VerdictUnknown teaches nothing about the limit: the attempt failed, was
	// given up, or was never made.
	VerdictUnknown Verdict = iota
	// VerdictServed means that the account had room for it.
	VerdictServed
	// VerdictRefused means that the account had too many requests in flight.
	VerdictRefused
)

// A Priority is how urgent a call is. More urgent calls go first; a priority
// that has been passed over for long enough gets a turn, see [LimiterConfig].
type Priority int

const (
	// PriorityBatch can wait.
	PriorityBatch Priority = iota - 1
	// PriorityNormal is the zero value.
	PriorityNormal
	// PriorityInteractive has somebody listening.
	PriorityInteractive
)

// PoolStats is a snapshot of one family in a limiter, counted in requests.
type PoolStats struct {
	// Limit is how many the limiter allows in flight now.
	Limit int
	// Told is how many the account allows, as configured or told by answers.
	Told int
	// Others is how many others of the same account had in flight, by the last
	// answer that told.
	Others int
	// InFlight is how many it has admitted and not got back.
	InFlight int
	// Queued is how many calls wait in line.
	Queued int
	// Wait is about how long a new call of normal priority would wait in it; 0
	// if nobody waits, or as long as that is not known.
	Wait time.Duration
}

// LimiterConfig says what a [LocalLimiter] starts from. The zero value starts
// from [TierStarter].
type LimiterConfig struct {
	// Tier gives every family its limit to start from; the zero value is
	// TierStarter. The limit follows what answers tell, up and down.
	Tier Tier
	// Limits overrides single families, in requests in flight, at least 1. A
	// family's limit never rises above its override; it still falls when the
	// account allows less.
	Limits map[Family]int
	// Headroom is the part of every limit that only interactive calls may use,
	// from 0 to less than 1, rounded up to whole slots; at least one slot stays
	// for the others. Default 0.
	Headroom float64
	// TenantCap is the part of every limit above which a tenant lets all others
	// go first, from 0 to 1, rounded down to whole slots but one at least. A
	// tenant that is alone may have everything. Default 0, no cap.
	TenantCap float64
	// Aging is how long calls of a lower priority are passed over until one of
	// them gets a turn. Default 10 s; negative for ever.
	Aging time.Duration
}

const defaultAging = 10 * time.Second

// aging is as the queue wants it, 0 for ever.
func (cfg *LimiterConfig) aging() time.Duration {
	if cfg.Aging == 0 {
		return defaultAging
	}
	return max(cfg.Aging, 0)
}

func (cfg LimiterConfig) validate() error {
	var problems []error
	bad := func(option, format string, args ...any) {
		problems = append(problems, badArgument(option, format, args...))
	}
	switch {
	case cfg.Tier == TierAuto:
		bad("WithTier", "TierAuto is for clients: a limiter cannot ask the account")
	case cfg.Tier != 0 && !cfg.Tier.valid():
		bad("WithTier", "unknown tier %d", int(cfg.Tier))
	}
	if !(cfg.Headroom >= 0 && cfg.Headroom < 1) {
		bad("WithHeadroom", "%v is not from 0 to less than 1", cfg.Headroom)
	}
	if !(cfg.TenantCap >= 0 && cfg.TenantCap <= 1) {
		bad("WithTenantCap", "%v is not from 0 to 1", cfg.TenantCap)
	}
	for f, n := range cfg.Limits {
		if f == "" {
			bad("WithConcurrency", "no family named")
		}
		if n < 1 || n > maxSlots {
			bad("WithConcurrency", "limit of %s is %d, want 1 to %d", f, n, maxSlots)
		}
	}
	return errors.Join(problems...)
}

// A LocalLimiter keeps the requests in flight of one account within its
// limits, inside one process. Clients of the same account share one:
// see [WithLimiter].
//
// Each family has a pool of its own. Who waits is served by priority, inside a
// priority by weighted fair queueing over tenants, inside a tenant first come,
// first served; a call that comes back stands at the head of its tenant.
//
// The limit of a pool follows what the account tells: the
// maximum-concurrent-requests header, and the number in a refusal. A limit that
// nobody told is a guess, raised while calls wait and none was refused. A
// refusal that comes although the limit was kept means that others use the
// same account, or that it frees its slots late; both are found out and
// answered. What others of the account have in flight is left to them, and the
// processes of one account come to about equal parts without a word between
// them. The zero value is a limiter for an account of which nothing is known.
type LocalLimiter struct {
	cfg LimiterConfig

	mu    sync.Mutex              // held while a pool is added
	pools atomic.Pointer[[]*pool] // replaced, never changed; too few for a map
}

// NewLimiter returns a limiter for one account. The error is an
// [ArgumentError].
func NewLimiter(cfg LimiterConfig) (*LocalLimiter, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.Limits = maps.Clone(cfg.Limits)
	return &LocalLimiter{cfg: cfg}, nil
}

// Acquire implements [Limiter].
func (l *LocalLimiter) Acquire(ctx context.Context, a Admission) (p Permit, err error) {
	p.Admission, p.pool = a, l.pool(a.Family)
	p.Weight = min(max(a.Weight, 1), maxSlots)
	p.Priority = min(max(a.Priority, PriorityBatch), PriorityInteractive)
	if err := p.pool.acquire(ctx, &p); err != nil {
		return Permit{}, err
	}
	return p, nil
}

// Release implements [Limiter].
func (l *LocalLimiter) Release(p Permit, o Outcome) {
	if p.pool != nil {
		p.pool.release(&p, o)
	}
}

// SetTier tells the plan of the account, once it has been found out. It sets
// limits that are still a guess; one that was configured, or told by an answer,
// stays.
func (l *LocalLimiter) SetTier(t Tier) {
	if !t.valid() || t == TierAuto {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cfg.Tier = t
	if pools := l.pools.Load(); pools != nil {
		for _, p := range *pools {
			p.plan(t)
		}
	}
}

// Pool returns a snapshot of one family.
func (l *LocalLimiter) Pool(f Family) PoolStats { return l.pool(f).stats() }

// String names the limiter and its plan.
func (l *LocalLimiter) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprintf("LocalLimiter(%s)", l.cfg.Tier)
}

func (l *LocalLimiter) pool(f Family) *pool {
	if pools := l.pools.Load(); pools != nil {
		for _, p := range *pools {
			if p.family == f {
				return p
			}
		}
	}
	return l.addPool(f)
}

func (l *LocalLimiter) addPool(f Family) *pool {
	l.mu.Lock()
	defer l.mu.Unlock()
	var pools []*pool
	if added := l.pools.Load(); added != nil {
		pools = *added
	}
	for _, p := range pools {
		if p.family == f { // added while we waited
			return p
		}
	}
	p := newPool(f, &l.cfg)
	pools = append(slices.Clone(pools), p)
	l.pools.Store(&pools)
	return p
}
