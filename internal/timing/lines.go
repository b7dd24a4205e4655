package timing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrLineTooLong means that a line is longer than the limit.
var ErrLineTooLong = errors.New("the line is too long")

// A LineError is a line that is not a chunk.
type LineError struct {
	Line int // from 1, blank ones counted
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// Lines reads chunks that come one on a line, in memory for the longest line.
// It is for one goroutine.
type Lines struct {
	read  func([]byte) (int, error)
	limit int64
	buf   []byte // of which from to the end is not decoded
	from  int
	seen  int // of that, what has no line end
	lines int
	err   error // what comes after buf
}

// NewLines returns the chunks that read gives, on lines of at most limit bytes.
func NewLines(read func([]byte) (int, error), limit int64) *Lines {
	return &Lines{read: read, limit: limit}
}

// Next returns the next chunk, whose audio is valid until it is called again.
// Blank lines are skipped, the last line needs no end. Behind an error there is
// nothing more.
func (l *Lines) Next() (Chunk, error) {
	for {
		line, err := l.line()
		if err != nil {
			return Chunk{}, err
		}
		l.lines++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		c, err := Decode(line)
		if err != nil {
			l.err = &LineError{l.lines, err}
			l.buf, l.from, l.seen = nil, 0, 0
			return Chunk{}, l.err
		}
		return c, nil
	}
}

// line returns the next line with its end.
func (l *Lines) line() ([]byte, error) {
	for {
		rest := l.buf[l.from:]
		if n := bytes.IndexByte(rest[l.seen:], '\n'); n >= 0 {
			return l.take(l.seen + n + 1)
		}
		l.seen = len(rest)
		switch {
		case l.err == io.EOF && len(rest) > 0:
			return l.take(len(rest))
		case l.err != nil:
			return nil, l.err
		case int64(len(rest)) > l.limit:
			l.err = ErrLineTooLong
			return nil, l.err
		}
		l.fill()
	}
}

func (l *Lines) take(n int) ([]byte, error) {
	if int64(n) > l.limit+1 {
		l.err = ErrLineTooLong
		return nil, l.err
	}
	line := l.buf[l.from : l.from+n]
	l.from += n
	l.seen = 0
	return line, nil
}

// fill reads once. There is always room for as much as is there already, so
// that a long line is copied few times.
func (l *Lines) fill() {
	if l.from > 0 {
		l.buf = l.buf[:copy(l.buf, l.buf[l.from:])]
		l.from = 0
	}
	if len(l.buf) == cap(l.buf) {
		l.buf = append(make([]byte, 0, max(2*cap(l.buf), 32<<10)), l.buf...)
	}
	n, err := l.read(l.buf[len(l.buf):cap(l.buf)])
	l.buf = l.buf[:len(l.buf)+n]
	l.err = err
}
