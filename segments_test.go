package elevenlabs_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

func TestDialogue_TellsWhoSpeaksWhen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client(elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
		plain, err := c.Dialogue(t.Context(), talk)
		require.NoError(t, err)
		require.Nil(t, plain.Segments)
		require.Nil(t, plain.Alignment)

		speech, err := c.Dialogue(t.Context(), timedTalk())
		require.NoError(t, err)
		require.Equal(t, plain.Audio, speech.Audio)
		require.Equal(t, -1, speech.Meta.CharacterCost, "the API does not tell")
		require.NoError(t, speech.Alignment.Check())
		require.Equal(t, "Hello, how are you?[laughs] Fine, and you?Fine.", speech.Alignment.Text())
		require.Len(t, speech.Segments, len(talk.Inputs))
		var end float64
		for i, s := range speech.Segments {
			require.Equal(t, i, s.Input)
			require.Equal(t, talk.Inputs[i].VoiceID, s.VoiceID)
			text := strings.Join(speech.Alignment.Characters[s.CharacterStart:s.CharacterEnd], "")
			require.Equal(t, talk.Inputs[i].Text, text)
			require.Equal(t, end, s.Start)
			require.Equal(t, s.Start, speech.Alignment.Starts[s.CharacterStart])
			require.GreaterOrEqual(t, s.End, speech.Alignment.Ends[s.CharacterEnd-1])
			end = s.End
		}
		require.InDelta(t, float64(len(speech.Audio))/32_000, end, 0.001)

		stream, err := c.DialogueStream(t.Context(), timedTalk())
		require.NoError(t, err)
		audio, err := io.ReadAll(stream)
		require.NoError(t, err)
		require.Equal(t, speech.Audio, audio)
		require.Equal(t, speech.Segments, stream.Segments())
		require.Equal(t, speech.Alignment, stream.Alignment())
	})
}

func TestDialogue_SubtitlesKeepVoicesApart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := atOnce(t).Client()
		plain, err := c.Dialogue(t.Context(), talk)
		require.NoError(t, err)
		require.ErrorContains(t, plain.WriteSRT(io.Discard, elevenlabs.SubtitleOptions{}), "no timestamps were asked for")
		require.ErrorContains(t, plain.Alignment.WriteVTT(io.Discard, elevenlabs.SubtitleOptions{}), "no timestamps were asked for")
		require.Empty(t, plain.Alignment.Words())

		speech, err := c.Dialogue(t.Context(), timedTalk())
		require.NoError(t, err)
		var srt, vtt strings.Builder
		require.NoError(t, speech.WriteSRT(&srt, elevenlabs.SubtitleOptions{Speakers: true}))
		require.NoError(t, speech.WriteVTT(&vtt, elevenlabs.SubtitleOptions{Speakers: true}))
		for i, line := range talk.Inputs {
			first, _, _ := strings.Cut(line.Text, " ") // lines break behind it
			require.Contains(t, srt.String(), line.VoiceID+": "+first, "line %d", i)
			require.Contains(t, vtt.String(), "<v "+line.VoiceID+">"+first, "line %d", i)
		}
	})
}

func TestDialogueStream_SegmentsComeWithTheirAudio(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := atOnce(t).Client(elevenlabs.WithFormat(elevenlabs.FormatPCM_16000))
		stream, err := c.DialogueStream(t.Context(), timedTalk())
		require.NoError(t, err)
		defer stream.Close()
		require.Empty(t, stream.Segments())
		_, err = io.ReadFull(stream, make([]byte, 8000))
		require.NoError(t, err)
		first := stream.Segments()
		require.Len(t, first, 1, "a quarter of a second is of the first line")
		_, err = io.Copy(io.Discard, stream)
		require.NoError(t, err)
		all := stream.Segments()
		require.Len(t, all, 3)
		require.Greater(t, all[0].End, first[0].End, "what was returned does not change")
	})
}

// part is a line of a stream: two characters, and a segment.
func part(start float64, voice string, input, from, to int) string {
	return fmt.Sprintf(`{"audio_base64":"//sAAA==","alignment":{"characters":["a","b"],"character_start_times_seconds":[%v,%v],`+
		`"character_end_times_seconds":[%v,%v]},"normalized_alignment":null,"voice_segments":[{"voice_id":%q,"start_time_seconds":%v,`+
		`"end_time_seconds":%v,"character_start_index":%d,"character_end_index":%d,"dialogue_input_index":%d}]}`+"\n",
		start, start+1, start+1, start+2, voice, start, start+2, from, to, input)
}

func streamed(t *testing.T, body string) ([]elevenlabs.VoiceSegment, error) {
	t.Helper()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", body), nil
	}), elevenlabs.WithMaxRetries(0))
	stream, err := c.DialogueStream(t.Context(), timedTalk())
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	_, err = io.Copy(io.Discard, stream)
	return stream.Segments(), err
}

func TestDialogueStream_SegmentsCountFromTheStart(t *testing.T) {
	t.Parallel()
	want := []elevenlabs.VoiceSegment{
		{VoiceID: "v", Start: 0, End: 4, CharacterStart: 0, CharacterEnd: 4, Input: 0},
		{VoiceID: "w", Start: 4, End: 6, CharacterStart: 4, CharacterEnd: 6, Input: 1},
	}
	for name, body := range map[string]string{
		"of the speech":               part(0, "v", 0, 0, 2) + part(2, "v", 0, 2, 4) + part(4, "w", 1, 4, 6),
		"of the line":                 part(0, "v", 0, 0, 2) + part(0, "v", 0, 0, 2) + part(0, "w", 1, 0, 2),
		"places alone of the line":    part(0, "v", 0, 0, 2) + part(2, "v", 0, 0, 2) + part(4, "w", 1, 0, 2),
		"a line told from its start":  part(0, "v", 0, 0, 2) + part(2, "v", 0, 0, 4) + part(4, "w", 1, 4, 6),
		"a line of the stream is off": part(0, "v", 0, 0, 2) + "\n" + part(2, "v", 0, 2, 4) + part(4, "w", 1, 4, 6),
	} {
		got, err := streamed(t, body)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}

func TestDialogue_SegmentsThatAreNone(t *testing.T) {
	t.Parallel()
	const bad = `{"audio_base64":"//sAAA==","alignment":null,"voice_segments":{"voice_id":1}}` + "\n"
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", bad), nil
	}), elevenlabs.WithMaxRetries(0))
	_, err := c.Dialogue(t.Context(), timedTalk())
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	_, err = streamed(t, bad)
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	_, err = streamed(t, part(0, "v", 0, 0, 2)+bad)
	var broken *elevenlabs.PartialError
	require.ErrorAs(t, err, &broken)
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	got, err := streamed(t, `{"audio_base64":"//sAAA==","alignment":null,"voice_segments":null}`)
	require.NoError(t, err)
	require.Empty(t, got)
}

func FuzzSegments(f *testing.F) {
	f.Add([]byte(`[{"voice_id":"v","end_time_seconds":2,"character_end_index":2}]`), []byte(`[{"voice_id":"v","character_end_index":2}]`), 2, 2, 2.0)
	f.Add([]byte(`[{"dialogue_input_index":1}]`), []byte(`[{"character_start_index":-1,"character_end_index":9223372036854775807}]`), 3, 0, 1e300)
	f.Add([]byte(`null`), []byte(``), 0, 0, 0.0)
	f.Fuzz(func(t *testing.T, one, two []byte, before, characters int, base float64) {
		first, err := elevenlabs.DecodeSegments(one)
		if err != nil {
			return
		}
		second, err := elevenlabs.DecodeSegments(two)
		if err != nil {
			return
		}
		got := elevenlabs.AddSegments(elevenlabs.AddSegments(nil, first, 0, before, 0), second, before, characters, base)
		if len(got) > len(first)+len(second) || len(got) == 0 && len(first)+len(second) > 0 {
			t.Fatalf("%v and %v make %v", first, second, got)
		}
		for i := 1; i < len(got); i++ {
			if got[i].Input == got[i-1].Input && got[i].VoiceID == got[i-1].VoiceID {
				t.Fatalf("one line in two: %+v", got)
			}
		}
	})
}
