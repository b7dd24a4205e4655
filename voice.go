package elevenlabs

import (
	"encoding/json"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

// A Voice is one that the account can speak with: its own, one of the vendor's,
// or one of the library that was added. What the API does not tell is zero or
// nil.
//
// Source: VoiceResponseModel in the OpenAPI document.
type Voice struct {
	// ID is what [WithVoice] and TTSRequest.VoiceID take.
	ID string `json:"voice_id"`
	// Name is for people, and need not be unique. The vendor's own voices are
	// called like "Sarah - Mature, Reassuring, Confident".
	Name string `json:"name"`
	// Samples are the recordings that the voice was made of.
	Samples []VoiceSample `json:"samples,omitempty"`
	// Category is generated, cloned, premade, professional, famous or
	// high_quality.
	Category string `json:"category"`
	// FineTuning is how far the making of a professional voice is.
	FineTuning *VoiceFineTuning `json:"fine_tuning,omitempty"`
	// Labels are such as accent, age, gender, language and use_case.
	Labels      map[string]string `json:"labels"`
	Description string            `json:"description,omitempty"`
	// PreviewURL is a spoken sample.
	PreviewURL string `json:"preview_url,omitempty"`
	// AvailableForTiers lists the plans that may use the voice; empty for all.
	AvailableForTiers []string `json:"available_for_tiers"`
	// Settings are those stored with the voice.
	Settings *VoiceSettings `json:"settings,omitempty"`
	// Sharing is how the voice is shared, or where it was shared from.
	Sharing *VoiceSharing `json:"sharing,omitempty"`
	// HighQualityBaseModelIDs are the models the voice is best with.
	HighQualityBaseModelIDs []string           `json:"high_quality_base_model_ids"`
	VerifiedLanguages       []VerifiedLanguage `json:"verified_languages,omitempty"`
	CollectionIDs           []string           `json:"collection_ids,omitempty"`
	// SafetyControl is NONE, BAN, CAPTCHA, ENTERPRISE_BAN or ENTERPRISE_CAPTCHA.
	SafetyControl     string             `json:"safety_control,omitempty"`
	VoiceVerification *VoiceVerification `json:"voice_verification,omitempty"`
	// PermissionOnResource is what the key's user may do with the voice.
	PermissionOnResource string `json:"permission_on_resource,omitempty"`
	// IsOwner tells whether the voice is the user's own.
	IsOwner  *bool `json:"is_owner,omitempty"`
	IsLegacy *bool `json:"is_legacy,omitempty"`
	IsMixed  *bool `json:"is_mixed,omitempty"`
	// FavoritedAtUnix and CreatedAtUnix are in seconds.
	FavoritedAtUnix *int64 `json:"favorited_at_unix,omitempty"`
	CreatedAtUnix   *int64 `json:"created_at_unix,omitempty"`
	IsBookmarked    *bool  `json:"is_bookmarked,omitempty"`
	// RecordingQuality is studio, good, ok, poor or bad.
	RecordingQuality string `json:"recording_quality,omitempty"`
	// LabellingStatus is in_review or review_complete.
	LabellingStatus        string `json:"labelling_status,omitempty"`
	RecordingQualityReason string `json:"recording_quality_reason,omitempty"`
	// Extra holds what this package has no field for.
	Extra map[string]json.RawMessage `json:"-"`
}

func (v *Voice) lacks() string { return lacksID("voice_id", v.ID) }

// UnmarshalJSON keeps unknown fields in Extra.
func (v *Voice) UnmarshalJSON(data []byte) (err error) {
	type plain Voice
	v.Extra, err = extra.Unmarshal(data, (*plain)(v))
	return err
}

// MarshalJSON writes the fields of Extra too.
func (v Voice) MarshalJSON() ([]byte, error) {
	type plain Voice
	return extra.Marshal(plain(v), v.Extra)
}

// A VerifiedLanguage is a language that a voice was found to speak well with a
// model.
type VerifiedLanguage struct {
	// Language is in ISO 639-1.
	Language string `json:"language"`
	ModelID  string `json:"model_id"`
	Accent   string `json:"accent,omitempty"`
	// Locale is like en-US.
	Locale     string `json:"locale,omitempty"`
	PreviewURL string `json:"preview_url,omitempty"`
}

// A VoiceSample is a recording that a voice was made of.
type VoiceSample struct {
	SampleID  string `json:"sample_id"`
	FileName  string `json:"file_name"`
	MIMEType  string `json:"mime_type"`
	SizeBytes int64  `json:"size_bytes"`
	Hash      string `json:"hash"`
	// DurationSeconds is how long it plays.
	DurationSeconds         *float64 `json:"duration_secs,omitempty"`
	RemoveBackgroundNoise   *bool    `json:"remove_background_noise,omitempty"`
	HasIsolatedAudio        *bool    `json:"has_isolated_audio,omitempty"`
	HasIsolatedAudioPreview *bool    `json:"has_isolated_audio_preview,omitempty"`
	// SpeakerSeparation is who is heard in it.
	SpeakerSeparation *struct {
		VoiceID  string `json:"voice_id"`
		SampleID string `json:"sample_id"`
		// Status is not_started, pending, completed or failed.
		Status string `json:"status"`
		// Speakers are by their id, with times in seconds.
		Speakers map[string]struct {
			SpeakerID       string  `json:"speaker_id"`
			DurationSeconds float64 `json:"duration_secs"`
			Utterances      []struct {
				Start float64 `json:"start"`
				End   float64 `json:"end"`
			} `json:"utterances,omitempty"`
		} `json:"speakers,omitempty"`
		SelectedSpeakerIDs []string `json:"selected_speaker_ids,omitempty"`
	} `json:"speaker_separation,omitempty"`
	// TrimStart and TrimEnd are what of it is used; the document does not tell
	// their unit.
	TrimStart *int `json:"trim_start,omitempty"`
	TrimEnd   *int `json:"trim_end,omitempty"`
}
