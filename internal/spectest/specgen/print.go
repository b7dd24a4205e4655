package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const width = 120

// print writes JSON for people who read diffs: what fits into a line is one.
func print(v any) []byte {
	var b bytes.Buffer
	write(&b, v, 0, 0)
	b.WriteByte('\n')
	return b.Bytes()
}

// write writes a value. used is what its line has already, besides the indent.
func write(b *bytes.Buffer, v any, depth, used int) {
	flat := encode(v)
	if len(flat)+2*depth+used <= width {
		b.Write(flat)
		return
	}
	indent := "\n" + strings.Repeat("  ", depth+1)
	switch v := v.(type) {
	case object:
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			key := append(encode(name), ": "...)
			b.WriteString(indent)
			b.Write(key)
			write(b, v[name], depth+1, len(key))
		}
		b.WriteString(indent[:len(indent)-2] + "}")
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			line := b.Len() - bytes.LastIndexByte(b.Bytes(), '\n')
			if _, words := item.(string); i > 0 && words && line+len(encode(item)) < width {
				b.Write(encode(item))
				continue
			}
			b.WriteString(indent)
			write(b, item, depth+1, 0)
		}
		b.WriteString(indent[:len(indent)-2] + "]")
	default:
		b.Write(flat)
	}
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // what was decoded can be encoded
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
