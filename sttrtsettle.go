package elevenlabs

import (
	"time"
	"unicode/utf8"
)

// Where a session does not know what the server has committed, it has to guess.
const (
	// commitTakes is how long it takes at least until a commit is answered: 294 to
	// 350 ms were seen.
	commitTakes = 290 * time.Millisecond
	// surelyOurs is how old a commit is at least when it is answered. Under vad
	// words that come earlier end in a pause.
	surelyOurs = 150 * time.Millisecond
	// sparePatience is how long after such words an answer is waited for, until
	// they are taken for it.
	sparePatience = 2 * time.Second
	// serverCommits is when the server commits by itself. It was seen live on 24
	// September 2026.
	serverCommits = 35_800 * time.Millisecond
	// echoComes is how long a committed text may come again as a partial; 5 to 50
	// ms were seen.
	echoComes = time.Second
	// previousRunes is how much of the transcript a new connection is told; the
	// vendor advises less than 50 characters.
	previousRunes = 49
)

// segments numbers the segments that have come and settles their audio. The
// caller holds the mutex.
func (s *STTSession) segments(l *sttLink, whole []openSegment) (events []STTEvent) {
	for _, open := range whole {
		seg, from := open.STTSegment, s.settled
		byUser := s.settles(l, &open, s.retime(l, seg.Words))
		l.echo, l.until, l.said = seg.Text, time.Now().Add(echoComes), ""
		s.answered = time.Now()
		if seg.Text == "" && !byUser {
			continue
		}
		s.seq++
		seg.Seq, seg.From, seg.To = s.seq, s.rate.lasting(from), s.rate.lasting(s.settled)
		if seg.Text != "" {
			s.tail = lastWords(s.tail+" "+seg.Text, previousRunes)
		}
		events = append(events, STTEvent{Kind: STTCommitted, Segment: &seg})
	}
	return events
}

// settles finds out which audio a segment has, whose words end at a place of
// the connection if that is known, and reports whether the caller has asked for
// it. Answers come in the order of the commits; what is none of ours the server
// has committed by itself, for which there have to be words.
func (s *STTSession) settles(l *sttLink, seg *openSegment, ends int64) (byUser bool) {
	if l.commits > 0 {
		if !s.req.vad() || seg.Text == "" || seg.since.Sub(s.commits[0].sent) >= surelyOurs {
			return s.answer(l)
		}
		l.spare++
	}
	wire := l.marked.wire + s.rate.bytes(serverCommits)
	switch {
	case ends > 0:
		wire = ends
	case s.req.vad(): // in the pause, or before it: what comes twice is not lost
		wire = seg.place.wire - s.rate.bytes(max(s.req.pause(), pacedSpeed*commitTakes))
	}
	to := min(l.clock.place(wire), l.sent)
	if at := s.pausedAt(seg.place.sent); ends == 0 && at > 0 {
		to = at
	}
	if len(s.commits) > 0 {
		to = min(to, s.commits[0].at)
	}
	l.from = max(l.from, wire)
	if l.commits == 0 {
		l.marked.wire, l.marked.place = max(l.marked.wire, wire), max(l.marked.place, to)
	}
	s.settle(l, to)
	return false
}

// pausedAt returns a place in the pause that the server has just committed in,
// 0 if none is heard under vad. More was sent while that was told, up to a
// place.
func (s *STTSession) pausedAt(sent int64) int64 {
	from, least := max(s.settled, s.ring.base), s.rate.bytes(s.req.pause())
	if !s.req.vad() || sent <= from {
		return 0
	}
	for _, until := range []int64{sent - s.rate.bytes(commitTakes), sent} {
		if until <= from {
			continue
		}
		if start := s.rate.pause(s.ring.slice(from, until), least); start > 0 {
			return s.rate.whole(from + start + least/2)
		}
	}
	return 0
}

// answer takes the first commit for answered, and reports whether it is the
// caller's.
func (s *STTSession) answer(l *sttLink) (byUser bool) {
	c := s.commits[0]
	s.commits = s.commits[1:]
	if l.commits--; l.commits == 0 {
		l.spare = 0
	}
	l.from = c.wire
	s.settle(l, c.at)
	return c.byUser
}

// settle lets go of the audio up to a place.
func (s *STTSession) settle(l *sttLink, to int64) {
	if to > s.settled {
		s.settled, l.answered = to, true
		s.ring.drop(to)
		l.clock.forget(to)
		s.tell()
	}
}

// retime turns the times of words, which count from the start of the
// connection, into those of the caller's audio, and returns where on the
// connection the last one ends, 0 if that is not told. Times that count from
// the start of the segment instead, which the documents do not exclude, begin
// too early for it.
func (s *STTSession) retime(l *sttLink, words []Word) (ends int64) {
	offset := int64(0)
	if len(words) > 0 && words[0].Start != nil && s.rate.seconds(*words[0].Start) < l.from-s.rate.perSecond/2 {
		offset = l.from
	}
	move := func(t *float64) *float64 {
		if t == nil {
			return nil
		}
		wire := offset + s.rate.seconds(*t)
		ends = max(ends, wire)
		at := s.rate.lasting(l.clock.place(wire)).Seconds()
		return &at
	}
	for i := range words {
		words[i].Start, words[i].End = move(words[i].Start), move(words[i].End)
		for k := range words[i].Characters {
			c := &words[i].Characters[k]
			c.Start, c.End = move(c.Start), move(c.End)
		}
	}
	return ends
}

// lastWords returns the end of a text, of whole words where that leaves any.
func lastWords(text string, runes int) string {
	over := utf8.RuneCountInString(text) - runes
	if over <= 0 {
		return text
	}
	cut := 0
	for i, r := range text {
		switch {
		case over > 0:
			over--
			if cut = i + utf8.RuneLen(r); over == 0 && r == ' ' {
				return text[cut:]
			}
		case r == ' ' && i+1 < len(text):
			return text[i+1:]
		}
	}
	return text[cut:]
}
