package elevenlabstest

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

const (
	maxChannels      = 5
	maxKeyterms      = 1000
	maxKeytermLength = 49
	maxKeytermWords  = 5
	maxExports       = 10
	maxMetadata      = 16 << 10
)

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
	if fail := j.checkEntities(); fail != nil {
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
	if len(parts) > 1 || len(parts[0]) > maxMetadata || json.Unmarshal([]byte(parts[0]), &j.metadata) != nil || depth(j.metadata) > 2 {
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
	for _, sum := range [][sha256.Size]byte{f.sum, f.samples} {
		if it, ok := e.spoken(sum); ok {
			j.made = &it
			break
		}
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
	case j.multiChannel && j.combined && len(j.detected) > 0:
		return refuse("The combined output style excludes entity detection and redaction.")
	case j.roles && (!j.diarize || j.multiChannel):
		return refuse("Speaker roles need diarize and exclude use_multi_channel.")
	}
	return nil
}
