package elevenlabs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// accountOf answers like an account whose voices have these names, with ids
// made of their place: 00000000000000000000, 00000000000000000001 and so on.
func accountOf(t *testing.T, voices ...string) *elevenlabs.Client {
	return clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		if r.URL.Path != "/v2/voices" {
			return answered(400, "application/json", `{"detail":{"type":"not_found","code":"voice_not_found"}}`), nil
		}
		page := map[string]any{"has_more": false}
		list := []map[string]any{}
		for i, name := range voices {
			list = append(list, map[string]any{"voice_id": fmt.Sprintf("%020d", i), "name": name})
		}
		page["voices"] = list
		b, err := json.Marshal(page)
		return answered(200, "application/json", string(b)), err
	}))
}

func TestResolveVoice_ByName(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		voices []string
		asked  string
		want   int
	}{
		"as it is":              {[]string{"anna", "Anna", "ANNA"}, "Anna", 1},
		"but for case":          {[]string{"Bob", "anna"}, "ANNA", 1},
		"space around it":       {[]string{"Anna ", "Bob"}, " Anna\n", 0},
		"before the dash":       {[]string{"Sarah - Mature, Reassuring", "Sarah2"}, "sarah", 0},
		"exact beats the dash":  {[]string{"Sarah - Mature", "Sarah"}, "Sarah", 1},
		"all of a long name":    {[]string{"Sarah - Mature, Reassuring", "Sarah - Young"}, "Sarah - Young", 1},
		"how it begins":         {[]string{"Sarah - Mature", "Charlie"}, "char", 1},
		"dash in the middle":    {[]string{"Anna-Lena", "Anna"}, "anna-lena", 0},
		"other alphabets":       {[]string{"Ольга", "Émile"}, "ольга", 0},
		"a name like an id":     {[]string{"x", "AbcdeAbcdeAbcdeAbcde"}, "AbcdeAbcdeAbcdeAbcde", 1},
		"the id of a list only": {[]string{"x", "y"}, "00000000000000000001", 1},
	} {
		v, err := accountOf(t, tt.voices...).ResolveVoice(t.Context(), tt.asked)
		require.NoError(t, err, name)
		require.Equal(t, fmt.Sprintf("%020d", tt.want), v.ID, name)
	}
}

func TestResolveVoice_Ambiguous(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		voices []string
		asked  string
		want   []string
	}{
		"twins":           {[]string{"Anna", "Anna", "Annabel"}, "Anna", []string{"Anna", "Anna"}},
		"cases":           {[]string{"ANNA", "anna"}, "Anna", []string{"ANNA", "anna"}},
		"two short names": {[]string{"Sarah - Young", "Sarah - Mature"}, "Sarah", []string{"Sarah - Mature", "Sarah - Young"}},
		"two beginnings":  {[]string{"Charlie", "Bob", "Charlotte"}, "Char", []string{"Charlie", "Charlotte"}},
	} {
		v, err := accountOf(t, tt.voices...).ResolveVoice(t.Context(), tt.asked)
		require.Nil(t, v, name)
		require.ErrorIs(t, err, elevenlabs.ErrVoiceAmbiguous, name)
		require.NotErrorIs(t, err, elevenlabs.ErrVoiceNotFound, name)
		require.Equal(t, tt.want, candidates(t, err), name)
	}
	_, err := accountOf(t, "Sarah - Young", "Sarah - Mature").ResolveVoice(t.Context(), "Sarah")
	require.EqualError(t, err, `elevenlabs: ResolveVoice: "Sarah": several voices fit: `+
		`"Sarah - Mature" (00000000000000000001), "Sarah - Young" (00000000000000000000); use an id`)
	_, err = accountOf(t, strings.Fields(strings.Repeat("Anna ", 12))...).ResolveVoice(t.Context(), "Anna")
	require.Len(t, candidates(t, err), 12)
	require.ErrorContains(t, err, `(00000000000000000004), and 7 more; use an id`)
}

func candidates(t *testing.T, err error) []string {
	t.Helper()
	var failed *elevenlabs.VoiceError
	require.ErrorAs(t, err, &failed)
	var out []string
	for _, v := range failed.Candidates {
		out = append(out, v.Name)
	}
	return out
}

func TestResolveVoice_NotFound(t *testing.T) {
	t.Parallel()
	voices := []string{"Sarah - Mature, Reassuring", "Sara", "George", "Brian", "Jo", ""}
	for asked, want := range map[string][]string{
		"Sahra":                  {"Sara", "Sarah - Mature, Reassuring"},
		"georg3":                 {"George"},
		"mature":                 {"Sarah - Mature, Reassuring"},
		"Bo":                     {"Jo"},
		"Zacharias":              nil,
		"00000000000000000009":   nil,
		strings.Repeat("a", 200): nil,
	} {
		_, err := accountOf(t, voices...).ResolveVoice(t.Context(), asked)
		require.ErrorIs(t, err, elevenlabs.ErrVoiceNotFound, asked)
		require.ErrorIs(t, err, elevenlabs.ErrNotFound, asked)
		require.Equal(t, want, candidates(t, err), asked)
	}
	_, err := accountOf(t, voices...).ResolveVoice(t.Context(), "georg3")
	require.EqualError(t, err, `elevenlabs: ResolveVoice: "georg3": the account has no such voice, the nearest are "George" (00000000000000000002)`)
	_, err = accountOf(t).ResolveVoice(t.Context(), "Anna")
	require.EqualError(t, err, `elevenlabs: ResolveVoice: "Anna": the account has no such voice; one of the library is added first, see AddSharedVoice`)
}

func TestResolveVoice_ByIDIsOneRequest(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	v, err := srv.Client().ResolveVoice(t.Context(), elevenlabstest.VoiceSarah)
	require.NoError(t, err)
	require.Equal(t, "Sarah", v.Name)
	require.Len(t, srv.Requests(), 1)
}

func TestResolveVoice_OneRefusalOfAnIDIsNotFinal(t *testing.T) {
	t.Parallel()
	asked := 0
	c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		if r.URL.Path == "/v2/voices" {
			return answered(200, "application/json", `{"voices":[],"has_more":false}`), nil
		}
		if asked++; asked == 1 {
			return answered(400, "application/json", `{"detail":{"type":"not_found","code":"voice_not_found"}}`), nil
		}
		return answered(200, "application/json", `{"voice_id":"L1braryL1braryL1brary","name":"Late"}`), nil
	}))
	v, err := c.ResolveVoice(t.Context(), "L1braryL1braryL1brar")
	require.NoError(t, err)
	require.Equal(t, "Late", v.Name)
	require.Equal(t, 2, asked)
}

func TestResolveVoice_NotAllowed(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, elevenlabstest.WithoutPermission("voices_read"))
	for _, asked := range []string{"Sarah", elevenlabstest.VoiceSarah} {
		_, err := srv.Client().ResolveVoice(t.Context(), asked)
		require.ErrorIs(t, err, elevenlabs.ErrMissingPermission)
		require.NotErrorIs(t, err, elevenlabs.ErrVoiceNotFound)
		require.Empty(t, candidates(t, err))
		require.ErrorContains(t, err, fmt.Sprintf("elevenlabs: ResolveVoice: %q: the key may not look voices up (it needs voices_read; an id works without): Voice", asked))
	}
}

func TestResolveVoice_OtherFailuresStayThemselves(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	srv.Inject(elevenlabstest.Status(401, `{"detail":{"status":"invalid_api_key"}}`).Times(2))
	for _, asked := range []string{"Sarah", elevenlabstest.VoiceSarah} {
		_, err := srv.Client().ResolveVoice(t.Context(), asked)
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
		var failed *elevenlabs.VoiceError
		require.NotErrorAs(t, err, &failed)
	}
}

func TestResolveVoice_LooksOnAllPages(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	c := srv.Client()
	var last string
	for i := range 3 {
		added, err := c.AddVoice(t.Context(), elevenlabs.AddVoiceRequest{
			Name: fmt.Sprintf("Voice %d", i), Files: []elevenlabs.AudioSource{elevenlabs.AudioBytes([]byte("audio"), "audio/mpeg")},
		})
		require.NoError(t, err)
		last = added.VoiceID
	}
	v, err := c.ResolveVoice(t.Context(), "voice 2")
	require.NoError(t, err)
	require.Equal(t, last, v.ID)
	requests := srv.Requests()
	require.Equal(t, "100", requests[len(requests)-1].Query.Get("page_size"))
}

// FuzzResolveVoice feeds names of any kind: the answer is one of the account's
// voices or a VoiceError, and never depends on the order of the list.
func FuzzResolveVoice(f *testing.F) {
	f.Add("Sarah", "Sarah - Mature", "sarah")
	f.Add("\xff", "é", " - ")
	f.Fuzz(func(t *testing.T, asked, one, two string) {
		if strings.TrimSpace(asked) == "" {
			return
		}
		outcome := func(voices ...string) string {
			v, err := accountOf(t, voices...).ResolveVoice(t.Context(), asked)
			if err == nil {
				return v.Name
			}
			names := candidates(t, err)
			slices.Sort(names)
			return strings.Join(names, "\n")
		}
		if a, b := outcome(one, two), outcome(two, one); a != b {
			t.Fatalf("%q, then %q", a, b)
		}
	})
}
