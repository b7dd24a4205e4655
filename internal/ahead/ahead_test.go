package ahead_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/ahead"
)

const patience = 20 * time.Millisecond

var errClosed = errors.New("closed")

// A tap is a source that makes n bytes at a time, each time it has taken so
// long. It ends with end.
type tap struct {
	left, piece int
	pace        time.Duration
	end         error

	busy atomic.Bool

	mu    sync.Mutex // guards the two below, which tests look at meanwhile
	total int
	asked []int // what each read asked for
}

func (s *tap) read(p []byte) (int, error) {
	if s.busy.Swap(true) {
		panic("read by two at once")
	}
	defer s.busy.Store(false)
	s.note(func() { s.asked = append(s.asked, len(p)) })
	time.Sleep(s.pace)
	if s.left == 0 {
		return 0, s.end
	}
	n := min(len(p), s.piece, s.left)
	s.left -= n
	s.note(func() {
		for i := range p[:n] {
			p[i] = byte(s.total + i)
		}
		s.total += n
	})
	return n, nil
}

func (s *tap) note(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *tap) made() (n int) {
	s.note(func() { n = s.total })
	return n
}

func (s *tap) reads() (asked []int) {
	s.note(func() { asked = slices.Clone(s.asked) })
	return asked
}

func start(source func([]byte) (int, error), head []byte, limit int64, patience time.Duration) *ahead.Reader {
	r := ahead.New(source, head, limit, patience)
	r.Start()
	return r
}

// counted is what a tap gives.
func counted(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func bubble(t *testing.T, story func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, story)
}

func TestReader_ReadsStraightForWhoKeepsUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &tap{left: 1000, piece: 100, pace: time.Hour, end: io.EOF}
		r := start(src.read, nil, 1<<20, patience)
		p := make([]byte, 70)
		for i := range 10 {
			n, err := r.Read(p)
			require.NoError(t, err)
			require.Equal(t, 70, n)
			require.Len(t, src.reads(), i+1)
			time.Sleep(patience - 1) // less than it has waited
		}
		for _, asked := range src.reads() {
			require.Equal(t, 70, asked, "into the reader's own memory")
		}
		r.Close(errClosed)
	})
}

func TestReader_ManyShortTimesAwayAddUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &tap{left: 1000, piece: 100, end: io.EOF}
		r := start(src.read, nil, 1<<20, patience)
		p := make([]byte, 10)
		for range 2 { // plays 8 ms at a time
			time.Sleep(8 * time.Millisecond)
			_, err := r.Read(p)
			require.NoError(t, err)
		}
		require.Len(t, src.reads(), 2)
		time.Sleep(4*time.Millisecond - 1)
		synctest.Wait()
		require.Len(t, src.reads(), 2)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, 1000, src.made())
		r.Close(errClosed)
	})
}

func TestReader_AllocatesNothingForWhoKeepsUp(t *testing.T) {
	r := ahead.New(func(p []byte) (int, error) { return len(p), nil }, nil, 1<<20, time.Hour)
	p := make([]byte, 4096)
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = r.Read(p) }))
	r.Close(errClosed)
}

func TestReader_ReadsAheadOfWhoIsAway(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &tap{left: 1000, piece: 100, pace: time.Second, end: io.EOF}
		r := start(src.read, []byte("head"), 1<<20, patience)
		time.Sleep(patience - 1)
		synctest.Wait()
		require.Empty(t, src.reads())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Len(t, src.reads(), 1, "as soon as the patience is over")
		time.Sleep(11 * time.Second)
		synctest.Wait()
		require.Equal(t, 1000, src.made())

		at := time.Now()
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, append([]byte("head"), counted(1000)...), got)
		require.Equal(t, at, time.Now(), "all of it was there")
		require.Len(t, src.reads(), 11, "nothing is read after the end")
	})
}

func TestReader_LeavesTheSourceToWhoHasCaughtUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &tap{left: 1000, piece: 100, pace: time.Second, end: io.EOF}
		r := start(src.read, nil, 1<<20, patience)
		time.Sleep(patience + 2500*time.Millisecond)
		p := make([]byte, 150)
		for _, want := range []int{150, 50, 100} { // the last one waits
			n, err := r.Read(p)
			require.NoError(t, err)
			require.Equal(t, want, n)
		}
		synctest.Wait()
		require.Len(t, src.reads(), 3)
		n, err := r.Read(p)
		require.NoError(t, err)
		require.Equal(t, 100, n)
		require.Equal(t, len(p), src.reads()[3], "straight from the source")
		time.Sleep(patience)
		synctest.Wait()
		require.Len(t, src.reads(), 5, "until it falls behind again")
		r.Close(errClosed)
		time.Sleep(time.Second) // the source's
	})
}

func TestReader_RestsAtItsLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &tap{left: 200_000, piece: 1 << 20, end: io.EOF}
		r := start(src.read, nil, 100_000, patience)
		time.Sleep(time.Hour)
		require.Equal(t, 100_000, src.made())
		n, err := r.Read(make([]byte, 10))
		require.NoError(t, err)
		require.Equal(t, 10, n)
		synctest.Wait()
		require.Equal(t, 100_010, src.made(), "it goes on where there is room")
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.True(t, bytes.Equal(counted(200_000)[10:], got))
	})
}

func TestReader_WithoutALimitThereIsNothingAhead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &tap{left: 1000, piece: 100, end: io.EOF}
		r := start(src.read, []byte("head"), 0, patience)
		time.Sleep(time.Hour)
		require.Empty(t, src.reads())
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, append([]byte("head"), counted(1000)...), got)
	})
}

func TestReader_AnErrorComesAfterWhatCameBefore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		broken := errors.New("broken")
		src := &tap{left: 1000, piece: 100, end: broken}
		r := start(src.read, nil, 1<<20, patience)
		time.Sleep(time.Second)
		got, err := io.ReadAll(r)
		require.Equal(t, counted(1000), got)
		require.Equal(t, broken, err)
		_, err = r.Read(make([]byte, 1))
		require.Equal(t, broken, err)
	})
}

func TestReader_CloseEndsWhateverGoesOn(t *testing.T) {
	for name, away := range map[string]time.Duration{
		"before it is behind": 0,
		"while it fills":      patience + 3500*time.Millisecond,
		"at the limit":        time.Minute,
		"waiting":             patience + 500*time.Millisecond, // for the first piece
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				src := &tap{left: 1000, piece: 100, pace: time.Second, end: io.EOF}
				r := start(src.read, []byte("head"), 500, patience)
				time.Sleep(away)
				if name == "waiting" {
					_, _ = r.Read(make([]byte, 4))
					time.AfterFunc(time.Millisecond, func() { r.Close(errClosed) })
				} else {
					r.Close(errClosed)
				}
				at := time.Now()
				n, err := r.Read(make([]byte, 10))
				require.Zero(t, n)
				require.Equal(t, errClosed, err)
				require.LessOrEqual(t, time.Since(at), time.Millisecond)
				r.Close(errClosed)
				time.Sleep(time.Second) // a read of the source that was under way
			})
		})
	}
}

func TestReader_APanicOfTheSourceIsTheReaders(t *testing.T) {
	t.Parallel()
	r := ahead.New(func([]byte) (int, error) { panic("source") }, nil, 1<<20, time.Hour)
	require.PanicsWithValue(t, "source", func() { _, _ = r.Read(make([]byte, 1)) })
	r.Close(errClosed)
}

// Whatever the pace of both sides, what is read is what the source gave.
func TestReader_IsTheSource(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for range 50 {
			rnd := rand.New(rand.NewPCG(rand.Uint64(), 0))
			total := rnd.IntN(100_000)
			limit := 1 + rnd.IntN(1<<(1+rnd.IntN(18)))
			src := &tap{left: total, piece: 1 + total/100 + rnd.IntN(40_000), pace: time.Duration(rnd.IntN(30)) * time.Millisecond, end: io.EOF}
			r := start(src.read, nil, int64(limit), patience)
			var got []byte
			for err := error(nil); err == nil; {
				if rnd.IntN(3) == 0 {
					time.Sleep(time.Duration(rnd.IntN(100)) * time.Millisecond)
					synctest.Wait()
					require.LessOrEqual(t, src.made()-len(got), limit)
				}
				var n int
				p := make([]byte, 1+total/200+rnd.IntN(1<<(1+rnd.IntN(17))))
				n, err = r.Read(p)
				got = append(got, p[:n]...)
			}
			require.True(t, bytes.Equal(counted(total), got))
		}
	})
}
