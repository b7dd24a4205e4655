package elevenlabs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// A Call describes a request to any endpoint of the API, for [Client.Do].
type Call struct {
	// Op names the call in errors, logs and hooks. Default: method and path.
	Op string
	// Method is the HTTP method. Default GET, or POST with a body.
	Method string
	// Path is the escaped path from the API's root, such as /v1/models. Escape
	// ids with [url.PathEscape]. Required.
	Path string
	// Query is added to the URL.
	Query url.Values
	// Header is sent besides the client's own, which it cannot replace.
	Header http.Header
	// Body is what the request carries; the zero value is no body.
	Body Body
	// Family is the pool of requests in flight that the call counts in. A call
	// without one takes no slot.
	Family Family
	// Weight is how many requests of the family the call counts for. Default 1.
	Weight int
	// Repeatable tells that a POST or PATCH may be repeated when its fate is
	// unknown, because it costs nothing and does nothing twice. Other methods
	// always may.
	Repeatable bool

	model         string        // of a speech, which may decide its family
	rawQuery      string        // what a method asks for, encoded; it wins over Query
	token         string        // a single-use token that stands in for the key
	zeroRetention bool          // to be confirmed by the answer
	timed         bool          // answered with audio and its timing, in JSON
	said          *utterance    // what to look for if the answer is lost; nil if it cannot be recovered
	recovers      *trip         // whose lost answer this call fetches
	firstByte     time.Duration // the default limit, by the size of the work

	socket     *socket.Options // it opens a socket; nil for all other calls
	tokens     TokenSource     // of tokens that stand in for the key; nil for none
	tokenQuery string          // the parameter that such a token travels in
}

// A Body is what a request carries, as something that can be made again for a
// retry.
type Body struct {
	// ContentType is the media type.
	ContentType string
	// Length is the body's length in bytes, 0 or less if it is not known.
	Length int64
	// Open returns the body from its start. When a call ends early, a Read of
	// what it returned may still be under way.
	Open func() (io.ReadCloser, error)
	// Once tells that the body can be read only once. A call whose body was
	// begun is not retried then.
	Once bool

	bytes  []byte // the whole body, if it is in memory
	prompt bool   // reading it does not block
}

// length returns the body's length as net/http wants it, -1 for not known.
func (b *Body) length() int64 {
	if b.Length <= 0 {
		return -1
	}
	return b.Length
}

// BytesBody is a body of the given bytes, which must not change until the
// call has ended.
func BytesBody(contentType string, b []byte) Body {
	if len(b) == 0 {
		return Body{}
	}
	return Body{
		prompt:      true,
		ContentType: contentType,
		Length:      int64(len(b)),
		bytes:       b,
		Open:        func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
	}
}

// JSONBody is a body of v in JSON.
func JSONBody(v any) (Body, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return Body{}, badArgument("Body", "cannot be written as JSON: %v", err)
	}
	return BytesBody("application/json", b), nil
}

// formBody is a form, with the sources of its files, as a body.
func formBody(form *multipart.Form, sources ...content) Body {
	form.End()
	b := Body{ContentType: form.ContentType(), Length: form.Length(), Open: form.Open, prompt: true}
	for _, src := range sources {
		b.Once = b.Once || src.once
		b.prompt = b.prompt && (src.prompt || src.Open == nil)
	}
	return b
}

// A Response is the API's answer to a [Client.Do].
type Response struct {
	// StatusCode is the HTTP status, from 200 to 299.
	StatusCode int
	// Header is as it came.
	Header http.Header
	// Body must be closed; the call's slot is held until it has been read to
	// its end or closed. A Read after the call's context has ended fails.
	Body io.ReadCloser
	// Meta is what the answer tells besides its content.
	Meta Meta

	op      string
	maxBody int64
}

// JSON reads the body into v and closes it. Unknown fields are ignored.
func (r *Response) JSON(v any) error {
	defer r.Body.Close()
	data, err := io.ReadAll(io.LimitReader(r.Body, r.maxBody+1))
	switch {
	case err != nil:
		return err
	case int64(len(data)) > r.maxBody:
		return &ResponseError{Op: r.op, Meta: r.Meta, Err: ErrTooLarge}
	}
	if err := json.Unmarshal(data, v); err != nil {
		return &ResponseError{Op: r.op, Meta: r.Meta, Err: fmt.Errorf("%w: %w", ErrMalformed, err)}
	}
	return nil
}

// Do sends a call that this package has no method for on the path of all
// calls: the same limits, retries and errors. An answer that is not 2xx is an
// [APIError]. The caller closes the Response's Body.
func (c *Client) Do(ctx context.Context, call Call, opts ...CallOption) (*Response, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := call.complete(); err != nil {
		return nil, err
	}
	var resp *Response
	err = c.perform(ctx, call, cfg, func(f *flight) error {
		f.keep(f.finish)
		resp = &Response{
			StatusCode: f.resp.StatusCode, Header: f.resp.Header,
			Meta: f.meta, Body: &responseBody{f}, op: call.Op, maxBody: cfg.maxBody,
		}
		return nil
	})
	return resp, err
}

// answerOf performs a call and decodes its whole answer.
func answerOf[T any](ctx context.Context, c *Client, call Call, cfg callConfig, decode func([]byte, Meta) (T, error)) (T, error) {
	var answer T
	err := c.perform(ctx, call, cfg, func(f *flight) error {
		data, err := f.readAll()
		if err != nil {
			return err
		}
		if answer, err = decode(data, f.meta); err != nil {
			return &ResponseError{Op: call.Op, Meta: f.meta, Err: err}
		}
		return nil
	})
	return answer, err
}

// ask performs a call on an endpoint that answers with JSON and decodes it.
func ask[T any](ctx context.Context, c *Client, call Call, opts []CallOption) (*T, error) {
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) (*T, error) { return decodeJSON[T](data) })
}

// decodeJSON reads an answer. One without what its callers go on with, such as
// the id of what was made, is refused.
func decodeJSON[T any](data []byte) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if a, ok := any(v).(lacking); ok {
		if name := a.lacks(); name != "" {
			return nil, fmt.Errorf("%w: there is no %s in it", ErrMalformed, name)
		}
	}
	return v, nil
}

// A lacking answer names the field, as on the wire, that it should have and has
// not.
type lacking interface{ lacks() string }

// lacksID names a field that holds no id.
func lacksID(name, id string) string {
	if checkID(name, id) != nil {
		return name
	}
	return ""
}

// lacksItems names a list that is missing or has nothing, or something lacking,
// in the place of an item.
func lacksItems[T any, P interface {
	*T
	lacking
}](name string, items []P) string {
	broken := func(item P) bool { return item == nil || item.lacks() != "" }
	if items == nil || slices.ContainsFunc(items, broken) {
		return "whole list of " + name
	}
	return ""
}

// billable reports whether a lost answer may have been paid for.
func (call *Call) billable() bool {
	return !call.Repeatable && (call.Method == http.MethodPost || call.Method == http.MethodPatch)
}

// complete fills in the defaults of a call and refuses what cannot be sent.
func (call *Call) complete() error {
	if !strings.HasPrefix(call.Path, "/") {
		return badArgument("Call.Path", "%q does not begin with /", call.Path)
	}
	clean, err := url.PathUnescape(call.Path)
	if err != nil || strings.ContainsAny(call.Path, "?# \\") {
		return badArgument("Call.Path", "%q is not an escaped path without a query", call.Path)
	}
	if hasDots(clean) {
		return badArgument("Call.Path", "%q climbs with dot segments", call.Path)
	}
	if strings.ContainsFunc(call.Method, notToken) {
		return badArgument("Call.Method", "%q is not an HTTP method", call.Method)
	}
	for name, values := range call.Header {
		for _, value := range values {
			if err := checkHeader("Call.Header", name, value); err != nil {
				return err
			}
		}
	}
	if call.Weight < 0 {
		return badArgument("Call.Weight", "%d is negative", call.Weight)
	}
	if call.Method == "" {
		call.Method = http.MethodGet
		if call.Body.Open != nil {
			call.Method = http.MethodPost
		}
	}
	if call.Op == "" {
		call.Op = call.Method + " " + call.Path
	}
	return nil
}

// hasDots reports whether a path, once a server has unescaped it, names
// another place than it spells.
func hasDots(path string) bool {
	for _, segment := range strings.Split(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// responseBody is the body of a Do. Its errors carry the call's name.
type responseBody struct{ f *flight }

func (b *responseBody) Read(p []byte) (int, error) {
	n, err := b.f.Read(p)
	switch {
	case err == io.EOF:
		b.f.finish(nil)
	case err != nil:
		err = &opError{op: b.f.call.Op, what: "reading the answer", err: err}
		b.f.finish(err)
	}
	return n, err
}

// Close gives the call's slot back. It may be called more than once, and while
// a Read is under way.
func (b *responseBody) Close() error {
	b.f.finish(nil)
	return nil
}
