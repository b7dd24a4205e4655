package elevenlabstest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// exposed is what the vendor lets a browser read of a synthesis.
const exposed = "request-id, history-item-id, character-cost, regeneration-count, generation-info, " +
	"current-concurrent-requests, maximum-concurrent-requests, collect-preference"

// A production is audio that is made for a call and sent, whole or as a
// stream.
type production struct {
	item   *item
	source *tone.Source
	stream bool
	spoken bool   // speech to text hears the item's text in it
	times  *times // sent along, in JSON; nil for audio alone
	// first is when a stream's first bytes come, counted from admission, and
	// rest how long the others take after that.
	first, rest time.Duration
	head        func() // sets the headers
}

func (c *call) produce(p production) {
	ready := c.serviceEnd(p.first + p.rest)
	c.e.finished(p.item, ready)
	if p.stream {
		ready = c.serviceEnd(p.first)
	}
	if c.waitUntil(ready) != nil {
		return // the client is gone; what it asked for stays billed
	}
	p.head()
	hash := sha256.New()
	d := p.body(io.TeeReader(p.source, hash))
	d.status, d.chunked = http.StatusOK, p.stream
	d.made = func() {
		if p.spoken {
			c.e.sent(p.item, [sha256.Size]byte(hash.Sum(nil)))
		}
	}
	if p.stream {
		d.pace(ready, c.e.scaled(p.rest))
	} else {
		d.stops = nil
	}
	c.deliver(d)
}

// keep settles whether an item goes to the history. Only an entitled account
// gets zero retention; others' wish is ignored.
func (it *item) keep(e *Emulator, logging bool) {
	it.stored, it.historyItemID = true, newID()
	if !logging && e.cfg.tier == elevenlabs.TierEnterprise {
		it.stored, it.historyItemID = false, "not_stored"
	}
}

// speakingTime returns how long so many code points take: up to a stream's
// first bytes, and after that.
func (c *call) speakingTime(points int) (first, rest time.Duration) {
	cfg, n := &c.e.cfg, time.Duration(points)
	switch {
	case cfg.service > 0:
		return cfg.service / 4, cfg.service - cfg.service/4
	case c.charge.family == elevenlabs.FamilyFlash:
		return cfg.latency.FlashBase, n * cfg.latency.PerFlashCharacter
	}
	return cfg.latency.Base, n * cfg.latency.PerCharacter
}

// body is the audio as it is sent, with the stops of a stream.
func (p *production) body(audio io.Reader) delivery {
	size := p.source.Len()
	pieces := piecesOf(size)
	switch {
	case p.times != nil && p.stream:
		return p.times.lines(audio, size, pieces)
	case p.times != nil:
		return p.times.answer(audio, size)
	}
	d := delivery{body: audio, size: size, stops: make([]stop, pieces-1)}
	for i := range d.stops {
		d.stops[i].at = size * int64(i+1) / int64(pieces)
	}
	return d
}

// speechHeaders are what a synthesis answers with.
func (c *call) speechHeaders(it *item, contentType string) {
	c.commonHeaders()
	h := c.w.Header()
	h.Set("Access-Control-Expose-Headers", exposed)
	h.Set("Alt-Svc", `h3=":443"; ma=2592000`)
	h.Set("Strict-Transport-Security", "max-age=1800;")
	h.Set("Collect-Preference", "True")
	h.Set("Content-Type", contentType)
	h.Set("Request-Id", it.requestID)
	h.Set("History-Item-Id", it.historyItemID)
	h.Set("Character-Cost", strconv.Itoa(c.charge.credits))
	h.Set("Current-Concurrent-Requests", strconv.Itoa(c.inFlight))
	h.Set("Maximum-Concurrent-Requests", strconv.Itoa(c.limit))
	h.Set("Workspace-Concurrent-Requests", strconv.Itoa(c.workspace))
	h.Set("Tts-Latency-Ms", fmt.Sprint(time.Since(c.admitted).Milliseconds()))
}
