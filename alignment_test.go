package elevenlabs_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// steady is the alignment of a text whose characters take a tenth of a second.
func steady(text string) *elevenlabs.Alignment {
	a := new(elevenlabs.Alignment)
	for i, r := range []rune(text) {
		a.Characters = append(a.Characters, string(r))
		a.Starts = append(a.Starts, float64(i)/10)
		a.Ends = append(a.Ends, float64(i+1)/10)
	}
	return a
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func TestAlignment_HasWordsAndSentences(t *testing.T) {
	t.Parallel()
	a := steady("Hi, Dr. No. 你好。")
	require.Equal(t, "Hi, Dr. No. 你好。", a.Text())
	require.Equal(t, []elevenlabs.Span{
		{Text: "Hi,", Start: 0, End: ms(300)}, {Text: "Dr.", Start: ms(400), End: ms(700)}, {Text: "No.", Start: ms(800), End: ms(1100)},
		{Text: "你", Start: ms(1200), End: ms(1300)}, {Text: "好。", Start: ms(1300), End: ms(1500)},
	}, a.Words())
	require.Equal(t, []elevenlabs.Span{
		{Text: "Hi, Dr. No.", Start: 0, End: ms(1100)}, {Text: "你好。", Start: ms(1200), End: ms(1500)},
	}, a.Sentences())
	require.Empty(t, new(elevenlabs.Alignment).Words())
}

func TestAlignment_KeepsTheFormOfTheAPI(t *testing.T) {
	t.Parallel()
	const wire = `{"characters":["H","é"],"character_start_times_seconds":[0,0.058],"character_end_times_seconds":[0.058,0.5340000000000001]}`
	var a elevenlabs.Alignment
	require.NoError(t, json.Unmarshal([]byte(wire), &a))
	again, err := json.Marshal(a)
	require.NoError(t, err)
	require.JSONEq(t, wire, string(again))
}

func TestAlignment_FaultyTimesAreFlaggedAndNeverPrinted(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	for name, tt := range map[string]struct {
		spoil func(*elevenlabs.Alignment)
		want  string
	}{
		"not a number":    {func(a *elevenlabs.Alignment) { a.Starts[5] = nan }, "character 5: from NaN to 0.6 is not a time"},
		"endless":         {func(a *elevenlabs.Alignment) { a.Ends[5] = inf }, "character 5: from 0.5 to +Inf is not a time"},
		"negative":        {func(a *elevenlabs.Alignment) { a.Starts[5] = -1 }, "character 5: from -1 to 0.6 is negative"},
		"backwards":       {func(a *elevenlabs.Alignment) { a.Ends[5] = 0.4 }, "character 5: ends at 0.4, before its start at 0.5"},
		"out of order":    {func(a *elevenlabs.Alignment) { a.Starts[5] = 0.2 }, "character 5: starts at 0.2, before the one before it at 0.4"},
		"into the next":   {func(a *elevenlabs.Alignment) { a.Ends[5] = 0.7 }, "character 6: starts at 0.6, inside of the one before it, until 0.7"},
		"far off":         {func(a *elevenlabs.Alignment) { a.Starts[5], a.Ends[5] = 9e3, 9e3+1 }, "character 6: starts at 0.6, before the one before it at 9000"},
		"too few starts":  {func(a *elevenlabs.Alignment) { a.Starts = a.Starts[:9] }, "11 characters have 9 starts and 11 ends"},
		"too many ends":   {func(a *elevenlabs.Alignment) { a.Ends = append(a.Ends, 2) }, "11 characters have 11 starts and 12 ends"},
		"starts for none": {func(a *elevenlabs.Alignment) { a.Starts = nil }, "11 characters have 0 starts and 11 ends"},
	} {
		a := steady("Hello world")
		require.NoError(t, a.Check())
		tt.spoil(a)
		err := a.Check()
		require.ErrorIs(t, err, elevenlabs.ErrFaultyTimes, name)
		require.EqualError(t, err, "elevenlabs: alignment: faulty times: "+tt.want, name)
		var srt strings.Builder
		require.NoError(t, a.WriteSRT(&srt, elevenlabs.SubtitleOptions{}))
		if name == "starts for none" {
			require.Empty(t, a.Words(), "no time to go by")
			require.Empty(t, srt.String())
			continue
		}
		words := a.Words()
		require.Len(t, words, 2, name)
		require.Zero(t, words[0].Start, name)
		require.GreaterOrEqual(t, words[1].Start, words[0].End, name)
		require.LessOrEqual(t, words[1].End, ms(1100), name)
		require.GreaterOrEqual(t, words[1].End, ms(900), name)
		require.Contains(t, srt.String(), "00:00:00,000 --> 00:00:01,", name)
	}
}

func TestAlignment_WritesSubtitles(t *testing.T) {
	t.Parallel()
	a := steady("One & two --> <three>. And this is a sentence that is long enough for two lines of it.")
	var srt, vtt strings.Builder
	require.NoError(t, a.WriteSRT(&srt, elevenlabs.SubtitleOptions{}))
	require.Equal(t, `1
00:00:00,000 --> 00:00:02,200
One & two -> <three>.

2
00:00:02,300 --> 00:00:08,600
And this is a sentence that is
long enough for two lines of it.

`, srt.String())
	require.NoError(t, a.WriteVTT(&vtt, elevenlabs.SubtitleOptions{LineLength: 16, Lines: 1, MinDuration: ms(500)}))
	require.Equal(t, `WEBVTT

00:00:00.000 --> 00:00:01.300
One &amp; two --&gt;

00:00:01.400 --> 00:00:02.200
&lt;three&gt;.

00:00:02.300 --> 00:00:03.600
And this is a

00:00:03.700 --> 00:00:05.300
sentence that is

00:00:05.400 --> 00:00:06.900
long enough for

00:00:07.000 --> 00:00:08.600
two lines of it.

`, vtt.String())
}

func TestAlignment_SubtitlesOfABook(t *testing.T) {
	t.Parallel()
	a := steady(strings.Repeat("It was a bright cold day in April, and the clocks were striking thirteen. ", 1_400))
	var srt strings.Builder
	require.NoError(t, a.WriteSRT(&srt, elevenlabs.SubtitleOptions{}))
	if end := "02:52:36,100 --> 02:52:39,900\nand the clocks were striking thirteen.\n\n"; !strings.HasSuffix(srt.String(), end) {
		t.Errorf("it ends with %q", srt.String()[srt.Len()-len(end):])
	}
	require.Equal(t, 1_400, strings.Count(srt.String(), "thirteen."))
}

func TestSubtitles_BadInput(t *testing.T) {
	t.Parallel()
	type o = elevenlabs.SubtitleOptions
	for name, tt := range map[string]struct {
		opts  o
		field string
	}{
		"short lines":      {o{LineLength: 7}, "LineLength"},
		"negative lines":   {o{LineLength: -1}, "LineLength"},
		"no lines":         {o{Lines: -1}, "Lines"},
		"no speed":         {o{CharactersPerSecond: -1}, "CharactersPerSecond"},
		"speed of nothing": {o{CharactersPerSecond: math.NaN()}, "CharactersPerSecond"},
		"endless speed":    {o{CharactersPerSecond: math.Inf(1)}, "CharactersPerSecond"},
		"negative minimum": {o{MinDuration: -1}, "MinDuration"},
		"negative maximum": {o{MaxDuration: -1}, "MaxDuration"},
		"minimum above":    {o{MinDuration: 8 * time.Second}, "MaxDuration"},
	} {
		for _, write := range []func(*elevenlabs.Alignment, *strings.Builder) error{
			func(a *elevenlabs.Alignment, w *strings.Builder) error { return a.WriteSRT(w, tt.opts) },
			func(a *elevenlabs.Alignment, w *strings.Builder) error { return a.WriteVTT(w, tt.opts) },
		} {
			var w strings.Builder
			var bad *elevenlabs.ArgumentError
			require.ErrorAs(t, write(steady("Hello."), &w), &bad, name)
			require.Equal(t, "SubtitleOptions."+tt.field, bad.Field, name)
			require.Empty(t, w.String(), name)
		}
	}
}

func TestSubtitles_TheWritersErrorComesThrough(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	require.ErrorIs(t, steady("Hello.").WriteSRT(writerFunc(func([]byte) (int, error) { return 0, full }), elevenlabs.SubtitleOptions{}), full)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
