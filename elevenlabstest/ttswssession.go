package elevenlabstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// A speechSocket is a socket of text to speech in use. Its messages come from a
// goroutine that ends before the socket does; all else is the handler's.
type speechSocket struct {
	c   *call
	job *speechSocketJob

	received chan []byte
	lost     chan struct{} // closed when nothing more will be received,
	over     chan struct{} // and when nothing more will be taken

	known    bool // who is there has been found out
	contexts map[string]*speechContext
	due      []event // by time
	idle     time.Time
	closing  bool // once all contexts are final
	ended    bool // an error was told
}

// An event is something that happens at a time. It reports whether the socket
// goes on.
type event struct {
	at time.Time
	do func() bool
}

// run holds the socket.
func (s *speechSocket) run() {
	go s.receive()
	defer func() {
		close(s.over)
		_ = s.c.socket.CloseNow()
		<-s.lost
		for _, x := range s.contexts {
			x.leave(0)
			x.file()
		}
	}()
	s.touch()
	if !s.c.anonymous() {
		s.meet("")
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for s.step(timer) {
	}
}

// meet finds out who is there.
func (s *speechSocket) meet(key string) {
	s.known = true
	if fail := s.job.admit(s.c, key); fail != nil {
		s.refuse(fail, 0)
		return
	}
	s.c.charge.family = s.job.model.family()
	if s.job.dialogue {
		s.sit()
	}
}

// receive takes messages off the socket.
func (s *speechSocket) receive() {
	defer close(s.lost)
	for {
		_, data, err := s.c.socket.Read(s.c.ctx)
		if err != nil {
			return
		}
		select {
		case s.received <- data:
		case <-s.over:
			return
		}
	}
}

// step does what is due, or waits for what comes next. It reports whether the
// socket goes on.
func (s *speechSocket) step(timer *time.Timer) bool {
	for now := time.Now(); len(s.due) > 0 && !s.due[0].at.After(now); {
		next := s.due[0]
		s.due = s.due[1:]
		if !next.do() {
			return false
		}
	}
	timer.Reset(time.Until(s.wakes()))
	select {
	case data := <-s.received:
		if !s.ended {
			s.take(data)
		}
		return s.c.passed() == nil
	case <-timer.C:
		s.expire(time.Now())
		return true
	case <-s.lost:
		return false
	case <-s.c.ctx.Done():
		return false
	}
}

// touch starts the clock of a socket without contexts anew.
func (s *speechSocket) touch() { s.idle = time.Now().Add(s.job.inactivity) }

// wakes is when there is something to do.
func (s *speechSocket) wakes() time.Time {
	at := time.Now().Add(time.Hour)
	if !s.ended && !s.closing {
		if len(s.contexts) == 0 {
			at = s.idle
		}
		for _, x := range s.contexts {
			if until := x.idleUntil(); !x.ending && until.Before(at) {
				at = until
			}
		}
	}
	if len(s.due) > 0 && s.due[0].at.Before(at) {
		at = s.due[0].at
	}
	return at
}

// expire ends what has had no text for too long: the socket, or a context of
// several.
func (s *speechSocket) expire(now time.Time) {
	if s.ended || s.closing {
		return
	}
	if len(s.contexts) == 0 && !now.Before(s.idle) {
		s.timeout()
		return
	}
	for _, x := range s.contexts {
		switch {
		case x.ending || now.Before(x.idleUntil()):
		case s.job.multi && !s.job.dialogue:
			x.end()
		default:
			s.timeout()
			return
		}
	}
}

func (s *speechSocket) timeout() {
	s.refuse(&failure{status: "input_timeout_exceeded", message: fmt.Sprintf(
		"Have not received a new text input within the timeout of %d seconds. Streaming input terminated.",
		int(s.job.inactivity.Seconds()))}, 0)
}

// at makes something happen after d, behind what is due before it.
func (s *speechSocket) at(t time.Time, do func() bool) {
	i, _ := slices.BinarySearchFunc(s.due, t, func(e event, t time.Time) int {
		return cmp.Or(e.at.Compare(t), -1) // behind its equals
	})
	s.due = slices.Insert(s.due, i, event{t, do})
}

// refuse ends the socket with an error, after d.
func (s *speechSocket) refuse(f *failure, d time.Duration) {
	s.ended, s.due = true, nil
	s.at(time.Now().Add(s.c.e.scaled(d)), func() bool {
		s.say(map[string]any{"message": f.message, "error": cmp.Or(f.status, f.code), "code": 1008})
		return s.close(websocket.StatusPolicyViolation, "")
	})
}

// cut ends the socket with a close frame alone.
func (s *speechSocket) cut(code websocket.StatusCode, reason string) {
	s.ended, s.due = true, nil
	s.at(time.Now(), func() bool { return s.close(code, reason) })
}

// maxReason is how long the reason of a close frame can be, in bytes.
const maxReason = 123

func (s *speechSocket) close(code websocket.StatusCode, reason string) bool {
	_ = s.c.socket.Close(code, reason[:min(len(reason), maxReason)])
	return false
}

// say sends a message now. It reports whether the socket goes on.
func (s *speechSocket) say(message any) bool {
	data, err := json.Marshal(message)
	if err != nil {
		panic(err) // the emulator's own types; a bug if they cannot be encoded
	}
	return s.c.travel() == nil && s.c.socket.Write(s.c.ctx, websocket.MessageText, data) == nil && s.c.passed() == nil
}

// A speechMessage is what a client says.
type speechMessage struct {
	Text     *string         `json:"text"`
	Context  string          `json:"context_id"`
	Context2 string          `json:"contextId"`
	Flush    bool            `json:"flush"`
	Trigger  bool            `json:"try_trigger_generation"`
	Close    bool            `json:"close_context"`
	Bye      bool            `json:"close_socket"`
	Key      string          `json:"xi_api_key"`
	Key2     string          `json:"xi-api-key"`
	Settings map[string]any  `json:"voice_settings"`
	Config   *scheduleConfig `json:"generation_config"`
	Config2  *scheduleConfig `json:"generator_config"`
	Locators []struct {
		ID      string `json:"pronunciation_dictionary_id"`
		Version string `json:"version_id"`
	} `json:"pronunciation_dictionary_locators"`
}

type scheduleConfig struct {
	Schedule []int `json:"chunk_length_schedule"`
}

// take reads a message.
func (s *speechSocket) take(data []byte) {
	s.c.recordMessage(data)
	if s.job.dialogue {
		s.takeDialogue(data)
		return
	}
	var m speechMessage
	if err := json.Unmarshal(data, &m); err != nil {
		// The vendor's own words are not known.
		s.refuse(invalid("invalid_message", "invalid_message", "The message is not one of this socket: %v.", err), 0)
		return
	}
	if !s.known {
		s.meet(cmp.Or(m.Key, m.Key2))
	}
	switch {
	case s.ended:
	case s.job.multi:
		s.takeMulti(&m)
	case m.Text == nil:
		s.refuse(invalid("invalid_message", "invalid_message", "The message has no text."), 0)
	default:
		s.takeSingle(&m)
	}
}

// recordMessage notes what was said, a line for each message, without a key.
func (c *call) recordMessage(data []byte) {
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) == nil && (all["xi_api_key"] != nil || all["xi-api-key"] != nil) {
		delete(all, "xi_api_key")
		delete(all, "xi-api-key")
		data, _ = json.Marshal(all)
	}
	c.note(func(r *Request) {
		if len(r.Body)+len(data) < maxRecordedBody {
			r.Body = append(append(r.Body, data...), '\n')
		}
	})
}

func (s *speechSocket) takeSingle(m *speechMessage) {
	x := s.contexts[""]
	if x == nil {
		if x = s.open("", m); x == nil {
			return
		}
	}
	if x.ending {
		return
	}
	if *m.Text == "" {
		x.flush()
		x.end()
		return
	}
	x.write(m)
}

func (s *speechSocket) takeMulti(m *speechMessage) {
	id := cmp.Or(m.Context, m.Context2)
	x := s.contexts[id]
	switch {
	case m.Bye:
		s.closing = true
		for _, x := range s.contexts {
			x.flush()
			x.end()
		}
		s.settle()
	case x == nil && m.Close:
	case x == nil:
		if len(s.contexts) == maxContexts {
			s.cut(websocket.StatusPolicyViolation, tooManyContexts)
			return
		}
		if x = s.open(id, m); x != nil {
			x.write(m)
		}
	case x.ending: // it is closed
	default:
		x.write(m)
	}
	if x != nil && m.Close {
		x.end()
	}
}

const tooManyContexts = "Maximum simultaneous contexts per WebSocket connection exceeded (5). " +
	"Please close an existing context before opening a new one."

// open makes a context of its first message.
func (s *speechSocket) open(id string, m *speechMessage) *speechContext {
	x := &speechContext{s: s, id: id, schedule: defaultSchedule, settings: m.Settings, voice: s.job.voice}
	config := m.Config
	if config == nil {
		config = m.Config2
	}
	if config != nil && len(config.Schedule) > 0 {
		x.schedule = config.Schedule
	}
	if wrongSchedule(x.schedule) {
		s.refuse(invalid("invalid_parameters", "invalid_parameters", "chunk_length_schedule takes values from 50 to 500."), 0)
		return nil
	}
	var locators []dictionaryLocator
	for _, l := range m.Locators {
		locators = append(locators, dictionaryLocator{l.ID, l.Version})
	}
	if fail := s.c.e.checkLocators(locators); fail != nil {
		s.refuse(fail, 0)
		return nil
	}
	s.contexts[id] = x
	x.touch()
	return x
}

// settle closes a socket that is done.
func (s *speechSocket) settle() {
	if s.closing && len(s.contexts) == 0 {
		s.cut(websocket.StatusNormalClosure, "")
	}
}
