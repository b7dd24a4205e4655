package elevenlabs

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/ahead"
)

// A SpeechStream is speech that is read while it is made. Close it when done
// with it, at its end or before.
//
// The call's slot is held until the last byte has come or the stream is
// closed. A reader that keeps up reads straight from the network. Once it has
// been away for 20 ms more than it has waited, as one that plays the speech is,
// a goroutine reads ahead of it, up to [WithStreamBuffer], so that the slot is
// free when the speech has been made. The goroutine ends with the stream or
// when the reader has caught up.
//
// Read must not be called by two goroutines at once; Close may be called at
// any time and more than once.
type SpeechStream struct {
	// Format is how the audio is encoded.
	Format Format
	// Meta is what the answer told before its audio.
	Meta Meta

	op    string
	f     *flight
	timed *timedAudio // nil for audio alone
	ahead *ahead.Reader
	sent  int64 // bytes handed over
	err   error // how the stream ended
}

// readerPatience is how much longer than it waits a reader may be away.
const readerPatience = 20 * time.Millisecond

// SynthesizeStream speaks a text and returns as soon as the first audio has
// come. Up to there the call is retried, and recovered from the account's
// history, like any other; afterwards nothing is repeated, and a stream that
// breaks ends with a [PartialError].
//
// The stream is read under the context: it ends when the context does, what
// was read ahead included.
func (c *Client) SynthesizeStream(ctx context.Context, req TTSRequest, opts ...CallOption) (*SpeechStream, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	call, req, err := c.ttsCall(ctx, req, cfg, "/stream")
	if err != nil {
		return nil, err
	}
	call.Op = "TTS stream"
	return c.speechStream(ctx, call, cfg, req.Format)
}

// speechStream performs a call whose answer is audio, and returns it as it
// comes.
func (c *Client) speechStream(ctx context.Context, call Call, cfg callConfig, format Format) (*SpeechStream, error) {
	var stream *SpeechStream
	err := c.perform(ctx, call, cfg, func(f *flight) error {
		if err := f.checkAudioType(); err != nil {
			return err
		}
		s := &SpeechStream{Format: format, Meta: f.meta, op: call.Op, f: f, timed: newTimedAudio(f, format)}
		head, err := s.firstBytes()
		if err != nil {
			return err
		}
		if err := f.checkAudio(head, format); err != nil {
			return err
		}
		s.start(head)
		stream = s
		return nil
	})
	return stream, err
}

// start hands the stream over, of which the head has been read.
func (s *SpeechStream) start(head []byte) {
	s.ahead = ahead.New(s.fetch, head, s.f.trip.cfg.streamBuffer, readerPatience)
	s.f.keep(s.cut)
	s.ahead.Start() // once nobody else touches the flight
}

// receive reads audio from the network.
func (s *SpeechStream) receive(p []byte) (int, error) {
	if s.timed != nil {
		return s.timed.Read(p)
	}
	return s.f.Read(p)
}

// received is how much audio has come from the network.
func (s *SpeechStream) received() int64 {
	if s.timed != nil {
		return s.timed.made
	}
	return s.f.received
}

// firstBytes waits for the start of the audio. An empty answer gives nothing.
func (s *SpeechStream) firstBytes() ([]byte, error) {
	buf := make([]byte, 512)
	for {
		n, err := s.receive(buf)
		switch {
		case n > 0:
			// An error that came along comes again with the next Read.
			return buf[:n], nil
		case err == io.EOF:
			return nil, nil
		case errors.Is(err, ErrTooLarge), errors.Is(err, ErrMalformed):
			return nil, &ResponseError{Op: s.op, Meta: s.Meta, Err: err}
		case err != nil:
			return nil, err
		}
	}
}

// Read reads audio, which may be cut anywhere, inside of a sample too. It
// returns io.EOF at the end of the speech, and a [PartialError] if the speech
// broke before.
func (s *SpeechStream) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := 0, s.f.trip.ctx.Err() // it ends what is ahead too
	if err == nil {
		n, err = s.ahead.Read(p)
	}
	s.sent += int64(n)
	if s.timed != nil {
		s.timed.handed(s.sent, err == io.EOF)
	}
	if err != nil {
		s.end(err)
	}
	return n, s.err
}

// Alignment tells when the characters are spoken whose audio was read so far,
// in continuous time from the start of the speech. A character may come with
// audio before its own. It is nil as long as the API has told none, and always
// without TTSRequest.Timestamps. It may be called at any time; what it returns
// does not change.
//
// The API does not say whether the times of a later piece of a stream count
// from the start of the speech or of the piece. A piece that begins more than
// 50 ms before the last time of those before it is taken to count from its own
// start, which lies where the audio before it ends.
func (s *SpeechStream) Alignment() *Alignment {
	if s.timed == nil {
		return nil
	}
	return s.timed.alignment(&s.timed.said)
}

// NormalizedAlignment is like [SpeechStream.Alignment], for the text as it is
// read.
func (s *SpeechStream) NormalizedAlignment() *Alignment {
	if s.timed == nil {
		return nil
	}
	return s.timed.alignment(&s.timed.normalized)
}

// fetch reads the network, for the reader or ahead of it. At the end it gives
// the slot back.
func (s *SpeechStream) fetch(p []byte) (int, error) {
	n, err := s.receive(p)
	switch {
	case err == io.EOF:
		s.f.finish(nil)
	case err != nil:
		s.f.finish(s.broken(s.received(), err))
	}
	return n, err
}

// copyBuffers are what WriteTo reads into.
var copyBuffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// WriteTo writes the rest of the speech to w, as [io.Copy] does, and returns
// nil at its end.
func (s *SpeechStream) WriteTo(w io.Writer) (int64, error) {
	buf := copyBuffers.Get().(*[128 << 10]byte)
	defer copyBuffers.Put(buf)
	var written int64
	for {
		n, err := s.Read(buf[:])
		if n > 0 {
			m, werr := w.Write(buf[:n])
			written += int64(m)
			if werr == nil && m < n {
				werr = io.ErrShortWrite
			}
			if werr != nil {
				return written, werr
			}
		}
		if err == io.EOF {
			return written, nil
		}
		if err != nil {
			return written, err
		}
	}
}

// end settles how the stream ended for its reader.
func (s *SpeechStream) end(err error) {
	if s.err = err; err != io.EOF {
		broken := s.broken(s.sent, err)
		broken.Alignment = s.Alignment()
		s.err = broken
	}
	s.cut(s.err)
}

// broken is the error of a stream of which so many bytes were of use.
func (s *SpeechStream) broken(bytes int64, err error) *PartialError {
	return &PartialError{
		Op: s.op, Bytes: bytes, Duration: s.Format.lasts(bytes), Meta: s.Meta, Err: err,
	}
}

// Close stops the speech and gives the slot back, and the audio that was read
// ahead with it. A Read under way, and any later one, fails with os.ErrClosed
// unless the end was read before.
func (s *SpeechStream) Close() error {
	s.f.finish(nil)
	s.ahead.Close(os.ErrClosed)
	return nil
}

// cut ends a stream that nobody will read on.
func (s *SpeechStream) cut(err error) {
	s.f.finish(err)
	s.ahead.Close(err)
}
