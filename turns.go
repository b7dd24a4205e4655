package elevenlabs

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// A Turn is what one speaker says before another does.
type Turn struct {
	// Speaker is who speaks, as in Word.SpeakerID; empty without Diarize. In
	// separate channels the same name may be two people.
	Speaker string
	// Channel is where, from 0; it is 0 too where channels are not told apart.
	Channel int
	// Text is what is said, without white space around it.
	Text string
	// Start and End are the times from the start of the audio. Words without
	// times are taken to follow at once on what was said before.
	Start, End time.Duration
	// Words are the words, the spaces between them and audio events.
	Words []Word
}

// turnPause is the silence at which a channel lets the others speak first.
const turnPause = time.Second

// Turns returns what was said in the order of time, by speaker and channel.
// Where several channels speak at once, each is followed up to a silence of a
// second, so turns of different channels may overlap.
func (t *Transcript) Turns() []Turn {
	streams := t.streams()
	pause := time.Duration(math.MaxInt64)
	if len(streams) > 1 {
		pause = turnPause
	}
	var turns []Turn
	for _, s := range streams {
		turns = append(turns, s.turns(pause)...)
	}
	slices.SortStableFunc(turns, func(a, b Turn) int { return cmp.Compare(a.Start, b.Start) })
	turns = joined(turns)
	for i := range turns {
		turns[i].finish()
	}
	return turns
}

// A stream is what was said on one channel.
type stream struct {
	channel int
	text    string // for a transcript without words
	words   []Word
}

// streams takes the channels apart, those of the combined style too.
func (t *Transcript) streams() []stream {
	if t.Channels == nil {
		return combined(t.Text, t.Words)
	}
	streams := make([]stream, 0, len(t.Channels))
	for i := range t.Channels {
		c := &t.Channels[i]
		streams = append(streams, stream{channel: c.channel(i), text: c.Text, words: c.Words})
	}
	return streams
}

// channel returns the index of a channel at a place of the list.
func (t *Transcript) channel(place int) int {
	if t.ChannelIndex != nil {
		return *t.ChannelIndex
	}
	return place
}

// combined sorts words that carry their channel.
func combined(text string, words []Word) []stream {
	if len(words) == 0 {
		return []stream{{text: text}}
	}
	var streams []stream
	for _, w := range words {
		channel := 0
		if w.ChannelIndex != nil {
			channel = *w.ChannelIndex
		}
		i := slices.IndexFunc(streams, func(s stream) bool { return s.channel == channel })
		if i < 0 {
			i, streams = len(streams), append(streams, stream{channel: channel})
		}
		streams[i].words = append(streams[i].words, w)
	}
	return streams
}

// turns cuts a channel where the speaker changes and at pauses. Spaces, and
// events without a speaker, belong to who spoke before.
func (s *stream) turns(pause time.Duration) []Turn {
	if len(s.words) == 0 {
		if strings.TrimSpace(s.text) == "" {
			return nil
		}
		return []Turn{{Channel: s.channel, Text: s.text}}
	}
	var turns []Turn
	for _, w := range s.words {
		var last *Turn
		if n := len(turns); n > 0 {
			last = &turns[n-1]
		}
		space := w.Type == "spacing"
		switch {
		case last == nil && space:
			continue
		case last != nil && (space || (w.SpeakerID == "" || w.SpeakerID == last.Speaker) && elapsed(w.Start)-last.End <= pause):
			last.Words = append(last.Words, w)
			if !space {
				last.End = max(last.End, elapsed(w.End))
			}
		default:
			turns = append(turns, s.turn(w, last))
		}
	}
	return turns
}

// turn begins a turn with a word, behind another if there is one.
func (s *stream) turn(w Word, last *Turn) Turn {
	t := Turn{Speaker: w.SpeakerID, Channel: s.channel, Words: []Word{w}, Start: elapsed(w.Start), End: elapsed(w.End)}
	if last != nil && !isTime(w.Start) {
		t.Start = last.End
	}
	t.End = max(t.Start, t.End)
	return t
}

// joined puts turns together between which nobody else spoke.
func joined(turns []Turn) []Turn {
	var out []Turn
	for _, t := range turns {
		if n := len(out); n > 0 && out[n-1].Speaker == t.Speaker && out[n-1].Channel == t.Channel {
			out[n-1].Words = append(out[n-1].Words, t.Words...)
			out[n-1].End = max(out[n-1].End, t.End)
			continue
		}
		out = append(out, t)
	}
	return out
}

// finish takes the spaces off the end and writes the text.
func (t *Turn) finish() {
	for n := len(t.Words); n > 0 && t.Words[n-1].Type == "spacing"; n-- {
		t.Words = t.Words[:n-1]
	}
	var b strings.Builder
	b.WriteString(t.Text)
	for _, w := range t.Words {
		b.WriteString(w.Text)
	}
	t.Text = strings.TrimSpace(b.String())
}

// isTime reports whether a time in seconds is known and can be.
func isTime(seconds *float64) bool {
	const longest = 1e9
	return seconds != nil && *seconds >= 0 && *seconds < longest
}

// elapsed is a time in seconds as a duration, 0 if it is none.
func elapsed(seconds *float64) time.Duration {
	if !isTime(seconds) {
		return 0
	}
	return time.Duration(math.Round(*seconds * float64(time.Second)))
}

// MergeChannels returns separate channels as one transcript: all words in the
// order of time, each with its ChannelIndex, and the turns as lines of Text.
// The language is that of the channel with the most words. Entities and
// AdditionalFormats, which belong to the text of one channel, stay in t. A
// transcript without Channels is returned as it is.
func (t *Transcript) MergeChannels() *Transcript {
	merged := *t
	if t.Channels == nil {
		return &merged
	}
	merged.Channels, merged.Words = nil, nil
	most := -1
	for i := range t.Channels {
		c := &t.Channels[i]
		if n := len(c.Words); n > most {
			most, merged.LanguageCode, merged.LanguageProbability = n, c.LanguageCode, c.LanguageProbability
		}
		channel := c.channel(i)
		for _, w := range c.Words {
			w.ChannelIndex = &channel
			merged.Words = append(merged.Words, w)
		}
	}
	inTime(merged.Words)
	var lines []string
	for _, turn := range t.Turns() {
		lines = append(lines, turn.Text)
	}
	merged.Text = strings.Join(lines, "\n")
	return &merged
}

// inTime sorts words by their start. A word without one stays behind the word
// before it.
func inTime(words []Word) {
	type placed struct {
		at   float64
		word Word
	}
	all := make([]placed, len(words))
	at := 0.0
	for i, w := range words {
		if i > 0 && *w.ChannelIndex != *words[i-1].ChannelIndex {
			at = 0
		}
		if w.Start != nil {
			at = *w.Start
		}
		all[i] = placed{at, w}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	for i := range all {
		words[i] = all[i].word
	}
}
