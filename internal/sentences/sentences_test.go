package sentences_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// pieces divides a text, and checks that they are the text and short enough.
func pieces(t *testing.T, text string, limit int) []string {
	t.Helper()
	var out []string
	s := sentences.NewSplitter(strings.NewReader(text), limit)
	for {
		piece, err := s.Next()
		if err == io.EOF {
			require.Equal(t, text, strings.Join(out, ""), "nothing is lost")
			return out
		}
		require.NoError(t, err)
		require.NotEmpty(t, piece)
		require.LessOrEqual(t, utf8.RuneCountInString(piece), limit)
		out = append(out, piece)
	}
}

// A bar stands where the first piece has to end.
func TestSplitter_EndsPiecesWhereAReaderPauses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		limit      int
	}{
		{"sentence", "He came. He saw. |He won the war.", 25},
		{"question and call", "Who? Me! |No one else was there.", 14},
		{"paragraph before sentence", "The first one ends.\n\n|The next. And more of it is here.", 34},
		{"paragraph that is too short", "One.\n\nTwo is longer. |Three is too.", 24},
		{"windows", "The first one ends.\r\n\r\n|The next. And more.", 36},
		{"line", "no stop in a line\n|and none in this", 30},
		{"clause", "when it rains, it pours, |but seldom on a Sunday", 40},
		{"word", "a very long row of words without |any stop", 35},
		{"title", "It was old. |Dr. Smith came.", 24},
		{"latin", "It was old. |So cats, e.g. Tom.", 29},
		{"initials", "It was old. |J. R. Doe left.", 20},
		{"number", "It was old. |It cost 3.50 now.", 22},
		{"numbered", "It was old. |See no. 5 of it.", 22},
		{"dots", "It was old. |Well... maybe so.", 22},
		{"ellipsis", "It was old. |Well… maybe so.", 20},
		{"quote", "It was old. |\"Go!\" he said then.", 22},
		{"quote that ends", "\"Go.\" |He went away from there.", 26},
		{"german", "Das war alt. |Es gibt z. B. Katzen dort.", 29},
		{"german short", "Das war alt. |Es gibt z.B. Katzen dort.", 29},
		{"german ordinal", "Das war alt. |Am 3. Oktober kam er.", 24},
		{"german quote", "„Das war alt.“ |Er ging bald darauf.", 27},
		{"french", "C'est vieux ! |M. Dupont arrive, lui.", 25},
		{"spanish", "Es viejo. ¿Qué? |¡No es verdad!", 24},
		{"russian", "Это я. |А ты, т. е. он, тут?", 20},
		{"greek", "Ήταν παλιό. |Και ήρθε αυτός.", 20},
		{"arabic", "هل أنت هنا؟ |نعم أنا هنا الآن", 22},
		{"hindi", "यह पुराना है। |वह वहाँ गया था।", 22},
		{"armenian", "Սա հին է։ |Նա գնաց այնտեղ։", 20},
		{"chinese", "今天很好。|我们去公园玩吧。", 10},
		{"chinese quote", "他说：“走吧。”|我们就去公园了。", 14},
		{"chinese clause", "今天天气很好，|我们都去公园玩吧", 12},
		{"japanese", "今日は。元気？|はい、とても元気です。", 12},
		{"japanese quote", "朝だ。|「行く。」と言った。", 9},
		{"korean", "안녕하세요. |저는 학생입니다.", 14},
		{"thai words", "สวัสดีครับ |ผมชื่อสมชายครับ", 20},
		{"tag", "It was old. |[speaks very slowly] Yes.", 24},
		{"tag begins a sentence", "It was old. |[whispers] so it was, all of it.", 30},
		{"pause tag", "It was old. |<break time=\"1.5s\" /> Yes.", 26},
		{"no tag", "If a < b and c > d, |then all is well", 26},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want, rest, _ := strings.Cut(tt.text, "|")
			got := pieces(t, want+rest, tt.limit)
			require.Equal(t, want, got[0])
		})
	}
}

func TestSplitter_NeverDividesWhatIsOne(t *testing.T) {
	t.Parallel()
	family := "👩\u200d👩\u200d👧"
	for name, one := range map[string]string{
		"accent":      "e\u0301",
		"many":        "a\u0300\u0301\u0302\u0303",
		"family":      family,
		"skin":        "👍🏽",
		"flag":        "🇩🇪",
		"other flag":  "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
		"keycap":      "1\uFE0F\u20E3",
		"hindi":       "क्षि",
		"khmer":       "ខ្មែ",
		"thai":        "ที่",
		"jamo":        "\u1112\u1161\u11ab",
		"syllable":    "\uAC00\u11a8",
		"line end":    "\r\n",
		"audio tag":   "[laughs]",
		"pause":       "<break />",
		"closing tag": "</speak>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for limit := 12; limit < 20; limit++ {
				for _, piece := range pieces(t, strings.Repeat("x", limit/3)+strings.Repeat(one, 40), limit) {
					require.Empty(t, strings.ReplaceAll(strings.ReplaceAll(piece, one, ""), "x", ""), piece)
				}
			}
		})
	}
	long := "[" + strings.Repeat("x", 30) + "]"
	require.Len(t, pieces(t, long, 20), 2, "a tag longer than a piece is text")
	require.Len(t, pieces(t, "a"+strings.Repeat("\u0301", 30), 20), 2)
	require.Len(t, pieces(t, strings.Repeat(" ", 50), 20), 3)
}

func TestSplitter_ReadsAsItGoes(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("A sentence of some words. ", 1000)
	var read int
	s := sentences.NewSplitter(io.TeeReader(strings.NewReader(text), counter{&read}), 500)
	for n := 0; ; n++ {
		piece, err := s.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		n += len(piece)
		require.LessOrEqual(t, read-n, 2*4096)
	}
	require.Equal(t, pieces(t, text, 500), collect(t, iotest.OneByteReader(strings.NewReader(text)), 500))
}

type counter struct{ n *int }

func (c counter) Write(p []byte) (int, error) { *c.n += len(p); return len(p), nil }

func collect(t *testing.T, r io.Reader, limit int) (out []string) {
	t.Helper()
	s := sentences.NewSplitter(r, limit)
	for {
		piece, err := s.Next()
		if err == io.EOF {
			return out
		}
		require.NoError(t, err)
		out = append(out, piece)
	}
}

func TestSplitter_EndsWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("A sentence. ", 100)
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		r    io.Reader
		want error
	}{
		"not UTF-8":      {strings.NewReader(good + "\xff" + good), sentences.ErrNotUTF8},
		"cut inside":     {strings.NewReader(good + "é"[:1]), sentences.ErrNotUTF8},
		"not to be read": {io.MultiReader(strings.NewReader(good), iotest.ErrReader(broken)), broken},
	} {
		s := sentences.NewSplitter(tt.r, 100)
		n, err := 0, error(nil)
		for err == nil {
			var piece string
			piece, err = s.Next()
			n += len(piece)
		}
		require.ErrorIs(t, err, tt.want, name)
		require.Greater(t, n, len(good)/2, name)
		_, err = s.Next()
		require.ErrorIs(t, err, tt.want, name)
	}
	_, err := sentences.NewSplitter(strings.NewReader(""), 10).Next()
	require.Equal(t, io.EOF, err)
}

// A text of the worst that there is, in an order of chance.
func TestSplitter_WhateverTheText(t *testing.T) {
	t.Parallel()
	parts := []string{
		"a", "Word", " ", " ", "\n", "\n\n", ". ", "! ", ", ", "...", "…", "[laughs]", "[", "]", "<break time=\"1s\"/>", "<", ">",
		"e\u0301", "👩\u200d👩\u200d👧", "🇩🇪", "👍🏽", "क्षि", "한국", "今日は。", "「行く」", "สวัสดี", "Dr. ", "3.14", "z. B. ", "\r\n", "\u200B", "\u00AD", "-", "\t",
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var b strings.Builder
		for range rng.IntN(400) {
			b.WriteString(parts[rng.IntN(len(parts))])
		}
		for _, limit := range []int{1, 7, 20, 150, 1000} {
			pieces(t, b.String(), limit)
		}
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add("He came. He saw. Dr. Who [laughs] won. <break /> 今日は。👩‍👩‍👧", 9)
	f.Add("e\u0301\r\n\r\n \u200b\xff[[[<a", 2)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = 1 + limit&1023
		if utf8.ValidString(text) {
			pieces(t, text, limit)
			return
		}
		s := sentences.NewSplitter(strings.NewReader(text), limit)
		read, err := "", error(nil)
		for err == nil {
			var piece string
			piece, err = s.Next()
			read += piece
		}
		require.ErrorIs(t, err, sentences.ErrNotUTF8)
		require.True(t, strings.HasPrefix(text, read))
	})
}
