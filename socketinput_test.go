package elevenlabs_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func TestSessions_RefuseNil(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		speech, ears := dialTTS(t, srv.Client(), live), dialSTT(t, srv, elevenlabs.STTStreamRequest{})
		var none context.Context
		frames := make(chan []byte)
		for name, call := range map[string]func() error{
			"texts":            func() error { return speech.WriteAll(nil) },
			"reader":           func() error { _, err := ears.ReadFrom(nil); return err },
			"channel":          func() error { return ears.WriteFrom(t.Context(), nil) },
			"channel, context": func() error { return ears.WriteFrom(none, frames) },
			"end, context":     func() error { return ears.Finish(none) },
		} {
			var bad *elevenlabs.ArgumentError
			require.ErrorAs(t, call(), &bad, name)
			require.Equal(t, "is nil", bad.Reason, name)
		}
		require.NoError(t, ears.Finish(t.Context()), "it is still open")
	})
}

// TestTTSSession_EndsWithinALetter checks that a text that breaks off in the
// middle of a character ends its session all the same, and is told.
func TestTTSSession_EndsWithinALetter(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := dialTTS(t, elevenlabstest.NewServer(t).Client(), cheap())
		heard := listening(s)
		write(t, s, "Hello there. ")
		write(t, s, "Caf\xc3")
		var bad *elevenlabs.ArgumentError
		require.ErrorAs(t, s.End(), &bad)
		require.Equal(t, "text", bad.Field)
		require.Equal(t, "byte 16 of what was written is not valid UTF-8, and left out", bad.Reason)
		requireTold(t, "Hello there. Caf", <-heard)
	})
}

// TestTTSSession_SpeaksAllButWhatIsNoText checks that bytes that are no text
// take nothing with them, and that the error says where they were.
func TestTTSSession_SpeaksAllButWhatIsNoText(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := dialTTS(t, elevenlabstest.NewServer(t).Client(), cheap())
		heard := listening(s)
		write(t, s, "Hello there. ")
		text := "How are \ufffd you? \xffAnd you? "
		n, err := s.WriteString(text)
		require.Equal(t, len(text), n)
		var bad *elevenlabs.ArgumentError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, "byte 30 of what was written is not valid UTF-8, and left out", bad.Reason)
		write(t, s, "Fine.")
		require.NoError(t, s.Flush())
		require.NoError(t, s.End())
		requireTold(t, "Hello there. How are \ufffd you? And you? Fine.", <-heard)
	})
}

func TestSockets_SayWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	c := elevenlabstest.NewServer(t).Client()
	two := []string{elevenlabstest.VoiceSarah, "JBFqnCBsd6RMkjVDRZzb"}
	for want, dial := range map[string]func() error{
		"TTSStreamRequest.ModelID: eleven_v3 is not served on this socket; use DialDialogue": func() error {
			_, err := c.DialTTS(t.Context(), elevenlabs.TTSStreamRequest{ModelID: "eleven_v3"})
			return err
		},
		"DialogueStreamRequest.ModelID: eleven_flash_v2_5 is not served on this socket; use DialTTS": func() error {
			_, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{ModelID: flash})
			return err
		},
		"DialogueStreamRequest.Voices: 2 given, eleven_v3_conversational takes one": func() error {
			_, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{Voices: two})
			return err
		},
		"DialogueStreamRequest.Voices: 11 given, eleven_v3 takes 1 to 10": func() error {
			_, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{ModelID: "eleven_v3", Voices: make([]string, 11)})
			return err
		},
	} {
		require.EqualError(t, dial(), "elevenlabs: "+want)
	}
}

// TestTokens_NeedNoKey checks that a client without a key dials with tokens,
// and that one that is not valid is told as a wrong key is.
func TestTokens_NeedNoKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		service := srv.Client()
		c, err := elevenlabs.New(elevenlabs.WithBaseURL(srv.URL), elevenlabs.WithHTTPClient(srv.HTTPClient()),
			elevenlabs.WithKeySource(func(context.Context) (string, error) { return "", context.Canceled }))
		require.NoError(t, err)

		req := cheap()
		req.VoiceID = elevenlabstest.VoiceSarah
		req.Tokens = func(ctx context.Context) (string, error) { return service.NewToken(ctx, elevenlabs.TokenTTS) }
		s := dialTTS(t, c, req)
		heard := listening(s)
		write(t, s, "Hello there. ")
		require.NoError(t, s.End())
		requireTold(t, "Hello there.", <-heard)
		ears, err := c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{
			Tokens: func(ctx context.Context) (string, error) { return service.NewToken(ctx, elevenlabs.TokenRealtimeSTT) },
		})
		require.NoError(t, err)
		require.NoError(t, ears.Finish(t.Context()))

		req.Tokens = func(context.Context) (string, error) { return "sutkn_of_yesterday", nil }
		_, err = dialTTS(t, c, req).Next()
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
		_, err = c.DialSTT(t.Context(), elevenlabs.STTStreamRequest{Tokens: req.Tokens})
		require.ErrorIs(t, err, elevenlabs.ErrUnauthorized)
	})
}
