package elevenlabs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// What the requests for speech and sound have in common: how they are checked
// and written.

func checkText(field, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return badArgument(field, "is blank")
	case !utf8.ValidString(text):
		return badArgument(field, "is not valid UTF-8")
	}
	return nil
}

// checkLength refuses more characters than whoever takes them says it takes; a
// limit of 0 is not known.
func checkLength(field string, n int, who string, limit int) error {
	if limit == 0 || n <= limit {
		return nil
	}
	return &ArgumentError{
		Field: field, Err: ErrTextTooLong,
		Reason: fmt.Sprintf("has %d characters, %s takes %d", n, who, limit),
	}
}

// checkNames refuses what is set and has characters that no id has. Fields and
// values come by turns.
func checkNames(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if err := checkID(pairs[i], pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func checkDictionaries(field string, dictionaries []DictionaryLocator) error {
	if n := len(dictionaries); n > 3 {
		return badArgument(field, "%d given, at most 3", n)
	}
	for _, d := range dictionaries {
		if d.ID == "" {
			return badArgument(field, "a dictionary has no ID")
		}
	}
	return nil
}

// checkStreamed refuses a format that has no streams.
func checkStreamed(field string, f Format) error {
	if f.is(audio.WAV) {
		return badArgument(field, "%s cannot be streamed; use pcm of the same rate", f)
	}
	return nil
}

// checkNormalization refuses what the schema of the endpoint does not name.
func checkNormalization(field, value string, named ...string) error {
	if value != "" && !slices.Contains(named, value) {
		return badArgument(field, "%q is not %s", value, strings.Join(named, " or "))
	}
	return nil
}

func checkLatency(field string, level *int) error {
	if level != nil && (*level < 0 || *level > 4) {
		return badArgument(field, "%d is not from 0 to 4", *level)
	}
	return nil
}

// audioQuery is the query of a call for audio. No value in it needs escaping.
func audioQuery(format Format, zeroRetention bool, latency *int) string {
	q := "output_format=" + string(format)
	if zeroRetention {
		q += "&enable_logging=false"
	}
	if latency != nil {
		q += "&optimize_streaming_latency=" + strconv.Itoa(*latency)
	}
	return q
}

// jsonBody writes a request with the fields that its type does not have.
func jsonBody(request string, known any, extra map[string]any) (Body, error) {
	if len(extra) == 0 {
		return JSONBody(known)
	}
	b, err := json.Marshal(known)
	if err != nil {
		return Body{}, badArgument(request, "cannot be written as JSON: %v", err)
	}
	all := map[string]any{}
	if err := json.Unmarshal(b, &all); err != nil {
		return Body{}, badArgument(request, "cannot be written as JSON: %v", err)
	}
	for name := range extra {
		if _, taken := all[name]; taken || name == "" {
			return Body{}, badArgument(request+".Extra", "%q is a field of its own", name)
		}
	}
	maps.Copy(all, extra)
	body, err := JSONBody(all)
	if err != nil {
		return Body{}, badArgument(request+".Extra", "cannot be written as JSON")
	}
	return body, nil
}

// speechPatience is how long the start of speech may take to come, by its
// characters.
func speechPatience(characters int) time.Duration {
	return defaultFirstByte + time.Duration(characters)*5*time.Millisecond
}
