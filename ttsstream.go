package elevenlabs

import (
	"context"
	"io"
	"sync"
)

// A SpeechStream is speech that is read while it is made. Close it when done
// with it, at its end or before: the call's slot is held until its last byte
// has been read or it is closed.
//
// Read must not be called by two goroutines at once; Close may be called at
// any time and more than once.
type SpeechStream struct {
	// Format is how the audio is encoded.
	Format Format
	// Meta is what the answer told before its audio.
	Meta Meta

	op   string
	f    *flight
	head []byte // read ahead to see that there is audio
	sent int64  // bytes handed over
	err  error  // how the stream ended
}

// SynthesizeStream speaks a text and returns as soon as the first audio has
// come. Up to there the call is retried, and recovered from the account's
// history, like any other; afterwards nothing is repeated, and a stream that breaks ends with a [PartialError].
//
// The stream is read under the context: it ends when the context does.
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
	var stream *SpeechStream
	err = c.perform(ctx, call, cfg, func(f *flight) error {
		if err := f.checkAudioType(); err != nil {
			return err
		}
		head, err := f.firstBytes()
		if err != nil {
			return err
		}
		if err := f.checkAudio(head, req.Format); err != nil {
			return err
		}
		f.keep()
		stream = &SpeechStream{Format: req.Format, Meta: f.meta, op: call.Op, f: f, head: head}
		return nil
	})
	return stream, err
}

// firstBytes waits for the start of a body. An empty body gives nothing.
func (f *flight) firstBytes() ([]byte, error) {
	buf := make([]byte, 512)
	for {
		n, err := f.Read(buf)
		switch {
		case n > 0:
			// An error that came along comes again with the next Read.
			return buf[:n], nil
		case err == io.EOF:
			return nil, nil
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
	if len(s.head) > 0 && !s.f.ended.Load() {
		n := copy(p, s.head)
		s.head = s.head[n:]
		s.sent += int64(n)
		return n, nil
	}
	n, err := s.f.Read(p)
	s.sent += int64(n)
	if err != nil {
		s.end(err)
	}
	return n, s.err
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

// end settles how the stream ended and gives the slot back.
func (s *SpeechStream) end(err error) {
	s.err = err
	if err != io.EOF {
		s.err = &PartialError{
			Op: s.op, Bytes: s.sent, Duration: s.Format.lasts(s.sent), Meta: s.Meta, Err: err,
		}
		s.f.finish(s.err)
		return
	}
	s.f.finish(nil)
}

// Close stops the speech and gives the slot back. A Read under way, and any
// later one, fails with os.ErrClosed; the audio before it is not lost.
func (s *SpeechStream) Close() error {
	s.f.finish(nil)
	return nil
}
