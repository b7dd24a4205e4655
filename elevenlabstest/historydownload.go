package elevenlabstest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// maxArchive is how much audio one zip archive of the emulator's holds.
const maxArchive = 256 << 20

// A historyDownload is the audio of items: of one as it is, of several in an
// archive.
type historyDownload struct {
	ids    []string
	format string
	files  []historyFile
}

// A historyFile is one item to be sent.
type historyFile struct {
	name   string
	spec   audio.Spec
	source *tone.Source
}

func readDownload(c *call) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	j := &historyDownload{ids: f.texts("history_item_ids", required), format: f.text("output_format", nullable)}
	return j, f.failure()
}

// refuseDownload is an answer in the shape that this endpoint alone has.
func refuseDownload(code, format string, args ...any) *failure {
	return &failure{http: http.StatusBadRequest, pair: true, code: code, message: fmt.Sprintf(format, args...)}
}

func (j *historyDownload) check(c *call) *failure {
	switch {
	case j.format != "" && j.format != "default" && j.format != "wav":
		return refuseDownload("invalid_output_format", "output_format must be wav or none")
	case len(j.ids) == 0:
		return refuseDownload("no_history_items", "history_item_ids must not be empty")
	}
	var total int64
	for _, id := range j.ids {
		file, fail := j.file(c.e, id)
		if fail != nil {
			return fail
		}
		if total += file.source.Len(); total > maxArchive {
			return notImplemented("makes archives of at most %d MB.", maxArchive>>20)
		}
		j.files = append(j.files, file)
	}
	return nil
}

// file makes an item's audio again, in WAV of the same rate where that is
// wanted.
func (j *historyDownload) file(e *Emulator, id string) (historyFile, *failure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	it := e.itemShown(id)
	if it == nil || it.state(time.Now()) != "created" {
		return historyFile{}, refuseDownload("history_item_not_found", "A history item with ID '%s' was not found.", id)
	}
	spec, _ := audio.Parse(it.format)
	if j.format == "wav" {
		spec = audio.Spec{Codec: audio.WAV, RateHz: spec.RateHz, BitRate: spec.RateHz * 16}
	}
	source, err := it.sound(spec)
	if err != nil {
		return historyFile{}, notImplemented("cannot make %s of %s: %v.", spec.Codec, it.format, err)
	}
	return historyFile{name: it.historyItemID + extensionOf(spec.Codec), spec: spec, source: source}, nil
}

func extensionOf(codec audio.Codec) string {
	if codec == audio.Opus {
		return ".ogg"
	}
	return "." + string(codec)
}

func (j *historyDownload) charge() charge { return charge{} }

func (j *historyDownload) answer(c *call) {
	if len(j.files) == 1 {
		f := j.files[0]
		c.sendFile(f.spec.ContentType(), delivery{body: f.source, size: f.source.Len()})
		return
	}
	archive := j.archive()
	c.sendFile("application/zip", delivery{body: archive, size: int64(archive.Len())})
}

func (j *historyDownload) archive() *bytes.Buffer {
	var out bytes.Buffer
	// Nothing here can fail: the sources are arithmetic and the buffer is memory.
	w := zip.NewWriter(&out)
	for _, f := range j.files {
		part, _ := w.Create(f.name)
		_, _ = io.Copy(part, f.source)
	}
	_ = w.Close()
	return &out
}
