package benchmarks_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// Listeners hear their speech in real time, which is made 20 times faster:
// played is how long one lasts, made how long the vendor takes for it. After
// each they pause, up to the longest pause, and ask for the next.
const (
	listeners    = 100
	speeches     = 3 // for each
	slots        = 5
	played       = 20 * time.Second
	made         = played / 20
	longestPause = 10 * time.Second
	frame        = 100 * time.Millisecond // what the player takes at a time
	byteRate     = 4000                   // bytes a second of the format
)

// script is what 15 characters a second are long enough for.
var script = elevenlabs.TTSRequest{
	Text: strings.Repeat("Hello, you. ", int(played.Seconds())*15/12), Format: elevenlabs.FormatMP3_22050_32,
}

// An audience is what listeners saw.
type audience struct {
	mu     sync.Mutex
	waits  []time.Duration // from each question to its first audio
	failed int
}

// TestListeners prints how long listeners wait for their first audio, with and
// without reading ahead of them.
func TestListeners(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| stream buffer | listeners | served | first audio, p50 | p99 | worst |\n")
	table.WriteString("| --- | ---: | ---: | ---: | ---: | ---: |\n")
	empty := listen(t, 1, 4<<20)
	for _, tt := range []struct {
		name      string
		listeners int
		buffer    int64
		good      bool
	}{
		{"4 MiB", 1, 4 << 20, true},
		{"4 MiB", listeners, 4 << 20, true},
		{"16 KiB", listeners, 16 << 10, false},
		{"none", listeners, 0, false},
	} {
		a := listen(t, tt.listeners, tt.buffer)
		fmt.Fprintf(&table, "| %s | %d | %d %% | %.2f s | %.2f s | %.2f s |\n", tt.name, tt.listeners,
			100*len(a.waits)/(tt.listeners*speeches), a.wait(0.5), a.wait(0.99), a.wait(1))
		assert.Zero(t, a.failed, "%s: not served", tt.name)
		assert.Equal(t, tt.good, a.wait(0.99) < empty.wait(0.99)+1, "%s: first audio within a second more", tt.name)
	}
	t.Log("\n" + table.String())
}

// wait is a quantile of the waits, in seconds.
func (a *audience) wait(q float64) float64 {
	slices.Sort(a.waits)
	return a.waits[int(q*float64(len(a.waits)-1)+0.5)].Seconds()
}

func listen(t *testing.T, listeners int, buffer int64) *audience {
	t.Helper()
	a := new(audience)
	synctest.Test(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierPro),
			elevenlabstest.WithLimit(elevenlabs.FamilyStandard, slots), elevenlabstest.WithServiceTime(made))
		client := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyStandard, slots), elevenlabs.WithStreamBuffer(buffer))
		var all sync.WaitGroup
		for i := range listeners {
			all.Go(func() {
				rnd := rand.New(rand.NewPCG(uint64(i), 0)) // the same for every buffer
				pause := func(upTo time.Duration) { time.Sleep(time.Duration(rnd.Int64N(int64(upTo)))) }
				pause(played + longestPause)
				for range speeches {
					a.note(hear(t, client))
					pause(longestPause)
				}
			})
		}
		all.Wait()
		assert.Zero(t, srv.Usage().Families[elevenlabs.FamilyStandard].Refused)
	})
	return a
}

func (a *audience) note(wait time.Duration, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.failed++
		return
	}
	a.waits = append(a.waits, wait)
}

// hear asks for a speech and plays it. It returns how long the first audio
// took.
func hear(t *testing.T, client *elevenlabs.Client) (time.Duration, error) {
	at := time.Now()
	stream, err := client.SynthesizeStream(t.Context(), script)
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	wait := time.Since(at)
	sound := make([]byte, byteRate*frame/time.Second)
	heard := 0
	for err == nil {
		var n int
		n, err = io.ReadFull(stream, sound)
		heard += n
		time.Sleep(frame)
	}
	if err != io.EOF && err != io.ErrUnexpectedEOF { // the last frame is short
		return 0, err
	}
	if heard < byteRate*int(played.Seconds())*9/10 {
		return 0, fmt.Errorf("only %d bytes", heard)
	}
	return wait, nil
}
