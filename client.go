package elevenlabs

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// A Client speaks to the API for one account. It keeps the account's requests
// in flight within the plan's limits, so clients of the same account should
// share a limiter, or be one. A Client is safe for concurrent use and starts
// no goroutine, so it needs no closing. It is made by [New]; the zero value
// refuses every call.
type Client struct {
	key     KeySource
	base    *url.URL
	http    *http.Client
	traces  bool // the transport is net/http's own, which reports what it does
	limiter Limiter
	hooks   hookList
	stats   counters
	claims  claims
	webhook *WebhookHandler // which delivers to jobs; nil without one

	budget   retryBudget
	breakers breakers
	resends  atomic.Int64 // attempts that the transport sent more than once

	call callConfig
	tts  TTSRequest
	stt  STTRequest

	voice  lookup[string]       // the account's first
	plan   *planFinder          // nil unless the account is asked for its plan
	pieces lookups[*madeSpeech] // of narrations that keep them, by file
}

// A Synthesizer turns text into speech. [*Client] is one; code that takes a
// Synthesizer can be tested without one.
type Synthesizer interface {
	TTS(ctx context.Context, text string, opts ...TTSOption) ([]byte, error)
}

// A Transcriber turns speech into text. [*Client] is one; code that takes a
// Transcriber can be tested without one.
type Transcriber interface {
	STT(ctx context.Context, audio []byte, mime string, opts ...STTOption) (string, error)
}

var (
	_ Synthesizer = (*Client)(nil)
	_ Transcriber = (*Client)(nil)
)

// A Region is one of the vendor's hosts.
type Region string

// The vendor's hosts. The residency regions (EU, India, Singapore) are
// isolated, for Enterprise, and need keys of their own.
//
// Source: the environments of the vendor's JavaScript SDK 2.56.
const (
	RegionGlobal    Region = "global"
	RegionUS        Region = "us"
	RegionEU        Region = "eu"
	RegionIndia     Region = "in"
	RegionSingapore Region = "sg"
)

var regions = map[Region]string{
	RegionGlobal:    "https://api.elevenlabs.io",
	RegionUS:        "https://api.us.elevenlabs.io",
	RegionEU:        "https://api.eu.residency.elevenlabs.io",
	RegionIndia:     "https://api.in.residency.elevenlabs.io",
	RegionSingapore: "https://api.sg.residency.elevenlabs.io",
}

const (
	defaultMaxRetries   = 3
	defaultMaxBody      = 512 << 20
	defaultStreamBuffer = 4 << 20
)

// New returns a client. Every problem with the options is reported at once,
// as [ArgumentError]s joined into one error; nothing is sent.
func New(opts ...ClientOption) (*Client, error) {
	cfg := config{
		call:       callConfig{maxRetries: defaultMaxRetries, maxBody: defaultMaxBody, streamBuffer: defaultStreamBuffer},
		retryShare: defaultRetryShare, retryReserve: defaultRetryReserve, breaker: defaultBreaker,
	}
	var problems []error
	for _, o := range opts {
		if o == nil {
			problems = append(problems, badArgument("ClientOption", "an option is nil"))
			continue
		}
		problems = append(problems, o.applyClient(&cfg))
	}
	base, err := cfg.base()
	limiter, limiterErr := cfg.newLimiter()
	problems = append(problems, err, limiterErr, cfg.completeKeys(), cfg.completeVoice())
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	h := cfg.httpClient() // may change cfg.call
	c := &Client{
		key: cfg.keys, base: base, http: h, limiter: limiter, hooks: cfg.hooks, webhook: cfg.webhooks,
		call: cfg.call, tts: cfg.tts, stt: cfg.stt,
	}
	c.budget.init(cfg.retryShare, cfg.retryReserve)
	c.breakers.host, c.breakers.failures = base.Host, cfg.breaker
	if cfg.askPlan {
		c.plan = &planFinder{logs: cfg.logs}
	}
	_, c.traces = h.Transport.(*http.Transport)
	return c, nil
}

// completeKeys falls back to the environment for the key.
func (cfg *config) completeKeys() error {
	if cfg.keys != nil {
		return nil
	}
	key := os.Getenv("ELEVENLABS_API_KEY")
	if key == "" {
		return badArgument("ELEVENLABS_API_KEY", "is not set, and neither WithAPIKey nor WithKeySource was given")
	}
	cfg.keys = func(context.Context) (string, error) { return key, nil }
	return checkKey(key)
}

// base parses where the API is.
func (cfg *config) base() (*url.URL, error) {
	field, base := "WithBaseURL", cfg.baseURL
	switch {
	case base != "" && cfg.region != "":
		return nil, badArgument(field, "cannot be combined with WithRegion")
	case cfg.region != "":
		return url.Parse(regions[cfg.region])
	case base == "":
		field, base = "ELEVENLABS_BASE_URL", os.Getenv("ELEVENLABS_BASE_URL")
	}
	if base == "" {
		return url.Parse(regions[RegionGlobal])
	}
	u, err := url.Parse(base)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return nil, badArgument(field, "want a URL such as https://api.example.com")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, badArgument(field, "must have no user, query or fragment")
	case u.Scheme == "http" && !cfg.plainHTTP && !isLoopback(u.Hostname()):
		return nil, badArgument(field, "plain http to %s would show the API key; use https or WithPlainHTTP", u.Host)
	}
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1")
	u.RawPath = ""
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (cfg *config) newLimiter() (Limiter, error) {
	if cfg.limiter == nil {
		return NewLimiter(cfg.limits)
	}
	if l := cfg.limits; cfg.askPlan || l.Tier != 0 || l.Limits != nil || l.Headroom != 0 || l.TenantCap != 0 {
		return nil, badArgument("WithLimiter", "cannot be combined with WithTier, WithConcurrency, WithHeadroom or WithTenantCap")
	}
	return cfg.limiter, nil
}

// httpClient copies the caller's client, or makes one.
func (cfg *config) httpClient() *http.Client {
	h := http.Client{Transport: newTransport()}
	if cfg.http != nil {
		h = *cfg.http
	}
	if h.Transport == nil {
		h.Transport = http.DefaultTransport // as it is now, whoever may replace it later
	}
	if h.Timeout > 0 {
		cfg.call.timeouts = cfg.call.timeouts.over(Timeouts{Total: h.Timeout})
		h.Timeout = 0
	}
	h.CheckRedirect = sameOrigin(h.CheckRedirect)
	return &h
}

// newTransport returns a transport that keeps a connection for each request
// the largest plan allows in flight. A program that has replaced the default
// transport means that one.
func newTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = 100
	t.WriteBufferSize = 64 << 10
	t.ReadBufferSize = 32 << 10
	t.IdleConnTimeout = 90 * time.Second
	// A connection that died silently is noticed before calls are lost on it.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second}
	return t
}

// sameOrigin refuses redirects that would take the key elsewhere, since
// net/http strips Authorization on the way to another host but not xi-api-key,
// and those that would make a GET of a POST.
func sameOrigin(next func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		from := via[0].URL
		switch {
		case req.URL.Scheme != from.Scheme, req.URL.Host != from.Host, req.Method != via[0].Method:
			return ErrRedirected
		case next != nil:
			return next(req, via)
		case len(via) >= 10:
			return errors.New("stopped after 10 redirects")
		}
		return nil
	}
}

// completeVoice falls back to the environment for the voice.
func (cfg *config) completeVoice() error {
	id := os.Getenv("ELEVENLABS_VOICE_ID")
	if cfg.tts.VoiceID != "" || id == "" {
		return nil
	}
	cfg.tts.VoiceID = id
	return checkID("ELEVENLABS_VOICE_ID", id)
}

// url puts a call's path under the base, and the query of its options behind.
func (c *Client) url(call *Call, extra url.Values) *url.URL {
	u := *c.base
	u.Path += call.Path
	if strings.Contains(call.Path, "%") {
		u.RawPath = c.base.EscapedPath() + call.Path
		u.Path, _ = url.PathUnescape(u.RawPath) // complete has unescaped it before
	}
	u.RawQuery = call.rawQuery
	if len(extra)+len(call.Query) > 0 {
		own, _ := url.ParseQuery(call.rawQuery)
		query := url.Values{}
		for _, values := range []url.Values{extra, call.Query, own} {
			maps.Copy(query, values)
		}
		u.RawQuery = query.Encode()
	}
	return &u
}

// ready refuses a client that New did not make, and a nil context, which would
// fail later and less clearly.
func (c *Client) ready(ctx context.Context) error {
	switch {
	case c == nil || c.http == nil:
		return badArgument("Client", "was not made by New")
	case ctx == nil:
		return badArgument("Context", "is nil")
	}
	return nil
}

// callConfig applies a call's options over those of its context, and those
// over the client's defaults.
func (c *Client) callConfig(ctx context.Context, opts []CallOption) (callConfig, error) {
	if err := c.ready(ctx); err != nil {
		return callConfig{}, err
	}
	cfg := c.call
	err := cfg.applyAll(ctx, opts)
	return cfg, err
}

// applyAll applies the options of a context, and over them those of a call.
func (c *callConfig) applyAll(ctx context.Context, opts []CallOption) error {
	inherited, _ := ctx.Value(contextOptions{}).([]CallOption)
	if err := c.apply(inherited); err != nil {
		return err
	}
	return c.apply(opts)
}

func (c *callConfig) apply(opts []CallOption) error {
	for _, o := range opts {
		if o == nil {
			return badArgument("CallOption", "an option is nil")
		}
		if err := o.applyCall(c); err != nil {
			return err
		}
	}
	return nil
}

// userAgent names this library and its version to the vendor.
var userAgent = []string{"elevenlabs-go/" + version()}

func version() string {
	const path = "github.com/elevenlabs-go/elevenlabs"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, dep := range info.Deps {
		if dep.Path == path {
			return dep.Version
		}
	}
	return "dev"
}
