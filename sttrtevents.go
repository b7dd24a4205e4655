package elevenlabs

import (
	"encoding/json"
	"iter"
	"sync"
	"time"
)

// An STTEventKind says what an [STTEvent] tells.
type STTEventKind int

// The kinds of events.
const (
	// STTStarted: a connection is ready. SessionID is set, and Raw has what it
	// was told of the configuration. It comes again after a reconnection.
	STTStarted STTEventKind = iota + 1
	// STTPartial: Text is what was heard of the segment so far. It takes the place
	// of the partial before it. The first was seen about 2 s after speech began:
	// who wants to know sooner that somebody speaks listens to the audio.
	STTPartial
	// STTCommitted: Segment is final.
	STTCommitted
	// STTWarning: Text is a warning of the server's, or an error that has not
	// ended the session.
	STTWarning
	// STTGap: the audio between From and To was lost, and with it what was said.
	STTGap
	// STTOther: Raw is a message that this package does not know.
	STTOther
)

// String returns started, partial, committed, warning, gap or other.
func (k STTEventKind) String() string {
	if k < STTStarted || k > STTOther {
		return "unknown"
	}
	return [...]string{"started", "partial", "committed", "warning", "gap", "other"}[k-1]
}

// An STTEvent is what happened in a session of realtime speech to text.
type STTEvent struct {
	// Kind says which of the fields below are set.
	Kind STTEventKind
	// Text is a partial transcript or a warning.
	Text string
	// Segment is a final transcript.
	Segment *STTSegment
	// From and To are where in the caller's audio a gap is.
	From, To time.Duration
	// SessionID is what the vendor calls the connection.
	SessionID string
	// Raw is the message as it came, for STTStarted and STTOther; nil for one of
	// more than 64 KiB.
	Raw json.RawMessage
}

// An STTSegment is what was said between two commits. Each is told once,
// whatever connections break.
type STTSegment struct {
	// Seq counts the segments, from 1.
	Seq int
	// Text is what was said; empty for the silence that a Commit of the caller
	// has ended.
	Text string
	// From and To are where it is in the caller's audio. Under vad, without
	// timestamps, To is an estimate.
	From, To time.Duration
	// LanguageCode is what was spoken, with LanguageDetection.
	LanguageCode string
	// Words have their times in the caller's audio, with Timestamps.
	Words []Word
	// Entities are what EntityDetection found.
	Entities []Entity
}

const (
	maxRawEvent = 64 << 10
	// maxQueuedEvents is how much the events weigh that nobody has read, in
	// bytes, until the socket is read no further.
	maxQueuedEvents = 4 << 20
	eventWeight     = 256
)

// weight is about what an event takes in memory.
func (e *STTEvent) weight() int {
	n := eventWeight + len(e.Text) + len(e.SessionID) + len(e.Raw)
	if s := e.Segment; s != nil {
		n += len(s.Text) + 64*len(s.Entities)
		for _, w := range s.Words {
			n += 128 + 32*len(w.Characters)
		}
	}
	return n
}

// An eventQueue holds events until they are read. A partial takes the place of
// one that nobody has read.
type eventQueue struct {
	mu      sync.Mutex // guards all below
	events  []STTEvent
	weight  int
	changed chan struct{} // closed and made anew with every change; nil while nobody waits
	closed  bool
	err     error // why there are no more
}

// wait returns a channel that is closed with the next change. The caller holds
// the mutex.
func (q *eventQueue) wait() <-chan struct{} {
	if q.changed == nil {
		q.changed = make(chan struct{})
	}
	return q.changed
}

// tell wakes all who wait. The caller holds the mutex.
func (q *eventQueue) tell() {
	if q.changed != nil {
		close(q.changed)
		q.changed = nil
	}
}

// full reports whether there is no room for more events.
func (q *eventQueue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.weight > maxQueuedEvents && !q.closed
}

// await waits until there is room for more events, unless stop is closed.
func (q *eventQueue) await(stop <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.weight > maxQueuedEvents && !q.closed {
		changed := q.wait()
		q.mu.Unlock()
		select {
		case <-changed:
			q.mu.Lock()
		case <-stop:
			q.mu.Lock()
			return
		}
	}
}

// push adds events. It does not wait for room, so that those who add under the
// session's mutex keep their order.
func (q *eventQueue) push(events ...STTEvent) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range events {
		q.add(e)
	}
}

func (q *eventQueue) add(e STTEvent) {
	if q.closed {
		return
	}
	if n := len(q.events); n > 0 && e.Kind == STTPartial && q.events[n-1].Kind == STTPartial {
		q.weight -= q.events[n-1].weight()
		q.events = q.events[:n-1]
	}
	q.events = append(q.events, e)
	q.weight += e.weight()
	q.tell()
}

// close ends the queue: what is in it can still be read, and then the error.
func (q *eventQueue) close(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed, q.err = true, err
		q.tell()
	}
}

// next waits for an event, false at the end.
func (q *eventQueue) next() (STTEvent, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.events) == 0 {
		if q.closed {
			return STTEvent{}, false, q.err
		}
		changed := q.wait()
		q.mu.Unlock()
		<-changed
		q.mu.Lock()
	}
	e := q.events[0]
	if q.events = q.events[1:]; len(q.events) == 0 {
		q.events = nil
	}
	q.weight -= e.weight()
	q.tell()
	return e, true, nil
}

// Events yields what happens in the session, and waits for it. After
// [STTSession.Finish] or [STTSession.Close] it yields what is left and ends. A
// session that has failed yields its error last.
//
// Whoever breaks off and calls Events again goes on behind the last event; so
// do several goroutines that share the events. Partials that nobody has read
// give way to newer ones; when 4 MiB of other events are unread, the session
// waits for a reader.
func (s *STTSession) Events() iter.Seq2[STTEvent, error] {
	return func(yield func(STTEvent, error) bool) {
		for {
			e, ok, err := s.events.next()
			switch {
			case ok:
				if !yield(e, nil) {
					return
				}
				continue
			case err != nil:
				yield(STTEvent{}, err)
			}
			return
		}
	}
}
