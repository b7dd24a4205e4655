package elevenlabstest

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A voiceAnswer has the fields of the vendor's Voice that clients read; all
// others are optional to the schema.
type voiceAnswer struct {
	VoiceID                 string             `json:"voice_id"`
	Name                    string             `json:"name"`
	Samples                 []any              `json:"samples"`
	Category                string             `json:"category"`
	Labels                  map[string]string  `json:"labels"`
	Description             string             `json:"description"`
	PreviewURL              string             `json:"preview_url"`
	AvailableForTiers       []string           `json:"available_for_tiers"`
	Settings                *settingsAnswer    `json:"settings"`
	HighQualityBaseModelIDs []string           `json:"high_quality_base_model_ids"`
	VerifiedLanguages       []verifiedLanguage `json:"verified_languages"`
	IsOwner                 bool               `json:"is_owner"`
	IsLegacy                bool               `json:"is_legacy"`
	IsMixed                 bool               `json:"is_mixed"`
	CreatedAtUnix           *int64             `json:"created_at_unix"`
}

type settingsAnswer struct {
	Stability       float64 `json:"stability"`
	UseSpeakerBoost bool    `json:"use_speaker_boost"`
	SimilarityBoost float64 `json:"similarity_boost"`
	Style           float64 `json:"style"`
	Speed           float64 `json:"speed"`
}

type verifiedLanguage struct {
	Language string `json:"language"`
	ModelID  string `json:"model_id"`
	Accent   string `json:"accent"`
	Locale   string `json:"locale"`
}

// professional is the category of library voices, which free plans may not
// use through the API.
const professional = "professional"

// voices are the stand-ins of the account, the four premade ones under their
// real ids.
var voices = []voiceAnswer{
	newVoice("EXAVITQu4vr4xnSDxMaL", "Sarah", "premade", "female", "american", "A reassuring voice for the news."),
	newVoice("JBFqnCBsd6RMkjVDRZzb", "George", "premade", "male", "british", "A warm voice for stories."),
	newVoice("21m00Tcm4TlvDq8ikWAM", "Rachel", "premade", "female", "american", "A calm voice for narration."),
	newVoice("nPczCjzI2devNBz1zQrb", "Brian", "premade", "male", "american", "A deep voice for advertisements."),
	newVoice("Pr0LibraryV0iceStand", "Ada", professional, "female", "irish", "A voice of the library, for paid plans."),
}

func newVoice(id, name, category, gender, accent, description string) voiceAnswer {
	return voiceAnswer{
		VoiceID: id, Name: name, Category: category, Description: description,
		Labels:                  map[string]string{"gender": gender, "accent": accent, "age": "middle_aged", "language": "en"},
		PreviewURL:              "https://storage.googleapis.com/eleven-public-prod/premade/voices/" + id + "/preview.mp3",
		AvailableForTiers:       []string{},
		Settings:                &settingsAnswer{Stability: 0.5, UseSpeakerBoost: true, SimilarityBoost: 0.75, Speed: 1},
		HighQualityBaseModelIDs: []string{"eleven_multilingual_v2", "eleven_flash_v2_5"},
		VerifiedLanguages: []verifiedLanguage{
			{Language: "en", ModelID: "eleven_multilingual_v2", Accent: accent, Locale: "en-US"},
		},
	}
}

func findVoice(id string) *voiceAnswer {
	i := slices.IndexFunc(voices, func(v voiceAnswer) bool { return v.VoiceID == id })
	if i < 0 {
		return nil
	}
	return &voices[i]
}

func voiceRoutes() []route {
	return []route{
		routeTo(http.MethodGet, "/v1/voices", lookup(func(*call) (any, *failure) {
			return map[string]any{"voices": voices}, nil
		})),
		routeTo(http.MethodGet, "/v2/voices", lookup(pageOfVoices)),
		routeTo(http.MethodGet, "/v1/voices/{voice_id}", lookup(oneVoice)),
	}
}

func oneVoice(c *call) (any, *failure) {
	id := c.vars["voice_id"]
	v := findVoice(id)
	if v == nil {
		// 400 here and 404 on synthesis: so it was seen.
		return nil, notFound(http.StatusBadRequest, "voice_not_found", "A voice with ID '%s' was not found.", id)
	}
	if c.r.URL.Query().Get("with_settings") == "false" {
		bare := *v
		bare.Settings = nil
		return bare, nil
	}
	return v, nil
}

// defaultPage and maxPage bound page_size of GET /v2/voices.
const defaultPage, maxPage = 10, 100

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
	if fail := f.failure(); fail != nil {
		return nil, fail
	}
	start, ok := readPageToken(q.Get("next_page_token"))
	found := searchVoices(q)
	if !ok || start > len(found) {
		return nil, invalid("invalid_cursor", "invalid_cursor", "The next_page_token is not valid.")
	}
	end := min(start+int(size), len(found))
	page := voicesPage{Voices: found[start:end], HasMore: end < len(found)}
	if withTotal {
		page.TotalCount = len(found)
	}
	if page.HasMore {
		token := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
		page.NextPageToken = &token
	}
	return page, nil
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

// searchVoices applies those filters of GET /v2/voices that make a difference
// among the stand-ins.
func searchVoices(q url.Values) []voiceAnswer {
	found := slices.DeleteFunc(slices.Clone(voices), func(v voiceAnswer) bool {
		return !v.contains(q.Get("search")) ||
			q.Has("category") && v.Category != q.Get("category") ||
			q.Has("gender") && v.Labels["gender"] != q.Get("gender") ||
			q.Has("accent") && v.Labels["accent"] != q.Get("accent") ||
			q.Has("voice_ids") && !slices.Contains(q["voice_ids"], v.VoiceID)
	})
	if q.Get("sort") == "name" {
		slices.SortFunc(found, func(a, b voiceAnswer) int { return cmp.Compare(a.Name, b.Name) })
		if q.Get("sort_direction") == "desc" {
			slices.Reverse(found)
		}
	}
	return found
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
