package elevenlabstest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// How much text a socket of dialogue waits for, by notes of October 2026.
const dialogueCharacters, dialogueWords = 40, 8

func dialogueSocketRoutes() []route {
	return []route{routeTo(http.MethodGet, "/v1/text-to-dialogue/stream-input", endpoint{
		read: readDialogueSocket,
		open: true, // it looks at the key when the socket is open
	})}
}

// readDialogueSocket reads the query. What is wrong with it is told on the
// socket.
func readDialogueSocket(c *call) (job, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	j := &speechSocketJob{
		dialogue: true, modelID: cmp.Or(c.r.URL.Query().Get("model_id"), "eleven_v3_conversational"),
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
	Voices    []string       `json:"voices"`
	Settings  map[string]any `json:"voice_settings"`
	Key       string         `json:"xi_api_key"`
	Flush     bool           `json:"flush"`
	KeepAlive bool           `json:"keep_alive"`
	Bye       bool           `json:"close_socket"`
	Inputs    []struct {
		Text    string `json:"text"`
		VoiceID string `json:"voice_id"`
		NewTurn bool   `json:"new_turn"`
	} `json:"inputs"`
}

// takeDialogue reads a message.
func (s *speechSocket) takeDialogue(data []byte) {
	var m dialogueMessage
	if err := json.Unmarshal(data, &m); err != nil {
		s.refuse(invalid("invalid_message", "invalid_message", "The message is not one of this socket: %v.", err), 0)
		return
	}
	if !s.known {
		s.meet(m.Key)
	}
	x := s.contexts[""]
	if x == nil && !s.ended {
		if x = s.openDialogue(&m); x == nil {
			return
		}
	}
	if s.ended || x.ending {
		return
	}
	x.touch()
	for _, in := range m.Inputs {
		if in.NewTurn {
			x.endTurn()
		}
		x.buffer += in.Text
	}
	points, words := utf8.RuneCountInString(x.buffer), len(strings.Fields(x.buffer))
	if m.Flush || m.Bye || points >= dialogueCharacters && words >= dialogueWords {
		x.flush()
	}
	if m.Bye {
		x.endTurn()
		x.end()
	}
}

// openDialogue makes the context of the first message, which names the voices.
func (s *speechSocket) openDialogue(m *dialogueMessage) *speechContext {
	if n := len(m.Voices); n == 0 || n > s.job.mostVoices() {
		s.refuse(invalid("invalid_message", "invalid_message", "The first message has to name 1 to %d voices.", s.job.mostVoices()), 0)
		return nil
	}
	for i, id := range m.Voices {
		voice, fail := s.c.usableVoice(id)
		if fail != nil {
			s.refuse(fail, 0)
			return nil
		}
		if i == 0 {
			s.job.voice = voice
		}
	}
	x := &speechContext{s: s, schedule: defaultSchedule, settings: m.Settings, seated: true}
	s.contexts[""] = x
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
	if !x.s.say(map[string]any{"is_final_audio_for_turn": true}) {
		return false
	}
	x.next()
	return true
}

// snakeTimes is an alignment as these sockets spell it.
type snakeTimes struct {
	Chars     []string `json:"chars"`
	Starts    []int64  `json:"char_start_times_ms"`
	Durations []int64  `json:"char_durations_ms"`
}

func (t *socketTimes) snake() *snakeTimes { return (*snakeTimes)(t) }
