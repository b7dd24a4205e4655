package main

import (
	"bufio"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// TestInChromium opens the page in a browser whose microphone is a file, over
// and over: three seconds of sound and five of silence. So the first turn is
// answered, and the second one interrupts the answer.
func TestInChromium(t *testing.T) {
	t.Parallel()
	address := start(t, []string{"-answer", "story"},
		elevenlabstest.WithTranscript(func(elevenlabstest.AudioInfo) string { return "Is there anybody at the other end?" }))
	tab := openTab(t, microphone(t))
	tab.do("Page.navigate", map[string]any{"url": address})
	tab.until(`document.readyState === "complete" && document.getElementById("start")`)
	tab.until(`document.getElementById("about").textContent.includes("the same sentence in whatever you say")`)
	tab.eval(`document.getElementById("start").click()`)
	tab.until(`document.getElementById("state").textContent === "Listening"`)

	tab.until(`document.querySelector("#talk .you.partial")`)
	tab.until(`[...document.querySelectorAll("#talk p.you:not(.partial)")].some(p => p.textContent === "Is there anybody at the other end?")`)
	tab.until(`[...document.querySelectorAll("#talk p.agent")].some(p => p.textContent.startsWith("I heard you. Here is"))`)
	tab.until(`/^\d+ ms/.test(document.getElementById("latency").textContent)`)
	tab.until(`document.querySelector("[data-family=stt-realtime] i.used")`)
	tab.until(`document.getElementById("state").textContent === "Speaking, and listening"`)

	tab.until(`document.querySelector("#talk p.agent .unheard")`)
	require.Regexp(t, `^I heard you\.`, tab.eval(`document.querySelector("#talk p.agent").firstChild.textContent`), "marks came back")
	tab.until(`[...document.querySelectorAll("#talk p.agent")].some(p => p.textContent.startsWith("Where was I?"))`)

	tab.eval(`document.getElementById("start").click()`)
	require.Equal(t, "Microphone off", tab.eval(`document.getElementById("state").textContent`))
	require.NotContains(t, tab.eval(`document.body.innerText`), "undefined")
	require.Empty(t, tab.errors)
}

// microphone writes a file for the browser to hear.
func microphone(t *testing.T) string {
	t.Helper()
	const rate = 48_000
	var pcm []byte
	for i := range 8 * rate {
		v := 0.0
		if at := float64(i) / rate; at < 3 { // syllables of a buzz, which no noise filter takes away
			envelope := math.Pow(math.Sin(math.Pi*4*at), 2)
			for k := 1.0; k < 12; k++ {
				v += envelope * math.Sin(2*math.Pi*k*(140+30*math.Sin(3*at))*at) / k
			}
		}
		s := int16(v * 9000)
		pcm = append(pcm, byte(s), byte(s>>8))
	}
	file := filepath.Join(t.TempDir(), "microphone.wav")
	f, err := os.Create(file)
	require.NoError(t, err)
	w, err := audio.NewWAVWriter(f, audio.WAVFormat{SampleRate: rate})
	require.NoError(t, err)
	_, err = w.Write(pcm)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	return file
}

// A tab of a browser, driven by its DevTools protocol.
type tab struct {
	t      *testing.T
	ctx    context.Context
	socket *websocket.Conn
	calls  int
	errors []string // of the page
}

// openTab starts a browser. Without one the test is skipped: the protocol of
// the page is tested by others.
func openTab(t *testing.T, sound string) *tab {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
		}
	}
	if program == "" {
		t.Skip("there is no Chromium")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--use-file-for-fake-audio-capture="+sound,
		"--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // so that it ends its own children
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // ended by a signal
	})
	address := ""
	lines := bufio.NewScanner(said)
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "DevTools listening on ")
	}
	require.NotEmpty(t, address)
	go func() { // what else it says is no matter, but must be read
		for lines.Scan() {
			continue
		}
	}()
	return attach(t, ctx, address)
}

// attach connects with a tab of a browser.
func attach(t *testing.T, ctx context.Context, address string) *tab {
	t.Helper()
	host, _, _ := strings.Cut(strings.TrimPrefix(address, "ws://"), "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+host+"/json/new?about:blank", nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	var target struct {
		Address string `json:"webSocketDebuggerUrl"`
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&target))
	socket, _, err := websocket.Dial(ctx, target.Address, nil)
	require.NoError(t, err)
	socket.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = socket.CloseNow() })
	page := &tab{t: t, ctx: ctx, socket: socket}
	page.do("Runtime.enable", nil)
	return page
}

// do calls a method, and returns its result.
func (p *tab) do(method string, params map[string]any) json.RawMessage {
	p.t.Helper()
	p.calls++
	b, err := json.Marshal(map[string]any{"id": p.calls, "method": method, "params": params})
	require.NoError(p.t, err)
	require.NoError(p.t, p.socket.Write(p.ctx, websocket.MessageText, b))
	for {
		_, b, err := p.socket.Read(p.ctx)
		require.NoError(p.t, err, method)
		var m struct {
			ID            int
			Method        string
			Result, Error json.RawMessage
		}
		require.NoError(p.t, json.Unmarshal(b, &m))
		if m.Method == "Runtime.exceptionThrown" {
			p.errors = append(p.errors, string(b))
		}
		if m.ID == p.calls {
			require.Empty(p.t, m.Error, method)
			return m.Result
		}
	}
}

// eval returns the value of an expression, awaited if it is a promise.
func (p *tab) eval(expression string) any {
	p.t.Helper()
	var answer struct {
		Result    struct{ Value any }
		Exception any `json:"exceptionDetails"`
	}
	require.NoError(p.t, json.Unmarshal(p.do("Runtime.evaluate", map[string]any{
		"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
	}), &answer))
	require.Nil(p.t, answer.Exception, expression)
	return answer.Result.Value
}

// until waits until an expression is true in the page.
func (p *tab) until(expression string) {
	p.t.Helper()
	value := p.eval(`new Promise(done => {
		const late = setTimeout(() => done("not within 30 s, the page says: " + document.body.innerText), 30000);
		const look = () => { if (` + expression + `) { clearTimeout(late); clearInterval(again); done("so"); } };
		const again = setInterval(look, 20);
	})`)
	require.Equal(p.t, "so", value, expression)
}
