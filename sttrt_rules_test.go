package elevenlabs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const msec = time.Millisecond

// hush is audio of 16 kHz without sound.
func hush(d time.Duration) []byte { return make([]byte, 32*d/msec) }

// noisy is audio in which the emulator hears what is scripted.
func noisy(d time.Duration) []byte {
	b := hush(d)
	for i := 1; i < len(b); i += 4 {
		b[i] = 0x10
	}
	return b
}

// sent returns what was sent on the last connection, a message each: the bytes
// of audio, and what else it had.
func sent(srv *elevenlabstest.Server) (messages []string) {
	requests := srv.Requests()
	body := strings.TrimSpace(string(requests[len(requests)-1].Body))
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimPrefix(line, `{"message_type":"input_audio_chunk","audio_base_64":"`)
		line = strings.ReplaceAll(line, `,"commit":false,"sample_rate":16000`, "")
		line = strings.Replace(line, `","commit":true,"sample_rate":16000}`, "commit", 1)
		messages = append(messages, strings.TrimSuffix(strings.Replace(line, ` bytes"`, "", 1), "}"))
	}
	return messages
}

func dialSTT(t testing.TB, srv *elevenlabstest.Server, req elevenlabs.STTStreamRequest, opts ...elevenlabs.CallOption) *elevenlabs.STTSession {
	t.Helper()
	s, err := srv.Client().DialSTT(t.Context(), req, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func put(t testing.TB, s *elevenlabs.STTSession, audio []byte) {
	t.Helper()
	n, err := s.Write(audio)
	require.NoError(t, err)
	require.Equal(t, len(audio), n)
}

// inBubble is a story in fake time.
func inBubble(t *testing.T, story func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, story)
}

func TestDialSTT_FramesAudio(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{PreviousText: `He said "hi".`})
		for range 7 { // 20 ms each: a chunk has 100 ms
			put(t, s, hush(20*msec))
		}
		synctest.Wait()
		require.Equal(t, []string{`4480,"previous_text":"He said \"hi\"."`}, sent(srv), "what is there goes together")
		put(t, s, hush(20 * msec)[:639])
		time.Sleep(99 * msec)
		require.Len(t, sent(srv), 1)
		time.Sleep(msec)
		synctest.Wait()
		require.Equal(t, "638", sent(srv)[1], "a rest waits 100 ms, and whole samples go")
		put(t, s, hush(2500*msec))
		synctest.Wait()
		require.Equal(t, []string{"32000", "32000", "16000"}, sent(srv)[2:], "a chunk has a second at most")
	})
}

func TestDialSTT_FillsUpShortCommits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{})
		require.NoError(t, s.Commit(), "of nothing is none")
		put(t, s, hush(100*msec))
		require.NoError(t, s.Commit())
		require.NoError(t, s.Commit())
		put(t, s, hush(400*msec))
		require.NoError(t, s.Commit())
		time.Sleep(time.Second)
		require.Equal(t, []string{"3200", "8000", "commit", "12800", "commit"}, sent(srv))
		require.NoError(t, s.Finish(t.Context()))
		told, segments := collect(t, s)
		require.Equal(t, []string{"started", "[]", "[]"}, told, "silence that was asked for")
		require.Equal(t, 500*msec, segments[1].To)
	})
}

func TestDialSTT_CommitsBeforeTheServerDoes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{})
		for range 40 {
			put(t, s, noisy(time.Second))
			time.Sleep(time.Second)
		}
		put(t, s, hush(time.Second))
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		require.Len(t, segments, 2)
		require.Equal(t, 30*time.Second, segments[0].To, "no pause to do it in")
		s = dialSTT(t, srv, elevenlabs.STTStreamRequest{})
		for range 5 {
			put(t, s, append(noisy(4900*msec), hush(100*msec)...))
			time.Sleep(5 * time.Second)
		}
		require.NoError(t, s.Finish(t.Context()))
		_, segments = collect(t, s)
		require.Equal(t, 20*time.Second, segments[0].To, "the first pause after two thirds")
	})
}

func TestDialSTT_KeepsTheSessionAlive(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{})
		put(t, s, hush(time.Second))
		time.Sleep(5*time.Second - 1)
		require.Len(t, sent(srv), 1)
		time.Sleep(85*time.Second + 1)
		synctest.Wait()
		require.Len(t, sent(srv), 1+18)
		require.Equal(t, "640", sent(srv)[1])
		require.NoError(t, s.Finish(t.Context()))
		told, _ := collect(t, s)
		require.Equal(t, []string{"started"}, told)
		require.Len(t, srv.Requests(), 1)
	})
}

// The silence that was added is none of the caller's time.
func TestDialSTT_TimesAreThoseOfTheCallersAudio(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hello := spoken(t, srv, "Hello there")
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{Timestamps: true, LanguageDetection: true, EntityDetection: []string{"all"}})
		put(t, s, hush(200*msec))
		require.NoError(t, s.Commit())
		time.Sleep(time.Minute)
		put(t, s, hello)
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		words := segments[1].Words
		require.Equal(t, "there", words[2].Text)
		require.InDelta(t, 0.2, *words[0].Start, 0.001)
		require.InDelta(t, 0.2+0.726, *words[2].End, 0.001)
		require.Equal(t, "eng", segments[1].LanguageCode)
	})
}

func TestDialSTT_SaysTheSameTwice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		yes := spoken(t, srv, "Yes, yes. Yes, yes, yes.")
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{})
		for range 2 {
			put(t, s, yes)
			require.NoError(t, s.Commit())
			time.Sleep(time.Second)
		}
		require.NoError(t, s.Finish(t.Context()))
		told, _ := collect(t, s)
		require.Equal(t, []string{
			"started", "Yes, yes. Yes, yes, yes.", "[Yes, yes. Yes, yes, yes.]",
			"Yes, yes. Yes, yes, yes.", "[Yes, yes. Yes, yes, yes.]",
		}, told, "the echo is left out, the second time is not")
	})
}

func TestDialSTT_TokenForEachConnection(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c, asked := srv.Client(), 0
		tokens := func(ctx context.Context) (string, error) {
			asked++
			return c.NewToken(ctx, elevenlabs.TokenRealtimeSTT)
		}
		srv.Inject(elevenlabstest.OnSocket(3, elevenlabstest.Drop()))
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{Tokens: tokens})
		put(t, s, spoken(t, srv, "Hello there, all of you."))
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		require.Equal(t, "Hello there, all of you.", texts(segments))
		require.Equal(t, 2, asked)
		for _, r := range srv.Requests() {
			if strings.HasSuffix(r.Path, "/realtime") {
				require.Empty(t, r.Header.Get("Xi-Api-Key"))
				require.Equal(t, "REDACTED", r.Query.Get("token"))
			}
		}
	})
}

// A new connection is told how the transcript ends.
func TestDialSTT_ReconnectsWithContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		first := spoken(t, srv, "This is the first of two sentences, and rather long.")
		srv.Inject(elevenlabstest.OnSocket(16, elevenlabstest.CloseWith(1012, "restart")))
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{}, elevenlabs.WithBackOff(elevenlabs.LinearBackOff(300*msec)))
		put(t, s, first)
		require.NoError(t, s.Commit())
		time.Sleep(time.Second)
		for range 5 {
			put(t, s, hush(time.Second))
			time.Sleep(time.Second)
		}
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		require.Equal(t, "This is the first of two sentences, and rather long.", texts(segments))
		require.Len(t, srv.Requests(), 3)
		require.Equal(t, `32000,"previous_text":"is the first of two sentences, and rather long."`, sent(srv)[0])
	})
}

func TestDialSTT_ClosedForSilenceOpensWithTheNextAudio(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{KeepAlive: -1})
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Len(t, srv.Requests(), 1)
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyRealtimeSTT].InFlight, "no slot is held meanwhile")
		put(t, s, spoken(t, srv, "Hello."))
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		require.Equal(t, "Hello.", texts(segments))
	})
}

func TestDialSTT_WaitsForASlot(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyRealtimeSTT, 1))
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		require.Equal(t, 1, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
		time.AfterFunc(time.Second, func() { s.Close() })
		at := time.Now()
		s2, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		require.Equal(t, time.Second, time.Since(at))
		require.NoError(t, s2.Close())
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
	})
}

// A refusal in the session teaches the limit as one over HTTP does.
func TestDialSTT_LearnsTheLimit(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(elevenlabs.FamilyRealtimeSTT, 2))
		c := srv.Client()
		for i := range 3 {
			s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
			require.NoError(t, err)
			time.AfterFunc(time.Duration(i+1)*time.Second, func() { s.Close() })
		}
		stats := c.Stats().Families[elevenlabs.FamilyRealtimeSTT]
		require.Equal(t, 2, stats.Limit)
		require.EqualValues(t, 1, stats.Refused)
		time.Sleep(5 * time.Second)
	})
}

// One that tells no number is waited out too, not asked again at once.
func TestDialSTT_ARefusalWithoutANumberIsWaitedOut(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"concurrent_limit_exceeded", "too_many_concurrent_requests"} {
		t.Run(kind, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				refused := 0
				c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
					if refused < 4 {
						refused++
						tell(ws, fmt.Sprintf(`{"message_type":%q,"error":"Too many at once."}`, kind))
						_ = ws.Close(websocket.StatusPolicyViolation, kind)
						return
					}
					tell(ws, greeting)
					attend(ws)
				})
				at := time.Now()
				s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
				require.NoError(t, err)
				require.GreaterOrEqual(t, time.Since(at), (250+500+750+750)/2*msec)
				require.EqualValues(t, 4, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].Refused)
				require.NoError(t, s.Close())
			})
		})
	}
}

func TestDialSTT_Errors(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]error{
		"auth_error": elevenlabs.ErrUnauthorized, "quota_exceeded": elevenlabs.ErrQuotaExceeded,
		"unaccepted_terms": elevenlabs.ErrMissingPermission, "unaccepted_terms_error": elevenlabs.ErrMissingPermission,
		"input_error": elevenlabs.ErrInvalidRequest, "invalid_request": elevenlabs.ErrInvalidRequest,
		"chunk_size_exceeded": elevenlabs.ErrInvalidRequest,
		"rate_limited":        elevenlabs.ErrRateLimited, "queue_overflow": elevenlabs.ErrSystemBusy,
		"resource_exhausted": elevenlabs.ErrSystemBusy, "transcriber_error": elevenlabs.ErrServer, "error": elevenlabs.ErrServer,
	} {
		t.Run(kind, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t)
				message := fmt.Sprintf(`{"message_type":%q,"error":"emulator-key is no good"}`, kind)
				srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Say(message), elevenlabstest.CloseWith(1008, kind+" emulator-key")))
				s := dialSTT(t, srv, elevenlabs.STTStreamRequest{ReconnectFor: -1})
				put(t, s, hush(time.Second))
				err := s.Finish(t.Context())
				var e *elevenlabs.SocketError
				require.ErrorAs(t, err, &e)
				require.ErrorIs(t, err, want)
				require.Equal(t, elevenlabs.SocketError{
					Op: "STT session", Type: kind, Message: "REDACTED is no good", Code: 1008, Reason: kind + " REDACTED",
				}, *e)
				_, err = s.Write(hush(msec))
				require.Equal(t, error(e), err)
				require.Equal(t, error(e), s.Commit())
				var gap, last error
				for ev, err := range s.Events() {
					if last = err; ev.Kind == elevenlabs.STTGap {
						require.Equal(t, time.Second, ev.To-ev.From)
						gap = err
					}
				}
				require.NoError(t, gap)
				require.Equal(t, error(e), last)
			})
		})
	}
}

// An error that the server goes on after has ended nothing.
func TestDialSTT_HarmlessErrors(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hello := spoken(t, srv, "Hello.")
		srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Say(`{"message_type":"commit_throttled","error":"Too soon."}`)))
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{})
		put(t, s, hello)
		require.NoError(t, s.Finish(t.Context()))
		told, _ := collect(t, s)
		require.Equal(t, []string{"started", "commit_throttled: Too soon.", "[Hello.]"}, told)
		require.Len(t, srv.Requests(), 2)
	})
}

// A late error does not take a good transcript along.
func TestDialSTT_FinishForgivesWhatLosesNothing(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]elevenlabstest.SocketStep{
		"commit_throttled": {
			elevenlabstest.Say(`{"message_type":"commit_throttled","error":"Too soon."}`), elevenlabstest.CloseWith(1000, "commit_throttled"),
		},
		"insufficient_audio_activity": {
			elevenlabstest.Say(`{"message_type":"insufficient_audio_activity","error":"Nobody speaks."}`),
			elevenlabstest.CloseWith(1000, "insufficient_audio_activity"),
		},
		"close 1000": {elevenlabstest.CloseWith(1000, "")},
		"quota":      {elevenlabstest.Say(`{"message_type":"quota_exceeded","error":"No more."}`), elevenlabstest.CloseWith(1008, "")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t)
				hello := spoken(t, srv, "Hello.")
				srv.Inject(elevenlabstest.OnSocket(5, steps...)) // behind the transcript and its echo
				s := dialSTT(t, srv, elevenlabs.STTStreamRequest{})
				put(t, s, hello)
				require.NoError(t, s.Finish(t.Context()))
				_, segments := collect(t, s)
				require.Equal(t, "Hello.", texts(segments))
			})
		})
	}
}

func TestDialSTT_RefusedAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client(elevenlabs.WithAPIKey("invalid-key"))
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.Nil(t, s)
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
		require.EqualError(t, err, "elevenlabs: STT session: auth_error: You must be authenticated to use this endpoint; closed with 1000")
		require.Len(t, srv.Requests(), 1)
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
	})
}

func TestDialSTT_BadArguments(t *testing.T) {
	t.Parallel()
	c := elevenlabstest.NewServer(t).Client()
	for field, req := range map[string]elevenlabs.STTStreamRequest{
		"ModelID": {ModelID: "a b"}, "Format": {Format: elevenlabs.FormatPCM_32000}, "LanguageCode": {LanguageCode: "e n"},
		"CommitStrategy": {CommitStrategy: "never"}, "FilterBackgroundAudio": {Timestamps: true, FilterBackgroundAudio: true},
		"Keyterms": {Keyterms: []string{"a", ""}}, "VADThreshold": {VADThreshold: 1}, "VADSilence": {VADSilence: 4 * time.Second},
		"MinSpeech": {MinSpeech: msec}, "MinSilence": {MinSilence: -msec}, "CommitEvery": {CommitEvery: time.Minute},
		"KeepAlive": {KeepAlive: 16 * time.Second}, "ReplayBuffer": {ReplayBuffer: msec}, "ReconnectFor": {ReconnectFor: 25 * time.Hour},
	} {
		_, err := c.DialSTT(t.Context(), req)
		var arg *elevenlabs.ArgumentError
		require.ErrorAs(t, err, &arg, field)
		require.Equal(t, "STTStreamRequest."+field, arg.Field)
	}
	_, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{Tokens: func(context.Context) (string, error) { return "a b", nil }})
	require.ErrorContains(t, err, "TokenSource")
	require.NotContains(t, err.Error(), "a b")
}

func TestDialSTT_AsksForEverything(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		dialSTT(t, srv, elevenlabs.STTStreamRequest{
			Format: elevenlabs.FormatULaw_8000, LanguageCode: "en", SecondaryLanguages: []string{"de", "fr"}, CommitStrategy: "vad",
			VADSilence: 1250 * msec, VADThreshold: 0.5, MinSpeech: 200 * msec, MinSilence: 300 * msec, LanguageDetection: true,
			Keyterms: []string{"Ada", "Lovelace"}, NoVerbatim: true, EntityDetection: []string{"pii", "name"},
			FilterBackgroundAudio: true, ZeroRetention: true,
		}, elevenlabs.WithQuery("transcript_edit", "x"))
		require.Equal(t, map[string][]string{
			"model_id": {"scribe_v2_realtime"}, "audio_format": {"ulaw_8000"}, "language_code": {"en"}, "secondary_languages": {"de", "fr"},
			"commit_strategy": {"vad"}, "vad_silence_threshold_secs": {"1.25"}, "vad_threshold": {"0.5"}, "min_speech_duration_ms": {"200"},
			"min_silence_duration_ms": {"300"}, "include_language_detection": {"true"}, "keyterms": {"Ada", "Lovelace"},
			"no_verbatim": {"true"}, "entity_detection": {"pii,name"}, "filter_background_audio": {"true"}, "enable_logging": {"false"},
			"transcript_edit": {"x"},
		}, map[string][]string(srv.Requests()[0].Query))
	})
}

func TestDialSTT_ULaw(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		audio, err := c.TTS(t.Context(), "Hello from a telephone.", elevenlabs.WithFormat(elevenlabs.FormatULaw_8000))
		require.NoError(t, err)
		s := dialSTT(t, srv, elevenlabs.STTStreamRequest{Format: elevenlabs.FormatULaw_8000, CommitStrategy: "vad", VADSilence: 500 * msec})
		frames := make(chan []byte)
		go func() {
			defer close(frames)
			for len(audio) > 0 {
				n := min(160, len(audio))
				frames <- audio[:n]
				audio = audio[n:]
			}
		}()
		require.NoError(t, s.WriteFrom(t.Context(), frames))
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		require.Equal(t, "Hello from a telephone.", texts(segments))
	})
}
