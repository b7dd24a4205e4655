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
	// FormatM4A_AAC_44100_128 is in the list that the API's refusal of a format
	// gives, and not in the document.
	FormatM4A_AAC_44100_128 Format = "m4a_aac_44100_128"
)

const defaultFormat = FormatMP3_44100_128

// Codec returns how the samples are encoded: mp3, pcm, wav, opus, ulaw, alaw or
// aac; empty for a format this package does not know.
func (f Format) Codec() string {
	spec, _ := audio.Parse(string(f))
	if spec.Codec == audio.M4A {
		return "aac"
	}
	return string(spec.Codec)
}

// SampleRate returns the samples of a second, in Hz; 0 for a format this
// package does not know.
func (f Format) SampleRate() int {
	spec, _ := audio.Parse(string(f))
	return spec.RateHz
}

// Channels returns 1, since all audio of the API is mono; 0 for a format this
// package does not know.
func (f Format) Channels() int {
	if _, ok := audio.Parse(string(f)); !ok {
		return 0
	}
	return 1
}

// BytesPerSecond returns how many bytes a second of audio takes, without the
// header of WAV; 0 for Opus and AAC, which vary, and for a format this package
// does not know. A frame of 20 ms is a fiftieth of it.
func (f Format) BytesPerSecond() int {
	spec, _ := audio.Parse(string(f))
	if spec.Varies() {
		return 0
	}
	return spec.BytesPerSecond()
}

// Duration returns how long so many bytes of the format play, for WAV with the
// 44 of its header among them; 0 where BytesPerSecond is 0. What a file really
// lasts is told by [Speech.Duration].
func (f Format) Duration(bytes int64) time.Duration {
	spec, _ := audio.Parse(string(f))
	return spec.Duration(bytes)
}

// MIME returns the media type of the format, to serve it or to send it to
// [Client.STT]; application/octet-stream for a format this package does not
// know.
func (f Format) MIME() string {
	spec, ok := audio.Parse(string(f))
	if !ok {
		return "application/octet-stream"
	}
	return spec.ContentType()
}

// MinTier returns the least plan that may ask for the format: [TierCreator] for
// MP3 at 192 kbit/s, [TierPro] for PCM and WAV at 44.1 kHz and above,
// [TierFree] for all others; 0 for a format this package does not know.
//
// Source: refusals seen live in August and September 2026.
func (f Format) MinTier() Tier {
	switch spec, ok := audio.Parse(string(f)); {
	case !ok:
		return 0
	case spec.Codec == audio.MP3 && spec.BitRate >= 192_000:
		return TierCreator
	case (spec.Codec == audio.PCM || spec.Codec == audio.WAV) && spec.RateHz >= 44_100:
		return TierPro
	}
	return TierFree
}

func (f Format) is(codec audio.Codec) bool {
	spec, ok := audio.Parse(string(f))
	return ok && spec.Codec == codec
}

// raw reports whether the format has no header, so that its audio can begin with
// anything.
func (f Format) raw() bool {
	return f.is(audio.PCM) || f.is(audio.ULaw) || f.is(audio.ALaw)
}

// fits reports whether audio that begins so can be of this format.
func (f Format) fits(head []byte) bool {
	spec, ok := audio.Parse(string(f))
	return !ok || spec.Fits(head)
}

// startsLikeText reports whether audio of this format cannot begin with the
// given byte, but JSON or a web page would.
func (f Format) startsLikeText(b byte) bool {
	return (b == '{' || b == '<') && f.Codec() != "" && !f.raw()
}
