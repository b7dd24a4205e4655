package elevenlabstest

import "github.com/elevenlabs-go/elevenlabs"

// VoiceSarah is a voice that the emulator has.
const VoiceSarah = "EXAVITQu4vr4xnSDxMaL"

// Client returns a client of this server, with a key that the emulator takes
// and the first of its voices. Options come on top; the plan is the client's
// own affair, so a test of one gives [elevenlabs.WithTier] here as well as
// [WithTier] to the server. It panics on options that [elevenlabs.New] refuses.
func (s *Server) Client(opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	c, err := elevenlabs.New(append(s.ClientOptions(), opts...)...)
	if err != nil {
		panic("elevenlabstest: " + err.Error())
	}
	return c
}

// ClientOptions returns what makes a client one of this server.
func (s *Server) ClientOptions() []elevenlabs.ClientOption {
	return []elevenlabs.ClientOption{
		elevenlabs.WithBaseURL(s.URL),
		elevenlabs.WithHTTPClient(s.HTTPClient()),
		elevenlabs.WithAPIKey("emulator-key"),
		elevenlabs.WithVoice(VoiceSarah),
	}
}
