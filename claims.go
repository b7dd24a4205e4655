package elevenlabs

import (
	"bytes"
	"slices"
	"sync"
)

// claims knows which items of the account's history belong to which calls of a
// client, so that no two calls take the same one.
type claims struct {
	mu   sync.Mutex     // guards all below
	open map[*trip]bool // sent, with no item known; true for those that look in the history
	mute bool           // answers say that nothing is stored, unasked

	now, before map[string]bool // ids of items and requests that have an owner, in two generations
}

// maxClaims is how many ids one generation holds; between one and two are
// remembered. An account with 100 requests in flight that take 300 ms each
// makes as many in 50 s, about the time that clocks may differ.
const maxClaims = 1 << 14

// sent notes that a speech is being asked for.
func (c *claims) sent(t *trip) {
	if t.call.said == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[*trip]bool)
	}
	c.open[t] = false
}

// looking notes that a call looks for its item.
func (c *claims) looking(t *trip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[t] = true
}

// answered notes what an answer tells of its item.
func (c *claims) answered(t *trip, m Meta) {
	if t.call.said == nil && m.HistoryItemID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, t)
	switch m.HistoryItemID {
	case "":
		c.claim(m.RequestID)
	case notStored:
		c.mute = c.mute || !t.call.zeroRetention
	default:
		c.mute = false
		c.claim(m.HistoryItemID)
	}
}

// take claims the item of a speech that an earlier process got.
func (c *claims) take(id string) {
	if id == notStored {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claim(id)
}

// settle notes that nothing is expected of a call any more.
func (c *claims) settle(t *trip) {
	if t.call.said == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, t)
}

// unstored reports whether the vendor has kept nothing of an answer.
func (c *claims) unstored(m Meta) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return m.HistoryItemID == notStored || m.HistoryItemID == "" && c.mute
}

func (c *claims) claim(id string) {
	if id == "" {
		return
	}
	if c.now == nil || len(c.now) >= maxClaims {
		c.before, c.now = c.now, make(map[string]bool)
	}
	c.now[id] = true
}

func (c *claims) claimed(id string) bool { return id != "" && (c.now[id] || c.before[id]) }

// choose claims the item of a call that looks for it, of those that fit.
//
// As long as twins of the call are in flight an item may be theirs, so it
// waits for them, but for the last time: then it matters only that there are
// no more items than calls.
func (c *claims) choose(t *trip, items []pastSpeech, last bool) (pastSpeech, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	items = slices.DeleteFunc(items, func(it pastSpeech) bool { return c.claimed(it.ID) || c.claimed(it.RequestID) })
	twins, inFlight, rivals := c.others(t)
	switch {
	case len(items) == 0:
		return pastSpeech{}, &unsettled{errNotMade}
	case len(items) > 1+twins+rivals:
		return pastSpeech{}, errSeveralFit
	case rivals > 0:
		return pastSpeech{}, &unsettled{errRivals}
	case inFlight > 0 && !last:
		return pastSpeech{}, &unsettled{errSeveralFit}
	}
	var reason error
	for _, it := range items {
		if reason = it.usable(t.call.said); reason == nil {
			c.claim(it.ID)
			delete(c.open, t)
			return it, nil
		}
	}
	return pastSpeech{}, reason
}

// others counts the open calls of the same speech besides one: twins, which
// ask for the very same, those of them in flight, and rivals, which ask for it
// with other settings.
func (c *claims) others(t *trip) (twins, inFlight, rivals int) {
	a := &t.call
	for o, looks := range c.open {
		b := &o.call
		switch {
		case o == t, a.said.voice != b.said.voice, a.said.model != b.said.model, a.said.text != b.said.text:
		case a.rawQuery != b.rawQuery, !bytes.Equal(a.Body.bytes, b.Body.bytes):
			rivals++
		default:
			twins++
			if !looks {
				inFlight++
			}
		}
	}
	return twins, inFlight, rivals
}
