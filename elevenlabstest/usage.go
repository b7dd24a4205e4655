package elevenlabstest

import (
	"net/http"
	"slices"
	"time"
)

// A bill is what was billed in one minute for one voice and model, or for what
// has none.
type bill struct {
	minute       int64 // since 1970
	voice, model string
}

// A sum is what a bill comes to.
type sum struct {
	credits    int
	characters int // of text to speech
	requests   int
	audio      time.Duration // of speech to text
}

// enter adds a job to the books. Free calls are not in them.
func (a *account) enter(ch charge, now time.Time) {
	if ch.family == "" {
		return
	}
	b := bill{minute: now.Unix() / 60}
	s := sum{credits: ch.credits, requests: 1, audio: ch.audio}
	if it := ch.item; it != nil {
		b.voice, b.model = it.voiceID, it.model
		s.characters = len([]rune(it.text))
	}
	old := a.bills[b]
	a.bills[b] = sum{
		credits: old.credits + s.credits, characters: old.characters + s.characters,
		requests: old.requests + s.requests, audio: old.audio + s.audio,
	}
}

func usageRoutes() []route {
	return []route{routeTo(http.MethodGet, "/v1/usage/character-stats", endpoint{
		read: func(c *call) (job, *failure) {
			q, fail := readUsageQuery(c)
			return &lookupJob{find: q.answer}, fail
		},
		permission: "user_read",
	})}
}

// A usageQuery is what GET /v1/usage/character-stats can be asked.
type usageQuery struct {
	start, end time.Time
	breakdown  string
	interval   string
	bucket     time.Duration // in place of the interval; 0 for none
	metric     string
}

func readUsageQuery(c *call) (*usageQuery, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	q := &usageQuery{
		breakdown: f.oneOf("breakdown_type", "none", "none", "voice", "voice_multiplier", "user", "groups", "api_keys",
			"all_api_keys", "product_type", "model", "resource", "request_queue", "region", "subresource_id",
			"reporting_workspace_id", "has_api_key", "request_source"),
		interval: f.oneOf("aggregation_interval", "day", "hour", "day", "week", "month", "cumulative"),
		metric: f.oneOf("metric", "credits", "credits", "tts_characters", "minutes_used", "request_count", "ttfb_avg",
			"ttfb_p95", "fiat_units_spent", "concurrency", "concurrency_average"),
	}
	f.boolean("include_workspace_metrics", optional, false)
	q.start, q.end = f.millis("start_unix"), f.millis("end_unix")
	if n := f.integer("aggregation_bucket_size", 1, 1<<31-1); n != nil {
		q.bucket = time.Duration(*n) * time.Second
	}
	return q, f.failure()
}

// millis reads a time in milliseconds.
func (f fields) millis(name string) time.Time {
	if _, ok := f.get(name, required); !ok {
		return time.Time{}
	}
	if n := f.integer(name, 0, 1<<42); n != nil {
		return time.UnixMilli(*n).UTC()
	}
	return time.Time{}
}

// maxBuckets bounds an answer: an hour of each day of a year.
const maxBuckets = 10_000

func (q *usageQuery) answer(c *call) (any, *failure) {
	of, ok := usageMetrics[q.metric]
	if !ok {
		return nil, notImplemented("does not measure %s.", q.metric)
	}
	name, ok := usageNames[q.breakdown]
	if !ok {
		return nil, notImplemented("does not break usage down by %s.", q.breakdown)
	}
	starts := q.buckets()
	if len(starts) > maxBuckets {
		return nil, invalid("invalid_parameters", "invalid_parameters", "The time range has too many intervals.")
	}
	times := make([]int64, len(starts))
	for i, t := range starts {
		times[i] = t.UnixMilli()
	}
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return map[string]any{"time": times, "usage": q.rows(c.e.account.bills, starts, name, of)}, nil
}

// rows sums up what was billed: a row for each name, a column for each interval.
func (q *usageQuery) rows(bills map[bill]sum, starts []time.Time, name func(bill) string, of func(sum) float64) map[string][]float64 {
	rows := map[string][]float64{}
	row := func(name string) []float64 {
		if rows[name] == nil {
			rows[name] = make([]float64, len(starts))
		}
		return rows[name]
	}
	if q.breakdown == "none" {
		row(name(bill{}))
	}
	for b, s := range bills {
		if i := q.bucketOf(starts, time.Unix(b.minute*60, 0)); i >= 0 {
			row(name(b))[i] += of(s)
		}
	}
	return rows
}

// usageMetrics are those that the emulator keeps books of.
var usageMetrics = map[string]func(sum) float64{
	"credits":        func(s sum) float64 { return float64(s.credits) },
	"tts_characters": func(s sum) float64 { return float64(s.characters) },
	"request_count":  func(s sum) float64 { return float64(s.requests) },
	"minutes_used":   func(s sum) float64 { return s.audio.Minutes() },
}

// usageNames are how usage is broken down. The name of what has no voice or
// model is empty.
var usageNames = map[string]func(bill) string{
	"none":  func(bill) string { return "All" },
	"voice": func(b bill) string { return b.voice },
	"model": func(b bill) string { return b.model },
	"user":  func(bill) string { return userID },
}

// buckets returns when the intervals begin: the first one at the start, the
// others at whole hours, days, weeks from Monday, or months of UTC, or so far
// apart as the bucket is long.
func (q *usageQuery) buckets() []time.Time {
	starts := []time.Time{q.start}
	for t := q.next(q.start); !t.After(q.end) && len(starts) <= maxBuckets; t = q.next(t) {
		starts = append(starts, t)
	}
	return starts
}

// next returns where the interval after the one of t begins.
func (q *usageQuery) next(t time.Time) time.Time {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case q.bucket > 0:
		return t.Add(q.bucket)
	case q.interval == "hour":
		return t.Truncate(time.Hour).Add(time.Hour)
	case q.interval == "day":
		return day.AddDate(0, 0, 1)
	case q.interval == "week":
		return day.AddDate(0, 0, 7-(int(day.Weekday())+6)%7)
	case q.interval == "month":
		return time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	}
	return q.end.Add(time.Millisecond) // cumulative: all is one interval
}

// bucketOf returns the interval of a minute, -1 for one outside of all.
func (q *usageQuery) bucketOf(starts []time.Time, minute time.Time) int {
	if minute.After(q.end) || minute.Add(time.Minute).Compare(q.start) <= 0 {
		return -1
	}
	i, found := slices.BinarySearchFunc(starts, minute, time.Time.Compare)
	if found {
		return i
	}
	return max(i-1, 0)
}
