package elevenlabs_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestSharedVoices_AreListedPageByPage(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	c := srv.Client()
	count := func(q elevenlabs.SharedVoiceQuery) int {
		seen := map[string]bool{}
		for v, err := range c.SharedVoices(t.Context(), q) {
			require.NoError(t, err)
			require.False(t, seen[v.ID])
			seen[v.ID] = true
		}
		return len(seen)
	}
	require.Equal(t, 40, count(elevenlabs.SharedVoiceQuery{}))
	require.Len(t, srv.Requests(), 2, "30 to a page")
	require.Equal(t, 40, count(elevenlabs.SharedVoiceQuery{PageSize: 7}))
	require.Len(t, srv.Requests(), 8)
	require.Equal(t, 5, count(elevenlabs.SharedVoiceQuery{PageSize: 7, Page: 5}))
	require.Equal(t, "5", srv.Requests()[8].Query.Get("page"))
}

func TestSharedVoices_SendEveryPartOfTheQuery(t *testing.T) {
	t.Parallel()
	var got url.Values
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		got = r.URL.Query()
		return answered(200, "application/json", `{"voices":[],"has_more":false}`), nil
	}))
	for range c.SharedVoices(t.Context(), elevenlabs.SharedVoiceQuery{}) {
	}
	require.Empty(t, got)
	for range c.SharedVoices(t.Context(), elevenlabs.SharedVoiceQuery{
		Category: "famous", Gender: "male", Age: "old", Accent: "irish", Language: "en", Locale: "en-IE", Search: "x y",
		UseCases: []string{"a", "b"}, Descriptives: []string{"c", "d"}, Featured: true, MinNoticePeriodDays: elevenlabs.Ptr(30),
		IncludeCustomRates: elevenlabs.Ptr(false), IncludeLiveModerated: elevenlabs.Ptr(false), ReaderAppEnabled: true,
		OwnerID: "o1", Sort: "trending", PageSize: 100, Page: 2,
	}) {
	}
	require.Equal(t, url.Values{
		"category": {"famous"}, "gender": {"male"}, "age": {"old"}, "accent": {"irish"}, "language": {"en"}, "locale": {"en-IE"},
		"search": {"x y"}, "use_cases": {"a", "b"}, "descriptives": {"c", "d"}, "featured": {"true"}, "min_notice_period_days": {"30"},
		"include_custom_rates": {"false"}, "include_live_moderated": {"false"}, "reader_app_enabled": {"true"},
		"owner_id": {"o1"}, "sort": {"trending"}, "page_size": {"100"}, "page": {"2"},
	}, got)
}

func TestSharedVoices_ErrorEndsThem(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`{"voices":[null]}`: elevenlabs.ErrMalformed, `[]`: elevenlabs.ErrMalformed,
		`{"voices":[],"has_more":true}`: elevenlabs.ErrMalformed, // for ever
	} {
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(200, "application/json", body), nil
		}))
		n := 0
		for v, err := range c.SharedVoices(t.Context(), elevenlabs.SharedVoiceQuery{}) {
			require.Nil(t, v)
			require.ErrorIs(t, err, want)
			n++
		}
		require.Equal(t, 1, n, body)
	}
}

func TestAddSharedVoice_MakesItOneOfTheAccount(t *testing.T) {
	t.Parallel()
	c := atOnce(t).Client()
	find := func() *elevenlabs.SharedVoice {
		for v, err := range c.SharedVoices(t.Context(), elevenlabs.SharedVoiceQuery{Search: "bea"}) {
			require.NoError(t, err)
			return v
		}
		return nil
	}
	shared := find()
	require.Equal(t, "Bea", shared.Name)
	require.False(t, *shared.IsAddedByUser)
	_, err := c.TTS(t.Context(), "Hello", elevenlabs.WithVoice(shared.ID))
	require.ErrorIs(t, err, elevenlabs.ErrVoiceNotFound, "not added yet")
	req := elevenlabs.AddSharedVoiceRequest{
		PublicUserID: shared.PublicOwnerID, VoiceID: shared.ID, NewName: "Bea of the library", Bookmarked: elevenlabs.Ptr(false),
	}
	id, err := c.AddSharedVoice(t.Context(), req)
	require.NoError(t, err)
	_, err = c.TTS(t.Context(), "Hello", elevenlabs.WithVoice(id))
	require.NoError(t, err)
	v, err := c.Voice(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "Bea of the library", v.Name)
	require.False(t, *v.IsBookmarked)
	require.False(t, *v.IsOwner)
	require.Equal(t, shared.ID, v.Sharing.OriginalVoiceID)
	require.True(t, *find().IsAddedByUser)
	_, err = c.AddSharedVoice(t.Context(), req)
	var api *elevenlabs.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, http.StatusConflict, api.StatusCode)
	req.VoiceID = "nobody"
	_, err = c.AddSharedVoice(t.Context(), req)
	require.ErrorIs(t, err, elevenlabs.ErrVoiceNotFound)
}
