package envelope_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/envelope"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want envelope.Envelope
	}{
		"nothing":     {"", envelope.Envelope{}},
		"blanks":      {" \n", envelope.Envelope{}},
		"new object":  {`{"detail":{"type":"t","code":"c","message":"m","status":"s","request_id":"r","param":"p","docs_url":"d"}}`, envelope.Envelope{Type: "t", Code: "c", Message: "m", Status: "s", RequestID: "r", Param: "p", DocsURL: "d"}},
		"old object":  {`{"detail":{"status":"s","message":"m"}}`, envelope.Envelope{Status: "s", Message: "m"}},
		"bare string": {`{"detail":"Not Found"}`, envelope.Envelope{Message: "Not Found"}},
		"pair":        {`{"error":"c","message":"m"}`, envelope.Envelope{Code: "c", Message: "m"}},
		"null":        {`{"detail":null}`, envelope.Envelope{}},
		"number":      {`{"detail":7}`, envelope.Envelope{}},
		"odd types":   {`{"detail":{"code":7,"message":"m"}}`, envelope.Envelope{Message: "m"}},
		"page":        {"<html><TITLE> Bad\nGateway </TITLE>", envelope.Envelope{HTML: true, Message: "Bad Gateway"}},
		"no title":    {"<html>", envelope.Envelope{HTML: true, Message: "a web page"}},
		"open title":  {"<title>x", envelope.Envelope{HTML: true, Message: "a web page"}},
		"text":        {"upstream\ttimeout\x00", envelope.Envelope{Message: "upstream timeout"}},
		"cut JSON":    {`{"detail": {"co`, envelope.Envelope{Message: `{"detail": {"co`}},
		"array": {
			`{"detail":[{"loc":["body","items",0],"msg":"Field required","type":"missing","ctx":{"le":1}},{"msg":"b"}]}`,
			envelope.Envelope{
				Message: "body.items.0: Field required; : b",
				Fields:  []envelope.Field{{Path: "body.items.0", Type: "missing", Message: "Field required"}, {Message: "b"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, envelope.Decode([]byte(tt.body)))
		})
	}
}

func TestDecode_CutsLongText(t *testing.T) {
	t.Parallel()
	got := envelope.Decode([]byte(strings.Repeat("é", 1000)))
	require.Equal(t, 201, utf8.RuneCountInString(got.Message))
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"detail":{"code":"c"}}`))
	f.Add([]byte(`{"detail":[{"loc":["a",1],"msg":"m"}]}`))
	f.Add([]byte("<title>\u0130</title>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := envelope.Decode(body)
		if e.HTML && !utf8.ValidString(e.Message) {
			t.Fatalf("%q", e.Message)
		}
	})
}
