package elevenlabs

import (
	"context"
	"fmt"
	"strings"
)

// A TokenSource returns a single-use token that stands in for the API key, for
// one socket: it is asked anew for each connection, since the first use of a
// token spends it. It must be safe for concurrent use. [Client.NewToken] is
// what a service behind it calls.
//
// A client without a key is made with [WithKeySource] and a source that fails:
// it is not asked while there is a token, and a VoiceID for what speaks.
type TokenSource func(ctx context.Context) (string, error)

// token asks the source, and never repeats what it said.
func (s TokenSource) token(ctx context.Context) (string, error) {
	token, err := s(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("token source: %w", err)
	case token == "", strings.ContainsFunc(token, notVisible):
		return "", badArgument("TokenSource", "the token is empty, or contains white space or characters outside ASCII")
	}
	return token, nil
}
