package elevenlabstest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

const (
	// shortestAudio is the least the vendor transcribes.
	shortestAudio = 100 * time.Millisecond
	// pieceOfAudio is how much one slot transcribes: longer audio is cut into up
	// to maxParallel pieces that count one each.
	pieceOfAudio = 480 * time.Second
	maxParallel  = 4
	maxChannels  = 5
	// guessedRate is the bytes per second of audio that cannot be measured: that
	// of mp3_44100_128.
	guessedRate = 16_000
	// rawRate is the bytes per second of file_format pcm_s16le_16.
	rawRate = 32_000
	// linkedAudio is how long audio behind a URL is taken to be.
	linkedAudio = 10 * time.Second

	maxKeyterms      = 1000
	maxKeytermLength = 49
	maxKeytermWords  = 5
	maxExports       = 10
)

func sttRoutes() []route {
	return []route{routeTo(http.MethodPost, "/v1/speech-to-text", endpoint{read: readSTT})}
}

// AudioInfo describes audio that is to be transcribed, for [WithTranscript].
type AudioInfo struct {
	// Model is the model_id, Language the language_code of the request, empty
	// where the language is to be detected.
	Model, Language string
	// File is the upload. It is zero for audio behind a URL.
	File File
	// URL is the source_url or cloud_storage_url, if that was given.
	URL string
	// Duration is measured where the format is known, else guessed by size.
	Duration time.Duration
	// Channels is how many there are, 1 where that is not known. Channel is the
	// one that is heard, from 0, and 0 outside multi-channel mode.
	Channels, Channel int
}

// An sttJob is audio to be transcribed.
type sttJob struct {
	upload *upload
	info   AudioInfo
	made   *item // the synthesis that the file came from; nil for another

	granularity  string
	diarize      bool
	roles        bool
	raw          bool
	webhook      bool
	webhookID    string
	metadata     map[string]any // comes back with the delivery
	multiChannel bool
	combined     bool
	unlogged     bool // nothing is to be kept
	entities     bool // entities are wanted in the answer
	entityRules  bool // entities are detected or redacted
	exports      []exportOptions
}

// readSTT takes the upload and checks the form against the schema.
func readSTT(c *call) (job, *failure) {
	u, fail := readUpload(c.r)
	j := &sttJob{upload: u}
	c.note(func(r *Request) {
		r.Form = u.form
		if u.file != nil {
			r.File = &u.file.File
		}
	})
	if fail != nil {
		return j, fail
	}
	f := u.fields()
	j.info.Model = f.text("model_id", required)
	j.info.Language = f.text("language_code", nullable)
	j.readModes(f)
	f.integer("num_speakers", 1, 32)
	f.number("diarization_threshold", 0.1, 0.4)
	f.number("temperature", 0, 2)
	f.integer("seed", 0, 1<<31-1)
	q := fields{problems: f.problems, loc: []any{"query"}, values: queryValues(c.r.URL.Query())}
	j.unlogged = !q.boolean("enable_logging", optional, true)
	return j, f.failure()
}

func (j *sttJob) readModes(f fields) {
	f.boolean("tag_audio_events", optional, true)
	f.boolean("no_verbatim", optional, false)
	f.boolean("use_speaker_library", optional, false)
	j.granularity = f.oneOf("timestamps_granularity", "word", "none", "word", "character")
	j.diarize = f.boolean("diarize", optional, false)
	j.roles = f.boolean("detect_speaker_roles", optional, false)
	j.raw = f.oneOf("file_format", "other", "pcm_s16le_16", "other") == "pcm_s16le_16"
	j.webhook = f.boolean("webhook", optional, false)
	j.webhookID = f.text("webhook_id", nullable)
	j.multiChannel = f.boolean("use_multi_channel", optional, false)
	j.combined = f.oneOf("multichannel_output_style", "separate", "separate", "combined") == "combined"
	redacted := len(j.upload.values("entity_redaction")) > 0
	detected := len(j.upload.values("entity_detection")) > 0
	j.entityRules = redacted || detected
	j.entities = detected && !redacted // redaction leaves the entities out
}

// check takes the rules that the schema cannot tell.
func (j *sttJob) check(c *call) *failure {
	if !slices.Contains([]string{"scribe_v1", "scribe_v1_experimental", "scribe_v2"}, j.info.Model) {
		return invalid("unsupported_model", "invalid_model_id",
			"'%s' is not a valid model_id. Only 'scribe_v1', 'scribe_v2' are supported.", j.info.Model)
	}
	if fail := j.checkSource(); fail != nil {
		return fail
	}
	if fail := j.checkKeyterms(); fail != nil {
		return fail
	}
	if fail := j.readExports(); fail != nil {
		return fail
	}
	if fail := j.checkWebhook(c.e); fail != nil {
		return fail
	}
	if fail := j.measure(c.e); fail != nil {
		return fail
	}
	return j.checkModes()
}

func (j *sttJob) checkSource() *failure {
	u, sources := j.upload, 0
	if u.file != nil {
		sources++
	}
	for _, name := range []string{"source_url", "cloud_storage_url"} {
		if v := u.values(name); len(v) > 0 && v[0] != "" {
			j.info.URL = v[0]
			sources++
		}
	}
	if sources != 1 {
		return invalid("invalid_parameters", "invalid_parameters",
			"Exactly one of file, source_url or cloud_storage_url must be provided.")
	}
	if u.file != nil && u.file.Size == 0 {
		return &failure{
			http: http.StatusBadRequest, legacy: true, status: "invalid_content",
			message: "File upload is corrupted. Please ensure it is playable audio.",
		}
	}
	return nil
}

// checkKeyterms finds, among others, the list that was sent as one JSON text.
func (j *sttJob) checkKeyterms() *failure {
	terms := j.upload.values("keyterms")
	refuse := func(status, message string) *failure {
		f := invalid("invalid_parameters", status, "%s", message)
		f.param = "keywords" // the vendor's name for them
		return f
	}
	switch {
	case len(terms) > 0 && strings.HasPrefix(j.info.Model, "scribe_v1"):
		return refuse("invalid_parameters", "Keyterms are not supported with this model")
	case len(terms) > maxKeyterms:
		return refuse("invalid_keyword_length", "Too many keywords")
	}
	for _, t := range terms {
		if utf8.RuneCountInString(t) > maxKeytermLength || len(strings.Fields(t)) > maxKeytermWords {
			return refuse("invalid_keyword_length", "Some keyword is too long")
		}
		if strings.ContainsAny(t, `<>{}[]\`) {
			return refuse("invalid_keyword", "Some keyword contains invalid characters")
		}
	}
	return nil
}

// readExports reads additional_formats: one part that holds a JSON array.
func (j *sttJob) readExports() *failure {
	parts := j.upload.values("additional_formats")
	if len(parts) == 0 {
		return nil
	}
	refused := invalid("invalid_parameters", "invalid_additional_format_options",
		"The additional_formats must be one JSON array of at most %d known formats", maxExports)
	refused.param = "additional_formats"
	if len(parts) > 1 || json.Unmarshal([]byte(parts[0]), &j.exports) != nil || len(j.exports) > maxExports {
		return refused
	}
	for _, x := range j.exports {
		if _, ok := exportKinds[x.Format]; !ok {
			return refused
		}
	}
	return nil
}

// checkWebhook looks at where the transcript is to be delivered, and what with:
// a JSON object of at most 16 KB and two levels.
func (j *sttJob) checkWebhook(e *Emulator) *failure {
	if j.webhookID != "" && (!j.webhook || e.cfg.hooksOf(j.webhookID) == nil) {
		return invalid("invalid_parameters", "invalid_parameters", "There is no webhook '%s' for this request.", j.webhookID)
	}
	parts := j.upload.values("webhook_metadata")
	if len(parts) == 0 || parts[0] == "" {
		return nil
	}
	if len(parts) > 1 || len(parts[0]) > 16<<10 || json.Unmarshal([]byte(parts[0]), &j.metadata) != nil || depth(j.metadata) > 2 {
		return invalid("invalid_parameters", "invalid_webhook_metadata",
			"The webhook_metadata must be a JSON object of at most 16 KB and 2 levels.")
	}
	return nil
}

// depth counts the objects and lists inside each other.
func depth(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			deepest = max(deepest, depth(x))
		}
	case []any:
		for _, x := range v {
			deepest = max(deepest, depth(x))
		}
	default:
		return 0
	}
	return deepest + 1
}

// measure finds out what the file is and how long it lasts.
func (j *sttJob) measure(e *Emulator) *failure {
	j.info.Channels, j.info.Duration = 1, linkedAudio
	f := j.upload.file
	if f == nil {
		return nil
	}
	j.info.File = f.File
	if it, ok := e.spoken(f.sum); ok {
		j.made = &it
	}
	bytesPerSecond := int64(guessedRate)
	if j.raw {
		bytesPerSecond = rawRate
	}
	// In two steps, for a file of gigabytes times a second of nanoseconds
	// would not fit.
	whole, part := f.Size/bytesPerSecond, f.Size%bytesPerSecond
	j.info.Duration = time.Duration(whole)*time.Second + time.Duration(part)*time.Second/time.Duration(bytesPerSecond)
	measured, ok := audio.Measure(f.head, f.Size)
	switch {
	case j.raw:
	case ok:
		j.info.Duration, j.info.Channels = measured.Duration, max(measured.Channels, 1)
	case j.made != nil:
		j.info.Duration = time.Duration(j.made.audioSeconds * float64(time.Second))
	}
	if j.info.Duration < shortestAudio {
		return invalid("audio_too_short", "audio_too_short", "The audio must be at least 100 milliseconds long.")
	}
	return nil
}

// checkModes looks for modes that exclude each other.
func (j *sttJob) checkModes() *failure {
	refuse := func(message string) *failure {
		return invalid("invalid_parameters", "invalid_parameters", "%s", message)
	}
	switch {
	case j.multiChannel && j.info.Channels > maxChannels:
		return refuse("Multi-channel audio may have at most 5 channels.")
	case j.multiChannel && j.combined && j.granularity == "none":
		return refuse("The combined output style needs timestamps.")
	case j.multiChannel && j.combined && j.entityRules:
		return refuse("The combined output style excludes entity detection and redaction.")
	case j.roles && (!j.diarize || j.multiChannel):
		return refuse("Speaker roles need diarize and exclude use_multi_channel.")
	}
	return nil
}

func (j *sttJob) charge() charge {
	pieces := (j.info.Duration + pieceOfAudio - 1) / pieceOfAudio
	weight := min(maxParallel, max(int(pieces), 1))
	if j.multiChannel {
		weight *= max(j.info.Channels, 1)
	}
	return charge{family: elevenlabs.FamilySTT, weight: weight, audio: j.info.Duration}
}

func (j *sttJob) answer(c *call) {
	d := c.e.cfg.service
	if l := c.e.cfg.latency; d <= 0 {
		d = l.STTBase + time.Duration(j.info.Duration.Seconds()*float64(l.PerAudioSecond))
	}
	made := keptTranscript{id: newID(), ready: c.serviceEnd(d)}
	made.shape = j.transcribe(c.e, made.id)
	if !j.unlogged {
		c.e.keep(made)
	}
	if j.webhook {
		j.accept(c, made, d)
		return
	}
	if c.waitUntil(made.ready) == nil {
		c.sendJSON(http.StatusOK, made.shape)
	}
}

// accept answers before the work is done. It goes on, and counts, afterwards.
func (j *sttJob) accept(c *call, made keptTranscript, d time.Duration) {
	c.leaveAfter(c.e.scaled(d + c.e.cfg.linger))
	id := newID()
	c.e.post(j, id, made)
	c.sendJSON(http.StatusOK, webhookAnswer{
		Message:   "Request processed successfully. The result will be sent to your webhook.",
		RequestID: id, TranscriptionID: made.id,
	})
}
