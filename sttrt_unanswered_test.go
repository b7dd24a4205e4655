package elevenlabs_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A server that takes no time answers a commit before it could be told from a
// pause that has ended a segment.
func TestDialSTT_AnsweredAtOnceUnderVAD(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		say  []string
		want string
		took time.Duration // by Finish, at most
	}{
		"silence": {say: []string{""}, took: 500 * msec},
		"words":   {say: []string{"Hello."}, want: "Hello.", took: 2500 * msec},
		"several": {say: []string{"Yes.", "Yes.", "", "No."}, want: "Yes. Yes.  No.", took: 2500 * msec},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, elevenlabstest.WithLatency(elevenlabstest.Latency{}))
				s := dialSTT(t, srv, elevenlabs.STTStreamRequest{CommitStrategy: "vad"})
				for i, text := range tt.say {
					if i > 0 {
						require.NoError(t, s.Commit())
					}
					sound := hush(time.Second)
					if text != "" {
						sound = spoken(t, srv, text)
					}
					put(t, s, sound)
				}
				time.Sleep(time.Second) // all of it is sent
				at := time.Now()
				require.NoError(t, s.Finish(t.Context()))
				require.LessOrEqual(t, time.Since(at), tt.took)
				_, segments := collect(t, s)
				require.Equal(t, tt.want, texts(segments))
				dials := 0
				for _, r := range srv.Requests() {
					if strings.HasSuffix(r.Path, "/realtime") {
						dials++
					}
				}
				require.Equal(t, 1, dials)
			})
		})
	}
}

// A session whose commits are not answered ends, with what that cost.
func TestSTTSession_GivesUpOnCommitsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	partial := func(ws *websocket.Conn) { tell(ws, message("partial_transcript", "Hel")) }
	for name, tt := range map[string]struct {
		strategy string
		hear     func(*websocket.Conn) // what is said after each message
	}{
		"nothing is said":   {"", func(*websocket.Conn) {}},
		"only partials are": {"", partial},
		"vad":               {"vad", partial},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				dials := 0
				c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
					dials++
					tell(ws, greeting)
					for {
						if _, _, err := ws.Read(context.Background()); err != nil {
							return
						}
						tt.hear(ws)
					}
				}, elevenlabs.WithBackOff(elevenlabs.LinearBackOff(time.Second)))
				s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{CommitStrategy: tt.strategy})
				require.NoError(t, err)
				put(t, s, hush(2*time.Second))
				time.Sleep(2 * time.Second)
				at := time.Now()
				err = s.Finish(t.Context())
				var e *elevenlabs.SocketError
				require.ErrorAs(t, err, &e)
				require.EqualError(t, err, "elevenlabs: STT session: a commit is not answered")
				require.Less(t, time.Since(at), 50*time.Second)
				require.Equal(t, 4, dials)
				var gap elevenlabs.STTEvent
				for e := range s.Events() {
					if e.Kind == elevenlabs.STTGap {
						gap = e
					}
				}
				require.Equal(t, 2*time.Second, gap.To-gap.From)
			})
		})
	}
}

// Whoever goes on speaking to a server that hears and never answers is told
// what was lost, and Finish ends with its context.
func TestSTTSession_FinishEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, greeting)
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{CommitStrategy: "vad"})
		require.NoError(t, err)
		put(t, s, hush(2*time.Second))
		for _, after := range []time.Duration{5 * time.Second, time.Second} {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			at := time.Now()
			err = s.Finish(ctx)
			require.LessOrEqual(t, time.Since(at), after+50*msec)
			require.Error(t, err)
		}
		synctest.Wait()
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyRealtimeSTT].InFlight)
	})
}

// The silence that fills up a commit may itself be what the server has waited
// for, and nothing is left to commit then.
func TestDialSTT_CommitBesideAPause(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		hello := spoken(t, srv, "Hello there.")
		for pause := time.Duration(0); pause < 2*time.Second; pause += 50 * msec {
			s := dialSTT(t, srv, elevenlabs.STTStreamRequest{CommitStrategy: "vad"})
			put(t, s, append(hello[:len(hello):len(hello)], hush(pause)...))
			require.NoError(t, s.Finish(t.Context()))
			told, segments := collect(t, s)
			require.Equal(t, "Hello there.", texts(segments))
			require.NotContains(t, strings.Join(told, "|"), "throttled", "%v", pause)
		}
		require.Len(t, srv.Requests(), 1+40, "a connection each")
	})
}

// A server that hears the pause begin elsewhere may still find too little.
func TestDialSTT_ThrottledUnderVADIsHarmless(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]func(*websocket.Conn){
		"closes":  func(ws *websocket.Conn) { _ = ws.Close(1000, "commit_throttled") },
		"goes on": attend,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				dials := 0
				c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
					tell(ws, greeting)
					dials++
					for {
						_, data, err := ws.Read(context.Background())
						switch {
						case err != nil:
							return
						case !strings.Contains(string(data), `"commit":true`):
						case dials == 1:
							tell(ws, message("committed_transcript", "Hello."), `{"message_type":"commit_throttled","error":"Too soon."}`)
							part(ws)
							return
						default:
							tell(ws, message("committed_transcript", ""))
						}
					}
				}, elevenlabs.WithBackOff(elevenlabs.LinearBackOff(100*msec)))
				s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{CommitStrategy: "vad"})
				require.NoError(t, err)
				put(t, s, noisy(time.Second))
				time.Sleep(time.Second)
				at := time.Now()
				require.NoError(t, s.Finish(t.Context()))
				require.LessOrEqual(t, time.Since(at), 3*time.Second)
				told, _ := collect(t, s)
				require.Equal(t, "[Hello.]", told[1])
				require.NotContains(t, strings.Join(told, "|"), "throttled")
			})
		})
	}
}

// Whoever reads no events for long has nobody but himself to blame for answers
// that do not come.
func TestSTTSession_UnreadEventsAreNotTheServersFault(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dials := 0
		long := message("committed_transcript", strings.Repeat("x", 3<<20))
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			dials++
			tell(ws, greeting)
			go tell(ws, long, long, long, message("committed_transcript", "end"))
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		synctest.Wait()
		put(t, s, hush(time.Second))
		require.NoError(t, s.Commit()) // the third answer is its own
		put(t, s, hush(time.Second))
		require.NoError(t, s.Commit())
		time.Sleep(time.Minute)
		finished := make(chan error, 1)
		go func() { finished <- s.Finish(t.Context()) }()
		_, segments := collect(t, s)
		require.NoError(t, <-finished)
		require.Len(t, segments, 4)
		require.Equal(t, "end", segments[3].Text)
		require.Equal(t, 1, dials)
	})
}

// WriteFrom ends with its context while it waits for room.
func TestSTTSession_WriteFromEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := acted(t, deafen(greeting))
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{ReplayBuffer: time.Second})
		require.NoError(t, err)
		defer s.Close()
		frames := make(chan []byte, 1)
		frames <- hush(20 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		at := time.Now()
		require.ErrorIs(t, s.WriteFrom(ctx, frames), context.DeadlineExceeded)
		require.Equal(t, 5*time.Second, time.Since(at))
	})
}

// An error beside a transcript is none, and a list of any length costs little.
func TestSTTSession_HostileFields(t *testing.T) {
	t.Parallel()
	many := `"words":[` + strings.Repeat(`{},`, 1<<20) + `{}]`
	segments := elevenlabs.PairSegments(elevenlabs.STTStreamRequest{Timestamps: true}, []string{
		message("committed_transcript", "a", `"error":""`),
		message("committed_transcript_with_timestamps", "a", many, `"error":{}`),
	})
	require.Len(t, segments, 1)
	require.Equal(t, "a", segments[0].Text)
	require.Empty(t, segments[0].Words)
}
