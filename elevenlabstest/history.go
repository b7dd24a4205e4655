package elevenlabstest

import (
	"cmp"
	"crypto/sha256"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

// A historyItem has the fields of the vendor's SpeechHistoryItemResponseModel.
type historyItem struct {
	HistoryItemID   string         `json:"history_item_id"`
	RequestID       string         `json:"request_id"`
	VoiceID         *string        `json:"voice_id"`
	ModelID         string         `json:"model_id"`
	VoiceName       *string        `json:"voice_name"`
	VoiceCategory   *string        `json:"voice_category"`
	Text            string         `json:"text"`
	DateUnix        int64          `json:"date_unix"`
	CountChangeFrom int            `json:"character_count_change_from"`
	CountChangeTo   int            `json:"character_count_change_to"`
	ContentType     string         `json:"content_type"`
	State           string         `json:"state"`
	Settings        map[string]any `json:"settings"`
	ShareLinkID     *string        `json:"share_link_id"`
	Source          string         `json:"source"`
	Alignments      *alignments    `json:"alignments"`
	OutputFormat    string         `json:"output_format"`
	Dialogue        []spokenLine   `json:"dialogue"`
}

type historyPage struct {
	History           []historyItem `json:"history"`
	LastHistoryItemID *string       `json:"last_history_item_id"`
	HasMore           bool          `json:"has_more"`
	ScannedUntil      *int64        `json:"scanned_until"`
}

func historyRoutes() []route {
	read := func(find func(*call) (any, *failure)) endpoint {
		ep := lookup(find)
		ep.permission = "speech_history_read"
		return ep
	}
	remove := lookup(deleteItem)
	remove.permission = "speech_history_write"
	audio := endpoint{
		read:       func(*call) (job, *failure) { return new(historyAudio), nil },
		permission: "speech_history_read",
	}
	const one = "/v1/history/{history_item_id}"
	return []route{
		routeTo(http.MethodGet, "/v1/history", read(pageOfHistory)),
		routeTo(http.MethodGet, one, read(oneItem)),
		routeTo(http.MethodGet, one+"/audio", audio),
		routeTo(http.MethodDelete, one, remove),
		routeTo(http.MethodPost, "/v1/history/download", endpoint{read: readDownload, permission: "speech_history_read"}),
	}
}

// shown returns what the history shows at a time, the oldest first. What was
// not stored never shows, what is new shows after a while.
func (e *Emulator) shown(now time.Time) []*item {
	lag := e.scaled(e.cfg.historyLag)
	var out []*item
	for _, it := range e.account.items {
		if it.stored && !it.deleted && !now.Before(it.made.Add(lag)) {
			out = append(out, it)
		}
	}
	return out
}

// find returns an item of the history by the id in the path. The caller holds
// the mutex.
func (c *call) find() (*item, *failure) {
	id := c.vars["history_item_id"]
	if it := c.e.itemShown(id); it != nil {
		return it, nil
	}
	return nil, notFound(http.StatusNotFound, "history_item_not_found", "A history item with ID '%s' was not found.", id)
}

// itemShown returns an item of the history, nil if it does not show it. The
// caller holds the mutex.
func (e *Emulator) itemShown(id string) *item {
	shown := e.shown(time.Now())
	if i := slices.IndexFunc(shown, func(it *item) bool { return it.historyItemID == id }); i >= 0 {
		return shown[i]
	}
	return nil
}

func oneItem(c *call) (any, *failure) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	it, fail := c.find()
	if fail != nil {
		return nil, fail
	}
	return it.answer(time.Now()), nil
}

func deleteItem(c *call) (any, *failure) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	it, fail := c.find()
	if fail != nil {
		return nil, fail
	}
	it.deleted = true
	return map[string]string{"status": "ok"}, nil
}

// finished files when an item's speech will have been made, whoever waits for
// it.
func (e *Emulator) finished(it *item, ready time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	it.ready = ready
}

// state is processing until the whole speech has been made.
func (it *item) state(now time.Time) string {
	if it.ready.IsZero() || now.Before(it.ready) {
		return "processing"
	}
	return "created"
}

func (it *item) answer(now time.Time) historyItem {
	spec, _ := audio.Parse(it.format)
	a := historyItem{
		HistoryItemID: it.historyItemID, RequestID: it.requestID, ModelID: it.model,
		VoiceID: orNull(it.voiceID), VoiceName: orNull(it.voice[0]), VoiceCategory: orNull(historyCategory(it.voice[1])),
		Text: it.text, DateUnix: it.made.Unix(), CountChangeFrom: it.countBefore, CountChangeTo: it.countAfter,
		ContentType: spec.ContentType(), State: it.state(now), Settings: it.settings, Source: it.source(), OutputFormat: it.format,
		Dialogue: dialogueOf(it.lines),
	}
	if len(it.lines) > 0 { // the lines have it
		a.Text = ""
	}
	if it.timed {
		a.Alignments = it.times().history()
	}
	return a
}

// historyCategory is what the history calls a voice's category: it knows fewer
// of them.
func historyCategory(category string) string {
	if category == "famous" || category == "high_quality" {
		return "professional"
	}
	return category
}

func (it *item) source() string { return cmp.Or(it.from, "TTS") }

// times are what the history tells of speech made with timestamps.
func (it *item) times() *times {
	if len(it.lines) > 0 {
		return timesOfLines(it.lines, it.ends)
	}
	return timesOf(it.text)
}

// A spokenLine is a line of a dialogue in the history.
type spokenLine struct {
	line
	VoiceName string `json:"voice_name"`
}

func dialogueOf(lines []line) []spokenLine {
	var out []spokenLine
	for _, l := range lines {
		out = append(out, spokenLine{line: l, VoiceName: l.voice})
	}
	return out
}

// A historyQuery is what GET /v1/history can be asked.
type historyQuery struct {
	size                  int
	after, voice, model   string
	search, source        string
	beforeUnix, sinceUnix *int64
	oldestFirst           bool
}

const maxHistoryPage = 1000

func readHistoryQuery(c *call) (historyQuery, *failure) {
	f := newFields("query", queryValues(c.r.URL.Query()))
	q := historyQuery{
		size: 100, after: f.text("start_after_history_item_id", nullable),
		voice: f.text("voice_id", nullable), model: f.text("model_id", nullable),
		search: strings.ToLower(f.text("search", nullable)), source: f.oneOf("source", "", "TTS", "STS", "Flows"),
		oldestFirst: f.oneOf("sort_direction", "desc", "asc", "desc") == "asc",
	}
	if n := f.integer("page_size", 1, maxHistoryPage); n != nil {
		q.size = int(*n)
	}
	const ever = 1 << 40
	q.beforeUnix, q.sinceUnix = f.integer("date_before_unix", 0, ever), f.integer("date_after_unix", 0, ever)
	return q, f.failure()
}

func (q *historyQuery) wants(it *item) bool {
	at := it.made.Unix()
	return (q.voice == "" || it.voiceID == q.voice) && (q.model == "" || it.model == q.model) &&
		(q.source == "" || q.source == it.source()) && strings.Contains(strings.ToLower(it.text), q.search) &&
		(q.beforeUnix == nil || at < *q.beforeUnix) && (q.sinceUnix == nil || at >= *q.sinceUnix)
}

func pageOfHistory(c *call) (any, *failure) {
	q, fail := readHistoryQuery(c)
	if fail != nil {
		return nil, fail
	}
	now := time.Now()
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	all := c.e.shown(now)
	if !q.oldestFirst {
		slices.Reverse(all)
	}
	if q.after != "" {
		at := slices.IndexFunc(all, func(it *item) bool { return it.historyItemID == q.after })
		if at < 0 {
			return nil, notFound(http.StatusNotFound, "history_item_not_found", "A history item with ID '%s' was not found.", q.after)
		}
		all = all[at+1:]
	}
	all = slices.DeleteFunc(all, func(it *item) bool { return !q.wants(it) })
	page := historyPage{History: []historyItem{}, HasMore: len(all) > q.size}
	for _, it := range all[:min(q.size, len(all))] {
		a := it.answer(now)
		page.History = append(page.History, a)
		page.LastHistoryItemID, page.ScannedUntil = &a.HistoryItemID, &a.DateUnix
	}
	return page, nil
}

// A historyAudio is the audio of an item, made again.
type historyAudio struct {
	item   *item
	spec   audio.Spec
	source *tone.Source
}

func (j *historyAudio) check(c *call) *failure {
	if fail := j.find(c); fail != nil {
		return fail
	}
	source, err := j.item.sound(j.spec)
	if err != nil {
		return notImplemented("cannot make %s: %v.", j.item.format, err)
	}
	j.source = source
	return nil
}

func (j *historyAudio) find(c *call) (fail *failure) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if j.item, fail = c.find(); fail != nil {
		return fail
	}
	if j.item.state(time.Now()) != "created" {
		// The vendor's own words are not known.
		return invalid("history_item_processing", "history_item_processing", "The history item is still being processed.")
	}
	j.spec, _ = audio.Parse(j.item.format)
	return nil
}

func (j *historyAudio) charge() charge { return charge{} }

func (j *historyAudio) answer(c *call) {
	hash := sha256.New()
	c.sendFile(j.spec.ContentType(), delivery{
		body: io.TeeReader(j.source, hash), size: j.source.Len(),
		made: func() { c.e.sent(j.item, [sha256.Size]byte(hash.Sum(nil))) },
	})
}

// sendFile answers a call that takes no slot with what is no JSON.
func (c *call) sendFile(contentType string, d delivery) {
	c.commonHeaders()
	c.w.Header().Set("Content-Type", contentType)
	if c.fault != nil && c.fault.delay > 0 && c.wait(c.fault.delay) != nil {
		return
	}
	d.status = http.StatusOK
	c.deliver(d)
}
