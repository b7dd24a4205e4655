package elevenlabs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// said makes words of "text@start-end/speaker" in tenths of a second, with
// spaces between them.
func said(t *testing.T, words ...string) (out []elevenlabs.Word) {
	t.Helper()
	for i, s := range words {
		var w elevenlabs.Word
		times, speaker, _ := strings.Cut(s, "/")
		text, times, timed := strings.Cut(times, "@")
		w.Text, w.Type, w.SpeakerID = text, "word", speaker
		if timed {
			var start, end float64
			_, err := fmt.Sscanf(times, "%f-%f", &start, &end)
			require.NoError(t, err)
			start, end = start/10, end/10
			w.Start, w.End = &start, &end
		}
		if i > 0 {
			out = append(out, elevenlabs.Word{Text: " ", Type: "spacing", Start: out[len(out)-1].End, End: w.Start, SpeakerID: out[len(out)-1].SpeakerID})
		}
		out = append(out, w)
	}
	return out
}

// told writes turns as "channel speaker start-end text".
func told(turns []elevenlabs.Turn) (out []string) {
	for _, turn := range turns {
		out = append(out, fmt.Sprintf("%d %s %v-%v %s", turn.Channel, turn.Speaker, turn.Start, turn.End, turn.Text))
	}
	return out
}

func TestTurns_BySpeaker(t *testing.T) {
	t.Parallel()
	transcript := elevenlabs.Transcript{
		Words: said(t, "Hello@0-5/a", "there.@6-10/a", "Hi!@11-14/b", "(laughs)@15-18", "Well,@60-64/b", "I@65-66/a"),
	}
	turns := transcript.Turns()
	require.Equal(t, []string{
		"0 a 0s-1s Hello there.", "0 b 1.1s-6.4s Hi! (laughs) Well,", "0 a 6.5s-6.6s I",
	}, told(turns))
	require.Len(t, turns[0].Words, 3)
	require.Equal(t, "there.", turns[0].Words[2].Text)
}

func TestTurns_OfWhatHasLittleToTell(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		transcript elevenlabs.Transcript
		want       []string
	}{
		"silence":      {elevenlabs.Transcript{Text: ""}, nil},
		"text alone":   {elevenlabs.Transcript{Text: " Hello "}, []string{"0  0s-0s Hello"}},
		"no times":     {elevenlabs.Transcript{Words: said(t, "Hello", "there")}, []string{"0  0s-0s Hello there"}},
		"only a space": {elevenlabs.Transcript{Words: []elevenlabs.Word{{Text: " ", Type: "spacing"}}}, nil},
		"no channels":  {elevenlabs.Transcript{Channels: []elevenlabs.Transcript{}}, nil},
		"channels of text": {elevenlabs.Transcript{Channels: []elevenlabs.Transcript{{Text: "a"}, {Text: ""}, {Text: "b"}}},
			[]string{"0  0s-0s a", "2  0s-0s b"}},
		"absurd times": {elevenlabs.Transcript{Words: said(t, "a@-5-1e300")}, []string{"0  0s-0s a"}},
	} {
		require.Equal(t, tt.want, told(tt.transcript.Turns()), name)
	}
}

func TestTurns_WithoutATimeStayInTheirPlace(t *testing.T) {
	t.Parallel()
	transcript := elevenlabs.Transcript{
		Words: said(t, "Hello@1-5/a", "there./a", "Hi!/b", "Well,@-30--20/c", "I@11-12/a"),
	}
	require.Equal(t, []string{
		"0 a 100ms-500ms Hello there.", "0 b 500ms-500ms Hi!", "0 c 500ms-500ms Well,", "0 a 1.1s-1.2s I",
	}, told(transcript.Turns()))
}

// dialogue is of two channels that interrupt each other.
func dialogue(t *testing.T) elevenlabs.Transcript {
	return elevenlabs.Transcript{
		Channels: []elevenlabs.Transcript{
			{LanguageCode: "deu", LanguageProbability: 0.5, Words: said(t, "How@0-2", "are@3-4", "you?@5-8", "Good.@40-45")},
			{LanguageCode: "eng", LanguageProbability: 0.9, ChannelIndex: elevenlabs.Ptr(1), Words: said(t, "Fine,@7-9", "and@10-11", "you?@12-15", "Yes?@24-26", "No?@60-65")},
		},
		TranscriptionID: "t", AudioSeconds: elevenlabs.Ptr(7.0),
	}
}

func TestTurns_ByChannel(t *testing.T) {
	t.Parallel()
	separate := dialogue(t)
	want := []string{
		"0  0s-800ms How are you?", "1  700ms-2.6s Fine, and you? Yes?", "0  4s-4.5s Good.", "1  6s-6.5s No?",
	}
	require.Equal(t, want, told(separate.Turns()))
	merged := separate.MergeChannels()
	require.Equal(t, want, told(merged.Turns()), "the combined style says the same")
	require.Equal(t, "How are you?\nFine, and you? Yes?\nGood.\nNo?", merged.Text)
	require.Equal(t, "eng", merged.LanguageCode)
	require.InDelta(t, 0.9, merged.LanguageProbability, 0)
	require.Equal(t, "t", merged.TranscriptionID)
	require.Nil(t, merged.Channels)
	last := 0.0
	for _, w := range merged.Words {
		require.LessOrEqual(t, last, *w.Start)
		last = *w.Start
		require.NotNil(t, w.ChannelIndex)
	}
	require.Len(t, merged.Words, 7+9)
	require.Nil(t, separate.Channels[0].Words[0].ChannelIndex, "the original is left alone")
}

func TestMergeChannels_WithoutChannelsOrTimes(t *testing.T) {
	t.Parallel()
	one := &elevenlabs.Transcript{Text: "Hello", Words: said(t, "Hello@0-5")}
	require.Equal(t, one, one.MergeChannels())
	untimed := elevenlabs.Transcript{Channels: []elevenlabs.Transcript{{Words: said(t, "a@1-2", "b", "c@9-10")}, {Words: said(t, "d", "e@5-6")}}}
	var texts []string
	for _, w := range untimed.MergeChannels().Words {
		texts = append(texts, w.Text)
	}
	require.Equal(t, "d a b ec", strings.Join(texts, ""))
}

func TestMergeChannels_OfAnAnswerOfTwoShapes(t *testing.T) {
	t.Parallel()
	both := elevenlabs.Transcript{
		Text: "x y", Words: said(t, "x", "y"), Channels: []elevenlabs.Transcript{{Text: "Hello", Words: said(t, "Hello@0-5")}},
	}
	merged := both.MergeChannels()
	require.Equal(t, "Hello", merged.Text)
	require.Len(t, merged.Words, 1)
	require.Equal(t, said(t, "x", "y"), both.Words, "the original is left alone")
}

func TestTranscript_SubtitlesOfChannelsThatSpeakAtOnce(t *testing.T) {
	t.Parallel()
	var long, short []string
	for i := range 60 {
		long = append(long, fmt.Sprintf("on@%d-%d", 5*i, 5*i+5))
	}
	for i, word := range strings.Fields("One is here. Two is here. " + strings.Repeat("and so ", 20) + "it ends.") {
		short = append(short, fmt.Sprintf("%s@%d-%d", word, 50+i, 51+i))
	}
	separate := elevenlabs.Transcript{Channels: []elevenlabs.Transcript{{Words: said(t, long...)}, {Words: said(t, short...)}}}
	for _, transcript := range []*elevenlabs.Transcript{&separate, separate.MergeChannels()} {
		var srt strings.Builder
		require.NoError(t, transcript.WriteSRT(&srt, elevenlabs.SubtitleOptions{}))
		require.Contains(t, srt.String(), "00:00:05,000 --> 00:00:07,000\nOne is here.")
		count := func(word string) (n int) {
			for _, w := range strings.Fields(srt.String()) {
				if w == word {
					n++
				}
			}
			return n
		}
		require.Equal(t, []int{60, 20, 1}, []int{count("on"), count("so"), count("ends.")}, srt.String())
	}
}

func TestTranscript_WritesSubtitles(t *testing.T) {
	t.Parallel()
	transcript := elevenlabs.Transcript{Words: said(t, "Hello@0-5/a", "there.@6-10/a", "Hi!@31-34/b")}
	var srt, vtt strings.Builder
	require.NoError(t, transcript.WriteSRT(&srt, elevenlabs.SubtitleOptions{}))
	require.Equal(t, "1\n00:00:00,000 --> 00:00:01,000\nHello there.\n\n2\n00:00:03,100 --> 00:00:04,100\nHi!\n\n", srt.String())
	require.NoError(t, transcript.WriteVTT(&vtt, elevenlabs.SubtitleOptions{Speakers: true}))
	require.Equal(t, "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v a>Hello there.\n\n00:00:03.100 --> 00:00:04.100\n<v b>Hi!\n\n", vtt.String())

	channels := dialogue(t)
	srt.Reset()
	require.NoError(t, channels.WriteSRT(&srt, elevenlabs.SubtitleOptions{Speakers: true, MinDuration: time.Millisecond}))
	require.Contains(t, srt.String(), "channel_0: How are you?\n")
	require.Contains(t, srt.String(), "channel_1: Fine, and you?\n")
	require.NoError(t, (&elevenlabs.Transcript{Text: "no times"}).WriteSRT(&srt, elevenlabs.SubtitleOptions{}))
	refused(t, "SubtitleOptions.LineLength", transcript.WriteVTT(&vtt, elevenlabs.SubtitleOptions{LineLength: 7}))
}
