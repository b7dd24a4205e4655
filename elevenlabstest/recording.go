package elevenlabstest

import (
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// creditsPerMinute is what the voice changer and the isolation of a minute
// cost here. What they cost at the vendor's is not known.
const creditsPerMinute = 1000

func recordingRoutes() []route {
	const changer, isolation = "/v1/speech-to-speech/{voice_id}", "/v1/audio-isolation"
	change := func(stream bool) endpoint {
		return endpoint{read: func(c *call) (job, *failure) { return readVoiceChange(c, stream) }}
	}
	isolate := func(stream bool) endpoint {
		return endpoint{read: func(c *call) (job, *failure) { return readIsolation(c, stream) }}
	}
	return []route{
		routeTo(http.MethodPost, changer, change(false)),
		routeTo(http.MethodPost, changer+"/stream", change(true)),
		routeTo(http.MethodPost, isolation, isolate(false)),
		routeTo(http.MethodPost, isolation+"/stream", isolate(true)),
		routeTo(http.MethodPost, "/v1/forced-alignment", endpoint{read: readForcedAlignment}),
	}
}

// readRecording reads a form around a recording. It is measured and heard as
// one that is to be transcribed.
func readRecording(c *call, field string) (sttJob, fields, *failure) {
	u, fail := readUpload(c.r)
	if u.file = nil; len(u.files[field]) > 0 {
		u.file = u.files[field][0]
	}
	j := sttJob{upload: u}
	c.note(func(r *Request) {
		r.Form = u.form
		if u.file != nil {
			r.File = &u.file.File
		}
	})
	f := u.fields()
	if u.file == nil {
		f.report("missing", field, nil, nil, "Field required")
	}
	return j, f, fail
}

func (j *sttJob) checkRecording(e *Emulator) *failure {
	if fail := j.checkSource(); fail != nil {
		return fail
	}
	return j.measure(e)
}

// A recordingJob is a recording to be made again: by another voice, or without
// its noise. What comes out is as long as what went in, and says the same as
// far as that is known.
type recordingJob struct {
	sttJob
	stream  bool
	modelID string // of the voice changer; empty for isolation
	logging bool
	setting map[string]any
	voice   [2]string // its name and category

	// Filled in by check.
	format string
	spec   audio.Spec
	source *tone.Source
	item   *item
}

func readVoiceChange(c *call, stream bool) (job, *failure) {
	recording, f, fail := readRecording(c, "audio")
	j := &recordingJob{sttJob: recording, stream: stream, modelID: "eleven_english_sts_v2"}
	if fail != nil {
		return j, fail
	}
	j.modelID = cmp.Or(f.text("model_id", optional), j.modelID)
	f.integer("seed", 0, 1<<32-1)
	f.boolean("remove_background_noise", optional, false)
	j.raw = f.oneOf("file_format", "other", "pcm_s16le_16", "other") == "pcm_s16le_16"
	if text := f.text("voice_settings", nullable); text != "" {
		if json.Unmarshal([]byte(text), &j.setting) != nil {
			f.report("json_invalid", "voice_settings", text, nil, "Invalid JSON")
		}
		readSettings(fields{problems: f.problems, loc: []any{"body", "voice_settings"}, values: numbers(text)}, new(ttsJob))
	}
	q := fields{problems: f.problems, loc: []any{"query"}, values: queryValues(c.r.URL.Query())}
	j.logging = q.boolean("enable_logging", optional, true)
	q.integer("optimize_streaming_latency", 0, 4)
	return j, f.failure()
}

// numbers decodes an object with its numbers as they stand.
func numbers(object string) map[string]any {
	f, _ := decodeFields([]byte(object))
	return f.values
}

func readIsolation(c *call, stream bool) (job, *failure) {
	recording, f, fail := readRecording(c, "audio")
	j := &recordingJob{sttJob: recording, stream: stream}
	if fail != nil {
		return j, fail
	}
	j.raw = f.oneOf("file_format", "other", "pcm_s16le_16", "other") == "pcm_s16le_16"
	return j, f.failure()
}

func (j *recordingJob) check(c *call) *failure {
	var fail *failure
	if j.modelID == "" {
		j.format = defaultFormat
		j.spec, _ = audio.Parse(defaultFormat)
	} else {
		j.format, j.spec, fail = c.outputFormat(j.stream)
	}
	if fail == nil && j.modelID != "" {
		fail = j.checkVoice(c)
	}
	if fail == nil {
		fail = j.checkRecording(c.e)
	}
	if fail != nil {
		return fail
	}
	return j.prepare(c)
}

func (j *recordingJob) checkVoice(c *call) *failure {
	voice, fail := c.usableVoice(c.vars["voice_id"])
	if fail != nil {
		return fail
	}
	j.voice = [2]string{voice.Name, voice.Category}
	switch m := findModel(j.modelID); {
	case m == nil:
		return notFound(http.StatusBadRequest, "model_not_found", "A model with model ID %s does not exist.", j.modelID)
	case !m.converts:
		return invalid("unsupported_model", "unsupported_model",
			"The '%s' model can not be used for speech to speech.", m.id)
	}
	return nil
}

// prepare makes the source of the audio and its item. Isolated audio is not in
// the history.
func (j *recordingJob) prepare(c *call) *failure {
	j.item = &item{
		requestID: newID(), voiceID: c.vars["voice_id"], voice: j.voice, model: cmp.Or(j.modelID, "isolation"), from: "STS",
		format: j.format, settings: j.setting, lasts: j.info.Duration,
		tune: j.info.File.SHA256, tells: j.info.File.SHA256,
	}
	if j.made != nil {
		j.item.text, j.item.language, j.item.tune = j.made.text, j.made.language, j.made.text
	}
	if j.modelID != "" {
		j.item.keep(c.e, j.logging)
	}
	source, err := j.item.sound(j.spec)
	if err != nil {
		return notImplemented("cannot make %s: %v.", j.format, err)
	}
	j.source, j.item.audioSeconds = source, source.Duration().Seconds()
	return nil
}

func (j *recordingJob) charge() charge {
	credits := math.Ceil(j.info.Duration.Minutes() * creditsPerMinute)
	return charge{family: elevenlabs.FamilyStandard, weight: 1, item: j.item, credits: int(credits)}
}

func (j *recordingJob) answer(c *call) {
	first, rest := c.hearingTime(j.info.Duration)
	c.produce(production{
		item: j.item, source: j.source, stream: j.stream, spoken: j.made != nil, first: first, rest: rest,
		head: func() {
			if j.modelID == "" {
				c.costHeaders(j.spec.ContentType())
				return
			}
			c.speechHeaders(j.item, j.spec.ContentType())
		},
	})
}

// hearingTime returns how long work on a recording takes: up to a stream's
// first bytes, and after that.
func (c *call) hearingTime(d time.Duration) (first, rest time.Duration) {
	cfg := &c.e.cfg
	if cfg.service > 0 {
		return cfg.service / 4, cfg.service - cfg.service/4
	}
	return cfg.latency.STTBase, time.Duration(d.Seconds() * float64(cfg.latency.PerAudioSecond))
}

// costHeaders are what an answer has that tells its cost and nothing else.
func (c *call) costHeaders(contentType string) {
	c.commonHeaders()
	h := c.w.Header()
	h.Set("Access-Control-Expose-Headers", "character-cost")
	h.Set("Content-Type", contentType)
	h.Set("Character-Cost", strconv.Itoa(c.charge.credits))
}
