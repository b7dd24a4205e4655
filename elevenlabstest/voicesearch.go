package elevenlabstest

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// defaultPage and maxPage bound page_size of GET /v2/voices; maxPage that of
// the library too.
const defaultPage, maxPage = 10, 100

// maxVoiceIDs is how many voices can be asked for by id.
const maxVoiceIDs = 100

type voicesPage struct {
	Voices        []voiceAnswer `json:"voices"`
	HasMore       bool          `json:"has_more"`
	TotalCount    int           `json:"total_count"`
	NextPageToken *string       `json:"next_page_token"`
}

func pageOfVoices(c *call) (any, *failure) {
	q := c.r.URL.Query()
	f := newFields("query", queryValues(q))
	size := int64(defaultPage)
	if n := f.integer("page_size", 1, maxPage); n != nil {
		size = *n
	}
	withTotal := f.boolean("include_total_count", optional, true)
	filter := readVoiceFilter(f)
	if q.Has("voice_ids") {
		f.values["voice_ids"] = anyOf(q["voice_ids"])
		f.list("voice_ids", maxVoiceIDs)
	}
	if fail := f.failure(); fail != nil {
		return nil, fail
	}
	start, ok := readPageToken(q.Get("next_page_token"))
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	found := filter.search(c.e.voices, q)
	if !ok || start > len(found) {
		return nil, invalid("invalid_cursor", "invalid_cursor", "The next_page_token is not valid.")
	}
	end := min(start+int(size), len(found))
	page := voicesPage{Voices: found[start:end], HasMore: end < len(found)}
	if withTotal {
		page.TotalCount = len(found)
	}
	if page.HasMore {
		page.NextPageToken = pageToken(end)
	}
	return page, nil
}

func pageToken(start int) *string {
	token := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(start)))
	return &token
}

// readPageToken returns where a page starts. Tokens are opaque to clients.
func readPageToken(token string) (int, bool) {
	if token == "" {
		return 0, true
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(b))
	return n, err == nil && n >= 0
}

// A voiceFilter is the part of a search that has types; the rest is text.
type voiceFilter struct {
	minNotice     *int64
	customRates   bool
	liveModerated bool
	highQuality   *bool
}

// readVoiceFilter reads what both searches have.
func readVoiceFilter(f fields) voiceFilter {
	filter := voiceFilter{
		minNotice:     f.integer("min_notice_period_days", 0, 1<<31-1),
		customRates:   f.boolean("include_custom_rates", optional, true),
		liveModerated: f.boolean("include_live_moderated", optional, true),
	}
	if _, ok := f.values["high_quality"]; ok {
		high := f.boolean("high_quality", optional, true)
		filter.highQuality = &high
	}
	return filter
}

// passes applies the filter to how a voice is shared.
func (f *voiceFilter) passes(notice int, rate *float64, moderated bool) bool {
	return (f.minNotice == nil || int64(notice) >= *f.minNotice) &&
		(f.customRates || rate == nil) && (f.liveModerated || !moderated)
}

func (f *voiceFilter) search(voices []voiceAnswer, q url.Values) []voiceAnswer {
	found := slices.DeleteFunc(slices.Clone(voices), func(v voiceAnswer) bool { return !f.fits(&v, q) })
	switch q.Get("sort") {
	case "name":
		slices.SortStableFunc(found, func(a, b voiceAnswer) int { return cmp.Compare(a.Name, b.Name) })
	case "created_at_unix":
		slices.SortStableFunc(found, func(a, b voiceAnswer) int { return cmp.Compare(created(&a), created(&b)) })
	}
	if q.Get("sort_direction") == "desc" {
		slices.Reverse(found)
	}
	return found
}

func created(v *voiceAnswer) int64 {
	if v.CreatedAtUnix == nil {
		return 0
	}
	return *v.CreatedAtUnix
}

func (f *voiceFilter) fits(v *voiceAnswer, q url.Values) bool {
	high := slices.Contains([]string{"professional", "high_quality"}, v.Category)
	if !v.contains(q.Get("search")) || f.highQuality != nil && *f.highQuality != high {
		return false
	}
	if s := v.Sharing; s != nil && !f.passes(s.NoticePeriod, s.Rate, s.LiveModerationEnabled) {
		return false
	}
	return v.isOfType(q.Get("voice_type")) && v.isTuned(q) &&
		asked(q, "category", v.Category) && asked(q, "gender", v.Labels["gender"]) &&
		asked(q, "age", v.Labels["age"]) && asked(q, "accent", v.Labels["accent"]) &&
		asked(q, "language", v.Labels["language"]) && asked(q, "use_cases", v.Labels["use_case"]) &&
		asked(q, "voice_ids", v.VoiceID) && asked(q, "collection_id", v.CollectionIDs...)
}

// asked tells whether a parameter is not there, or asks for one of the values.
func asked(q url.Values, name string, values ...string) bool {
	return !q.Has(name) || slices.ContainsFunc(q[name], func(s string) bool { return slices.Contains(values, s) })
}

// isOfType tells whose the voice is. What the vendor means by saved is taken
// for all that are in the account and not the vendor's.
func (v *voiceAnswer) isOfType(kind string) bool {
	switch kind {
	case "personal", "workspace":
		return v.IsOwner
	case "community":
		return v.fromLibrary()
	case "non-community":
		return !v.fromLibrary()
	case "default":
		return v.Category == premade
	case "non-default", "saved":
		return v.Category != premade
	}
	return true
}

func (v *voiceAnswer) isTuned(q url.Values) bool {
	if v.FineTuning == nil {
		return !q.Has("fine_tuning_state")
	}
	var states []string
	for _, s := range v.FineTuning.State {
		states = append(states, s)
	}
	return asked(q, "fine_tuning_state", states...)
}

func (v *voiceAnswer) contains(term string) bool {
	text := v.Name + " " + v.Description + " " + v.Category
	for _, l := range v.Labels {
		text += " " + l
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(term))
}

// queryValues takes the first value of each parameter, as the vendor does.
func queryValues(q url.Values) map[string]any {
	m := make(map[string]any, len(q))
	for name, v := range q {
		m[name] = v[0]
	}
	return m
}

func anyOf(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
