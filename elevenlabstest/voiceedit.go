package elevenlabstest

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// maxVoices is how many slots for voices the account has, and maxVoiceEdits
// how often it may add and edit them.
const maxVoices, maxVoiceEdits = 30, 95

// A voiceForm is what makes or edits a voice.
type voiceForm struct {
	name        string
	description string
	labels      map[string]string // nil if they are not told
	samples     []sampleAnswer
	broken      *failure // that the schema cannot tell
}

// readVoiceForm reads a form and checks it against the schema.
func readVoiceForm(c *call, files presence) (voiceForm, *failure) {
	u, fail := readUpload(c.r)
	c.note(func(r *Request) {
		r.Form = u.form
		if all := u.files["files"]; len(all) > 0 {
			r.File = &all[0].File
		}
	})
	if fail != nil {
		return voiceForm{}, fail
	}
	f := u.fields()
	form := voiceForm{name: f.text("name", required), description: f.text("description", nullable)}
	clean := f.boolean("remove_background_noise", optional, false)
	f.boolean("moderate_metadata", optional, false)
	if files == required && len(u.files["files"]) == 0 {
		f.report("missing", "files", nil, nil, "Field required")
	}
	if labels := f.text("labels", nullable); labels != "" {
		if json.Unmarshal([]byte(labels), &form.labels) != nil {
			form.broken = invalid("invalid_parameters", "invalid_labels", "The labels must be a JSON object of texts.")
		}
	}
	for _, file := range u.files["files"] {
		form.addSample(file, clean)
	}
	return form, f.failure()
}

func (form *voiceForm) addSample(file *uploadedFile, clean bool) {
	if file.Size == 0 {
		form.broken = &failure{
			http: http.StatusBadRequest, legacy: true, status: "invalid_content",
			message: "File upload is corrupted. Please ensure it is playable audio.",
		}
	}
	s := sampleAnswer{
		SampleID: newID(), FileName: file.Name, MIMEType: file.ContentType, SizeBytes: file.Size,
		Hash: hex.EncodeToString(file.sum[:16]), RemoveBackgroundNoise: clean,
	}
	if info, ok := audio.Measure(file.head, file.Size); ok {
		seconds := info.Duration.Seconds()
		s.DurationSecs = &seconds
	}
	form.samples = append(form.samples, s)
}

func readAddVoice(c *call) (job, *failure) {
	form, fail := readVoiceForm(c, required)
	return &lookupJob{find: func(c *call) (any, *failure) {
		switch {
		case c.e.cfg.tier == elevenlabs.TierFree:
			return nil, &failure{
				http: http.StatusForbidden, legacy: true, status: "can_not_use_instant_voice_cloning",
				message: "Your subscription has no access to use instant voice cloning, please upgrade.",
			}
		case form.broken != nil:
			return nil, form.broken
		}
		return c.e.cloneVoice(form)
	}}, fail
}

func (e *Emulator) cloneVoice(form voiceForm) (any, *failure) {
	v := newVoice(newID(), form.name, cloned, "", "", form.description)
	admin, now := "admin", time.Now().Unix()
	v.Labels = make(map[string]string)
	maps.Copy(v.Labels, form.labels)
	v.Samples, v.PreviewURL, v.IsOwner, v.PermissionOnResource, v.CreatedAtUnix = form.samples, nil, true, &admin, &now
	v.HighQualityBaseModelIDs, v.VerifiedLanguages = []string{}, []verifiedLanguage{}
	e.mu.Lock()
	defer e.mu.Unlock()
	if fail := e.addVoice(v); fail != nil {
		return nil, fail
	}
	return map[string]any{"voice_id": v.VoiceID, "requires_verification": false}, nil
}

// addVoice puts a voice into a free slot. The caller holds the mutex. The
// vendor's own words are not known.
func (e *Emulator) addVoice(v voiceAnswer) *failure {
	if n := e.voiceSlots(); n >= maxVoices {
		return invalid("voice_limit_reached", "voice_limit_reached",
			"You have reached your maximum amount of custom voices (%d / %d).", n, maxVoices)
	}
	if fail := e.countEdit(); fail != nil {
		return fail
	}
	e.voices = append(e.voices, v)
	return nil
}

// countEdit counts an addition or an edit.
func (e *Emulator) countEdit() *failure {
	if e.edits >= maxVoiceEdits {
		return invalid("voice_add_edit_limit_reached", "voice_add_edit_limit_reached",
			"You have reached your maximum amount of voice additions and edits (%d).", maxVoiceEdits)
	}
	e.edits++
	return nil
}

func readEditVoice(c *call) (job, *failure) {
	form, fail := readVoiceForm(c, optional)
	return &lookupJob{find: func(c *call) (any, *failure) {
		if form.broken != nil {
			return nil, form.broken
		}
		return c.e.editVoice(c.vars["voice_id"], form)
	}}, fail
}

// editVoice changes what the form tells, and adds its files to the samples.
func (e *Emulator) editVoice(id string, form voiceForm) (any, *failure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.voice(id)
	switch {
	case v == nil:
		return nil, noVoice(id)
	case !v.IsOwner:
		return nil, &failure{
			http: http.StatusForbidden, kind: "authorization_error", code: "voice_access_denied",
			status: "voice_access_denied", message: "Only the owner of a voice can edit it.",
		}
	}
	if fail := e.countEdit(); fail != nil {
		return nil, fail
	}
	v.Name = form.name
	if form.description != "" {
		v.Description = form.description
	}
	if form.labels != nil {
		v.Labels = maps.Clone(form.labels)
	}
	v.Samples = slices.Concat(v.Samples, form.samples)
	return statusOK, nil
}

// readEditSettings reads settings. What is not told is the vendor's default,
// as its schema has it.
func readEditSettings(c *call) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	s := defaultSettings
	for _, set := range []struct {
		name string
		to   *float64
		most float64
	}{
		{"stability", &s.Stability, 1}, {"similarity_boost", &s.SimilarityBoost, 1}, {"style", &s.Style, 1},
		{"speed", &s.Speed, 1e9}, // the schema has no bounds; the model decides
	} {
		if x := f.number(set.name, 0, set.most); x != nil {
			*set.to = *x
		}
	}
	s.UseSpeakerBoost = f.boolean("use_speaker_boost", nullable, true)
	return &lookupJob{find: func(c *call) (any, *failure) { return c.e.editSettings(c.vars["voice_id"], s) }}, f.failure()
}

func (e *Emulator) editSettings(id string, s settingsAnswer) (any, *failure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.voice(id)
	if v == nil {
		return nil, noVoice(id)
	}
	v.Settings = &s
	return statusOK, nil
}
