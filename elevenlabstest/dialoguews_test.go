package elevenlabstest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func dialDialogue(t *testing.T, srv *elevenlabstest.Server, socket string) *speechPeer {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), srv.URL+"/v1/text-to-dialogue/"+socket, &websocket.DialOptions{
		HTTPClient: srv.HTTPClient(), HTTPHeader: http.Header{"Xi-Api-Key": {"key"}},
	})
	require.NoError(t, err)
	ws.SetReadLimit(-1)
	t.Cleanup(func() { ws.CloseNow() })
	return &speechPeer{t, ws, time.Now()}
}

func TestDialogueSocket_SpeaksTurns(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		p := dialDialogue(t, srv, "stream-input?output_format=pcm_8000")
		synctest.Wait()
		require.Equal(t, 1, srv.Usage().Families[elevenlabs.FamilyStandard].InFlight, "for its life")
		p.say(`{"voices":["`+sarah+`"]}`, `{"inputs":[{"text":"Hi. ","voice_id":"`+sarah+`","new_turn":true}]}`,
			`{"inputs":[{"text":"Ho. ","voice_id":"`+sarah+`","new_turn":true}]}`, `{"close_socket":true}`)
		got := p.hear()
		require.Contains(t, got, `"chars":["H","i","."," "]`)
		require.Contains(t, got, `"char_start_times_ms":[0,66,132,598]`)
		require.Contains(t, got, `"normalized_alignment"`)
		require.JSONEq(t, `{"is_final_audio_for_turn":true}`, p.hear())
		require.Contains(t, p.hear(), `"chars":["H","o","."," "]`)
		require.JSONEq(t, `{"is_final_audio_for_turn":true}`, p.hear())
		require.JSONEq(t, `{"is_final":true}`, p.hear())
		p.closes(1000, "")
		synctest.Wait()
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyStandard].InFlight)
		require.Equal(t, 4, srv.Usage().Characters)
	})
}

func TestDialogueSocket_WaitsTwentySeconds(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		p := dialDialogue(t, elevenlabstest.NewServer(t), "stream-input")
		p.say(`{"voices":["` + sarah + `"]}`)
		time.Sleep(10 * time.Second)
		p.say(`{"keep_alive":true}`)
		require.Contains(t, p.hear(), "input_timeout_exceeded")
		p.after(30 * time.Second)
		p.closes(1008, "")
	})
}

func TestDialogueSocket_TellsWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct{ query, first, want string }{
		"the model":       {"?model_id=eleven_flash_v2_5", "", "unsupported_model"},
		"too many voices": {"", `{"voices":["a","b"]}`, "1 to 1 voices"},
		"no voice":        {"", `{"inputs":[]}`, "1 to 1 voices"},
		"a voice":         {"", `{"voices":["nobody"]}`, "voice_not_found"},
		"not JSON":        {"", `hello`, "invalid_message"},
	} {
		t.Run(name, func(t *testing.T) {
			speechBubble(t, func(t *testing.T) {
				p := dialDialogue(t, elevenlabstest.NewServer(t), "stream-input"+tt.query)
				if tt.first != "" {
					p.say(tt.first)
				}
				require.Contains(t, p.hear(), tt.want)
				p.closes(1008, "")
			})
		})
	}
}

func TestDialogueSocket_AFlushEndsATurn(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		p := dialDialogue(t, elevenlabstest.NewServer(t), "stream-input")
		p.say(`{"voices":["`+sarah+`"]}`, `{"inputs":[{"text":"Hi. ","voice_id":"`+sarah+`"}],"flush":true}`)
		require.Contains(t, p.hear(), `"audio"`)
		require.JSONEq(t, `{"is_final_audio_for_turn":true}`, p.hear())
		p.say(`{"inputs":[{"text":"Ho. ","voice_id":"` + george + `"}]}`)
		require.Contains(t, p.hear(), "not among those")
		p.closes(1008, "")
	})
}

func TestDialogueMultiSocket_SpeaksContextsOfTheirOwnVoices(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		p := dialDialogue(t, srv, "multi-stream-input")
		synctest.Wait()
		require.Equal(t, 1, srv.Usage().Families[elevenlabs.FamilyStandard].InFlight, "one, whatever is on it")
		p.say(`{"context_id":"a","voices":["`+sarah+`"]}`, `{"context_id":"b","voices":["`+george+`"]}`,
			`{"context_id":"a","inputs":[{"text":"Hi. ","voice_id":"`+sarah+`","new_turn":true}],"flush":true}`)
		got := p.hear()
		require.Contains(t, got, `"context_id":"a"`)
		require.Contains(t, got, `"chars":["H","i","."," "]`)
		require.JSONEq(t, `{"is_final_audio_for_turn":true,"context_id":"a"}`, p.hear())
		p.say(`{"context_id":"b","inputs":[{"text":"Ho. ","voice_id":"`+george+`","new_turn":true}]}`, `{"context_id":"b","close_context":true}`)
		require.Contains(t, p.hear(), `"chars":["H","o","."," "]`)
		require.JSONEq(t, `{"is_final_audio_for_turn":true,"context_id":"b"}`, p.hear())
		require.JSONEq(t, `{"is_final":true,"context_id":"b"}`, p.hear())
		synctest.Wait()
		require.Equal(t, 1, srv.Usage().Families[elevenlabs.FamilyStandard].InFlight)
		p.say(`{"close_socket":true}`)
		require.JSONEq(t, `{"is_final":true,"context_id":"a"}`, p.hear())
		p.closes(1000, "")
		synctest.Wait()
		require.Zero(t, srv.Usage().Families[elevenlabs.FamilyStandard].InFlight)
	})
}

func TestDialogueMultiSocket_WaitsTwentySecondsForAnyContext(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		p := dialDialogue(t, elevenlabstest.NewServer(t), "multi-stream-input")
		p.say(`{"context_id":"a","voices":["`+sarah+`"]}`, `{"context_id":"b","voices":["`+sarah+`"]}`)
		time.Sleep(10 * time.Second)
		p.say(`{"context_id":"a","keep_alive":true}`)
		require.Contains(t, p.hear(), "input_timeout_exceeded")
		p.after(30 * time.Second)
		p.closes(1008, "")
	})
}

func TestDialogueMultiSocket_AWrongMessageEndsAll(t *testing.T) {
	open := func(id string) string { return `{"context_id":"` + id + `","voices":["` + sarah + `"]}` }
	says := func(id string) string {
		return `{"context_id":"` + id + `","inputs":[{"text":"Hi. ","voice_id":"` + sarah + `"}],"flush":true}`
	}
	for name, tt := range map[string]struct {
		say  []string
		want string
	}{
		"to nobody":             {[]string{open("a"), `{"keep_alive":true}`}, "no context_id"},
		"to one that is closed": {[]string{open("a"), says("a"), `{"context_id":"a","close_context":true}`, says("a")}, "context_closing"},
		"to one that is closed, of its end": {[]string{open("a"), says("a"), `{"context_id":"a","close_context":true}`,
			`{"context_id":"a","close_context":true}`}, "context_closing"},
		"to one that is not open": {[]string{open("a"), says("b")}, "has to name 1 to 1 voices"},
	} {
		t.Run(name, func(t *testing.T) {
			speechBubble(t, func(t *testing.T) {
				p := dialDialogue(t, elevenlabstest.NewServer(t), "multi-stream-input")
				p.say(tt.say...)
				require.Contains(t, p.hear(), tt.want)
				p.closes(1008, "")
			})
		})
	}
}

func TestDialogueMultiSocket_HasFiveContextsAtMost(t *testing.T) {
	speechBubble(t, func(t *testing.T) {
		p := dialDialogue(t, elevenlabstest.NewServer(t), "multi-stream-input")
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			p.say(`{"context_id":"` + id + `","voices":["` + sarah + `"]}`)
		}
		p.say(`{"context_id":"a","inputs":[{"text":"Hi. ","voice_id":"`+sarah+`"}]}`, `{"context_id":"a","close_context":true}`,
			`{"context_id":"f","voices":["`+sarah+`"]}`)
		require.Contains(t, p.hear(), "Maximum simultaneous contexts per WebSocket connection exceeded (5).")
	})
}
