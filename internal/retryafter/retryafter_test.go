package retryafter_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/retryafter"
)

var now = time.Date(2026, 8, 23, 7, 3, 10, 0, time.UTC)

func TestParse(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for value, want := range map[string]time.Duration{
		"0": 0, "7": 7 * time.Second, " 120 ": 2 * time.Minute, "99999999999": year, "18446744073709551615": year,
		"Sun, 23 Aug 2026 07:04:10 GMT": time.Minute, "Sun, 23 Aug 2026 07:00:00 GMT": 0, "Sun Aug 23 07:03:11 2026": time.Second,
		"Sun, 23 Aug 2926 07:04:10 GMT": year,
	} {
		got, ok := retryafter.Parse(value, now)
		require.True(t, ok, value)
		require.Equal(t, want, got, value)
	}
	for _, value := range []string{"", " ", "-1", "1.5", "soon", "18446744073709551616", "23 Aug 2026"} {
		_, ok := retryafter.Parse(value, now)
		require.False(t, ok, value)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("7")
	f.Add("Sun, 23 Aug 2026 07:04:10 GMT")
	f.Fuzz(func(t *testing.T, value string) {
		d, ok := retryafter.Parse(value, now)
		if d < 0 || d > 365*24*time.Hour || !ok && d != 0 {
			t.Fatalf("%q: %v, %v", value, d, ok)
		}
	})
}
