// Phone answers telephone calls that come through a Twilio media stream.
//
//	go run ./examples/phone -addr 127.0.0.1:8083 -public example.ngrok.app
//
// Let the webhook "a call comes in" of a Twilio number be a POST to
// https://example.ngrok.app/call: the call is connected to /media, where both
// directions are mu-law of 8 kHz, as the API speaks and hears it. The caller is
// greeted, and what he says is answered ("You said: ..." stands in for a
// language model). Who speaks up meanwhile is listened to at once: when his
// sound is loud for 200 ms what Twilio has not played is cleared, and the marks
// that came back tell what was heard. Who is too quiet for that is listened to
// when the transcript tells, after about 2 s of speech or at its end. After a
// noise that was no speech the agent stays silent until the caller speaks.
//
// A carrier may send the agent's own voice back as an echo. If the agent stops
// without a reason, raise -loudness from its -35 until it does not; at 0 only
// the transcript interrupts.
//
// With TWILIO_AUTH_TOKEN only requests that Twilio has signed are answered.
// Without it anybody who knows the address can talk at your expense. Without
// ELEVENLABS_API_KEY the emulator speaks and listens.
package main

import (
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
	"github.com/elevenlabs-go/elevenlabs/examples/internal/talk"
)

func main() { demo.Main("phone", run) }

func run(ctx context.Context, env demo.Env) error {
	flags := flag.NewFlagSet("phone", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8083", "`host:port` to listen on; port 0 takes a free one")
	public := flags.String("public", "", "`host` that Twilio reaches this program by (default: that of its request)")
	greeting := flags.String("greeting", "Hello, what can I do for you?", "what the agent says first; empty for nothing")
	loudness := talk.LoudnessFlag(flags)
	if err := env.Parse(flags, ""); err != nil {
		return err
	}
	account, err := demo.Open(env)
	if err != nil {
		return err
	}
	defer account.Close()
	client, err := account.Client()
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, account)
	fmt.Fprintf(env.Stdout, "listening on http://%s\n", ln.Addr())
	b := &bridge{
		client: client, answer: talk.Echo, public: *public, secret: env.Get("TWILIO_AUTH_TOKEN"),
		greeting: strings.TrimSpace(*greeting), loudness: *loudness,
		log: slog.New(slog.NewTextHandler(env.Stderr, nil)),
	}
	return demo.Serve(ctx, ln, b.handler())
}

// A bridge connects calls with the API.
type bridge struct {
	client *elevenlabs.Client
	answer talk.Answer
	public string // host; empty for that of the request
	secret string // of the Twilio account; empty for none
	log    *slog.Logger

	greeting string  // of a [talk.Conversation]
	loudness float64 // of it, too
}

func (b *bridge) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /call", b.call)
	mux.HandleFunc("GET /media", b.media)
	return mux
}

func (b *bridge) host(r *http.Request) string {
	if b.public != "" {
		return b.public
	}
	return r.Host
}

// twiML tells Twilio to connect a call with a stream in both directions.
type twiML struct {
	XMLName xml.Name `xml:"Response"`
	Stream  struct {
		URL string `xml:"url,attr"`
	} `xml:"Connect>Stream"`
}

// call says where the audio of a call goes.
func (b *bridge) call(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.ParseForm() != nil || !b.signed(r, "https://") {
		http.Error(w, "not signed by Twilio", http.StatusForbidden)
		return
	}
	var doc twiML
	doc.Stream.URL = "wss://" + b.host(r) + "/media"
	w.Header().Set("Content-Type", "text/xml")
	_ = xml.NewEncoder(w).Encode(doc)
}

// media holds a call.
func (b *bridge) media(w http.ResponseWriter, r *http.Request) {
	if !b.signed(r, "wss://") {
		http.Error(w, "not signed by Twilio", http.StatusForbidden)
		return
	}
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // which was answered
	}
	defer socket.CloseNow()
	switch err := b.hold(r.Context(), socket); {
	case err == nil, errors.Is(err, talk.ErrHungUp), errors.Is(err, context.Canceled):
		_ = socket.Close(websocket.StatusNormalClosure, "")
	default:
		b.log.Error("call", "err", err)
		_ = socket.Close(websocket.StatusInternalError, "")
	}
}
