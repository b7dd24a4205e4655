package elevenlabs

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

// A SharedVoice is one of the vendor's library of shared voices. To speak with
// it, it is added to the account first: [Client.AddSharedVoice].
//
// Source: LibraryVoiceResponseModel in the OpenAPI document.
type SharedVoice struct {
	// PublicOwnerID and ID name the voice in the library.
	PublicOwnerID string `json:"public_owner_id"`
	ID            string `json:"voice_id"`
	DateUnix      int64  `json:"date_unix"`
	Name          string `json:"name"`
	Accent        string `json:"accent"`
	Gender        string `json:"gender"`
	Age           string `json:"age"`
	// Descriptive is a word for how it sounds, such as calm.
	Descriptive string `json:"descriptive"`
	UseCase     string `json:"use_case"`
	// Category is as of a Voice.
	Category string `json:"category"`
	// Language is in ISO 639-1, Locale like en-US.
	Language    string `json:"language,omitempty"`
	Locale      string `json:"locale,omitempty"`
	Description string `json:"description,omitempty"`
	// PreviewURL is a spoken sample.
	PreviewURL string `json:"preview_url,omitempty"`
	// The characters spoken with it in a year, in a week, and in a year through
	// the API.
	UsageCharacterCount1Y        int64 `json:"usage_character_count_1y"`
	UsageCharacterCount7D        int64 `json:"usage_character_count_7d"`
	PlayAPIUsageCharacterCount1Y int64 `json:"play_api_usage_character_count_1y"`
	ClonedByCount                int   `json:"cloned_by_count"`
	// Rate multiplies what speech with the voice costs.
	Rate     *float64 `json:"rate,omitempty"`
	FiatRate *float64 `json:"fiat_rate,omitempty"`
	// FreeUsersAllowed is about the vendor's web site: the API does not let free
	// plans speak with a voice of the library.
	FreeUsersAllowed bool `json:"free_users_allowed"`
	// LiveModerationEnabled tells that texts are checked before they are spoken.
	LiveModerationEnabled bool               `json:"live_moderation_enabled"`
	Featured              bool               `json:"featured"`
	VerifiedLanguages     []VerifiedLanguage `json:"verified_languages,omitempty"`
	// NoticePeriod is how many days the voice stays after its owner has
	// withdrawn it.
	NoticePeriod      *int   `json:"notice_period,omitempty"`
	InstagramUsername string `json:"instagram_username,omitempty"`
	TwitterUsername   string `json:"twitter_username,omitempty"`
	YouTubeUsername   string `json:"youtube_username,omitempty"`
	TikTokUsername    string `json:"tiktok_username,omitempty"`
	ImageURL          string `json:"image_url,omitempty"`
	// IsAddedByUser tells whether the account has it already.
	IsAddedByUser *bool `json:"is_added_by_user,omitempty"`
	IsBookmarked  *bool `json:"is_bookmarked,omitempty"`
	// Extra holds what this package has no field for.
	Extra map[string]json.RawMessage `json:"-"`
}

func (v *SharedVoice) lacks() string { return lacksID("voice_id", v.ID) }

// UnmarshalJSON keeps unknown fields in Extra.
func (v *SharedVoice) UnmarshalJSON(data []byte) (err error) {
	type plain SharedVoice
	v.Extra, err = extra.Unmarshal(data, (*plain)(v))
	return err
}

// MarshalJSON writes the fields of Extra too.
func (v SharedVoice) MarshalJSON() ([]byte, error) {
	type plain SharedVoice
	return extra.Marshal(plain(v), v.Extra)
}

// A SharedVoiceQuery chooses among the voices of the library, for
// [Client.SharedVoices]. A field at its zero value does not restrict.
//
// Source: GET /v1/shared-voices in the OpenAPI document.
type SharedVoiceQuery struct {
	// Category is professional, famous or high_quality.
	Category string `json:"category,omitempty"`
	Gender   string `json:"gender,omitempty"`
	Age      string `json:"age,omitempty"`
	Accent   string `json:"accent,omitempty"`
	// Language is in ISO 639-1, Locale like en-US.
	Language string `json:"language,omitempty"`
	Locale   string `json:"locale,omitempty"`
	Search   string `json:"search,omitempty"`
	// UseCases and Descriptives are those that the voice may have.
	UseCases     []string `json:"use_cases,omitempty"`
	Descriptives []string `json:"descriptives,omitempty"`
	// Featured leaves only those that the vendor features.
	Featured bool `json:"featured,omitempty"`
	// MinNoticePeriodDays is how long in days the voice must stay after its owner
	// has withdrawn it.
	MinNoticePeriodDays *int `json:"min_notice_period_days,omitempty"`
	// IncludeCustomRates and IncludeLiveModerated are whether voices with a rate
	// of their own, and those whose texts are checked first, are among them.
	IncludeCustomRates   *bool `json:"include_custom_rates,omitempty"`
	IncludeLiveModerated *bool `json:"include_live_moderated,omitempty"`
	// ReaderAppEnabled leaves only those that the reader app may use.
	ReaderAppEnabled bool `json:"reader_app_enabled,omitempty"`
	// OwnerID is a PublicOwnerID.
	OwnerID string `json:"owner_id,omitempty"`
	// Sort is created_date, usage_character_count_1y, trending or
	// cloned_by_count. Default created_date.
	Sort string `json:"sort,omitempty"`
	// PageSize is how many voices come with each request, 1 to 100. Vendor's
	// default 30.
	PageSize int `json:"page_size,omitempty"`
	// Page is the page to begin with, from 0.
	Page int `json:"page,omitempty"`
}

func (q *SharedVoiceQuery) validate() error {
	switch {
	case q.PageSize < 0 || q.PageSize > maxPageSize:
		return badArgument("SharedVoiceQuery.PageSize", "%d is not from 1 to %d", q.PageSize, maxPageSize)
	case q.Page < 0:
		return badArgument("SharedVoiceQuery.Page", "%d is negative", q.Page)
	case q.MinNoticePeriodDays != nil && *q.MinNoticePeriodDays < 0:
		return badArgument("SharedVoiceQuery.MinNoticePeriodDays", "%d is negative", *q.MinNoticePeriodDays)
	}
	return nil
}

// A sharedVoicePage is the answer of GET /v1/shared-voices.
type sharedVoicePage struct {
	Voices     []*SharedVoice `json:"voices"`
	HasMore    bool           `json:"has_more"`
	TotalCount *int           `json:"total_count,omitempty"`
	LastSortID string         `json:"last_sort_id,omitempty"`
}

func (p *sharedVoicePage) lacks() string { return lacksItems("voices", p.Voices) }

// SharedVoices lists the voices of the library that a query chooses, which are
// many thousands without one: break off when you have enough. It pages as
// [Client.Voices] does. A voice that is shared or withdrawn while it does may
// be seen twice or not at all, for the vendor's pages are by number.
func (c *Client) SharedVoices(ctx context.Context, query SharedVoiceQuery, opts ...CallOption) iter.Seq2[*SharedVoice, error] {
	invalid, values := query.validate(), queryOf(query)
	return pages(func(cursor string) (page[*SharedVoice], error) {
		if invalid != nil {
			return page[*SharedVoice]{}, invalid
		}
		number := query.Page
		call := Call{Op: "Shared voices", Method: http.MethodGet, Path: "/v1/shared-voices", Query: maps.Clone(values)}
		if cursor != "" {
			number, _ = strconv.Atoi(cursor)
			call.Query.Set("page", cursor)
		}
		p, err := ask[sharedVoicePage](ctx, c, call, opts)
		switch {
		case err != nil:
			return page[*SharedVoice]{}, err
		case !p.HasMore:
			return page[*SharedVoice]{items: p.Voices}, nil
		case len(p.Voices) == 0: // and so would be all pages to come
			return page[*SharedVoice]{}, &ResponseError{Op: call.Op, Err: errNoCursor}
		}
		return page[*SharedVoice]{items: p.Voices, next: strconv.Itoa(number + 1)}, nil
	})
}

// An AddSharedVoiceRequest names a voice of the library and what the account
// will call it.
type AddSharedVoiceRequest struct {
	// PublicUserID and VoiceID are the PublicOwnerID and ID of a SharedVoice.
	// Required.
	PublicUserID string `json:"-"`
	VoiceID      string `json:"-"`
	// NewName is the voice's name in the account. Required.
	NewName string `json:"new_name"`
	// Bookmarked is the vendor's default true.
	Bookmarked *bool `json:"bookmarked,omitempty"`
}

// AddSharedVoice adds a voice of the library to the account, where it takes one
// of the plan's voice slots, and returns the id to speak with. It may be
// another than the one in the library. A lost answer is an [AmbiguousError]:
// the voice may have been added.
//
// Source: POST /v1/voices/add/{public_user_id}/{voice_id} in the OpenAPI
// document.
func (c *Client) AddSharedVoice(ctx context.Context, req AddSharedVoiceRequest, opts ...CallOption) (voiceID string, err error) {
	if err := checkID("AddSharedVoiceRequest.PublicUserID", req.PublicUserID); err != nil {
		return "", err
	}
	if err := checkID("AddSharedVoiceRequest.VoiceID", req.VoiceID); err != nil {
		return "", err
	}
	if err := checkText("AddSharedVoiceRequest.NewName", req.NewName); err != nil {
		return "", err
	}
	body, err := JSONBody(req)
	if err != nil {
		return "", err
	}
	call := Call{Op: "Add shared voice", Method: http.MethodPost, Body: body,
		Path: "/v1/voices/add/" + url.PathEscape(req.PublicUserID) + "/" + url.PathEscape(req.VoiceID)}
	added, err := ask[AddedVoice](ctx, c, call, opts)
	if err != nil {
		return "", err
	}
	return added.VoiceID, nil
}
