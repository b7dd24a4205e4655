package elevenlabs

import "time"

// An audioRing keeps the audio that may be needed again. Places in it count
// from the first byte of the session.
type audioRing struct {
	buf  []byte
	base int64 // the place of the first byte that is kept
}

func (r *audioRing) end() int64 { return r.base + int64(len(r.buf)) }

func (r *audioRing) add(p []byte) { r.buf = append(r.buf, p...) }

// slice returns the audio between two places, until the ring changes.
func (r *audioRing) slice(from, to int64) []byte { return r.buf[from-r.base : to-r.base] }

// drop forgets what lies before a place. An empty ring holds no memory.
func (r *audioRing) drop(to int64) {
	n := min(to-r.base, int64(len(r.buf)))
	if n <= 0 {
		return
	}
	r.base += n
	if r.buf = r.buf[n:]; len(r.buf) == 0 {
		r.buf = nil
	}
}

// An audioClock translates the time of a connection, which runs with all that
// was sent on it, into the time of the session, which has neither the silence
// that was added nor the audio that was sent twice. Both are in bytes.
type audioClock struct{ spans []clockSpan }

// A clockSpan is caller's audio that was sent in one piece.
type clockSpan struct{ wire, place, length int64 }

// sent notes caller's audio.
func (c *audioClock) sent(wire, place, length int64) {
	if n := len(c.spans); n > 0 {
		last := &c.spans[n-1]
		if last.wire+last.length == wire && last.place+last.length == place {
			last.length += length
			return
		}
	}
	c.spans = append(c.spans, clockSpan{wire, place, length})
}

// place returns where in the session a moment of the connection is. A moment
// in added silence is where that was added.
func (c *audioClock) place(wire int64) int64 {
	at := int64(0)
	for i, s := range c.spans {
		if wire < s.wire && i > 0 {
			break
		}
		at = s.place + min(max(wire-s.wire, 0), s.length)
	}
	return at
}

// forget drops what lies before a place, but for the piece that ends there.
func (c *audioClock) forget(place int64) {
	for len(c.spans) > 1 && c.spans[1].place <= place {
		c.spans = c.spans[1:]
	}
}

// An audioRate turns times into whole samples, in bytes, and back.
type audioRate struct {
	perSecond int64
	width     int64 // of a sample
}

func (r audioRate) bytes(d time.Duration) int64 {
	return int64(d.Seconds()*float64(r.perSecond/r.width)+0.5) * r.width
}

func (r audioRate) whole(n int64) int64 { return n - n%r.width }

func (r audioRate) lasting(n int64) time.Duration {
	return time.Duration(n/r.perSecond)*time.Second + time.Duration(n%r.perSecond)*time.Second/time.Duration(r.perSecond)
}

// silence is audio without sound.
func (r audioRate) silence(n int64) []byte {
	b := make([]byte, n)
	if r.width == 1 {
		for i := range b {
			b[i] = 0xFF // zero, in mu-law
		}
	}
	return b
}

// seconds is a time as the API writes it.
func (r audioRate) seconds(t float64) int64 {
	return int64(max(min(t, 1e9), 0)*float64(r.perSecond/r.width)+0.5) * r.width
}

// The levels below which there is no speech: 500 of 32,768.
const (
	quietPCM  = 500
	quietULaw = 0x23 // of the code, turned around
)

// pause returns where the last pause of at least so many bytes begins in whole
// samples, 0 if there is none behind a sound.
func (r audioRate) pause(samples []byte, least int64) int64 {
	for end := int64(len(samples)); end > 0; {
		quiet := r.quiet(samples[:end])
		start := end - quiet
		if quiet >= least {
			return start
		}
		end = start - r.width
	}
	return 0
}

// quiet returns how much at the end of whole samples has no speech, in bytes.
func (r audioRate) quiet(samples []byte) int64 {
	end := len(samples)
	i := end
	if r.width == 1 {
		for i > 0 && ^samples[i-1]&0x7F <= quietULaw {
			i--
		}
		return int64(end - i)
	}
	for i > 1 {
		if v := int16(uint16(samples[i-2]) | uint16(samples[i-1])<<8); v > quietPCM || v < -quietPCM {
			break
		}
		i -= 2
	}
	return int64(end - i)
}
