package elevenlabs

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// book returns pages of two numbers each, and counts how many were fetched.
func book(fetched *int, last string, err error) func(string) (page[int], error) {
	next := map[string]string{"": "b", "b": "c", "c": last}
	first := map[string]int{"": 1, "b": 3, "c": 5}
	return func(cursor string) (page[int], error) {
		*fetched++
		if cursor == "c" && err != nil {
			return page[int]{}, err
		}
		n := first[cursor]
		return page[int]{items: []int{n, n + 1}, next: next[cursor]}, nil
	}
}

func TestPages_AreFetchedAsNeeded(t *testing.T) {
	t.Parallel()
	var fetched int
	list := pages(book(&fetched, "", nil))
	for range 2 { // a sequence can be ranged over again
		fetched = 0
		var got []int
		for n, err := range list {
			require.NoError(t, err)
			got = append(got, n)
			require.Equal(t, (n+1)/2, fetched)
		}
		require.Equal(t, []int{1, 2, 3, 4, 5, 6}, got)
	}
	fetched = 0
	for n, err := range list {
		require.NoError(t, err)
		if n == 2 {
			break
		}
	}
	require.Equal(t, 1, fetched)
}

func TestPages_ErrorInTheMiddleEndsThem(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		last string
		err  error
		want []int
	}{
		"page fails":        {err: broken, want: []int{1, 2, 3, 4}},
		"page after itself": {last: "c", want: []int{1, 2, 3, 4, 5, 6}},
		"pages in a ring":   {last: "b", want: []int{1, 2, 3, 4, 5, 6}},
	} {
		var fetched int
		var got []int
		var errs []error
		for n, err := range pages(book(&fetched, tt.last, tt.err)) {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			got = append(got, n)
		}
		require.Equal(t, tt.want, got, name)
		require.Len(t, errs, 1, name)
		if tt.err == nil {
			require.ErrorIs(t, errs[0], ErrMalformed, name)
		} else {
			require.ErrorIs(t, errs[0], tt.err, name)
		}
	}
}
