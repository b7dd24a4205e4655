package elevenlabs

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

// validate refuses what the API would refuse, and what cannot have been meant.
func (r *STTRequest) validate() error {
	if err := r.Audio.validate("STTRequest.Audio"); err != nil {
		return err
	}
	if err := r.Audio.checkSamples("STTRequest", r.FileFormat); err != nil {
		return err
	}
	for _, id := range []struct{ field, value string }{
		{"ModelID", r.ModelID}, {"LanguageCode", r.LanguageCode}, {"TimestampsGranularity", r.TimestampsGranularity},
		{"FileFormat", r.FileFormat}, {"MultichannelOutputStyle", r.MultichannelOutputStyle},
		{"EntityRedactionMode", r.EntityRedactionMode}, {"WebhookID", r.WebhookID},
	} {
		if id.value != "" {
			if err := checkID("STTRequest."+id.field, id.value); err != nil {
				return err
			}
		}
	}
	for _, check := range []func() error{r.validateNumbers, r.validateSpeakers, r.validateEntities, r.validateKeyterms, r.validateDelivery} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r *STTRequest) validateNumbers() error {
	switch {
	case r.NumSpeakers < 0 || r.NumSpeakers > 32:
		return badArgument("STTRequest.NumSpeakers", "%d is not from 1 to 32", r.NumSpeakers)
	case outside(r.DiarizationThreshold, 0.1, 0.4):
		return badArgument("STTRequest.DiarizationThreshold", "%v is not from 0.1 to 0.4", *r.DiarizationThreshold)
	case outside(r.Temperature, 0, 2):
		return badArgument("STTRequest.Temperature", "%v is not from 0 to 2", *r.Temperature)
	case r.Seed != nil && *r.Seed > math.MaxInt32:
		return badArgument("STTRequest.Seed", "%d is above %d", *r.Seed, math.MaxInt32)
	case r.Duration < 0:
		return badArgument("STTRequest.Duration", "%v is negative", r.Duration)
	case r.Channels < 0:
		return badArgument("STTRequest.Channels", "%d is negative", r.Channels)
	case strings.ContainsFunc(r.Token, notVisible):
		return badArgument("STTRequest.Token", "contains white space or characters outside ASCII")
	}
	return nil
}

func outside(v *float64, low, high float64) bool {
	return v != nil && !(*v >= low && *v <= high) // NaN is outside
}

func (r *STTRequest) validateSpeakers() error {
	switch {
	case r.DiarizationThreshold != nil && (!r.Diarize || r.NumSpeakers > 0):
		return badArgument("STTRequest.DiarizationThreshold", "needs Diarize and excludes NumSpeakers")
	case r.UseSpeakerLibrary && !r.Diarize:
		return badArgument("STTRequest.UseSpeakerLibrary", "needs Diarize")
	case r.DetectSpeakerRoles && (!r.Diarize || r.UseMultiChannel):
		return badArgument("STTRequest.DetectSpeakerRoles", "needs Diarize and excludes UseMultiChannel")
	case r.MultichannelOutputStyle != "" && !r.UseMultiChannel:
		return badArgument("STTRequest.MultichannelOutputStyle", "needs UseMultiChannel")
	case r.MultichannelOutputStyle == "combined" && r.TimestampsGranularity == "none":
		return badArgument("STTRequest.MultichannelOutputStyle", "combined needs timestamps")
	case r.MultichannelOutputStyle == "combined" && len(r.EntityDetection) > 0:
		return badArgument("STTRequest.MultichannelOutputStyle", "combined excludes EntityDetection")
	}
	return nil
}

func (r *STTRequest) validateEntities() error {
	switch {
	case slices.Contains(r.EntityDetection, ""):
		return badArgument("STTRequest.EntityDetection", "an entry is empty")
	case slices.Contains(r.EntityRedaction, ""):
		return badArgument("STTRequest.EntityRedaction", "an entry is empty")
	case len(r.EntityRedaction) > 0 && len(r.EntityDetection) == 0:
		return badArgument("STTRequest.EntityRedaction", "needs EntityDetection")
	case r.EntityRedactionMode != "" && len(r.EntityRedaction) == 0:
		return badArgument("STTRequest.EntityRedactionMode", "needs EntityRedaction")
	}
	return nil
}

func (r *STTRequest) validateKeyterms() error {
	const field = "STTRequest.Keyterms"
	if len(r.Keyterms) > 1000 {
		return badArgument(field, "%d given, at most 1000", len(r.Keyterms))
	}
	for _, k := range r.Keyterms {
		switch {
		case strings.TrimSpace(k) == "":
			return badArgument(field, "a term is blank")
		case utf8.RuneCountInString(k) >= 50:
			return badArgument(field, "%q has 50 characters or more", k)
		case len(strings.Fields(k)) > 5:
			return badArgument(field, "%q has more than 5 words", k)
		case strings.ContainsAny(k, `<>{}[]\`):
			return badArgument(field, `%q has one of <>{}[]\`, k)
		}
	}
	return nil
}

func (r *STTRequest) validateDelivery() error {
	switch {
	case r.WebhookID != "" && !r.Webhook:
		return badArgument("STTRequest.WebhookID", "needs Webhook")
	case len(r.WebhookMetadata) > 0 && !r.Webhook:
		return badArgument("STTRequest.WebhookMetadata", "needs Webhook")
	case len(r.AdditionalFormats) > 10:
		return badArgument("STTRequest.AdditionalFormats", "%d given, at most 10", len(r.AdditionalFormats))
	}
	for _, f := range r.AdditionalFormats {
		if f.Format == "" {
			return badArgument("STTRequest.AdditionalFormats", "one has no Format")
		}
	}
	return nil
}

// fill writes the form's fields, in the encodings that live answers proved:
// lists of terms as repeated fields, additional formats as one field of JSON.
func (r *STTRequest) fill(form *multipart.Form) error {
	add := func(name, value string) {
		if value != "" {
			form.Add(name, value)
		}
	}
	yes := func(name string, set bool) {
		if set {
			form.Add(name, "true")
		}
	}
	list := func(name string, values []string) {
		for _, v := range values {
			form.Add(name, v)
		}
	}
	add("model_id", r.ModelID)
	if r.Audio.cloud {
		add("cloud_storage_url", r.Audio.url)
	} else {
		add("source_url", r.Audio.url)
	}
	add("language_code", r.LanguageCode)
	if r.TagAudioEvents != nil {
		form.Add("tag_audio_events", strconv.FormatBool(*r.TagAudioEvents))
	}
	if r.NumSpeakers > 0 {
		form.Add("num_speakers", strconv.Itoa(r.NumSpeakers))
	}
	add("timestamps_granularity", r.TimestampsGranularity)
	yes("diarize", r.Diarize)
	add("diarization_threshold", decimal(r.DiarizationThreshold))
	add("file_format", r.FileFormat)
	add("temperature", decimal(r.Temperature))
	if r.Seed != nil {
		form.Add("seed", strconv.FormatUint(uint64(*r.Seed), 10))
	}
	yes("use_multi_channel", r.UseMultiChannel)
	add("multichannel_output_style", r.MultichannelOutputStyle)
	list("entity_detection", r.EntityDetection)
	list("entity_redaction", r.EntityRedaction)
	add("entity_redaction_mode", r.EntityRedactionMode)
	yes("no_verbatim", r.NoVerbatim)
	yes("use_speaker_library", r.UseSpeakerLibrary)
	yes("detect_speaker_roles", r.DetectSpeakerRoles)
	list("keyterms", r.Keyterms)
	yes("webhook", r.Webhook)
	add("webhook_id", r.WebhookID)
	return r.fillJSON(form)
}

// fillJSON writes the fields whose values are JSON, and those of Extra.
func (r *STTRequest) fillJSON(form *multipart.Form) error {
	if len(r.AdditionalFormats) > 0 {
		b, err := json.Marshal(r.AdditionalFormats)
		if err != nil {
			return badArgument("STTRequest.AdditionalFormats", "cannot be written as JSON: %v", err)
		}
		form.Add("additional_formats", string(b))
	}
	if len(r.WebhookMetadata) > 0 {
		b, err := json.Marshal(r.WebhookMetadata)
		switch {
		case err != nil:
			return badArgument("STTRequest.WebhookMetadata", "cannot be written as JSON: %v", err)
		case len(b) > 16<<10:
			return badArgument("STTRequest.WebhookMetadata", "is %d bytes of JSON, at most %d", len(b), 16<<10)
		case depthOf(b) > 2:
			return badArgument("STTRequest.WebhookMetadata", "is %d levels deep, at most 2", depthOf(b))
		}
		form.Add("webhook_metadata", string(b))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Extra)) {
		if name == "" || name == "file" || form.Has(name) {
			return badArgument("STTRequest.Extra", "%q is not a field of its own", name)
		}
		form.Add(name, r.Extra[name])
	}
	return nil
}

func decimal(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

// depthOf counts how deep the objects and lists of a JSON text lie in each
// other.
func depthOf(data []byte) (deepest int) {
	depth := 0
	tokens := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := tokens.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			deepest = max(deepest, depth)
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}
