package elevenlabs_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// names ranges over a list of voices to its end.
func names(t *testing.T, c *elevenlabs.Client, q elevenlabs.VoiceQuery, opts ...elevenlabs.CallOption) []string {
	t.Helper()
	var out []string
	for v, err := range c.Voices(t.Context(), q, opts...) {
		require.NoError(t, err)
		out = append(out, v.Name)
	}
	return out
}

var firstNames = []string{"Sarah", "George", "Rachel", "Brian", "Ada"}

func TestVoices_AreListedPageByPage(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	c := srv.Client()
	list := c.Voices(t.Context(), elevenlabs.VoiceQuery{PageSize: 2})
	for range 2 { // a list can be ranged over again
		var got []string
		for v, err := range list {
			require.NoError(t, err)
			got = append(got, v.Name)
		}
		require.Equal(t, firstNames, got)
	}
	require.Len(t, srv.Requests(), 6)
	for range list {
		break
	}
	require.Len(t, srv.Requests(), 7, "a list broken off fetches no further page")
	for _, r := range srv.Requests() {
		require.Empty(t, r.Family)
		require.Equal(t, "false", r.Query.Get("include_total_count"))
	}
}

func TestVoices_SendEveryPartOfTheQuery(t *testing.T) {
	t.Parallel()
	var got url.Values
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		got = r.URL.Query()
		return answered(200, "application/json", `{"voices":[],"has_more":false,"total_count":0}`), nil
	}))
	require.Empty(t, names(t, c, elevenlabs.VoiceQuery{}))
	require.Equal(t, url.Values{"include_total_count": {"false"}}, got)
	ids := []string{"a", "b"}
	list := c.Voices(t.Context(), elevenlabs.VoiceQuery{
		Search: "a b&c", Sort: "name", SortDirection: "desc", VoiceType: "personal", Category: "cloned",
		FineTuningState: "draft", CollectionID: "c1", Gender: "female", Age: "young", Languages: []string{"en", "de"},
		Accent: "irish", UseCases: []string{"x", "y"}, MinNoticePeriodDays: elevenlabs.Ptr(0),
		IncludeCustomRates: elevenlabs.Ptr(false), IncludeLiveModerated: elevenlabs.Ptr(true),
		HighQuality: elevenlabs.Ptr(false), VoiceIDs: ids, PageSize: 100,
	})
	ids[0] = "changed" // too late
	for range list {
	}
	require.Equal(t, url.Values{
		"search": {"a b&c"}, "sort": {"name"}, "sort_direction": {"desc"}, "voice_type": {"personal"}, "category": {"cloned"},
		"fine_tuning_state": {"draft"}, "collection_id": {"c1"}, "gender": {"female"}, "age": {"young"},
		"language": {"en", "de"}, "accent": {"irish"}, "use_cases": {"x", "y"}, "min_notice_period_days": {"0"},
		"include_custom_rates": {"false"}, "include_live_moderated": {"true"}, "high_quality": {"false"},
		"voice_ids": {"a", "b"}, "page_size": {"100"}, "include_total_count": {"false"},
	}, got)
}

func TestVoices_FirstPageMayHoldMore(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		if r.URL.Query().Get("next_page_token") == "t/1" {
			return answered(200, "application/json", `{"voices":[{"voice_id":"d","name":"d"}],"has_more":false,"total_count":4,"next_page_token":"t/1"}`), nil
		}
		return answered(200, "application/json",
			`{"voices":[{"voice_id":"a","name":"a"},{"voice_id":"b","name":"b"},{"voice_id":"c","name":"c"}],"has_more":true,"total_count":4,"next_page_token":"t/1"}`), nil
	}))
	require.Equal(t, []string{"a", "b", "c", "d"}, names(t, c, elevenlabs.VoiceQuery{PageSize: 1}))
}

func TestVoices_ErrorInTheMiddleEndsThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"refused":       {401, `{"detail":{"status":"missing_permissions"}}`, elevenlabs.ErrMissingPermission},
		"not JSON":      {200, `<html>`, elevenlabs.ErrMalformed},
		"no token":      {200, `{"voices":[{"voice_id":"c","name":"c"}],"has_more":true}`, elevenlabs.ErrMalformed},
		"no voice":      {200, `{"voices":[null],"has_more":false}`, elevenlabs.ErrMalformed},
		"page of pages": {200, `{"voices":[],"has_more":true,"next_page_token":"2"}`, elevenlabs.ErrMalformed},
	} {
		c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
			if r.URL.Query().Get("next_page_token") == "" {
				return answered(200, "application/json", `{"voices":[{"voice_id":"a","name":"a"},{"voice_id":"b","name":"b"}],"has_more":true,"next_page_token":"2"}`), nil
			}
			return answered(tt.status, "application/json", tt.body), nil
		}))
		var got []string
		var failed error
		for v, err := range c.Voices(t.Context(), elevenlabs.VoiceQuery{}) {
			require.NoError(t, failed, name)
			if failed = err; err == nil {
				got = append(got, v.Name)
			}
		}
		require.Equal(t, []string{"a", "b"}, got, name)
		require.ErrorIs(t, failed, tt.want, name)
		require.ErrorContains(t, failed, "elevenlabs: ", name)
	}
}

func TestVoices_EndWithTheirContext(t *testing.T) {
	t.Parallel()
	c := atOnce(t).Client()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var seen int
	var failed error
	for _, err := range c.Voices(ctx, elevenlabs.VoiceQuery{PageSize: 2}) {
		if failed = err; err == nil {
			seen++
			cancel()
		}
	}
	require.Equal(t, 2, seen)
	require.ErrorIs(t, failed, context.Canceled)
}

func TestVoices_AreRetriedLikeAnyCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		srv.Inject(elevenlabstest.Status(503, "").On("/v2/voices"))
		at := time.Now()
		require.Equal(t, firstNames, names(t, srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(2*time.Second))), elevenlabs.VoiceQuery{}))
		require.Equal(t, 2*time.Second, time.Since(at))
	})
}

func TestAllVoices_IsOneRequest(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	all, err := srv.Client().AllVoices(t.Context(), true)
	require.NoError(t, err)
	require.Len(t, all, 5)
	require.Equal(t, "true", srv.Requests()[0].Query.Get("show_legacy"))
	_, err = srv.Client().AllVoices(t.Context(), false)
	require.NoError(t, err)
	require.False(t, srv.Requests()[1].Query.Has("show_legacy"))
	srv.Inject(elevenlabstest.Status(200, `{"voices":[null]}`))
	_, err = srv.Client().AllVoices(t.Context(), false)
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
}

func TestVoice_ComesWithItsSettings(t *testing.T) {
	t.Parallel()
	c := atOnce(t).Client()
	v, err := c.Voice(t.Context(), elevenlabstest.VoiceSarah)
	require.NoError(t, err)
	require.Equal(t, "Sarah", v.Name)
	require.Equal(t, "premade", v.Category)
	require.InDelta(t, 0.5, *v.Settings.Stability, 0)
	require.False(t, *v.IsOwner)
	require.Equal(t, "eleven_multilingual_v2", v.VerifiedLanguages[0].ModelID)
	v, err = c.Voice(t.Context(), elevenlabstest.VoiceSarah, elevenlabs.WithQuery("with_settings", "false"))
	require.NoError(t, err)
	require.Nil(t, v.Settings)
	_, err = c.Voice(t.Context(), "nobody")
	require.ErrorIs(t, err, elevenlabs.ErrVoiceNotFound)
	require.EqualError(t, err, "elevenlabs: Voice: 400 voice_not_found: A voice with ID 'nobody' was not found. (request "+requestID(err)+")")
}

func requestID(err error) string {
	var api *elevenlabs.APIError
	if errors.As(err, &api) {
		return api.RequestID
	}
	return ""
}

func TestVoices_BadInput(t *testing.T) {
	t.Parallel()
	c := silent(t)
	type query = elevenlabs.VoiceQuery
	type shared = elevenlabs.SharedVoiceQuery
	type add = elevenlabs.AddVoiceRequest
	type added = elevenlabs.AddSharedVoiceRequest
	type edit = elevenlabs.EditVoiceRequest
	list := func(q query) error {
		for _, err := range c.Voices(t.Context(), q) {
			return err
		}
		return nil
	}
	library := func(q shared) error {
		for _, err := range c.SharedVoices(t.Context(), q) {
			return err
		}
		return nil
	}
	adding := func(r add) error { _, err := c.AddVoice(t.Context(), r); return err }
	taking := func(r added) error { _, err := c.AddSharedVoice(t.Context(), r); return err }
	editing := func(r edit) error { return c.EditVoice(t.Context(), "v", r) }
	resolving := func(s string) error { _, err := c.ResolveVoice(t.Context(), s); return err }
	getting := func(id string) error { _, err := c.Voice(t.Context(), id); return err }
	settings := func(id string) error { _, err := c.VoiceSettings(t.Context(), id); return err }
	good := []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("audio"), "audio/mpeg")}
	many := strings.Split(strings.Repeat("x,", 101), ",")[:101]
	for name, tt := range map[string]struct {
		err   error
		field string
	}{
		"negative page":          {list(query{PageSize: -1}), "VoiceQuery.PageSize"},
		"large page":             {list(query{PageSize: 101}), "VoiceQuery.PageSize"},
		"negative notice":        {list(query{MinNoticePeriodDays: elevenlabs.Ptr(-1)}), "VoiceQuery.MinNoticePeriodDays"},
		"many ids":               {list(query{VoiceIDs: many}), "VoiceQuery.VoiceIDs"},
		"odd id":                 {list(query{VoiceIDs: []string{"a b"}}), "VoiceQuery.VoiceIDs"},
		"negative library page":  {library(shared{PageSize: -1}), "SharedVoiceQuery.PageSize"},
		"large library page":     {library(shared{PageSize: 101}), "SharedVoiceQuery.PageSize"},
		"page before the first":  {library(shared{Page: -1}), "SharedVoiceQuery.Page"},
		"negative period":        {library(shared{MinNoticePeriodDays: elevenlabs.Ptr(-1)}), "SharedVoiceQuery.MinNoticePeriodDays"},
		"voice without an id":    {getting(""), "Voice.ID"},
		"voice that is a path":   {getting("../user"), "Voice.ID"},
		"settings of no voice":   {settings(""), "Voice.ID"},
		"deleting no voice":      {c.DeleteVoice(t.Context(), ""), "Voice.ID"},
		"editing no voice":       {c.EditVoice(t.Context(), "", edit{Name: "x"}), "Voice.ID"},
		"edit without a name":    {editing(edit{}), "EditVoiceRequest.Name"},
		"edit with a URL":        {editing(edit{Name: "x", Files: []elevenlabs.AudioSource{elevenlabs.AudioURL("https://example.com/a.mp3")}}), "EditVoiceRequest.Files"},
		"tuning no voice":        {c.EditVoiceSettings(t.Context(), "", elevenlabs.VoiceSettings{}), "Voice.ID"},
		"unstable":               {c.EditVoiceSettings(t.Context(), "v", elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(2.0)}), "VoiceSettings.Stability"},
		"voice of nothing":       {adding(add{Name: "x"}), "AddVoiceRequest.Files"},
		"voice without a name":   {adding(add{Files: good, Name: " "}), "AddVoiceRequest.Name"},
		"voice of a broken name": {adding(add{Files: good, Name: "a\xff"}), "AddVoiceRequest.Name"},
		"voice of silence":       {adding(add{Name: "x", Files: make([]elevenlabs.AudioSource, 1)}), "AddVoiceRequest.Files"},
		"voice of no file":       {adding(add{Name: "x", Files: append(good, elevenlabs.AudioFile("/nowhere/a.mp3"))}), "AddVoiceRequest.Files"},
		"no owner":               {taking(added{VoiceID: "v", NewName: "x"}), "AddSharedVoiceRequest.PublicUserID"},
		"no shared voice":        {taking(added{PublicUserID: "u", NewName: "x"}), "AddSharedVoiceRequest.VoiceID"},
		"no new name":            {taking(added{PublicUserID: "u", VoiceID: "v"}), "AddSharedVoiceRequest.NewName"},
		"resolving nothing":      {resolving(" "), "idOrName"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, tt.field, tt.err)
		})
	}
}

func TestVoiceID_OfAnAnswerIsChecked(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", `{"requires_verification":false}`), nil
	}))
	_, err := c.AddSharedVoice(t.Context(), elevenlabs.AddSharedVoiceRequest{PublicUserID: "u", VoiceID: "v", NewName: "n"})
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	added, err := c.AddVoice(t.Context(), elevenlabs.AddVoiceRequest{
		Name: "n", Files: []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("audio"), "")},
	})
	require.Nil(t, added)
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	require.EqualError(t, err, fmt.Sprintf("elevenlabs: Add voice: %v: there is no voice_id in it", elevenlabs.ErrMalformed))
}
