package ahead

import "sync"

// pieceSize makes a piece, with its link, fill one of the allocator's sizes.
const pieceSize = 32<<10 - 8

type piece struct {
	next *piece
	data [pieceSize]byte
}

var pieces = sync.Pool{New: func() any { return new(piece) }}

// A fifo holds bytes in pieces, which it takes as it grows and gives back as
// it is read.
type fifo struct {
	first, last *piece
	from, to    int // what is used begins in first, ends in last
	size        int64
}

func (f *fifo) write(b []byte) {
	for len(b) > 0 {
		if f.last == nil || f.to == pieceSize {
			f.extend()
		}
		n := copy(f.last.data[f.to:], b)
		b = b[n:]
		f.to += n
		f.size += int64(n)
	}
}

func (f *fifo) extend() {
	p := pieces.Get().(*piece)
	if f.last == nil {
		f.first, f.from = p, 0
	} else {
		f.last.next = p
	}
	f.last, f.to = p, 0
}

func (f *fifo) read(b []byte) int {
	n := 0
	for n < len(b) && f.size > 0 {
		end := pieceSize
		if f.first == f.last {
			end = f.to
		}
		m := copy(b[n:], f.first.data[f.from:end])
		n += m
		f.from += m
		f.size -= int64(m)
		if f.from == end {
			f.shift()
		}
	}
	return n
}

// shift gives the first piece back.
func (f *fifo) shift() {
	p := f.first
	f.first, f.from = p.next, 0
	if f.first == nil {
		f.last = nil
	}
	p.next = nil
	pieces.Put(p)
}

func (f *fifo) drop() {
	for f.first != nil {
		f.shift()
	}
	f.size = 0
}
