package elevenlabstest

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// maxJSONBody bounds what is read of a JSON body. The longest text that is
// served has 44,000 characters.
const maxJSONBody = 8 << 20

func ttsRoutes() []route {
	const path = "/v1/text-to-speech/{voice_id}"
	read := func(stream, timed bool) endpoint {
		return endpoint{read: func(c *call) (job, *failure) { return readTTS(c, stream, timed) }}
	}
	return []route{
		routeTo(http.MethodPost, path, read(false, false)),
		routeTo(http.MethodPost, path+"/stream", read(true, false)),
		routeTo(http.MethodPost, path+"/with-timestamps", read(false, true)),
		routeTo(http.MethodPost, path+"/stream/with-timestamps", read(true, true)),
	}
}

// A ttsJob is one text to be spoken.
type ttsJob struct {
	stream   bool
	timed    bool // answered with timestamps, in JSON
	text     string
	modelID  string
	language string
	settings map[string]any
	speed    *float64
	context  bool // previous_text, next_text or previous_request_ids
	// languageNormalization is apply_language_text_normalization.
	languageNormalization bool
	logging               bool
	dictionaries          []dictionaryLocator

	// Filled in by check.
	model  *model
	format string
	source *tone.Source
	spec   audio.Spec
	item   *item
}

// readTTS reads a body and checks it, and the types in the query, against the
// schema. Unknown fields are ignored, as the vendor does.
func readTTS(c *call, stream, timed bool) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	list := f.list
	if timed && !stream {
		list = f.listNotNull
	}
	j := &ttsJob{
		stream:   stream,
		timed:    timed,
		text:     f.text("text", required),
		modelID:  f.text("model_id", optional),
		language: f.text("language_code", nullable),
	}
	if _, ok := f.values["model_id"]; !ok {
		j.modelID = "eleven_multilingual_v2"
	}
	settings := f.object("voice_settings")
	j.settings = settings.values
	readSettings(settings, j)
	before, after := f.text("previous_text", nullable), f.text("next_text", nullable)
	earlier := list("previous_request_ids", 3)
	j.context = before != "" || after != "" || len(earlier) > 0
	list("next_request_ids", 3)
	j.dictionaries = f.locators("pronunciation_dictionary_locators", list)
	f.integer("seed", 0, 1<<32-1)
	f.boolean("use_pvc_as_ivc", optional, false)
	f.oneOf("apply_text_normalization", "auto", "auto", "on", "off")
	j.languageNormalization = f.boolean("apply_language_text_normalization", optional, false)

	q := fields{problems: f.problems, loc: []any{"query"}, values: queryValues(c.r.URL.Query())}
	j.logging = q.boolean("enable_logging", optional, true)
	q.integer("optimize_streaming_latency", 0, 4)
	return j, f.failure()
}

func readSettings(f fields, j *ttsJob) {
	f.number("stability", 0, 1)
	f.number("similarity_boost", 0, 1)
	f.number("style", 0, 1)
	f.boolean("use_speaker_boost", nullable, true)
	const any = 1e9 // the schema has no bounds; the model decides
	j.speed = f.number("speed", -any, any)
}

// readJSON reads a JSON object and keeps its first bytes for the record.
func readJSON(c *call) (fields, *failure) {
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxJSONBody+1))
	c.note(func(r *Request) { r.Body = body[:min(len(body), maxRecordedBody):min(len(body), maxRecordedBody)] })
	if err != nil {
		return fields{}, &failure{http: http.StatusBadRequest, detail: "There was an error parsing the body"}
	}
	if len(body) > maxJSONBody {
		f := invalid("request_too_large", "request_too_large", "The request body is too large.")
		f.kind = "invalid_request"
		return fields{}, f
	}
	if t, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); t != "" && t != "application/json" {
		return fields{}, schemaFailure([]problem{{
			Type: "model_attributes_type", Loc: []any{"body"}, Input: string(body[:min(len(body), 1000)]),
			Msg: "Input should be a valid dictionary or object to extract fields from",
		}})
	}
	return decodeFields(body)
}

// check takes the query, then the rules.
func (j *ttsJob) check(c *call) *failure {
	var fail *failure
	if j.format, j.spec, fail = c.outputFormat(j.stream); fail != nil {
		return fail
	}
	id := c.vars["voice_id"]
	voice, fail := c.usableVoice(id)
	if fail != nil {
		return fail
	}
	if fail := j.checkModel(); fail != nil {
		return fail
	}
	if fail := c.e.checkLocators(j.dictionaries); fail != nil {
		return fail
	}
	return j.prepare(c, voice)
}

// usableVoice looks for a voice that the account may use.
func (c *call) usableVoice(id string) (*voiceAnswer, *failure) {
	voice := c.e.findVoice(id)
	if voice == nil {
		return nil, notFound(http.StatusNotFound, "voice_not_found", "A voice with voice_id '%s' was not found.", id)
	}
	return voice, paidPlanOnly(voice, c.e.cfg.tier)
}

// checkModel looks for what the model refuses.
func (j *ttsJob) checkModel() *failure {
	m := findModel(j.modelID)
	if m == nil {
		return notFound(http.StatusBadRequest, "model_not_found", "A model with model ID %s does not exist.", j.modelID)
	}
	j.model = m
	unsupported := func(what string) *failure {
		return invalid("unsupported_model", "unsupported_model",
			"Providing %s is not yet supported with the '%s' model.", what, m.id)
	}
	switch n := utf8.RuneCountInString(j.text); {
	case !m.speaks:
		return invalid("unsupported_model", "unsupported_model",
			"The '%s' model can not be used for text to speech.", m.id)
	case n > m.limit+m.limit/10:
		return invalid("text_too_long", "max_character_limit_exceeded",
			"Request text length (%d) exceeds the maximum text length of %d characters", n, m.limit)
	case j.blank() && m.noBlank:
		return invalid("empty_text", "input_text_empty", "The input text is empty.")
	case j.speed != nil && !m.anySpeed && (*j.speed < 0.7 || *j.speed > 1.2):
		return invalid("invalid_voice_settings", "invalid_voice_settings", "Invalid setting for speed received, "+
			"expected to be greater or equal to 0.7 and less or equal to 1.2, received %s.", number(*j.speed))
	case j.context && m.noContext:
		return unsupported("previous_text or next_text")
	case j.languageNormalization && m.noLanguageNormalization:
		return unsupported("apply_language_text_normalization")
	}
	return nil
}

// prepare makes the source of the audio and the item the account will file.
func (j *ttsJob) prepare(c *call, voice *voiceAnswer) *failure {
	source, err := tone.New(j.spec, j.text)
	if err != nil {
		return notImplemented("cannot make %s: %v.", j.format, err)
	}
	j.source = source
	j.item = &item{
		requestID: newID(), timed: j.timed, voiceID: voice.VoiceID, voice: [2]string{voice.Name, voice.Category},
		model: j.modelID, text: j.text, language: j.language, format: j.format, settings: j.settings,
		audioSeconds: source.Duration().Seconds(),
	}
	j.item.keep(c.e, j.logging)
	return nil
}

func (j *ttsJob) blank() bool { return strings.TrimSpace(j.text) == "" }

func (j *ttsJob) charge() charge {
	ch := charge{family: familyOf(j.modelID), weight: 1, item: j.item}
	if j.model != nil {
		ch.credits = j.model.cost(utf8.RuneCountInString(j.text), j.blank())
	}
	return ch
}

func (j *ttsJob) answer(c *call) {
	first, rest := c.speakingTime(utf8.RuneCountInString(j.text))
	p := production{item: j.item, source: j.source, stream: j.stream, spoken: true, first: first, rest: rest}
	contentType := j.spec.ContentType()
	if j.timed {
		p.times, contentType = timesOf(j.text), "application/json"
	}
	p.head = func() { c.speechHeaders(j.item, contentType) }
	c.produce(p)
}
