package elevenlabstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// An entityAnswer is something found in a text, its place in code points.
type entityAnswer struct {
	Text       string `json:"text"`
	EntityType string `json:"entity_type"`
	StartChar  int    `json:"start_char"`
	EndChar    int    `json:"end_char"`
}

// detectors find entities by their look alone. Where two find the same, the
// first has it.
var detectors = []struct {
	kind, category string
	look           *regexp.Regexp
}{
	{"email_address", "pii", regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`)},
	{"credit_card", "pci", regexp.MustCompile(`\d{4}([ -]?\d{4}){3}`)},
	{"phone_number", "pii", regexp.MustCompile(`\+?\d[\d ()-]{7,}\d`)},
	{"name", "pii", regexp.MustCompile(`\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+`)},
}

// A find is an entity and its place in bytes.
type find struct {
	kind, category string
	from, to       int
}

// findEntities returns those of the wanted types or categories in their order.
func findEntities(text string, wanted []string) []find {
	var found []find
	for _, d := range detectors {
		for _, at := range d.look.FindAllStringIndex(text, -1) {
			if !slices.ContainsFunc(found, func(f find) bool { return at[0] < f.to && f.from < at[1] }) {
				found = append(found, find{d.kind, d.category, at[0], at[1]})
			}
		}
	}
	slices.SortFunc(found, func(a, b find) int { return cmp.Compare(a.from, b.from) })
	return slices.DeleteFunc(found, func(f find) bool {
		return !slices.Contains(wanted, "all") && !slices.Contains(wanted, f.category) && !slices.Contains(wanted, f.kind)
	})
}

func detectEntities(text string, wanted []string) []entityAnswer {
	out := []entityAnswer{} // an empty list, not null
	for _, f := range findEntities(text, wanted) {
		start := utf8.RuneCountInString(text[:f.from])
		what := text[f.from:f.to]
		out = append(out, entityAnswer{what, f.kind, start, start + utf8.RuneCountInString(what)})
	}
	return out
}

// redact hides entities: {REDACTED}, {NAME}, or {NAME_1}, where the same text
// has the same number.
func redact(text string, wanted []string, mode string) string {
	var b strings.Builder
	numbers := make(map[string]map[string]int) // by kind and text
	end := 0
	for _, f := range findEntities(text, wanted) {
		b.WriteString(text[end:f.from])
		what, kind := text[f.from:f.to], strings.ToUpper(f.kind)
		if numbers[f.kind] == nil {
			numbers[f.kind] = make(map[string]int)
		}
		if numbers[f.kind][what] == 0 {
			numbers[f.kind][what] = len(numbers[f.kind]) + 1
		}
		switch mode {
		case "redacted":
			b.WriteString("{REDACTED}")
		case "entity_type":
			b.WriteString("{" + kind + "}")
		default:
			fmt.Fprintf(&b, "{%s_%d}", kind, numbers[f.kind][what])
		}
		end = f.to
	}
	return b.String() + text[end:]
}

// entityList reads a list of types: repeated parts, or one that holds a JSON
// array, as the vendor's Python SDK sends it.
func (u *upload) entityList(name string) []string {
	values := u.values(name)
	var list []string
	if len(values) == 1 && json.Unmarshal([]byte(values[0]), &list) == nil {
		return list
	}
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}

// checkEntities finds a redaction of what is not detected, or in another mode.
func (j *sttJob) checkEntities() *failure {
	for _, what := range j.redacted {
		if !slices.Contains(j.detected, what) && !slices.Contains(j.detected, "all") && !j.detects(what) {
			return invalid("invalid_parameters", "invalid_parameters", "entity_redaction must be a subset of entity_detection: %s.", what)
		}
	}
	if !slices.Contains([]string{"", "redacted", "entity_type", "enumerated_entity_type"}, j.redaction) {
		return invalid("invalid_parameters", "invalid_parameters", "'%s' is not a valid entity_redaction_mode.", j.redaction)
	}
	return nil
}

// detects tells whether the category of a type is among what is detected.
func (j *sttJob) detects(kind string) bool {
	for _, d := range detectors {
		if d.kind == kind {
			return slices.Contains(j.detected, d.category)
		}
	}
	return false
}
