package elevenlabs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

const fable = `The Fox and the Grapes

A hungry fox saw some fine bunches of grapes hanging from a vine. He did his best to reach them, but it was all in vain.

"I thought those grapes were ripe," he said, "but I see now that they are quite sour."`

func ExampleClient_Narrate() {
	client, stop := exampleClient()
	defer stop()
	var audio bytes.Buffer // most often a file
	narration, err := client.Narrate(context.Background(), elevenlabs.NarrateRequest{
		TTSRequest:  elevenlabs.TTSRequest{Text: fable, Timestamps: true},
		PieceLength: 120, // short, for the example
	}, &audio)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(narration.Pieces, "pieces,", narration.Characters, "characters,", narration.Duration)
	fmt.Println(int64(audio.Len()) == narration.Bytes)
	if err := narration.Alignment.WriteSRT(os.Stdout, elevenlabs.SubtitleOptions{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 3 pieces, 229 characters, 17.34530612s
	// true
	// 1
	// 00:00:00,000 --> 00:00:01,452
	// The Fox and the Grapes
	//
	// 2
	// 00:00:01,984 --> 00:00:06,674
	// A hungry fox saw some fine bunches
	// of grapes hanging from a vine.
	//
	// 3
	// 00:00:06,687 --> 00:00:10,851
	// He did his best to reach
	// them, but it was all in vain.
	//
	// 4
	// 00:00:10,866 --> 00:00:14,170
	// "I thought those grapes
	// were ripe," he said,
	//
	// 5
	// 00:00:14,236 --> 00:00:17,342
	// "but I see now that they are quite sour."
}

func ExampleNarrateRequest_progress() {
	client, stop := exampleClient()
	defer stop()
	_, err := client.Narrate(context.Background(), elevenlabs.NarrateRequest{
		Reader:      strings.NewReader(fable), // any length, read as it is needed
		PieceLength: 120,
		Progress: func(p elevenlabs.NarrationProgress) {
			fmt.Printf("byte %d of %d: %.25q from %v, %d credits so far\n",
				p.Piece.Offset, len(fable), p.Piece.Text, p.Piece.Start.Round(time.Millisecond), p.Credits)
		},
	}, io.Discard)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// byte 0 of 232: "The Fox and the Grapes\n\nA" from 0s, 89 credits so far
	// byte 90 of 232: "He did his best to reach " from 6.687s, 143 credits so far
	// byte 146 of 232: "\"I thought those grapes w" from 10.867s, 229 credits so far
}

func ExampleNarrateRequest_checkpoint() {
	client, stop := exampleClient(
		elevenlabstest.SlowFirstByte(0).Times(2),
		elevenlabstest.Status(401, `{"detail":{"status":"quota_exceeded"}}`), // the third piece
	)
	defer stop()
	dir, err := os.MkdirTemp("", "fable")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	req := elevenlabs.NarrateRequest{
		TTSRequest: elevenlabs.TTSRequest{Text: fable}, PieceLength: 120, Parallel: 1,
		Checkpoint: dir,
	}
	_, err = client.Narrate(context.Background(), req, io.Discard)
	fmt.Println(errors.Is(err, elevenlabs.ErrQuotaExceeded))

	// Once there are credits again, the same request goes on.
	narration, err := client.Narrate(context.Background(), req, io.Discard)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(narration.Pieces, "pieces,", narration.Reused, "of them not paid for again")
	// Output:
	// true
	// 3 pieces, 2 of them not paid for again
}

func ExampleNarrationError() {
	client, stop := exampleClient(elevenlabstest.Status(400, `{"detail":{"status":"text_rejected","message":"No."}}`).On("/v1/text-to-speech/"))
	defer stop()
	_, err := client.Narrate(context.Background(), elevenlabs.NarrateRequest{
		TTSRequest: elevenlabs.TTSRequest{Text: fable}, PieceLength: 120, Parallel: 1,
	}, io.Discard)
	var broke *elevenlabs.NarrationError
	if errors.As(err, &broke) {
		fmt.Printf("%d pieces written; %.25q failed, at byte %d\n", broke.Narration.Pieces, broke.Piece.Text, broke.Piece.Offset)
		fmt.Println(errors.Is(err, elevenlabs.ErrInvalidRequest))
	}
	// Output:
	// 0 pieces written; "The Fox and the Grapes\n\nA" failed, at byte 0
	// true
}
