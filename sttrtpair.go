package elevenlabs

import "time"

// partPatience is how long the missing messages of a segment are waited for.
const partPatience = time.Second

// A sttPart is one of the messages that tell of a segment.
type sttPart int

const (
	partText sttPart = 1 << iota
	partTimed
	partEntities
)

// sttParts are the kinds of message that tell of a segment. The newest
// documents have another name for two of them, which was not seen.
var sttParts = map[string]sttPart{
	"committed_transcript":                 partText,
	"committed_transcript_with_timestamps": partTimed,
	"committed_transcript_entities":        partEntities,
	"final_transcript":                     partText,
	"final_transcript_with_timestamps":     partTimed,
}

// A pairing puts the messages of segments together, by their order alone, since
// two segments may well say the same: the first message of a kind is of the
// first segment. A segment is told when each message that is due has come, or
// without the rest when that is overdue.
type pairing struct {
	due    sttPart // of each segment
	final  bool    // segments come under their newest name
	either bool    // and that is known
	texted bool    // the text comes as a message of its own

	place   sttPlace // of the connection, when the next message came
	open    []openSegment
	missing sttPart // what may still come of the last segment that went without it
}

// An openSegment misses a message.
type openSegment struct {
	STTSegment
	have  sttPart
	since time.Time
	place sttPlace // of the connection then
}

// An sttPlace is how far a connection was: what was sent on it, and how much of
// the caller's audio.
type sttPlace struct{ wire, sent int64 }

// maxOpenSegments is how many segments wait for their messages.
const maxOpenSegments = 32

func newPairing(req *STTStreamRequest) pairing {
	p := pairing{due: partText}
	if req.Timestamps || req.LanguageDetection {
		p.due |= partTimed
	}
	if len(req.EntityDetection) > 0 {
		p.due |= partEntities
	}
	return p
}

// add takes a message, and returns the segments that are whole by it.
func (p *pairing) add(m *sttMessage, now time.Time) (whole []openSegment) {
	part := sttParts[m.kind]
	if part != partEntities {
		final := m.kind[0] == 'f'
		if !p.either {
			p.final, p.either = final, true
		}
		if p.final != final {
			return nil // the same again under its other name
		}
	}
	if len(p.open) == 0 && p.missing&part != 0 {
		p.missing &^= part
		return nil // late
	}
	if part == partText {
		p.texted, p.missing = true, 0
	}
	p.find(part, m, now).take(part, m)
	for len(p.open) > 0 && p.open[0].have&p.due == p.due {
		whole = append(whole, p.open[0])
		p.open = p.open[1:]
	}
	for len(p.open) > maxOpenSegments || p.weight() > maxQueuedEvents {
		whole = append(whole, p.expire()...)
	}
	return whole
}

// find returns the segment that a message is of: the first that lacks it, but
// for silence where there are words, which nothing more may come of.
func (p *pairing) find(part sttPart, m *sttMessage, now time.Time) *openSegment {
	for i := range p.open {
		s := &p.open[i]
		silent := part != partText && m.text != "" && s.have&partText != 0 && s.Text == ""
		if s.have&part == 0 && !silent {
			return s
		}
	}
	p.open = append(p.open, openSegment{since: now, place: p.place})
	return &p.open[len(p.open)-1]
}

// take adds what a message tells. The text is what the message of the text
// says, if there is one.
func (s *openSegment) take(part sttPart, m *sttMessage) {
	switch part {
	case partEntities:
		s.Entities = m.entities
	case partTimed:
		s.Words, s.LanguageCode = m.words, m.language
	}
	if part == partText || s.have&partText == 0 {
		s.Text = m.text
	}
	s.have |= part
}

// expire ends the first segment without what it misses. One that misses the
// text is none, where that always comes.
func (p *pairing) expire() []openSegment {
	s := p.open[0]
	p.open, p.missing = p.open[1:], p.due&^s.have
	if s.have&partText != 0 || s.have&partTimed != 0 && !p.texted {
		return []openSegment{s}
	}
	return nil
}

// weight is about what the open segments take in memory.
func (p *pairing) weight() (n int) {
	for i := range p.open {
		n += (&STTEvent{Segment: &p.open[i].STTSegment}).weight()
	}
	return n
}

// pending reports whether a segment is open.
func (p *pairing) pending() bool { return len(p.open) > 0 }

// overdue returns how long the first open segment is still waited for, and
// false if there is none.
func (p *pairing) overdue(now time.Time) (time.Duration, bool) {
	if !p.pending() {
		return 0, false
	}
	return partPatience - now.Sub(p.open[0].since), true
}
