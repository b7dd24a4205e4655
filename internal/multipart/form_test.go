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

func TestForm_AroundAFile(t *testing.T) {
	t.Parallel()
	f := form(t)
	f.EndWithFile("file", `a "b".mp3`, "audio/mpeg")
	require.Equal(t, "multipart/form-data; boundary=edge", f.ContentType())
	for range 2 { // as often as a retry needs it
		got, err := io.ReadAll(f.Around(strings.NewReader("audio")))
		require.NoError(t, err)
		require.Equal(t, fields+"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".mp3\"\r\n"+
			"Content-Type: audio/mpeg\r\n\r\naudio\r\n--edge--\r\n", string(got))
		require.Equal(t, int64(len(got)), f.Length(5))
	}
	require.Equal(t, int64(-1), f.Length(-1))
}

func TestForm_WithoutAFile(t *testing.T) {
	t.Parallel()
	f := form(t)
	f.End()
	got, err := io.ReadAll(f.Around(nil))
	require.NoError(t, err)
	require.Equal(t, fields+"--edge--\r\n", string(got))
	require.Equal(t, int64(len(got)), f.Length(0))
}
