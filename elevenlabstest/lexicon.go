package elevenlabstest

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
)

// A lexicon is a document of the W3C's Pronunciation Lexicon Specification, as
// far as a dictionary needs it.
type lexicon struct {
	XMLName  xml.Name
	Version  string   `xml:"version,attr,omitempty"`
	Alphabet string   `xml:"alphabet,attr,omitempty"`
	Lexemes  []lexeme `xml:"lexeme"`
}

type lexeme struct {
	Graphemes []string  `xml:"grapheme"`
	Phonemes  []phoneme `xml:"phoneme"`
	Aliases   []string  `xml:"alias"`
}

type phoneme struct {
	Alphabet string `xml:"alphabet,attr,omitempty"`
	Text     string `xml:",chardata"`
}

// parseLexicon reads the rules of a lexicon; no file has none.
func parseLexicon(data []byte) ([]dictionaryRule, *failure) {
	rules := []dictionaryRule{}
	if len(data) == 0 {
		return rules, nil
	}
	var doc lexicon
	if err := xml.Unmarshal(data, &doc); err != nil || doc.XMLName.Local != "lexicon" {
		return nil, invalid("invalid_file_type", "invalid_file_type", "The file is not a valid PLS lexicon.")
	}
	for _, l := range doc.Lexemes {
		for _, g := range l.Graphemes {
			r, ok := l.rule(strings.TrimSpace(g), doc.Alphabet)
			if !ok {
				return nil, invalid("invalid_file_type", "invalid_file_type",
					"The lexeme '%s' has neither an alias nor a phoneme.", strings.TrimSpace(g))
			}
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// rule is what a lexeme says of one of its graphemes. Of several ways to say it
// the first one counts.
func (l *lexeme) rule(grapheme, alphabet string) (dictionaryRule, bool) {
	r := dictionaryRule{StringToReplace: grapheme, CaseSensitive: true, WordBoundaries: true}
	switch {
	case len(l.Aliases) > 0:
		r.Type, r.Alias = "alias", strings.TrimSpace(l.Aliases[0])
	case len(l.Phonemes) > 0:
		r.Type, r.Phoneme, r.Alphabet = "phoneme", strings.TrimSpace(l.Phonemes[0].Text), alphabet
		if own := l.Phonemes[0].Alphabet; own != "" {
			r.Alphabet = own
		}
	default:
		return r, false
	}
	return r, true
}

// writeLexicon writes rules as a lexicon. Its alphabet is that of the first
// phoneme; others name their own.
func writeLexicon(rules []dictionaryRule) []byte {
	doc := lexicon{
		XMLName: xml.Name{Space: "http://www.w3.org/2005/01/pronunciation-lexicon", Local: "lexicon"},
		Version: "1.0", Alphabet: "ipa",
	}
	if i := slices.IndexFunc(rules, func(r dictionaryRule) bool { return r.Type == "phoneme" }); i >= 0 {
		doc.Alphabet = rules[i].Alphabet
	}
	for _, r := range rules {
		l := lexeme{Graphemes: []string{r.StringToReplace}}
		switch {
		case r.Type == "alias":
			l.Aliases = []string{r.Alias}
		case r.Alphabet == doc.Alphabet:
			l.Phonemes = []phoneme{{Text: r.Phoneme}}
		default:
			l.Phonemes = []phoneme{{Text: r.Phoneme, Alphabet: r.Alphabet}}
		}
		doc.Lexemes = append(doc.Lexemes, l)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	enc := xml.NewEncoder(&out)
	enc.Indent("", "  ")
	_ = enc.Encode(doc) // cannot fail on texts in memory
	return out.Bytes()
}

// A lexiconDownload is a version of a dictionary as a file.
type lexiconDownload struct {
	name    string
	lexicon []byte
}

func (j *lexiconDownload) check(c *call) *failure {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	d, fail := c.dictionary()
	if fail != nil {
		return fail
	}
	v, fail := d.version(c.vars["version_id"])
	if fail != nil {
		return fail
	}
	j.name, j.lexicon = d.id+".pls", writeLexicon(v.rules)
	return nil
}

func (j *lexiconDownload) charge() charge { return charge{} }

func (j *lexiconDownload) answer(c *call) {
	c.w.Header().Set("Content-Disposition", `attachment; filename="`+j.name+`"`)
	c.sendFile("text/plain; charset=utf-8", delivery{body: bytes.NewReader(j.lexicon), size: int64(len(j.lexicon))})
}
