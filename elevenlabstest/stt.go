package elevenlabstest

import (
	"net/http"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
)

const (
	// shortestAudio is the least the vendor transcribes.
	shortestAudio = 100 * time.Millisecond
	// pieceOfAudio is how much one slot transcribes: longer audio is cut into up
	// to maxParallel pieces that count one each.
	pieceOfAudio = 480 * time.Second
	maxParallel  = 4
	// guessedRate is the bytes per second of audio that cannot be measured: that
	// of mp3_44100_128.
	guessedRate = 16_000
	// rawRate is the bytes per second of file_format pcm_s16le_16.
	rawRate = 32_000
	// linkedAudio is how long audio behind a URL is taken to be.
	linkedAudio = 10 * time.Second
)

func sttRoutes() []route {
	return []route{routeTo(http.MethodPost, "/v1/speech-to-text", endpoint{read: readSTT, token: "batch_scribe"})}
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
	unlogged     bool     // nothing is to be kept
	speakers     *int64   // at most; nil for not told
	detected     []string // entities, by type or category
	redacted     []string
	redaction    string // the mode
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
	j.speakers = f.integer("num_speakers", 1, 32)
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
	j.detected, j.redacted = j.upload.entityList("entity_detection"), j.upload.entityList("entity_redaction")
	j.redaction = f.text("entity_redaction_mode", nullable)
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
