// Package retryafter reads the Retry-After header.
package retryafter

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longest is what an absurd value is cut to, far beyond any wait a caller
// would accept and far below what a Duration overflows at.
const longest = 365 * 24 * time.Hour

// Parse returns how long a server asks to be left alone: whole seconds, or a
// date relative to now. It reports false for an absent or unreadable value. A
// date in the past is a wait of zero.
func Parse(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if s, err := strconv.ParseUint(value, 10, 64); err == nil {
		if s > uint64(longest/time.Second) {
			return longest, true
		}
		return time.Duration(s) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), longest), true
}
