package elevenlabs_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// withSchedule is sockets that wait for so much text.
func withSchedule() elevenlabs.TTSStreamRequest {
	req := live
	req.VoiceSettings = &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(0.5)}
	req.ChunkLengthSchedule = []int{120}
	return req
}

func TestTTSMulti_UtteranceHasSettingsOfItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		names, err := c.AddDictionary(t.Context(), elevenlabs.AddDictionaryRequest{Name: "names", Rules: []elevenlabs.DictionaryRule{elevenlabs.AliasRule("Ada", "A da")}})
		require.NoError(t, err)
		m, err := c.DialTTSMulti(t.Context(), withSchedule())
		require.NoError(t, err)
		defer m.Close()
		speed := &elevenlabs.VoiceSettings{Speed: elevenlabs.Ptr(1.1)}
		u := elevenlabs.TTSUtterance{
			VoiceSettings: speed, ChunkLengthSchedule: []int{50, 60},
			Dictionaries: []elevenlabs.DictionaryLocator{{ID: names.ID, VersionID: names.VersionID}},
		}
		for _, u := range []elevenlabs.TTSUtterance{{}, u, {VoiceSettings: new(elevenlabs.VoiceSettings)}} {
			s, err := m.Utter(t.Context(), u)
			require.NoError(t, err)
			write(t, s, "Hello Ada.")
			require.NoError(t, s.End())
			require.Equal(t, io.EOF, hearOut(s).err)
		}
		require.Equal(t, []string{
			`{"text":" ","context_id":"u1","voice_settings":{"stability":0.5},"generation_config":{"chunk_length_schedule":[120]}}`,
			`{"text":" ","context_id":"u2","voice_settings":{"speed":1.1},"generation_config":{"chunk_length_schedule":[50,60]},` +
				`"pronunciation_dictionary_locators":[{"pronunciation_dictionary_id":"` + names.ID + `","version_id":"` + names.VersionID + `"}]}`,
			`{"text":" ","context_id":"u3","voice_settings":{},"generation_config":{"chunk_length_schedule":[120]}}`,
		}, openings(srv))
	})
}

// openings are the first messages of all contexts.
func openings(srv *elevenlabstest.Server) (all []string) {
	for _, r := range srv.Requests() {
		for line := range strings.Lines(string(r.Body)) {
			if strings.HasPrefix(line, `{"text":" ","context_id"`) && !strings.Contains(line, "close_context") && !strings.Contains(line, `"flush"`) {
				all = append(all, strings.TrimSpace(line))
			}
		}
	}
	return all
}

func TestTTSMulti_UtteranceKeepsItsSettingsOnAnotherSocket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(3, elevenlabstest.Drop()))
		m := dialMulti(t, srv.Client())
		settings := &elevenlabs.VoiceSettings{Speed: elevenlabs.Ptr(1.1)}
		s, err := m.Utter(t.Context(), elevenlabs.TTSUtterance{VoiceSettings: settings})
		require.NoError(t, err)
		*settings = elevenlabs.VoiceSettings{}
		write(t, s, "Hello there. ", "How are you?")
		require.NoError(t, s.End())
		require.Equal(t, "Hello there. How are you? ", hearOut(s).text.String())
		require.Equal(t, []string{
			`{"text":" ","context_id":"u1","voice_settings":{"speed":1.1}}`,
			`{"text":" ","context_id":"u2","voice_settings":{"speed":1.1}}`,
		}, openings(srv))
	})
}

func TestTTSMulti_UtteranceSpeaksByItsOwnSchedule(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, err := elevenlabstest.NewServer(t).Client().DialTTSMulti(t.Context(), withSchedule())
		require.NoError(t, err)
		defer m.Close()
		for _, tt := range []struct {
			schedule []int
			words    int // of eleven characters each, that the first audio takes
		}{{nil, 11}, {[]int{50}, 5}} {
			s, err := m.Utter(t.Context(), elevenlabs.TTSUtterance{ChunkLengthSchedule: tt.schedule})
			require.NoError(t, err)
			heard := make(chan elevenlabs.TTSChunk, 10)
			go func() {
				chunk, _ := s.Next()
				heard <- chunk
			}()
			for n := range 12 {
				require.Equal(t, n >= tt.words, len(heard) > 0, n)
				write(t, s, "whatsoever ")
				time.Sleep(200 * time.Millisecond)
			}
			require.Len(t, heard, 1)
			require.NoError(t, s.Close())
		}
	})
}

func TestTTSMulti_UtteranceWaitsInALineOfItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 1))
		m := dialMulti(t, c)
		first := utter(t, m)
		write(t, first, "Somebody speaks already. ")
		later, err := m.NewUtterance(elevenlabs.NewContext(t.Context(), elevenlabs.WithMaxQueue(0)))
		require.NoError(t, err)
		_, err = later.WriteString("Not now. ")
		require.ErrorIs(t, err, elevenlabs.ErrQueueFull)
		later, err = m.Utter(t.Context(), elevenlabs.TTSUtterance{}, elevenlabs.WithMaxQueue(0))
		require.NoError(t, err)
		_, err = later.WriteString("Not now. ")
		require.ErrorIs(t, err, elevenlabs.ErrQueueFull)
		patient := utter(t, m)
		write(t, patient, "It is my turn. ")
		chunk, err := patient.Next()
		require.NoError(t, err)
		require.Equal(t, "It is my turn. ", chunk.Alignment.Text())
	})
}

func TestTTSMulti_UtteranceThatIsWrongEndsNoOtherThatSpeaks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		m := dialMulti(t, srv.Client())
		steady := utter(t, m)
		heard := listening(steady)
		write(t, steady, "One. ")
		time.Sleep(time.Second)
		wrong, err := m.Utter(t.Context(), elevenlabs.TTSUtterance{Dictionaries: []elevenlabs.DictionaryLocator{{ID: "none", VersionID: "none"}}})
		require.NoError(t, err)
		require.ErrorIs(t, hearOut(wrong).err, elevenlabs.ErrNotFound)
		write(t, steady, "Two. ")
		require.NoError(t, steady.End())
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, "One. Two. ", got.text.String())
		require.Equal(t, 2, srv.Usage().Requests)
	})
}

func TestTTSMulti_UtteranceRefusesBadArguments(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := dialMulti(t, elevenlabstest.NewServer(t).Client())
		for field, u := range map[string]elevenlabs.TTSUtterance{
			"VoiceSettings.Stability": {VoiceSettings: &elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(2.0)}},
			"Dictionaries":            {Dictionaries: []elevenlabs.DictionaryLocator{{ID: "d"}}},
			"ChunkLengthSchedule":     {ChunkLengthSchedule: []int{50}},
		} {
			var bad *elevenlabs.ArgumentError
			_, err := m.Utter(t.Context(), u)
			require.ErrorAs(t, err, &bad, field)
			require.Equal(t, "TTSUtterance."+field, bad.Field)
		}
		_, err := m.Utter(t.Context(), elevenlabs.TTSUtterance{}, nil)
		require.Error(t, err)
	})
}
