package elevenlabs

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

// clonePatience is how long the start of an answer about uploaded recordings
// may take: the vendor listens to all of them first.
const clonePatience = 5 * time.Minute

// An AddVoiceRequest is a voice to be cloned from recordings. Name and Files
// are required. A field at its zero value is left out.
type AddVoiceRequest struct {
	// Name is what the account will call the voice.
	Name string `json:"name"`
	// Files are recordings of one speaker, uploaded in constant memory. None of
	// them may be a URL.
	Files []AudioSource `json:"files"`
	// RemoveBackgroundNoise cleans the recordings first. Default false.
	RemoveBackgroundNoise bool `json:"remove_background_noise,omitempty"`
	// Description is for people.
	Description string `json:"description,omitempty"`
	// Labels are such as language, accent, gender and age.
	Labels map[string]string `json:"labels,omitempty"`
}

// An AddedVoice is the outcome of [Client.AddVoice].
type AddedVoice struct {
	// VoiceID is the new voice.
	VoiceID string `json:"voice_id"`
	// RequiresVerification tells that the voice cannot speak before its owner has
	// proved to be who it is, on the vendor's web site.
	RequiresVerification bool `json:"requires_verification"`
}

func (v *AddedVoice) lacks() string { return lacksID("voice_id", v.VoiceID) }

// AddVoice clones a voice from recordings: an instant clone, which takes one of
// the plan's voice slots and needs a paid plan. A lost answer is an
// [AmbiguousError]: the voice may have been made.
//
// Source: POST /v1/voices/add in the OpenAPI document.
func (c *Client) AddVoice(ctx context.Context, req AddVoiceRequest, opts ...CallOption) (*AddedVoice, error) {
	if len(req.Files) == 0 {
		return nil, badArgument("AddVoiceRequest.Files", "are missing; a voice is made of at least one recording")
	}
	call, err := voiceForm("AddVoiceRequest", EditVoiceRequest{
		Name: req.Name, Files: req.Files, RemoveBackgroundNoise: req.RemoveBackgroundNoise,
		Description: req.Description, Labels: req.Labels,
	})
	if err != nil {
		return nil, err
	}
	call.Op, call.Path = "Add voice", "/v1/voices/add"
	return ask[AddedVoice](ctx, c, call, opts)
}

// An EditVoiceRequest is what of a voice is to change. Name is required, by the
// vendor: give the present one to keep it. A field at its zero value is left
// out.
type EditVoiceRequest struct {
	Name string `json:"name"`
	// Files are further recordings.
	Files []AudioSource `json:"files,omitempty"`
	// RemoveBackgroundNoise cleans the recordings first. Default false.
	RemoveBackgroundNoise bool              `json:"remove_background_noise,omitempty"`
	Description           string            `json:"description,omitempty"`
	Labels                map[string]string `json:"labels,omitempty"`
	// ModerateMetadata has the vendor check name and description. Default false.
	ModerateMetadata bool `json:"moderate_metadata,omitempty"`
}

// EditVoice changes one of the account's own voices. It counts towards the
// plan's voice edits, so a lost answer is an [AmbiguousError] and the edit is
// not repeated.
//
// Source: POST /v1/voices/{voice_id}/edit in the OpenAPI document.
func (c *Client) EditVoice(ctx context.Context, id string, req EditVoiceRequest, opts ...CallOption) error {
	if err := checkID("Voice.ID", id); err != nil {
		return err
	}
	call, err := voiceForm("EditVoiceRequest", req)
	if err != nil {
		return err
	}
	call.Op, call.Path = "Edit voice", voicePath(id)+"/edit"
	_, err = ask[statusAnswer](ctx, c, call, opts)
	return err
}

// DeleteVoice deletes one of the account's own voices, or takes one of the
// library out of the account. There is no way back. A voice that the account
// does not have is [ErrVoiceNotFound], also when an earlier attempt of this
// call, whose answer was lost, has deleted it.
func (c *Client) DeleteVoice(ctx context.Context, id string, opts ...CallOption) error {
	if err := checkID("Voice.ID", id); err != nil {
		return err
	}
	_, err := ask[statusAnswer](ctx, c, Call{Op: "Delete voice", Method: http.MethodDelete, Path: voicePath(id)}, opts)
	return err
}

// VoiceSettings returns the settings stored with a voice.
func (c *Client) VoiceSettings(ctx context.Context, id string, opts ...CallOption) (*VoiceSettings, error) {
	if err := checkID("Voice.ID", id); err != nil {
		return nil, err
	}
	return ask[VoiceSettings](ctx, c, Call{Op: "Voice settings", Method: http.MethodGet, Path: voicePath(id) + "/settings"}, opts)
}

// DefaultVoiceSettings returns the settings of a voice that has none of its
// own.
func (c *Client) DefaultVoiceSettings(ctx context.Context, opts ...CallOption) (*VoiceSettings, error) {
	return ask[VoiceSettings](ctx, c, Call{Op: "Default voice settings", Method: http.MethodGet, Path: "/v1/voices/settings/default"}, opts)
}

// EditVoiceSettings stores settings with a voice, for every speech that brings
// none of its own. A nil field is left out, which by the vendor's schema is the
// vendor's default and not the present value: to change one setting, change it
// in what [Client.VoiceSettings] returns. It costs nothing, and is repeated
// when its answer is lost.
func (c *Client) EditVoiceSettings(ctx context.Context, id string, settings VoiceSettings, opts ...CallOption) error {
	if err := checkID("Voice.ID", id); err != nil {
		return err
	}
	if err := settings.validate("VoiceSettings"); err != nil {
		return err
	}
	body, err := JSONBody(settings)
	if err != nil {
		return err
	}
	_, err = ask[statusAnswer](ctx, c, Call{
		Op: "Edit voice settings", Method: http.MethodPost, Path: voicePath(id) + "/settings/edit",
		Body: body, Repeatable: true,
	}, opts)
	return err
}

// voiceForm checks a voice and describes its upload.
func voiceForm(field string, req EditVoiceRequest) (Call, error) {
	if err := checkText(field+".Name", req.Name); err != nil {
		return Call{}, err
	}
	form := multipart.New()
	req.fill(form)
	var files []content
	for _, src := range req.Files {
		file, err := src.upload(field + ".Files")
		if err != nil {
			return Call{}, err
		}
		form.AddFile("files", file.File)
		files = append(files, file)
	}
	call := Call{Method: http.MethodPost, Body: formBody(form, files...)}
	if len(files) > 0 {
		call.firstByte = clonePatience
	}
	return call, nil
}

// fill writes the form's fields.
func (r *EditVoiceRequest) fill(form *multipart.Form) {
	form.Add("name", r.Name)
	if r.RemoveBackgroundNoise {
		form.Add("remove_background_noise", "true")
	}
	if r.Description != "" {
		form.Add("description", r.Description)
	}
	if len(r.Labels) > 0 {
		labels, _ := json.Marshal(r.Labels) // text can always be written
		form.Add("labels", string(labels))  // the vendor wants an object as a string
	}
	if r.ModerateMetadata {
		form.Add("moderate_metadata", "true")
	}
}
