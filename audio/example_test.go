package audio_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/audio"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A telephone line takes mu-law at 8 kHz, 20 ms at a time.
func Example_telephone() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	stream, err := srv.Client().SynthesizeStream(context.Background(), elevenlabs.TTSRequest{
		Text: "Hello, you.", Format: elevenlabs.FormatULaw_8000,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()

	frames, frameBytes := 0, stream.Format.BytesPerSecond()/50
	for frame, err := range audio.NewPaddedFrameReader(stream, frameBytes, audio.ULawSilence).All() {
		if err != nil {
			log.Fatal(err)
		}
		if len(frame) == 160 { // say, a media message of Twilio
			frames++
		}
	}
	fmt.Println(frames, "frames")
	// Output: 67 frames
}

// What a caller said, as a recording that any model listens to.
func Example_recording() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	to16k, err := audio.NewResampler(8000, 16000)
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	w, err := audio.NewWAVWriter(&file, audio.WAVFormat{SampleRate: 16000})
	if err != nil {
		log.Fatal(err)
	}
	frame := bytes.Repeat([]byte{audio.ULawSilence}, 160)
	var pcm, wide []byte
	for range 50 { // frames from the line
		pcm = audio.AppendPCMFromULaw(pcm[:0], frame)
		wide = to16k.Append(wide[:0], pcm)
		w.Write(wide)
	}
	w.Write(to16k.Flush(nil))
	if err := w.Close(); err != nil { // of what Write told as well
		log.Fatal(err)
	}
	text, err := srv.Client().STT(context.Background(), file.Bytes(), "audio/wav")
	fmt.Println(text, err)
	// Output: This is a transcript from the emulator. <nil>
}

// Samples in a file that plays, while they come and afterwards.
func Example_file() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	stream, err := srv.Client().SynthesizeStream(context.Background(), elevenlabs.TTSRequest{
		Text: "Hello, you.", Format: elevenlabs.FormatPCM_24000,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()

	var file bytes.Buffer // or an os.File, whose header then gets its sizes
	w, err := audio.NewWAVWriter(&file, audio.WAVFormat{SampleRate: stream.Format.SampleRate()})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.Copy(w, stream); err != nil {
		log.Fatal(err)
	}
	fmt.Println(w.Close(), elevenlabs.FormatWAV_24000.Duration(int64(file.Len())))
	// Output: <nil> 1.326s
}
