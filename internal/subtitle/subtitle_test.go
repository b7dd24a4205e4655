package subtitle_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/subtitle"
)

var usual = subtitle.Options{LineLength: 42, Lines: 2, Speed: 20, MinDuration: time.Second, MaxDuration: 7 * time.Second}

// spoken is a text whose characters take a tenth of a second each.
func spoken(text string) []subtitle.Span {
	var spans []subtitle.Span
	for _, r := range text {
		n := float64(len(spans))
		spans = append(spans, subtitle.Span{Text: string(r), Start: n / 10, End: (n + 1) / 10})
	}
	return spans
}

func texts(words []subtitle.Word) (out []string) {
	for _, w := range words {
		out = append(out, w.Text)
	}
	return out
}

func TestWords_OfManyScripts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Hello, world!":                 "Hello,|world!",
		" Don't\tpay 3.14 \n(or more).": "Don't|pay|3.14|(or|more).",
		"stop—then go":                  "stop—|then|go",
		"Bonjour\u00a0! Ça va":          "Bonjour\u00a0!|Ça|va",
		"你好，世界。":                        "你|好，|世|界。",
		"「私はGoが好き」と":                    "「私|は|Go|が|好|き」|と",
		"コーヒーをちょっと":                     "コー|ヒー|を|ちょっ|と",
		"สวัสดี":                        "ส|วั|ส|ดี",
		"เวลานี้":                       "เว|ลา|นี้",
		"안녕 하세요":                        "안녕|하세요",
		"e\u0301te\u0301 ok":            "e\u0301te\u0301|ok",
		"👩\u200d👩\u200d👧 family":        "👩\u200d👩\u200d👧|family",
		"¿Qué? ¡No!":                    "¿Qué?|¡No!",
		"  ":                            "",
	} {
		require.Equal(t, want, strings.Join(texts(subtitle.Words(spoken(text))), "|"), text)
	}
}

func TestSentences_EndWhereTheyEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Hello. How are you? Fine!":            "Hello.|How are you?|Fine!",
		"Dr. Smith met J. R. Doe. He left.":    "Dr. Smith met J. R. Doe.|He left.",
		"No. I won't. See no. 5 of it.":        "No.|I won't.|See no. 5 of it.",
		"It costs 3.14 dollars, i.e. much.":    "It costs 3.14 dollars, i.e. much.",
		"\"Stop!\" he said. \"Go.\" She went.": "\"Stop!\" he said.|\"Go.\"|She went.",
		"Well… maybe. Well… Yes.":              "Well… maybe.|Well…|Yes.",
		"A title\n\nA  text\nof lines":         "A title|A  text\nof lines",
		"今日は。元気？はい！":                           "今日は。|元気？|はい！",
		"नमस्ते। आप कैसे हैं?":                 "नमस्ते।|आप कैसे हैं?",
		"Я знаю. А ты?":                        "Я знаю.|А ты?",
		"no end":                               "no end",
	} {
		require.Equal(t, want, strings.Join(texts(subtitle.Sentences(spoken(text))), "|"), text)
	}
}

func TestWords_HaveTheTimeOfTheirCharacters(t *testing.T) {
	t.Parallel()
	require.Equal(t, []subtitle.Word{
		{Text: "Hi,", Start: 0, End: 300 * time.Millisecond},
		{Text: "you", Start: 400 * time.Millisecond, End: 700 * time.Millisecond},
	}, subtitle.Words(spoken("Hi, you")))
	require.Equal(t, []subtitle.Word{
		{Text: "two", Start: time.Second, End: 2200 * time.Millisecond, Speaker: "a"},
		{Text: "words", Start: 2600 * time.Millisecond, End: 4500 * time.Millisecond, Speaker: "a"},
		{Text: "cut", Start: 4500 * time.Millisecond, End: 5 * time.Second, Speaker: "b"},
	}, rounded(subtitle.Words([]subtitle.Span{
		{Text: "two words", Start: 1, End: 4.6, Speaker: "a"}, {Text: "cut", Start: 4.5, End: 5, Speaker: "b"},
	})))
}

func rounded(words []subtitle.Word) []subtitle.Word {
	for i := range words {
		words[i].Start, words[i].End = words[i].Start.Round(100*time.Millisecond), words[i].End.Round(100*time.Millisecond)
	}
	return words
}

func TestWords_RepairFaultyTimes(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	at := func(text string, start, end float64) subtitle.Span {
		return subtitle.Span{Text: text, Start: start, End: end}
	}
	for name, tt := range map[string]struct {
		second subtitle.Span
		faulty bool
		start  time.Duration
	}{
		"good":             {at(" b", 1, 3), false, 2 * time.Second},
		"not known":        {at(" b", nan, nan), true, 2 * time.Second},
		"endless":          {at(" b", 1, math.Inf(1)), true, 2 * time.Second},
		"negative":         {at(" b", -1, 3), true, 2 * time.Second},
		"ends before":      {at(" b", 2, 1), true, 2 * time.Second},
		"far off":          {at(" b", 900, 901), true, 2 * time.Second},
		"runs into others": {at(" b", 1, 900), false, 2 * time.Second},
		"absurd":           {at(" b", 1e300, 1e301), true, 2 * time.Second},
	} {
		words := subtitle.Words([]subtitle.Span{at("a", 0, 1), tt.second, at(" c", 3, 5), at(" d", 5, 7)})
		require.Equal(t, []string{"a", "b", "c", "d"}, texts(words), name)
		require.Equal(t, tt.faulty, words[1].Faulty, name)
		require.Equal(t, tt.start, words[1].Start, name)
		require.Equal(t, 3*time.Second, words[1].End, name)
		require.Equal(t, 4*time.Second, words[2].Start, name)
		require.False(t, words[3].Faulty, name)
	}
	require.Empty(t, subtitle.Words([]subtitle.Span{at("a", nan, 0)}), "no time to go by")
	words := subtitle.Words([]subtitle.Span{at("a", 0, 1), at(" ", nan, nan), at("b", nan, nan), at(" c", 1, 2)})
	require.Equal(t, []subtitle.Word{
		{Text: "a", End: time.Second / 3},
		{Text: "b", Start: 2 * time.Second / 3, End: time.Second, Faulty: true}, // it shares the time of its neighbour
		{Text: "c", Start: 1500 * time.Millisecond, End: 2 * time.Second},
	}, words)
}

func srt(t *testing.T, spans []subtitle.Span, o subtitle.Options) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, subtitle.WriteSRT(&b, subtitle.Cues(spans, o)))
	return b.String()
}

func TestCues_EndWithSentencesAndFitTheScreen(t *testing.T) {
	t.Parallel()
	require.Equal(t, `1
00:00:00,000 --> 00:00:03,400
Yes. It is the first of the lines.

2
00:00:03,500 --> 00:00:10,500
This sentence is too long to be shown
on a single line, so it has two.

`, srt(t, spoken("Yes. It is the first of the lines. "+
		"This sentence is too long to be shown on a single line, so it has two."), usual))
}

func TestCues_OfWordsThatWereHeard(t *testing.T) {
	t.Parallel()
	spans := []subtitle.Span{
		{Text: "Who", Start: 0, End: 0.2, Speaker: "speaker_0"}, {Text: " ", Start: 0.2, End: 0.3, Speaker: "speaker_0"},
		{Text: "is <there>?", Start: 0.3, End: 0.9, Speaker: "speaker_0"}, {Text: " ", Start: 0.9, End: 1, Speaker: "speaker_0"},
		{Text: "Me", Start: 1.2, End: 1.4, Speaker: "speaker_1"}, {Text: " --> & you", Start: 5, End: 5.5, Speaker: "speaker_1"},
	}
	o := usual
	require.Equal(t, "1\n00:00:00,000 --> 00:00:01,000\nWho is <there>?\n\n"+
		"2\n00:00:01,200 --> 00:00:02,200\nMe\n\n3\n00:00:05,050 --> 00:00:06,050\n-> & you\n\n", srt(t, spans, o))
	var b strings.Builder
	require.NoError(t, subtitle.WriteVTT(&b, subtitle.Cues(spans, o), true))
	require.Equal(t, "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v speaker_0>Who is &lt;there&gt;?\n\n"+
		"00:00:01.200 --> 00:00:02.200\n<v speaker_1>Me\n\n00:00:05.050 --> 00:00:06.050\n<v speaker_1>--&gt; &amp; you\n\n", b.String())
	o.Speakers = true
	require.Contains(t, srt(t, spans, o), "speaker_1: Me")
}

func TestMerge_ShowsEveryCueInItsTurn(t *testing.T) {
	t.Parallel()
	cue := func(start, end int, text string) subtitle.Cue {
		return subtitle.Cue{Start: time.Duration(start) * time.Millisecond, End: time.Duration(end) * time.Millisecond, Lines: []string{text}}
	}
	got := subtitle.Merge([][]subtitle.Cue{
		{cue(0, 7000, "a"), cue(7000, 9000, "b"), cue(20000, 21000, "c")},
		{cue(5000, 6000, "d"), cue(7000, 7300, "e"), cue(7300, 7400, "f")},
		nil,
	}, 1500*time.Microsecond+time.Second)
	require.Equal(t, []subtitle.Cue{
		cue(0, 5000, "a"), cue(5000, 6000, "d"), cue(7000, 8001, "b"), cue(8001, 8301, "e"), cue(8301, 8401, "f"), cue(20000, 21000, "c"),
	}, got)
	require.Empty(t, subtitle.Merge(nil, time.Second))
}

func TestWriters_PassErrorsOn(t *testing.T) {
	t.Parallel()
	cues := subtitle.Cues(spoken("Hello."), usual)
	require.ErrorIs(t, subtitle.WriteSRT(full{}, cues), errFull)
	require.ErrorIs(t, subtitle.WriteVTT(full{}, cues, false), errFull)
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// FuzzCues looks for cues that break a promise.
func FuzzCues(f *testing.F) {
	f.Add("Hello, world. How are you? 你好，世界。", 0.1, 3.0, 42, 2)
	f.Add("A very-long-word-that-does-not-fit-anywhere\n\nfits --> here", 1e-5, -3.0, 8, 1)
	f.Add("เวลานี้ 👩‍👩‍👧 x", math.NaN(), math.Inf(1), 10, 3)
	f.Fuzz(func(t *testing.T, text string, step, odd float64, length, lines int) {
		length, lines = 8+length&63, 1+lines&3
		var spans []subtitle.Span
		for i, r := range []rune(text) {
			s := subtitle.Span{Text: string(r), Start: float64(i) * step, End: float64(i+1) * step}
			if i%7 == 3 {
				s.Start = odd
			}
			spans = append(spans, s)
		}
		o := usual
		o.LineLength, o.Lines = length, lines
		shown := check(t, subtitle.Cues(spans, o), o)
		if step > 0.01 && step < 10 {
			require.Equal(t, squeezed(strings.ToValidUTF8(text, "\uFFFD")), squeezed(shown), "nothing is lost")
		}
	})
}

// check looks at cues and returns their text.
func check(t *testing.T, cues []subtitle.Cue, o subtitle.Options) string {
	t.Helper()
	var shown strings.Builder
	var last time.Duration
	for _, c := range cues {
		require.GreaterOrEqual(t, c.Start, last)
		require.GreaterOrEqual(t, c.End, c.Start+time.Millisecond)
		require.LessOrEqual(t, c.End-c.Start, o.MaxDuration+time.Millisecond)
		require.NotEmpty(t, c.Lines)
		require.LessOrEqual(t, len(c.Lines), o.Lines)
		for _, line := range c.Lines {
			require.NotEmpty(t, line)
			shown.WriteString(line)
		}
		last = c.End
	}
	return shown.String()
}

// squeezed is a text without what is not shown.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u200B' || r == '\uFFFD' {
			return -1
		}
		return r
	}, s)
}
