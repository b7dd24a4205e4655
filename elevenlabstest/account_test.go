package elevenlabstest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const dictionaries = "/v1/pronunciation-dictionaries"

// addDictionary makes a dictionary of one rule and returns its id and version.
func addDictionary(t *testing.T, srv *elevenlabstest.Server) (id, version string) {
	t.Helper()
	var made struct {
		ID      string
		Version string `json:"version_id"`
	}
	postJSON(t, srv, dictionaries+"/add-from-rules",
		`{"name":"d","rules":[{"type":"alias","string_to_replace":"a","alias":"b"}]}`).decode(t, &made)
	return made.ID, made.Version
}

func TestDictionaries_AnswerEveryRequiredField(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	var m map[string]any
	postJSON(t, srv, dictionaries+"/add-from-rules", `{"name":"d","rules":[]}`).decode(t, &m)
	requireFields(t, m, "id", "name", "created_by", "creation_time_unix", "version_id", "version_rules_num", "permission_on_resource")
	id := m["id"].(string)
	meta := []string{"id", "latest_version_id", "latest_version_rules_num", "name", "permission_on_resource", "created_by", "creation_time_unix"}
	m = nil
	get(t, srv, dictionaries+"/"+id).decode(t, &m)
	requireFields(t, m, append(meta, "rules")...)
	m = nil
	send(t, srv, http.MethodPatch, dictionaries+"/"+id, strings.NewReader(`{"name":"e"}`)).decode(t, &m)
	requireFields(t, m, meta...)
	require.NotContains(t, m, "rules")
	m = nil
	postJSON(t, srv, dictionaries+"/"+id+"/remove-rules", `{"rule_strings":[]}`).decode(t, &m)
	requireFields(t, m, "id", "version_id", "version_rules_num")
	m = nil
	get(t, srv, dictionaries).decode(t, &m)
	requireFields(t, m, "pronunciation_dictionaries", "has_more")
}

func TestDictionaries_RefuseInTheVendorsOrder(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	id, version := addDictionary(t, srv)
	for path, bodies := range map[string]map[string]string{
		"/add-from-rules": {
			`{"name":"d"}`:                                     "body rules",
			`{"rules":[]}`:                                     "body name",
			`{"name":"d","rules":{}}`:                          "body rules",
			`{"name":"d","rules":[1]}`:                         "body rules 0",
			`{"name":"d","rules":[{"type":"song"}]}`:           "body rules 0 string_to_replace",
			`{"name":"d","rules":[{"string_to_replace":"a"}]}`: "body rules 0 type",
			`{"name":"d","rules":[{"string_to_replace":"a","type":"alias"}]}`:   "body rules 0 alias",
			`{"name":"d","rules":[{"string_to_replace":"a","type":"phoneme"}]}`: "body rules 0 phoneme",
			`{"name":"d","rules":[],"workspace_access":"owner"}`:                "body workspace_access",
		},
		"/x/set-rules":    {`{}`: "body rules"},
		"/x/remove-rules": {`{"rule_strings":[1]}`: "body rule_strings 0", `{"rule_strings":1}`: "body rule_strings", `{}`: "body rule_strings"},
	} {
		for body, want := range bodies {
			a := postJSON(t, srv, dictionaries+path, body, "Xi-Api-Key", "")
			require.Equal(t, http.StatusUnprocessableEntity, a.status, "the schema comes before the key: %s", body)
			var v struct{ Detail []struct{ Loc []any } }
			require.NoError(t, json.Unmarshal(a.body, &v))
			require.Equal(t, want, strings.Trim(strings.NewReplacer("[", "", "]", "", `"`, "", ",", " ").Replace(mustJSON(t, v.Detail[0].Loc)), " "), body)
		}
	}
	require.Equal(t, http.StatusUnauthorized, postJSON(t, srv, dictionaries+"/x/set-rules", `{"rules":[]}`, "Xi-Api-Key", "").status)
	for _, path := range []string{"/x", "/x/" + version + "/download", "/" + id + "/x/download"} {
		a := get(t, srv, dictionaries+path)
		require.Equal(t, http.StatusNotFound, a.status)
		require.Equal(t, "not_found", a.detail(t)["type"])
	}
	a := postJSON(t, srv, dictionaries+"/x/set-rules", `{"rules":[]}`)
	require.Equal(t, "pronunciation_dictionary_not_found", a.detail(t)["code"])
	a = postJSON(t, srv, dictionaries+"/"+id+"/add-rules", `{"rules":[{"string_to_replace":"a","type":"phoneme","phoneme":"p","alphabet":"x"}]}`)
	require.Equal(t, http.StatusBadRequest, a.status)
	require.Equal(t, http.StatusUnprocessableEntity, get(t, srv, dictionaries+"?page_size=101").status)
}

func TestDictionary_RulesOfOneTextReplaceEachOther(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	rules := func(pairs ...string) string { // "a=b" for an alias
		var list []map[string]string
		for _, p := range pairs {
			text, alias, _ := strings.Cut(p, "=")
			list = append(list, map[string]string{"type": "alias", "string_to_replace": text, "alias": alias})
		}
		return mustJSON(t, map[string]any{"name": "n", "rules": list})
	}
	var made struct{ ID string }
	postJSON(t, srv, dictionaries+"/add-from-rules", rules("a=1", "b=2", "a=3")).decode(t, &made)
	postJSON(t, srv, dictionaries+"/"+made.ID+"/add-rules", rules("c=4", "a=5", "c=6", "d=7"))
	told := func() (out []string) {
		var d struct {
			Rules []struct {
				Text  string `json:"string_to_replace"`
				Alias string
			}
		}
		get(t, srv, dictionaries+"/"+made.ID).decode(t, &d)
		for _, r := range d.Rules {
			out = append(out, r.Text+"="+r.Alias)
		}
		return out
	}
	require.Equal(t, []string{"a=5", "b=2", "a=3", "c=6", "d=7"}, told())
	postJSON(t, srv, dictionaries+"/"+made.ID+"/remove-rules", `{"rule_strings":["a","d","d","x"]}`)
	require.Equal(t, []string{"b=2", "c=6"}, told())
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestDictionaries_TakeALexiconOrNone(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	add := func(file []byte, fields ...string) answer {
		body, contentType := form(file, fields...)
		return send(t, srv, http.MethodPost, dictionaries+"/add-from-file", body, "Content-Type", contentType)
	}
	var made struct {
		ID, Version string
		Rules       int     `json:"version_rules_num"`
		VersionID   string  `json:"version_id"`
		Description *string `json:"description"`
	}
	add([]byte(`<lexicon alphabet="x-y"><lexeme><grapheme> a </grapheme><phoneme alphabet="ipa">p</phoneme></lexeme></lexicon>`),
		"name", "d", "description", "null").decode(t, &made)
	require.Equal(t, 1, made.Rules)
	require.Nil(t, made.Description, "the text null is what one SDK sends for nothing")
	file := get(t, srv, dictionaries+"/"+made.ID+"/"+made.VersionID+"/download")
	require.Equal(t, "text/plain; charset=utf-8", file.header.Get("Content-Type"))
	require.Contains(t, file.header.Get("Content-Disposition"), ".pls")
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8"?>
<lexicon xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" version="1.0" alphabet="ipa">
  <lexeme>
    <grapheme>a</grapheme>
    <phoneme>p</phoneme>
  </lexeme>
</lexicon>`, string(file.body))
	require.Equal(t, "speech.mp3", srv.Requests()[0].File.Name)
	require.Equal(t, "d", srv.Requests()[0].Form["name"][0])

	add(nil, "name", "d").decode(t, &made)
	require.Zero(t, made.Rules)
	require.Equal(t, http.StatusUnprocessableEntity, add(nil).status)
	for _, bad := range []string{"speech", "<lexeme/>", "<lexicon><lexeme><grapheme>a</grapheme></lexeme></lexicon>"} {
		require.Equal(t, "invalid_file_type", add([]byte(bad), "name", "d").detail(t)["code"], bad)
	}
}

func TestTokens_AreOfAType(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	require.Equal(t, http.StatusUnprocessableEntity, postJSON(t, srv, "/v1/single-use-token/key", "").status)
	require.Equal(t, http.StatusUnauthorized, postJSON(t, srv, "/v1/single-use-token/batch_scribe", "", "Xi-Api-Key", "").status)
	var made struct{ Token string }
	postJSON(t, srv, "/v1/single-use-token/batch_scribe", "").decode(t, &made)
	// Nothing else is opened by it.
	require.Equal(t, http.StatusUnauthorized, get(t, srv, "/v1/user?token="+made.Token, "Xi-Api-Key", "").status)
	audio := speak(t, srv, "Hello").body
	body, contentType := form(audio, "model_id", "scribe_v2")
	a := send(t, srv, http.MethodPost, sttPath+"?token="+made.Token, body, "Content-Type", contentType, "Xi-Api-Key", "")
	require.Equal(t, http.StatusOK, a.status)
	body, contentType = form(audio, "model_id", "scribe_v2")
	a = send(t, srv, http.MethodPost, sttPath+"?token="+made.Token, body, "Content-Type", contentType, "Xi-Api-Key", "")
	require.Equal(t, "authentication_error", a.detail(t)["type"])
}

func TestUsage_ComesInIntervals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, instant)
		start := time.Now() // Saturday, 1 January 2000
		speak(t, srv, "Hello")
		ask := func(query string) (days []string, all []float64) {
			var v struct {
				Time  []int64
				Usage map[string][]float64
			}
			get(t, srv, "/v1/usage/character-stats?start_unix="+unix(start.Add(36*time.Hour).UnixMilli()-1000)+
				"&end_unix="+unix(start.AddDate(0, 2, 0).UnixMilli())+query).decode(t, &v)
			for _, ms := range v.Time {
				days = append(days, time.UnixMilli(ms).UTC().Format("2 Jan 15:04:05"))
			}
			return days, v.Usage["All"]
		}
		days, all := ask("&aggregation_interval=month")
		require.Equal(t, []string{"2 Jan 11:59:59", "1 Feb 00:00:00", "1 Mar 00:00:00"}, days)
		require.Equal(t, []float64{0, 0, 0}, all, "it was before")
		time.Sleep(48 * time.Hour)
		speak(t, srv, "Hello")
		days, all = ask("&aggregation_interval=week")
		require.Equal(t, []string{"2 Jan 11:59:59", "3 Jan 00:00:00", "10 Jan 00:00:00"}, days[:3])
		require.Equal(t, []float64{0, 5, 0}, all[:3])
		days, all = ask("&aggregation_bucket_size=2592000")
		require.Equal(t, []string{"2 Jan 11:59:59", "1 Feb 11:59:59"}, days[:2])
		require.Equal(t, []float64{5, 0}, all[:2])

		const path = "/v1/usage/character-stats"
		for query, status := range map[string]int{
			"":                                    422,
			"?start_unix=0&end_unix=x":            422,
			"?start_unix=0&end_unix=1&metric=joy": 422,
			"?start_unix=0&end_unix=1&metric=ttfb_avg":                       501,
			"?start_unix=0&end_unix=1&breakdown_type=region":                 501,
			"?start_unix=0&end_unix=1000000000000&aggregation_interval=hour": 400,
		} {
			require.Equal(t, status, get(t, srv, path+query).status, query)
		}
	})
}

func TestDownload_AnswersInAShapeOfItsOwn(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for body, want := range map[string]string{
		`{"history_item_ids":["x"],"output_format":"mp3"}`: `{"error":"invalid_output_format","message":"output_format must be wav or none"}`,
		`{"history_item_ids":["x"]}`:                       `{"error":"history_item_not_found","message":"A history item with ID 'x' was not found."}`,
	} {
		a := postJSON(t, srv, "/v1/history/download", body)
		require.Equal(t, http.StatusBadRequest, a.status)
		require.JSONEq(t, want, string(a.body))
	}
	require.Equal(t, http.StatusUnprocessableEntity, postJSON(t, srv, "/v1/history/download", `{}`).status)
}

func TestSubscription_OfWhoPaysNothing(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(elevenlabs.TierFree))
	var m map[string]any
	get(t, srv, "/v1/user/subscription").decode(t, &m)
	require.Nil(t, m["next_invoice"])
	require.Equal(t, "free", m["status"])
	require.NotZero(t, m["next_character_count_reset_unix"])
}

func TestPools_V4HasOneOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierFree), elevenlabstest.WithServiceTime(time.Second))
		statuses := make(chan int)
		for _, model := range []string{"eleven_v3", "eleven_multilingual_v2", "eleven_v4", "eleven_v4_turbo"} {
			go func() {
				a, err := try(srv, http.MethodPost, ttsPath, strings.NewReader(`{"text":"Hello","model_id":"`+model+`"}`))
				if err != nil {
					t.Error(err)
				}
				statuses <- a.status
			}()
		}
		for range 4 {
			require.Equal(t, http.StatusOK, <-statuses)
		}
		families := srv.Usage().Families
		require.Equal(t, 2, families[elevenlabs.FamilyStandard].MaxInFlight)
		require.Equal(t, 2, families["standard_eleven_v4"].MaxInFlight)
		require.Equal(t, 2, families["standard_eleven_v4"].Limit)
	})
}

func FuzzLexicon(f *testing.F) {
	f.Add([]byte(`<lexicon><lexeme><grapheme>a</grapheme><alias>b</alias></lexeme></lexicon>`))
	f.Add([]byte(`<lexicon><lexeme><grapheme/><phoneme/></lexeme></lexicon>`))
	f.Fuzz(func(t *testing.T, lexicon []byte) {
		srv := elevenlabstest.NewServer(t, instant)
		body, contentType := form(lexicon, "name", "d")
		a := send(t, srv, http.MethodPost, dictionaries+"/add-from-file", body, "Content-Type", contentType)
		if a.status != http.StatusOK && a.status != http.StatusBadRequest {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a.status == http.StatusBadRequest {
			return
		}
		var made struct {
			ID      string
			Version string `json:"version_id"`
			Rules   int    `json:"version_rules_num"`
		}
		a.decode(t, &made)
		again, contentType := form(get(t, srv, dictionaries+"/"+made.ID+"/"+made.Version+"/download").body, "name", "e")
		rules := made.Rules
		send(t, srv, http.MethodPost, dictionaries+"/add-from-file", again, "Content-Type", contentType).decode(t, &made)
		if made.Rules != rules {
			t.Fatalf("%d rules, then %d", rules, made.Rules)
		}
	})
}
