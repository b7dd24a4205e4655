package spectest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/internal/specimen"
)

const fixture = "../../testdata/spec/openapi.json"

func init() { openapi3filter.RegisterBodyDecoder("multipart/form-data", decodeForm) }

// newRouter reads the specification, which must be valid itself.
var newRouter = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(fixture)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

func TestWire_IsAsSpecified(t *testing.T) {
	t.Parallel()
	router, err := newRouter()
	require.NoError(t, err)
	for _, call := range specimen.Calls() {
		t.Run(call.Operation+" "+call.Name, func(t *testing.T) {
			t.Parallel()
			called := false
			for _, x := range call.Run(t) {
				route, vars, err := router.FindRoute(x.Request)
				require.NoError(t, err, x.Request.URL.Path)
				called = called || route.Method+" "+route.Path == call.Operation
				input := requestInput(x, route, vars)
				require.NoError(t, openapi3filter.ValidateRequest(t.Context(), input), "%s", x.Sent)
				for _, body := range bodies(x, route) {
					require.NoError(t, openapi3filter.ValidateResponse(t.Context(), responseInput(x, input, body)), "%s", body)
				}
			}
			require.True(t, called, "%s is not called", call.Operation)
		})
	}
}

func requestInput(x specimen.Exchange, route *routers.Route, vars map[string]string) *openapi3filter.RequestValidationInput {
	req := x.Request.Clone(x.Request.Context())
	req.Body = io.NopCloser(bytes.NewReader(x.Sent))
	if len(x.Sent) == 0 {
		req.Body = http.NoBody
	}
	return &openapi3filter.RequestValidationInput{
		Request: req, PathParams: vars, Route: route,
		Options: &openapi3filter.Options{SkipSettingDefaults: true, IncludeResponseStatus: true, MultiError: true},
	}
}

func responseInput(x specimen.Exchange, input *openapi3filter.RequestValidationInput, body []byte) *openapi3filter.ResponseValidationInput {
	header := x.Response.Header.Clone()
	if declared := declaredAudio(input.Route); declared != "" && strings.HasPrefix(header.Get("Content-Type"), "audio/") {
		header.Set("Content-Type", declared)
	}
	return &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Options: input.Options, Status: x.Response.StatusCode, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)),
	}
}

// declaredAudio returns the one media type that the specification declares for
// an answer of bytes, whatever was asked for; live answers have that of their
// format. It is empty for other operations.
func declaredAudio(route *routers.Route) string {
	for name, media := range route.Operation.Responses.Status(http.StatusOK).Value.Content {
		if media.Schema.Value.Format == "binary" {
			return name
		}
	}
	return ""
}

// bodies returns what of an answer is to be validated by itself: the lines of a
// stream of JSON, the whole of anything else.
func bodies(x specimen.Exchange, route *routers.Route) [][]byte {
	if !strings.HasSuffix(route.Path, "/stream/with-timestamps") {
		return [][]byte{x.Received}
	}
	return bytes.Split(bytes.TrimSpace(x.Received), []byte("\n"))
}

// What is missing is told in the shape that the specification has for it.
func TestRefusals_AreAsSpecified(t *testing.T) {
	t.Parallel()
	router, err := newRouter()
	require.NoError(t, err)
	srv := elevenlabstest.NewServer(t, elevenlabstest.WithSpeed(1e6))
	for op, bad := range map[string]struct{ query, kind, body string }{
		"GET /v1/history":                                    {query: "page_size=x"},
		"GET /v1/pronunciation-dictionaries":                 {query: "page_size=0"},
		"GET /v1/shared-voices":                              {query: "page_size=101"},
		"GET /v1/usage/character-stats":                      {},
		"GET /v1/voices":                                     {query: "show_legacy=perhaps"},
		"GET /v1/voices/v":                                   {query: "with_settings=perhaps"},
		"GET /v2/voices":                                     {query: "high_quality=perhaps"},
		"PATCH /v1/pronunciation-dictionaries/d":             {kind: "application/json", body: `{"archived":"perhaps"}`},
		"POST /v1/audio-isolation":                           {},
		"POST /v1/audio-isolation/stream":                    {},
		"POST /v1/forced-alignment":                          {},
		"POST /v1/history/download":                          {kind: "application/json", body: `{}`},
		"POST /v1/pronunciation-dictionaries/add-from-file":  {},
		"POST /v1/pronunciation-dictionaries/add-from-rules": {kind: "application/json", body: `{"rules":[{"type":"other"}]}`},
		"POST /v1/pronunciation-dictionaries/d/add-rules":    {kind: "application/json", body: `{}`},
		"POST /v1/pronunciation-dictionaries/d/remove-rules": {kind: "application/json", body: `[]`},
		"POST /v1/pronunciation-dictionaries/d/set-rules":    {kind: "application/json", body: `{"rules":{}}`},
		"POST /v1/single-use-token/other":                    {},
		"POST /v1/sound-generation":                          {kind: "application/json", body: `{"text":7}`},
		"POST /v1/speech-to-speech/v":                        {},
		"POST /v1/speech-to-speech/v/stream":                 {},
		"POST /v1/speech-to-text":                            {},
		"POST /v1/text-to-dialogue":                          {kind: "application/json", body: `{"inputs":[{"text":"a"}]}`},
		"POST /v1/text-to-dialogue/stream":                   {kind: "application/json", body: `{}`},
		"POST /v1/text-to-dialogue/stream/with-timestamps":   {kind: "application/json", body: `{}`},
		"POST /v1/text-to-dialogue/with-timestamps":          {kind: "application/json", body: `{"inputs":"a"}`},
		"POST /v1/text-to-speech/v":                          {kind: "application/json", body: `{"text":7}`},
		"POST /v1/text-to-speech/v/stream":                   {kind: "application/json", body: `{`},
		"POST /v1/text-to-speech/v/stream/with-timestamps":   {kind: "application/json", body: `{}`},
		"POST /v1/text-to-speech/v/with-timestamps":          {kind: "application/json", body: `{"text":"a","seed":-1}`},
		"POST /v1/voices/add":                                {},
		"POST /v1/voices/add/u/v":                            {kind: "application/json", body: `{}`},
		"POST /v1/voices/v/edit":                             {},
		"POST /v1/voices/v/settings/edit":                    {kind: "application/json", body: `{"stability":2}`},
	} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(op, " ")
			req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path+"?"+bad.query, strings.NewReader(bad.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", bad.kind)
			req.Header.Set("Xi-Api-Key", "key")
			resp, err := srv.HTTPClient().Do(req)
			require.NoError(t, err)
			defer resp.Body.Close()
			require.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			route, vars, err := router.FindRoute(req)
			require.NoError(t, err)
			x := specimen.Exchange{Request: req, Response: resp}
			require.NoError(t, openapi3filter.ValidateResponse(t.Context(), responseInput(x, requestInput(x, route, vars), body)), "%s", body)
		})
	}
}
