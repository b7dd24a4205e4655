package elevenlabs

import (
	"errors"
	"math"
	"net/http"
	"sync"
	"time"
)

const (
	// defaultRetryShare is twice the rate of failures that is served whole.
	defaultRetryShare = 0.1
	// defaultRetryReserve is about what the larger plans have in flight, so that
	// one blow to all of it is survived.
	defaultRetryReserve = 30
	// retryReserveTime is how long an empty reserve takes to fill.
	retryReserveTime = 30 * time.Second
	// maxRetrySavings is how many retries successes can save up.
	maxRetrySavings = 100
	// refusalCost is what the retry after a 429 costs, next to 1 for any other.
	// A refusal is cheap for the vendor and its back-off is longer; while the
	// vendor is busy for a few seconds, a slot meets many of them.
	refusalCost = 1. / 20
)

// A retryBudget holds the retries of a client to a share of its successes. It
// is a bucket of tokens: a success adds a share of one, a retry takes one. Up
// to the reserve time fills it too.
type retryBudget struct {
	share   float64 // negative for no budget
	reserve float64

	mu     sync.Mutex // guards the two below
	tokens float64
	at     time.Time // when they were counted
}

func (b *retryBudget) init(share float64, reserve int) {
	b.share, b.reserve, b.tokens = share, float64(reserve), float64(reserve)
}

// earn counts a success.
func (b *retryBudget) earn() {
	if b.share <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	b.tokens = min(b.tokens+b.share, max(b.reserve, maxRetrySavings))
}

// spend takes the cost of a retry, and reports false if there is not as much.
func (b *retryBudget) spend(cost float64) bool {
	const rounding = 1e-9 // ten tenths are one
	if b.share < 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	if b.tokens+rounding < cost {
		return false
	}
	b.tokens -= cost
	return true
}

// left returns how many retries there are, -1 if they are not counted.
func (b *retryBudget) left() int {
	if b.share < 0 {
		return -1
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	return int(math.Round(b.tokens*100)) / 100
}

// refill adds what time has brought, up to the reserve.
func (b *retryBudget) refill() {
	now := time.Now()
	if b.tokens < b.reserve {
		brought := b.reserve * now.Sub(b.at).Seconds() / retryReserveTime.Seconds()
		b.tokens = min(b.tokens+brought, b.reserve)
	}
	b.at = now
}

// retryCost is what the budget is asked for the retry of a failure.
func retryCost(err error) float64 {
	var api *APIError
	if errors.As(err, &api) && api.StatusCode == http.StatusTooManyRequests {
		return refusalCost
	}
	return 1
}
