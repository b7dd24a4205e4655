package elevenlabstest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A libraryVoice has the fields of the vendor's LibraryVoice.
type libraryVoice struct {
	PublicOwnerID         string             `json:"public_owner_id"`
	VoiceID               string             `json:"voice_id"`
	DateUnix              int64              `json:"date_unix"`
	Name                  string             `json:"name"`
	Accent                string             `json:"accent"`
	Gender                string             `json:"gender"`
	Age                   string             `json:"age"`
	Descriptive           string             `json:"descriptive"`
	UseCase               string             `json:"use_case"`
	Category              string             `json:"category"`
	Language              string             `json:"language"`
	Locale                string             `json:"locale"`
	Description           string             `json:"description"`
	PreviewURL            string             `json:"preview_url"`
	UsageYear             int                `json:"usage_character_count_1y"`
	UsageWeek             int                `json:"usage_character_count_7d"`
	UsageYearAPI          int                `json:"play_api_usage_character_count_1y"`
	ClonedByCount         int                `json:"cloned_by_count"`
	Rate                  *float64           `json:"rate"`
	FiatRate              *float64           `json:"fiat_rate"`
	FreeUsersAllowed      bool               `json:"free_users_allowed"`
	LiveModerationEnabled bool               `json:"live_moderation_enabled"`
	Featured              bool               `json:"featured"`
	VerifiedLanguages     []verifiedLanguage `json:"verified_languages"`
	NoticePeriod          *int               `json:"notice_period"`
	InstagramUsername     *string            `json:"instagram_username"`
	TwitterUsername       *string            `json:"twitter_username"`
	YouTubeUsername       *string            `json:"youtube_username"`
	TikTokUsername        *string            `json:"tiktok_username"`
	ImageURL              *string            `json:"image_url"`
	IsAddedByUser         bool               `json:"is_added_by_user"`
	IsBookmarked          bool               `json:"is_bookmarked"`

	reader bool // the reader app may use it
}

// ada is the voice of the library that an account starts with.
var ada = newLibraryVoice(0, "Ada", "AdaInTheV0iceLibrary", "female", "irish")

// library is the stand-in for the vendor's thousands, the newest last. It does
// not change.
var library = func() []libraryVoice {
	names := strings.Fields("Abel Bea Carl Dora Emil Fay Gus Hana Ivo Jule Kai Lena Milo Nora Otto Pia Quinn Rosa Sam Tess " +
		"Umar Vera Wim Xenia Yuri Zoe Anton Britt Cosmo Dina Edda Flynn Greta Hugo Ines Jonas Kira Luis Maja")
	voices := []libraryVoice{ada}
	for i, name := range names {
		gender := []string{"male", "female"}[i%2]
		voices = append(voices, newLibraryVoice(i+1, name, fmt.Sprintf("L1bVoice%012d", i+1), gender, accents[i%len(accents)]))
	}
	return voices
}()

var accents = []string{"american", "british", "australian", "indian", "irish"}

// newLibraryVoice makes the nth voice of the library; its number decides what
// is not told.
func newLibraryVoice(n int, name, id, gender, accent string) libraryVoice {
	pick := func(n int, of ...string) string { return of[n%len(of)] }
	owner := sha256.Sum256([]byte("owner " + pick(n, "a", "b", "c", "d", "e", "f", "g")))
	locale := pick(n/2, "en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT")
	language, _, _ := strings.Cut(locale, "-")
	notice := []int{0, 30, 90}[n%3] // days
	v := libraryVoice{
		PublicOwnerID: hex.EncodeToString(owner[:]), VoiceID: id, Name: name, Accent: accent, Gender: gender,
		DateUnix:    accountCreated + int64(n)*int64(24*time.Hour/time.Second),
		Age:         pick(n, "middle_aged", "young", "old"),
		Descriptive: pick(n, "calm", "deep", "crisp", "warm"),
		UseCase:     pick(n, "narrative_story", "conversational", "social_media", "informative_educational", "advertisement"),
		Category:    pick(n/3, "professional", "high_quality", "professional", "famous"),
		Language:    language, Locale: locale,
		Description: "A voice of the library, for paid plans.",
		PreviewURL:  "https://storage.googleapis.com/eleven-public-prod/library/voices/" + id + "/preview.mp3",
		UsageYear:   n * 7919 % 1000 * 1000, UsageWeek: n * 104729 % 1000 * 10, UsageYearAPI: n * 7919 % 1000 * 100,
		ClonedByCount: n * 31 % 97, FreeUsersAllowed: n%3 != 0, LiveModerationEnabled: n%10 == 9, Featured: n%8 == 1,
		VerifiedLanguages: []verifiedLanguage{{Language: language, ModelID: "eleven_multilingual_v2", Accent: accent, Locale: locale}},
		NoticePeriod:      &notice,
		reader:            n%2 == 0,
	}
	if n%6 == 5 {
		rate := 1.5
		v.Rate = &rate
	}
	return v
}

// addedVoice is a voice of the library as an account has it.
func addedVoice(of libraryVoice, id, name string) voiceAnswer {
	v := newVoice(id, name, of.Category, of.Gender, of.Accent, of.Description)
	v.PreviewURL, v.VerifiedLanguages, v.CreatedAtUnix = &of.PreviewURL, of.VerifiedLanguages, &of.DateUnix
	v.Labels = map[string]string{
		"gender": of.Gender, "accent": of.Accent, "age": of.Age, "language": of.Language,
		"descriptive": of.Descriptive, "use_case": of.UseCase,
	}
	if of.Category == "professional" {
		v.FineTuning = &fineTuningAnswer{
			State:                map[string]string{"eleven_multilingual_v2": "fine_tuned", "eleven_flash_v2_5": "fine_tuned"},
			VerificationFailures: []string{},
		}
	}
	v.Sharing = &sharingAnswer{
		Status: "copied", DateUnix: of.DateUnix, WhitelistedEmails: []string{}, PublicOwnerID: of.PublicOwnerID,
		OriginalVoiceID: of.VoiceID, FreeUsersAllowed: of.FreeUsersAllowed, LiveModerationEnabled: of.LiveModerationEnabled,
		Rate: of.Rate, NoticePeriod: *of.NoticePeriod, Featured: of.Featured, Category: of.Category,
		ClonedByCount: of.ClonedByCount, Name: of.Name, Description: of.Description, Labels: v.Labels,
		ReviewStatus: "allowed", EnabledInLibrary: true,
	}
	return v
}

type libraryPage struct {
	Voices     []libraryVoice `json:"voices"`
	HasMore    bool           `json:"has_more"`
	TotalCount int            `json:"total_count"`
	LastSortID *string        `json:"last_sort_id"`
}

// defaultLibraryPage is the page_size of GET /v1/shared-voices.
const defaultLibraryPage = 30

func pageOfLibrary(c *call) (any, *failure) {
	q := c.r.URL.Query()
	f := newFields("query", queryValues(q))
	size, number := int64(defaultLibraryPage), int64(0)
	if n := f.integer("page_size", 1, maxPage); n != nil {
		size = *n
	}
	if n := f.integer("page", 0, 1<<31-1); n != nil {
		number = *n
	}
	found := searchLibrary(f, q)
	if fail := f.failure(); fail != nil {
		return nil, fail
	}
	total := int64(len(found))
	start := min(number*size, total)
	end := min(start+size, total)
	page := libraryPage{Voices: found[start:end], HasMore: end < total, TotalCount: len(found)}
	if end > start {
		page.LastSortID = &found[end-1].VoiceID
	}
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	for i := range page.Voices {
		page.Voices[i].IsAddedByUser, page.Voices[i].IsBookmarked = c.e.hasAdded(page.Voices[i].VoiceID)
	}
	return page, nil
}

// hasAdded tells whether the account has a voice of the library, and has
// marked it. The caller holds the mutex.
func (e *Emulator) hasAdded(id string) (added, marked bool) {
	for _, v := range e.voices {
		if v.Sharing != nil && v.Sharing.OriginalVoiceID == id {
			return true, v.IsBookmarked != nil && *v.IsBookmarked
		}
	}
	return false, false
}

// searchLibrary returns what a query asks for, in its order.
func searchLibrary(f fields, q url.Values) []libraryVoice {
	filter := readVoiceFilter(f)
	featured := f.boolean("featured", optional, false)
	reader := f.boolean("reader_app_enabled", optional, false)
	found := slices.DeleteFunc(slices.Clone(library), func(v libraryVoice) bool {
		return featured && !v.Featured || reader && !v.reader || !v.contains(q.Get("search")) ||
			!filter.passes(*v.NoticePeriod, v.Rate, v.LiveModerationEnabled) ||
			!asked(q, "category", v.Category) || !asked(q, "gender", v.Gender) || !asked(q, "age", v.Age) ||
			!asked(q, "accent", v.Accent) || !asked(q, "language", v.Language) || !asked(q, "locale", v.Locale) ||
			!asked(q, "use_cases", v.UseCase) || !asked(q, "descriptives", v.Descriptive) ||
			!asked(q, "owner_id", v.PublicOwnerID)
	})
	by := q.Get("sort")
	slices.SortStableFunc(found, func(a, b libraryVoice) int { return cmp.Compare(b.rank(by), a.rank(by)) })
	return found
}

// rank is what the library is sorted by, the highest first.
func (v *libraryVoice) rank(by string) int64 {
	switch by {
	case "usage_character_count_1y":
		return int64(v.UsageYear)
	case "trending":
		return int64(v.UsageWeek)
	case "cloned_by_count":
		return int64(v.ClonedByCount)
	}
	return v.DateUnix
}

func (v *libraryVoice) contains(term string) bool {
	text := strings.Join([]string{v.Name, v.Description, v.Descriptive, v.UseCase, v.Accent}, " ")
	return strings.Contains(strings.ToLower(text), strings.ToLower(term))
}

// readAddShared reads the body that adds a voice of the library.
func readAddShared(c *call) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	name := f.text("new_name", required)
	marked := f.boolean("bookmarked", optional, true)
	return &lookupJob{find: func(c *call) (any, *failure) { return c.e.addShared(c.vars, name, marked) }}, f.failure()
}

func (e *Emulator) addShared(vars map[string]string, name string, marked bool) (any, *failure) {
	i := slices.IndexFunc(library, func(v libraryVoice) bool {
		return v.VoiceID == vars["voice_id"] && v.PublicOwnerID == vars["public_user_id"]
	})
	if i < 0 {
		return nil, notFound(http.StatusNotFound, "voice_not_found", "A voice with voice_id '%s' was not found.", vars["voice_id"])
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if added, _ := e.hasAdded(library[i].VoiceID); added {
		return nil, &failure{
			http: http.StatusConflict, kind: "conflict", code: "voice_already_exists", status: "voice_already_exists",
			message: "The voice is in the account already.",
		}
	}
	v := addedVoice(library[i], newID(), name)
	v.IsBookmarked = &marked
	if fail := e.addVoice(v); fail != nil {
		return nil, fail
	}
	return map[string]string{"voice_id": v.VoiceID}, nil
}
