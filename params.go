package elevenlabs

import (
	"net/url"
	"strconv"
	"time"
)

// params is a query being written. What is at its zero value is left out, so
// that the server's default holds.
type params url.Values

func (p params) text(name, value string) {
	if value != "" {
		url.Values(p).Set(name, value)
	}
}

func (p params) number(name string, value int64) {
	if value != 0 {
		p.text(name, strconv.FormatInt(value, 10))
	}
}

func (p params) flag(name string, value *bool) {
	if value != nil {
		p.text(name, strconv.FormatBool(*value))
	}
}

// unix writes a time in whole seconds.
func (p params) unix(name string, at time.Time) {
	if !at.IsZero() {
		p.text(name, strconv.FormatInt(at.Unix(), 10))
	}
}

func formatUint(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
