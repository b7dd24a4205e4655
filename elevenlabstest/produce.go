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

const (
	// maxPieces and minPiece bound how a stream is cut: at most so many pieces
	// of at least so many bytes.
	maxPieces, minPiece = 16, 1024
	// exposed is what the vendor lets a browser read of a synthesis.
	exposed = "request-id, history-item-id, character-cost, regeneration-count, generation-info, " +
		"current-concurrent-requests, maximum-concurrent-requests, collect-preference"
)

// A production is audio that is made for a call and sent, whole or as a
// stream.
type production struct {
	item   *item
	source *tone.Source
	stream bool
	spoken bool // speech to text hears the item's text in it
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
	d := delivery{
		status: http.StatusOK, body: io.TeeReader(p.source, hash), size: p.source.Len(), chunked: p.stream,
		made: func() {
			if p.spoken {
				c.e.sent(p.item, [sha256.Size]byte(hash.Sum(nil)))
			}
		},
	}
	if p.stream {
		d.stops = pace(d.size, ready, c.e.scaled(p.rest))
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

// pace spreads a stream over a time: pieces of equal size at equal distances,
// the first one at the start and the last one at the end.
func pace(size int64, start time.Time, rest time.Duration) []stop {
	pieces := min(max(size/minPiece, 1), maxPieces)
	if pieces == 1 {
		return []stop{{at: 0, act: func(c *call) error { return c.waitUntil(start.Add(rest)) }}}
	}
	stops := make([]stop, 0, pieces-1)
	for i := int64(1); i < pieces; i++ {
		at := start.Add(rest * time.Duration(i) / time.Duration(pieces-1))
		stops = append(stops, stop{at: size * i / pieces, act: func(c *call) error { return c.waitUntil(at) }})
	}
	return stops
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
