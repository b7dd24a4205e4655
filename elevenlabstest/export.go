package elevenlabstest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"strings"
	"unicode/utf8"
)

// exportOptions is one entry of additional_formats. Nil means the default of
// the format.
type exportOptions struct {
	Format               string   `json:"format"`
	IncludeSpeakers      *bool    `json:"include_speakers"`
	IncludeTimestamps    *bool    `json:"include_timestamps"`
	MaxCharactersPerLine *int     `json:"max_characters_per_line"`
	MaxSegmentChars      *int     `json:"max_segment_chars"`
	MaxSegmentDurationS  *float64 `json:"max_segment_duration_s"`
	SegmentOnSilence     *float64 `json:"segment_on_silence_longer_than_s"`
}

type exportAnswer struct {
	RequestedFormat string `json:"requested_format"`
	FileExtension   string `json:"file_extension"`
	ContentType     string `json:"content_type"`
	IsBase64Encoded bool   `json:"is_base64_encoded"`
	Content         string `json:"content"`
}

// An exportKind says how a format is made.
type exportKind struct {
	extension   string
	contentType string
	binary      bool
	write       func(exportOptions, transcriptAnswer, []segment) string
}

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// exportKinds are the formats of additional_formats.
var exportKinds = map[string]exportKind{
	"srt":            {"srt", "text/plain", false, writeSRT},
	"txt":            {"txt", "text/plain", false, writeTXT},
	"html":           {"html", "text/html", false, writeHTML},
	"segmented_json": {"json", "application/json", false, writeSegments},
	"pdf":            {"pdf", "application/pdf", true, writePDF},
	"docx":           {"docx", docxType, true, writeDOCX},
}

// A segment is a run of words that is shown together.
type segment struct {
	text       string
	start, end float64
	speaker    string
}

func export(wanted []exportOptions, t transcriptAnswer, timed []wordAnswer) []exportAnswer {
	var out []exportAnswer
	for _, o := range wanted {
		kind := exportKinds[o.Format]
		content := kind.write(o, t, o.cut(timed))
		if kind.binary {
			content = base64.StdEncoding.EncodeToString([]byte(content))
		}
		out = append(out, exportAnswer{
			RequestedFormat: o.Format, FileExtension: kind.extension, ContentType: kind.contentType,
			IsBase64Encoded: kind.binary, Content: content,
		})
	}
	return out
}

// limits returns the greatest length of a segment, in code points and
// seconds, and of a silence in it. Subtitles have bounds by default, the others
// none.
func (o exportOptions) limits() (chars int, seconds, silence float64) {
	chars, seconds, silence = math.MaxInt, math.Inf(1), math.Inf(1)
	if o.Format == "srt" {
		chars, seconds, silence = 84, 4, 0.8
	}
	return orElse(o.MaxSegmentChars, chars), orElse(o.MaxSegmentDurationS, seconds), orElse(o.SegmentOnSilence, silence)
}

// cut makes segments of words, none of two speakers. A word longer than a
// segment has its own.
func (o exportOptions) cut(words []wordAnswer) []segment {
	chars, seconds, silence := o.limits()
	var (
		out  []segment
		text strings.Builder // of the last one, whose length is used
		used int
	)
	for _, w := range words {
		if w.Type == "spacing" {
			continue
		}
		length := utf8.RuneCountInString(w.Text)
		s := segment{start: *w.Start, end: *w.End, speaker: orElse(w.SpeakerID, "")}
		if n := len(out); n > 0 {
			last := &out[n-1]
			if last.speaker == s.speaker && used+1+length <= chars && s.end-last.start <= seconds && s.start-last.end <= silence {
				text.WriteString(" " + w.Text)
				used, last.end = used+1+length, s.end
				continue
			}
			last.text = text.String()
		}
		out, used = append(out, s), length
		text.Reset()
		text.WriteString(w.Text)
	}
	if n := len(out); n > 0 {
		out[n-1].text = text.String()
	}
	return out
}

// line is a segment as texts show it.
func (o exportOptions) line(s segment) string {
	text := s.text
	if s.speaker != "" && orElse(o.IncludeSpeakers, true) {
		text = s.speaker + ": " + text
	}
	if orElse(o.IncludeTimestamps, true) {
		text = "[" + clock(s.start, ".") + "] " + text
	}
	return text
}

func writeSRT(o exportOptions, _ transcriptAnswer, segments []segment) string {
	var b strings.Builder
	for i, s := range segments {
		text := s.text
		if s.speaker != "" && orElse(o.IncludeSpeakers, false) {
			text = "[" + s.speaker + "] " + text
		}
		fmt.Fprintf(&b, "%d\n%s --> %s\n%s\n\n", i+1, clock(s.start, ","), clock(s.end, ","),
			wrap(text, orElse(o.MaxCharactersPerLine, 42)))
	}
	return b.String()
}

func writeTXT(o exportOptions, _ transcriptAnswer, segments []segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(wrap(o.line(s), orElse(o.MaxCharactersPerLine, 100)) + "\n")
	}
	return b.String()
}

func writeHTML(o exportOptions, _ transcriptAnswer, segments []segment) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html><body>\n")
	for _, s := range segments {
		b.WriteString("<p>" + html.EscapeString(o.line(s)) + "</p>\n")
	}
	return b.String() + "</body></html>\n"
}

func writeSegments(_ exportOptions, t transcriptAnswer, segments []segment) string {
	type jsonSegment struct {
		Text      string  `json:"text"`
		Start     float64 `json:"start"`
		End       float64 `json:"end"`
		SpeakerID string  `json:"speaker_id,omitempty"`
	}
	list := []jsonSegment{}
	for _, s := range segments {
		list = append(list, jsonSegment{s.text, s.start, s.end, s.speaker})
	}
	b, err := json.Marshal(map[string]any{"language_code": t.LanguageCode, "segments": list})
	if err != nil {
		panic(err) // text and finite numbers only
	}
	return string(b)
}

func orElse[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// clock prints seconds as 00:00:01,500 with the given separator.
func clock(seconds float64, separator string) string {
	ms := int64(math.Round(seconds * 1000))
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, separator, ms%1000)
}

// wrap breaks a text at blanks so that lines have at most width code points.
func wrap(text string, width int) string {
	var b strings.Builder
	used := 0
	for i, w := range strings.Fields(text) {
		n := utf8.RuneCountInString(w)
		switch {
		case i == 0:
		case used+1+n > width:
			b.WriteByte('\n')
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(w)
		used += n
	}
	return b.String()
}
