package elevenlabs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
)

// A VoiceQuery chooses among the account's voices, for [Client.Voices]. A field
// at its zero value does not restrict.
//
// Source: GET /v2/voices in the OpenAPI document.
type VoiceQuery struct {
	// Search is for in names, descriptions, labels and categories.
	Search string `json:"search,omitempty"`
	// Sort is created_at_unix or name.
	Sort string `json:"sort,omitempty"`
	// SortDirection is asc or desc.
	SortDirection string `json:"sort_direction,omitempty"`
	// VoiceType is personal, community, default, workspace, non-default,
	// non-community or saved.
	VoiceType string `json:"voice_type,omitempty"`
	// Category is premade, cloned, generated or professional.
	Category string `json:"category,omitempty"`
	// FineTuningState is of professional voices: draft, not_verified,
	// not_started, queued, fine_tuning, fine_tuned, failed or delayed.
	FineTuningState string `json:"fine_tuning_state,omitempty"`
	CollectionID    string `json:"collection_id,omitempty"`
	Gender          string `json:"gender,omitempty"`
	Age             string `json:"age,omitempty"`
	// Languages are those that the voice may have, in ISO 639-1.
	Languages []string `json:"language,omitempty"`
	Accent    string   `json:"accent,omitempty"`
	UseCases  []string `json:"use_cases,omitempty"`
	// MinNoticePeriodDays is how long in days the voice must stay after its owner
	// has withdrawn it.
	MinNoticePeriodDays *int `json:"min_notice_period_days,omitempty"`
	// IncludeCustomRates and IncludeLiveModerated are whether voices with a rate
	// of their own, and those whose texts are checked first, are among them.
	IncludeCustomRates   *bool `json:"include_custom_rates,omitempty"`
	IncludeLiveModerated *bool `json:"include_live_moderated,omitempty"`
	HighQuality          *bool `json:"high_quality,omitempty"`
	// VoiceIDs are the voices to look at, at most 100.
	VoiceIDs []string `json:"voice_ids,omitempty"`
	// PageSize is how many voices come with each request, 1 to 100. The first
	// one may bring more. Vendor's default 10.
	PageSize int `json:"page_size,omitempty"`
}

// maxPageSize is the most voices that a page of any of the lists has.
const maxPageSize = 100

func (q *VoiceQuery) validate() error {
	switch {
	case q.PageSize < 0 || q.PageSize > maxPageSize:
		return badArgument("VoiceQuery.PageSize", "%d is not from 1 to %d", q.PageSize, maxPageSize)
	case q.MinNoticePeriodDays != nil && *q.MinNoticePeriodDays < 0:
		return badArgument("VoiceQuery.MinNoticePeriodDays", "%d is negative", *q.MinNoticePeriodDays)
	case len(q.VoiceIDs) > 100:
		return badArgument("VoiceQuery.VoiceIDs", "%d given, at most 100", len(q.VoiceIDs))
	}
	for _, id := range q.VoiceIDs {
		if err := checkID("VoiceQuery.VoiceIDs", id); err != nil {
			return err
		}
	}
	return nil
}

// A voicePage is the answer of GET /v2/voices.
type voicePage struct {
	Voices        []*Voice `json:"voices"`
	HasMore       bool     `json:"has_more"`
	TotalCount    int      `json:"total_count"`
	NextPageToken string   `json:"next_page_token,omitempty"`
}

func (p *voicePage) lacks() string { return lacksItems("voices", p.Voices) }

// Voices lists the account's voices that a query chooses; the zero query
// chooses all. Pages are fetched as the sequence is ranged over, and anew each
// time it is. A bad argument or a page that fails ends the sequence with its
// error. Lists cost nothing and take no slot. The key needs the permission
// voices_read.
func (c *Client) Voices(ctx context.Context, query VoiceQuery, opts ...CallOption) iter.Seq2[*Voice, error] {
	invalid, values := query.validate(), queryOf(query)
	values.Set("include_total_count", "false") // it takes the vendor time, and nobody sees it
	return pages(func(cursor string) (page[*Voice], error) {
		if invalid != nil {
			return page[*Voice]{}, invalid
		}
		call := Call{Op: "Voices", Method: http.MethodGet, Path: "/v2/voices", Query: maps.Clone(values)}
		if cursor != "" {
			call.Query.Set("next_page_token", cursor)
		}
		p, err := ask[voicePage](ctx, c, call, opts)
		switch {
		case err != nil:
			return page[*Voice]{}, err
		case p.HasMore && p.NextPageToken == "":
			return page[*Voice]{}, &ResponseError{Op: call.Op, Err: errNoCursor}
		case !p.HasMore:
			p.NextPageToken = ""
		}
		return page[*Voice]{items: p.Voices, next: p.NextPageToken}, nil
	})
}

// AllVoices returns all voices of the account with one request, legacy ones
// among them if showLegacy is true. The vendor stops answering it for accounts
// with more than 500 voices: [Client.Voices] has no such limit.
//
// Source: GET /v1/voices in the OpenAPI document.
func (c *Client) AllVoices(ctx context.Context, showLegacy bool, opts ...CallOption) ([]*Voice, error) {
	call := Call{Op: "All voices", Method: http.MethodGet, Path: "/v1/voices"}
	if showLegacy {
		call.Query = url.Values{"show_legacy": {"true"}}
	}
	all, err := ask[voicePage](ctx, c, call, opts)
	if err != nil {
		return nil, err
	}
	return all.Voices, nil
}

// Voice returns a voice by its id, with its settings unless
// WithQuery("with_settings", "false") is given. One that the account does not
// have is [ErrVoiceNotFound]. The vendor was seen to say so of a voice of the
// library that it found a minute later; [Client.ResolveVoice] looks twice.
//
// Source: GET /v1/voices/{voice_id} in the OpenAPI document, and live answers
// of September 2026.
func (c *Client) Voice(ctx context.Context, id string, opts ...CallOption) (*Voice, error) {
	if err := checkID("Voice.ID", id); err != nil {
		return nil, err
	}
	return ask[Voice](ctx, c, Call{Op: "Voice", Method: http.MethodGet, Path: voicePath(id)}, opts)
}

func voicePath(id string) string { return "/v1/voices/" + url.PathEscape(id) }

// queryOf writes a struct as a URL's query under its names in JSON. A list
// repeats its name, as the vendor reads it.
func queryOf(v any) url.Values {
	data, _ := json.Marshal(v) // strings, numbers and truths can always be written
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var fields map[string]any
	_ = dec.Decode(&fields)
	values := make(url.Values, len(fields))
	for name, field := range fields {
		list, ok := field.([]any)
		if !ok {
			list = []any{field}
		}
		for _, value := range list {
			values.Add(name, fmt.Sprint(value))
		}
	}
	return values
}
