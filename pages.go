package elevenlabs

import (
	"fmt"
	"iter"
)

// A page is a part of a list, and where the next part begins: empty at the
// list's end.
type page[T any] struct {
	items []T
	next  string
}

// pages is a list as a sequence. Its pages are fetched one after the other,
// each when its first item is asked for, and from the first one again whenever
// the sequence is ranged over. A page that fails ends the sequence with its
// error.
func pages[T any](fetch func(cursor string) (page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		fetched := map[string]bool{"": true}
		for cursor := ""; ; {
			p, err := fetch(cursor)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range p.items {
				if !yield(item, nil) {
					return
				}
			}
			switch {
			case p.next == "":
				return
			case fetched[p.next]: // it would never end
				yield(none, fmt.Errorf("elevenlabs: %w: the page after %q is one before it", ErrMalformed, cursor))
				return
			}
			cursor = p.next
			fetched[cursor] = true
		}
	}
}
