package elevenlabstest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A dictionary is one of the account's. The emulator's mutex guards it. Its
// versions never change; what changes it makes a new one.
type dictionary struct {
	id, name    string
	description string
	access      string // workspace_access
	created     time.Time
	archived    *int64
	versions    []dictionaryVersion // oldest first, at least one
}

type dictionaryVersion struct {
	id    string
	rules []dictionaryRule
}

// A dictionaryRule is what the API takes and gives as a rule.
type dictionaryRule struct {
	Type            string `json:"type"`
	StringToReplace string `json:"string_to_replace"`
	Alias           string `json:"alias,omitempty"`
	Phoneme         string `json:"phoneme,omitempty"`
	Alphabet        string `json:"alphabet,omitempty"`
	CaseSensitive   bool   `json:"case_sensitive"`
	WordBoundaries  bool   `json:"word_boundaries"`
}

func (d *dictionary) latest() *dictionaryVersion { return &d.versions[len(d.versions)-1] }

// change makes a new version.
func (d *dictionary) change(rules []dictionaryRule) {
	d.versions = append(d.versions, dictionaryVersion{id: newID(), rules: rules})
}

// dictionaryAnswer is the vendor's metadata of a dictionary.
type dictionaryAnswer struct {
	ID                 string  `json:"id"`
	LatestVersionID    string  `json:"latest_version_id"`
	LatestVersionRules int     `json:"latest_version_rules_num"`
	Name               string  `json:"name"`
	Permission         string  `json:"permission_on_resource"`
	CreatedBy          string  `json:"created_by"`
	CreationTimeUnix   int64   `json:"creation_time_unix"`
	ArchivedTimeUnix   *int64  `json:"archived_time_unix"`
	Description        *string `json:"description"`
}

type dictionaryWithRules struct {
	dictionaryAnswer
	Rules []dictionaryRule `json:"rules"`
}

type createdDictionary struct {
	ID               string  `json:"id"`
	Name             string  `json:"name"`
	CreatedBy        string  `json:"created_by"`
	CreationTimeUnix int64   `json:"creation_time_unix"`
	VersionID        string  `json:"version_id"`
	VersionRules     int     `json:"version_rules_num"`
	Description      *string `json:"description"`
	Permission       string  `json:"permission_on_resource"`
}

type changedDictionary struct {
	ID           string `json:"id"`
	VersionID    string `json:"version_id"`
	VersionRules int    `json:"version_rules_num"`
}

// orNull is how the API says that there is no text.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (d *dictionary) answer() dictionaryAnswer {
	return dictionaryAnswer{
		ID: d.id, LatestVersionID: d.latest().id, LatestVersionRules: len(d.latest().rules), Name: d.name,
		Permission: "admin", CreatedBy: userID, CreationTimeUnix: d.created.Unix(),
		ArchivedTimeUnix: d.archived, Description: orNull(d.description),
	}
}

func (d *dictionary) changed() changedDictionary {
	return changedDictionary{ID: d.id, VersionID: d.latest().id, VersionRules: len(d.latest().rules)}
}

func dictionaryRoutes() []route {
	const all, one = "/v1/pronunciation-dictionaries", "/v1/pronunciation-dictionaries/{id}"
	read := func(find func(*call) (any, *failure)) endpoint {
		ep := lookup(find)
		ep.permission = "pronunciation_dictionaries_read"
		return ep
	}
	write := func(read func(*call) (job, *failure)) endpoint {
		return endpoint{read: read, permission: "pronunciation_dictionaries_write"}
	}
	return []route{
		routeTo(http.MethodGet, all, read(pageOfDictionaries)),
		routeTo(http.MethodPost, all+"/add-from-rules", write(readAddDictionary)),
		routeTo(http.MethodPost, all+"/add-from-file", write(readAddLexicon)),
		routeTo(http.MethodGet, one, read(oneDictionary)),
		routeTo(http.MethodPatch, one, write(readEditDictionary)),
		routeTo(http.MethodPost, one+"/add-rules", write(readRulesChange(withRules))),
		routeTo(http.MethodPost, one+"/set-rules", write(readRulesChange(setRules))),
		routeTo(http.MethodPost, one+"/remove-rules", write(readRulesRemoval)),
		routeTo(http.MethodGet, one+"/{version_id}/download", endpoint{
			read:       func(*call) (job, *failure) { return new(lexiconDownload), nil },
			permission: "pronunciation_dictionaries_read",
		}),
	}
}

// dictionary returns the dictionary that the path names. The caller holds the
// mutex.
func (c *call) dictionary() (*dictionary, *failure) {
	return c.e.dictionary(c.vars["id"])
}

func (e *Emulator) dictionary(id string) (*dictionary, *failure) {
	for _, d := range e.dictionaries {
		if d.id == id {
			return d, nil
		}
	}
	return nil, notFound(http.StatusNotFound, "pronunciation_dictionary_not_found",
		"A pronunciation dictionary with ID '%s' was not found.", id)
}

// version returns a version of a dictionary, the latest for no id.
func (d *dictionary) version(id string) (*dictionaryVersion, *failure) {
	if id == "" {
		return d.latest(), nil
	}
	for i := range d.versions {
		if d.versions[i].id == id {
			return &d.versions[i], nil
		}
	}
	return nil, notFound(http.StatusNotFound, "pronunciation_dictionary_version_not_found",
		"A version with ID '%s' of the pronunciation dictionary '%s' was not found.", id, d.id)
}

func oneDictionary(c *call) (any, *failure) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	d, fail := c.dictionary()
	if fail != nil {
		return nil, fail
	}
	return dictionaryWithRules{d.answer(), d.latest().rules}, nil
}

type dictionaryPage struct {
	Dictionaries []dictionaryAnswer `json:"pronunciation_dictionaries"`
	NextCursor   *string            `json:"next_cursor"`
	HasMore      bool               `json:"has_more"`
}

// A dictionaryQuery is what GET /v1/pronunciation-dictionaries can be asked.
type dictionaryQuery struct {
	cursor          string // the id of the last one on the page before
	size            int
	byName          bool
	ascending       bool
	includeArchived bool
}

func readDictionaryQuery(c *call) (dictionaryQuery, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	q := dictionaryQuery{
		cursor: f.text("cursor", nullable), size: 30,
		byName:          f.oneOf("sort", "creation_time_unix", "creation_time_unix", "name") == "name",
		ascending:       strings.EqualFold(f.text("sort_direction", nullable), "ascending"),
		includeArchived: f.boolean("include_archived", optional, true),
	}
	if n := f.integer("page_size", 1, 100); n != nil {
		q.size = int(*n)
	}
	return q, f.failure()
}

// pick returns the dictionaries that a query asks for, in its order.
func (q *dictionaryQuery) pick(all []*dictionary) []*dictionary {
	all = slices.DeleteFunc(slices.Clone(all), func(d *dictionary) bool { return d.archived != nil && !q.includeArchived })
	if q.byName {
		slices.SortStableFunc(all, func(a, b *dictionary) int { return cmp.Compare(a.name, b.name) })
	}
	if !q.ascending {
		slices.Reverse(all)
	}
	return all
}

func pageOfDictionaries(c *call) (any, *failure) {
	q, fail := readDictionaryQuery(c)
	if fail != nil {
		return nil, fail
	}
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	all := q.pick(c.e.dictionaries)
	if q.cursor != "" {
		at := slices.IndexFunc(all, func(d *dictionary) bool { return d.id == q.cursor })
		if at < 0 {
			return nil, invalid("invalid_cursor", "invalid_cursor", "The cursor is not valid.")
		}
		all = all[at+1:]
	}
	page := dictionaryPage{Dictionaries: []dictionaryAnswer{}, HasMore: len(all) > q.size}
	for _, d := range all[:min(q.size, len(all))] {
		page.Dictionaries = append(page.Dictionaries, d.answer())
	}
	if page.HasMore {
		page.NextCursor = &page.Dictionaries[q.size-1].ID
	}
	return page, nil
}
