package elevenlabs

import (
	"os"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
	"github.com/elevenlabs-go/elevenlabs/internal/timing"
)

// A TTSChunk is a piece of speech as it came, for [TTSSession.Next].
type TTSChunk struct {
	// Audio is valid until Next is called again.
	Audio []byte
	// Start is where the audio begins, from the start of the session's first. For
	// Opus it is told by the times alone.
	Start time.Duration
	// Alignment tells when the characters of the text are spoken, and
	// NormalizedAlignment those of the text as it was read, in continuous time
	// from the start of the session's audio. They are nil if none came with it,
	// and can be of later chunks too.
	Alignment, NormalizedAlignment *Alignment
}

const (
	// keptTimes is for how much audio behind the listener times are kept, in
	// seconds, and keptMemory how much memory they may take, in bytes: far more
	// than so much speech has.
	keptTimes  = 300
	keptMemory = 1 << 20
	// overhead is how much more memory than its audio a message may take until it
	// counts for more: base64 in a buffer that is larger than it takes up to 5.4
	// times as much.
	overhead = 6
)

// sound is the audio of a session that has come and is not read.
type sound struct {
	format Format
	limit  int64 // bytes

	pieces []piece
	lent   socket.Message // whose audio the last chunk is in
	held   int64          // bytes in pieces, more for what is mostly something else
	bytes  int64          // that have come
	clock  float64        // what the times tell of that
	read   float64        // where the listener is

	times []*timing.Alignment // of the last minutes
	kept  int                 // memory that they take
	text  strings.Builder     // of what was before
	said  int                 // bytes of text that there can be
}

// A piece is the audio of one message.
type piece struct {
	audio      []byte // what is not read of it
	message    socket.Message
	start      float64
	said, norm *timing.Alignment
	given      int   // bytes read
	extra      int64 // that it counts for besides its audio
}

// made is how much audio has come, in seconds.
func (a *sound) made() float64 {
	if a.format.BytesPerSecond() == 0 {
		return a.clock
	}
	return a.format.Duration(a.bytes).Seconds()
}

// add takes the audio of a message, and puts its times on the clock of the
// session.
func (a *sound) add(f timing.Frame, m socket.Message) {
	p := piece{audio: f.Audio, message: m, start: a.made(), said: f.Alignment, norm: f.Normalized}
	for _, t := range []*timing.Alignment{p.said, p.norm} {
		a.clock = max(a.clock, shift(t, p.start))
	}
	size := int64(len(f.Audio))
	p.extra = max(0, int64(m.Held()+memoryOf(p.said)+memoryOf(p.norm))/overhead-size)
	if p.said != nil {
		a.times = append(a.times, p.said)
		a.kept += memoryOf(p.said)
	}
	a.pieces = append(a.pieces, p)
	a.bytes += size
	a.held += size + p.extra
}

// memoryOf is how much memory times take, in bytes: for each text its header
// and two numbers.
func memoryOf(a *timing.Alignment) (n int) {
	if a == nil {
		return 0
	}
	for _, text := range a.Characters {
		n += 32 + len(text)
	}
	return n
}

// shift moves times, and returns the last.
func shift(a *timing.Alignment, by float64) (last float64) {
	if a == nil {
		return 0
	}
	for _, times := range [][]float64{a.Starts, a.Ends} {
		for i := range times {
			if times[i] >= 0 {
				times[i] += by
				last = max(last, times[i])
			}
		}
	}
	return last
}

// full reports whether the listener has to catch up.
func (a *sound) full() bool { return a.held > a.limit }

// take notes that n bytes of the first piece were read, and returns it if that
// was all of it.
func (a *sound) take(n int) (done piece, all bool) {
	p := &a.pieces[0]
	p.audio = p.audio[n:]
	p.given += n
	a.held -= int64(n)
	if len(p.audio) > 0 {
		return piece{}, false
	}
	done = *p
	a.held -= p.extra
	copy(a.pieces, a.pieces[1:])
	a.pieces[len(a.pieces)-1] = piece{}
	a.pieces = a.pieces[:len(a.pieces)-1]
	a.read = a.made()
	if len(a.pieces) > 0 {
		a.read = a.pieces[0].start
	}
	a.forget()
	return done, true
}

// at is where the listener is, in seconds.
func (a *sound) at() float64 {
	if len(a.pieces) == 0 {
		return a.read
	}
	return a.pieces[0].start + a.format.Duration(int64(a.pieces[0].given)).Seconds()
}

// forget puts old times away.
func (a *sound) forget() {
	for len(a.times) > 0 && (a.kept > keptMemory || ended(a.times[0], a.read-keptTimes)) {
		for _, text := range a.times[0].Characters {
			if a.text.Len()+len(text) <= 2*a.said { // give or take blanks
				a.text.WriteString(text)
			}
		}
		a.kept -= memoryOf(a.times[0])
		a.times = a.times[1:]
	}
}

func ended(a *timing.Alignment, by float64) bool {
	return len(a.Ends) == 0 || a.Ends[len(a.Ends)-1] <= by
}

// heardBy is what was said up to a time.
func (a *sound) heardBy(at float64) Heard {
	var b strings.Builder
	b.WriteString(a.text.String())
	for _, t := range a.times {
		for i, text := range t.Characters {
			if t.Ends[i] <= at+0.0005 { // times are in whole milliseconds
				b.WriteString(text)
			}
		}
	}
	return Heard{Text: strings.TrimSpace(b.String()), Duration: time.Duration(max(at, 0) * float64(time.Second)).Round(time.Millisecond)}
}

// drop forgets all that was not read.
func (a *sound) drop() {
	a.read = a.at()
	for i := range a.pieces {
		a.pieces[i].message.Free()
	}
	a.pieces, a.held = nil, 0
}

// Read reads audio, which may be cut anywhere. It returns io.EOF behind the
// last, once the text has ended. Any other error says how the session ended;
// what had come was read before.
func (s *TTSSession) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if err := s.await(); err != nil {
		return 0, err
	}
	n := copy(p, s.sound.pieces[0].audio)
	if done, all := s.consume(n); all {
		done.message.Free()
	}
	return n, nil
}

// Next waits for the next piece of audio and returns it with its times. What
// was read of a piece by Read it has not. Its errors are those of Read.
func (s *TTSSession) Next() (TTSChunk, error) {
	s.mu.Lock()
	defer s.unlock()
	s.sound.lent.Free()
	if err := s.await(); err != nil {
		return TTSChunk{}, err
	}
	first := &s.sound.pieces[0]
	chunk := TTSChunk{
		Audio: first.audio, Start: time.Duration(s.sound.at() * float64(time.Second)),
		Alignment: (*Alignment)(first.said), NormalizedAlignment: (*Alignment)(first.norm),
	}
	done, _ := s.consume(len(chunk.Audio))
	s.sound.lent = done.message
	return chunk, nil
}

// await waits for audio to be read.
func (s *TTSSession) await() error {
	for len(s.sound.pieces) == 0 && s.err == nil {
		s.changed.Wait()
	}
	if len(s.sound.pieces) == 0 {
		return s.err
	}
	return nil
}

// consume reads from the first piece, and wakes who waited for that.
func (s *TTSSession) consume(n int) (piece, bool) {
	full := s.sound.full()
	done, all := s.sound.take(n)
	if full && !s.sound.full() {
		s.changed.Broadcast()
	}
	return done, all
}

// closeSound ends the reading of a session that has ended.
func (s *TTSSession) closeSound() {
	if len(s.sound.pieces) > 0 {
		s.err = os.ErrClosed
	}
	s.sound.drop()
}
