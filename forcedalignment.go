package elevenlabs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

// maxAlignedText is the vendor's limit on the text of a forced alignment, in
// code points.
const maxAlignedText = 675_000

// A ForcedAlignmentRequest asks when each word of a text is said in a
// recording. Both fields are required.
//
// Source: POST /v1/forced-alignment in the OpenAPI document; the limits from
// the vendor's pages of August 2025.
type ForcedAlignmentRequest struct {
	// Audio is the recording, below 1 GB and up to 10 hours. It cannot be a URL.
	Audio AudioSource `json:"file"`
	// Text is what is said in it: not blank, valid UTF-8, at most 675,000 code
	// points.
	Text string `json:"text"`
	// Extra adds form fields that this package does not know.
	Extra map[string]string `json:"-"`
}

// A ForcedAlignment tells when a text is said.
type ForcedAlignment struct {
	// Characters are those of the text, in its order.
	Characters []AlignedCharacter `json:"characters"`
	// Words are those of the text, in its order.
	Words []AlignedWord `json:"words"`
	// Loss tells how badly text and recording go together, over all words; 0 is
	// best.
	Loss float64 `json:"loss"`
	// Extra has the fields of the answer that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
	// Meta is what the answer told besides.
	Meta Meta `json:"-"`
}

// An AlignedCharacter is a character of the text, its times in seconds.
type AlignedCharacter struct {
	Text  string  `json:"text"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

// An AlignedWord is a word of the text, its times in seconds.
type AlignedWord struct {
	Text  string  `json:"text"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	// Loss tells how badly the word goes with what is heard there; 0 is best.
	Loss float64 `json:"loss"`
}

// Alignment returns the characters in the form that has words, sentences and
// subtitles.
func (a *ForcedAlignment) Alignment() *Alignment {
	all := new(Alignment)
	for _, c := range a.Characters {
		all.Characters = append(all.Characters, c.Text)
		all.Starts, all.Ends = append(all.Starts, c.Start), append(all.Ends, c.End)
	}
	return all
}

// UnmarshalJSON keeps unknown fields in Extra.
func (a *ForcedAlignment) UnmarshalJSON(data []byte) (err error) {
	type plain ForcedAlignment
	a.Extra, err = extra.Unmarshal(data, (*plain)(a))
	return err
}

// MarshalJSON writes what is in Extra too.
func (a ForcedAlignment) MarshalJSON() ([]byte, error) {
	type plain ForcedAlignment
	return extra.Marshal(plain(a), a.Extra)
}

// Align finds out when each word of a text is said in a recording. The upload
// is streamed in constant memory. The call counts among those of speech to
// text, long audio by its length as there.
//
// Errors are as of [Client.Dialogue].
func (c *Client) Align(ctx context.Context, req ForcedAlignmentRequest, opts ...CallOption) (*ForcedAlignment, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	call, err := req.call()
	if err != nil {
		return nil, err
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, meta Meta) (*ForcedAlignment, error) {
		a, err := decodeForcedAlignment(data)
		if err != nil {
			return nil, err
		}
		a.Meta = meta
		return a, nil
	})
}

func (r *ForcedAlignmentRequest) call() (Call, error) {
	const field = "ForcedAlignmentRequest.Text"
	if err := checkText(field, r.Text); err != nil {
		return Call{}, err
	}
	if err := checkLength(field, utf8.RuneCountInString(r.Text), "the vendor", maxAlignedText); err != nil {
		return Call{}, err
	}
	form := uploadRequest{name: "ForcedAlignmentRequest", fields: r, file: "file", audio: r.Audio, extra: r.Extra}
	body, src, err := form.body()
	if err != nil {
		return Call{}, err
	}
	length := src.plays("")
	return Call{
		Op: "Forced alignment", Method: http.MethodPost, Path: "/v1/forced-alignment", Body: body,
		Family: FamilySTT, Weight: weigh(length, 1), firstByte: sttPatience(length, src.Size),
	}, nil
}

var errNoAlignment = fmt.Errorf("%w: neither characters nor words", ErrMalformed)

// decodeForcedAlignment refuses an answer that aligns nothing.
func decodeForcedAlignment(data []byte) (*ForcedAlignment, error) {
	a, err := decodeJSON[ForcedAlignment](data)
	if err == nil && a.Characters == nil && a.Words == nil {
		return nil, errNoAlignment
	}
	return a, err
}
