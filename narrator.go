package elevenlabs

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// A narrator is a narration under way. One goroutine reads the text and begins
// pieces, each piece has one until it is made, and the caller's writes them in
// their order.
type narrator struct {
	client *Client
	cfg    callConfig
	req    NarrateRequest // complete
	family Family
	out    *joint

	queue   chan *narratedPiece // in order, until all are begun
	made    chan *narratedPiece // when they are, or have failed
	written chan struct{}
	stop    context.CancelFunc // nothing more is begun
	calls   sync.WaitGroup

	feed feeder

	Narration // of what is written
	track     narrationTrack
}

// A feeder divides the text. It is for the goroutine that reads; err and gap
// are for the caller's when the queue is closed.
type feeder struct {
	text   *sentences.Splitter
	index  int
	offset int64
	before string   // what is around: the end of the text so far
	ids    []stitch // of the last three pieces
	gap    string   // white space behind the last piece

	inFlight, held int // pieces that are being made, and those not written
	err            error
}

// A narratedPiece is a piece on its way. Once done is closed its result is
// there, and nobody changes it.
type narratedPiece struct {
	NarrationPiece
	gap string // the white space before it
	req TTSRequest

	done     chan struct{}
	made     *madeSpeech
	audio    []byte // as it is written
	duration time.Duration
	err      error
}

// A madeSpeech is a piece as it was made, and when.
type madeSpeech struct {
	*Speech
	at time.Time
}

// A stitch is a piece that later ones can be stitched to.
type stitch struct {
	id string
	at time.Time
}

func newNarrator(c *Client, req NarrateRequest, cfg callConfig, out *joint, family Family) *narrator {
	return &narrator{
		client: c, cfg: cfg, req: req, family: family, out: out,
		// Nothing is sent beyond what is held, so no send ever waits.
		queue:   make(chan *narratedPiece, heldPerSlot*maxParallel),
		made:    make(chan *narratedPiece, heldPerSlot*maxParallel),
		written: make(chan struct{}, heldPerSlot*maxParallel),
		feed:    feeder{text: sentences.NewSplitter(req.Reader, req.PieceLength), before: req.PreviousText + " "},
	}
}

// run narrates. It returns when all that it has begun has ended.
func (n *narrator) run(ctx context.Context) error {
	work, cancel := context.WithCancel(ctx)
	begin, stop := context.WithCancel(work)
	n.stop = stop
	defer cancel()
	defer n.settle(cancel)
	n.calls.Go(func() {
		defer close(n.queue)
		n.feed.err = n.begin(begin, work)
	})
	for p := range n.queue {
		<-p.done
		if p.err == nil {
			p.err = n.write(p)
		}
		if p.err != nil {
			return n.failed(p.NarrationPiece, p.err)
		}
		n.written <- struct{}{}
	}
	return n.end()
}

// end completes what is written once all pieces have been begun.
func (n *narrator) end() error {
	f := &n.feed
	next := NarrationPiece{Index: f.index, Offset: f.offset}
	switch {
	case f.err != nil:
		return n.failed(next, f.err)
	case f.index == 0:
		return badArgument("NarrateRequest.Reader", "is blank")
	}
	n.track.gap(f.gap, n.Duration)
	n.Alignment, n.NormalizedAlignment = n.track.alignments()
	if err := n.out.end(); err != nil {
		return n.failed(next, err)
	}
	return nil
}

// settle waits for what is under way: to keep it where it can be kept.
func (n *narrator) settle(cancel context.CancelFunc) {
	n.stop()
	if n.req.Checkpoint == "" {
		cancel()
	}
	n.calls.Wait()
}

func (n *narrator) failed(p NarrationPiece, err error) error {
	n.stop()
	if n.Pieces > 0 {
		_ = n.out.end() // what is written should play
	}
	n.Alignment, n.NormalizedAlignment = n.track.alignments()
	return &NarrationError{Narration: n.Narration, Piece: p, Err: err}
}

// begin divides the text and begins one piece after the other, as far ahead as
// may be.
func (n *narrator) begin(ctx, work context.Context) error {
	p, err := n.feed.next()
	for p != nil && err == nil {
		var next *narratedPiece
		if next, err = n.feed.next(); err != nil {
			break // p is not asked for: what comes behind it is not known
		}
		if err = n.room(ctx); err != nil {
			break
		}
		n.launch(work, p, next)
		p = next
	}
	return err
}

// next returns the next piece that is not blank, nil behind the last.
func (f *feeder) next() (*narratedPiece, error) {
	for {
		text, err := f.text.Next()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, textError(err)
		}
		spoken := strings.TrimLeftFunc(text, silent)
		f.gap += text[:len(text)-len(spoken)]
		p := &narratedPiece{gap: f.gap, done: make(chan struct{})}
		p.Offset = f.offset + int64(len(text)-len(spoken))
		f.offset += int64(len(text))
		if spoken == "" {
			continue
		}
		p.Text = strings.TrimRightFunc(spoken, silent)
		f.gap = spoken[len(p.Text):]
		return p, nil
	}
}

// silent reports whether a code point at the ends of a piece is left out: it
// would be billed and not heard.
func silent(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' || r == '\u200B' }

// room waits until a further piece may be begun.
func (n *narrator) room(ctx context.Context) error {
	f := &n.feed
	for {
		if most := n.parallel(); f.inFlight < most && f.held < heldPerSlot*most {
			return ctx.Err()
		}
		select {
		case p := <-n.made:
			f.inFlight--
			f.remember(p)
		case <-n.written:
			f.held--
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// parallel returns how many pieces may be made at once.
func (n *narrator) parallel() int {
	switch {
	case n.req.Continuity == byIDs:
		return 1
	case n.req.Parallel > 0:
		return n.req.Parallel
	}
	if pools, ok := n.client.limiter.(PoolReporter); ok {
		if limit := pools.Pool(n.family).Limit; limit > 0 {
			return min(limit, maxParallel)
		}
	}
	return defaultParallel
}

// launch begins a piece, of which the one behind it is known.
func (n *narrator) launch(ctx context.Context, p, next *narratedPiece) {
	f := &n.feed
	p.Index = f.index
	f.index++
	p.req = n.request(p, next)
	f.before = tail(f.before+p.gap+p.Text, contextLength)
	f.inFlight++
	f.held++
	n.queue <- p
	n.calls.Go(func() {
		p.err = n.speak(ctx, p)
		if p.err != nil {
			n.stop()
		}
		close(p.done)
		n.made <- p
	})
}
