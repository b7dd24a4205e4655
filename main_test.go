package elevenlabs_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// TestMain fails if a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	os.Unsetenv("ELEVENLABS_API_KEY")
	os.Unsetenv("ELEVENLABS_VOICE_ID")
	os.Unsetenv("ELEVENLABS_BASE_URL")
	code := m.Run()
	if code == 0 {
		if left := leaked(); left != "" {
			fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
			code = 1
		}
	}
	os.Exit(code)
}

// leaked returns the stacks of goroutines that do not end by themselves. It
// yields for a while to those that are about to.
func leaked() string {
	for deadline := time.Now().Add(5 * time.Second); ; runtime.Gosched() {
		buf := make([]byte, 1<<20)
		stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
		var left []string
		for _, s := range stacks[1:] {
			if !strings.Contains(s, "testing.") && !strings.Contains(s, "os/signal") && !strings.Contains(s, "runtime.") {
				left = append(left, s)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return strings.Join(left, "\n\n")
		}
	}
}

// answerFunc is a network that answers from memory.
type answerFunc func(*http.Request) (*http.Response, error)

func (f answerFunc) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f(r)
	if resp != nil && resp.Header == nil {
		resp.Header = http.Header{}
	}
	return resp, err
}

// drained reads a request as a server would, then answers.
func drained(answer func(*http.Request, []byte) (*http.Response, error)) answerFunc {
	return func(r *http.Request) (*http.Response, error) {
		var body []byte
		if r.Body != nil {
			var err error
			body, err = io.ReadAll(r.Body)
			r.Body.Close()
			if err != nil {
				return nil, err
			}
		}
		return answer(r, body)
	}
}

func answered(status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {contentType}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

const secret = "sk_0123456789abcdef0123456789abcdef"

// clientOn returns a client on a network of its own.
func clientOn(t testing.TB, rt http.RoundTripper, opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	t.Helper()
	all := append([]elevenlabs.ClientOption{
		elevenlabs.WithHTTPClient(&http.Client{Transport: rt}),
		elevenlabs.WithAPIKey(secret),
		elevenlabs.WithVoice("voice"),
	}, opts...)
	c, err := elevenlabs.New(all...)
	require.NoError(t, err)
	return c
}
