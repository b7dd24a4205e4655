package elevenlabs_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// textsOf ranges over items to their end.
func textsOf(t *testing.T, items iter.Seq2[*elevenlabs.HistoryItem, error]) (texts []string) {
	t.Helper()
	for it, err := range items {
		require.NoError(t, err)
		texts = append(texts, it.Text)
	}
	return texts
}

// says speaks texts a second apart.
func says(t *testing.T, c *elevenlabs.Client, texts ...string) (ids []string) {
	t.Helper()
	for _, text := range texts {
		speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: text})
		require.NoError(t, err)
		ids = append(ids, speech.Meta.HistoryItemID)
		time.Sleep(time.Second)
	}
	return ids
}

func TestHistory_ComesInPages(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		start := time.Now()
		ids := says(t, c, "one", "two", "three", "four", "five")
		before := len(srv.Requests())
		all := c.History(t.Context(), elevenlabs.HistoryQuery{PageSize: 2})
		require.Equal(t, before, len(srv.Requests()), "nothing is fetched before it is asked for")
		for range 2 {
			require.Equal(t, []string{"five", "four", "three", "two", "one"}, textsOf(t, all))
		}
		require.Len(t, srv.Requests(), before+6)
		for range all {
			break
		}
		require.Len(t, srv.Requests(), before+7, "the rest is not fetched")

		for want, query := range map[string]elevenlabs.HistoryQuery{
			"two":  {Since: start.Add(time.Second), Before: start.Add(2 * time.Second)},
			"five": {Search: "FIV"},
			"one":  {StartAfterID: ids[1], Source: "TTS", VoiceID: elevenlabstest.VoiceSarah, ModelID: "eleven_multilingual_v2"},
		} {
			require.Equal(t, []string{want}, textsOf(t, c.History(t.Context(), query)))
		}
		require.Equal(t, []string{"one", "two"}, textsOf(t, c.History(t.Context(), elevenlabs.HistoryQuery{
			SortDirection: "asc", Before: start.Add(2 * time.Second),
		})))
	})
}

func TestHistory_EndsWithAnError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		says(t, c, "one", "two", "three")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var texts []string
		var last error
		for it, err := range c.History(ctx, elevenlabs.HistoryQuery{PageSize: 2}) {
			if last = err; err == nil {
				texts = append(texts, it.Text)
				cancel()
			}
		}
		require.Equal(t, []string{"three", "two"}, texts, "a page that has come is read to its end")
		require.ErrorIs(t, last, context.Canceled)

		srv.Inject(elevenlabstest.Status(401, `{"detail":{"status":"missing_permissions"}}`).On("/v1/history"))
		for it, err := range c.History(t.Context(), elevenlabs.HistoryQuery{}) {
			require.Nil(t, it)
			last = err
		}
		require.ErrorIs(t, last, elevenlabs.ErrMissingPermission)
	})
}

func TestHistory_APageThatSaysNotWhereTheNextIs(t *testing.T) {
	t.Parallel()
	bodies := map[string]error{
		`{"history":[{"history_item_id":"a"}],"has_more":true}`:                             nil,
		`{"history":[],"has_more":true}`:                                                    elevenlabs.ErrMalformed,
		`{"history":[{"history_item_id":"a"}],"last_history_item_id":"b","has_more":"yes"}`: elevenlabs.ErrMalformed,
	}
	for body, want := range bodies {
		c := clientOn(t, drained(func(r *http.Request, _ []byte) (*http.Response, error) {
			if r.URL.Query().Get("start_after_history_item_id") == "a" {
				return answered(200, "application/json", `{"history":[],"has_more":false}`), nil
			}
			return answered(200, "application/json", body), nil
		}))
		var last error
		for _, err := range c.History(t.Context(), elevenlabs.HistoryQuery{}) {
			last = err
		}
		require.ErrorIs(t, last, want, body)
		if want != nil {
			require.ErrorContains(t, last, "elevenlabs: History: ")
		}
	}
}

func TestHistoryItem_IsWhatWasMade(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{
			Text: "Hello", Format: elevenlabs.FormatPCM_16000, VoiceSettings: &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(0.0)},
		})
		require.NoError(t, err)
		id := speech.Meta.HistoryItemID
		it, err := c.HistoryItem(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, &elevenlabs.HistoryItem{
			ID: id, RequestID: speech.Meta.RequestID, VoiceID: elevenlabstest.VoiceSarah, VoiceName: "Sarah", VoiceCategory: "premade",
			ModelID: "eleven_multilingual_v2", Text: "Hello", DateUnix: time.Now().Unix(), CharacterCountTo: 5, State: "created",
			ContentType: "audio/pcm", Format: elevenlabs.FormatPCM_16000, Source: "TTS", Settings: map[string]any{"stability": 0.0},
		}, it)

		again, err := c.HistoryAudio(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, speech.Audio, again.Audio)
		require.Empty(t, again.Format)

		require.NoError(t, c.DeleteHistoryItem(t.Context(), id))
		require.ErrorIs(t, c.DeleteHistoryItem(t.Context(), id), elevenlabs.ErrNotFound)
		_, err = c.HistoryItem(t.Context(), id)
		require.ErrorIs(t, err, elevenlabs.ErrNotFound)
		_, err = c.HistoryAudio(t.Context(), id)
		require.ErrorIs(t, err, elevenlabs.ErrNotFound)
		require.Equal(t, 5, srv.Usage().Characters)
	})
}

func TestHistoryItem_ComesBackWhole(t *testing.T) {
	t.Parallel()
	it := comesBack[elevenlabs.HistoryItem](t, `{"history_item_id":"h","request_id":"r","voice_id":"v","model_id":"m","voice_name":"V",
		"voice_category":"premade","text":"t","date_unix":0,"character_count_change_from":0,"character_count_change_to":5,
		"content_type":"audio/mpeg","state":"created","settings":{"a":[1,null]},"share_link_id":"s","source":"PlayAPI",
		"dialogue":[{"text":"","voice_id":"v","voice_name":"V"}],"output_format":"mp3_44100_128","mood":"good",
		"alignments":{"alignment":{"characters":["t"],"character_start_times_seconds":[0],"character_end_times_seconds":[0.1]},
		"normalized_alignment":{"characters":["t"],"character_start_times_seconds":[0],"character_end_times_seconds":[0.1]}}}`)
	require.Equal(t, []float64{0.1}, it.Alignments.Normalized.Ends)
	require.Equal(t, `"good"`, string(it.Extra["mood"]))
}

func TestHistoryItem_HasTheTimingThatWasAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := atOnce(t).Client()
		speech, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello", Timestamps: true})
		require.NoError(t, err)
		it, err := c.HistoryItem(t.Context(), speech.Meta.HistoryItemID)
		require.NoError(t, err)
		require.Equal(t, speech.Alignment, it.Alignments.Alignment)
	})
}

func TestHistoryAudio_IsAudio(t *testing.T) {
	t.Parallel()
	for want, answer := range map[error]*http.Response{
		elevenlabs.ErrEmptyAudio: answered(200, "audio/mpeg", ""),
		elevenlabs.ErrNotAudio:   answered(200, "application/json", `{}`),
	} {
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return answer, nil }))
		_, err := c.HistoryAudio(t.Context(), "id")
		require.ErrorIs(t, err, want)
	}
}

func TestDownloadHistory_IsOneFileOrAnArchive(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		ids := says(t, c, "one", "two")
		fetch := func(req elevenlabs.HistoryDownload) (contentType string, data []byte) {
			resp, err := c.DownloadHistory(t.Context(), req)
			require.NoError(t, err)
			defer resp.Body.Close()
			data, err = io.ReadAll(resp.Body)
			require.NoError(t, err)
			return resp.Header.Get("Content-Type"), data
		}
		one, err := c.HistoryAudio(t.Context(), ids[0])
		require.NoError(t, err)
		contentType, data := fetch(elevenlabs.HistoryDownload{IDs: ids[:1]})
		require.Equal(t, "audio/mpeg", contentType)
		require.Equal(t, one.Audio, data)

		contentType, data = fetch(elevenlabs.HistoryDownload{IDs: ids[:1], Format: "wav"})
		require.Equal(t, "audio/wav", contentType)
		require.Equal(t, "RIFF", string(data[:4]))

		contentType, data = fetch(elevenlabs.HistoryDownload{IDs: ids, Format: "default"})
		require.Equal(t, "application/zip", contentType)
		archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		require.Len(t, archive.File, 2)
		first, err := archive.File[0].Open()
		require.NoError(t, err)
		data, err = io.ReadAll(first)
		require.NoError(t, err)
		require.Equal(t, one.Audio, data)
		require.Equal(t, ids[0]+".mp3", archive.File[0].Name)
	})
}

func TestDownloadHistory_Refused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		_, err := c.DownloadHistory(t.Context(), elevenlabs.HistoryDownload{IDs: []string{"x"}, Format: "ogg"})
		require.ErrorIs(t, err, elevenlabs.ErrInvalidRequest)
		require.ErrorContains(t, err, "elevenlabs: Download history: 400 invalid_output_format: output_format must be wav or none")
		_, err = c.DownloadHistory(t.Context(), elevenlabs.HistoryDownload{IDs: []string{"x"}})
		require.ErrorIs(t, err, elevenlabs.ErrNotFound)

		ids := says(t, c, "one")
		srv.Inject(elevenlabstest.ResetAfter(0).On("/download"))
		resp, err := c.DownloadHistory(t.Context(), elevenlabs.HistoryDownload{IDs: ids})
		require.NoError(t, err, "it costs nothing, so it is asked for again")
		resp.Body.Close()
	})
}

func TestHistory_BadInput(t *testing.T) {
	t.Parallel()
	c, ctx, now := silent(t), t.Context(), time.Now()
	for field, query := range map[string]elevenlabs.HistoryQuery{
		"PageSize": {PageSize: 1001}, "Before": {Since: now, Before: now},
	} {
		for _, err := range c.History(ctx, query) {
			refused(t, "HistoryQuery."+field, err)
		}
	}
	for _, id := range []string{"", "..", "a/b"} {
		_, err := c.HistoryItem(ctx, id)
		refused(t, "HistoryItem.ID", err)
		_, err = c.HistoryAudio(ctx, id)
		refused(t, "HistoryItem.ID", err)
		refused(t, "HistoryItem.ID", c.DeleteHistoryItem(ctx, id))
		_, err = c.DownloadHistory(ctx, elevenlabs.HistoryDownload{IDs: []string{id}})
		refused(t, "HistoryDownload.IDs", err)
	}
	_, err := c.DownloadHistory(ctx, elevenlabs.HistoryDownload{})
	refused(t, "HistoryDownload.IDs", err)

	var none *elevenlabs.Client
	for _, err := range none.History(ctx, elevenlabs.HistoryQuery{}) {
		refused(t, "Client", err)
	}
}

func FuzzHistoryPage(f *testing.F) {
	f.Add([]byte(`{"history":[{"history_item_id":"a"}],"last_history_item_id":"a","has_more":true}`))
	f.Add([]byte(`{"history":[null],"has_more":true}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		fetched := 0
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			if fetched++; fetched > 3 {
				return nil, errors.New("enough")
			}
			return answered(200, "application/json", string(body)), nil
		}), elevenlabs.WithMaxRetries(0))
		for it, err := range c.History(t.Context(), elevenlabs.HistoryQuery{}) {
			if (it == nil) == (err == nil) {
				t.Fatalf("%v, %v", it, err)
			}
		}
	})
}
