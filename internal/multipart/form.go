// Package multipart writes a form around files without holding the files.
package multipart

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/textproto"
)

// A Form is a multipart/form-data body. Fields come before files so that a
// server can refuse an upload before it has all of it.
type Form struct {
	buf   bytes.Buffer // fields, and the heads of files
	w     *multipart.Writer
	files []placed
	names map[string]bool
}

// A File is the content of one part.
type File struct {
	// Name is what the server is told it is called.
	Name string
	// ContentType is its media type.
	ContentType string
	// Size is in bytes, negative if it is not known.
	Size int64
	// Open returns the content from its start.
	Open func() (io.ReadCloser, error)
}

// A placed file belongs at an offset of the buffer.
type placed struct {
	File
	at int
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

// AddFile appends a file under a field's name, which may be used more than
// once.
func (f *Form) AddFile(field string, file File) {
	f.names[field] = true
	h := make(textproto.MIMEHeader, 2)
	h.Set("Content-Disposition", multipart.FileContentDisposition(field, file.Name))
	h.Set("Content-Type", file.ContentType)
	_, _ = f.w.CreatePart(h)
	f.files = append(f.files, placed{File: file, at: f.buf.Len()})
}

// End closes the form. Nothing can be added to it afterwards.
func (f *Form) End() { _ = f.w.Close() }

// ContentType returns the form's media type, boundary included.
func (f *Form) ContentType() string { return f.w.FormDataContentType() }

// Length returns the body's length, -1 if that of a file is not known.
func (f *Form) Length() int64 {
	n := int64(f.buf.Len())
	for _, file := range f.files {
		if file.Size < 0 {
			return -1
		}
		n += file.Size
	}
	return n
}

// Open returns the body from its start, with all files opened anew. Of a file
// no more is sent than its size.
func (f *Form) Open() (io.ReadCloser, error) {
	b := new(body)
	var parts []io.Reader
	at := 0
	for _, file := range f.files {
		content, err := file.Open()
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
		b.files = append(b.files, content)
		parts = append(parts, bytes.NewReader(f.buf.Bytes()[at:file.at]))
		if at = file.at; file.Size < 0 {
			parts = append(parts, content)
		} else {
			parts = append(parts, io.LimitReader(content, file.Size))
		}
	}
	b.Reader = io.MultiReader(append(parts, bytes.NewReader(f.buf.Bytes()[at:]))...)
	return b, nil
}

// A body is a form being read.
type body struct {
	io.Reader
	files []io.Closer
}

// Close closes the files.
func (b *body) Close() error {
	errs := make([]error, 0, len(b.files))
	for _, file := range b.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}
