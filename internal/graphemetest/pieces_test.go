package graphemetest_test

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// ranges are of scripts and signs in which a character has several code points.
var ranges = [][2]rune{
	{' ', ' '}, {'a', 'z'}, {'.', '.'}, {'\r', '\r'}, {'\n', '\n'}, {0xAD, 0xAD}, {0x300, 0x36F}, {0x5B0, 0x5EA}, {0x600, 0x6FF},
	{0x900, 0x97F}, {0x980, 0x9FF}, {0xA80, 0xAFF}, {0xB00, 0xB7F}, {0xC00, 0xC7F}, {0xD00, 0xD7F}, {0xE01, 0xE5B},
	{0xE81, 0xEDF}, {0xF00, 0xFD4}, {0x1000, 0x109F}, {0x1100, 0x11FF}, {0x1780, 0x17F9}, {0x1B00, 0x1B7C}, {0x200B, 0x200F},
	{0x2060, 0x2064}, {0x20D0, 0x20F0}, {0x3041, 0x309F}, {0x30A0, 0x30FF}, {0x4E00, 0x4E20}, {0xA8E0, 0xA8FF}, {0xA960, 0xA97C},
	{0xAC00, 0xAC80}, {0xD7B0, 0xD7FB}, {0xFE0E, 0xFE0F}, {0xFF61, 0xFF9F}, {0x1F1E6, 0x1F1FF}, {0x1F3FB, 0x1F3FF},
	{0x1F44D, 0x1F469}, {0x200D, 0x200D}, {0x11100, 0x11147}, {0xE0061, 0xE007F},
}

// No piece ends inside of what the other library takes for one character.
func TestPiecesEndBetweenCharacters(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var b strings.Builder
		for range 120 {
			r := ranges[rng.IntN(len(ranges))]
			if c := r[0] + rng.Int32N(r[1]-r[0]+1); c == ' ' || unicode.IsGraphic(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c) {
				b.WriteRune(c)
			}
		}
		text := b.String()
		ends := map[int]bool{}
		longest, at := 0, 0
		for g := uniseg.NewGraphemes(text); g.Next(); {
			longest = max(longest, len(g.Runes()))
			at += len(g.Str())
			ends[at] = true
		}
		at = 0
		for s := sentences.NewSplitter(strings.NewReader(text), 3*longest+rng.IntN(20)); ; {
			piece, err := s.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			at += len(piece)
			require.True(t, ends[at], "%+q ends inside of a character, before %+q", text[:at], text[at:])
		}
	}
}
