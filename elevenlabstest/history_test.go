package elevenlabstest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

type historyPage struct {
	History []struct {
		ID    string `json:"history_item_id"`
		Text  string
		State string
		Date  int64 `json:"date_unix"`
	}
	Last    *string `json:"last_history_item_id"`
	HasMore bool    `json:"has_more"`
}

func (p historyPage) texts() string {
	var out []string
	for _, it := range p.History {
		out = append(out, it.Text)
	}
	return strings.Join(out, " ")
}

func history(t *testing.T, srv *elevenlabstest.Server, query string) historyPage {
	t.Helper()
	var p historyPage
	get(t, srv, "/v1/history?"+query).decode(t, &p)
	return p
}

func TestHistory_AnItemIsWhatWasMade(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	speak(t, srv, "Before")
	made := postJSON(t, srv, ttsPath+"?output_format=pcm_16000", `{"text":"Hello","voice_settings":{"stability":0.3}}`)
	path := "/v1/history/" + made.header.Get("History-Item-Id")
	var it map[string]any
	get(t, srv, path).decode(t, &it)
	requireFields(t, it, "history_item_id", "date_unix", "character_count_change_from", "character_count_change_to", "content_type", "state")
	for name, want := range map[string]any{
		"history_item_id": made.header.Get("History-Item-Id"), "request_id": made.header.Get("Request-Id"),
		"voice_id": sarah, "model_id": "eleven_multilingual_v2", "voice_name": "Sarah", "voice_category": "premade",
		"text": "Hello", "character_count_change_from": 6.0, "character_count_change_to": 11.0, "state": "created",
		"content_type": "audio/pcm", "output_format": "pcm_16000", "source": "TTS", "settings": map[string]any{"stability": 0.3},
	} {
		require.Equal(t, want, it[name], name)
	}
	audio := get(t, srv, path+"/audio")
	require.Equal(t, made.body, audio.body)
	require.Equal(t, "audio/pcm", audio.header.Get("Content-Type"))
	require.Equal(t, 11, srv.Usage().Characters, "what is fetched again is not billed again")
}

func TestHistory_ComesInPages(t *testing.T) {
	bubbleHistory(t, func(t *testing.T, srv *elevenlabstest.Server) {
		start := time.Now().Unix()
		for _, text := range []string{"one", "two", "three"} {
			speak(t, srv, text)
			time.Sleep(time.Second)
		}
		postJSON(t, srv, ttsPath, `{"text":"flash","model_id":"eleven_flash_v2_5"}`)
		for query, want := range map[string]string{
			"":                                 "flash three two one",
			"sort_direction=asc":               "one two three flash",
			"model_id=eleven_flash_v2_5":       "flash",
			"voice_id=" + sarah:                "flash three two one",
			"voice_id=" + library:              "",
			"search=THRE":                      "three",
			"source=STS":                       "",
			"source=TTS&page_size=2":           "flash three",
			"date_after_unix=" + unix(start+2): "flash three",
			"date_before_unix=" + unix(start+2) + "&date_after_unix=" + unix(start+1): "two",
		} {
			require.Equal(t, want, history(t, srv, query).texts(), query)
		}
		p := history(t, srv, "page_size=3")
		require.True(t, p.HasMore)
		p = history(t, srv, "page_size=3&start_after_history_item_id="+*p.Last)
		require.Equal(t, "one", p.texts())
		require.False(t, p.HasMore)
		for _, query := range []string{"page_size=1001", "page_size=0", "sort_direction=up", "source=x", "date_after_unix=now"} {
			require.Equal(t, http.StatusUnprocessableEntity, get(t, srv, "/v1/history?"+query).status, query)
		}
		require.Equal(t, "history_item_not_found", get(t, srv, "/v1/history?start_after_history_item_id=x").detail(t)["code"])
	})
}

func unix(n int64) string { return strconv.FormatInt(n, 10) }

func bubbleHistory(t *testing.T, story func(*testing.T, *elevenlabstest.Server), opts ...elevenlabstest.Option) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		story(t, elevenlabstest.NewServer(t, append([]elevenlabstest.Option{instant}, opts...)...))
	})
}

func TestHistory_IsLate(t *testing.T) {
	bubbleHistory(t, func(t *testing.T, srv *elevenlabstest.Server) {
		id := speak(t, srv, "Hello").header.Get("History-Item-Id")
		time.Sleep(4 * time.Second)
		require.Empty(t, history(t, srv, "").History)
		require.Equal(t, http.StatusNotFound, get(t, srv, "/v1/history/"+id).status)
		time.Sleep(time.Second)
		require.Equal(t, "Hello", history(t, srv, "").texts())
	}, elevenlabstest.WithHistoryLag(5*time.Second))
}

func TestHistory_IsProcessedUntilTheSpeechIsMade(t *testing.T) {
	bubbleHistory(t, func(t *testing.T, srv *elevenlabstest.Server) {
		srv.Inject(elevenlabstest.SlowFirstByte(time.Minute))
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = try(srv, http.MethodPost, ttsPath, strings.NewReader(textBody("Hello")), "Content-Type", "application/json")
		}()
		synctest.Wait()
		it := history(t, srv, "").History[0]
		require.Equal(t, "processing", it.State)
		require.Equal(t, http.StatusBadRequest, get(t, srv, "/v1/history/"+it.ID+"/audio").status)
		<-ended
		require.Equal(t, "created", history(t, srv, "").History[0].State)
	})
}

func TestHistory_Forgets(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithTier(elevenlabs.TierEnterprise))
	postJSON(t, srv, ttsPath+"?enable_logging=false", textBody("Secret"))
	require.Empty(t, history(t, srv, "").History, "zero retention")
	id := speak(t, srv, "Hello").header.Get("History-Item-Id")
	var ok map[string]string
	send(t, srv, http.MethodDelete, "/v1/history/"+id, nil).decode(t, &ok)
	require.Equal(t, map[string]string{"status": "ok"}, ok)
	require.Empty(t, history(t, srv, "").History)
	require.Equal(t, http.StatusNotFound, get(t, srv, "/v1/history/"+id+"/audio").status)
	require.Equal(t, http.StatusNotFound, send(t, srv, http.MethodDelete, "/v1/history/"+id, nil).status)
}

func TestHistory_WithoutPermission(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant, elevenlabstest.WithoutHistoryPermission())
	id := speak(t, srv, "Hello").header.Get("History-Item-Id")
	for _, path := range []string{"/v1/history", "/v1/history/" + id, "/v1/history/" + id + "/audio"} {
		a := get(t, srv, path)
		require.Equal(t, http.StatusUnauthorized, a.status)
		require.Equal(t, "missing_permissions", a.detail(t)["status"])
		require.Equal(t, "The API key you used is missing the permission speech_history_read to execute this operation.", a.detail(t)["message"])
	}
}

func TestUsage_CountsWhatIsBilledTwice(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, text := range []string{"one", "two", "one", "one"} {
		speak(t, srv, text)
	}
	require.Equal(t, 2, srv.Usage().BilledTwice)
	postJSON(t, srv, ttsPath+"?output_format=pcm_16000", textBody("one"))
	require.Equal(t, 2, srv.Usage().BilledTwice, "another format is another speech")
}

func TestLose_BillsNothing(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, fault := range []elevenlabstest.Fault{elevenlabstest.Lose(), elevenlabstest.ResetAfter(0)} {
		srv.Inject(fault)
		_, err := try(srv, http.MethodPost, ttsPath, strings.NewReader(textBody(fault.String())), "Content-Type", "application/json")
		require.Error(t, err)
	}
	require.Equal(t, "ResetAfter(0)", history(t, srv, "").texts())
	requests := srv.Requests()
	require.JSONEq(t, `{"text":"Lose()"}`, string(requests[0].Body), "it was received")
	require.Zero(t, requests[0].Characters)
}
