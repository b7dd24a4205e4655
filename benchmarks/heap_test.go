package benchmarks_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A heapWatch tells how far the heap rises above where it was. It counts the
// bytes of all objects of the whole process, those of a server beside the client
// and, unless it is live, garbage that is not yet collected included. It is read
// at known points of a transfer, not by the clock.
type heapWatch struct {
	live  atomic.Bool // garbage is collected before each look, which takes its time
	base  atomic.Uint64
	worst atomic.Int64
}

// reset forgets what was seen.
func (w *heapWatch) reset() { w.worst.Store(0) }

// start collects all garbage and counts from there.
func (w *heapWatch) start() {
	runtime.GC()
	runtime.GC() // a sync.Pool keeps what it holds for one more
	w.base.Store(heapAlloc())
}

func (w *heapWatch) sample() {
	if w.live.Load() {
		runtime.GC()
	}
	w.worst.Store(max(w.worst.Load(), int64(heapAlloc())-int64(w.base.Load())))
}

// growth is the most that was seen, in bytes.
func (w *heapWatch) growth() int64 { return w.worst.Load() }

func heapAlloc() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// long is how many bytes a transfer has: full, or 64 MiB with -short.
func long(full int64, short bool) int64 {
	if short {
		return 64 << 20
	}
	return full
}

// sampleEvery is how many bytes of a transfer pass between two looks at the
// heap: few enough to see a rise, and too many to cost anything.
const sampleEvery = 16 << 20

// noneLeft yields to goroutines that are about to end, until there are no more
// than there were.
func noneLeft(t *testing.T, before int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}
