// Package multipart writes a form around a file without holding the file.
package multipart

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/textproto"
)

// A Form is the fields of a multipart/form-data body, with room for one file
// behind them. Fields come first so that a server can refuse an upload before
// it has all of it.
type Form struct {
	buf    bytes.Buffer
	w      *multipart.Writer
	before []byte // up to the file
	after  []byte // behind it
	names  map[string]bool
}

// New returns an empty form.
func New() *Form {
	f := &Form{names: make(map[string]bool)}
	f.w = multipart.NewWriter(&f.buf)
	return f
}

// SetBoundary fixes the boundary, which is random otherwise. It comes before
// any field.
func (f *Form) SetBoundary(b string) error { return f.w.SetBoundary(b) }

// Add appends a field. A name may be added more than once.
func (f *Form) Add(name, value string) {
	f.names[name] = true
	// Writing to a bytes.Buffer cannot fail.
	_ = f.w.WriteField(name, value)
}

// Has reports whether a field of that name was added.
func (f *Form) Has(name string) bool { return f.names[name] }

// End closes the form after its fields.
func (f *Form) End() {
	_ = f.w.Close()
	f.before = f.buf.Bytes()
}

// EndWithFile closes the form after its fields and a file, whose content goes
// between the two pieces that Around returns.
func (f *Form) EndWithFile(name, filename, contentType string) {
	h := make(textproto.MIMEHeader, 2)
	h.Set("Content-Disposition", multipart.FileContentDisposition(name, filename))
	h.Set("Content-Type", contentType)
	_, _ = f.w.CreatePart(h)
	n := f.buf.Len()
	_ = f.w.Close()
	all := f.buf.Bytes()
	f.before, f.after = all[:n:n], all[n:]
}

// ContentType returns the form's media type, boundary included.
func (f *Form) ContentType() string { return f.w.FormDataContentType() }

// Length returns the body's length around a file of the given size; a
// negative size means that it is not known, and so is the result.
func (f *Form) Length(file int64) int64 {
	if file < 0 {
		return -1
	}
	return int64(len(f.before)) + file + int64(len(f.after))
}

// Around returns the body with the file's content in its place. A form that
// ended without a file takes a nil file.
func (f *Form) Around(file io.Reader) io.Reader {
	if file == nil {
		return bytes.NewReader(f.before)
	}
	return io.MultiReader(bytes.NewReader(f.before), file, bytes.NewReader(f.after))
}
