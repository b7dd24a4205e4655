package elevenlabs

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// longestPiece is how much text waits for the end of its sentence, in bytes.
const longestPiece = 400

// A textBuffer puts the pieces of a text together to what can be spoken.
type textBuffer struct {
	ssml bool
	text string
	gone int // bytes that were taken before it
}

func (b *textBuffer) add(text string) { b.text += text }

// all is what waits.
func (b *textBuffer) all() string { return b.text }

// take returns what is whole: words or else sentences, with the blank behind.
func (b *textBuffer) take(words bool) (string, error) {
	cut, blank := 0, 0
	for i, r := range b.text[:b.outside()] {
		end := i + utf8.RuneLen(r)
		switch {
		case r == '。', r == '！', r == '？':
			cut, blank = end, end
		case unicode.IsSpace(r):
			blank = end
			if words || r == '\n' || sentences.EndsText(b.text[:i]) {
				cut = end
			}
		}
	}
	if cut == 0 && len(b.text) > longestPiece {
		cut = blank
	}
	return b.cut(cut)
}

// outside is up to where the text is in no tag that has yet to end.
func (b *textBuffer) outside() int {
	if open := strings.LastIndexByte(b.text, '<'); b.ssml && open > strings.LastIndexByte(b.text, '>') {
		return open
	}
	return len(b.text)
}

// rest returns all that waits.
func (b *textBuffer) rest() (string, error) {
	return b.cut(len(b.text))
}

// cut takes n bytes as the server wants them: with a blank at the end. Bytes
// that are no text are left out, and the error says where the first was.
func (b *textBuffer) cut(n int) (part string, err error) {
	part = b.text[:n]
	if !utf8.ValidString(part) {
		err = badArgument("text", "byte %d of what was written is not valid UTF-8, and left out", b.gone+broken(part))
		part = strings.ToValidUTF8(part, "")
	}
	b.text, b.gone = b.text[n:], b.gone+n
	switch {
	case strings.TrimSpace(part) == "":
		part = ""
	case !strings.HasSuffix(part, " "):
		part = strings.TrimRightFunc(part, unicode.IsSpace) + " "
	}
	return part, err
}

// broken is where the first byte of a text is that is none.
func broken(text string) int {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return len(text)
}

// A script is text on its way into speech. It knows what of it is on the
// connection, and what of that has been spoken.
type script struct {
	ssml    bool   // has tags such as <break/>,
	cues    bool   // or [laughs]
	eager   bool   // never waits for more text
	turns   []turn // of who speaks, in a dialogue
	text    string // what is not spoken for sure, from the start of a word
	added   int    // bytes of text in all
	sent    int    // of it, on this connection
	flushTo int    // what is to be spoken without waiting for more,
	flushed int    // and what the server was told so of
	aligned int    // what the times have come of,
	covered int    // and what the audio has

	marks []mark // ends of words between covered and aligned
	stray int    // letters in a row that the times have and the text has not
	dark  bool   // audio has come that no times tell of
}

// A mark is where a word ends, in the text and in the audio, in seconds.
type mark struct {
	at  int
	end float64
}

// A turn is from where on somebody speaks.
type turn struct {
	at    int
	voice string
}

// strayed is how many letters in a row may not be found until the times are
// not trusted.
const strayed = 12

func (s *script) add(text string) {
	s.text += text
	s.added += len(text)
}
func (s *script) flush() { s.flushTo = len(s.text) }

// speak makes somebody the one who speaks from here on.
func (s *script) speak(voice string) {
	for len(s.turns) > 1 && s.turns[len(s.turns)-1].at == len(s.text) {
		s.turns = s.turns[:len(s.turns)-1] // who had nothing to say
	}
	s.turns = append(s.turns, turn{len(s.text), voice})
}

// speaker is who speaks at a place, and whether the turn begins there.
func (s *script) speaker(at int) (voice string, begins bool) {
	for _, t := range s.turns {
		if t.at > at {
			break
		}
		voice, begins = t.voice, t.at == at
	}
	return voice, begins
}

// until is where the turn ends that somebody has at a place, or the text.
func (s *script) until(at int) int {
	for _, t := range s.turns {
		if t.at > at {
			return t.at
		}
	}
	return len(s.text)
}

// unsent reports whether there is text for the connection.
func (s *script) unsent() bool { return s.sent < len(s.text) }

// unflushed reports whether the server has yet to be told to wait for no more.
func (s *script) unflushed() bool { return s.flushTo > s.flushed && s.sent >= s.flushTo && !s.done() }

// A part is the text of one message.
type part struct {
	text   string
	flush  bool   // it is to be spoken without waiting for more
	voice  string // of who speaks, in a dialogue
	begins bool   // a turn
}

// send returns the text of the next message.
func (s *script) send() part {
	if !s.unsent() {
		s.flushed = s.flushTo
		return part{text: blank, flush: true}
	}
	from, to := s.sent, s.until(s.sent)
	p := part{flush: s.eager || from < s.flushTo}
	if from < s.flushTo {
		to = min(to, s.flushTo)
	}
	if p.flush {
		s.flushed = max(s.flushed, to)
	}
	p.voice, p.begins = s.speaker(from)
	p.text, s.sent = s.text[from:to], to
	return p
}

// done reports whether all is spoken that the server has, empty whether all is,
// and awaited whether text is not that the server was told to speak.
func (s *script) done() bool   { return !s.speakable(s.text[s.covered:s.sent]) }
func (s *script) empty() bool  { return !s.speakable(s.text[s.covered:]) }
func (s *script) left() string { return s.text[s.covered:] }
func (s *script) awaited() bool {
	return s.flushed > s.covered && s.speakable(s.text[s.covered:s.flushed])
}

// astray reports whether it is not known what has been spoken, and blind
// whether the times have ceased to tell.
func (s *script) astray() bool { return s.blind() && !s.done() }
func (s *script) blind() bool  { return s.dark || s.stray >= strayed }

// unheard reports whether nothing at all has come of what is not spoken.
func (s *script) unheard() bool { return s.aligned == 0 && !s.dark && s.stray == 0 && !s.done() }

// speakable reports whether there is a letter or a digit in a text, outside of
// tags.
func (s *script) speakable(text string) bool {
	for text != "" {
		r, n := utf8.DecodeRuneInString(text)
		if tag := s.tag(text); tag > 0 {
			n = tag
		} else if isSpoken(r) {
			return true
		}
		text = text[n:]
	}
	return false
}

// tag is the length of the tag that a text begins with, 0 for none.
func (s *script) tag(text string) int {
	switch {
	case s.ssml && text[0] == '<':
		return strings.IndexByte(text, '>') + 1
	case s.cues && text[0] == '[':
		return strings.IndexByte(text, ']') + 1
	}
	return 0
}

func isSpoken(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// cover takes the times of a message of audio, which begins at base. They are
// those of the text as it was sent, give or take blanks and signs.
func (s *script) cover(a *timing.Alignment, base float64) {
	if a == nil || len(a.Characters) == 0 {
		if len(s.marks) == 0 && !s.done() {
			s.dark = true
		}
		return
	}
	for i, text := range a.Characters {
		for _, r := range text {
			if unicode.IsSpace(r) || unicode.IsControl(r) {
				continue
			}
			at, ok := s.find(r)
			switch {
			case ok:
				s.aligned, s.stray = at, 0
				if s.endsWord(at) {
					s.marks = append(s.marks, mark{at, base + max(a.Starts[i], a.Ends[i])})
				}
			case isSpoken(r):
				s.stray++
			}
		}
	}
}

// find looks for a character of the times in the text, behind the last, and
// returns where it ends. Only what is not spoken is passed over.
func (s *script) find(r rune) (int, bool) {
	for at := s.aligned; at < s.sent; {
		q, n := utf8.DecodeRuneInString(s.text[at:])
		switch {
		case q == r || unicode.ToLower(q) == unicode.ToLower(r):
			return at + n, true
		case s.tag(s.text[at:s.sent]) > 0:
			n = s.tag(s.text[at:s.sent])
		case isSpoken(q):
			return 0, false
		}
		at += n
	}
	return 0, false
}

// endsWord reports whether nothing of a word comes behind a place.
func (s *script) endsWord(at int) bool {
	last, _ := utf8.DecodeLastRuneInString(s.text[:at])
	for _, r := range s.text[at:s.sent] {
		switch {
		case unicode.IsSpace(r), sentences.Spaceless(r), sentences.Spaceless(last):
			return true
		case isSpoken(r), unicode.Is(unicode.M, r):
			return false
		}
	}
	return true
}

// timesSlack is how far behind the audio a time may lie, in seconds.
const timesSlack = 0.1

// spoken takes how much audio has come, in seconds if that is known, and
// reports whether that was new text.
func (s *script) spoken(made float64, known bool) bool {
	n := 0
	for n < len(s.marks) && (!known || s.marks[n].end <= made+timesSlack) {
		s.covered = s.marks[n].at
		n++
	}
	s.marks = s.marks[:copy(s.marks, s.marks[n:])]
	if s.done() {
		s.dark, s.stray = false, 0
	}
	s.forget()
	return n > 0
}

// forget drops what is spoken.
func (s *script) forget() {
	n := s.covered
	s.text = s.text[n:]
	s.covered = 0
	s.sent, s.aligned = max(s.sent-n, 0), max(s.aligned-n, 0)
	s.flushTo, s.flushed = max(s.flushTo-n, 0), max(s.flushed-n, 0)
	for i := range s.marks {
		s.marks[i].at -= n
	}
	s.forgetTurns(n)
}

// forgetTurns moves the turns with the text. The one that is under way begins
// at its start, where it would have to be taken up again.
func (s *script) forgetTurns(n int) {
	for i := range s.turns {
		s.turns[i].at = max(s.turns[i].at-n, 0)
	}
	for len(s.turns) > 1 && s.turns[1].at == 0 {
		s.turns = s.turns[1:]
	}
}

// rewind makes all that is not spoken text for another connection.
func (s *script) rewind() {
	// The signs behind the last word are its own.
	if end := strings.IndexFunc(s.text[s.covered:], unicode.IsSpace); end > 0 && !s.speakable(s.text[s.covered:s.covered+end]) {
		s.covered += end
	}
	if !s.speakable(s.text[s.covered:]) {
		s.covered = len(s.text)
	}
	s.covered += len(s.text[s.covered:]) - len(strings.TrimLeftFunc(s.text[s.covered:], unicode.IsSpace))
	s.forget()
	s.sent, s.flushed, s.aligned = 0, 0, 0
	s.marks, s.stray, s.dark = s.marks[:0], 0, false
}
