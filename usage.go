package elevenlabs

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

// A UsageQuery selects what an account has used. Start and End are required.
//
// Source: GET /v1/usage/character-stats in the OpenAPI document.
type UsageQuery struct {
	// Start and End are the time, both included, in whole milliseconds.
	Start time.Time `json:"start_unix"`
	End   time.Time `json:"end_unix"`
	// IncludeWorkspaceMetrics counts the whole workspace, not the user alone.
	IncludeWorkspaceMetrics bool `json:"include_workspace_metrics"`
	// BreakdownType is what to count apart: none, voice, voice_multiplier, user,
	// groups, api_keys, all_api_keys, product_type, model, resource,
	// request_queue, region, subresource_id, reporting_workspace_id, has_api_key or
	// request_source. Default none.
	BreakdownType string `json:"breakdown_type"`
	// AggregationInterval is hour, day, week, month or cumulative. Default day.
	AggregationInterval string `json:"aggregation_interval"`
	// AggregationBucketSize is an interval of any length, in whole seconds, in
	// place of AggregationInterval.
	AggregationBucketSize time.Duration `json:"aggregation_bucket_size"`
	// Metric is credits, tts_characters, minutes_used, request_count, ttfb_avg,
	// ttfb_p95, fiat_units_spent, concurrency or concurrency_average. Default
	// credits.
	Metric string `json:"metric"`
}

func (q *UsageQuery) query() url.Values {
	p := params{}
	// The names say seconds; the vendor counts in milliseconds. 0 is a time too.
	p.text("start_unix", strconv.FormatInt(q.Start.UnixMilli(), 10))
	p.text("end_unix", strconv.FormatInt(q.End.UnixMilli(), 10))
	if q.IncludeWorkspaceMetrics {
		p.text("include_workspace_metrics", "true")
	}
	p.text("breakdown_type", q.BreakdownType)
	p.text("aggregation_interval", q.AggregationInterval)
	p.number("aggregation_bucket_size", int64(q.AggregationBucketSize/time.Second))
	p.text("metric", q.Metric)
	return url.Values(p)
}

func (q *UsageQuery) validate() error {
	switch size := q.AggregationBucketSize; {
	case q.Start.IsZero():
		return badArgument("UsageQuery.Start", "is missing")
	case q.End.IsZero():
		return badArgument("UsageQuery.End", "is missing")
	case q.End.Before(q.Start):
		return badArgument("UsageQuery.End", "is before Start")
	case size < 0 || size%time.Second != 0:
		return badArgument("UsageQuery.AggregationBucketSize", "%v is not a number of whole seconds", size)
	}
	return nil
}

// Usage is what an account has used, over time.
//
// Source: UsageCharactersResponseModel in the OpenAPI document.
type Usage struct {
	// TimeUnixMilli is when each interval begins, in milliseconds.
	TimeUnixMilli []int64 `json:"time"`
	// Usage has a number for each interval, by what was counted apart; All
	// where nothing was.
	Usage map[string][]float64 `json:"usage"`
	// Extra has the fields that this package does not know.
	Extra map[string]json.RawMessage `json:"-"`
}

func (u *Usage) lacks() string {
	if u.TimeUnixMilli == nil || u.Usage == nil {
		return "time and usage"
	}
	return ""
}

// UnmarshalJSON keeps the fields it does not know in Extra.
func (u *Usage) UnmarshalJSON(data []byte) (err error) {
	type plain Usage
	u.Extra, err = extra.Unmarshal(data, (*plain)(u))
	return err
}

// MarshalJSON writes Extra along with the fields.
func (u Usage) MarshalJSON() ([]byte, error) {
	type plain Usage
	return extra.Marshal(plain(u), u.Extra)
}

// Usage returns what the account has used between two times. It costs nothing
// and takes no slot.
//
// Deprecated: by the vendor, whose successor is
// /v1/workspace/analytics/query/usage-by-product-over-time, for [Client.Do].
//
// Source: GET /v1/usage/character-stats in the OpenAPI document.
func (c *Client) Usage(ctx context.Context, query UsageQuery, opts ...CallOption) (*Usage, error) {
	if err := query.validate(); err != nil {
		return nil, err
	}
	call := Call{Op: "Usage", Method: http.MethodGet, Path: "/v1/usage/character-stats", Query: query.query()}
	return ask[Usage](ctx, c, call, opts)
}
