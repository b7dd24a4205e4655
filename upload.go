package elevenlabs

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

// rawFileFormat is the file_format of samples without a header.
const rawFileFormat = "pcm_s16le_16"

// An uploadRequest is a request that is a form around one file.
type uploadRequest struct {
	name   string // of its type, for errors
	fields any    // a struct whose JSON tags name the form's fields, the file's among them
	file   string // the file's field
	audio  AudioSource
	extra  map[string]string
}

// body prepares the file and writes the form: fields, then the file.
func (u *uploadRequest) body() (Body, content, error) {
	src, err := u.audio.upload(u.name + ".Audio")
	if err != nil {
		return Body{}, content{}, err
	}
	form := multipart.New()
	if err := u.fill(form); err != nil {
		return Body{}, content{}, err
	}
	form.AddFile(u.file, src.File)
	return formBody(form, src), src, nil
}

// upload prepares a source where the API takes no URL.
func (s AudioSource) upload(field string) (content, error) {
	if err := s.validate(field); err != nil {
		return content{}, err
	}
	if s.kind == sourceURL {
		return content{}, badArgument(field, "the vendor does not fetch a URL here; use AudioBytes, AudioReader or AudioFile")
	}
	return s.prepare(field)
}

// fill writes the fields in the order of their names: text as it is, anything
// else as its JSON.
func (u *uploadRequest) fill(form *multipart.Form) error {
	data, err := json.Marshal(u.fields)
	if err != nil {
		return badArgument(u.name, "cannot be written as JSON: %v", err)
	}
	fields := make(map[string]json.RawMessage)
	if err := json.Unmarshal(data, &fields); err != nil {
		return badArgument(u.name, "cannot be written as JSON: %v", err)
	}
	delete(fields, u.file)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text := string(fields[name])
		_ = json.Unmarshal(fields[name], &text) // fails for what is not text
		form.Add(name, text)
	}
	for _, name := range slices.Sorted(maps.Keys(u.extra)) {
		if name == "" || name == u.file || form.Has(name) {
			return badArgument(u.name+".Extra", "%q is not a field of its own", name)
		}
		form.Add(name, u.extra[name])
	}
	return nil
}

// plays returns how long the audio of an upload is, 0 if that is not known.
func (c content) plays(fileFormat string) time.Duration {
	if fileFormat == rawFileFormat {
		return max(0, time.Duration(c.Size)*time.Second/32_000)
	}
	info, _ := c.measure()
	return info.Duration
}
