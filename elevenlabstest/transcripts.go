package elevenlabstest

import (
	"net/http"
	"slices"
	"time"
)

// A kept transcript is one that the account can be asked for again.
type keptTranscript struct {
	id    string
	ready time.Time // before it there is none
	shape any       // as the answer has it
}

func transcriptRoutes() []route {
	anonymous := &failure{http: http.StatusUnauthorized, legacy: true, status: "unauthorized", message: "Authentication required."}
	get, remove := lookup(oneTranscript), lookup(deleteTranscript)
	get.anonymous, remove.anonymous = anonymous, anonymous
	const one = "/v1/speech-to-text/transcripts/{transcription_id}"
	return []route{routeTo(http.MethodGet, one, get), routeTo(http.MethodDelete, one, remove)}
}

// keep files a transcript that will be ready at a time.
func (e *Emulator) keep(k keptTranscript) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if all := e.account.transcripts; len(all) >= 2*maxItems {
		e.account.transcripts = slices.Clone(all[maxItems:])
	}
	e.account.transcripts = append(e.account.transcripts, k)
}

// findTranscript returns the place of the transcript in the path. The caller
// holds the mutex.
func (c *call) findTranscript() (int, *failure) {
	i := slices.IndexFunc(c.e.account.transcripts, func(k keptTranscript) bool {
		return k.id == c.vars["transcription_id"] && !time.Now().Before(k.ready)
	})
	if i < 0 {
		return i, &failure{http: http.StatusNotFound, legacy: true, status: "not_found_error", message: "Transcript not found."}
	}
	return i, nil
}

func oneTranscript(c *call) (any, *failure) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	i, fail := c.findTranscript()
	if fail != nil {
		return nil, fail
	}
	return c.e.account.transcripts[i].shape, nil
}

func deleteTranscript(c *call) (any, *failure) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	i, fail := c.findTranscript()
	if fail != nil {
		return nil, fail
	}
	c.e.account.transcripts = slices.Delete(c.e.account.transcripts, i, i+1)
	return map[string]string{"message": "Transcript deleted successfully."}, nil
}
