package elevenlabs_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const lexicon = `<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>Claughton</grapheme><phoneme>ˈklæf.tən</phoneme></lexeme>
  <lexeme><grapheme>UN</grapheme><grapheme>U.N.</grapheme><alias>United Nations</alias></lexeme>
</lexicon>`

func TestDictionary_ItsLife(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c, ctx := srv.Client(), t.Context()
		loose := elevenlabs.AliasRule("API", "A P I")
		loose.CaseSensitive = elevenlabs.Ptr(false)
		made, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{
			Name: "Ours", Description: "of the shop", WorkspaceAccess: "viewer",
			Rules: []elevenlabs.DictionaryRule{loose, elevenlabs.PhonemeRule("tomato", "təˈmeɪtoʊ", "ipa")},
		})
		require.NoError(t, err)
		require.Equal(t, "Ours", made.Name)
		require.Equal(t, 2, made.VersionRules)
		require.Equal(t, time.Now().Unix(), made.CreationTimeUnix)
		require.Empty(t, made.Extra)

		d, err := c.Dictionary(ctx, made.ID)
		require.NoError(t, err)
		require.Equal(t, made.Locator(), d.Locator())
		yes := elevenlabs.Ptr(true)
		require.Equal(t, []elevenlabs.DictionaryRule{
			{Type: "alias", StringToReplace: "API", Alias: "A P I", CaseSensitive: elevenlabs.Ptr(false), WordBoundaries: yes},
			{Type: "phoneme", StringToReplace: "tomato", Phoneme: "təˈmeɪtoʊ", Alphabet: "ipa", CaseSensitive: yes, WordBoundaries: yes},
		}, d.Rules)
		require.Equal(t, "of the shop", d.Description)

		v, err := c.AddDictionaryRules(ctx, made.ID, []elevenlabs.DictionaryRule{
			elevenlabs.AliasRule("SQL", "sequel"), elevenlabs.AliasRule("API", "interface"),
		})
		require.NoError(t, err)
		require.Equal(t, 3, v.VersionRules, "a rule for the same text takes the place of the old one")
		require.NotEqual(t, made.VersionID, v.VersionID)
		v, err = c.RemoveDictionaryRules(ctx, made.ID, []string{"SQL", "not there"})
		require.NoError(t, err)
		require.Equal(t, 2, v.VersionRules)
		v, err = c.SetDictionaryRules(ctx, made.ID, nil)
		require.NoError(t, err)
		require.Zero(t, v.VersionRules)

		d, err = c.EditDictionary(ctx, made.ID, elevenlabs.EditDictionaryRequest{Name: "Theirs", Archived: yes})
		require.NoError(t, err)
		require.Equal(t, "Theirs", d.Name)
		require.Equal(t, time.Now().Unix(), *d.ArchivedTimeUnix)
		d, err = c.EditDictionary(ctx, made.ID, elevenlabs.EditDictionaryRequest{Archived: elevenlabs.Ptr(false)})
		require.NoError(t, err)
		require.Nil(t, d.ArchivedTimeUnix)

		pls, err := c.DictionaryPLS(ctx, made.ID, made.VersionID)
		require.NoError(t, err)
		require.Contains(t, string(pls), "<alias>A P I</alias>", "an old version stays as it was")
		for _, r := range srv.Requests() {
			require.Empty(t, r.Family, r.Path)
		}
	})
}

func TestDictionary_OfALexicon(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c, ctx := srv.Client(), t.Context()
		made, err := c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{Name: "File", PLS: []byte(lexicon), WorkspaceAccess: "admin"})
		require.NoError(t, err)
		require.Equal(t, 3, made.VersionRules)
		pls, err := c.DictionaryPLS(ctx, made.ID, made.VersionID)
		require.NoError(t, err)
		again, err := c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{Name: "Again", PLS: pls, Description: "d"})
		require.NoError(t, err)
		require.Equal(t, "d", again.Description)

		var rules [2][]elevenlabs.DictionaryRule
		for i, id := range []string{made.ID, again.ID} {
			d, err := c.Dictionary(ctx, id)
			require.NoError(t, err)
			rules[i] = d.Rules
		}
		require.Equal(t, rules[0], rules[1])
		require.Equal(t, "ˈklæf.tən", rules[0][0].Phoneme)
		require.Equal(t, "United Nations", rules[0][2].Alias)

		_, err = c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{Name: "File", PLS: []byte("<lexicon><lexeme>")})
		require.ErrorIs(t, err, elevenlabs.ErrInvalidRequest)
	})
}

func TestDictionaries_ComeInPages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c, ctx := srv.Client(), t.Context()
		var second string
		for _, name := range []string{"b", "c", "a"} {
			made, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: name})
			require.NoError(t, err)
			if name == "c" {
				second = made.ID
			}
		}
		_, err := c.EditDictionary(ctx, second, elevenlabs.EditDictionaryRequest{Archived: elevenlabs.Ptr(true)})
		require.NoError(t, err)
		names := func(query elevenlabs.DictionaryQuery) (names string) {
			for d, err := range c.Dictionaries(ctx, query) {
				require.NoError(t, err)
				require.Nil(t, d.Rules)
				names += d.Name
			}
			return names
		}
		require.Equal(t, "acb", names(elevenlabs.DictionaryQuery{}))
		require.Equal(t, "acb", names(elevenlabs.DictionaryQuery{PageSize: 1}))
		require.Equal(t, "abc", names(elevenlabs.DictionaryQuery{PageSize: 2, Sort: "name", SortDirection: "ASCENDING"}))
		require.Equal(t, "ab", names(elevenlabs.DictionaryQuery{IncludeArchived: elevenlabs.Ptr(false)}))
		require.Equal(t, "b", names(elevenlabs.DictionaryQuery{Cursor: second, PageSize: 100}))

		for _, err = range c.Dictionaries(ctx, elevenlabs.DictionaryQuery{Cursor: "elsewhere"}) {
		}
		require.ErrorIs(t, err, elevenlabs.ErrInvalidRequest)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		for _, err = range c.Dictionaries(ended, elevenlabs.DictionaryQuery{}) {
		}
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestDictionaries_APageThatSaysNotWhereTheNextIs(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", `{"pronunciation_dictionaries":[],"has_more":true}`), nil
	}))
	for d, err := range c.Dictionaries(t.Context(), elevenlabs.DictionaryQuery{}) {
		require.Nil(t, d)
		require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	}
}

func TestDictionary_IsNamedBySpeech(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c, ctx := srv.Client(), t.Context()
		made, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: "d"})
		require.NoError(t, err)
		for locator, want := range map[elevenlabs.DictionaryLocator]error{
			made.Locator():                nil,
			{ID: made.ID}:                 nil,
			{ID: made.ID, VersionID: "x"}: elevenlabs.ErrNotFound,
			{ID: "x"}:                     elevenlabs.ErrNotFound,
		} {
			_, err := c.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Hello", Dictionaries: []elevenlabs.DictionaryLocator{locator}})
			require.ErrorIs(t, err, want)
		}
	})
}

func TestDictionary_WhatIsNotRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c, ctx := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1))), t.Context()
		rules := []elevenlabs.DictionaryRule{elevenlabs.AliasRule("a", "b")}
		made, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: "d", Rules: rules})
		require.NoError(t, err)
		var lost *elevenlabs.AmbiguousError
		for name, tt := range map[string]struct {
			call     func() error
			repeated bool
		}{
			"add": {func() error { _, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: "e"}); return err }, false},
			"file": {func() error {
				_, err := c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{Name: "f", PLS: []byte(lexicon)})
				return err
			}, false},
			"more": {func() error { _, err := c.AddDictionaryRules(ctx, made.ID, rules); return err }, false},
			"set":  {func() error { _, err := c.SetDictionaryRules(ctx, made.ID, rules); return err }, true},
			"drop": {func() error { _, err := c.RemoveDictionaryRules(ctx, made.ID, []string{"a"}); return err }, true},
			"edit": {func() error {
				_, err := c.EditDictionary(ctx, made.ID, elevenlabs.EditDictionaryRequest{Name: "g"})
				return err
			}, true},
		} {
			srv.Inject(elevenlabstest.ResetAfter(0))
			if err := tt.call(); tt.repeated {
				require.NoError(t, err, name)
			} else {
				require.ErrorAs(t, err, &lost, name)
			}
		}
	})
}

func TestDictionary_ComesBackWhole(t *testing.T) {
	t.Parallel()
	const meta = `"id":"d","latest_version_id":"v","latest_version_rules_num":0,"name":"n","permission_on_resource":"admin",
		"created_by":"u","creation_time_unix":0,"archived_time_unix":0,"description":"t","more":1`
	d := comesBack[elevenlabs.Dictionary](t, `{`+meta+`,"rules":[
		{"type":"alias","string_to_replace":"a","alias":"b","case_sensitive":false,"word_boundaries":false},
		{"type":"phoneme","string_to_replace":"a","phoneme":"p","alphabet":"ipa"}]}`)
	require.Len(t, d.Extra, 1)
	made := comesBack[elevenlabs.CreatedDictionary](t, `{"id":"d","name":"n","created_by":"u","creation_time_unix":1,"version_id":"v",
		"version_rules_num":0,"description":"t","permission_on_resource":"viewer","more":{"a":null}}`)
	require.Equal(t, elevenlabs.DictionaryLocator{ID: "d", VersionID: "v"}, made.Locator())
	require.Len(t, made.Extra, 1)
}

func TestDictionary_SendsItAll(t *testing.T) {
	t.Parallel()
	created := answered(200, "application/json", `{"id":"d","version_id":"v"}`)
	got := capture(t, created, func(c *elevenlabs.Client) error {
		_, err := c.AddDictionary(t.Context(), elevenlabs.AddDictionaryRequest{Name: "n"})
		return err
	})
	require.JSONEq(t, `{"name":"n","rules":[]}`, string(got.body))
	got = capture(t, answered(200, "application/json", `{"id":"d","version_id":"v"}`), func(c *elevenlabs.Client) error {
		_, err := c.AddDictionaryFile(t.Context(), elevenlabs.AddDictionaryFileRequest{
			Name: "n", Description: "d", WorkspaceAccess: "viewer", PLS: []byte("<lexicon/>"),
		})
		return err
	})
	golden(t, "dictionary-file.txt", readForm(t, got))
	got = capture(t, answered(200, "application/json", `{"id":"d","version_id":"v"}`), func(c *elevenlabs.Client) error {
		_, err := c.EditDictionary(t.Context(), "d", elevenlabs.EditDictionaryRequest{Archived: elevenlabs.Ptr(false)})
		return err
	})
	require.Equal(t, http.MethodPatch, got.Method)
	require.JSONEq(t, `{"archived":false}`, string(got.body))
}

func TestDictionaries_BadInput(t *testing.T) {
	t.Parallel()
	c, ctx := silent(t), t.Context()
	type rule = elevenlabs.DictionaryRule
	for field, bad := range map[string]rule{
		"StringToReplace": elevenlabs.AliasRule(" ", "b"), "Alias": elevenlabs.AliasRule("a", ""), "Type": {StringToReplace: "a"},
		"Phoneme": elevenlabs.PhonemeRule("a", "", "ipa"), "Alphabet": elevenlabs.PhonemeRule("a", "p", ""),
	} {
		rules := []rule{elevenlabs.AliasRule("a", "b"), bad}
		_, err := c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: "n", Rules: rules})
		refused(t, "AddDictionaryRequest.Rules[1]."+field, err)
		_, err = c.AddDictionaryRules(ctx, "d", rules)
		refused(t, "rules[1]."+field, err)
		_, err = c.SetDictionaryRules(ctx, "d", rules)
		refused(t, "rules[1]."+field, err)
	}
	_, err := c.SetDictionaryRules(ctx, "d", []rule{elevenlabs.AliasRule("caf\xe9", "coffee")})
	refused(t, "rules[0].StringToReplace", err) // JSON would make another word of it
	_, err = c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{})
	refused(t, "AddDictionaryRequest.Name", err)
	_, err = c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{PLS: []byte("x")})
	refused(t, "AddDictionaryFileRequest.Name", err)
	_, err = c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{Name: "n", PLS: []byte(" ")})
	refused(t, "AddDictionaryFileRequest.PLS", err)
	_, err = c.EditDictionary(ctx, "d", elevenlabs.EditDictionaryRequest{})
	refused(t, "EditDictionaryRequest", err)
	_, err = c.AddDictionaryRules(ctx, "d", nil)
	refused(t, "rules", err)
	_, err = c.RemoveDictionaryRules(ctx, "d", nil)
	refused(t, "texts", err)
	_, err = c.DictionaryPLS(ctx, "d", "")
	refused(t, "DictionaryVersion.VersionID", err)
	for _, err := range c.Dictionaries(ctx, elevenlabs.DictionaryQuery{PageSize: 101}) {
		refused(t, "DictionaryQuery.PageSize", err)
	}
	_, err = c.Dictionary(ctx, "a/b")
	refused(t, "Dictionary.ID", err)
	_, err = c.DictionaryPLS(ctx, "", "v")
	refused(t, "Dictionary.ID", err)
}

func TestDictionaryRule_OfAnotherTypeIsSent(t *testing.T) {
	t.Parallel()
	got := capture(t, answered(200, "application/json", `{"id":"d","version_id":"v"}`), func(c *elevenlabs.Client) error {
		_, err := c.SetDictionaryRules(t.Context(), "d", []elevenlabs.DictionaryRule{{Type: "of tomorrow", StringToReplace: "a"}})
		return err
	})
	var sent struct{ Rules []map[string]any }
	require.NoError(t, json.Unmarshal(got.body, &sent))
	require.Equal(t, []map[string]any{{"type": "of tomorrow", "string_to_replace": "a"}}, sent.Rules)
}
