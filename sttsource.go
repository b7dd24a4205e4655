package elevenlabs

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

// An AudioSource is where audio that is sent comes from. It is made
// by [AudioBytes], [AudioReader], [AudioFile], [AudioURL] or [AudioCloudURL].
type AudioSource struct {
	data   []byte
	reader io.Reader
	path   string
	url    string
	cloud  bool
	mime   string
	kind   sourceKind
}

type sourceKind int

const (
	sourceNone sourceKind = iota
	sourceBytes
	sourceReader
	sourceFile
	sourceURL
)

// AudioBytes is audio in memory, with its media type; an empty type means that
// it is not known. The bytes must not change until the call has ended.
func AudioBytes(data []byte, mime string) AudioSource {
	return AudioSource{kind: sourceBytes, data: data, mime: mime}
}

// AudioReader is audio from a reader, streamed in constant memory. If the
// reader can also seek, the upload has a known length and is repeated from the
// reader's present offset when a retry needs it; if it cannot, a call that
// fails after the upload began is not retried, and its length does not count
// towards the call's weight unless STTRequest.Duration tells it. The reader is
// not closed; when a call ends early, a Read of it may still be under way.
func AudioReader(r io.Reader, mime string) AudioSource {
	return AudioSource{kind: sourceReader, reader: r, mime: mime}
}

// AudioFile is a file, opened for each attempt and streamed in constant memory.
func AudioFile(path string) AudioSource {
	return AudioSource{kind: sourceFile, path: path}
}

// AudioURL is media that the vendor fetches itself: a hosted file or a page of
// YouTube, TikTok and others.
func AudioURL(u string) AudioSource { return AudioSource{kind: sourceURL, url: u} }

// AudioCloudURL is an https file in cloud storage, below 2 GB, which may be
// pre-signed.
//
// Deprecated: by the vendor; use AudioURL.
func AudioCloudURL(u string) AudioSource {
	return AudioSource{kind: sourceURL, url: u, cloud: true}
}

// String describes the source without its content.
func (s AudioSource) String() string {
	switch s.kind {
	case sourceBytes:
		return fmt.Sprintf("%d bytes", len(s.data))
	case sourceReader:
		return "a reader"
	case sourceFile:
		return "a file"
	case sourceURL:
		return "a URL"
	}
	return "no audio"
}

// validate reports what is wrong under the name of the request's field.
func (s AudioSource) validate(field string) error {
	switch s.kind {
	case sourceNone:
		return badArgument(field, "is missing; use AudioBytes, AudioReader, AudioFile or AudioURL")
	case sourceBytes:
		if len(s.data) == 0 {
			return badArgument(field, "is empty")
		}
	case sourceReader:
		if s.reader == nil {
			return badArgument(field, "the reader is nil")
		}
	case sourceFile:
		if s.path == "" {
			return badArgument(field, "the path is empty")
		}
	case sourceURL:
		u, err := url.Parse(s.url)
		if err != nil || u.Host == "" || u.Scheme != "https" && (s.cloud || u.Scheme != "http") {
			return badArgument(field, "the URL is not one the vendor can fetch")
		}
	}
	if s.mime == "" {
		return nil
	}
	t, _, err := mime.ParseMediaType(s.mime)
	// The parser takes line ends for blanks, which in a header they are not.
	if err != nil || !strings.Contains(t, "/") || strings.ContainsAny(strings.TrimSpace(s.mime), "\r\n") {
		return badArgument(field, "%q is not a media type such as audio/mpeg", s.mime)
	}
	return nil
}

// checkSamples refuses samples without a header that are not said to be such
// in the request's FileFormat: the vendor would take them for a broken file.
func (s AudioSource) checkSamples(request, fileFormat string) error {
	t, _, _ := mime.ParseMediaType(s.mime)
	if s.kind == sourceFile {
		t = cmp.Or(t, typeOf(s.path))
	}
	switch t {
	case "audio/pcm", "audio/x-pcm", "audio/l16", "audio/raw":
		if fileFormat == "" {
			return badArgument(request+".FileFormat", "is missing for %s: use pcm_s16le_16 for 16-bit mono samples at 16 kHz, or a WAV header for others", t)
		}
	}
	return nil
}

// A content is an audio source made ready to be sent: measured, and openable.
type content struct {
	multipart.File
	head   []byte // its first bytes, as far as they could be looked at
	once   bool
	prompt bool // reading it does not block
}

// headSize is how much of a source is looked at to learn how long it plays.
const headSize = 64 << 10

// prepare looks at a source that is not a URL.
func (s AudioSource) prepare(field string) (content, error) {
	c := content{File: multipart.File{Name: "audio" + extension(s.mime), ContentType: strings.TrimSpace(s.mime)}}
	if c.ContentType == "" {
		c.ContentType = "application/octet-stream"
	}
	switch s.kind {
	case sourceBytes:
		c.Size, c.head, c.prompt = int64(len(s.data)), s.data[:min(len(s.data), headSize)], true
		c.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(s.data)), nil }
		return c, nil
	case sourceFile:
		return s.prepareFile(c, field)
	}
	return s.prepareReader(c, field)
}

func (s AudioSource) prepareFile(c content, field string) (content, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return c, fileError(field, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return c, fileError(field, err)
	case !info.Mode().IsRegular():
		return c, badArgument(field, "%s is not a regular file; use AudioReader", s.path)
	case info.Size() == 0:
		return c, badArgument(field, "%s is empty", s.path)
	}
	c.Name, c.Size, c.prompt = filepath.Base(s.path), info.Size(), true
	if t := typeOf(s.path); t != "" {
		c.ContentType = t
	}
	c.head = peek(f)
	c.Open = func() (io.ReadCloser, error) { return os.Open(s.path) }
	return c, nil
}

func fileError(field string, err error) error {
	return &ArgumentError{Field: field, Reason: err.Error(), Err: err}
}

func (s AudioSource) prepareReader(c content, field string) (content, error) {
	if seeker, ok := s.reader.(io.ReadSeeker); ok {
		if r, size, err := newRewinder(seeker); err == nil {
			if size == 0 {
				return c, badArgument(field, "the reader is at its end")
			}
			c.Size, c.Open, c.prompt = size, r.open, inMemory(s.reader)
			if rc, err := r.open(); err == nil {
				c.head = peek(rc)
				rc.Close()
			}
			return c, nil
		}
	}
	c.Size, c.once = -1, true
	c.prompt = inMemory(s.reader)
	if buf, ok := s.reader.(*bytes.Buffer); ok {
		if c.Size = int64(buf.Len()); c.Size == 0 {
			return c, badArgument(field, "the buffer is empty")
		}
	}
	c.Open = func() (io.ReadCloser, error) { return io.NopCloser(s.reader), nil }
	return c, nil
}

// inMemory reports whether a reader cannot block.
func inMemory(r io.Reader) bool {
	switch r.(type) {
	case *bytes.Buffer, *bytes.Reader, *strings.Reader:
		return true
	}
	return false
}

func peek(r io.Reader) []byte {
	head, _ := io.ReadAll(io.LimitReader(r, headSize))
	return head
}

// A rewinder reads a seeker from the same offset again and again. A reader it
// opened is cut off when the next one is opened, so that an attempt that is
// over cannot take bytes from its successor.
type rewinder struct {
	start int64
	turn  atomic.Int64 // of the reader opened last

	mu sync.Mutex // held while reading, which may block
	r  io.ReadSeeker
}

var errRewound = errors.New("the source has been rewound for another attempt")

// newRewinder fails for what has a Seek method and cannot seek, such as a
// pipe's os.File.
func newRewinder(r io.ReadSeeker) (*rewinder, int64, error) {
	start, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, 0, err
	}
	end, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, err
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return nil, 0, err
	}
	return &rewinder{start: start, r: r}, max(end-start, 0), nil
}

// open never blocks; the seeking is left to the first Read.
func (w *rewinder) open() (io.ReadCloser, error) {
	return &rewound{w: w, turn: w.turn.Add(1)}, nil
}

type rewound struct {
	w       *rewinder
	turn    int64
	started bool // guarded by w.mu
}

func (r *rewound) Read(p []byte) (int, error) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	if r.turn != r.w.turn.Load() {
		return 0, errRewound
	}
	if !r.started {
		if _, err := r.w.r.Seek(r.w.start, io.SeekStart); err != nil {
			return 0, err
		}
		r.started = true
	}
	return r.w.r.Read(p)
}

func (r *rewound) Close() error {
	r.w.turn.CompareAndSwap(r.turn, r.turn+1)
	return nil
}

// extension gives an upload without a name one that fits its type; some
// servers look at nothing else.
func extension(mediaType string) string {
	t, _, _ := mime.ParseMediaType(mediaType)
	for _, m := range mediaTypes {
		if m.mime == t {
			return m.ext
		}
	}
	return ""
}

// typeOf returns the type that a file's name promises, whatever the machine
// knows of types.
func typeOf(name string) string {
	ext := strings.ToLower(filepath.Ext(name))
	for _, m := range mediaTypes {
		if m.ext == ext {
			return m.mime
		}
	}
	return ""
}

// mediaTypes pairs types with extensions, the usual one of several first.
var mediaTypes = []struct{ mime, ext string }{
	{"audio/mpeg", ".mp3"}, {"audio/mp3", ".mp3"},
	{"audio/wav", ".wav"}, {"audio/x-wav", ".wav"}, {"audio/wave", ".wav"},
	{"audio/ogg", ".ogg"}, {"audio/ogg", ".oga"}, {"audio/opus", ".opus"}, {"audio/flac", ".flac"},
	{"audio/mp4", ".m4a"}, {"audio/x-m4a", ".m4a"}, {"audio/aac", ".aac"}, {"audio/pcm", ".pcm"},
	{"audio/webm", ".webm"}, {"video/webm", ".webm"}, {"video/mp4", ".mp4"}, {"video/quicktime", ".mov"},
	{"video/x-matroska", ".mkv"}, {"video/x-msvideo", ".avi"},
}

// measure tells how long the audio plays, as far as its first bytes show.
func (c content) measure() (audio.Info, bool) { return audio.Measure(c.head, c.Size) }
