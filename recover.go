package elevenlabs

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// An utterance is what a call of text to speech asks for, as far as the
// account's history knows it. A call that has one can be recovered.
type utterance struct {
	voice, model, text string
	format             Format
}

// notMade is a lost answer that was never made: the history does not have it.
// It was not billed, so it counts as a failure.
type notMade struct{ err error }

func (e *notMade) Error() string {
	return "the answer was lost, and history shows that nothing was made: " + e.err.Error()
}

func (e *notMade) Unwrap() error { return e.err }

// untold is a lost answer that the history cannot tell about. The reason stays
// out of the chain of errors: a lookup's refusal is none of the call.
type untold struct{ err, reason error }

func (e *untold) Error() string {
	return fmt.Sprintf("%v; history cannot tell: %s", e.err, strings.TrimPrefix(e.reason.Error(), "elevenlabs: "))
}

func (e *untold) Unwrap() error { return e.err }

// An unsettled look in the history is repeated. Its error is what it comes to
// when there is no more time.
type unsettled struct{ err error }

func (e *unsettled) Error() string { return e.err.Error() }

// Why the history does not give what was lost.
var (
	errNotMade      = errors.New("nothing was made")
	errUnstored     = errors.New("nothing was to be stored")
	errSeveralFit   = errors.New("several items fit")
	errRivals       = errors.New("calls of the same text with other settings are open")
	errStillMade    = errors.New("the speech is still being made")
	errNeverShown   = errors.New("the speech does not show up")
	errDeleted      = errors.New("the speech was deleted")
	errOtherFormat  = errors.New("the speech is there in another format")
	errUntimed      = errors.New("the speech is there without its timing")
	errTooMany      = errors.New("there are too many items to read")
	errDeadlineNear = errors.New("the deadline comes too early to be sure")
)

// recover looks for the answer that an attempt has lost in the account's
// history, and hands its audio to receive at no cost. What it cannot help
// comes back as it was, as notMade, or as untold. The attempt's slot was given
// back before.
func (t *trip) recover(f *flight, err error, receive func(*flight) error) error {
	defer t.client.claims.settle(t)
	ambiguous := classify(err, f.sent(), t.call.billable()) == ClassAmbiguous
	if !ambiguous || t.call.said == nil || t.cfg.noRecovery || t.ctx.Err() != nil {
		return err
	}
	if t.lostSince.IsZero() {
		t.lostSince = f.sentAt
	}
	it, reason := t.find(f)
	if reason == nil {
		reason = t.fetch(f, it, receive)
	}
	switch ctxErr := t.ctx.Err(); {
	case reason == nil:
		return nil
	case ctxErr != nil:
		return fmt.Errorf("%w, looking in history after: %w", ctxErr, err)
	case reason == errNotMade:
		return &notMade{err}
	}
	return &untold{err, reason}
}

// errEarlier is how an earlier process has lost an answer.
var errEarlier = errors.New("an earlier process did not learn the answer")

// resume looks for the answer to a speech that an earlier process has sent and
// did not get. It reports whether that ends the call.
func (t *trip) resume(receive func(*flight) error) (done bool, err error) {
	if t.cfg.lostAt.IsZero() || t.call.said == nil || t.ctx.Err() != nil {
		return false, nil
	}
	t.lostSince = t.cfg.lostAt
	f := &flight{trip: t, call: &t.call, sentAt: time.Now()} // at the latest
	f.handedOver.Store(true)
	t.client.claims.sent(t)
	if err = t.recover(f, errEarlier, receive); err == nil {
		return true, nil
	}
	switch class := classify(err, true, true); {
	case class == ClassFailed && t.ctx.Err() == nil: // nothing was made
		return false, nil
	case class == ClassAmbiguous && t.cfg.retryAmbiguous && t.ctx.Err() == nil:
		t.client.stats.retried(t.call.Family, class)
		return false, nil
	default:
		return true, t.fail(t.name(f, class, err))
	}
}

// find waits until the history is sure about a lost answer. It returns the
// item, or why there is none to be had.
func (t *trip) find(f *flight) (pastSpeech, error) {
	if t.unstored(f) {
		return pastSpeech{}, errUnstored
	}
	look := t.lookAround
	if id := f.meta.HistoryItemID; id != "" {
		look = func(bool) (pastSpeech, error) { return t.lookAt(id) }
	} else {
		t.client.claims.looking(t)
	}
	until := settled(f.sentAt, time.Now(), utf8.RuneCountInString(t.call.said.text))
	for wait := firstLook; ; wait *= 2 {
		left := time.Until(until)
		it, err := look(left <= 0)
		var open *unsettled
		if !errors.As(err, &open) {
			return it, err
		}
		wait = min(wait, time.Until(until))
		switch {
		case left <= 0:
			return it, open.err
		case !t.inTime(wait):
			return it, errDeadlineNear
		}
		if err := sleep(t.ctx, wait); err != nil {
			return it, err
		}
	}
}

// unstored reports whether the vendor was told to keep nothing, or does so
// for this account: then it proves nothing that the history has nothing.
func (t *trip) unstored(f *flight) bool {
	logging := t.cfg.query.Get("enable_logging")
	return f.call.zeroRetention || logging != "" && logging != "true" || t.client.claims.unstored(f.meta)
}

// firstLook is the wait between the first two looks in the history; each later
// wait is twice as long.
const firstLook = 500 * time.Millisecond

// settled returns from when on the history shows what has become of an attempt
// that was sent and lost at the given times: after the time that a speech of
// so many characters takes, by 5 s and 10 ms for each of them, and 10 s more
// for the item to show up. That is our own allowance, and generous; the vendor
// documents neither.
func settled(sent, lost time.Time, characters int) time.Time {
	made := sent.Add(5*time.Second + time.Duration(characters)*10*time.Millisecond)
	if lost.After(made) {
		made = lost
	}
	return made.Add(10 * time.Second)
}

// fetch hands the audio of an item to receive, as the answer of the call.
func (t *trip) fetch(f *flight, it pastSpeech, receive func(*flight) error) error {
	lost := f.meta
	if f.resp == nil {
		lost.CharacterCost = -1
	}
	// Should the fetch fail, the caller knows at least what to fetch.
	f.meta.HistoryItemID, f.meta.RequestID = it.ID, cmp.Or(lost.RequestID, it.RequestID)
	meta := f.meta
	meta.Attempts, meta.Queued, meta.Recovered = t.attempts, t.queued, true
	if meta.CharacterCost = lost.CharacterCost; meta.CharacterCost < 0 {
		meta.CharacterCost = max(it.CountTo-it.CountFrom, -1)
	}
	var past *HistoryAlignments
	if t.call.timed {
		var err error
		if past, err = t.timing(it); err != nil {
			return err
		}
	}
	call := historyCall("GET /v1/history/{id}/audio", it.ID, "/audio")
	call.recovers = t
	cfg := t.cfg
	cfg.query = nil
	return t.client.perform(t.ctx, call, cfg, func(audio *flight) error {
		meta.FirstByte = time.Since(f.sentAt)
		audio.meta, audio.past = meta, past
		if err := receive(audio); err != nil {
			return err
		}
		t.client.stats.recovered(t.call.Family, meta.CharacterCost, lost.CharacterCost < 0)
		return nil
	})
}
