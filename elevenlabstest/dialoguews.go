package elevenlabstest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// How much text a socket of dialogue waits for, by notes of October 2026.
const dialogueCharacters, dialogueWords = 40, 8

func dialogueSocketRoutes() []route {
	const path = "/v1/text-to-dialogue"
	open := func(multi bool) endpoint {
		return endpoint{
			read: func(c *call) (job, *failure) { return readDialogueSocket(c, multi) },
			open: true, // it looks at the key when the socket is open
		}
	}
	return []route{
		routeTo(http.MethodGet, path+"/stream-input", open(false)),
		routeTo(http.MethodGet, path+"/multi-stream-input", open(true)),
	}
}

// readDialogueSocket reads the query. What is wrong with it is told on the
// socket.
func readDialogueSocket(c *call, multi bool) (job, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	j := &speechSocketJob{
		multi: multi, dialogue: true, modelID: cmp.Or(c.r.URL.Query().Get("model_id"), "eleven_v3_conversational"),
		language: c.r.URL.Query().Get("language_code"), inactivity: defaultInactivity * time.Second,
	}
	j.logging = f.boolean("enable_logging", optional, true)
	j.aligned = f.boolean("sync_alignment", optional, false)
	f.oneOf("apply_text_normalization", "", "on", "off")
	f.integer("seed", 0, 1<<32-1)
	if j.model = findModel(j.modelID); j.model == nil || !j.model.noBlank {
		j.wrong = invalid("unsupported_model", "unsupported_model", "The '%s' model can not be used for text to dialogue.", j.modelID)
	}
	if fail := f.failure(); fail != nil {
		j.wrong = invalid("invalid_parameters", "invalid_parameters", "%s: %s", (*f.problems)[0].Loc[1], (*f.problems)[0].Msg)
	}
	return j, nil
}

// mostVoices is how many voices a model has on a socket.
func (j *speechSocketJob) mostVoices() int {
	if j.modelID == "eleven_v3" || j.modelID == "eleven_v4" {
		return maxDialogueVoices
	}
	return 1
}

// sit takes a slot for the life of the socket.
func (s *speechSocket) sit() {
	if s.ended {
		return
	}
	if fail := s.c.admit(charge{family: s.job.model.family(), weight: 1}); fail != nil {
		s.refuse(fail, s.c.e.cfg.latency.Refusal)
	}
}

// A dialogueMessage is what a client says on a socket of dialogue.
type dialogueMessage struct {
	Context   string         `json:"context_id"`
	Voices    []string       `json:"voices"`
	Settings  map[string]any `json:"voice_settings"`
	Key       string         `json:"xi_api_key"`
	Flush     bool           `json:"flush"`
	KeepAlive bool           `json:"keep_alive"`
	Close     bool           `json:"close_context"`
	Bye       bool           `json:"close_socket"`
	Inputs    []struct {
		Text    string `json:"text"`
		VoiceID string `json:"voice_id"`
		NewTurn bool   `json:"new_turn"`
	} `json:"inputs"`
}

// wrongDialogue ends the socket for a message that breaks its rules. The
// vendor's own words are known of a context that closes alone.
func (s *speechSocket) wrongDialogue(format string, args ...any) {
	s.refuse(invalid("invalid_message", "invalid_message", format, args...), 0)
}

// takeDialogue reads a message.
func (s *speechSocket) takeDialogue(data []byte) {
	var m dialogueMessage
	if err := json.Unmarshal(data, &m); err != nil {
		s.wrongDialogue("The message is not one of this socket: %v.", err)
		return
	}
	if !s.known {
		s.meet(m.Key)
	}
	s.touch()
	x := s.contexts[m.Context]
	switch {
	case s.ended || s.closing:
		return
	case m.Bye:
		s.endDialogue(x, &m)
		return
	case s.job.multi && m.Context == "":
		s.wrongDialogue("The message has no context_id.")
		return
	case x != nil && x.ending:
		s.refuse(invalid("context_closing", "context_closing", "The context '%s' is closing.", x.id), 0)
		return
	case x == nil && len(s.contexts) == maxContexts:
		s.cut(websocket.StatusPolicyViolation, tooManyContexts)
		return
	case x == nil:
		x = s.openDialogue(&m)
	}
	if x != nil && x.writeDialogue(&m) && m.Close && s.job.multi {
		x.endTurn()
		x.end()
	}
}

// endDialogue ends all contexts, one with the rest of its text, and then the
// socket.
func (s *speechSocket) endDialogue(x *speechContext, m *dialogueMessage) {
	if x != nil && !x.ending && !x.writeDialogue(m) {
		return
	}
	s.closing = true
	for _, x := range s.contexts {
		x.endTurn()
		x.end()
	}
	s.settle()
}

// writeDialogue takes the text of a message. It reports whether that was right.
func (x *speechContext) writeDialogue(m *dialogueMessage) bool {
	for _, in := range m.Inputs {
		if !slices.Contains(x.voices, in.VoiceID) {
			x.s.wrongDialogue("The voice '%s' is not among those that the first message named.", in.VoiceID)
			return false
		}
		if in.NewTurn {
			x.endTurn()
		}
		x.buffer += in.Text
	}
	points, words := utf8.RuneCountInString(x.buffer), len(strings.Fields(x.buffer))
	switch {
	case m.Flush:
		x.endTurn() // as was seen in September 2026
	case points >= dialogueCharacters && words >= dialogueWords:
		x.flush()
	}
	return true
}

// openDialogue makes a context of its first message, which names the voices.
func (s *speechSocket) openDialogue(m *dialogueMessage) *speechContext {
	if n := len(m.Voices); n == 0 || n > s.job.mostVoices() {
		s.wrongDialogue("The first message has to name 1 to %d voices.", s.job.mostVoices())
		return nil
	}
	x := &speechContext{s: s, id: m.Context, schedule: defaultSchedule, settings: m.Settings, voices: m.Voices, seated: true}
	for _, id := range m.Voices {
		voice, fail := s.c.usableVoice(id)
		if fail != nil {
			s.refuse(fail, 0)
			return nil
		}
		if x.voice == nil {
			x.voice = voice
		}
	}
	s.contexts[x.id] = x
	return x
}

// endTurn ends the turn that was spoken so far, if there was one.
func (x *speechContext) endTurn() {
	x.flush()
	if x.triggered > 0 && (len(x.waiting) == 0 || x.waiting[len(x.waiting)-1] != turnEnd) {
		x.triggered = 0
		x.waiting = append(x.waiting, turnEnd)
		x.next()
	}
}

// turnFinal tells that a turn has been spoken.
func (x *speechContext) turnFinal() bool {
	if !x.s.say(x.named(map[string]any{"is_final_audio_for_turn": true})) {
		return false
	}
	x.next()
	return true
}

// named says whose a message is, on a socket of several contexts.
func (x *speechContext) named(m map[string]any) map[string]any {
	if x.s.job.multi {
		m["context_id"] = x.id
	}
	return m
}

// snakeTimes is an alignment as these sockets spell it.
type snakeTimes struct {
	Chars     []string `json:"chars"`
	Starts    []int64  `json:"char_start_times_ms"`
	Durations []int64  `json:"char_durations_ms"`
}

func (t *socketTimes) snake() *snakeTimes { return (*snakeTimes)(t) }
