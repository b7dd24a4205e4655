package elevenlabstest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

const (
	// maxJSONBody bounds what is read of a JSON body. The longest text that is
	// served has 44,000 characters.
	maxJSONBody = 8 << 20
	// maxPieces and minPiece bound how a stream is cut: at most so many pieces
	// of at least so many bytes.
	maxPieces, minPiece = 16, 1024
	// exposed is what the vendor lets a browser read of a synthesis.
	exposed = "request-id, history-item-id, character-cost, regeneration-count, generation-info, " +
		"current-concurrent-requests, maximum-concurrent-requests, collect-preference"
)

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
	list("pronunciation_dictionary_locators", 3)
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
	j.format = c.r.URL.Query().Get("output_format")
	if j.format == "" {
		j.format = defaultFormat
	}
	if fail := c.e.cfg.checkFormat(j.format, j.stream); fail != nil {
		return fail
	}
	id := c.vars["voice_id"]
	voice := findVoice(id)
	if voice == nil {
		return notFound(http.StatusNotFound, "voice_not_found", "A voice with voice_id '%s' was not found.", id)
	}
	if voice.Category == professional && c.e.cfg.tier == elevenlabs.TierFree {
		return &failure{
			http: http.StatusPaymentRequired, kind: "payment_required", code: "paid_plan_required",
			status: "payment_required", message: "Free users cannot use library voices via the API.",
		}
	}
	if fail := j.checkModel(); fail != nil {
		return fail
	}
	return j.prepare(c, id)
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
func (j *ttsJob) prepare(c *call, voiceID string) *failure {
	spec, ok := audio.Parse(j.format)
	if !ok {
		return notImplemented("does not know the format %s.", j.format)
	}
	source, err := tone.New(spec, j.text)
	if err != nil {
		return notImplemented("cannot make %s: %v.", j.format, err)
	}
	j.spec, j.source = spec, source
	j.item = &item{
		requestID: newID(), historyItemID: newID(), stored: true, timed: j.timed,
		voiceID: voiceID, model: j.modelID, text: j.text, language: j.language, format: j.format, settings: j.settings,
		audioSeconds: source.Duration().Seconds(),
	}
	// Only an entitled account gets zero retention; others' wish is ignored.
	if !j.logging && c.e.cfg.tier == elevenlabs.TierEnterprise {
		j.item.stored, j.item.historyItemID = false, "not_stored"
	}
	return nil
}

func (j *ttsJob) blank() bool { return strings.TrimSpace(j.text) == "" }

func (j *ttsJob) charge() charge {
	ch := charge{family: elevenlabs.FamilyOf(j.modelID), weight: 1, item: j.item}
	if j.model != nil {
		ch.credits = j.model.cost(utf8.RuneCountInString(j.text), j.blank())
	}
	return ch
}

// times returns when a stream's first bytes come, counted from admission, and
// how long the rest takes after that.
func (j *ttsJob) times(c *call) (first, rest time.Duration) {
	cfg, n := &c.e.cfg, time.Duration(utf8.RuneCountInString(j.text))
	switch {
	case cfg.service > 0:
		return cfg.service / 4, cfg.service - cfg.service/4
	case c.charge.family == elevenlabs.FamilyFlash:
		return cfg.latency.FlashBase, n * cfg.latency.PerFlashCharacter
	}
	return cfg.latency.Base, n * cfg.latency.PerCharacter
}

func (j *ttsJob) answer(c *call) {
	first, rest := j.times(c)
	ready := c.serviceEnd(first + rest)
	c.e.finished(j.item, ready)
	if j.stream {
		ready = c.serviceEnd(first)
	}
	if c.waitUntil(ready) != nil {
		return // the client is gone; what it asked for stays billed
	}
	j.headers(c)
	hash := sha256.New()
	audio, size := io.TeeReader(j.source, hash), j.source.Len()
	pieces := piecesOf(size)
	var d delivery
	switch {
	case j.timed && j.stream:
		d = timedLines(j.text, audio, size, pieces)
	case j.timed:
		d = timedAnswer(j.text, audio, size)
	default:
		d = delivery{body: audio, size: size, stops: make([]stop, pieces-1)}
		for i := range d.stops {
			d.stops[i].at = size * int64(i+1) / int64(pieces)
		}
	}
	d.status, d.chunked = http.StatusOK, j.stream
	d.made = func() { c.e.sent(j.item, [sha256.Size]byte(hash.Sum(nil))) }
	if j.stream {
		d.pace(ready, c.e.scaled(rest))
	} else {
		d.stops = nil
	}
	c.deliver(d)
}

// piecesOf returns into how many pieces a stream of a size is cut.
func piecesOf(size int64) int { return int(min(max(size/minPiece, 1), maxPieces)) }

// pace spreads a stream over a time, a piece at each of its stops and one
// behind the last: at equal distances, the first one at the start and the last
// one at the end. A stream of a single piece ends at the end.
func (d *delivery) pace(start time.Time, rest time.Duration) {
	if len(d.stops) == 0 {
		d.stops = []stop{{at: 0, act: func(c *call) error { return c.waitUntil(start.Add(rest)) }}}
		return
	}
	for i := range d.stops {
		at := start.Add(rest * time.Duration(i+1) / time.Duration(len(d.stops)))
		d.stops[i].act = func(c *call) error { return c.waitUntil(at) }
	}
}

func (j *ttsJob) headers(c *call) {
	c.commonHeaders()
	h := c.w.Header()
	h.Set("Access-Control-Expose-Headers", exposed)
	h.Set("Alt-Svc", `h3=":443"; ma=2592000`)
	h.Set("Strict-Transport-Security", "max-age=1800;")
	h.Set("Collect-Preference", "True")
	h.Set("Content-Type", j.spec.ContentType())
	if j.timed {
		h.Set("Content-Type", "application/json")
	}
	h.Set("Request-Id", j.item.requestID)
	h.Set("History-Item-Id", j.item.historyItemID)
	h.Set("Character-Cost", strconv.Itoa(c.charge.credits))
	h.Set("Current-Concurrent-Requests", strconv.Itoa(c.inFlight))
	h.Set("Maximum-Concurrent-Requests", strconv.Itoa(c.limit))
	h.Set("Workspace-Concurrent-Requests", strconv.Itoa(c.workspace))
	h.Set("Tts-Latency-Ms", fmt.Sprint(time.Since(c.admitted).Milliseconds()))
}
