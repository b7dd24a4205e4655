package elevenlabs

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/socket"
)

// maxErrorBody is how much of an error's body is read.
const maxErrorBody = 64 << 10

// A flight is one attempt of a call: room held, a request sent, an answer
// read. finish ends it, once.
type flight struct {
	trip   *trip
	call   *Call
	permit Permit
	round  int // of the circuit breaker it was sent in
	ctx    context.Context
	watch  watch

	// What the transport has taken of the request. Whoever has not been handed
	// the last byte of a body cannot have sent it, nor who has no connection.
	// The transport may use several connections for one attempt; one that wrote
	// it all settles the matter.
	begun       atomic.Bool
	handedOver  atomic.Bool
	written     atomic.Bool
	writeFailed atomic.Bool
	sourceErr   atomic.Pointer[error]
	resends     resendWatch
	trace       httptrace.ClientTrace

	header   [2]string // backs the values of the request's own headers
	resp     *http.Response
	conn     *socket.Conn // of a call that opens a socket
	meta     Meta
	past     *HistoryAlignments // of the audio, if the history has it
	refusal  *APIError
	denial   *SocketError // a refusal that came as a message
	secret   string       // what it was sent with, which a server may echo
	received int64
	sentAt   time.Time

	kept    bool // the caller has the body; finish comes from there
	unwatch atomic.Pointer[func() bool]
	ended   atomic.Bool
}

// sent reports whether the request may have reached the server whole.
func (f *flight) sent() bool {
	return f.resp != nil || f.handedOver.Load() && (f.written.Load() || !f.writeFailed.Load())
}

// send performs the attempt up to the headers of its answer. An answer that
// is not 2xx is an APIError.
func (f *flight) send() error {
	c := f.trip.client
	key, err := f.credential()
	if err != nil {
		return &localError{err}
	}
	req, err := f.request(key)
	if err != nil {
		return &localError{err}
	}
	f.sentAt = time.Now()
	f.watch.start()
	resp, err := f.do(req, key)
	if f.resends.seen(req, resp, err) {
		f.trip.resent()
	}
	if err != nil {
		return f.explain(err)
	}
	f.watch.arm(phaseGap)
	f.watch.rest(phaseGap)
	f.resp = resp
	f.secret = cmp.Or(f.call.token, key)
	f.meta = readMeta(resp.Header, f.secret)
	f.meta.Attempts, f.meta.Queued = f.trip.attempts, f.trip.queued
	f.meta.FirstByte = time.Since(f.sentAt)
	c.claims.answered(f.trip, f.meta)
	f.meta.RetentionIgnored = f.call.zeroRetention && f.meta.HistoryItemID != "" && f.meta.HistoryItemID != notStored
	if resp.StatusCode/100 != 2 && f.conn == nil {
		return f.refused(f.secret)
	}
	return nil
}

// do sends a request, or opens the socket it asks for.
func (f *flight) do(req *http.Request, secret string) (resp *http.Response, err error) {
	if f.call.socket == nil {
		return f.trip.client.http.Do(req)
	}
	if f.conn, resp, err = socket.Dial(f.trip.client.http, req, *f.call.socket); f.conn != nil {
		f.conn.Hide(secret)
	}
	return resp, err
}

// credential is the key for an attempt, or a token of its own that stands in
// for it.
func (f *flight) credential() (string, error) {
	if f.call.tokens == nil {
		return f.trip.client.key(f.ctx)
	}
	return f.call.tokens.token(f.ctx)
}

// refused reads the error that the server answered with.
func (f *flight) refused(secret string) error {
	body, err := io.ReadAll(io.LimitReader(f, maxErrorBody))
	if err != nil && f.trip.ctx.Err() != nil {
		return f.trip.ctx.Err()
	}
	body = bytes.ReplaceAll(body, []byte(secret), []byte(redacted))
	f.refusal = newAPIError(f.call.Op, f.resp, f.meta, body)
	return f.refusal
}

func (f *flight) request(key string) (*http.Request, error) {
	c := f.trip.client
	f.trace = httptrace.ClientTrace{
		GotConn: f.connected, WroteRequest: f.wrote, GotFirstResponseByte: f.resends.firstByte,
	}
	req := new(http.Request).WithContext(httptrace.WithClientTrace(f.ctx, &f.trace))
	req.Method = f.call.Method
	req.URL = c.url(f.call, f.trip.cfg.query)
	req.Header = make(http.Header, len(f.call.Header)+len(f.trip.cfg.header)+3)
	for _, extra := range []http.Header{f.trip.cfg.header, f.call.Header} {
		for k, v := range extra {
			req.Header[http.CanonicalHeaderKey(k)] = v
		}
	}
	req.Header["User-Agent"] = userAgent
	switch {
	case f.call.tokens != nil:
		query := req.URL.Query()
		query.Set(f.call.tokenQuery, key)
		req.URL.RawQuery = query.Encode()
	case f.call.token == "":
		f.header[0] = key
		req.Header["Xi-Api-Key"] = f.header[0:1:1]
	}
	return req, f.attachBody(req)
}

// connected is called when the transport has a connection.
func (f *flight) connected(info httptrace.GotConnInfo) {
	f.resends.connected(info, f.trip.client.base.Scheme == "http")
	f.watch.arm(phaseUpload)
	if f.call.Body.Open == nil || f.plain() {
		f.handedOver.Store(true)
	}
}

// wrote is called when the transport has written the request, or failed to.
func (f *flight) wrote(info httptrace.WroteRequestInfo) {
	if info.Err != nil {
		f.writeFailed.Store(true)
		return
	}
	f.written.Store(true)
	f.watch.arm(phaseFirstByte)
}

// attachBody opens the body and gives the transport the means to open it
// again on a connection that turns out to be dead before anything was written.
func (f *flight) attachBody(req *http.Request) error {
	b := f.call.Body
	if b.Open == nil {
		return nil
	}
	open := func() (io.ReadCloser, error) {
		source, err := b.Open()
		if err != nil {
			return nil, err
		}
		return &upload{f: f, source: source, left: b.length()}, nil
	}
	if f.plain() {
		// A body that net/http knows to be in memory travels in one packet with
		// its headers.
		open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.bytes)), nil }
	}
	body, err := open()
	if err != nil {
		return err
	}
	req.Body, req.ContentLength = body, b.length()
	if !b.Once {
		req.GetBody = open
	}
	if b.ContentType != "" {
		f.header[1] = b.ContentType
		req.Header["Content-Type"] = f.header[1:2:2]
	}
	return nil
}

// plain reports whether the body can go to the transport as it is, because the
// transport is sure to tell when it has a connection.
func (f *flight) plain() bool { return f.call.Body.bytes != nil && f.trip.client.traces }

// explain turns a transport's error into what happened: the caller gave up, a
// limit was reached, or the network failed. The URL is taken out of its text.
func (f *flight) explain(err error) error {
	if ctxErr := f.trip.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	var limit *TimeoutError
	if errors.As(context.Cause(f.ctx), &limit) {
		return limit
	}
	if src := f.sourceErr.Load(); src != nil {
		return &localError{fmt.Errorf("reading the source: %w", *src)}
	}
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		return urlErr.Err
	}
	return err
}

// Read reads the answer's body. A body that ends early is ErrTruncated.
func (f *flight) Read(p []byte) (int, error) {
	if f.ended.Load() {
		return 0, f.closed()
	}
	f.watch.arm(phaseGap)
	n, err := f.resp.Body.Read(p)
	f.watch.rest(phaseGap)
	if f.received == 0 && n > 0 && f.resp.StatusCode/100 == 2 {
		f.trip.tell(onFirstByte, f.meta, nil)
	}
	f.received += int64(n)
	if err == nil || err == io.EOF {
		return n, err
	}
	if f.ended.Load() {
		return n, f.closed()
	}
	explained := f.explain(err)
	var limit *TimeoutError
	if f.trip.ctx.Err() == nil && !errors.As(explained, &limit) {
		explained = fmt.Errorf("%w: %w", ErrTruncated, explained)
	}
	return n, explained
}

// readAll reads the answer's body into memory, into one piece of the right
// size where the server tells it.
func (f *flight) readAll() ([]byte, error) {
	limit := f.trip.cfg.maxBody
	told := f.resp.ContentLength
	if told > limit {
		return nil, &ResponseError{Op: f.call.Op, Meta: f.meta, Err: ErrTooLarge}
	}
	// One byte more lets the end be seen without growing. What is told is
	// believed only so far: it costs the server nothing to promise a lot.
	buf := make([]byte, 0, min(max(told, 511), 8<<20)+1)
	for {
		n, err := f.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return nil, &ResponseError{Op: f.call.Op, Meta: f.meta, Err: ErrTooLarge}
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return nil, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

// closed is the error of reading a flight that has ended.
func (f *flight) closed() error {
	if err := f.trip.ctx.Err(); err != nil {
		return err
	}
	return os.ErrClosed
}

// keep hands the answer over to the caller, who ends the flight, unless the
// context does so before: then it is cut.
func (f *flight) keep(cut func(error)) {
	f.kept = true
	f.watch.streaming()
	unwatch := context.AfterFunc(f.trip.ctx, func() { cut(f.trip.ctx.Err()) })
	f.unwatch.Store(&unwatch)
}

// finish gives back what the flight holds: the connection, the timers and the
// room in flight. Only its first call does anything; it may come while a Read
// is under way.
func (f *flight) finish(err error) {
	if f.ended.Swap(true) {
		return
	}
	if unwatch := f.unwatch.Load(); unwatch != nil {
		(*unwatch)()
	}
	f.watch.stop()
	f.watch.cancel(nil)
	if f.resp != nil {
		f.resp.Body.Close()
	}
	f.trip.land(f, err)
}

// outcome is what the attempt taught about the account's limit.
func (f *flight) outcome() Outcome {
	o := Outcome{Limit: f.meta.Limit, InUse: f.meta.InUse}
	switch {
	case f.denial != nil:
		if f.denial.meaning() == kindConcurrency {
			o.Verdict, o.Limit, o.Paced = VerdictRefused, f.denial.Limit, !f.trip.requeues(f.denial)
		}
	case f.refusal == nil && f.resp != nil:
		o.Verdict = VerdictServed
	case f.refusal != nil && f.refusal.kind == kindConcurrency:
		o.Verdict = VerdictRefused
		o.Limit = f.refusal.Limit
		o.Paced = !f.trip.requeues(f.refusal)
	}
	return o
}

// upload is a request body on its way. While the source is being read its
// owner is the one who is slow, so the limit rests.
type upload struct {
	f      *flight
	source io.ReadCloser
	left   int64 // bytes to come, negative when not known

	reads chan read // of a source that may block
	buf   []byte    // what it is read into
	ahead []byte    // what of that is not taken yet
	end   error     // what came after it
}

// A read is what came of reading a source.
type read struct {
	n   int
	err error
}

func (u *upload) Read(p []byte) (int, error) {
	if u.left == 0 {
		return 0, io.EOF
	}
	u.f.begun.Store(true)
	if u.left > 0 && int64(len(p)) > u.left {
		p = p[:u.left] // a source that has grown is sent as long as it was
	}
	u.f.watch.rest(phaseUpload)
	n, err := u.take(p)
	u.f.watch.arm(phaseUpload)
	if u.left > 0 {
		u.left -= int64(n)
	}
	if err == io.EOF && u.left > 0 {
		err = fmt.Errorf("it is %d bytes shorter than it was: %w", u.left, io.ErrUnexpectedEOF)
	}
	if u.left == 0 || err == io.EOF {
		u.f.handedOver.Store(true)
	}
	if err != nil && err != io.EOF {
		failed := err // err itself would escape with every Read
		u.f.sourceErr.Store(&failed)
	}
	return n, err
}

// take reads the source. One that may block is read aside, in large pieces, so
// that the attempt can end while it blocks; what it reads then is lost with
// the attempt.
func (u *upload) take(p []byte) (int, error) {
	if u.f.call.Body.prompt {
		return u.source.Read(p)
	}
	if len(u.ahead) == 0 && u.end == nil {
		if err := u.readAhead(); err != nil {
			return 0, err
		}
	}
	n := copy(p, u.ahead)
	u.ahead = u.ahead[n:]
	if len(u.ahead) == 0 {
		return n, u.end
	}
	return n, nil
}

// readAhead waits for the next piece of the source, or for the attempt's end.
func (u *upload) readAhead() error {
	if u.reads == nil {
		u.reads, u.buf = make(chan read, 1), make([]byte, 128<<10)
	}
	go func() {
		n, err := u.source.Read(u.buf)
		u.reads <- read{n, err}
	}()
	select {
	case r := <-u.reads:
		u.ahead, u.end = u.buf[:r.n], r.err
		return nil
	case <-u.f.ctx.Done():
		return context.Cause(u.f.ctx)
	}
}

func (u *upload) Close() error { return u.source.Close() }

// A localError happened on this side, before or while the request was made. It
// is never retried.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }
