package audio_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/audio"
)

func TestMP3Frames(t *testing.T) {
	t.Parallel()
	one := frame(mpeg1Mono, 417, 0)
	padded := frame("\xFF\xFB\x92\xC0", 418, 0)
	info := frame(mpeg1Mono, 417, 21, []byte("Info\x00\x00\x00\x0F\x00\x00\x00\x7D")...)
	xing := frame(mpeg1Mono, 417, 21, []byte("Xing\x00\x00\x00\x00")...)
	vbri := frame(mpeg1Mono, 417, 36, []byte("VBRI\x00\x01\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x7D")...)
	tag := append([]byte("TAG"), make([]byte, 125)...)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	three := join(one, padded, one)
	for name, file := range map[string][]byte{
		"frames alone": three,
		"tag before":   join(id3(300), three),
		"tag behind":   join(three, tag),
		"counted":      join(info, three),
		"of no number": join(xing, three),
		"VBRI":         join(id3(20), vbri, three),
		"everything":   join(id3(20), make([]byte, 10), info, three, tag),
		"cut short":    join(three, one[:200]),
		"header cut":   join(three, one[:3]),
	} {
		frames, d, ok := audio.MP3Frames(file)
		require.True(t, ok, name)
		require.Equal(t, three, frames, name)
		require.Equal(t, 3*1152*time.Second/44100, d, name)
	}
	gap := join(one, one, make([]byte, 7), one, one)
	frames, d, ok := audio.MP3Frames(gap)
	require.True(t, ok)
	require.Equal(t, gap, frames)
	require.Equal(t, 4*1152*time.Second/44100, d)
	frames, d, ok = audio.MP3Frames(join(frame(mpeg2Mono, 96, 0), frame(mpeg2Mono, 96, 0)))
	require.True(t, ok)
	require.Len(t, frames, 192)
	require.Equal(t, 2*576*time.Second/24000, d)
}

func TestMP3Frames_IsNone(t *testing.T) {
	t.Parallel()
	info := frame(mpeg1Mono, 417, 21, []byte("Info\x00\x00\x00\x0F\x00\x00\x00\x7D")...)
	for name, file := range map[string][]byte{
		"nothing":        nil,
		"text":           []byte("hello"),
		"zeros":          make([]byte, 5000),
		"a tag":          id3(20),
		"part of a tag":  id3(20)[:15],
		"count alone":    info,
		"part of frame":  []byte(mpeg1Mono + "xyz"),
		"count cut away": info[:100],
	} {
		frames, d, ok := audio.MP3Frames(file)
		require.False(t, ok, name)
		require.Nil(t, frames, name)
		require.Zero(t, d, name)
	}
}

func FuzzMP3Frames(f *testing.F) {
	f.Add(append(id3(20), frame(mpeg1Mono, 417, 21, []byte("Xing\x00\x00\x00\x01\xFF\xFF\xFF\xFF")...)...))
	f.Add(bytes.Repeat(frame(mpeg2Mono, 96, 0), 3))
	f.Add([]byte("\xFF\xFB\x92\xC0\xFF\xFB\x92\xC0"))
	f.Fuzz(func(t *testing.T, file []byte) {
		frames, d, ok := audio.MP3Frames(file)
		require.Equal(t, ok, len(frames) > 0)
		require.Equal(t, ok, d > 0)
		require.True(t, bytes.Contains(file, frames))
		again, same, _ := audio.MP3Frames(frames)
		if ok && len(again) == len(frames) {
			require.Equal(t, d, same)
		}
	})
}
