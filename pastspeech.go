package elevenlabs

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A pastSpeech is an item of the account's history, as far as a recovery
// needs it.
//
// Source: SpeechHistoryItemResponseModel in the OpenAPI document.
type pastSpeech struct {
	ID          string `json:"history_item_id"`
	RequestID   string `json:"request_id"`
	VoiceID     string `json:"voice_id"`
	ModelID     string `json:"model_id"`
	Text        string `json:"text"`
	DateUnix    int64  `json:"date_unix"`
	CountFrom   int    `json:"character_count_change_from"`
	CountTo     int    `json:"character_count_change_to"`
	ContentType string `json:"content_type"`
	State       string `json:"state"` // created, deleted or processing
	Format      Format `json:"output_format"`
	// Alignments are decoded where they are needed, so that they can spoil nothing
	// else.
	Alignments json.RawMessage `json:"alignments"`
}

// says reports whether an item may be what was asked for. What an item does
// not tell is no reason against it: to miss one is to pay again.
func (it *pastSpeech) says(u *utterance) bool {
	return strings.TrimSpace(it.Text) == strings.TrimSpace(u.text) &&
		(it.VoiceID == "" || it.VoiceID == u.voice) && (it.ModelID == "" || it.ModelID == u.model)
}

// errNoItem keeps what the server names from becoming another path.
var errNoItem = fmt.Errorf("%w: history_item_id is no id", ErrMalformed)

// usable returns nil if the item's audio is what the call would have got.
func (it *pastSpeech) usable(u *utterance) error {
	if lacksID("history_item_id", it.ID) != "" {
		return errNoItem
	}
	said, _, _ := mime.ParseMediaType(it.ContentType)
	switch {
	case it.State == "processing":
		return &unsettled{errStillMade}
	case it.State == "deleted":
		return errDeleted
	case it.Format != "" && it.Format != u.format, it.Format == "" && said != "" && said != u.format.MIME():
		return errOtherFormat
	}
	return nil
}

// historyCall is a lookup in the history, of an item where an id is given. It
// costs nothing, takes no slot, is retried like any other call, and has nothing
// to recover itself.
func historyCall(op, id, rest string) Call {
	path := "/v1/history"
	if id != "" {
		path += "/" + id + rest // of unreserved characters only
	}
	return Call{Op: op, Method: http.MethodGet, Path: path}
}

// lookUp performs such a call, under the options of the caller's that do not
// concern the speech.
func lookUp[T any](t *trip, call Call) (T, error) {
	cfg := t.cfg
	cfg.query, cfg.maxBody = nil, defaultMaxBody
	cfg.timeouts = cfg.timeouts.over(Timeouts{FirstByte: 10 * time.Second})
	v, err := answerOf(t.ctx, t.client, call, cfg, func(data []byte, _ Meta) (v T, err error) {
		if err := json.Unmarshal(data, &v); err != nil {
			return v, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		return v, nil
	})
	if err != nil && classify(err, true, false) != ClassFinal {
		return v, &unsettled{err} // what broke the answer may have broken this
	}
	return v, err
}

// lookAt looks at the item that the lost answer has named.
func (t *trip) lookAt(id string) (pastSpeech, error) {
	if lacksID("history_item_id", id) != "" {
		return pastSpeech{}, errNoItem
	}
	it, err := lookUp[pastSpeech](t, historyCall("GET /v1/history/{id}", id, ""))
	switch {
	case errors.Is(err, ErrNotFound):
		return it, &unsettled{errNeverShown}
	case err != nil:
		return it, err
	}
	it.ID = id
	return it, it.usable(t.call.said)
}

// timing returns when the characters of an item are spoken. The list of items
// may not have that.
func (t *trip) timing(it pastSpeech) (*HistoryAlignments, error) {
	timing := new(HistoryAlignments)
	if json.Unmarshal(it.Alignments, timing) == nil && timing.Alignment != nil {
		return timing, nil
	}
	it, err := t.lookAt(it.ID)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(it.Alignments, timing) != nil || timing.Alignment == nil {
		return nil, errUntimed
	}
	return timing, nil
}

// lookAround looks for an item that fits the call, for the last time or not.
func (t *trip) lookAround(last bool) (pastSpeech, error) {
	items, err := t.pastSpeeches()
	if err != nil {
		return pastSpeech{}, err
	}
	return t.client.claims.choose(t, items, last)
}

// clockSkew is how far the vendor's clock may be behind ours.
const clockSkew = time.Minute

// What is read of the history in one look: so many pages of so many items.
const historyPages, historyPageSize = 10, 100

// pastSpeeches returns the items that fit what was said since the first
// attempt that was lost.
func (t *trip) pastSpeeches() ([]pastSpeech, error) {
	said, since := t.call.said, t.lostSince.Add(-clockSkew).Unix()
	call := historyCall("GET /v1/history", "", "")
	call.Query = url.Values{
		"page_size": {strconv.Itoa(historyPageSize)}, "voice_id": {said.voice}, "model_id": {said.model},
		"date_after_unix": {strconv.FormatInt(since, 10)},
	}
	var found []pastSpeech
	for range historyPages {
		page, err := lookUp[struct {
			History []pastSpeech `json:"history"`
			Last    string       `json:"last_history_item_id"`
			HasMore bool         `json:"has_more"`
		}](t, call)
		if err != nil {
			return nil, err
		}
		last := page.Last
		for _, it := range page.History {
			if last = cmp.Or(page.Last, it.ID); it.DateUnix >= since && it.says(said) {
				found = append(found, it)
			}
		}
		if !page.HasMore {
			return found, nil
		}
		call.Query.Set("start_after_history_item_id", last)
	}
	return nil, errTooMany
}
