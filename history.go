package elevenlabs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

// A HistoryItem is speech that the account has made. Sound effects and music
// are not kept, nor is what was made under zero retention.
//
// Source: SpeechHistoryItemResponseModel in the OpenAPI document.
type HistoryItem struct {
	// ID is what [Client.HistoryAudio] takes, and Meta.HistoryItemID of the call
	// that made it.
	ID string `json:"history_item_id"`
	// RequestID is the call's Meta.RequestID.
	RequestID string `json:"request_id,omitempty"`
	// VoiceID is empty for dialogue, which has several.
	VoiceID   string `json:"voice_id,omitempty"`
	VoiceName string `json:"voice_name,omitempty"`
	// VoiceCategory is premade, cloned, generated or professional.
	VoiceCategory string `json:"voice_category,omitempty"`
	ModelID       string `json:"model_id,omitempty"`
	// Text is empty where there was none, as of a changed voice.
	Text string `json:"text,omitempty"`
	// DateUnix is when it was made, in seconds.
	DateUnix int64 `json:"date_unix"`
	// CharacterCountFrom and CharacterCountTo are the account's credits used
	// before and after.
	CharacterCountFrom int `json:"character_count_change_from"`
	CharacterCountTo   int `json:"character_count_change_to"`
	// ContentType is the audio's media type, Format its whole name, if told.
	ContentType string `json:"content_type"`
	Format      Format `json:"output_format,omitempty"`
	// State is created, deleted or processing.
	State string `json:"state"`
	// Settings are those of the voice, as they were sent.
	Settings    map[string]any `json:"settings,omitempty"`
	ShareLinkID string         `json:"share_link_id,omitempty"`
	// Source is what made it, such as TTS, STS or Projects.
	Source string `json:"source,omitempty"`
	// Alignments are its timing, where that was asked for. The list of items may
	// lack what [Client.HistoryItem] tells.
	Alignments *HistoryAlignments `json:"alignments,omitempty"`
	// Dialogue is who said what.
	Dialogue []struct {
		Text      string `json:"text"`
		VoiceID   string `json:"voice_id"`
		VoiceName string `json:"voice_name"`
	} `json:"dialogue,omitempty"`
	// Extra has the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

// HistoryAlignments are the timing of speech that the account has made: of its
// text, and of how that was read.
//
// Source: HistoryAlignmentsResponseModel in the OpenAPI document.
type HistoryAlignments struct {
	Alignment  *Alignment `json:"alignment"`
	Normalized *Alignment `json:"normalized_alignment"`
}

func (h *HistoryItem) lacks() string { return lacksID("history_item_id", h.ID) }

// UnmarshalJSON keeps the fields it does not know in Extra.
func (h *HistoryItem) UnmarshalJSON(data []byte) (err error) {
	type plain HistoryItem
	h.Extra, err = extra.Unmarshal(data, (*plain)(h))
	return err
}

// MarshalJSON writes Extra along with the fields.
func (h HistoryItem) MarshalJSON() ([]byte, error) {
	type plain HistoryItem
	return extra.Marshal(plain(h), h.Extra)
}

// A HistoryQuery selects items of the history. The zero value selects all of
// them, the newest first.
//
// Source: GET /v1/history in the OpenAPI document.
type HistoryQuery struct {
	// PageSize is how many items one request fetches, 1 to 1000. Default 100.
	PageSize int `json:"page_size"`
	// StartAfterID is the item after which to begin.
	StartAfterID string `json:"start_after_history_item_id"`
	// VoiceID and ModelID keep what was spoken by them.
	VoiceID string `json:"voice_id"`
	ModelID string `json:"model_id"`
	// Since and Before keep what was made from the one on and before the other,
	// in whole seconds.
	Since  time.Time `json:"date_after_unix"`
	Before time.Time `json:"date_before_unix"`
	// SortDirection is asc or desc. Default desc.
	SortDirection string `json:"sort_direction"`
	// Search keeps what contains a text.
	Search string `json:"search"`
	// Source is TTS, STS or Flows.
	Source string `json:"source"`
}

func (q *HistoryQuery) query(after string) url.Values {
	p := params{}
	p.number("page_size", int64(q.PageSize))
	p.text("start_after_history_item_id", cmp.Or(after, q.StartAfterID))
	p.text("voice_id", q.VoiceID)
	p.text("model_id", q.ModelID)
	p.unix("date_after_unix", q.Since)
	p.unix("date_before_unix", q.Before)
	p.text("sort_direction", q.SortDirection)
	p.text("search", q.Search)
	p.text("source", q.Source)
	return url.Values(p)
}

func (q *HistoryQuery) validate() error {
	switch {
	case q.PageSize < 0 || q.PageSize > 1000:
		return badArgument("HistoryQuery.PageSize", "%d is not from 1 to 1000", q.PageSize)
	case !q.Since.IsZero() && !q.Before.IsZero() && !q.Since.Before(q.Before):
		return badArgument("HistoryQuery.Before", "is not after Since")
	}
	return nil
}

// A historyPage is what GET /v1/history answers.
type historyPage struct {
	Items        []*HistoryItem `json:"history"`
	Last         string         `json:"last_history_item_id,omitempty"`
	HasMore      bool           `json:"has_more"`
	ScannedUntil *int64         `json:"scanned_until,omitempty"` // how far a search has come; the next page goes on by itself
}

func (p *historyPage) lacks() string { return lacksItems("history", p.Items) }

// errNoCursor ends a list whose rest cannot be asked for.
var errNoCursor = fmt.Errorf("%w: more follows, but it does not say where", ErrMalformed)

func (p *historyPage) page() (page[*HistoryItem], error) {
	out := page[*HistoryItem]{items: p.Items}
	if !p.HasMore {
		return out, nil
	}
	if out.next = p.Last; out.next == "" && len(out.items) > 0 {
		out.next = out.items[len(out.items)-1].ID
	}
	if out.next == "" {
		return out, errNoCursor
	}
	return out, nil
}

// History returns the speech that the account has made, fetched page by page
// as it is ranged over, and anew each time. It costs nothing and takes no
// slot. An error ends the sequence. A key needs the permission
// speech_history_read; else the error is ErrMissingPermission.
//
// Source: GET /v1/history in the OpenAPI document.
func (c *Client) History(ctx context.Context, query HistoryQuery, opts ...CallOption) iter.Seq2[*HistoryItem, error] {
	return pages(func(after string) (none page[*HistoryItem], err error) {
		if err := query.validate(); err != nil {
			return none, err
		}
		cfg, err := c.callConfig(ctx, opts)
		if err != nil {
			return none, err
		}
		call := Call{Op: "History", Method: http.MethodGet, Path: "/v1/history", Query: query.query(after)}
		return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) (page[*HistoryItem], error) {
			p, err := decodeJSON[historyPage](data)
			if err != nil {
				return none, err
			}
			return p.page()
		})
	})
}

// historyItemCall describes a call on one item, or on something of it.
func historyItemCall(op, method, id, rest string) (Call, error) {
	if err := checkID("HistoryItem.ID", id); err != nil {
		return Call{}, err
	}
	return Call{Op: op, Method: method, Path: "/v1/history/" + url.PathEscape(id) + rest}, nil
}

// HistoryItem returns an item of the history. The error is ErrNotFound if there
// is none, which may show up some seconds after it was made.
//
// Source: GET /v1/history/{history_item_id} in the OpenAPI document.
func (c *Client) HistoryItem(ctx context.Context, id string, opts ...CallOption) (*HistoryItem, error) {
	call, err := historyItemCall("History item", http.MethodGet, id, "")
	if err != nil {
		return nil, err
	}
	return ask[HistoryItem](ctx, c, call, opts)
}

// HistoryAudio returns the audio of an item of the history, whole and at no
// cost. Its Format is empty, for the answer does not tell it: see
// HistoryItem.Format.
//
// Source: GET /v1/history/{history_item_id}/audio in the OpenAPI document.
func (c *Client) HistoryAudio(ctx context.Context, id string, opts ...CallOption) (*Speech, error) {
	call, err := historyItemCall("History audio", http.MethodGet, id, "/audio")
	if err != nil {
		return nil, err
	}
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	return c.speech(ctx, call, cfg, "")
}

// DeleteHistoryItem removes an item from the history, for good. The error is
// ErrNotFound if there is none, be it because an attempt whose answer was lost
// has removed it.
//
// Source: DELETE /v1/history/{history_item_id} in the OpenAPI document.
func (c *Client) DeleteHistoryItem(ctx context.Context, id string, opts ...CallOption) error {
	call, err := historyItemCall("Delete history item", http.MethodDelete, id, "")
	if err != nil {
		return err
	}
	_, err = ask[statusAnswer](ctx, c, call, opts)
	return err
}

// A statusAnswer says ok and nothing else.
type statusAnswer struct {
	Status string `json:"status"`
}

// A HistoryDownload names items of the history to be fetched together.
//
// Source: POST /v1/history/download in the OpenAPI document.
type HistoryDownload struct {
	// IDs are the items. At least one is required.
	IDs []string `json:"history_item_ids"`
	// Format is wav or default, which leaves the audio as it is. Default default.
	Format string `json:"output_format,omitempty"`
}

func (d *HistoryDownload) validate() error {
	if len(d.IDs) == 0 {
		return badArgument("HistoryDownload.IDs", "is empty")
	}
	for _, id := range d.IDs {
		if err := checkID("HistoryDownload.IDs", id); err != nil {
			return err
		}
	}
	return nil
}

// DownloadHistory fetches the audio of items of the history, at no cost: of one
// item as it is, of several in a zip archive. The Content-Type of the answer
// tells which. The caller closes the Response's Body.
//
// Source: POST /v1/history/download in the OpenAPI document.
func (c *Client) DownloadHistory(ctx context.Context, req HistoryDownload, opts ...CallOption) (*Response, error) {
	if err := req.validate(); err != nil {
		return nil, err
	}
	body, err := JSONBody(req)
	if err != nil {
		return nil, err
	}
	return c.Do(ctx, Call{
		Op: "Download history", Method: http.MethodPost, Path: "/v1/history/download",
		Body: body, Repeatable: true,
	}, opts...)
}
