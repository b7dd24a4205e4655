package elevenlabs_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// message writes what a server says: a type, a text and other fields.
func message(kind, text string, more ...string) string {
	return fmt.Sprintf(`{"message_type":%q,"text":%q%s}`, kind, text, strings.Join(append([]string{""}, more...), ","))
}

const (
	words    = `"words":[{"text":"hi","start":0.1,"end":0.2,"type":"word","logprob":0,"characters":["h",{"text":"i","start":0.15,"end":0.2}]}]`
	wait     = "wait"
	entities = `"entities":[{"text":"hi","entity_type":"name","start_char":0,"end_char":2}]`
)

// summary writes a segment with what it has besides its text.
func summary(s *elevenlabs.STTSegment) string {
	text := fmt.Sprintf("%d %s", s.Seq, s.Text)
	if len(s.Words) > 0 {
		text += " words"
	}
	if len(s.Entities) > 0 {
		text += " entities"
	}
	return text
}

func TestSTTSession_PutsSegmentsTogether(t *testing.T) {
	t.Parallel()
	timed := elevenlabs.STTStreamRequest{Timestamps: true}
	all := elevenlabs.STTStreamRequest{Timestamps: true, EntityDetection: []string{"all"}}
	const text, withTimes, found = "committed_transcript", "committed_transcript_with_timestamps", "committed_transcript_entities"
	tests := []struct {
		name string
		req  elevenlabs.STTStreamRequest
		said []string
		want []string
	}{
		{"plain", elevenlabs.STTStreamRequest{}, []string{message(text, "yes"), message(text, "yes")}, []string{"1 yes", "2 yes"}},
		{"with times", timed, []string{message(text, "yes"), message(withTimes, "yes", words)}, []string{"1 yes words"}},
		{"times first", timed, []string{
			message(withTimes, "yes", words), message(text, "yes"), message(withTimes, "no", words), message(text, "no"),
		}, []string{"1 yes words", "2 no words"}},
		{"the same twice", timed, []string{
			message(text, "yes"), message(withTimes, "yes", words), message(text, "yes"), message(withTimes, "yes", words),
		}, []string{"1 yes words", "2 yes words"}},
		{"entities before and behind", all, []string{
			message(found, "a", entities), message(text, "a"), message(withTimes, "a", words),
			message(text, "b"), message(withTimes, "b", words), message(found, "b", entities),
			message(text, "c"), message(found, "c", entities), message(withTimes, "c", words),
		}, []string{"1 a words entities", "2 b words entities", "3 c words entities"}},
		{"times that do not come", timed, []string{message(text, "a"), wait, message(text, "b"), message(withTimes, "b", words)}, []string{"1 a", "2 b words"}},
		{"silence without times", timed, []string{
			message(text, "a"), message(withTimes, "a", words), message(text, ""), message(text, "b"), message(withTimes, "b", words),
		}, []string{"1 a words", "2 b words"}},
		{"times that come alone", timed, []string{message(withTimes, "a", words)}, []string{"1 a words"}},
		{"entities that do not come", all, []string{message(text, "a"), message(withTimes, "a", words)}, []string{"1 a words"}},
		{"times that come late", timed, []string{message(text, "a"), wait, message(withTimes, "a", words), message(text, "b"), message(withTimes, "b", words)}, []string{"1 a", "2 b words"}},
		{"all texts first", timed, []string{
			message(text, "a"), message(text, "b"), message(withTimes, "a", words), message(withTimes, "b", words),
		}, []string{"1 a words", "2 b words"}},
		{"newest names", timed, []string{message("final_transcript", "a"), message("final_transcript_with_timestamps", "a", words)}, []string{"1 a words"}},
		{"both names", elevenlabs.STTStreamRequest{}, []string{
			message(text, "a"), message("final_transcript", "a"), message(text, "b"), message("final_transcript", "b"),
		}, []string{"1 a", "2 b"}},
		{"nulls and other types", timed, []string{
			`{"message_type":"committed_transcript","text":"a","words":null,"language_code":null,"news":{"x":[]}}`,
			`{"message_type":"committed_transcript_with_timestamps","text":null,"language_code":7,"words":[7,null,{"text":"hi","start":null,"characters":null}]}`,
		}, []string{"1 a words"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
					tell(ws, greeting)
					_, _, _ = ws.Read(t.Context())
					for _, m := range tt.said {
						if m == wait {
							time.Sleep(1500 * msec)
							continue
						}
						tell(ws, m)
					}
					attend(ws)
				})
				s, err := c.DialSTT(t.Context(), tt.req)
				require.NoError(t, err)
				put(t, s, noisy(time.Second))
				time.Sleep(5 * time.Second)
				require.NoError(t, s.Close())
				_, segments := collect(t, s)
				var got []string
				for i := range segments {
					got = append(got, summary(&segments[i]))
				}
				require.Equal(t, tt.want, got)
			})
		})
	}
}

func TestSTTSession_TellsWhatIsNew(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, greeting, greeting)
			for _, m := range []string{
				message("partial_transcript", "a"), message("partial_transcript", "a"), message("partial_transcript", "a b"),
				message("committed_transcript", "a b"), message("partial_transcript", "a b"), message("partial_transcript", "a b"),
				`{"message_type":"warning","warning":"careful"}`, `{"message_type":"committed_transcript","text":""}`,
				`{"message_type":"news","x":1}`, `nonsense`, `[]`, `{"message_type":7}`, `{"message_type":"odd","error":{"code":3}}`,
			} {
				tell(ws, m)
				time.Sleep(100 * msec)
			}
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		var told []string
		go func() { time.Sleep(5 * time.Second); s.Close() }()
		for e, err := range s.Events() {
			require.NoError(t, err)
			line := e.Kind.String() + " " + e.Text + string(e.Raw)
			if e.Segment != nil {
				line += summary(e.Segment)
			}
			told = append(told, line)
		}
		require.Equal(t, []string{
			"started {}", "partial a", "partial a b", "committed 1 a b", "partial a b", "warning careful",
			`other {"message_type":"news","x":1}`, "other nonsense", "other []", `other {"message_type":7}`, `warning odd: {"code":3}`,
		}, told, "one echo is left out, and silence that nobody has committed")
	})
}

// Times may count from the start of the segment: they must not go back.
func TestSTTSession_TimesOfTheSegment(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, greeting)
			for {
				_, data, err := ws.Read(t.Context())
				if err != nil {
					return
				}
				if strings.Contains(string(data), `"commit":true`) {
					tell(ws, message("committed_transcript", "hi"), message("committed_transcript_with_timestamps", "hi", words))
				}
			}
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{Timestamps: true})
		require.NoError(t, err)
		for range 3 {
			put(t, s, noisy(2*time.Second))
			require.NoError(t, s.Commit())
			synctest.Wait()
		}
		require.NoError(t, s.Finish(t.Context()))
		_, segments := collect(t, s)
		for i, seg := range segments {
			require.InDelta(t, 2*float64(i)+0.1, *seg.Words[0].Start, 0.001)
			require.Equal(t, "i", seg.Words[0].Characters[1].Text)
		}
	})
}

func huge(n int) string {
	return `{"message_type":"partial_transcript","text":"` + strings.Repeat("x", n) + `"}`
}

// A message that is too large ends the connection, not the session.
func TestSTTSession_HugeMessages(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		times := 0
		c := acted(t, func(ws *websocket.Conn, _ <-chan struct{}) {
			tell(ws, greeting)
			switch times++; times {
			case 1:
				tell(ws, huge(1<<20), huge(17<<20))
			case 2:
				tell(ws, message("partial_transcript", "small"))
			}
			attend(ws)
		})
		s, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{})
		require.NoError(t, err)
		var got []int
		for e, err := range s.Events() {
			require.NoError(t, err)
			if got = append(got, len(e.Text)); e.Text == "small" {
				break
			}
		}
		require.NoError(t, s.Close())
		require.Equal(t, 2, times)
		require.Contains(t, fmt.Sprint(got), "1048576")
	})
}

func FuzzSTTMessage(f *testing.F) {
	for _, seed := range []string{
		greeting, message("partial_transcript", "a"), message("committed_transcript_with_timestamps", "a", words, entities),
		`{"message_type":"auth_error","error":"no"}`, `{"message_type":"x","error":null,"words":{},"entities":7}`, `null`, `{}`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, text, ok := elevenlabs.DecodeSTTMessage(data)
		if ok && !json.Valid(data) {
			t.Fatalf("%q is not JSON", data)
		}
		if ok && kind == "" || len(text) > 3*len(data)+3 {
			t.Fatalf("%q: %q %q", data, kind, text)
		}
	})
}

// FuzzSTTEvents has a server say anything, in any order: no segment is told
// twice or out of turn.
func FuzzSTTEvents(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 1, 1, 2, 2}, byte(3))
	f.Fuzz(func(t *testing.T, order []byte, mode byte) {
		kinds := []string{
			"committed_transcript", "committed_transcript_with_timestamps", "committed_transcript_entities", "partial_transcript",
			"final_transcript", "final_transcript_with_timestamps", "warning", "commit_throttled",
		}
		var said []string
		for i, k := range order[:min(len(order), 24)] {
			said = append(said, message(kinds[int(k)%len(kinds)], fmt.Sprint("text ", i), words, entities))
		}
		req := elevenlabs.STTStreamRequest{Timestamps: mode&1 != 0}
		if mode&2 != 0 {
			req.EntityDetection = []string{"all"}
		}
		seen, seq := map[string]bool{}, 0
		for _, seg := range elevenlabs.PairSegments(req, said) {
			if seq++; seen[seg.Text] && seg.Text != "" {
				t.Fatalf("%q comes twice: %v", seg.Text, said)
			}
			seen[seg.Text] = true
		}
		if seq > len(said) {
			t.Fatalf("%d segments of %d messages", seq, len(said))
		}
	})
}
