package elevenlabstest

import (
	"maps"
	"net/http"
	"time"
)

// tokenLife is how long a single-use token is good for.
//
// Source: POST /v1/single-use-token/{token_type} in the OpenAPI document.
const tokenLife = 15 * time.Minute

// tokenQueries are the types of single-use tokens, and the query parameter that
// each travels in.
var tokenQueries = map[string]string{
	"realtime_scribe": "token", "batch_scribe": "token", "tts_websocket": "single_use_token",
}

// A token stands in for a key, once.
type token struct {
	kind  string
	until time.Time
}

func tokenRoutes() []route {
	return []route{routeTo(http.MethodPost, "/v1/single-use-token/{token_type}", endpoint{
		read: func(c *call) (job, *failure) {
			f := newFields("path", map[string]any{"token_type": c.vars["token_type"]})
			f.oneOf("token_type", "", "realtime_scribe", "batch_scribe", "tts_websocket")
			return &lookupJob{find: newToken}, f.failure()
		},
	})}
}

func newToken(c *call) (any, *failure) {
	e, now := c.e, time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tokens == nil {
		e.tokens = make(map[string]token)
	}
	maps.DeleteFunc(e.tokens, func(_ string, t token) bool { return !now.Before(t.until) })
	id := "sutkn_" + newTraceID()
	e.tokens[id] = token{kind: c.vars["token_type"], until: now.Add(tokenLife)}
	return map[string]string{"token": id}, nil
}

// redeem uses up the token that came with a call to an endpoint of its type.
// Whatever becomes of the call, the token is gone.
func (c *call) redeem(kind, id string) *failure {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	t, known := c.e.tokens[id]
	if !known || t.kind != kind || !time.Now().Before(t.until) {
		// The vendor's own words are not known.
		return unauthorized("invalid_token", "The single-use token is unknown, of another type, expired or was used before.")
	}
	delete(c.e.tokens, id)
	return nil
}
