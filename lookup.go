package elevenlabs

import (
	"context"
	"errors"
	"sync"
)

// A lookup is something about the account that is asked for once. The zero
// value has not been asked for.
type lookup[T any] struct {
	mu   sync.Mutex
	last *finding[T]
}

// A finding is shared by all who need it while it is under way.
type finding[T any] struct {
	done  chan struct{} // closed when the fields below are set
	value T
	err   error
}

// get returns what find finds, which is called by one of those who need it. A
// failure is shared by those who waited for it, and not remembered. One who
// waits for another returns as soon as its own context ends.
func (l *lookup[T]) get(ctx context.Context, find func() (T, error)) (T, error) {
	for {
		f, mine := l.join()
		if mine {
			l.carryOut(f, find)
			return f.value, f.err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
		gaveUp := errors.Is(f.err, context.Canceled) || errors.Is(f.err, context.DeadlineExceeded)
		if gaveUp && ctx.Err() == nil {
			continue // whoever looked it up left; somebody else does it
		}
		return f.value, f.err
	}
}

// carryOut finds, and tells those who wait. A panic of find, which calls the
// user's code, is not taken for an answer.
func (l *lookup[T]) carryOut(f *finding[T], find func() (T, error)) {
	f.err = context.Canceled
	defer l.settle(f)
	f.value, f.err = find()
}

// join returns the finding that is under way or has succeeded, or a new one
// that the caller has to carry out.
func (l *lookup[T]) join() (f *finding[T], mine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = &finding[T]{done: make(chan struct{})}
		return l.last, true
	}
	return l.last, false
}

func (l *lookup[T]) settle(f *finding[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.err != nil {
		l.last = nil
	}
	close(f.done)
}

// lookups are lookups by key, each of which is forgotten once nobody needs it.
// The zero value is ready.
type lookups[T any] struct {
	mu sync.Mutex
	of map[string]*neededLookup[T]
}

type neededLookup[T any] struct {
	lookup[T]
	needed int // by so many
}

// get is that of the lookup of a key.
func (l *lookups[T]) get(ctx context.Context, key string, find func() (T, error)) (T, error) {
	one := l.need(key)
	defer l.leave(key, one)
	return one.get(ctx, find)
}

func (l *lookups[T]) need(key string) *neededLookup[T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.of[key]
	if one == nil {
		if l.of == nil {
			l.of = make(map[string]*neededLookup[T])
		}
		one = new(neededLookup[T])
		l.of[key] = one
	}
	one.needed++
	return one
}

func (l *lookups[T]) leave(key string, one *neededLookup[T]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.needed--; one.needed == 0 {
		delete(l.of, key)
	}
}
