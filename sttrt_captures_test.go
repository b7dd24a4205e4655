package elevenlabs_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A cue is what a server says d after it has heard what it waits for.
type cue struct {
	d    time.Duration
	says string
}

// A scribe plays a session as it was captured: it answers the first audio, and
// each commit after that, with a row of cues.
type scribe struct {
	started string
	first   []cue
	commits [][]cue
	heard   []string // messages with audio in its place
}

func (p *scribe) play(ws *websocket.Conn, _ <-chan struct{}) {
	tell(ws, p.started)
	for row := p.first; ; {
		_, data, err := ws.Read(context.Background())
		if err != nil {
			return
		}
		var m map[string]any
		_ = json.Unmarshal(data, &m)
		line := string(data)
		if audio := m["audio_base_64"].(string); audio != "" {
			line = strings.Replace(line, audio, "<pcm>", 1)
		}
		p.heard = append(p.heard, line)
		if m["commit"] == true {
			row, p.commits = p.commits[0], p.commits[1:]
		}
		for _, c := range row {
			time.Sleep(c.d)
			tell(ws, c.says)
		}
		row = nil
	}
}

// The session of 24 September 2026, frame by frame and in its times.
func TestDialSTT_SessionAsCaptured(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const (
			config = `{"sample_rate":24000,"audio_format":"pcm_24000","language_code":"en","secondary_languages":[],"timestamps_granularity":"word","vad_commit_strategy":false,"vad_silence_threshold_secs":1.5,"vad_threshold":0.4,"min_speech_duration_ms":100,"min_silence_duration_ms":100,"max_tokens_to_recompute":5,"model_id":"scribe_v2_realtime","disable_logging":false,"include_timestamps":false,"include_language_detection":false,"filter_background_audio":false,"keyterms":[],"no_verbatim":false,"entity_detection":null}`
			hi     = "Hi, I'm Alex. I just moved here from Chicago, and I'm still finding my way around."
			what   = "What brings you to this bookshop on a Tuesday afternoon?"
		)
		partial := func(text string) string { return message("partial_transcript", text) }
		committed := func(text string) string { return message("committed_transcript", text) }
		p := &scribe{
			started: `{"message_type":"session_started","session_id":"f2e6b382ecc54124be77ba8dbd17084a","config":` + config + `}`,
			first: []cue{
				{2100 * msec, partial("Hi.")}, {time.Second, partial("Hi, I'm Alex. I just moved here from Chicago, and I'm still finding my")},
			},
			commits: [][]cue{
				{{294 * msec, committed(hi)}, {5 * msec, partial(hi)}, {time.Second, partial("What brings")}},
				{{350 * msec, committed(what)}},
				{{320 * msec, committed("")}},
			},
		}
		s, err := acted(t, p.play).DialSTT(t.Context(), elevenlabs.STTStreamRequest{Format: elevenlabs.FormatPCM_24000, LanguageCode: "en"})
		require.NoError(t, err)
		second := make([]byte, 48_000)
		go func() {
			time.Sleep(4 * time.Second)
			require.NoError(t, s.Commit())
			time.Sleep(2 * time.Second)
			put(t, s, second)
			require.NoError(t, s.Commit())
			time.Sleep(time.Second)
			put(t, s, second)
			at := time.Now()
			require.NoError(t, s.Finish(t.Context()))
			require.Equal(t, 320*msec, time.Since(at), "as soon as the last answer has come")
		}()
		put(t, s, second)
		type told struct {
			at   time.Duration
			text string
		}
		var got []told
		start := time.Now()
		for e, err := range s.Events() {
			require.NoError(t, err)
			text := e.Kind.String() + " " + e.Text + e.SessionID
			if e.Segment != nil {
				text += e.Segment.Text
			} else if e.Kind == elevenlabs.STTStarted {
				require.JSONEq(t, config, string(e.Raw))
			}
			got = append(got, told{time.Since(start), text})
		}
		require.Equal(t, []told{
			{0, "started f2e6b382ecc54124be77ba8dbd17084a"},
			{2100 * msec, "partial Hi."},
			{3100 * msec, "partial Hi, I'm Alex. I just moved here from Chicago, and I'm still finding my"},
			{4294 * msec, "committed " + hi}, // and not again, 5 ms later
			{5299 * msec, "partial What brings"},
			{6350 * msec, "committed " + what},
		}, got, "silence that Finish has committed, and not the caller, is none")
		const commit = `{"message_type":"input_audio_chunk","audio_base_64":"","commit":true,"sample_rate":24000}`
		const chunk = `{"message_type":"input_audio_chunk","audio_base_64":"<pcm>","commit":false,"sample_rate":24000}`
		require.Equal(t, []string{chunk, commit, chunk, commit, chunk, commit}, p.heard)
	})
}

// The errors of the captures, as a dial that fails tells them.
func TestDialSTT_RefusalsAsCaptured(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		frame, reason string
		code          websocket.StatusCode
		want          string
		is            error
	}{
		"a spent token": {
			`{"message_type":"auth_error","error":"You must be authenticated to use this endpoint."}`, "", 1000,
			"auth_error: You must be authenticated to use this endpoint; closed with 1000", elevenlabs.ErrUnauthorized,
		},
		"options that exclude each other": {
			`{"message_type":"invalid_request","error":"filter_background_audio cannot be combined with include_timestamps. This will be supported in a future update."}`,
			"invalid_request", 1008,
			"invalid_request: filter_background_audio cannot be combined with include_timestamps. This will be supported in a future update; closed with 1008",
			elevenlabs.ErrInvalidRequest,
		},
		"no credits": {
			`{"message_type":"quota_exceeded","error":"You have exceeded your quota."}`, "quota_exceeded", 1000,
			"quota_exceeded: You have exceeded your quota; closed with 1000", elevenlabs.ErrQuotaExceeded,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				dials := 0
				c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
					dials++
					tell(ws, tt.frame)
					_ = ws.Close(tt.code, tt.reason)
				})
				at := time.Now()
				_, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
				require.EqualError(t, err, "elevenlabs: STT session: "+tt.want)
				require.ErrorIs(t, err, tt.is)
				require.Zero(t, time.Since(at))
				require.Equal(t, 1, dials, "asking again would not help")
				require.Zero(t, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
			})
		})
	}
}

// Each error and each close there is, in the middle of a session: either it
// goes on with another connection, or it ends there and then.
func TestDialSTT_WhatEndsASession(t *testing.T) {
	t.Parallel()
	says := func(kind string, code int, reason string) []elevenlabstest.SocketStep {
		return []elevenlabstest.SocketStep{
			elevenlabstest.Say(`{"message_type":"` + kind + `","error":"words"}`), elevenlabstest.CloseWith(code, reason),
		}
	}
	ends := []string{
		"auth_error", "quota_exceeded", "unaccepted_terms", "unaccepted_terms_error", "input_error", "invalid_request", "chunk_size_exceeded",
	}
	tests := map[string][]elevenlabstest.SocketStep{
		"close 1000": {elevenlabstest.CloseWith(1000, "")}, "close 1001": {elevenlabstest.CloseWith(1001, "")},
		"close 1008": {elevenlabstest.CloseWith(1008, "no")}, "close 1011": {elevenlabstest.CloseWith(1011, "oops")},
		"close 1012": {elevenlabstest.CloseWith(1012, "restart")}, "no close": {elevenlabstest.Drop()},
	}
	for _, kind := range append([]string{
		"error", "commit_throttled", "transcriber_error", "rate_limited", "queue_overflow", "resource_exhausted", "session_time_limit_exceeded", "brand_new_error",
	}, ends...) {
		tests[kind+" 1000"], tests[kind+" 1008"] = says(kind, 1000, kind), says(kind, 1008, kind)
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t)
				hello := spoken(t, srv, "Hello.")
				srv.Inject(elevenlabstest.OnSocket(2, steps...)) // the audio was taken and not answered
				s := dialSTT(t, srv, elevenlabs.STTStreamRequest{}, elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
				put(t, s, hello)
				at := time.Now()
				err := s.Finish(t.Context())
				for _, kind := range ends {
					if strings.HasPrefix(name, kind+" ") {
						var e *elevenlabs.SocketError
						require.ErrorAs(t, err, &e)
						require.Equal(t, kind, e.Type)
						require.Zero(t, time.Since(at))
						require.Equal(t, 1, dials(srv))
						return
					}
				}
				require.NoError(t, err)
				told, segments := collect(t, s)
				require.Equal(t, "Hello.", texts(segments), "%v", told)
				require.Equal(t, time.Second+320*msec, time.Since(at), "the wait, and the answer")
				require.Equal(t, 2, dials(srv))
				if said := name[:len(name)-5]; said != "close" && name != "no close" {
					require.Equal(t, []string{"started", said + ": words", "started", "[Hello.]"}, told)
				}
			})
		})
	}
}

// Audio in which nobody speaks is not sent again to a server that has said so.
func TestDialSTT_InsufficientActivitySettlesTheAudio(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(2,
			elevenlabstest.Say(`{"message_type":"insufficient_audio_activity","error":"Nobody speaks."}`),
			elevenlabstest.CloseWith(1000, "insufficient_audio_activity")))
		hello := spoken(t, srv, "Hello.")
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{}, elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
		put(t, s, hush(time.Second))
		time.Sleep(5 * time.Second)
		put(t, s, hello)
		require.NoError(t, s.Finish(t.Context()))
		told, segments := collect(t, s)
		require.Equal(t, []string{"started", "insufficient_audio_activity: Nobody speaks.", "started", "[Hello.]"}, told)
		require.Equal(t, time.Second, segments[0].From)
	})
}
