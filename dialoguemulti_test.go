package elevenlabs_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func dialDialogues(t *testing.T, c *elevenlabs.Client, opts ...elevenlabs.CallOption) *elevenlabs.DialogueMulti {
	t.Helper()
	m, err := c.DialDialogueMulti(t.Context(), elevenlabs.DialogueStreamRequest{
		Voices: []string{sarah}, Format: elevenlabs.FormatPCM_8000,
	}, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { m.Close() })
	return m
}

func converse(t *testing.T, m *elevenlabs.DialogueMulti, voices ...string) *elevenlabs.DialogueSession {
	t.Helper()
	s, err := m.NewUtterance(t.Context(), voices...)
	require.NoError(t, err)
	return s
}

func TestDialDialogueMulti_SaysWhatTheSocketWants(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		m, err := c.DialDialogueMulti(t.Context(), elevenlabs.DialogueStreamRequest{
			Voices: []string{sarah, george}, ModelID: "eleven_v3", Stability: elevenlabs.Ptr(0.3),
		})
		require.NoError(t, err)
		defer m.Close()
		a, b := converse(t, m), converse(t, m, george)
		heardA, heardB := listening(a.TTSSession), listening(b.TTSSession)
		require.NoError(t, a.Say(sarah, "Knock, knock."))
		require.NoError(t, a.Say(george, "Who is there? "))
		require.Error(t, b.Say(sarah, "Not me."))
		time.Sleep(time.Second)
		_, err = b.WriteString("Good day! ")
		require.NoError(t, err)
		time.Sleep(15 * time.Second)
		require.NoError(t, a.End())
		require.NoError(t, b.End())
		for text, heard := range map[string]<-chan *listened{"Knock, knock. Who is there? ": heardA, "Good day! ": heardB} {
			got := <-heard
			require.Equal(t, io.EOF, got.err)
			require.Equal(t, text, got.text.String())
		}
		require.Len(t, srv.Requests(), 1)
		require.Equal(t, strings.NewReplacer("SS", sarah, "GG", george).Replace(strings.Join([]string{
			`{"context_id":"u1","voices":["SS","GG"],"voice_settings":{"stability":0.3}}`,
			`{"context_id":"u2","voices":["GG"],"voice_settings":{"stability":0.3}}`,
			`{"context_id":"u1","inputs":[{"text":"Knock, knock. ","voice_id":"SS","new_turn":true}],"flush":true}`,
			`{"context_id":"u1","inputs":[{"text":"Who is there? ","voice_id":"GG","new_turn":true}],"flush":true}`,
			`{"context_id":"u2","inputs":[{"text":"Good day! ","voice_id":"GG","new_turn":true}],"flush":true}`,
			`{"context_id":"u1","keep_alive":true}`, `{"context_id":"u2","keep_alive":true}`,
			`{"context_id":"u1","close_context":true}`, `{"context_id":"u2","close_context":true}`, ``,
		}, "\n")), string(srv.Requests()[0].Body))
		require.Equal(t, "/v1/text-to-dialogue/multi-stream-input", srv.Requests()[0].Path)
	})
}

// Four sockets would be needed, and the account has room for three.
func TestDialDialogueMulti_WaitsForASlotOrForRoom(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierStarter))
		c := srv.Client(elevenlabs.WithTier(elevenlabs.TierStarter))
		m := dialDialogues(t, c)
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				voice, text := []string{sarah, george}[i%2], fmt.Sprintf("This is the utterance number %d.", i)
				s, err := m.NewUtterance(t.Context(), voice)
				if err != nil {
					t.Error(err)
					return
				}
				heard := listening(s.TTSSession)
				if err := s.Say(voice, text); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Duration(i) * time.Second)
				if err := s.End(); err != nil {
					t.Error(err)
				}
				if got := <-heard; got.err != io.EOF || letters(got.audio) != strings.ReplaceAll(text, " ", "") {
					t.Errorf("%d: %q, %v", i, got.text.String(), got.err)
				}
			})
		}
		all.Wait()
		synctest.Wait()
		usage := srv.Usage().Families[standard]
		require.Equal(t, 3, usage.MaxInFlight)
		require.Zero(t, usage.Refused)
		require.Equal(t, 1, usage.InFlight, "one stays warm")
		require.Equal(t, 1, c.Stats().Families[standard].InFlight)
		require.NoError(t, m.Close())
		synctest.Wait()
		require.Zero(t, c.Stats().Families[standard].InFlight)
		require.Zero(t, srv.Usage().Families[standard].InFlight)
	})
}

func TestDialDialogueMulti_KeepsWarmSocketsReady(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithRoundTrip(100*time.Millisecond))
		c := srv.Client()
		m := dialDialogues(t, c)
		require.NoError(t, m.Prewarm(t.Context(), 2))
		time.Sleep(10*time.Minute + time.Second)
		require.Equal(t, 2, srv.Usage().Requests, "none has ended for want of text")
		require.Equal(t, 2, c.Stats().Families[standard].InFlight)
		s := converse(t, m)
		require.NoError(t, s.Say(sarah, "Hello. "))
		_, err := s.Next()
		require.NoError(t, err)
		require.Equal(t, 2, srv.Usage().Requests, "no handshake in it")
		require.NoError(t, m.Prewarm(t.Context(), 0))
		synctest.Wait()
		require.Equal(t, 1, c.Stats().Families[standard].InFlight, "that of the one in use")
		require.NoError(t, s.Close())
		time.Sleep(time.Second)
		require.Zero(t, c.Stats().Families[standard].InFlight)
		require.Zero(t, srv.Usage().Families[standard].InFlight)
		require.Equal(t, 3, srv.Usage().Characters, "a sign of life costs nothing")
	})
}

// A message behind the last of a context would end the socket of all.
func TestDialDialogueMulti_InterruptionsHurtNobodyElse(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5))
			srv := elevenlabstest.NewServer(t)
			m := dialDialogues(t, srv.Client())
			steady := converse(t, m)
			heard := listening(steady.TTSSession)
			for range 60 {
				ctx, cancel := context.WithCancel(t.Context())
				s, err := m.NewUtterance(ctx)
				require.NoError(t, err)
				var all sync.WaitGroup
				all.Go(func() {
					_ = s.Say(sarah, "And then there is something else. ")
					_ = s.Say(sarah, strings.Repeat("It goes on and on. ", 20))
					_ = s.End()
				})
				all.Go(func() { hearOut(s.TTSSession) })
				time.Sleep(time.Duration(r.IntN(4)) * 100 * time.Millisecond)
				switch r.IntN(3) {
				case 0:
					s.Cancel()
				case 1:
					_ = s.Close()
				}
				cancel()
				all.Wait()
				require.NoError(t, steady.Say(sarah, "Still here. "))
			}
			require.NoError(t, steady.End())
			got := <-heard
			require.Equal(t, io.EOF, got.err)
			require.Equal(t, strings.Repeat("Still here. ", 60), got.text.String())
			sockets := 0
			for _, r := range srv.Requests() {
				if strings.Contains(string(r.Body), "Still here.") {
					sockets++
				}
			}
			require.Equal(t, 1, sockets, "seed %d", seed)
		})
	}
}

func TestDialDialogueMulti_AnInterruptionIsTheLastWord(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		m := dialDialogues(t, srv.Client())
		steady := converse(t, m)
		heard := listening(steady.TTSSession)
		for i := range 100 {
			s := converse(t, m)
			var all sync.WaitGroup
			all.Go(func() {
				for range 9 {
					_ = s.Say(sarah, "On. ")
				}
			})
			all.Go(func() {
				for range i {
					runtime.Gosched()
				}
				s.Cancel()
			})
			all.Wait()
			time.Sleep(10 * time.Second)
		}
		require.NoError(t, steady.Say(sarah, "Still here. "))
		require.NoError(t, steady.End())
		require.Equal(t, "Still here. ", (<-heard).text.String())
		require.Equal(t, 1, srv.Usage().Requests)
	})
}

func TestDialDialogueMulti_AnUnknownVoiceEndsNoOtherThatSpeaks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		m := dialDialogues(t, srv.Client())
		steady := converse(t, m)
		heard := listening(steady.TTSSession)
		require.NoError(t, steady.Say(sarah, "One. "))
		time.Sleep(time.Second)
		wrong, err := m.NewUtterance(t.Context(), "nobody")
		if err == nil {
			_ = wrong.Say("nobody", "Boo. ")
			_, err = io.ReadAll(wrong)
		}
		require.ErrorIs(t, err, elevenlabs.ErrVoiceNotFound)
		require.NoError(t, steady.Say(sarah, "Two. "))
		require.NoError(t, steady.End())
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, "One. Two. ", got.text.String())
		require.Equal(t, 2, srv.Usage().Requests)
	})
}

func TestDialDialogueMulti_DropsLoseNoWordAndRepeatNone(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			srv := elevenlabstest.NewServer(t, dropping(rand.New(rand.NewPCG(seed, 6)), 20))
			c := srv.Client(elevenlabs.WithMaxRetries(20), elevenlabs.WithRetryBudget(-1, 0))
			m := dialDialogues(t, c)
			want := strings.Join(strings.Fields(story), "")
			var all sync.WaitGroup
			for range 7 {
				all.Go(func() {
					s, err := m.NewUtterance(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					heard := listening(s.TTSSession)
					for _, sentence := range strings.SplitAfter(story, ". ") {
						if err := s.Say(sarah, sentence); err != nil {
							t.Error(err)
						}
						time.Sleep(100 * time.Millisecond)
					}
					if err := s.End(); err != nil {
						t.Error(err)
					}
					got := <-heard
					if got.err != io.EOF || strings.Join(strings.Fields(got.text.String()), "") != want || letters(got.audio) != want {
						t.Errorf("seed %d: %q %v", seed, got.text.String(), got.err)
					}
				})
			}
			all.Wait()
			require.NoError(t, m.Close())
			synctest.Wait()
			require.Zero(t, c.Stats().Families[standard].InFlight)
		})
	}
}

func TestDialDialogueMulti_EndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		ctx, cancel := context.WithCancel(t.Context())
		m, err := c.DialDialogueMulti(ctx, elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
		require.NoError(t, err)
		read := listening(converse(t, m).TTSSession)
		synctest.Wait()
		at := time.Now()
		cancel()
		require.ErrorIs(t, (<-read).err, context.Canceled)
		require.NoError(t, m.Close())
		require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
		require.Zero(t, c.Stats().Families[standard].InFlight)
		_, err = m.NewUtterance(t.Context())
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestDialDialogueMulti_RefusesBadArguments(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		var bad *elevenlabs.ArgumentError
		_, err := srv.Client().DialDialogueMulti(t.Context(), elevenlabs.DialogueStreamRequest{Voices: []string{sarah, george}})
		require.ErrorAs(t, err, &bad, "too many for the model")
		require.Empty(t, srv.Requests())
		m := dialDialogues(t, srv.Client())
		for _, voices := range [][]string{{sarah, george}, {""}, {"a b"}} {
			_, err := m.NewUtterance(t.Context(), voices...)
			require.ErrorAs(t, err, &bad)
			require.Equal(t, "Voices", bad.Field)
		}
		var none context.Context
		_, err = m.NewUtterance(none)
		require.ErrorAs(t, err, &bad)
		require.NoError(t, m.Close())
		_, err = m.NewUtterance(t.Context())
		require.ErrorIs(t, err, os.ErrClosed)
	})
}
