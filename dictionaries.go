package elevenlabs

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

// A Dictionary says how words are pronounced. Speech names it in
// TTSRequest.Dictionaries.
//
// Source: GetPronunciationDictionaryMetadataResponseModel and
// GetPronunciationDictionaryWithRulesResponseModel in the OpenAPI document.
type Dictionary struct {
	ID string `json:"id"`
	// LatestVersionID is the version that the last change has made, and
	// LatestVersionRules how many rules it has.
	LatestVersionID    string `json:"latest_version_id"`
	LatestVersionRules int    `json:"latest_version_rules_num"`
	Name               string `json:"name"`
	Description        string `json:"description,omitempty"`
	// Permission is admin, editor, commenter, viewer or empty.
	Permission string `json:"permission_on_resource"`
	CreatedBy  string `json:"created_by"`
	// CreationTimeUnix and ArchivedTimeUnix are in seconds; the latter is nil
	// for a dictionary that is not archived.
	CreationTimeUnix int64  `json:"creation_time_unix"`
	ArchivedTimeUnix *int64 `json:"archived_time_unix,omitempty"`
	// Rules are those of the latest version. [Client.Dictionary] alone tells them.
	Rules []DictionaryRule `json:"rules"`
	// Extra has the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

func (d *Dictionary) lacks() string { return lacksID("id", d.ID) }

// UnmarshalJSON keeps the fields it does not know in Extra.
func (d *Dictionary) UnmarshalJSON(data []byte) (err error) {
	type plain Dictionary
	d.Extra, err = extra.Unmarshal(data, (*plain)(d))
	return err
}

// MarshalJSON writes Extra along with the fields.
func (d Dictionary) MarshalJSON() ([]byte, error) {
	type plain Dictionary
	return extra.Marshal(plain(d), d.Extra)
}

// Locator names the latest version, for TTSRequest.Dictionaries.
func (d *Dictionary) Locator() DictionaryLocator {
	return DictionaryLocator{ID: d.ID, VersionID: d.LatestVersionID}
}

// A DictionaryVersion is what a change of a dictionary has made. The versions
// before stay as they are.
//
// Source: PronunciationDictionaryRulesResponseModel in the OpenAPI document.
type DictionaryVersion struct {
	// ID is the dictionary.
	ID string `json:"id"`
	// VersionID is the version, and VersionRules how many rules it has.
	VersionID    string `json:"version_id"`
	VersionRules int    `json:"version_rules_num"`
}

func (v *DictionaryVersion) lacks() string {
	return cmp.Or(lacksID("id", v.ID), lacksID("version_id", v.VersionID))
}

// Locator names the version, for TTSRequest.Dictionaries.
func (v DictionaryVersion) Locator() DictionaryLocator {
	return DictionaryLocator{ID: v.ID, VersionID: v.VersionID}
}

// A CreatedDictionary is a dictionary that was just made, and its first
// version.
//
// Source: AddPronunciationDictionaryResponseModel in the OpenAPI document.
type CreatedDictionary struct {
	DictionaryVersion
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// Permission is admin, editor, commenter, viewer or empty.
	Permission string `json:"permission_on_resource"`
	CreatedBy  string `json:"created_by"`
	// CreationTimeUnix is in seconds.
	CreationTimeUnix int64 `json:"creation_time_unix"`
	// Extra has the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the fields it does not know in Extra.
func (d *CreatedDictionary) UnmarshalJSON(data []byte) (err error) {
	type plain CreatedDictionary
	d.Extra, err = extra.Unmarshal(data, (*plain)(d))
	return err
}

// MarshalJSON writes Extra along with the fields.
func (d CreatedDictionary) MarshalJSON() ([]byte, error) {
	type plain CreatedDictionary
	return extra.Marshal(plain(d), d.Extra)
}

// A DictionaryRule says how one word, or several, is pronounced. It is made by
// [AliasRule] or [PhonemeRule].
//
// Source: PronunciationDictionaryAliasRuleRequestModel and
// PronunciationDictionaryPhonemeRuleRequestModel in the OpenAPI document.
type DictionaryRule struct {
	// Type is alias or phoneme.
	Type string `json:"type"`
	// StringToReplace is what is looked for in the text.
	StringToReplace string `json:"string_to_replace"`
	// Alias is what an alias rule has spoken instead.
	Alias string `json:"alias,omitempty"`
	// Phoneme is how it sounds, in Alphabet: ipa or cmu-arpabet.
	Phoneme  string `json:"phoneme,omitempty"`
	Alphabet string `json:"alphabet,omitempty"`
	// CaseSensitive finds the text only as it is written. Default true.
	CaseSensitive *bool `json:"case_sensitive,omitempty"`
	// WordBoundaries finds whole words only. Default true.
	WordBoundaries *bool `json:"word_boundaries,omitempty"`
}

// AliasRule has another text spoken in place of one. Every model heeds it.
func AliasRule(text, alias string) DictionaryRule {
	return DictionaryRule{Type: "alias", StringToReplace: text, Alias: alias}
}

// PhonemeRule tells the sounds of a text, in the alphabet ipa or cmu-arpabet.
// eleven_flash_v2, eleven_turbo_v2 and eleven_monolingual_v1 heed it; other
// models skip it.
//
// Source: the vendor's documentation of August 2025.
func PhonemeRule(text, phoneme, alphabet string) DictionaryRule {
	return DictionaryRule{Type: "phoneme", StringToReplace: text, Phoneme: phoneme, Alphabet: alphabet}
}

// checkRules refuses rules that cannot be ones. A type it does not know is the
// server's affair.
func checkRules(field string, rules []DictionaryRule) error {
	for i, r := range rules {
		if err := r.validate(field + "[" + strconv.Itoa(i) + "]."); err != nil {
			return err
		}
	}
	return nil
}

func (r *DictionaryRule) validate(at string) error {
	err := checkText(at+"StringToReplace", r.StringToReplace)
	switch {
	case err != nil:
	case r.Type == "":
		err = badArgument(at+"Type", "is missing; use AliasRule or PhonemeRule")
	case r.Type == "alias":
		err = checkText(at+"Alias", r.Alias)
	case r.Type == "phoneme":
		if err = checkText(at+"Phoneme", r.Phoneme); err == nil && r.Alphabet == "" {
			err = badArgument(at+"Alphabet", "is missing; use ipa or cmu-arpabet")
		}
	}
	return err
}

// A DictionaryQuery orders the account's dictionaries. The zero value lists all
// of them, the newest first.
//
// Source: GET /v1/pronunciation-dictionaries in the OpenAPI document.
type DictionaryQuery struct {
	// Cursor is where to begin, as an earlier list has told. Default the start.
	Cursor string `json:"cursor"`
	// PageSize is how many dictionaries one request fetches, 1 to 100. Default 30.
	PageSize int `json:"page_size"`
	// Sort is creation_time_unix or name. Default creation_time_unix.
	Sort string `json:"sort"`
	// SortDirection is ASCENDING or DESCENDING. Default DESCENDING.
	SortDirection string `json:"sort_direction"`
	// IncludeArchived lists archived ones too. Default true.
	IncludeArchived *bool `json:"include_archived"`
}

func (q *DictionaryQuery) query(cursor string) url.Values {
	p := params{}
	p.text("cursor", q.Cursor)
	p.text("cursor", cursor) // of a later page
	p.number("page_size", int64(q.PageSize))
	p.text("sort", q.Sort)
	p.text("sort_direction", q.SortDirection)
	p.flag("include_archived", q.IncludeArchived)
	return url.Values(p)
}

type dictionaryPage struct {
	Items   []*Dictionary `json:"pronunciation_dictionaries"`
	Next    string        `json:"next_cursor,omitempty"`
	HasMore bool          `json:"has_more"`
}

func (p *dictionaryPage) lacks() string { return lacksItems("pronunciation_dictionaries", p.Items) }

func (p *dictionaryPage) page() (page[*Dictionary], error) {
	out := page[*Dictionary]{items: p.Items}
	if !p.HasMore {
		return out, nil
	}
	if out.next = p.Next; out.next == "" {
		return out, errNoCursor
	}
	return out, nil
}

const dictionariesPath = "/v1/pronunciation-dictionaries"

// Dictionaries returns the account's pronunciation dictionaries without their
// rules, fetched page by page as they are ranged over, and anew each time. It
// costs nothing and takes no slot, as all calls on dictionaries. An error ends
// the sequence.
//
// Source: GET /v1/pronunciation-dictionaries in the OpenAPI document.
func (c *Client) Dictionaries(ctx context.Context, query DictionaryQuery, opts ...CallOption) iter.Seq2[*Dictionary, error] {
	return pages(func(cursor string) (none page[*Dictionary], err error) {
		if query.PageSize < 0 || query.PageSize > 100 {
			return none, badArgument("DictionaryQuery.PageSize", "%d is not from 1 to 100", query.PageSize)
		}
		cfg, err := c.callConfig(ctx, opts)
		if err != nil {
			return none, err
		}
		call := Call{Op: "Dictionaries", Method: http.MethodGet, Path: dictionariesPath, Query: query.query(cursor)}
		return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) (page[*Dictionary], error) {
			p, err := decodeJSON[dictionaryPage](data)
			if err != nil {
				return none, err
			}
			return p.page()
		})
	})
}
