package elevenlabstest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// detected is the language that is found where nothing tells another.
const detected = "eng"

// A transcriptAnswer is the transcript of one channel, or of all in one.
type transcriptAnswer struct {
	LanguageCode        string         `json:"language_code"`
	LanguageProbability float64        `json:"language_probability"`
	Text                string         `json:"text"`
	Words               []wordAnswer   `json:"words"`
	ChannelIndex        *int           `json:"channel_index,omitempty"`
	AdditionalFormats   []exportAnswer `json:"additional_formats,omitempty"`
	TranscriptionID     string         `json:"transcription_id,omitempty"`
	// Entities is nil unless asked for; who asks gets a list, an empty one too.
	Entities          *[]entityAnswer `json:"entities,omitempty"`
	AudioDurationSecs float64         `json:"audio_duration_secs,omitempty"`
}

type wordAnswer struct {
	Text         string            `json:"text"`
	Start        *float64          `json:"start,omitempty"`
	End          *float64          `json:"end,omitempty"`
	Type         string            `json:"type"`
	SpeakerID    *string           `json:"speaker_id"`
	Logprob      float64           `json:"logprob"`
	Characters   []characterAnswer `json:"characters"`
	ChannelIndex *int              `json:"channel_index,omitempty"`
}

type characterAnswer struct {
	Text  string  `json:"text"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

// channelsAnswer is a multi-channel transcript in the separate style.
type channelsAnswer struct {
	Transcripts       []transcriptAnswer `json:"transcripts"`
	TranscriptionID   string             `json:"transcription_id"`
	AudioDurationSecs float64            `json:"audio_duration_secs"`
}

type webhookAnswer struct {
	Message         string `json:"message"`
	RequestID       string `json:"request_id"`
	TranscriptionID string `json:"transcription_id"`
}

// transcribe returns the answer in the shape the modes ask for. A file
// with one channel has the usual shape in multi-channel mode too.
func (j *sttJob) transcribe(e *Emulator, id string) any {
	seconds := j.info.Duration.Seconds()
	if !j.multiChannel || j.info.Channels == 1 {
		t := j.channel(e, 0)
		t.TranscriptionID, t.AudioDurationSecs = id, seconds
		return t
	}
	var channels []transcriptAnswer
	for i := range j.info.Channels {
		t := j.channel(e, i)
		t.ChannelIndex = &i
		for k := range t.Words {
			t.Words[k].ChannelIndex = &i
		}
		channels = append(channels, t)
	}
	if !j.combined {
		return channelsAnswer{Transcripts: channels, TranscriptionID: id, AudioDurationSecs: seconds}
	}
	t := combine(channels)
	t.TranscriptionID, t.AudioDurationSecs = id, seconds
	return t
}

// combine merges channels into one transcript in the order of time.
func combine(channels []transcriptAnswer) transcriptAnswer {
	all := channels[0]
	all.ChannelIndex = nil
	for _, t := range channels[1:] {
		all.Text += " " + t.Text
		all.Words = append(all.Words, t.Words...)
	}
	slices.SortStableFunc(all.Words, func(a, b wordAnswer) int { return cmp.Compare(*a.Start, *b.Start) })
	return all
}

// channel hears one channel.
func (j *sttJob) channel(e *Emulator, i int) transcriptAnswer {
	t := transcriptAnswer{LanguageCode: detected, LanguageProbability: 0.98, Text: j.hear(e, i)}
	if len(j.redacted) > 0 {
		t.Text = redact(t.Text, j.redacted, j.redaction)
	} else if len(j.detected) > 0 {
		found := detectEntities(t.Text, j.detected)
		t.Entities = &found
	}
	if j.made != nil && j.made.language != "" {
		t.LanguageCode = j.made.language
	}
	if j.info.Language != "" {
		t.LanguageCode, t.LanguageProbability = j.info.Language, 1
	}
	timed := j.spread(t.Text)
	t.AdditionalFormats = export(j.exports, t, timed)
	t.Words = j.shape(timed)
	return t
}

// hear returns the text of a channel: what the audio was made from, or what
// is scripted.
func (j *sttJob) hear(e *Emulator, channel int) string {
	if j.made != nil {
		return j.made.text
	}
	info := j.info
	info.Channel = channel
	return e.heard(info)
}

// heard returns what is scripted for audio that was not made here.
func (e *Emulator) heard(info AudioInfo) string {
	e.mu.Lock()
	scripted := e.scripted
	e.mu.Unlock()
	if scripted != nil {
		return *scripted
	}
	return e.cfg.transcript(info)
}

// spread cuts a text into words and what is between them and gives each a
// share of the audio by its code points.
func (j *sttJob) spread(text string) []wordAnswer {
	words := []wordAnswer{} // an empty list, not null
	total := utf8.RuneCountInString(text)
	done, sentence := 0, 0
	moment := func(points int) float64 { return at(j.info.Duration, points, total) }
	for _, piece := range cutWords(text) {
		w := wordAnswer{Text: piece, Type: "word", Logprob: -0.05}
		if strings.TrimSpace(piece) == "" {
			w.Type = "spacing"
		}
		if j.diarize {
			speaker := j.speaker(sentence)
			w.SpeakerID = &speaker
		}
		if strings.ContainsAny(piece[len(piece)-1:], ".!?") {
			sentence++
		}
		start := done
		for _, r := range piece {
			w.Characters = append(w.Characters, characterAnswer{
				Text: string(r), Start: moment(done), End: moment(done + 1),
			})
			done++
		}
		from, to := moment(start), moment(done)
		w.Start, w.End = &from, &to
		words = append(words, w)
	}
	return words
}

// speaker lets speakers take turns by the sentence: two of them, unless fewer
// or more may be there.
func (j *sttJob) speaker(sentence int) string {
	if j.roles {
		return []string{"agent", "customer"}[sentence%2]
	}
	return fmt.Sprintf("speaker_%d", int64(sentence)%orElse(j.speakers, 2))
}

// shape leaves out the times that were not asked for.
func (j *sttJob) shape(timed []wordAnswer) []wordAnswer {
	words := slices.Clone(timed)
	for i := range words {
		if j.granularity != "character" {
			words[i].Characters = nil
		}
		if j.granularity == "none" {
			words[i].Start, words[i].End = nil, nil
		}
	}
	return words
}

// at returns the second, to the millisecond, at which so many code points of
// all have been said.
func at(d time.Duration, points, all int) float64 {
	return math.Round(d.Seconds()*float64(points)/float64(all)*1000) / 1000
}

// cutWords cuts a text into runs of blanks and of other characters. Together
// they are the text.
func cutWords(text string) []string {
	var out []string
	start, blank := 0, false
	for i, r := range text {
		if i > start && unicode.IsSpace(r) != blank {
			out = append(out, text[start:i])
			start = i
		}
		blank = unicode.IsSpace(r)
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}
