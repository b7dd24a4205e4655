package elevenlabs

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// A TokenType says what a single-use token opens. It is an open set: a value
// this package does not know is sent as it is.
type TokenType string

// The tokens of the OpenAPI document.
const (
	// TokenRealtimeSTT opens a socket of realtime speech to text.
	TokenRealtimeSTT TokenType = "realtime_scribe"
	// TokenSTT is for one transcription: see STTRequest.Token.
	TokenSTT TokenType = "batch_scribe"
	// TokenTTS opens a socket of text to speech or of dialogue.
	TokenTTS TokenType = "tts_websocket"
)

// NewToken makes a single-use token: what a browser or a phone is given in
// place of the key. It opens one call or one socket, within 15 minutes. Treat
// it as a secret: this package shows it in no error and no log. Making one
// costs nothing and takes no slot.
//
// Source: POST /v1/single-use-token/{token_type} in the OpenAPI document.
func (c *Client) NewToken(ctx context.Context, typ TokenType, opts ...CallOption) (string, error) {
	if err := checkID("TokenType", string(typ)); err != nil {
		return "", err
	}
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return "", err
	}
	call := Call{
		Op: "Token", Method: http.MethodPost, Path: "/v1/single-use-token/" + string(typ), // of unreserved characters only
		Repeatable: true, // one that is lost is never used
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) (string, error) {
		answer, err := decodeJSON[tokenAnswer](data)
		switch {
		case err != nil:
			return "", err
		case answer.Token == "", strings.ContainsFunc(answer.Token, notVisible):
			return "", fmt.Errorf("%w: there is no token in it", ErrMalformed)
		}
		return answer.Token, nil
	})
}

type tokenAnswer struct {
	Token string `json:"token"`
}
