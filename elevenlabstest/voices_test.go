package elevenlabstest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// sendVoice posts a form of fields, names and values by turns, and recordings.
func sendVoice(t *testing.T, srv *elevenlabstest.Server, path string, files []string, fields ...string) answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		require.NoError(t, w.WriteField(fields[i], fields[i+1]))
	}
	for i, content := range files {
		p, err := w.CreateFormFile("files", fmt.Sprintf("%d.mp3", i))
		require.NoError(t, err)
		_, err = p.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return send(t, srv, http.MethodPost, path, &b, "Content-Type", w.FormDataContentType())
}

func addVoice(t *testing.T, srv *elevenlabstest.Server, name string, fields ...string) (id string) {
	t.Helper()
	var added struct {
		VoiceID              string `json:"voice_id"`
		RequiresVerification *bool  `json:"requires_verification"`
	}
	sendVoice(t, srv, "/v1/voices/add", []string{"one", "two"}, append([]string{"name", name}, fields...)...).decode(t, &added)
	require.NotNil(t, added.RequiresVerification)
	require.Len(t, added.VoiceID, 20)
	return added.VoiceID
}

type voice struct {
	Name, Category, Description string
	Labels                      map[string]string
	Samples                     []map[string]any
	IsOwner                     bool    `json:"is_owner"`
	PreviewURL                  *string `json:"preview_url"`
}

func getVoice(t *testing.T, srv *elevenlabstest.Server, id string) (v voice) {
	t.Helper()
	get(t, srv, "/v1/voices/"+id).decode(t, &v)
	return v
}

func TestAddVoice_MakesAVoiceOfTheAccount(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	id := addVoice(t, srv, "Mine", "labels", `{"accent":"welsh"}`, "description", "null")
	v := getVoice(t, srv, id)
	require.Equal(t, "cloned", v.Category)
	require.Empty(t, v.Description, "the text null stands for nothing")
	require.Equal(t, map[string]string{"accent": "welsh"}, v.Labels)
	require.True(t, v.IsOwner)
	require.Nil(t, v.PreviewURL)
	require.Len(t, v.Samples, 2)
	requireFields(t, v.Samples[0], "sample_id", "file_name", "mime_type", "size_bytes", "hash")
	require.Equal(t, "1.mp3", v.Samples[1]["file_name"])
	require.NotEqual(t, v.Samples[0]["hash"], v.Samples[1]["hash"])
	require.Equal(t, http.StatusOK, postJSON(t, srv, "/v1/text-to-speech/"+id, textBody("hello")).status)
	require.Equal(t, "0.mp3", srv.Requests()[0].File.Name)
	require.Equal(t, []string{"Mine"}, srv.Requests()[0].Form["name"])

	other := elevenlabstest.NewServer(t, instant)
	require.Equal(t, http.StatusBadRequest, get(t, other, "/v1/voices/"+id).status, "an account of its own")
}

func TestAddVoice_Refusals(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	a := sendVoice(t, srv, "/v1/voices/add", nil)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, string(a.body), `["body","name"]`)
	require.Contains(t, string(a.body), `["body","files"]`)
	a = sendVoice(t, srv, "/v1/voices/add", []string{""}, "name", "x")
	require.Equal(t, "invalid_content", a.detail(t)["status"])
	a = sendVoice(t, srv, "/v1/voices/add", []string{"audio"}, "name", "x", "labels", "[1]")
	require.Equal(t, "invalid_labels", a.detail(t)["status"])
	free := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(elevenlabs.TierFree))
	a = sendVoice(t, free, "/v1/voices/add", []string{"audio"}, "name", "x")
	require.Equal(t, "can_not_use_instant_voice_cloning", a.detail(t)["status"])
	withheld := elevenlabstest.NewServer(t, instant, elevenlabstest.WithoutPermission("voices_write"))
	a = sendVoice(t, withheld, "/v1/voices/add", []string{"audio"}, "name", "x")
	require.Equal(t, "missing_permissions", a.detail(t)["status"])
	require.Equal(t, http.StatusOK, get(t, withheld, "/v1/voices").status)
}

func TestAddVoice_SlotsAndEditsAreLimited(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	subscription := func() (used, limit, edits, most float64) {
		var s map[string]float64
		var all map[string]any
		get(t, srv, "/v1/user/subscription").decode(t, &all)
		s = map[string]float64{}
		for name, v := range all {
			if n, ok := v.(float64); ok {
				s[name] = n
			}
		}
		return s["voice_slots_used"], s["voice_limit"], s["voice_add_edit_counter"], s["max_voice_add_edits"]
	}
	used, limit, edits, most := subscription()
	require.Equal(t, []float64{1, 30, 0, 95}, []float64{used, limit, edits, most})
	var last string
	for range 29 {
		last = addVoice(t, srv, "x")
	}
	a := sendVoice(t, srv, "/v1/voices/add", []string{"audio"}, "name", "x")
	require.Equal(t, "voice_limit_reached", a.detail(t)["status"])
	require.Equal(t, http.StatusOK, send(t, srv, http.MethodDelete, "/v1/voices/"+last, nil).status)
	last = addVoice(t, srv, "again")
	for range 65 {
		require.Equal(t, http.StatusOK, sendVoice(t, srv, "/v1/voices/"+last+"/edit", nil, "name", "edited").status)
	}
	used, _, edits, _ = subscription()
	require.Equal(t, []float64{30, 95}, []float64{used, edits})
	a = sendVoice(t, srv, "/v1/voices/"+last+"/edit", nil, "name", "edited")
	require.Equal(t, "voice_add_edit_limit_reached", a.detail(t)["status"])
}

func TestEditVoice_ChangesWhatIsTold(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	id := addVoice(t, srv, "Before", "description", "stays", "labels", `{"a":"b"}`)
	edit := func(files []string, fields ...string) answer {
		return sendVoice(t, srv, "/v1/voices/"+id+"/edit", files, fields...)
	}
	require.JSONEq(t, `{"status":"ok"}`, string(edit([]string{"three"}, "name", "After").body))
	v := getVoice(t, srv, id)
	require.Equal(t, voice{Name: "After", Category: "cloned", Description: "stays", Labels: map[string]string{"a": "b"}, IsOwner: true, Samples: v.Samples}, v)
	require.Len(t, v.Samples, 3)
	edit(nil, "name", "After", "labels", "{}", "description", "new")
	v = getVoice(t, srv, id)
	require.Equal(t, "new", v.Description)
	require.Empty(t, v.Labels)
	require.Equal(t, http.StatusUnprocessableEntity, edit(nil).status, "the name is required")
	a := sendVoice(t, srv, "/v1/voices/"+sarah+"/edit", nil, "name", "x")
	require.Equal(t, http.StatusForbidden, a.status)
	require.Equal(t, "voice_access_denied", a.detail(t)["code"])
}

func TestVoice_UnknownOnesAre400HereAnd404OnSynthesis(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	id := addVoice(t, srv, "Short-lived")
	require.Equal(t, http.StatusOK, postJSON(t, srv, "/v1/text-to-speech/"+id, textBody("hello")).status)
	require.JSONEq(t, `{"status":"ok"}`, string(send(t, srv, http.MethodDelete, "/v1/voices/"+id, nil).body))
	for name, a := range map[string]answer{
		"get":           get(t, srv, "/v1/voices/"+id),
		"delete":        send(t, srv, http.MethodDelete, "/v1/voices/"+id, nil),
		"edit":          sendVoice(t, srv, "/v1/voices/"+id+"/edit", nil, "name", "x"),
		"settings":      get(t, srv, "/v1/voices/"+id+"/settings"),
		"settings edit": postJSON(t, srv, "/v1/voices/"+id+"/settings/edit", `{}`),
	} {
		require.Equal(t, http.StatusBadRequest, a.status, name)
		require.Equal(t, "voice_not_found", a.detail(t)["code"], name)
	}
	require.Equal(t, http.StatusNotFound, postJSON(t, srv, "/v1/text-to-speech/"+id, textBody("hello")).status)
	var items struct {
		History []struct {
			VoiceName string `json:"voice_name"`
		}
	}
	get(t, srv, "/v1/history").decode(t, &items)
	require.Equal(t, "Short-lived", items.History[0].VoiceName, "the history remembers who spoke")
}

func TestVoiceSettings_AreStoredWithTheVoice(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	const defaults = `{"stability":0.5,"use_speaker_boost":true,"similarity_boost":0.75,"style":0,"speed":1}`
	require.JSONEq(t, defaults, string(get(t, srv, "/v1/voices/settings/default", "Xi-Api-Key", "").body), "without a key")
	path := "/v1/voices/" + sarah + "/settings"
	require.JSONEq(t, defaults, string(get(t, srv, path).body))
	require.JSONEq(t, `{"status":"ok"}`, string(postJSON(t, srv, path+"/edit", `{"stability":0,"speed":1.2,"style":null,"use_speaker_boost":false}`).body))
	const changed = `{"stability":0,"use_speaker_boost":false,"similarity_boost":0.75,"style":0,"speed":1.2}`
	require.JSONEq(t, changed, string(get(t, srv, path).body))
	var v struct{ Settings map[string]any }
	get(t, srv, "/v1/voices/"+sarah).decode(t, &v)
	require.Equal(t, 1.2, v.Settings["speed"])
	require.Equal(t, http.StatusOK, postJSON(t, srv, path+"/edit", `{}`).status)
	require.JSONEq(t, defaults, string(get(t, srv, path).body), "what is not told is the default")
	require.Equal(t, http.StatusUnprocessableEntity, postJSON(t, srv, path+"/edit", `{"stability":"NaN"}`).status, "no JSON has it")
	require.JSONEq(t, defaults, string(get(t, srv, path).body))
	a := postJSON(t, srv, path+"/edit", `{"stability":2,"style":"x"}`, "Xi-Api-Key", "")
	require.Equal(t, http.StatusUnprocessableEntity, a.status, "the schema comes before the key")
	require.Equal(t, http.StatusUnauthorized, get(t, srv, path, "Xi-Api-Key", "").status)
}

func TestVoices_EveryFilterMakesADifference(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	addVoice(t, srv, "Mine", "labels", `{"language":"de","age":"old","use_case":"news"}`)
	all := []string{"Sarah", "George", "Rachel", "Brian", "Ada", "Mine"}
	for query, want := range map[string][]string{
		"":                                   all,
		"voice_type=personal":                {"Mine"},
		"voice_type=workspace":               {"Mine"},
		"voice_type=community":               {"Ada"},
		"voice_type=default":                 {"Sarah", "George", "Rachel", "Brian"},
		"voice_type=non-default":             {"Ada", "Mine"},
		"voice_type=saved":                   {"Ada", "Mine"},
		"voice_type=non-community":           {"Sarah", "George", "Rachel", "Brian", "Mine"},
		"category=cloned":                    {"Mine"},
		"fine_tuning_state=fine_tuned":       {"Ada"},
		"fine_tuning_state=queued":           nil,
		"collection_id=c":                    nil,
		"age=old":                            {"Mine"},
		"accent=british":                     {"George"},
		"language=de&language=fr":            {"Mine"},
		"use_cases=x&use_cases=news":         {"Mine"},
		"high_quality=true":                  {"Ada"},
		"high_quality=false&gender=male":     {"George", "Brian"},
		"min_notice_period_days=1":           {"Sarah", "George", "Rachel", "Brian", "Mine"},
		"include_custom_rates=false":         all,
		"sort=created_at_unix&page_size=100": all,
		"sort=name&sort_direction=desc":      {"Sarah", "Rachel", "Mine", "George", "Brian", "Ada"},
		"search=" + "LIBRARY":                {"Ada"},
	} {
		var p page
		get(t, srv, "/v2/voices?"+query).decode(t, &p)
		require.Equal(t, want, p.names(), query)
	}
	for _, query := range []string{"page_size=0", "min_notice_period_days=x", "high_quality=x", "include_total_count=x", "voice_ids=" + repeat("&voice_ids=", 100)} {
		require.Equal(t, http.StatusUnprocessableEntity, get(t, srv, "/v2/voices?"+query).status, query)
	}
}

func repeat(s string, n int) (out string) {
	for range n {
		out += s + "x"
	}
	return out
}

type sharedPage struct {
	Voices     []map[string]any
	HasMore    bool `json:"has_more"`
	TotalCount int  `json:"total_count"`
}

func TestLibrary_IsSearchedAndPaged(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	ask := func(query string) (p sharedPage) {
		get(t, srv, "/v1/shared-voices?"+query).decode(t, &p)
		return p
	}
	all := ask("page_size=100")
	require.Len(t, all.Voices, 40)
	require.False(t, all.HasMore)
	require.Equal(t, all, ask("page_size=100"), "the same every time")
	for _, v := range all.Voices {
		requireFields(t, v, "public_owner_id", "voice_id", "date_unix", "name", "accent", "gender", "age", "descriptive", "use_case",
			"category", "usage_character_count_1y", "usage_character_count_7d", "play_api_usage_character_count_1y", "cloned_by_count",
			"free_users_allowed", "live_moderation_enabled", "featured")
		require.Len(t, v["voice_id"], 20)
		require.Equal(t, v["name"] == "Ada", v["is_added_by_user"], v["name"])
	}
	require.Len(t, ask("").Voices, 30)
	require.True(t, ask("").HasMore)
	require.Equal(t, all.Voices[30:], ask("page=1").Voices)
	require.Empty(t, ask("page=2").Voices)
	require.False(t, ask("page=2").HasMore)
	first := all.Voices[0]
	for _, query := range []string{
		"category=famous", "gender=male", "age=old", "accent=irish", "language=de", "locale=en-GB", "search=emil", "use_cases=advertisement",
		"descriptives=calm&descriptives=warm", "featured=true", "min_notice_period_days=30", "include_custom_rates=false",
		"include_live_moderated=false", "reader_app_enabled=true", "owner_id=" + first["public_owner_id"].(string),
	} {
		n := ask(query).TotalCount
		require.Positive(t, n, query)
		require.Less(t, n, 40, query)
	}
	for query, field := range map[string]string{
		"": "date_unix", "sort=created_date": "date_unix", "sort=usage_character_count_1y": "usage_character_count_1y",
		"sort=trending": "usage_character_count_7d", "sort=cloned_by_count": "cloned_by_count",
	} {
		voices := ask(query).Voices
		require.GreaterOrEqual(t, voices[0][field], voices[1][field], query)
		require.Greater(t, voices[0][field], voices[29][field], query)
	}
	for _, query := range []string{"page_size=101", "page=-1", "featured=x"} {
		require.Equal(t, http.StatusUnprocessableEntity, get(t, srv, "/v1/shared-voices?"+query).status, query)
	}
}

func TestLibrary_VoiceIsAdded(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(elevenlabs.TierFree))
	var p sharedPage
	get(t, srv, "/v1/shared-voices?search=bea").decode(t, &p)
	path := fmt.Sprintf("/v1/voices/add/%s/%s", p.Voices[0]["public_owner_id"], p.Voices[0]["voice_id"])
	require.Equal(t, http.StatusUnprocessableEntity, postJSON(t, srv, path, `{}`).status)
	var added struct {
		VoiceID string `json:"voice_id"`
	}
	postJSON(t, srv, path, `{"new_name":"B"}`).decode(t, &added)
	require.NotEqual(t, p.Voices[0]["voice_id"], added.VoiceID)
	require.Equal(t, "B", getVoice(t, srv, added.VoiceID).Name)
	a := postJSON(t, srv, "/v1/text-to-speech/"+added.VoiceID, textBody("hello"))
	require.Equal(t, http.StatusPaymentRequired, a.status, "added it may be, but a free plan does not speak with it")
	a = postJSON(t, srv, path, `{"new_name":"B"}`)
	require.Equal(t, http.StatusConflict, a.status)
	require.Equal(t, "voice_already_exists", a.detail(t)["code"])
	require.Equal(t, http.StatusNotFound, postJSON(t, srv, "/v1/voices/add/o/v", `{"new_name":"B"}`).status)
	get(t, srv, "/v1/shared-voices?search=bea").decode(t, &p)
	require.Equal(t, true, p.Voices[0]["is_added_by_user"])
	require.Equal(t, true, p.Voices[0]["is_bookmarked"])
}
