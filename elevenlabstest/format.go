package elevenlabstest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// defaultFormat is the output format of a request that names none.
const defaultFormat = "mp3_44100_128"

// outputFormats are the values that the vendor's own error message lists: the
// 28 of the OpenAPI document and m4a_aac_44100_128.
var outputFormats = strings.Fields("mp3_22050_32 mp3_24000_48 mp3_44100_32 mp3_44100_64 mp3_44100_96 " +
	"mp3_44100_128 mp3_44100_192 pcm_8000 pcm_16000 pcm_22050 pcm_24000 pcm_32000 pcm_44100 pcm_48000 " +
	"ulaw_8000 alaw_8000 wav_8000 wav_16000 wav_22050 wav_24000 wav_32000 wav_44100 wav_48000 " +
	"opus_48000_32 opus_48000_64 opus_48000_96 opus_48000_128 opus_48000_192 m4a_aac_44100_128")

// outputFormat returns the format that a query asks for.
func (c *call) outputFormat(stream bool) (string, audio.Spec, *failure) {
	name := cmp.Or(c.r.URL.Query().Get("output_format"), defaultFormat)
	if fail := c.e.cfg.checkFormat(name, stream); fail != nil {
		return name, audio.Spec{}, fail
	}
	spec, ok := audio.Parse(name)
	if !ok {
		return name, spec, notImplemented("does not know the format %s.", name)
	}
	return name, spec, nil
}

// checkFormat looks at the output_format of a query. Streams have no WAV.
func (c *config) checkFormat(name string, stream bool) *failure {
	known := outputFormats
	if stream {
		known = slices.DeleteFunc(slices.Clone(known), func(f string) bool { return strings.HasPrefix(f, "wav_") })
	}
	if !slices.Contains(known, name) {
		f := invalid("invalid_output_format", "invalid_output_format",
			"Output format '%s' is not valid. Valid output formats are: %s.", name, strings.Join(known, ", "))
		f.http = http.StatusForbidden
		return f
	}
	if plan := elevenlabs.Format(name).MinTier(); !c.atLeast(plan) {
		f := invalid("subscription_required", "output_format_not_allowed",
			"Output format '%s' is only available on the %s tier and above.", name, planTitle(plan))
		f.http, f.kind = http.StatusForbidden, "authorization_error"
		return f
	}
	return nil
}

func planTitle(t elevenlabs.Tier) string {
	s := t.String()
	return strings.ToUpper(s[:1]) + s[1:]
}
