package elevenlabstest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

type characters struct {
	Characters []string  `json:"characters"`
	Starts     []float64 `json:"character_start_times_seconds"`
	Ends       []float64 `json:"character_end_times_seconds"`
}

type timedAudio struct {
	Audio      *[]byte     `json:"audio_base64"`
	Alignment  *characters `json:"alignment"`
	Normalized *characters `json:"normalized_alignment"`
}

const spoken = "Hello there, all of you. 你好！"

func timedLines(t *testing.T, body []byte) (lines []timedAudio) {
	t.Helper()
	require.True(t, bytes.HasSuffix(body, []byte("\n")), "every line ends")
	for line := range bytes.Lines(body) {
		var l timedAudio
		require.NoError(t, json.Unmarshal(line, &l), "%s", line)
		require.NotNil(t, l.Audio)
		lines = append(lines, l)
	}
	return lines
}

func TestTimestamps_FitTheAudio(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	plain := postJSON(t, srv, ttsPath+"?output_format=pcm_16000", textBody(spoken))
	a := postJSON(t, srv, ttsPath+"/with-timestamps?output_format=pcm_16000", textBody(spoken))
	var whole timedAudio
	a.decode(t, &whole)
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	require.Equal(t, plain.header.Get("Character-Cost"), a.header.Get("Character-Cost"))
	require.Len(t, a.header.Get("Request-Id"), 20)
	require.Equal(t, plain.body, *whole.Audio)
	require.Equal(t, strings.Split(spoken, ""), whole.Alignment.Characters)
	require.Equal(t, whole.Alignment, whole.Normalized)
	require.InDelta(t, float64(len(plain.body))/32000, whole.Alignment.Ends[len(whole.Alignment.Ends)-1], 0.001)
	require.Equal(t, whole.Alignment.Starts[1:], whole.Alignment.Ends[:len(whole.Alignment.Ends)-1], "they are contiguous")

	a = postJSON(t, srv, ttsPath+"/stream/with-timestamps?output_format=pcm_16000", textBody(spoken))
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
	var all characters
	var audio []byte
	lines := timedLines(t, a.body)
	require.Len(t, lines, 16)
	for _, l := range lines {
		from := float64(len(audio)) / 32000
		audio = append(audio, *l.Audio...)
		require.Equal(t, l.Alignment, l.Normalized)
		if l.Alignment == nil {
			continue
		}
		all.Characters = append(all.Characters, l.Alignment.Characters...)
		all.Starts, all.Ends = append(all.Starts, l.Alignment.Starts...), append(all.Ends, l.Alignment.Ends...)
		require.GreaterOrEqual(t, l.Alignment.Starts[0], from-0.002, "it comes with its audio")
		require.LessOrEqual(t, l.Alignment.Starts[len(l.Alignment.Starts)-1], float64(len(audio))/32000)
	}
	require.Equal(t, plain.body, audio)
	require.Equal(t, *whole.Alignment, all)
}

func TestTimestamps_OfEveryFormatAndOfNothing(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, query := range []string{"", "?output_format=mp3_22050_32", "?output_format=ulaw_8000", "?output_format=wav_16000"} {
		for _, text := range []string{spoken, " ", "x"} {
			var whole timedAudio
			postJSON(t, srv, ttsPath+"/with-timestamps"+query, textBody(text)).decode(t, &whole)
			require.NotEmpty(t, *whole.Audio)
			require.NotNil(t, whole.Alignment.Characters)
			if strings.Contains(query, "wav") {
				continue
			}
			a := postJSON(t, srv, ttsPath+"/stream/with-timestamps"+query, textBody(text))
			var audio []byte
			for _, l := range timedLines(t, a.body) {
				audio = append(audio, *l.Audio...)
			}
			require.Equal(t, *whole.Audio, audio)
		}
	}
	a := postJSON(t, srv, ttsPath+"/stream/with-timestamps?output_format=wav_16000", textBody("x"))
	require.Equal(t, http.StatusForbidden, a.status)
}

func TestTimestamps_TakeListsButNotNull(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	for _, name := range []string{"previous_request_ids", "next_request_ids", "pronunciation_dictionary_locators"} {
		null := `{"text":"x","` + name + `":null}`
		require.Equal(t, http.StatusUnprocessableEntity, postJSON(t, srv, ttsPath+"/with-timestamps", null, "Xi-Api-Key", "").status)
		require.Equal(t, http.StatusOK, postJSON(t, srv, ttsPath+"/with-timestamps", `{"text":"x","`+name+`":[]}`).status)
		require.Equal(t, http.StatusOK, postJSON(t, srv, ttsPath+"/stream/with-timestamps", null).status)
	}
	require.Equal(t, http.StatusUnauthorized, postJSON(t, srv, ttsPath+"/with-timestamps", `{"text":"x"}`, "Xi-Api-Key", "").status)
	require.Equal(t, http.StatusMethodNotAllowed, get(t, srv, ttsPath+"/with-timestamps").status)
}

func TestTimestamps_AreKeptInTheHistory(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	type item struct {
		ID         string `json:"history_item_id"`
		Alignments *struct {
			Alignment  characters `json:"alignment"`
			Normalized characters `json:"normalized_alignment"`
		} `json:"alignments"`
	}
	plain, timed := speak(t, srv, "plain"), postJSON(t, srv, ttsPath+"/with-timestamps", textBody(spoken))
	var whole timedAudio
	timed.decode(t, &whole)
	var it item
	get(t, srv, "/v1/history/"+timed.header.Get("History-Item-Id")).decode(t, &it)
	require.Equal(t, *whole.Alignment, it.Alignments.Alignment)
	require.Equal(t, *whole.Normalized, it.Alignments.Normalized)
	audio := get(t, srv, "/v1/history/"+timed.header.Get("History-Item-Id")+"/audio")
	require.Equal(t, *whole.Audio, audio.body)
	it = item{}
	get(t, srv, "/v1/history/"+plain.header.Get("History-Item-Id")).decode(t, &it)
	require.Nil(t, it.Alignments)
}

func TestTimestamps_CanComeWithoutAudio(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, instant)
	srv.Inject(elevenlabstest.EmptyAudio().Times(2))
	for _, path := range []string{"/with-timestamps", "/stream/with-timestamps"} {
		var whole timedAudio
		postJSON(t, srv, ttsPath+path, textBody(spoken)).decode(t, &whole)
		require.Equal(t, timedAudio{Audio: &[]byte{}}, whole)
	}
}

func TestTimestamps_ArePacedLikeTheStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLatency(elevenlabstest.Latency{Base: time.Second, PerCharacter: 100 * time.Millisecond}))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+ttsPath+"/stream/with-timestamps?output_format=pcm_16000",
			strings.NewReader(textBody("Hello")))
		require.NoError(t, err)
		req.Header.Set("Xi-Api-Key", "k")
		at := time.Now()
		resp, err := srv.HTTPClient().Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		require.Equal(t, time.Second, time.Since(at).Truncate(100*time.Millisecond))
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.Equal(t, 1500*time.Millisecond, time.Since(at).Truncate(100*time.Millisecond))
	})
}
