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

// A pairing puts the messages of a segment together: by their order alone,
// since two segments may well say the same. A segment is whole when each
// message that is due has come. One that begins with a message that the last
// one has already, or that is overdue, goes without the rest.
type pairing struct {
	due    sttPart // of each segment
	final  bool    // segments come under their newest name
	either bool    // and that is known

	have  sttPart
	since time.Time // when the first of them came
	open  STTSegment
}

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
func (p *pairing) add(m *sttMessage, now time.Time) (whole []STTSegment) {
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
	if p.have&part != 0 {
		whole = append(whole, p.take())
	}
	if p.have == 0 {
		p.since = now
	}
	p.have |= part
	switch part {
	case partEntities:
		p.open.Entities = m.entities
	case partTimed:
		p.open.Words, p.open.LanguageCode = m.words, m.language
	}
	if m.text != "" {
		p.open.Text = m.text
	}
	if p.have&p.due == p.due {
		whole = append(whole, p.take())
	}
	return whole
}

// take ends the open segment.
func (p *pairing) take() STTSegment {
	s := p.open
	p.open, p.have = STTSegment{}, 0
	return s
}

// overdue returns how long the open segment is still waited for, and false if
// there is none. Entities alone are not a segment yet.
func (p *pairing) overdue(now time.Time) (time.Duration, bool) {
	if p.have&^partEntities == 0 {
		return 0, false
	}
	return partPatience - now.Sub(p.since), true
}
