package elevenlabstest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const realtimePath = "/v1/speech-to-text/realtime"

// A listener is a bare socket to the emulator's realtime endpoint.
type listener struct {
	t  *testing.T
	ws *websocket.Conn
	at time.Time
}

func dialRealtime(t *testing.T, srv *elevenlabstest.Server, query string, headers ...string) *listener {
	t.Helper()
	h := http.Header{"Xi-Api-Key": {"good-key"}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	ws, _, err := websocket.Dial(t.Context(), srv.URL+realtimePath+"?model_id=scribe_v2_realtime&"+query,
		&websocket.DialOptions{HTTPClient: srv.HTTPClient(), HTTPHeader: h})
	require.NoError(t, err)
	ws.SetReadLimit(-1)
	t.Cleanup(func() { _ = ws.CloseNow() })
	return &listener{t, ws, time.Now()}
}

func (l *listener) write(message map[string]any) {
	l.t.Helper()
	b, _ := json.Marshal(message)
	require.NoError(l.t, l.ws.Write(l.t.Context(), websocket.MessageText, b))
}

func (l *listener) send(audio []byte, commit bool) {
	l.t.Helper()
	l.write(map[string]any{
		"message_type": "input_audio_chunk", "audio_base_64": base64.StdEncoding.EncodeToString(audio),
		"commit": commit, "sample_rate": 16000,
	})
}

// next reads a message and its type, and checks that it came d after the last.
func (l *listener) next(kind string, d time.Duration) map[string]any {
	l.t.Helper()
	_, data, err := l.ws.Read(l.t.Context())
	require.NoError(l.t, err, "want %s", kind)
	var m map[string]any
	require.NoError(l.t, json.Unmarshal(data, &m))
	require.Equal(l.t, kind, m["message_type"], "%s", data)
	require.Equal(l.t, d, time.Since(l.at), "%s", data)
	l.at = time.Now()
	return m
}

func (l *listener) closed(code websocket.StatusCode, reason string, d time.Duration) {
	l.t.Helper()
	_, data, err := l.ws.Read(l.t.Context())
	var end websocket.CloseError
	require.ErrorAs(l.t, err, &end, "%s", data)
	require.Equal(l.t, websocket.CloseError{Code: code, Reason: reason}, end)
	require.Equal(l.t, d, time.Since(l.at))
}

// say makes a sentence in 16 kHz samples.
func say(t *testing.T, srv *elevenlabstest.Server, text string) []byte {
	t.Helper()
	a := postJSON(t, srv, ttsPath+"?output_format=pcm_16000", textBody(text))
	require.Equal(t, http.StatusOK, a.status)
	return a.body
}

func silence(d time.Duration) []byte { return make([]byte, 2*int(16*d/time.Millisecond)) }

func noise(d time.Duration) []byte {
	b := silence(d)
	for i := 1; i < len(b); i += 4 {
		b[i] = 0x10
	}
	return b
}

const ms = time.Millisecond

func TestRealtime_SessionAsCaptured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		speech := say(t, srv, "Hi, I'm Alex. I just moved here from Chicago.")
		l := dialRealtime(t, srv, "audio_format=pcm_16000&language_code=en&commit_strategy=manual")
		started := l.next("session_started", 0)
		require.Len(t, started["session_id"], 32)
		require.Equal(t, map[string]any{
			"sample_rate": 16000., "audio_format": "pcm_16000", "language_code": "en", "secondary_languages": []any{},
			"timestamps_granularity": "word", "vad_commit_strategy": false, "vad_silence_threshold_secs": 1.5,
			"vad_threshold": 0.4, "min_speech_duration_ms": 100., "min_silence_duration_ms": 100.,
			"max_tokens_to_recompute": 5., "model_id": "scribe_v2_realtime", "disable_logging": false,
			"include_timestamps": false, "include_language_detection": false, "filter_background_audio": false,
			"keyterms": []any{}, "no_verbatim": false, "entity_detection": nil,
		}, started["config"])
		l.send(speech, false)
		partial := l.next("partial_transcript", 0)["text"].(string)
		require.Equal(t, "Hi, I'm Alex. I just mo", partial, "of the first 2.1 s")
		for partial != "Hi, I'm Alex. I just moved here from Chicago." {
			partial = l.next("partial_transcript", 0)["text"].(string)
		}
		l.send(nil, true)
		require.Equal(t, partial, l.next("committed_transcript", 320*ms)["text"])
		require.Equal(t, partial, l.next("partial_transcript", 20*ms)["text"], "the echo")
		l.send(silence(time.Second), true)
		require.Empty(t, l.next("committed_transcript", 320*ms)["text"])
		usage := srv.Usage()
		require.Equal(t, 1, usage.Families[elevenlabs.FamilyRealtimeSTT].InFlight)
		require.Equal(t, time.Duration(len(speech))*time.Second/32000+time.Second, usage.Audio)
		require.NoError(t, l.ws.Close(websocket.StatusNormalClosure, ""))
		synctest.Wait()
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
	})
}

func TestRealtime_RefusesInBand(t *testing.T) {
	t.Parallel()
	const auth = "You must be authenticated to use this endpoint."
	tests := []struct {
		name, query string
		headers     []string
		opts        []elevenlabstest.Option
		kind, text  string
		code        websocket.StatusCode
		reason      string
	}{
		{"bad key", "", []string{"Xi-Api-Key", "invalid-key"}, nil, "auth_error", auth, 1000, ""},
		{"no key", "", []string{"Xi-Api-Key", ""}, nil, "auth_error", auth, 1000, ""},
		{"key as token", "token=good-key", []string{"Xi-Api-Key", ""}, nil, "auth_error", auth, 1000, ""},
		{
			"options that exclude each other", "include_timestamps=true&filter_background_audio=true", nil, nil, "invalid_request",
			"filter_background_audio cannot be combined with include_timestamps. This will be supported in a future update.",
			1008, "invalid_request",
		},
		{"format", "audio_format=mp3_44100_128", nil, nil, "invalid_request", "'mp3_44100_128' is not a valid audio_format.", 1008, "invalid_request"},
		{"threshold", "vad_threshold=1", nil, nil, "invalid_request", "vad_threshold: Input should be less than or equal to 0.9", 1008, "invalid_request"},
		{"no credits", "", nil, []elevenlabstest.Option{elevenlabstest.WithCredits(0)}, "quota_exceeded", "You have exceeded your quota.", 1000, "quota_exceeded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, tt.opts...)
				l := dialRealtime(t, srv, tt.query, tt.headers...)
				require.Equal(t, tt.text, l.next(tt.kind, 0)["error"])
				l.closed(tt.code, tt.reason, 0)
			})
		})
	}
}

func TestRealtime_OverTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyRealtimeSTT, 1))
	synctestless := func(l *listener) (m map[string]any) {
		_, data, err := l.ws.Read(t.Context())
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &m))
		return m
	}
	require.Equal(t, "session_started", synctestless(dialRealtime(t, srv, ""))["message_type"])
	m := synctestless(dialRealtime(t, srv, ""))
	require.Equal(t, "rate_limited", m["message_type"])
	require.Contains(t, m["error"], "maximum of 1 concurrent requests")
}

func TestRealtime_TokenIsForOneSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		var a struct{ Token string }
		postJSON(t, srv, "/v1/single-use-token/realtime_scribe", "").decode(t, &a)
		query := "token=" + url.QueryEscape(a.Token)
		dialRealtime(t, srv, query, "Xi-Api-Key", "").next("session_started", 0)
		dialRealtime(t, srv, query, "Xi-Api-Key", "").next("auth_error", 0)
	})
}

func TestRealtime_Errors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kind, text string
		do               func(*listener)
	}{
		{
			"a commit of too little", "commit_throttled",
			"Commit request ignored: only 0.20s of uncommitted audio. You need at least 0.3s of uncommitted audio before committing.",
			func(l *listener) { l.send(silence(200*ms), true) },
		},
		{"previous text late", "input_error", "previous_text can only be sent with the first audio chunk.", func(l *listener) {
			l.send(silence(time.Second), false)
			l.write(map[string]any{"message_type": "input_audio_chunk", "audio_base_64": "", "previous_text": "x"})
		}},
		{"half a sample", "input_error", "The audio is not whole samples in base64.", func(l *listener) { l.send(make([]byte, 3), false) }},
		{"another rate", "input_error", "The sample_rate is not that of audio_format.", func(l *listener) {
			l.write(map[string]any{"message_type": "input_audio_chunk", "audio_base_64": "", "sample_rate": 8000})
		}},
		{"another message", "input_error", "The message is not an input_audio_chunk.", func(l *listener) { l.write(map[string]any{"message_type": "commit"}) }},
		{"a huge chunk", "chunk_size_exceeded", "The chunk is too large.", func(l *listener) { l.send(silence(11*time.Second), false) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := dialRealtime(t, elevenlabstest.NewServer(t), "")
				l.next("session_started", 0)
				tt.do(l)
				require.Equal(t, tt.text, l.next(tt.kind, 0)["error"])
				l.closed(1000, tt.kind, 0)
			})
		})
	}
}

func TestRealtime_ClosesWithoutAWordWhenNothingIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := dialRealtime(t, elevenlabstest.NewServer(t), "")
		l.next("session_started", 0)
		for range 9 {
			time.Sleep(10 * time.Second)
			l.send(silence(20*ms), false)
		}
		l.at = time.Now()
		l.closed(1000, "", 15_500*ms)
	})
}

func TestRealtime_CommitsByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := dialRealtime(t, elevenlabstest.NewServer(t), "include_timestamps=true")
		l.next("session_started", 0)
		for i := range 40 {
			l.send(silence(time.Second), false)
			if i == 35 {
				l.next("committed_transcript", 320*ms)
				l.next("committed_transcript_with_timestamps", 0)
			}
		}
		l.send(nil, true)
		l.next("committed_transcript", 320*ms)
	})
}

func TestRealtime_CommitsInSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hello, bye := say(t, srv, "Hello there"), say(t, srv, "Good bye")
		l := dialRealtime(t, srv, "commit_strategy=vad&vad_silence_threshold_secs=0.5&include_timestamps=true")
		l.next("session_started", 0)
		l.send(silence(2*time.Second), false)
		l.send(hello, false)
		l.send(silence(490*ms), false)
		l.send(append(silence(20*ms), bye...), false)
		l.next("committed_transcript", 320*ms)
		words := l.next("committed_transcript_with_timestamps", 0)["words"].([]any)
		first, last := words[0].(map[string]any), words[len(words)-1].(map[string]any)
		require.Equal(t, []any{"Hello", 2., "there"}, []any{first["text"], first["start"], last["text"]})
		require.Equal(t, 2.726, last["end"], "11 letters later")
		require.Equal(t, "Hello there", l.next("partial_transcript", 20*ms)["text"])
		l.send(silence(time.Second), false)
		require.Equal(t, "Good bye", l.next("committed_transcript", 320*ms)["text"])
	})
}

// Under vad a commit of silence is answered as any other, and one right behind
// a pause that has committed finds too little.
func TestRealtime_CommitsOfTheClientUnderVAD(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hello := say(t, srv, "Hello there")
		l := dialRealtime(t, srv, "commit_strategy=vad&vad_silence_threshold_secs=0.5")
		l.next("session_started", 0)
		l.send(silence(time.Second), true)
		require.Empty(t, l.next("committed_transcript", 320*ms)["text"])
		l.send(append(hello, silence(600*ms)...), true)
		require.Equal(t, "Hello there", l.next("committed_transcript", 320*ms)["text"])
		l.next("partial_transcript", 20*ms)
		require.Contains(t, l.next("commit_throttled", 0)["error"], "only 0.10s of uncommitted audio")
		l.closed(websocket.StatusNormalClosure, "commit_throttled", 0)
	})
}

func TestRealtime_EntitiesAndLanguage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Transcribe("I am Ada Lovelace, write to ada@example.com please.")
		l := dialRealtime(t, srv, "entity_detection=pii&include_language_detection=true&language_code=en")
		l.next("session_started", 0)
		l.send(noise(4*time.Second), true)
		for range 2 {
			require.NotEmpty(t, l.next("partial_transcript", 0)["text"])
		}
		for range 2 {
			l.next("partial_transcript", 0)
		}
		require.Equal(t, "I am Ada Lovelace, write to ada@example.com please.", l.next("committed_transcript", 320*ms)["text"])
		require.Equal(t, "en", l.next("committed_transcript_with_timestamps", 0)["language_code"])
		require.Len(t, l.next("committed_transcript_entities", 0)["entities"], 2)
		l.next("partial_transcript", 20*ms)
		l.send(noise(time.Second), true)
		l.next("committed_transcript_entities", 320*ms)
		l.next("committed_transcript", 0)
	})
}

func TestRealtime_ZeroRetentionIsNotForEveryPlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := dialRealtime(t, elevenlabstest.NewServer(t), "enable_logging=false")
		l.next("session_started", 0)
		require.Contains(t, l.next("warning", 0)["warning"], "still being logged")
		l.send(silence(time.Second), true)
		l.next("committed_transcript", 320*ms)
	})
}

func TestOnSocket_TakesItsStepsInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(2,
			elevenlabstest.Say(`{"message_type":"news"}`), elevenlabstest.Stall(time.Second),
			elevenlabstest.CloseWith(1012, "restart")))
		l := dialRealtime(t, srv, "")
		l.next("session_started", 0)
		l.send(silence(time.Second), false)
		l.next("news", 0)
		l.closed(1012, "restart", time.Second)
		srv.Inject(elevenlabstest.OnSocket(1, elevenlabstest.Drop()))
		l = dialRealtime(t, srv, "")
		l.next("session_started", 0)
		_, _, err := l.ws.Read(t.Context())
		require.True(t, errors.Is(err, io.EOF) || errors.Is(err, context.Canceled), "%v", err)
		reqs := srv.Requests()
		require.Equal(t, `OnSocket(2, Say({"message_type":"news"}), Stall(1s), CloseWith(1012, "restart"))`, reqs[0].Fault)
		require.Equal(t, http.StatusSwitchingProtocols, reqs[0].Status)
		require.Equal(t, `"audio_base_64":"32000 bytes"`, strings.Split(string(reqs[0].Body[1:]), ",")[0], "%s", reqs[0].Body)
	})
}
