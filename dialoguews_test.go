package elevenlabs_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

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

func TestDialDialogue_EachSaysItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := twoVoices(t, srv)
		s, err := srv.Client().DialDialogue(t.Context(), req)
		require.NoError(t, err)
		defer s.Close()
		heard := listening(s.TTSSession)
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if err := s.Say(req.Voices[i%2], fmt.Sprintf("Voice %d says this. ", i%2)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.NoError(t, s.End())
		require.Equal(t, io.EOF, (<-heard).err)
		requests := srv.Requests()
		body := string(requests[len(requests)-1].Body)
		for i, id := range req.Voices {
			require.Equal(t, 10, strings.Count(body, fmt.Sprintf(`{"text":"Voice %d says this. ","voice_id":"%s"`, i, id)))
		}
	})
}

// An agent has one voice, whose answers are turns nevertheless.
func TestDialogueSession_AVoiceAnswersAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s, err := srv.Client().DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
		require.NoError(t, err)
		defer s.Close()
		heard := listening(s.TTSSession)
		require.NoError(t, s.WriteAll(slices.Values([]string{"[warmly] Hel", "lo. How can", " I help? "})))
		require.NoError(t, s.Turn(sarah))
		require.NoError(t, s.Turn(sarah), "nothing was said")
		require.NoError(t, s.WriteAll(slices.Values([]string{"Of cour", "se", "."})))
		require.Error(t, s.Turn("somebody"))
		require.NoError(t, s.End())
		require.ErrorIs(t, s.Turn(sarah), os.ErrClosed)
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, "[warmly] Hello. How can I help? Of course. ", got.text.String())
		require.Equal(t, strings.ReplaceAll(strings.Join([]string{
			`{"voices":["B"]}`,
			`{"inputs":[{"text":"[warmly] Hello. ","voice_id":"B","new_turn":true}],"flush":true}`,
			`{"inputs":[{"text":"How can I help? ","voice_id":"B"}],"flush":true}`,
			`{"inputs":[{"text":"Of course. ","voice_id":"B","new_turn":true}],"flush":true}`, `{"close_socket":true}`, ``,
		}, "\n"), "B", sarah), string(srv.Requests()[0].Body))
	})
}

func TestDialDialogue_ATurnGoesOnAfterAPause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(8, elevenlabstest.Drop()))
		s, err := srv.Client().DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
		require.NoError(t, err)
		defer s.Close()
		heard := listening(s.TTSSession)
		for _, text := range []string{"One. ", "Two. ", "Three. "} {
			require.NoError(t, s.Say(sarah, text))
			time.Sleep(5 * time.Second) // it is spoken
		}
		require.NoError(t, s.End())
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, "One. Two. Three. ", got.text.String())
		said := func(r elevenlabstest.Request) string { return strings.ReplaceAll(string(r.Body), sarah, "B") }
		require.Equal(t, strings.Join([]string{
			`{"voices":["B"]}`, `{"inputs":[{"text":"One. ","voice_id":"B","new_turn":true}],"flush":true}`,
			`{"inputs":[{"text":"Two. ","voice_id":"B"}],"flush":true}`, `{"inputs":[{"text":"Three. ","voice_id":"B"}],"flush":true}`, ``,
		}, "\n"), said(srv.Requests()[0]))
		require.Equal(t, strings.Join([]string{
			`{"voices":["B"]}`, `{"inputs":[{"text":"Three. ","voice_id":"B","new_turn":true}],"flush":true}`, `{"close_socket":true}`, ``,
		}, "\n"), said(srv.Requests()[1]), "a connection begins with a turn")
	})
}

func TestDialDialogue_RefusesBadArguments(t *testing.T) {
	t.Parallel()
	c := clientOn(t, answerFunc(nil))
	for field, change := range map[string]func(*elevenlabs.DialogueStreamRequest){
		"TextNormalization": func(r *elevenlabs.DialogueStreamRequest) { r.TextNormalization = "auto" },
		"Voices":            func(r *elevenlabs.DialogueStreamRequest) { r.Voices = []string{"a", "b"} },
		"ModelID":           func(r *elevenlabs.DialogueStreamRequest) { r.ModelID = flash },
		"Format":            func(r *elevenlabs.DialogueStreamRequest) { r.Format = elevenlabs.FormatWAV_8000 },
		"Stability":         func(r *elevenlabs.DialogueStreamRequest) { r.Stability = elevenlabs.Ptr(-1.0) },
		"KeepAlive":         func(r *elevenlabs.DialogueStreamRequest) { r.KeepAlive = time.Minute },
		"Dictionaries":      func(r *elevenlabs.DialogueStreamRequest) { r.Dictionaries = make([]elevenlabs.DictionaryLocator, 1) },
	} {
		req := elevenlabs.DialogueStreamRequest{Voices: []string{sarah}}
		change(&req)
		_, err := c.DialDialogue(t.Context(), req)
		var bad *elevenlabs.ArgumentError
		require.ErrorAs(t, err, &bad, field)
		require.Equal(t, "DialogueStreamRequest."+field, bad.Field)
	}
	_, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{ModelID: "eleven_v3", Voices: []string{"a", "b", "a"}})
	require.ErrorContains(t, err, "DialogueStreamRequest.Voices: a is in it twice")
}
