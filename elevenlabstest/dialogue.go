package elevenlabstest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// maxDialogueVoices is how many different voices a dialogue may have.
const maxDialogueVoices = 10

func dialogueRoutes() []route {
	const path = "/v1/text-to-dialogue"
	read := func(stream, timed bool) endpoint {
		return endpoint{read: func(c *call) (job, *failure) { return readDialogue(c, stream, timed) }}
	}
	return []route{
		routeTo(http.MethodPost, path, read(false, false)),
		routeTo(http.MethodPost, path+"/stream", read(true, false)),
		routeTo(http.MethodPost, path+"/with-timestamps", read(false, true)),
		routeTo(http.MethodPost, path+"/stream/with-timestamps", read(true, true)),
	}
}

// A line is one input of a dialogue.
type line struct {
	Text    string `json:"text"`
	VoiceID string `json:"voice_id"`

	voice string // its name
}

func texts(lines []line) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Text
	}
	return out
}

// A dialogueJob is lines to be spoken.
type dialogueJob struct {
	stream   bool
	timed    bool // answered with timestamps, in JSON
	lines    []line
	modelID  string
	language string
	settings map[string]any
	logging  bool

	dictionaries []dictionaryLocator

	// Filled in by check.
	model  *model
	format string
	source *tone.Source
	spec   audio.Spec
	item   *item
}

func readDialogue(c *call, stream, timed bool) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	j := &dialogueJob{stream: stream, timed: timed, modelID: "eleven_v3", language: f.text("language_code", nullable)}
	for _, in := range f.objects("inputs") {
		j.lines = append(j.lines, line{Text: in.text("text", required), VoiceID: in.text("voice_id", required)})
	}
	if _, ok := f.values["model_id"]; ok {
		j.modelID = f.text("model_id", optional)
	}
	settings := f.object("settings")
	settings.number("stability", 0, 1)
	j.settings = settings.values
	j.dictionaries = f.locators("pronunciation_dictionary_locators", f.list)
	f.integer("seed", 0, 1<<32-1)
	f.oneOf("apply_text_normalization", "auto", "auto", "on", "off")
	q := fields{problems: f.problems, loc: []any{"query"}, values: queryValues(c.r.URL.Query())}
	j.logging = q.boolean("enable_logging", optional, true)
	return j, f.failure()
}

// check takes the query, then the rules. The words of the refusals that are
// not of text to speech too are the emulator's own.
func (j *dialogueJob) check(c *call) *failure {
	var fail *failure
	if j.format, j.spec, fail = c.outputFormat(j.stream); fail != nil {
		return fail
	}
	if fail := j.checkVoices(c); fail != nil {
		return fail
	}
	if fail := j.checkModel(); fail != nil {
		return fail
	}
	return j.prepare(c)
}

func (j *dialogueJob) checkVoices(c *call) *failure {
	if len(j.lines) == 0 {
		return invalid("empty_text", "input_text_empty", "The dialogue has no inputs.")
	}
	voices := make(map[string]bool)
	for i := range j.lines {
		l := &j.lines[i]
		v, fail := c.usableVoice(l.VoiceID)
		if fail != nil {
			return fail
		}
		l.voice, voices[v.VoiceID] = v.Name, true
	}
	if len(voices) > maxDialogueVoices {
		return invalid("invalid_parameters", "invalid_parameters",
			"A dialogue may have at most %d unique voices, received %d.", maxDialogueVoices, len(voices))
	}
	return c.e.checkLocators(j.dictionaries)
}

// checkModel looks for what the model refuses. The v3 and v4 families speak
// dialogues.
func (j *dialogueJob) checkModel() *failure {
	m := findModel(j.modelID)
	if m == nil {
		return notFound(http.StatusBadRequest, "model_not_found", "A model with model ID %s does not exist.", j.modelID)
	}
	j.model = m
	n := j.characters()
	switch {
	case !strings.HasPrefix(m.id, "eleven_v3") && !strings.HasPrefix(m.id, "eleven_v4"):
		return invalid("unsupported_model", "unsupported_model",
			"The '%s' model can not be used for text to dialogue.", m.id)
	case n > m.limit+m.limit/10:
		return invalid("text_too_long", "max_character_limit_exceeded",
			"Request text length (%d) exceeds the maximum text length of %d characters", n, m.limit)
	case slices.ContainsFunc(j.lines, func(l line) bool { return strings.TrimSpace(l.Text) == "" }):
		return invalid("empty_text", "input_text_empty", "The input text is empty.")
	}
	return nil
}

// prepare makes the source of the audio and the item the account will file.
func (j *dialogueJob) prepare(c *call) *failure {
	source, ends, err := tone.Join(j.spec, texts(j.lines))
	if err != nil {
		return notImplemented("cannot make %s: %v.", j.format, err)
	}
	j.source = source
	tells, _ := json.Marshal(j.lines) // of strings
	j.item = &item{
		requestID: newID(), timed: j.timed, model: j.modelID, text: strings.Join(texts(j.lines), " "), language: j.language,
		format: j.format, settings: j.settings, lines: j.lines, ends: ends, tells: string(tells),
		audioSeconds: source.Duration().Seconds(),
	}
	j.item.keep(c.e, j.logging)
	return nil
}

func (j *dialogueJob) characters() (n int) {
	for _, l := range j.lines {
		n += utf8.RuneCountInString(l.Text)
	}
	return n
}

func (j *dialogueJob) charge() charge {
	ch := charge{family: familyOf(j.modelID), weight: 1, item: j.item}
	if j.model != nil {
		ch.credits = j.model.cost(j.characters(), false)
	}
	return ch
}

func (j *dialogueJob) answer(c *call) {
	first, rest := c.speakingTime(j.characters())
	p := production{item: j.item, source: j.source, stream: j.stream, spoken: true, first: first, rest: rest}
	p.head = func() { c.speechHeaders(j.item, j.spec.ContentType()) }
	if j.timed {
		p.times = j.item.times()
		p.head = func() {
			c.speechHeaders(j.item, "application/json")
			c.w.Header().Del("Character-Cost") // not seen on these answers
		}
	}
	c.produce(p)
}
