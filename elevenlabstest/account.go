package elevenlabstest

import (
	"crypto/sha256"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// maxItems is how many syntheses the account remembers.
const maxItems = 10_000

// An account is what the vendor knows about its customer: what is billed and
// what was made for it. The emulator's mutex guards it.
type account struct {
	quota  int // credits of the period, used ones included
	billed int
	audio  time.Duration
	items  []*item // oldest first
	bySum  map[[sha256.Size]byte]*item

	transcripts []keptTranscript // oldest first

	made        map[speechKey]int // of the items
	billedTwice int
	bills       map[bill]sum
}

// A speechKey is what makes two syntheses the same to a listener.
type speechKey struct{ voice, model, text, format, tells string }

func (it *item) key() speechKey { return speechKey{it.voiceID, it.model, it.text, it.format, it.tells} }

// An item is one synthesis: what was asked for, what it cost and under which
// ids it can be found again. The audio itself is not kept, since the same
// text makes the same audio again.
type item struct {
	requestID     string
	historyItemID string
	stored        bool // false for a request without logging
	deleted       bool // by the customer
	timed         bool // made with timestamps

	voiceID  string
	voice    [2]string // its name and category, as they were
	model    string
	text     string
	language string
	format   string
	settings map[string]any // as they were sent

	lines []line          // of a dialogue, which has no voice of its own,
	ends  []time.Duration // and when the audio of each ends
	tune  string          // what is hummed in place of the text,
	lasts time.Duration   // for so long; zero for as long as the text takes
	tells string          // what tells it from others besides text, voice, model and format
	from  string          // the source in the history; empty for TTS

	made         time.Time // when the work started
	ready        time.Time // when it is done; zero until that is known
	credits      int
	countBefore  int
	countAfter   int
	audioSum     [sha256.Size]byte // zero until the audio has been sent
	audioSeconds float64
}

// sound makes the audio, for the first time or again.
func (it *item) sound(spec audio.Spec) (*tone.Source, error) {
	switch {
	case len(it.lines) > 0:
		s, _, err := tone.Join(spec, texts(it.lines))
		return s, err
	case it.lasts > 0:
		return tone.Lasting(spec, it.tune, it.lasts)
	}
	return tone.New(spec, it.text)
}

// left returns how many credits can still be spent.
func (a *account) left() int { return a.quota - a.billed }

// bill charges for a job whose work starts now and files its item.
func (a *account) bill(ch charge, now time.Time) {
	if it := ch.item; it != nil {
		it.made = now
		it.credits = ch.credits
		it.countBefore, it.countAfter = a.billed, a.billed+ch.credits
		if a.made[it.key()] > 0 {
			a.billedTwice++
		}
		a.made[it.key()]++
		a.items = append(a.items, it)
		a.forget()
	}
	a.enter(ch, now)
	a.billed += ch.credits
	a.audio += ch.audio
}

// forget drops the oldest items. It lets them grow to twice the number first
// so that dropping costs little.
func (a *account) forget() {
	if len(a.items) < 2*maxItems {
		return
	}
	old := a.items[:len(a.items)-maxItems]
	for _, it := range old {
		if a.made[it.key()]--; a.made[it.key()] == 0 {
			delete(a.made, it.key())
		}
		if a.bySum[it.audioSum] == it {
			delete(a.bySum, it.audioSum)
		}
	}
	a.items = append([]*item(nil), a.items[len(old):]...)
}

// sent files an item under the hash of the audio that was made for it.
func (e *Emulator) sent(it *item, sum [sha256.Size]byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	it.audioSum = sum
	e.account.bySum[sum] = it
}

// spoken returns what an audio file says, if it was made here.
func (e *Emulator) spoken(sum [sha256.Size]byte) (it item, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.account.bySum[sum]; p != nil {
		return *p, true
	}
	return item{}, false
}

// tierName is what the vendor calls a plan on the wire.
func tierName(t elevenlabs.Tier) string {
	switch t {
	case elevenlabs.TierScale:
		return "scale_2024_08_10"
	case elevenlabs.TierBusiness:
		return "growing_business"
	case elevenlabs.TierUnlisted:
		return "payg"
	case 0:
		return elevenlabs.TierStarter.String()
	}
	return t.String()
}

// atLeast tells whether the account's plan includes what another plan does.
// A plan outside the vendor's table is given what Starter has.
func (c *config) atLeast(t elevenlabs.Tier) bool {
	have := c.tier
	if have == 0 || have == elevenlabs.TierUnlisted {
		have = elevenlabs.TierStarter
	}
	return have >= t
}
