package elevenlabs_test

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const bella = "hpp4J3VqNfWAUOO0d1Us"

func twoVoices(t *testing.T, srv *elevenlabstest.Server) elevenlabs.DialogueStreamRequest {
	t.Helper()
	var ids []string
	for v, err := range srv.Client().Voices(t.Context(), elevenlabs.VoiceQuery{}) {
		require.NoError(t, err)
		ids = append(ids, v.ID)
	}
	return elevenlabs.DialogueStreamRequest{Voices: ids[:2], ModelID: "eleven_v3", Format: elevenlabs.FormatPCM_8000}
}

func TestDialDialogue_SpeaksLinesAsTheyCome(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		req := twoVoices(t, srv)
		req.Stability = elevenlabs.Ptr(0.3)
		s, err := c.DialDialogue(t.Context(), req)
		require.NoError(t, err)
		defer s.Close()
		inFlight := func() int { synctest.Wait(); return c.Stats().Families[standard].InFlight }
		require.Equal(t, 1, inFlight())
		require.Equal(t, 1, srv.Usage().Families[standard].InFlight)
		heard := listening(s.TTSSession)
		a, b := req.Voices[0], req.Voices[1]
		require.NoError(t, s.Say(a, "Knock, kno"))
		require.NoError(t, s.Say(a, "ck. [laughs] Well?"))
		require.NoError(t, s.Say(b, "Who is there"))
		require.NoError(t, s.Say(a, "Me."))
		require.Error(t, s.Say("somebody", "Boo."))
		time.Sleep(25 * time.Second)
		require.Equal(t, 1, inFlight(), "for its life")
		require.NoError(t, s.End())
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, "Knock, knock. [laughs] Well? Who is there Me. ", got.text.String())
		require.Zero(t, inFlight())
		require.Zero(t, srv.Usage().Families[standard].InFlight)
		requests := srv.Requests()
		require.Equal(t, strings.NewReplacer("A", a, "B", b).Replace(strings.Join([]string{
			`{"voices":["A","B"],"voice_settings":{"stability":0.3}}`,
			`{"inputs":[{"text":"Knock, knock. ","voice_id":"A","new_turn":true}],"flush":true}`,
			`{"inputs":[{"text":"[laughs] Well? ","voice_id":"A"}],"flush":true}`,
			`{"inputs":[{"text":"Who is there ","voice_id":"B","new_turn":true}],"flush":true}`,
			`{"keep_alive":true}`, `{"keep_alive":true}`, // more of the last line may come
			`{"inputs":[{"text":"Me. ","voice_id":"A","new_turn":true}],"flush":true}`, `{"close_socket":true}`, ``,
		}, "\n")), string(requests[len(requests)-1].Body))
	})
}

func TestDialDialogue_DropsLoseNoWordAndRepeatNone(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			srv := elevenlabstest.NewServer(t, dropping(rand.New(rand.NewPCG(seed, 4)), 14))
			req := twoVoices(t, srv)
			s, err := srv.Client(elevenlabs.WithMaxRetries(20)).DialDialogue(t.Context(), req)
			require.NoError(t, err)
			defer s.Close()
			heard := listening(s.TTSSession)
			for i, sentence := range strings.SplitAfter(story, ". ") {
				require.NoError(t, s.Say(req.Voices[i%2], sentence))
				time.Sleep(100 * time.Millisecond)
			}
			require.NoError(t, s.End())
			got := <-heard
			require.Equal(t, io.EOF, got.err)
			want := strings.Join(strings.Fields(story), "")
			require.Equal(t, want, strings.Join(strings.Fields(got.text.String()), ""), "seed %d", seed)
			require.Equal(t, want, letters(got.audio), "seed %d", seed)
		})
	}
}

func TestDialDialogue_RefusesBadArguments(t *testing.T) {
	t.Parallel()
	c := clientOn(t, answerFunc(nil))
	for field, change := range map[string]func(*elevenlabs.DialogueStreamRequest){
		"Voices":       func(r *elevenlabs.DialogueStreamRequest) { r.Voices = []string{"a", "b"} },
		"ModelID":      func(r *elevenlabs.DialogueStreamRequest) { r.ModelID = "a b" },
		"Format":       func(r *elevenlabs.DialogueStreamRequest) { r.Format = elevenlabs.FormatWAV_8000 },
		"Stability":    func(r *elevenlabs.DialogueStreamRequest) { r.Stability = elevenlabs.Ptr(-1.0) },
		"KeepAlive":    func(r *elevenlabs.DialogueStreamRequest) { r.KeepAlive = time.Minute },
		"Dictionaries": func(r *elevenlabs.DialogueStreamRequest) { r.Dictionaries = make([]elevenlabs.DictionaryLocator, 1) },
	} {
		req := elevenlabs.DialogueStreamRequest{Voices: []string{bella}}
		change(&req)
		_, err := c.DialDialogue(t.Context(), req)
		var bad *elevenlabs.ArgumentError
		require.ErrorAs(t, err, &bad, field)
		require.Equal(t, "DialogueStreamRequest."+field, bad.Field)
	}
}
