package elevenlabstest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/elevenlabs-go/elevenlabs/internal/wav"
)

const (
	// maxField bounds one part of a form that is not a file.
	maxField = 1 << 20
	// maxFields bounds how many there may be: 1000 keyterms and the rest.
	maxFields = 2000
)

// An upload is a form as it was read: values kept, files hashed and thrown
// away, so that a file of gigabytes takes no memory.
type upload struct {
	form  map[string][]string
	file  *uploadedFile // of the field of that name
	files map[string][]*uploadedFile
}

type uploadedFile struct {
	File
	sum     [sha256.Size]byte
	samples [sha256.Size]byte // the sum of what is behind a WAV file's header
	head    []byte            // the first 64 KiB
}

// readUpload reads a form, of parts or of pairs.
func readUpload(r *http.Request) (*upload, *failure) {
	u := &upload{form: make(map[string][]string), files: make(map[string][]*uploadedFile)}
	broken := &failure{http: http.StatusBadRequest, detail: "There was an error parsing the body"}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		parts, err := r.MultipartReader()
		if err != nil {
			return u, broken
		}
		if err := u.readParts(parts); err != nil {
			return u, broken
		}
	case "application/x-www-form-urlencoded":
		body, err := io.ReadAll(io.LimitReader(r.Body, maxField))
		if err != nil {
			return u, broken
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return u, broken
		}
		u.form = values
	default:
		// Anything else has no fields; the schema will say which are missing.
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return u, nil
}

func (u *upload) readParts(parts *multipart.Reader) error {
	for n := 0; ; n++ {
		// NextRawPart leaves the content as sent: a quoted-printable file would
		// otherwise be hashed decoded.
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if p.FormName() == "file" || p.FileName() != "" {
			if err := u.readFile(p); err != nil {
				return err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(p, maxField))
		if err != nil {
			return err
		}
		if n < maxFields {
			u.form[p.FormName()] = append(u.form[p.FormName()], string(value))
		}
	}
}

func (u *upload) readFile(p *multipart.Part) error {
	f := &uploadedFile{File: File{Name: p.FileName(), ContentType: p.Header.Get("Content-Type")}}
	sum := sha256.New()
	if err := f.fill(p, sum); err != nil {
		return err
	}
	sum.Sum(f.sum[:0])
	f.SHA256 = hex.EncodeToString(f.sum[:])
	name := p.FormName()
	if u.files[name] = append(u.files[name], f); name == "file" {
		u.file = f
	}
	return nil
}

// fill reads a file once: its head is kept, all of it is counted and hashed.
func (f *uploadedFile) fill(r io.Reader, sum hash.Hash) error {
	r = io.TeeReader(r, sum)
	head, err := io.ReadAll(io.LimitReader(r, maxRecordedBody))
	if err != nil {
		return err
	}
	samples := sha256.New()
	rest, err := io.Copy(behindHeader(samples, head), r)
	f.head, f.Size = head, int64(len(head))+rest
	samples.Sum(f.samples[:0])
	return err
}

// behindHeader returns a writer of what follows the head of a WAV file, of which
// the samples are passed on to w.
func behindHeader(w io.Writer, head []byte) io.Writer {
	r := bytes.NewReader(head)
	_, size, err := wav.ReadHeader(r)
	if err != nil {
		return io.Discard
	}
	if size < 0 {
		size = math.MaxInt64
	}
	out := &limitedWriter{w, size}
	_, _ = r.WriteTo(out) // a hash takes everything
	return out
}

// A limitedWriter passes on no more than the first bytes.
type limitedWriter struct {
	w    io.Writer
	left int64
}

func (l *limitedWriter) Write(p []byte) (int, error) {
	n := min(l.left, int64(len(p)))
	l.left -= n
	_, err := l.w.Write(p[:n])
	return len(p), err
}

// fields returns the form for the schema. The text null stands for a part
// that is not there: the vendor's Python SDK sends it.
func (u *upload) fields() fields {
	values := make(map[string]any)
	for name := range u.form {
		if v := u.values(name); len(v) > 0 && v[0] != "" {
			values[name] = v[0]
		}
	}
	return newFields("body", values)
}

// values returns all values of a name, those that stand for nothing left out.
func (u *upload) values(name string) []string {
	var out []string
	for _, v := range u.form[name] {
		if v != "null" {
			out = append(out, v)
		}
	}
	return out
}
