package elevenlabstest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

const (
	// maxContexts is how many contexts a socket may have, those that close among
	// them.
	maxContexts = 5
	// defaultInactivity and maxInactivity are how long no text may come.
	defaultInactivity, maxInactivity = 20, 180
)

// defaultSchedule is the vendor's chunk_length_schedule, in characters.
var defaultSchedule = []int{120, 160, 250, 290}

func speechSocketRoutes() []route {
	const path = "/v1/text-to-speech/{voice_id}"
	open := func(multi bool) endpoint {
		return endpoint{
			read: func(c *call) (job, *failure) { return readSpeechSocket(c, multi) },
			open: true, // it looks at the key when the socket is open
		}
	}
	return []route{
		routeTo(http.MethodGet, path+"/stream-input", open(false)),
		routeTo(http.MethodGet, path+"/multi-stream-input", open(true)),
	}
}

// A speechSocketJob is a socket of text to speech.
type speechSocketJob struct {
	multi      bool
	dialogue   bool
	modelID    string
	language   string
	logging    bool
	aligned    bool // sync_alignment
	auto       bool // auto_mode
	inactivity time.Duration
	wrong      *failure // what is wrong with the query; nil for nothing

	model  *model
	format string
	spec   audio.Spec
	voice  *voiceAnswer
}

// readSpeechSocket reads the query. What is wrong with it is told on the
// socket, but for a model that has none.
func readSpeechSocket(c *call, multi bool) (job, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	j := &speechSocketJob{multi: multi, modelID: c.r.URL.Query().Get("model_id"), language: c.r.URL.Query().Get("language_code")}
	if j.modelID == "" {
		j.modelID = "eleven_multilingual_v2"
	}
	j.logging = f.boolean("enable_logging", optional, true)
	f.boolean("enable_ssml_parsing", optional, false)
	j.aligned = f.boolean("sync_alignment", optional, false)
	j.auto = f.boolean("auto_mode", optional, false)
	f.oneOf("apply_text_normalization", "auto", "auto", "on", "off")
	f.integer("seed", 0, 1<<32-1)
	j.inactivity = time.Duration(orElse(f.integer("inactivity_timeout", 1, maxInactivity), defaultInactivity)) * time.Second
	if j.model = findModel(j.modelID); j.model != nil && j.model.noBlank {
		fail := invalid("unsupported_model", "unsupported_model", "The '%s' model is not available on this socket.", j.modelID)
		fail.http = http.StatusForbidden
		return j, fail
	}
	if fail := f.failure(); fail != nil {
		j.wrong = invalid("invalid_parameters", "invalid_parameters", "%s: %s", (*f.problems)[0].Loc[1], (*f.problems)[0].Msg)
	}
	return j, nil
}

func (j *speechSocketJob) check(*call) *failure { return nil }

// charge is free: slots are taken and credits spent by what is spoken.
func (j *speechSocketJob) charge() charge { return charge{} }

// answer opens the socket. Only then does it look who is there: the errors are
// messages.
func (j *speechSocketJob) answer(c *call) {
	s := &speechSocket{
		c: c, job: j, contexts: make(map[string]*speechContext),
		received: make(chan []byte), lost: make(chan struct{}), over: make(chan struct{}),
	}
	if c.acceptSocket() {
		s.run()
	}
}

// acceptSocket makes a socket of a call.
func (c *call) acceptSocket() bool {
	if c.fault != nil && c.fault.delay > 0 && c.wait(c.fault.delay) != nil || c.travel() != nil {
		return false
	}
	c.commonHeaders()
	c.fault.addTo(c.w.Header())
	c.begun = true
	ws, err := websocket.Accept(partingWriter{c.w, c}, c.r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // any page may try it
	if err != nil {
		c.note(func(r *Request) { r.Status = http.StatusUpgradeRequired })
		return false
	}
	ws.SetReadLimit(maxSocketRead)
	c.socket = ws
	c.note(func(r *Request) { r.Status = http.StatusSwitchingProtocols })
	return true
}

// admit returns why nothing will be spoken, nil if all is well. The key may be
// in the first message.
func (j *speechSocketJob) admit(c *call, key string) *failure {
	if key != "" && c.r.Header.Get("Xi-Api-Key") == "" {
		c.r.Header.Set("Xi-Api-Key", key)
	}
	if fail := c.authenticate(&endpoint{token: "tts_websocket"}); fail != nil {
		return fail
	}
	if j.wrong != nil {
		return j.wrong
	}
	var fail *failure
	if j.format, j.spec, fail = c.outputFormat(true); fail != nil {
		return fail
	}
	if j.dialogue {
		return nil // the first message names the voices
	}
	if j.voice, fail = c.usableVoice(c.vars["voice_id"]); fail != nil {
		return fail
	}
	one := ttsJob{modelID: j.modelID, text: "a"}
	return one.checkModel()
}

// anonymous reports whether the handshake has no credentials.
func (c *call) anonymous() bool {
	return c.r.Header.Get("Xi-Api-Key") == "" && c.r.URL.Query().Get("single_use_token") == "" && c.r.Header.Get("Authorization") == ""
}

// upgrades reports whether a request asks for a socket.
func upgrades(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// wrongSchedule reports whether the vendor refuses a chunk_length_schedule.
func wrongSchedule(schedule []int) bool {
	return slices.ContainsFunc(schedule, func(n int) bool { return n < 50 || n > 500 })
}
