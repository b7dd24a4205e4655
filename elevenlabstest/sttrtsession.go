package elevenlabstest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/elevenlabs-go/elevenlabs"
)

// A realtime is a session of realtime speech to text. Its messages come from a
// goroutine that ends before the session does; all else is the handler's.
type realtime struct {
	c   *call
	job *realtimeJob
	ear *ear

	received chan []byte
	lost     chan struct{} // closed when nothing more will be received,
	over     chan struct{} // and when nothing more will be taken

	chunks   int        // of audio
	segments int        // committed
	due      []outgoing // by time
	ended    bool       // an error is due; nothing is taken any more
	idle     time.Time  // when the session ends unless a message comes

	partial     string // the last one
	nextPartial int64  // the sample from which the next one is due
}

// An outgoing message is sent at its time.
type outgoing struct {
	at      time.Time
	message any
	end     *refusal // the close behind it; nil for none
}

func newRealtime(c *call, j *realtimeJob) *realtime {
	return &realtime{c: c, job: j, received: make(chan []byte), lost: make(chan struct{}), over: make(chan struct{})}
}

// accept makes a socket of the call.
func (s *realtime) accept() bool {
	c := s.c
	if c.fault != nil && c.fault.delay > 0 && c.wait(c.fault.delay) != nil || c.travel() != nil {
		return false
	}
	c.commonHeaders()
	c.fault.addTo(c.w.Header())
	c.begun = true
	ws, err := websocket.Accept(c.w, c.r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // any page may try it
	if err != nil {
		c.note(func(r *Request) { r.Status = http.StatusUpgradeRequired })
		return false
	}
	ws.SetReadLimit(maxSocketRead)
	c.socket = ws
	c.note(func(r *Request) { r.Status = http.StatusSwitchingProtocols })
	return true
}

// run holds the session, or tells why there is none.
func (s *realtime) run(refused *refusal) {
	go s.receive()
	defer func() {
		close(s.over)
		_ = s.c.socket.CloseNow()
		<-s.lost
	}()
	if refused != nil {
		s.refuse(refused)
	} else {
		s.start()
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for s.step(timer) {
	}
}

// receive takes messages off the socket.
func (s *realtime) receive() {
	defer close(s.lost)
	for {
		_, data, err := s.c.socket.Read(s.c.ctx)
		if err != nil {
			return
		}
		select {
		case s.received <- data:
		case <-s.over:
			return
		}
	}
}

// start greets the client.
func (s *realtime) start() {
	s.ear = newEar(s.job.spec)
	s.nextPartial = -1
	s.say(map[string]any{
		"message_type": "session_started", "session_id": newTraceID(), "config": s.job.config,
	}, 0)
	if s.job.config.Unlogged && s.c.e.cfg.tier != elevenlabs.TierEnterprise {
		s.say(map[string]any{"message_type": "warning", "warning": "Zero retention is not part of this plan " +
			"and was not applied. The session is still being logged."}, 0)
	}
	s.idle = time.Now().Add(realtimeIdle)
}

// step does what is due, or waits for what comes next. It reports whether the
// session goes on.
func (s *realtime) step(timer *time.Timer) bool {
	now := time.Now()
	for len(s.due) > 0 && !s.due[0].at.After(now) {
		next := s.due[0]
		s.due = s.due[1:]
		if !s.send(next) {
			return false
		}
	}
	if !s.ended && !now.Before(s.idle) {
		_ = s.c.socket.Close(websocket.StatusNormalClosure, "") // without a word
		return false
	}
	timer.Reset(time.Until(s.wakes()))
	select {
	case data := <-s.received:
		s.idle = time.Now().Add(realtimeIdle)
		if !s.ended {
			s.take(data)
		}
		return s.c.passed() == nil
	case <-timer.C:
	case <-s.lost:
		return false
	case <-s.c.ctx.Done():
		return false
	}
	return true
}

func (s *realtime) wakes() time.Time {
	if len(s.due) > 0 && (s.ended || s.due[0].at.Before(s.idle)) {
		return s.due[0].at
	}
	return s.idle
}

// say queues a message for d from now, behind those that are due before it.
func (s *realtime) say(message any, d time.Duration) {
	s.queue(outgoing{at: time.Now().Add(s.c.e.scaled(d + s.c.e.cfg.roundTrip/2)), message: message})
}

func (s *realtime) queue(o outgoing) {
	if n := len(s.due); n > 0 && o.at.Before(s.due[n-1].at) {
		o.at = s.due[n-1].at
	}
	s.due = append(s.due, o)
}

// refuse ends the session with an error.
func (s *realtime) refuse(r *refusal) {
	s.ended = true
	s.queue(outgoing{
		at: time.Now(), end: r,
		message: map[string]any{"message_type": r.kind, "error": r.message},
	})
}

func (s *realtime) send(o outgoing) bool {
	data, err := json.Marshal(o.message)
	if err != nil {
		panic(err) // the emulator's own types; a bug if they cannot be encoded
	}
	if s.c.socket.Write(s.c.ctx, websocket.MessageText, data) != nil || s.c.passed() != nil {
		return false
	}
	if o.end != nil {
		_ = s.c.socket.Close(o.end.code, o.end.reason)
	}
	return o.end == nil
}

// A realtimeMessage is what a client says.
type realtimeMessage struct {
	Type       string  `json:"message_type"`
	Audio      *string `json:"audio_base_64"`
	Commit     bool    `json:"commit"`
	SampleRate *int    `json:"sample_rate"`
	Previous   *string `json:"previous_text"`
}

// take reads a message.
func (s *realtime) take(data []byte) {
	var m realtimeMessage
	err := json.Unmarshal(data, &m)
	s.record(m, data)
	if err != nil || m.Type != "input_audio_chunk" || m.Audio == nil {
		s.refuse(refuse("input_error", "The message is not an input_audio_chunk."))
		return
	}
	samples, err := base64.StdEncoding.DecodeString(*m.Audio)
	switch {
	case err != nil, len(samples)%s.ear.width != 0:
		s.refuse(refuse("input_error", "The audio is not whole samples in base64."))
	case m.SampleRate != nil && *m.SampleRate != s.job.spec.RateHz:
		s.refuse(refuse("input_error", "The sample_rate is not that of audio_format."))
	case m.Previous != nil && s.chunks > 0:
		s.refuse(refuse("input_error", "previous_text can only be sent with the first audio chunk."))
	case s.ear.lasting(int64(len(samples)/s.ear.width)) > longestChunk:
		s.refuse(refuse("chunk_size_exceeded", "The chunk is too large."))
	default:
		s.chunks++
		s.hear(samples, m.Commit)
	}
}

// record notes what was said, a line for each message, with the length of the
// audio in its place.
func (s *realtime) record(m realtimeMessage, data []byte) {
	line := string(data)
	if m.Audio != nil && *m.Audio != "" {
		line = strings.Replace(line, *m.Audio, strconv.Itoa(base64.StdEncoding.DecodedLen(len(*m.Audio))-strings.Count(*m.Audio, "="))+" bytes", 1)
	}
	s.c.note(func(r *Request) {
		if len(r.Body)+len(line) < maxRecordedBody {
			r.Body = append(r.Body, line+"\n"...)
		}
	})
}

// hear takes audio, and commits where the client, the silence or the vendor's
// patience wants it.
func (s *realtime) hear(samples []byte, commit bool) {
	s.c.e.mu.Lock()
	s.c.e.account.audio += s.ear.lasting(int64(len(samples) / s.ear.width))
	s.c.e.mu.Unlock()
	for len(samples) > 0 {
		samples = s.ear.hear(samples)
		switch {
		case s.ear.uncommitted() >= mostUnmarked, s.pauses():
			s.commit()
		default:
			s.sayPartial()
		}
	}
	if !commit {
		return
	}
	if had := s.ear.uncommitted(); had < leastCommit {
		s.refuse(refuse("commit_throttled", "Commit request ignored: only "+seconds(had)+" of uncommitted audio. "+
			"You need at least 0.3s of uncommitted audio before committing."))
		return
	}
	s.commit()
}

// speaks reports whether there is speech in the segment.
func (s *realtime) speaks() bool {
	return s.ear.lasting(s.ear.sound) >= time.Duration(s.job.config.MinSpeech)*time.Millisecond
}

// pauses reports whether speech has ended, where that commits.
func (s *realtime) pauses() bool {
	cfg := &s.job.config
	silence := max(time.Duration(cfg.Silence*float64(time.Second)), time.Duration(cfg.MinSilence)*time.Millisecond)
	return cfg.VAD && s.speaks() && s.ear.quiet() >= silence
}

// sayPartial tells what was heard so far, now and then.
func (s *realtime) sayPartial() {
	if s.ear.sound == 0 && len(s.ear.points) == 0 {
		return
	}
	if s.nextPartial < 0 {
		s.nextPartial = s.ear.first + s.ear.samples(firstPartial)
	}
	if s.ear.at < s.nextPartial {
		return
	}
	s.nextPartial = s.ear.at + s.ear.samples(partialEvery)
	text := joined(s.ear.ownWords())
	if len(s.ear.points) == 0 && s.speaks() {
		text = strings.TrimSpace(s.ear.scriptedSoFar(s.scripted()))
	}
	if text != "" && text != s.partial {
		s.partial = text
		s.say(map[string]any{"message_type": "partial_transcript", "text": text}, 0)
	}
}

func (s *realtime) scripted() string {
	cfg := &s.job.config
	info := AudioInfo{Model: cfg.Model, Channels: 1, Duration: s.ear.uncommitted()}
	if cfg.Language != nil {
		info.Language = *cfg.Language
	}
	return s.c.e.heard(info)
}

// commit ends a segment and tells what was heard in it.
func (s *realtime) commit() {
	words := s.ear.ownWords()
	if len(s.ear.points) == 0 && s.speaks() {
		words = s.ear.scriptedWords(s.scripted())
	}
	s.ear.next()
	s.partial, s.nextPartial = "", -1
	s.segments++
	s.answer(joined(words), words)
}

// answer queues the messages of a segment. Entities were seen before and
// behind the text; here they take turns.
func (s *realtime) answer(text string, words []wordAnswer) {
	cfg, wait := &s.job.config, s.c.e.cfg.latency.Commit
	message := func(kind string, more map[string]any) map[string]any {
		m := map[string]any{"message_type": kind, "text": text}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	entities := func() {
		if cfg.Entities != nil {
			found := detectEntities(text, strings.Split(*cfg.Entities, ","))
			s.say(message("committed_transcript_entities", map[string]any{"entities": found}), wait)
		}
	}
	if s.segments%2 == 0 {
		entities()
	}
	s.say(message("committed_transcript", nil), wait)
	if cfg.Timestamps || cfg.LanguageDetection {
		more := map[string]any{"words": words}
		if cfg.LanguageDetection {
			more["language_code"] = orElse(cfg.Language, detected)
		}
		s.say(message("committed_transcript_with_timestamps", more), wait)
	}
	if s.segments%2 == 1 {
		entities()
	}
	if text != "" {
		s.say(message("partial_transcript", nil), wait+s.c.e.cfg.latency.Echo)
	}
}
