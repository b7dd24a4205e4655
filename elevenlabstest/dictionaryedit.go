package elevenlabstest

import (
	"cmp"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxRules is how many rules a dictionary of the emulator's has at most; the
// vendor does not document its own bound.
const maxRules = 10_000

// accessLevels are the values of workspace_access.
var accessLevels = []string{"admin", "editor", "commenter", "viewer"}

// reportAt is about an item of a list.
func (f fields) reportAt(kind string, index int, input any, msg string) {
	*f.problems = append(*f.problems, problem{Type: kind, Loc: append(slices.Clone(f.loc), index), Msg: msg, Input: input})
}

// texts returns a list of strings of any length.
func (f fields) texts(name string, p presence) []string {
	list := f.listOf(name, p, math.MaxInt)
	in := fields{problems: f.problems, loc: append(slices.Clone(f.loc), name)}
	out := make([]string, 0, len(list))
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			in.reportAt("string_type", i, v, "Input should be a valid string")
		}
		out = append(out, s)
	}
	return out
}

// rules reads a list of rules. What is neither an alias nor a phoneme rule is
// refused, as the schema's union does.
func (f fields) rules(name string) []dictionaryRule {
	list := f.listOf(name, required, math.MaxInt)
	in := fields{problems: f.problems, loc: append(slices.Clone(f.loc), name)}
	out := make([]dictionaryRule, 0, len(list))
	for i, v := range list {
		m, ok := v.(map[string]any)
		if !ok {
			in.reportAt("model_attributes_type", i, v, "Input should be a valid dictionary or object to extract fields from")
			continue
		}
		out = append(out, fields{problems: f.problems, loc: append(slices.Clone(in.loc), i), values: m}.rule())
	}
	return out
}

func (f fields) rule() dictionaryRule {
	r := dictionaryRule{
		StringToReplace: f.text("string_to_replace", required),
		CaseSensitive:   f.boolean("case_sensitive", optional, true),
		WordBoundaries:  f.boolean("word_boundaries", optional, true),
	}
	if _, ok := f.get("type", required); !ok {
		return r
	}
	if r.Type = f.oneOf("type", "", "alias", "phoneme"); r.Type == "alias" {
		r.Alias = f.text("alias", required)
	} else if r.Type == "phoneme" {
		r.Phoneme, r.Alphabet = f.text("phoneme", required), f.text("alphabet", required)
	}
	return r
}

// A dictionaryLocator names a dictionary in a request for speech.
type dictionaryLocator struct{ id, version string }

// locators reads the list that requests for speech have, of three at most.
func (f fields) locators(name string, list func(string, int) []any) []dictionaryLocator {
	var out []dictionaryLocator
	for i, v := range list(name, 3) {
		in := fields{problems: f.problems, loc: append(slices.Clone(f.loc), name, i)}
		m, ok := v.(map[string]any)
		if !ok {
			in.loc = in.loc[:len(in.loc)-1]
			in.reportAt("model_attributes_type", i, v, "Input should be a valid dictionary or object to extract fields from")
			continue
		}
		in.values = m
		out = append(out, dictionaryLocator{in.text("pronunciation_dictionary_id", required), in.text("version_id", nullable)})
	}
	return out
}

// checkLocators looks for dictionaries that are not there.
func (e *Emulator) checkLocators(locators []dictionaryLocator) *failure {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range locators {
		d, fail := e.dictionary(l.id)
		if fail == nil {
			_, fail = d.version(l.version)
		}
		if fail != nil {
			return fail
		}
	}
	return nil
}

// checkRules looks for what the schema cannot tell.
func checkRules(rules []dictionaryRule) *failure {
	if len(rules) > maxRules {
		return invalid("invalid_parameters", "invalid_parameters", "A pronunciation dictionary has at most %d rules.", maxRules)
	}
	for _, r := range rules {
		if strings.TrimSpace(r.StringToReplace) == "" {
			return invalid("invalid_parameters", "invalid_parameters", "string_to_replace must not be empty.")
		}
		if r.Type == "phoneme" && r.Alphabet != "ipa" && r.Alphabet != "cmu-arpabet" {
			return invalid("invalid_parameters", "invalid_parameters", "The alphabet '%s' is not supported.", r.Alphabet)
		}
	}
	return nil
}

// add files a new dictionary.
func (d *dictionary) add(rules []dictionaryRule) func(*call) (any, *failure) {
	return func(c *call) (any, *failure) {
		if fail := checkRules(rules); fail != nil {
			return nil, fail
		}
		c.e.mu.Lock()
		defer c.e.mu.Unlock()
		d.id, d.created = newID(), time.Now()
		d.change(rules)
		c.e.dictionaries = append(c.e.dictionaries, d)
		return createdDictionary{
			ID: d.id, Name: d.name, CreatedBy: userID, CreationTimeUnix: d.created.Unix(),
			VersionID: d.latest().id, VersionRules: len(rules), Description: orNull(d.description), Permission: "admin",
		}, nil
	}
}

// readDictionary reads what both ways of making a dictionary have.
func readDictionary(f fields) *dictionary {
	d := &dictionary{name: f.text("name", required), description: f.text("description", nullable)}
	if v, ok := f.get("workspace_access", nullable); ok && v != "" {
		d.access = f.oneOf("workspace_access", "", accessLevels...)
	}
	return d
}

func readAddDictionary(c *call) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	rules, d := f.rules("rules"), readDictionary(f)
	return &lookupJob{find: d.add(rules)}, f.failure()
}

// readAddLexicon takes a form with a lexicon, or without: then the dictionary
// has no rules yet.
func readAddLexicon(c *call) (job, *failure) {
	u, lexicon, err := readLexicon(c.r)
	if err != nil {
		return nil, &failure{http: http.StatusBadRequest, detail: "There was an error parsing the body"}
	}
	c.note(func(r *Request) {
		if r.Form = u.form; u.file != nil {
			r.File = &u.file.File
		}
	})
	f := u.fields()
	d := readDictionary(f)
	return &lookupJob{find: func(c *call) (any, *failure) {
		rules, fail := parseLexicon(lexicon)
		if fail != nil {
			return nil, fail
		}
		return d.add(rules)(c)
	}}, f.failure()
}

// readLexicon reads a form whose file is kept whole, nil if there is none.
func readLexicon(r *http.Request) (*upload, []byte, error) {
	u := &upload{form: map[string][]string{}}
	err := r.ParseMultipartForm(maxJSONBody)
	if errors.Is(err, http.ErrNotMultipart) {
		return u, nil, nil // the schema will say which fields are missing
	}
	if err != nil {
		return u, nil, err
	}
	defer r.MultipartForm.RemoveAll()
	u.form = r.MultipartForm.Value
	files := r.MultipartForm.File["file"]
	if len(files) == 0 {
		return u, nil, nil
	}
	u.file = &uploadedFile{File: File{Name: files[0].Filename, ContentType: files[0].Header.Get("Content-Type"), Size: files[0].Size}}
	opened, err := files[0].Open()
	if err != nil {
		return u, nil, err
	}
	defer opened.Close()
	lexicon, err := io.ReadAll(opened)
	return u, lexicon, err
}

func readEditDictionary(c *call) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	name := f.text("name", nullable)
	archived, setArchived := f.get("archived", nullable)
	if setArchived {
		archived = f.boolean("archived", nullable, false)
	}
	return &lookupJob{find: func(c *call) (any, *failure) {
		c.e.mu.Lock()
		defer c.e.mu.Unlock()
		d, fail := c.dictionary()
		if fail != nil {
			return nil, fail
		}
		d.name = cmp.Or(name, d.name)
		if setArchived {
			d.archive(archived == true)
		}
		return d.answer(), nil
	}}, f.failure()
}

// archive puts a dictionary away or takes it back. One that is away keeps its
// time.
func (d *dictionary) archive(away bool) {
	switch now := time.Now().Unix(); {
	case !away:
		d.archived = nil
	case d.archived == nil:
		d.archived = &now
	}
}

// withRules returns rules with others after them. A rule for the same text
// takes the place of the one that was there.
func withRules(old, added []dictionaryRule) []dictionaryRule {
	out := slices.Clone(old)
	place := make(map[string]int, len(old)+len(added))
	for i, r := range slices.Backward(old) {
		place[r.StringToReplace] = i
	}
	for _, r := range added {
		if i, ok := place[r.StringToReplace]; ok {
			out[i] = r
			continue
		}
		place[r.StringToReplace] = len(out)
		out = append(out, r)
	}
	return out
}

// setRules returns the new rules alone.
func setRules(_, added []dictionaryRule) []dictionaryRule { return added }

// readRulesChange reads rules that make a new version of a dictionary.
func readRulesChange(change func(old, given []dictionaryRule) []dictionaryRule) func(*call) (job, *failure) {
	return func(c *call) (job, *failure) {
		f, fail := readJSON(c)
		if fail != nil {
			return nil, fail
		}
		given := f.rules("rules")
		return changeRules(func(old []dictionaryRule) []dictionaryRule { return change(old, given) }), f.failure()
	}
}

func readRulesRemoval(c *call) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return nil, fail
	}
	gone := make(map[string]bool)
	for _, text := range f.texts("rule_strings", required) {
		gone[text] = true
	}
	return changeRules(func(old []dictionaryRule) []dictionaryRule {
		return slices.DeleteFunc(slices.Clone(old), func(r dictionaryRule) bool { return gone[r.StringToReplace] })
	}), f.failure()
}

func changeRules(change func([]dictionaryRule) []dictionaryRule) job {
	return &lookupJob{find: func(c *call) (any, *failure) {
		c.e.mu.Lock()
		defer c.e.mu.Unlock()
		d, fail := c.dictionary()
		if fail != nil {
			return nil, fail
		}
		rules := change(d.latest().rules)
		if fail := checkRules(rules); fail != nil {
			return nil, fail
		}
		d.change(rules)
		return d.changed(), nil
	}}
}
