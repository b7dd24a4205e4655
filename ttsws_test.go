package elevenlabs_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
	"github.com/elevenlabs-go/elevenlabs/internal/memnet"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

const flash = "eleven_flash_v2_5"

var live = elevenlabs.TTSStreamRequest{ModelID: flash, Format: elevenlabs.FormatPCM_8000}

// listened is what a listener got of a session.
type listened struct {
	audio []byte
	text  strings.Builder
	end   float64 // of the last character
	err   error
}

// hearOut reads a session to its end.
func hearOut(s *elevenlabs.TTSSession) *listened {
	l := new(listened)
	for {
		chunk, err := s.Next()
		if err != nil {
			l.err = err
			return l
		}
		l.audio = append(l.audio, chunk.Audio...)
		if a := chunk.Alignment; a != nil {
			l.text.WriteString(a.Text())
			l.end = a.Ends[len(a.Ends)-1]
		}
	}
}

// listening reads a session in a goroutine of its own.
func listening(s *elevenlabs.TTSSession) <-chan *listened {
	done := make(chan *listened, 1)
	go func() { done <- hearOut(s) }()
	return done
}

func dialTTS(t *testing.T, c *elevenlabs.Client, req elevenlabs.TTSStreamRequest, opts ...elevenlabs.CallOption) *elevenlabs.TTSSession {
	t.Helper()
	s, err := c.DialTTS(t.Context(), req, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func write(t *testing.T, s *elevenlabs.TTSSession, texts ...string) {
	t.Helper()
	for _, text := range texts {
		n, err := s.WriteString(text)
		require.NoError(t, err)
		require.Equal(t, len(text), n)
	}
}

func TestDialTTS_SpeaksTextAsItComes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client()
		s := dialTTS(t, c, live)
		heard := listening(s)
		write(t, s, "Hel", "lo there. How ar", "e you?", " I am fi", "ne")
		require.NoError(t, s.End())
		got := <-heard
		require.Equal(t, io.EOF, got.err)
		require.Equal(t, "Hello there. How are you? I am fine ", got.text.String())
		text, err := c.STT(t.Context(), got.audio, "")
		require.NoError(t, err)
		require.Equal(t, "Hello there. How are you? I am fine", text)
		require.InDelta(t, float64(len(got.audio))/16000, got.end, 0.5)
		_, err = s.WriteString("more")
		require.ErrorIs(t, err, os.ErrClosed)
		require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
		require.NoError(t, s.Close())
	})
}

func TestDialTTS_SaysWhatTheSocketWants(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		req := live
		req.ChunkLengthSchedule = []int{50, 60}
		req.VoiceSettings = &elevenlabs.VoiceSettings{Speed: elevenlabs.Ptr(1.1)}
		s := dialTTS(t, srv.Client(), req)
		heard := listening(s)
		write(t, s, "One two", " three.")
		require.NoError(t, s.Flush())
		write(t, s, "Four")
		require.NoError(t, s.End())
		<-heard
		require.NoError(t, s.Close())
		require.Equal(t, strings.Join([]string{
			`{"text":" ","voice_settings":{"speed":1.1},"generation_config":{"chunk_length_schedule":[50,60]}}`,
			`{"text":"One "}`, `{"text":"two "}`, `{"text":"three. ","flush":true}`, `{"text":"Four ","flush":true}`, `{"text":""}`, ``,
		}, "\n"), string(srv.Requests()[0].Body))
		require.Equal(t, "inactivity_timeout=20&model_id=eleven_flash_v2_5&output_format=pcm_8000&sync_alignment=true", srv.Requests()[0].Query.Encode())
	})
}

func TestDialTTS_HoldsASlotWhileItSpeaks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		c := srv.Client(elevenlabs.WithConcurrency(elevenlabs.FamilyFlash, 1))
		inFlight := func() int {
			synctest.Wait()
			mine, theirs := c.Stats().Families[elevenlabs.FamilyFlash].InFlight, srv.Usage().Families[elevenlabs.FamilyFlash].InFlight
			require.Equal(t, theirs, mine)
			return mine
		}
		a, b := dialTTS(t, c, live), dialTTS(t, c, live)
		require.Zero(t, inFlight())
		start := time.Now()
		write(t, a, "Hello there. ")
		require.Equal(t, 1, inFlight())
		go b.WriteString("Hello you. ")
		require.Equal(t, 1, inFlight())
		chunk, err := a.Next()
		require.NoError(t, err)
		require.Equal(t, "Hello there. ", chunk.Alignment.Text())
		require.Equal(t, 150*time.Millisecond, time.Since(start))
		_, err = b.Next()
		require.NoError(t, err)
		require.Equal(t, 300*time.Millisecond, time.Since(start))
		require.Zero(t, inFlight())
		require.EqualValues(t, 2, c.Stats().Families[elevenlabs.FamilyFlash].Served)
	})
}

func TestDialTTS_TellsWhatWasWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		server []elevenlabstest.Option
		client []elevenlabs.ClientOption
		req    elevenlabs.TTSStreamRequest
		want   string
		is     error
	}{
		"the key": {
			client: []elevenlabs.ClientOption{elevenlabs.WithAPIKey("invalid-key")}, req: live,
			want: "elevenlabs: TTS socket: invalid_api_key: Invalid API key; closed with 1008", is: elevenlabs.ErrUnauthorized,
		},
		"the credits": {
			server: []elevenlabstest.Option{elevenlabstest.WithCredits(2)}, req: live,
			want: "quota_exceeded", is: elevenlabs.ErrQuotaExceeded,
		},
		"the voice": {
			req:  elevenlabs.TTSStreamRequest{ModelID: flash, VoiceID: "nobody"},
			want: "voice_not_found", is: elevenlabs.ErrVoiceNotFound,
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				srv := elevenlabstest.NewServer(t, tt.server...)
				s, err := srv.Client(tt.client...).DialTTS(t.Context(), tt.req)
				if err == nil {
					defer s.Close()
					s.WriteString("Hello there. ")
					_, err = s.Read(make([]byte, 10))
					var told *elevenlabs.SocketError
					require.ErrorAs(t, err, &told)
					require.Equal(t, "Hello there.", told.Unspoken)
				}
				require.ErrorContains(t, err, tt.want)
				require.ErrorIs(t, err, tt.is)
			})
		})
	}
}

func TestDialTTS_StaysOpenWhileNothingIsSaid(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t)
		s := dialTTS(t, srv.Client(), live)
		time.Sleep(5 * time.Minute)
		write(t, s, "Still here. ")
		chunk, err := s.Next()
		require.NoError(t, err)
		require.Equal(t, "Still here. ", chunk.Alignment.Text())
		require.Equal(t, 1, srv.Usage().Requests)
	})
}

func TestDialTTS_EndsAtOnce(t *testing.T) {
	for name, fault := range map[string][]elevenlabstest.Fault{
		"in peace": nil, "beside a deaf server": {elevenlabstest.OnSocket(1, elevenlabstest.Stall(time.Hour))},
	} {
		for how, end := range map[string]func(*elevenlabs.TTSSession, context.CancelFunc){
			"closed":    func(s *elevenlabs.TTSSession, _ context.CancelFunc) { s.Close() },
			"cancelled": func(s *elevenlabs.TTSSession, _ context.CancelFunc) { s.Cancel() },
			"by its context": func(_ *elevenlabs.TTSSession, cancel context.CancelFunc) {
				cancel()
			},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					srv := elevenlabstest.NewServer(t)
					srv.Inject(fault...)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					c := srv.Client()
					s, err := c.DialTTS(ctx, live)
					require.NoError(t, err)
					go func() {
						for range 30 {
							s.WriteString(strings.Repeat("Hello there, how are you today? ", 100))
						}
					}()
					read := listening(s)
					synctest.Wait()
					ended := make(chan error, 1)
					go func() { ended <- s.End() }()
					synctest.Wait()
					at := time.Now()
					for range 3 {
						go end(s, cancel)
					}
					end(s, cancel)
					got := <-read
					require.Error(t, <-ended)
					if how == "by its context" {
						require.ErrorIs(t, got.err, context.Canceled)
					} else {
						require.ErrorIs(t, got.err, os.ErrClosed)
					}
					require.NoError(t, s.Close())
					require.LessOrEqual(t, time.Since(at), 50*time.Millisecond)
					synctest.Wait()
					require.Zero(t, c.Stats().Families[elevenlabs.FamilyFlash].InFlight)
				})
			})
		}
	}
}

// letters are what is heard in 16-bit samples, without blanks.
func letters(audio []byte) string { return lettersIn(audio, 2) }

// lettersIn are letters in samples of so many bytes.
func lettersIn(audio []byte, width int) string {
	var (
		l tone.Listener
		b strings.Builder
	)
	l.Hear(audio, width, func(r rune, _ int64) {
		if !unicode.IsSpace(r) {
			b.WriteRune(r)
		}
	})
	return b.String()
}

// memoryServer is a network with a handler at its other end.
func memoryServer(t testing.TB, handler http.HandlerFunc) http.RoundTripper {
	t.Helper()
	ln := memnet.Listen()
	var busy sync.WaitGroup
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		busy.Add(1)
		defer busy.Done()
		handler(w, r)
	})}
	go srv.Serve(ln)
	transport := &http.Transport{DialContext: ln.DialContext}
	t.Cleanup(func() {
		srv.Close()
		transport.CloseIdleConnections()
		busy.Wait()
	})
	return transport
}
