package elevenlabs

// VoiceFineTuning is how far the making of a professional voice is.
type VoiceFineTuning struct {
	IsAllowedToFineTune bool `json:"is_allowed_to_fine_tune"`
	// State is by model: not_started, queued, fine_tuning, fine_tuned, failed or
	// delayed.
	State                       map[string]string `json:"state"`
	VerificationFailures        []string          `json:"verification_failures"`
	VerificationAttemptsCount   int               `json:"verification_attempts_count"`
	ManualVerificationRequested bool              `json:"manual_verification_requested"`
	Language                    string            `json:"language,omitempty"`
	// Progress and Message are by model.
	Progress               map[string]float64    `json:"progress,omitempty"`
	Message                map[string]string     `json:"message,omitempty"`
	DatasetDurationSeconds *float64              `json:"dataset_duration_seconds,omitempty"`
	VerificationAttempts   []VerificationAttempt `json:"verification_attempts,omitempty"`
	SliceIDs               []string              `json:"slice_ids,omitempty"`
	// ManualVerification is what was sent in to prove whose voice it is.
	ManualVerification *struct {
		ExtraText       string `json:"extra_text"`
		RequestTimeUnix int64  `json:"request_time_unix"`
		Files           []struct {
			FileID         string `json:"file_id"`
			FileName       string `json:"file_name"`
			MIMEType       string `json:"mime_type"`
			SizeBytes      int64  `json:"size_bytes"`
			UploadDateUnix int64  `json:"upload_date_unix"`
		} `json:"files"`
	} `json:"manual_verification,omitempty"`
	MaxVerificationAttempts *int `json:"max_verification_attempts,omitempty"`
	// NextMaxVerificationAttemptsResetUnixMS is in milliseconds.
	NextMaxVerificationAttemptsResetUnixMS *int64 `json:"next_max_verification_attempts_reset_unix_ms,omitempty"`
}

// VoiceVerification is whether a voice was proved to be its owner's.
type VoiceVerification struct {
	RequiresVerification      bool                  `json:"requires_verification"`
	IsVerified                bool                  `json:"is_verified"`
	VerificationFailures      []string              `json:"verification_failures"`
	VerificationAttemptsCount int                   `json:"verification_attempts_count"`
	Language                  string                `json:"language,omitempty"`
	VerificationAttempts      []VerificationAttempt `json:"verification_attempts,omitempty"`
}

// A VerificationAttempt is one try to prove whose a voice is, by reading a
// text aloud.
type VerificationAttempt struct {
	Text                string  `json:"text"`
	DateUnix            int64   `json:"date_unix"`
	Accepted            bool    `json:"accepted"`
	Similarity          float64 `json:"similarity"`
	LevenshteinDistance float64 `json:"levenshtein_distance"`
	Recording           *struct {
		RecordingID    string `json:"recording_id"`
		MIMEType       string `json:"mime_type"`
		SizeBytes      int64  `json:"size_bytes"`
		UploadDateUnix int64  `json:"upload_date_unix"`
		Transcription  string `json:"transcription"`
	} `json:"recording,omitempty"`
}

// VoiceSharing is how a voice is shared with others, or, for one that was
// added from the library, where it comes from. Rates multiply what speech with
// the voice costs.
type VoiceSharing struct {
	// Status is enabled, disabled, copied or copied_disabled.
	Status              string   `json:"status"`
	HistoryItemSampleID string   `json:"history_item_sample_id,omitempty"`
	DateUnix            int64    `json:"date_unix"`
	WhitelistedEmails   []string `json:"whitelisted_emails"`
	PublicOwnerID       string   `json:"public_owner_id"`
	// OriginalVoiceID is the voice's id in the library.
	OriginalVoiceID         string `json:"original_voice_id"`
	FinancialRewardsEnabled bool   `json:"financial_rewards_enabled"`
	FreeUsersAllowed        bool   `json:"free_users_allowed"`
	// LiveModerationEnabled tells that texts are checked before they are spoken.
	LiveModerationEnabled bool     `json:"live_moderation_enabled"`
	Rate                  *float64 `json:"rate,omitempty"`
	FiatRate              *float64 `json:"fiat_rate,omitempty"`
	// NoticePeriod is how many days the voice stays after its owner has
	// withdrawn it, and DisableAtUnix when it goes.
	NoticePeriod       int    `json:"notice_period"`
	DisableAtUnix      *int64 `json:"disable_at_unix,omitempty"`
	VoiceMixingAllowed bool   `json:"voice_mixing_allowed"`
	Featured           bool   `json:"featured"`
	// Category is as of a Voice.
	Category         string            `json:"category"`
	ReaderAppEnabled *bool             `json:"reader_app_enabled,omitempty"`
	ImageURL         string            `json:"image_url,omitempty"`
	BanReason        string            `json:"ban_reason,omitempty"`
	LikedByCount     int               `json:"liked_by_count"`
	ClonedByCount    int               `json:"cloned_by_count"`
	Name             string            `json:"name"`
	Description      string            `json:"description,omitempty"`
	Labels           map[string]string `json:"labels"`
	// ReviewStatus is not_requested, pending, declined, allowed or
	// allowed_with_changes.
	ReviewStatus      string `json:"review_status"`
	ReviewMessage     string `json:"review_message,omitempty"`
	EnabledInLibrary  bool   `json:"enabled_in_library"`
	InstagramUsername string `json:"instagram_username,omitempty"`
	TwitterUsername   string `json:"twitter_username,omitempty"`
	YouTubeUsername   string `json:"youtube_username,omitempty"`
	TikTokUsername    string `json:"tiktok_username,omitempty"`
	// ModerationCheck is what the vendor found.
	ModerationCheck *struct {
		DateCheckedUnix  *int64    `json:"date_checked_unix,omitempty"`
		NameValue        string    `json:"name_value,omitempty"`
		NameCheck        *bool     `json:"name_check,omitempty"`
		DescriptionValue string    `json:"description_value,omitempty"`
		DescriptionCheck *bool     `json:"description_check,omitempty"`
		SampleIDs        []string  `json:"sample_ids,omitempty"`
		SampleChecks     []float64 `json:"sample_checks,omitempty"`
		CaptchaIDs       []string  `json:"captcha_ids,omitempty"`
		CaptchaChecks    []float64 `json:"captcha_checks,omitempty"`
	} `json:"moderation_check,omitempty"`
	// ReaderRestrictedOn lists what the voice may not read in the reader app.
	ReaderRestrictedOn []struct {
		// ResourceType is read or collection.
		ResourceType string `json:"resource_type"`
		ResourceID   string `json:"resource_id"`
	} `json:"reader_restricted_on,omitempty"`
}
