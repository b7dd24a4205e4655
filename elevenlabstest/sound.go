package elevenlabstest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/internal/audio"
	"github.com/elevenlabs-go/elevenlabs/internal/tone"
)

const (
	soundModel                  = "eleven_text_to_sound_v2"
	shortestSound, longestSound = time.Second / 2, 30 * time.Second
	// A sound of 5 seconds was seen to cost 27 credits.
	soundCredits, soundCreditsFor = 27, 5 * time.Second
)

func soundRoutes() []route {
	return []route{routeTo(http.MethodPost, "/v1/sound-generation", endpoint{read: readSound})}
}

// A soundJob is a sound effect to be made.
type soundJob struct {
	text      string
	loop      bool
	seconds   *float64
	influence *float64

	// Filled in by check.
	length time.Duration
	format string
	spec   audio.Spec
	source *tone.Source
	item   *item
}

func readSound(c *call) (job, *failure) {
	f, fail := readJSON(c)
	if fail != nil {
		return &soundJob{}, fail
	}
	j := &soundJob{text: f.text("text", required), loop: f.boolean("loop", optional, false)}
	const most = 1e9 // the schema has no bounds
	j.seconds = f.number("duration_seconds", -most, most)
	j.influence = f.number("prompt_influence", -most, most)
	if m := f.text("model_id", optional); m != "" && m != soundModel {
		f.report("enum", "model_id", m, map[string]any{"expected": "'" + soundModel + "'"}, "Input should be '"+soundModel+"'")
	}
	return j, f.failure()
}

// check takes the query, then the rules. The words of the refusals are the
// emulator's own.
func (j *soundJob) check(c *call) *failure {
	var fail *failure
	if j.format, j.spec, fail = c.outputFormat(true); fail != nil { // no WAV here either
		return fail
	}
	j.length = min(tone.Duration(j.text), longestSound)
	switch {
	case strings.TrimSpace(j.text) == "":
		return invalid("empty_text", "input_text_empty", "The input text is empty.")
	case j.seconds != nil && (*j.seconds < shortestSound.Seconds() || *j.seconds > longestSound.Seconds()):
		return invalid("invalid_parameters", "invalid_parameters",
			"The duration_seconds must be between %s and %s.", number(shortestSound.Seconds()), number(longestSound.Seconds()))
	case j.influence != nil && (*j.influence < 0 || *j.influence > 1):
		return invalid("invalid_parameters", "invalid_parameters", "The prompt_influence must be between 0 and 1.")
	case j.seconds != nil:
		j.length = time.Duration(*j.seconds * float64(time.Second))
	}
	return j.prepare()
}

// prepare makes the source of the sound and its item, which is not for the
// history.
func (j *soundJob) prepare() *failure {
	j.item = &item{
		requestID: newID(), model: soundModel, text: j.text, format: j.format, tune: j.text, lasts: j.length,
		tells: j.length.String() + strconv.FormatBool(j.loop),
	}
	source, err := j.item.sound(j.spec)
	if err != nil {
		return notImplemented("cannot make %s: %v.", j.format, err)
	}
	j.source = source
	return nil
}

func (j *soundJob) charge() charge {
	credits := (j.length*soundCredits + soundCreditsFor - 1) / soundCreditsFor
	return charge{family: elevenlabs.FamilyStandard, weight: 1, item: j.item, credits: int(credits)}
}

func (j *soundJob) answer(c *call) {
	cfg := &c.e.cfg
	work := cfg.service
	if work <= 0 {
		work = cfg.latency.Base + time.Duration(j.length.Seconds()*float64(cfg.latency.PerSoundSecond))
	}
	c.produce(production{
		item: j.item, source: j.source, first: work, head: func() { c.costHeaders(j.spec.ContentType()) },
	})
}
