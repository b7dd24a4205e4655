package elevenlabs_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// dialogues are the two ways to a dialogue. What is returned with it is closed
// at the end.
var dialogues = map[string]func(context.Context, *elevenlabs.Client) (*elevenlabs.DialogueSession, io.Closer, error){
	"a socket": func(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.DialogueSession, io.Closer, error) {
		s, err := c.DialDialogue(ctx, elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
		return s, s, err
	},
	"a shared one": func(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.DialogueSession, io.Closer, error) {
		m, err := c.DialDialogueMulti(ctx, elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
		if err != nil {
			return nil, nil, err
		}
		s, err := m.NewUtterance(ctx)
		return s, m, err
	},
}

func TestDialDialogue_EndsAtOnce(t *testing.T) {
	for on, dial := range dialogues {
		for name, fault := range map[string][]elevenlabstest.Fault{
			"in peace": nil, "beside a deaf server": {elevenlabstest.OnSocket(1, elevenlabstest.Stall(time.Hour))},
		} {
			for how, end := range map[string]func(*elevenlabs.DialogueSession, context.CancelFunc){
				"closed":         func(s *elevenlabs.DialogueSession, _ context.CancelFunc) { s.Close() },
				"cancelled":      func(s *elevenlabs.DialogueSession, _ context.CancelFunc) { s.Cancel() },
				"by its context": func(_ *elevenlabs.DialogueSession, cancel context.CancelFunc) { cancel() },
			} {
				t.Run(on+" "+name+", "+how, func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						srv := elevenlabstest.NewServer(t)
						srv.Inject(fault...)
						ctx, cancel := context.WithCancel(t.Context())
						defer cancel()
						c := srv.Client()
						s, all, err := dial(ctx, c)
						require.NoError(t, err)
						go func() {
							for range 30 {
								s.Say(sarah, strings.Repeat("Hello there, how are you today? ", 100))
							}
						}()
						read := listening(s.TTSSession)
						synctest.Wait()
						at := time.Now()
						for range 3 {
							go end(s, cancel)
						}
						end(s, cancel)
						got := <-read
						if how == "by its context" {
							require.ErrorIs(t, got.err, context.Canceled)
						} else {
							require.ErrorIs(t, got.err, os.ErrClosed)
						}
						require.Error(t, s.Say(sarah, "More."))
						require.NoError(t, s.Close())
						require.NoError(t, all.Close())
						require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
						synctest.Wait()
						require.Zero(t, c.Stats().Families[standard].InFlight)
					})
				})
			}
		}
	}
}

// The account counts a socket until it is closed, which is after its last word.
func TestDialDialogue_LeavesItsSlotWithItsConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithLimit(standard, 1), elevenlabstest.WithRoundTrip(40*time.Millisecond))
		c := srv.Client(elevenlabs.WithConcurrency(standard, 1))
		for range 2 {
			s, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
			require.NoError(t, err)
			heard := listening(s.TTSSession)
			require.NoError(t, s.Say(sarah, "Hello there. "))
			require.NoError(t, s.End())
			require.Equal(t, "Hello there. ", (<-heard).text.String())
		}
		synctest.Wait()
		usage := srv.Usage().Families[standard]
		require.Equal(t, 2, usage.Served)
		require.Zero(t, usage.Refused)
		require.Zero(t, usage.InFlight)
		require.Zero(t, c.Stats().Families[standard].InFlight)
	})
}

func TestDialDialogue_KeepsItsSlotBesideAServerThatDoesNotClose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := onSocket(t, func(ws *websocket.Conn) {
			_ = ws.Write(context.Background(), websocket.MessageText, []byte(`{"audio":"AAAA","is_final":true}`))
			time.Sleep(time.Minute)
		}, elevenlabs.WithConcurrency(standard, 1))
		s, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
		require.NoError(t, err)
		require.NoError(t, s.End())
		at := time.Now()
		require.Equal(t, 1, c.Stats().Families[standard].InFlight)
		next, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{Voices: []string{sarah}}, elevenlabs.WithMaxWait(time.Second))
		require.NoError(t, err)
		require.Equal(t, 25*time.Millisecond, time.Since(at))
		require.NoError(t, next.Close())
		require.NoError(t, s.Close())
		require.Zero(t, c.Stats().Families[standard].InFlight)
	})
}

func TestDialDialogue_GivesUpTheDialWithItsContext(t *testing.T) {
	for on, dial := range dialogues {
		for name, tt := range map[string]struct {
			server []elevenlabstest.Option
			held   int
		}{
			"on the way":         {server: []elevenlabstest.Option{elevenlabstest.WithRoundTrip(time.Hour)}},
			"waiting for a slot": {held: 1},
		} {
			t.Run(on+" "+name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					srv := elevenlabstest.NewServer(t, tt.server...)
					c := srv.Client(elevenlabs.WithConcurrency(standard, 1))
					for range tt.held {
						s, err := c.DialDialogue(t.Context(), elevenlabs.DialogueStreamRequest{Voices: []string{sarah}})
						require.NoError(t, err)
						defer s.Close()
					}
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(time.Minute, cancel)
					at := time.Now()
					_, _, err := dial(ctx, c)
					require.ErrorIs(t, err, context.Canceled)
					require.LessOrEqual(t, time.Since(at), time.Minute+50*time.Millisecond)
					synctest.Wait()
					require.Equal(t, tt.held, c.Stats().Families[standard].InFlight)
				})
			})
		}
	}
}

func TestDialDialogue_TellsWhatWasWrong(t *testing.T) {
	for on, dial := range dialogues {
		for name, tt := range map[string]struct {
			server []elevenlabstest.Option
			client []elevenlabs.ClientOption
			is     error
		}{
			"the key":     {client: []elevenlabs.ClientOption{elevenlabs.WithAPIKey("invalid-key")}, is: elevenlabs.ErrUnauthorized},
			"the credits": {server: []elevenlabstest.Option{elevenlabstest.WithCredits(2)}, is: elevenlabs.ErrQuotaExceeded},
		} {
			t.Run(on+" "+name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					srv := elevenlabstest.NewServer(t, tt.server...)
					c := srv.Client(tt.client...)
					s, all, err := dial(t.Context(), c)
					if err == nil {
						_ = s.Say(sarah, "Hello there. ")
						_, err = io.ReadAll(s)
						var told *elevenlabs.SocketError
						require.ErrorAs(t, err, &told)
						require.Equal(t, "Hello there.", told.Unspoken)
						require.Equal(t, 1008, told.Code)
						require.NoError(t, all.Close())
					}
					require.ErrorIs(t, err, tt.is)
					require.Zero(t, c.Stats().Families[standard].InFlight)
				})
			})
		}
	}
}

// A server on its own terms: what it says comes again with each connection.
func TestDialDialogue_SurvivesAHostileServer(t *testing.T) {
	say := func(messages ...string) func(*websocket.Conn) {
		return func(ws *websocket.Conn) {
			for _, m := range messages {
				if ws.Write(context.Background(), websocket.MessageText, []byte(m)) != nil {
					return
				}
			}
			ws.Close(1000, "")
		}
	}
	for on, dial := range dialogues {
		for name, tt := range map[string]struct {
			part func(*websocket.Conn)
			want string
		}{
			"that says no JSON":   {say("hello"), "malformed"},
			"that says too much":  {say(`{"audio":"` + strings.Repeat("A", 17<<20) + `"}`), "too large"},
			"that ends at once":   {say(`{"is_final":true}`, `{"is_final":true,"context_id":"u1"}`), "closed with 1000"},
			"that ends the turns": {say(`{"is_final_audio_for_turn":true,"context_id":"u9"}`), "closed with 1000"},
			"that is sorry":       {say(`{"message":"no","error":"context_closing","code":1008,"param":7}`), "context_closing: no"},
		} {
			t.Run(on+" "+name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					c := onSocket(t, tt.part, elevenlabs.WithMaxRetries(1))
					s, all, err := dial(t.Context(), c)
					if err == nil {
						go s.Say(sarah, "Hello there. ")
						_, err = io.Copy(io.Discard, s)
						require.NoError(t, all.Close())
					}
					require.ErrorContains(t, err, tt.want)
					require.Zero(t, c.Stats().Families[standard].InFlight)
				})
			})
		}
	}
}

func TestDialDialogue_TakesATokenForEachSocket(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Drop()).On("/v1/text-to-dialogue"))
		c := srv.Client()
		m, err := c.DialDialogueMulti(t.Context(), elevenlabs.DialogueStreamRequest{
			Voices: []string{sarah},
			Tokens: func(ctx context.Context) (string, error) { return c.NewToken(ctx, elevenlabs.TokenTTS) },
		})
		require.NoError(t, err)
		defer m.Close()
		s := converse(t, m)
		heard := listening(s.TTSSession)
		require.NoError(t, s.Say(sarah, "Hello there. How are you? "))
		require.NoError(t, s.End())
		require.Equal(t, "Hello there. How are you? ", (<-heard).text.String())
		sockets := 0
		for _, r := range srv.Requests() {
			if strings.HasSuffix(r.Path, "stream-input") {
				sockets++
				require.Equal(t, "REDACTED", r.Query.Get("single_use_token"))
				require.Empty(t, r.Header.Get("Xi-Api-Key"))
			}
		}
		require.Equal(t, 2, sockets)
	})
}

func TestDialDialogue_TimesAreOnOneClock(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		m := dialDialogues(t, srv.Client())
		s := converse(t, m)
		go func() {
			s.Say(sarah, strings.Repeat("One sentence after the other. ", 5))
			s.End()
		}()
		var made time.Duration
		for {
			chunk, err := s.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			require.Equal(t, made, chunk.Start)
			require.InDelta(t, made.Seconds(), chunk.Alignment.Starts[0], 0.001, "the vendor counts each from 0")
			made += elevenlabs.FormatPCM_8000.Duration(int64(len(chunk.Audio)))
		}
		require.Greater(t, made, 5*time.Second)
	})
}

// What could not be sent in time was not said: a context that was never opened
// is not closed, and one whose end was not told is.
func TestDialDialogueMulti_LeavesABusySocketInGoodOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		srv.Inject(elevenlabstest.OnSocket(2, elevenlabstest.Stall(4*time.Second)))
		m := dialDialogues(t, srv.Client())
		busy, ends := converse(t, m), converse(t, m)
		heard := listening(busy.TTSSession)
		go func() {
			for range 30 {
				busy.Say(sarah, "On. ")
			}
			busy.End()
		}()
		synctest.Wait()
		go ends.End()
		ctx, cancel := context.WithCancel(t.Context())
		never := make(chan error, 1)
		go func() {
			_, err := m.NewUtterance(ctx)
			never <- err
		}()
		synctest.Wait()
		at := time.Now()
		cancel()
		ends.Cancel()
		require.ErrorIs(t, <-never, context.Canceled)
		require.Zero(t, time.Since(at))
		require.Equal(t, strings.Repeat("On. ", 30), (<-heard).text.String())
		require.Equal(t, 1, srv.Usage().Requests)
		body := string(srv.Requests()[0].Body)
		require.Equal(t, 1, strings.Count(body, `{"context_id":"u2","close_context":true}`))
		require.NotContains(t, body, `"u3"`)
	})
}

func FuzzDialogueSession(f *testing.F) {
	f.Add([]byte(`{"audio":"AAAA","alignment":{"chars":["H","e"],"char_start_times_ms":[0,1],"char_durations_ms":[1,1]},"context_id":"u1"}`), true)
	f.Add([]byte(`{"is_final_audio_for_turn":true,"context_id":"u1"}`), false)
	f.Add([]byte(`{"is_final":true,"context_id":"u1"}`), true)
	f.Add([]byte(`{"message":"no","error":"context_closing","code":1008,"param":"context_id"}`), true)
	f.Fuzz(func(t *testing.T, message []byte, more bool) {
		for _, dial := range dialogues {
			synctest.Test(t, func(t *testing.T) {
				c := onSocket(t, func(ws *websocket.Conn) {
					_ = ws.Write(context.Background(), websocket.MessageText, message)
					if more {
						_ = ws.Write(context.Background(), websocket.MessageText, message)
					}
				}, elevenlabs.WithMaxRetries(1))
				s, all, err := dial(t.Context(), c)
				if err != nil {
					return
				}
				_ = s.Say(sarah, "Hello there. ")
				_, err = io.Copy(io.Discard, s)
				require.Error(t, err)
				s.Cancel()
				require.NoError(t, all.Close())
				synctest.Wait()
				require.Zero(t, c.Stats().Families[standard].InFlight)
			})
		}
	})
}
