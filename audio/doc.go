// Package audio carries samples the last metre: into files and players that want
// a header, onto telephone lines that want G.711 in frames of 20 ms, and to the
// rate that the other side speaks.
//
// It works on what the API sends and takes: signed 16-bit little-endian mono
// samples without a header (the pcm formats), G.711 (ulaw and alaw), and WAV.
// It knows nothing of the network.
//
// # Streams
//
// A stream of the network may be cut anywhere, inside of a sample too.
// [FrameReader] gives whole frames, [WAVWriter] and [Resampler] take any pieces.
//
//	stream, err := client.SynthesizeStream(ctx, elevenlabs.TTSRequest{Text: text, Format: elevenlabs.FormatULaw_8000})
//	for frame, err := range audio.NewPaddedFrameReader(stream, 160, audio.ULawSilence).All() {
//		// 20 ms of mu-law, to be sent on
//	}
//
// # Memory
//
// What is named Append appends to a slice of the caller's and returns it, as
// the built-in does. With enough capacity in it nothing is allocated.
//
// # Concurrency
//
// Functions are safe for concurrent use. A reader, a writer or a [Resampler] is
// for one goroutine at a time.
package audio
