package elevenlabs

import (
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

// A Format names how audio is encoded: codec_rate or codec_rate_bitrate, the
// rate in Hz and the bit rate in kbit/s. It is an open set: a value this
// package does not know is sent as it is.
//
// MP3 at 192 kbit/s needs the Creator plan, PCM and WAV at 44.1 kHz and above
// need Pro. WAV is not for streams.
//
// Source: the OpenAPI document of August 2026; the plans from live answers.
type Format string

// The formats of the OpenAPI document.
const (
	FormatMP3_22050_32   Format = "mp3_22050_32"
	FormatMP3_24000_48   Format = "mp3_24000_48"
	FormatMP3_44100_32   Format = "mp3_44100_32"
	FormatMP3_44100_64   Format = "mp3_44100_64"
	FormatMP3_44100_96   Format = "mp3_44100_96"
	FormatMP3_44100_128  Format = "mp3_44100_128" // the default
	FormatMP3_44100_192  Format = "mp3_44100_192"
	FormatPCM_8000       Format = "pcm_8000" // signed 16 bit, little endian, mono, no header
	FormatPCM_16000      Format = "pcm_16000"
	FormatPCM_22050      Format = "pcm_22050"
	FormatPCM_24000      Format = "pcm_24000"
	FormatPCM_32000      Format = "pcm_32000"
	FormatPCM_44100      Format = "pcm_44100"
	FormatPCM_48000      Format = "pcm_48000"
	FormatWAV_8000       Format = "wav_8000"
	FormatWAV_16000      Format = "wav_16000"
	FormatWAV_22050      Format = "wav_22050"
	FormatWAV_24000      Format = "wav_24000"
	FormatWAV_32000      Format = "wav_32000"
	FormatWAV_44100      Format = "wav_44100"
	FormatWAV_48000      Format = "wav_48000"
	FormatOpus_48000_32  Format = "opus_48000_32" // in an Ogg container, mono
	FormatOpus_48000_64  Format = "opus_48000_64"
	FormatOpus_48000_96  Format = "opus_48000_96"
	FormatOpus_48000_128 Format = "opus_48000_128"
	FormatOpus_48000_192 Format = "opus_48000_192"
	FormatULaw_8000      Format = "ulaw_8000"
	FormatALaw_8000      Format = "alaw_8000"
)

const defaultFormat = FormatMP3_44100_128

// MIME returns the media type of the format, to serve it or to send it to
// [Client.STT]; application/octet-stream for a format it does not know.
func (f Format) MIME() string {
	spec, ok := audio.Parse(string(f))
	if !ok {
		return "application/octet-stream"
	}
	return spec.ContentType()
}

// lasts returns how long so many bytes of the format play, 0 if their number
// does not tell.
func (f Format) lasts(bytes int64) time.Duration {
	spec, ok := audio.Parse(string(f))
	if !ok || spec.BytesPerSecond() == 0 {
		return 0
	}
	return time.Duration(float64(bytes) / float64(spec.BytesPerSecond()) * float64(time.Second))
}

func (f Format) is(codec audio.Codec) bool {
	spec, ok := audio.Parse(string(f))
	return ok && spec.Codec == codec
}

// fits reports whether audio that begins so can be of this format.
func (f Format) fits(head []byte) bool {
	spec, ok := audio.Parse(string(f))
	return !ok || spec.Fits(head)
}

// startsLikeText reports whether audio of this format cannot begin with the
// given byte, but JSON or a web page would. Formats without a header can begin
// with anything.
func (f Format) startsLikeText(b byte) bool {
	return (b == '{' || b == '<') && (f.is(audio.MP3) || f.is(audio.WAV) || f.is(audio.Opus))
}
