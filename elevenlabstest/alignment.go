package elevenlabstest

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxAlignedText is the longest text that is aligned, in code points.
	maxAlignedText = 675_000
	// goodLoss and badLoss are the losses of words that are heard in the
	// recording, and of others.
	goodLoss, badLoss = 0.02, 1.5
)

// An alignmentJob is a text to be found in a recording.
type alignmentJob struct {
	sttJob
	text string
}

type alignmentAnswer struct {
	Characters []characterAnswer `json:"characters"`
	Words      []alignedWord     `json:"words"`
	Loss       float64           `json:"loss"`
}

type alignedWord struct {
	Text  string  `json:"text"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	Loss  float64 `json:"loss"`
}

func readForcedAlignment(c *call) (job, *failure) {
	recording, f, fail := readRecording(c, "file")
	j := &alignmentJob{sttJob: recording}
	if fail != nil {
		return j, fail
	}
	j.text = f.text("text", required)
	return j, f.failure()
}

func (j *alignmentJob) check(c *call) *failure {
	switch n := utf8.RuneCountInString(j.text); {
	case strings.TrimSpace(j.text) == "":
		return invalid("empty_text", "input_text_empty", "The input text is empty.")
	case n > maxAlignedText:
		return invalid("text_too_long", "max_character_limit_exceeded",
			"Request text length (%d) exceeds the maximum text length of %d characters", n, maxAlignedText)
	}
	return j.checkRecording(c.e)
}

func (j *alignmentJob) answer(c *call) {
	first, rest := c.hearingTime(j.info.Duration)
	if c.waitUntil(c.serviceEnd(first+rest)) == nil {
		c.sendJSON(http.StatusOK, j.align(c.e))
	}
}

// align spreads the text over the recording. A word that is not heard in it
// is there all the same, at a loss.
func (j *alignmentJob) align(e *Emulator) alignmentAnswer {
	a := alignmentAnswer{Characters: []characterAnswer{}, Words: []alignedWord{}}
	heard := strings.Fields(j.hear(e, 0))
	sum := 0.0
	for _, w := range j.spread(j.text) {
		a.Characters = append(a.Characters, w.Characters...)
		if w.Type != "word" {
			continue
		}
		loss := badLoss
		if slices.Contains(heard, w.Text) {
			loss = goodLoss
		}
		sum += loss
		a.Words = append(a.Words, alignedWord{Text: w.Text, Start: *w.Start, End: *w.End, Loss: loss})
	}
	a.Loss = sum / float64(len(a.Words)) // there is one: the text is not blank
	return a
}
