package multipart_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

func form(t *testing.T) *multipart.Form {
	t.Helper()
	f := multipart.New()
	require.NoError(t, f.SetBoundary("edge"))
	f.Add("model_id", "scribe_v2")
	f.Add("keyterms", "one")
	f.Add("keyterms", "two")
	return f
}

const fields = "--edge\r\nContent-Disposition: form-data; name=\"model_id\"\r\n\r\nscribe_v2\r\n" +
	"--edge\r\nContent-Disposition: form-data; name=\"keyterms\"\r\n\r\none\r\n" +
	"--edge\r\nContent-Disposition: form-data; name=\"keyterms\"\r\n\r\ntwo\r\n"

// file is one whose openings and closings are counted.
func file(name, content string, open *int) multipart.File {
	return multipart.File{
		Name: name, ContentType: "audio/mpeg", Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) {
			*open++
			return closer{strings.NewReader(content + "grown since"), open}, nil
		},
	}
}

type closer struct {
	io.Reader
	open *int
}

func (c closer) Close() error {
	*c.open--
	return nil
}

func TestForm_WithFiles(t *testing.T) {
	t.Parallel()
	f := form(t)
	var open int
	f.AddFile("files", file(`a "b".mp3`, "audio", &open))
	f.AddFile("files", file("c.mp3", "more", &open))
	f.End()
	require.Equal(t, "multipart/form-data; boundary=edge", f.ContentType())
	for range 2 { // as often as a retry needs it
		b, err := f.Open()
		require.NoError(t, err)
		got, err := io.ReadAll(b)
		require.NoError(t, err)
		require.Equal(t, fields+"--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a \\\"b\\\".mp3\"\r\n"+
			"Content-Type: audio/mpeg\r\n\r\naudio\r\n"+
			"--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"c.mp3\"\r\n"+
			"Content-Type: audio/mpeg\r\n\r\nmore\r\n--edge--\r\n", string(got))
		require.Equal(t, int64(len(got)), f.Length())
		require.Equal(t, 2, open)
		require.NoError(t, b.Close())
		require.Zero(t, open)
	}
}

func TestForm_FileOfUnknownSize(t *testing.T) {
	t.Parallel()
	f := form(t)
	f.AddFile("file", multipart.File{Name: "a", ContentType: "audio/mpeg", Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("audio")), nil
	}})
	f.End()
	require.Equal(t, int64(-1), f.Length())
	b, err := f.Open()
	require.NoError(t, err)
	got, err := io.ReadAll(b)
	require.NoError(t, err)
	require.Contains(t, string(got), "\r\n\r\naudio\r\n--edge--")
}

func TestForm_FileThatCannotBeOpenedLeavesNoneOpen(t *testing.T) {
	t.Parallel()
	f := form(t)
	var open int
	f.AddFile("files", file("a.mp3", "audio", &open))
	f.AddFile("files", multipart.File{Open: func() (io.ReadCloser, error) { return nil, io.ErrNoProgress }})
	f.End()
	_, err := f.Open()
	require.ErrorIs(t, err, io.ErrNoProgress)
	require.Zero(t, open)
}

func TestForm_WithoutAFile(t *testing.T) {
	t.Parallel()
	f := form(t)
	f.End()
	b, err := f.Open()
	require.NoError(t, err)
	got, err := io.ReadAll(b)
	require.NoError(t, err)
	require.Equal(t, fields+"--edge--\r\n", string(got))
	require.Equal(t, int64(len(got)), f.Length())
}
