package benchmarks_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/internal/sentences"
)

// bookLength is how many characters a long book has.
const bookLength = 1_000_000

// A library writes a book while it is read, so that it is never in memory.
// Sentences have 5 to 40 words, paragraphs 1 to 8 sentences.
type library struct {
	rng  *rand.Rand
	left int
	text []byte
}

func newBook(characters int) *library {
	return &library{rng: rand.New(rand.NewPCG(1, 2)), left: characters}
}

func (b *library) Read(p []byte) (int, error) {
	if len(b.text) == 0 {
		if b.left <= 0 {
			return 0, io.EOF
		}
		for range 1 + b.rng.IntN(8) {
			b.text = fmt.Appendf(b.text, "Sentence %d", b.left)
			for range 5 + b.rng.IntN(36) {
				b.text = append(append(b.text, ' '), "wonderfully"[:1+b.rng.IntN(11)]...)
			}
			b.text = append(b.text, ". "...)
		}
		b.text = append(b.text, "\n\n"...)
		b.text = b.text[:min(len(b.text), b.left)]
		b.left -= len(b.text)
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

// TestNarrateMakespan narrates a long book on the emulator's clock and compares
// the time with the least that the slots can take: all work, divided among them.
// Only where most is made at once the book is long, unless -full is given.
func TestNarrateMakespan(t *testing.T) {
	for tier, characters := range map[elevenlabs.Tier]int{
		elevenlabs.TierStarter: bookLength / 10, elevenlabs.TierPro: bookLength,
	} {
		if *full {
			characters = bookLength
		} else if testing.Short() {
			characters = bookLength / 10
		}
		t.Run(tier.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(tier))
				srv.HTTPClient().Transport.(*http.Transport).DisableCompression = true
				at := time.Now()
				n, err := srv.Client(elevenlabs.WithTier(tier)).Narrate(t.Context(), elevenlabs.NarrateRequest{
					TTSRequest: elevenlabs.TTSRequest{Format: elevenlabs.FormatMP3_22050_32},
					Reader:     newBook(characters),
				}, io.Discard)
				took := time.Since(at)
				require.NoError(t, err)
				var work time.Duration
				for _, r := range srv.Requests() {
					work += r.Done.Sub(r.Arrived)
				}
				u := srv.Usage()
				slots := u.Families[elevenlabs.FamilyStandard]
				ideal := work / time.Duration(slots.Limit)
				t.Logf("%d characters in %d pieces, %d at once: %v of audio in %v, %.3f of ideal", n.Characters, n.Pieces,
					slots.MaxInFlight, n.Duration.Round(time.Second), took.Round(time.Second), float64(took)/float64(ideal))
				require.Equal(t, n.Characters, int64(u.Characters))
				require.Zero(t, u.BilledTwice)
				require.Zero(t, slots.Refused)
				require.Less(t, float64(took), 1.05*float64(ideal))
			})
		})
	}
}

// newSpeaker answers from memory with as much audio as the text would have, at
// 32 kbit/s and 15 characters a second.
func newSpeaker(audio []byte) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		size := min(len(body)*4000/15, len(audio))
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"audio/mpeg"}, "Request-Id": {"id"}},
			Body: io.NopCloser(bytes.NewReader(audio[:size])), ContentLength: int64(size),
		}, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestNarrateMemory narrates books of which one is ten times as long as the
// other. Neither takes more memory than the pieces that may be held.
func TestNarrateMemory(t *testing.T) {
	const parallel, perPiece = 3, 512 << 10
	const held = 4 * parallel // pieces
	sound := speech(t)
	client, err := elevenlabs.New(
		elevenlabs.WithHTTPClient(&http.Client{Transport: newSpeaker(sound)}), elevenlabs.WithAPIKey("key"), elevenlabs.WithVoice("voice"),
	)
	require.NoError(t, err)
	var watch heapWatch
	for _, characters := range []int{bookLength / 10, bookLength} {
		watch.start()
		watch.reset()
		n, err := client.Narrate(t.Context(), elevenlabs.NarrateRequest{
			Reader: newBook(characters), Parallel: parallel,
			Progress: func(elevenlabs.NarrationProgress) { watch.sample() },
		}, io.Discard)
		require.NoError(t, err)
		t.Logf("%d characters, %d MB of audio: the heap grew by %.1f MB at most", n.Characters, n.Bytes>>20, float64(watch.growth())/(1<<20))
		// There can be twice as much garbage that is not yet collected. The whole book
		// is 462 MB.
		require.Less(t, watch.growth(), int64(3*held*perPiece+1<<20))
	}
}

// BenchmarkNarrateSplit divides a long book into pieces.
func BenchmarkNarrateSplit(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(bookLength)
	for b.Loop() {
		s := sentences.NewSplitter(newBook(bookLength), 1000)
		for {
			if _, err := s.Next(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkNarrate narrates a tenth of a long book, over a transport that
// answers from memory.
func BenchmarkNarrate(b *testing.B) {
	client, err := elevenlabs.New(
		elevenlabs.WithHTTPClient(&http.Client{Transport: newSpeaker(speech(b))}), elevenlabs.WithAPIKey("key"), elevenlabs.WithVoice("voice"),
	)
	require.NoError(b, err)
	b.ReportAllocs()
	b.SetBytes(bookLength / 10)
	for b.Loop() {
		if _, err := client.Narrate(b.Context(), elevenlabs.NarrateRequest{Reader: newBook(bookLength / 10)}, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
