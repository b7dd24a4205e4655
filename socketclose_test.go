package elevenlabs_test

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// A speaking way is how a session is begun: pool is under the first context,
// the session under the second. One with a socket of its own has but this.
type speakingWay func(pool, own context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, io.Closer, error)

var lines = elevenlabs.DialogueStreamRequest{Voices: []string{sarah}, Format: elevenlabs.FormatPCM_8000}

// speakingWays are all ways to speech on a socket.
var speakingWays = map[string]speakingWay{
	"a session": func(_, own context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, io.Closer, error) {
		s, err := c.DialTTS(own, live)
		if err != nil {
			return nil, nil, err
		}
		return s, s, nil
	},
	"an utterance": func(pool, own context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, io.Closer, error) {
		m, err := c.DialTTSMulti(pool, live)
		if err != nil {
			return nil, nil, err
		}
		s, err := m.NewUtterance(own)
		return s, m, err
	},
	"a dialogue": func(_, own context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, io.Closer, error) {
		s, err := c.DialDialogue(own, lines)
		if err != nil {
			return nil, nil, err
		}
		return s.TTSSession, s, nil
	},
	"a shared dialogue": func(pool, own context.Context, c *elevenlabs.Client) (*elevenlabs.TTSSession, io.Closer, error) {
		m, err := c.DialDialogueMulti(pool, lines)
		if err != nil {
			return nil, nil, err
		}
		s, err := m.NewUtterance(own)
		if err != nil {
			return nil, m, err
		}
		return s.TTSSession, m, nil
	},
}

// requireNoSlots checks that nothing is in flight any more.
func requireNoSlots(t *testing.T, c *elevenlabs.Client) {
	t.Helper()
	for family, f := range c.Stats().Families {
		require.Zero(t, f.InFlight, family)
	}
}

// waysToEnd are how a session ends that is begun in one of the ways, and with
// which error.
var waysToEnd = map[string]struct {
	end  func(s *elevenlabs.TTSSession, pool io.Closer, stop, leave context.CancelFunc)
	want error
}{
	"its end": {func(s *elevenlabs.TTSSession, _ io.Closer, _, _ context.CancelFunc) { s.Close() }, os.ErrClosed},
	"an interruption": {func(s *elevenlabs.TTSSession, _ io.Closer, _, _ context.CancelFunc) {
		s.Cancel()
	}, os.ErrClosed},
	"the end of all":     {func(_ *elevenlabs.TTSSession, pool io.Closer, _, _ context.CancelFunc) { pool.Close() }, os.ErrClosed},
	"its context":        {func(_ *elevenlabs.TTSSession, _ io.Closer, _, leave context.CancelFunc) { leave() }, context.Canceled},
	"the context of all": {func(_ *elevenlabs.TTSSession, _ io.Closer, stop, _ context.CancelFunc) { stop() }, context.Canceled},
}

// Four goroutines end a session at once, beside one that writes, one that reads
// and one that waits for its end.
func TestDialSockets_EndAtOnce(t *testing.T) {
	for way, begin := range speakingWays {
		for peer, fault := range map[string][]elevenlabstest.Fault{
			"beside a server that speaks": nil,
			"beside a deaf one":           {elevenlabstest.OnSocket(2, elevenlabstest.Stall(time.Hour))},
			"while another is dialed":     {elevenlabstest.OnSocket(2, elevenlabstest.Drop())},
		} {
			for name, how := range waysToEnd {
				if name == "the context of all" && !strings.Contains(way, "utterance") && !strings.Contains(way, "shared") {
					continue
				}
				t.Run(way+" "+peer+" by "+name, func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						srv := elevenlabstest.NewServer(t)
						srv.Inject(fault...)
						c := onlyDials(srv, 1)
						pool, stop := context.WithCancel(t.Context())
						defer stop()
						own, leave := context.WithCancel(t.Context())
						defer leave()
						s, all, err := begin(pool, own, c)
						require.NoError(t, err)
						var busy sync.WaitGroup
						busy.Go(func() {
							for range 30 {
								s.WriteString(strings.Repeat("Hello there, how are you today? ", 100))
							}
						})
						heard := listening(s)
						synctest.Wait()
						busy.Go(func() { _ = s.End() })
						synctest.Wait()
						at := time.Now()
						for range 4 {
							busy.Go(func() { how.end(s, all, stop, leave) })
						}
						busy.Wait()
						require.ErrorIs(t, (<-heard).err, how.want)
						require.NoError(t, s.Close())
						require.NoError(t, all.Close())
						require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
						_, err = s.WriteString("More. ")
						require.ErrorIs(t, err, how.want)
						synctest.Wait()
						requireNoSlots(t, c)
					})
				})
			}
		}
	}
}
