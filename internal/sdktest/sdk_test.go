package sdktest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// version is that of the SDK.
const version = "2.56.0"

// patience bounds what is outside of our hands.
const patience = 2 * time.Minute

func TestJavaScriptSDK_GetsWhatTheClientGets(t *testing.T) {
	if os.Getenv("ELEVENLABS_SDKTEST") == "" {
		t.Skip("ELEVENLABS_SDKTEST is not set")
	}
	directory := install(t)
	emulator := build(t)

	got := runJavaScript(t, directory, start(t, emulator))
	base := start(t, emulator)
	want := outcomes(base)
	client, err := elevenlabs.New(elevenlabs.WithBaseURL(base), elevenlabs.WithAPIKey("emulator-key"), elevenlabs.WithVoice(voiceID))
	require.NoError(t, err)

	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	for _, op := range operations(t) {
		require.Contains(t, got, op)
	}
	for _, call := range slices.Sorted(maps.Keys(want)) { // as calls.js does
		t.Run(call, func(t *testing.T) {
			outcome, err := want[call](t.Context(), client)
			require.NoError(t, err)
			data, err := json.Marshal(outcome)
			require.NoError(t, err)
			require.Empty(t, got[call].Error, "%s", got[call].Body)
			require.JSONEq(t, string(data), string(got[call].Outcome))
		})
	}
}

// install installs the SDK in the user's cache, where it stays, or skips the
// test where that cannot be done.
func install(t *testing.T) (directory string) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	directory = filepath.Join(cache, "elevenlabs-sdktest", version)
	if _, err := os.Stat(directory); err == nil {
		return directory
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(directory), 0o755))
	fresh, err := os.MkdirTemp(filepath.Dir(directory), "unfinished-")
	require.NoError(t, err)
	defer os.RemoveAll(fresh)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", fresh, "--prefer-offline", "--ignore-scripts",
		"--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error", "@elevenlabs/elevenlabs-js@"+version)
	if out, err := npm.CombinedOutput(); err != nil {
		t.Skipf("npm cannot install the SDK: %v\n%s", err, out)
	}
	if err := os.Rename(fresh, directory); err != nil {
		require.DirExists(t, directory, "%v", err) // another run was quicker
	}
	return directory
}

// build builds the emulator's command.
func build(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "elevenlabs-emulator")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program,
		"github.com/elevenlabs-go/elevenlabs/cmd/elevenlabs-emulator").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// start starts an emulator on a free port of loopback and returns its base URL.
// It ends with the test.
func start(t *testing.T, program string) (base string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, program, "-addr", "127.0.0.1:0", "-tier", "pro", "-speed", "1000")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait() // interrupted
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "ELEVENLABS_BASE_URL="); ok {
			return url
		}
	}
	t.Fatalf("the emulator does not say where it is: %v", lines.Err())
	return ""
}

// A result is a line of calls.js.
type result struct {
	Call    string
	Outcome json.RawMessage
	Error   string
	Body    json.RawMessage
}

func runJavaScript(t *testing.T, directory, base string) map[string]result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	node := exec.CommandContext(ctx, "node", "calls.js", directory, base)
	node.Stdout, node.Stderr = &stdout, &stderr
	require.NoError(t, node.Run(), "%s", &stderr)
	results := make(map[string]result)
	for dec := json.NewDecoder(&stdout); ; {
		var r result
		err := dec.Decode(&r)
		if err == io.EOF {
			return results
		}
		require.NoError(t, err)
		results[r.Call] = r
	}
}

// operations are those of the specification, by method and path.
func operations(t *testing.T) (all []string) {
	t.Helper()
	data, err := os.ReadFile("../../testdata/spec/openapi.json")
	require.NoError(t, err)
	var spec struct {
		Paths map[string]map[string]struct{}
	}
	require.NoError(t, json.Unmarshal(data, &spec))
	for path, methods := range spec.Paths {
		for method := range methods {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	return all
}
