package elevenlabs

import (
	"context"
	"slices"
)

// A TTSUtterance is what one utterance of a [TTSMulti] has to itself, for
// [TTSMulti.Utter]. A field at its zero value is as the sockets were opened
// with. The voice, the model, the format and the language are the sockets'.
//
// Source: the vendor's guide to several contexts, 2025: these are read from the
// first message of each.
type TTSUtterance struct {
	// VoiceSettings override the settings stored with the voice, all of them: a
	// pointer to none is for those.
	VoiceSettings *VoiceSettings
	// Dictionaries are applied in order, at most 3, each with its VersionID. An
	// empty list that is not nil is for none.
	Dictionaries []DictionaryLocator
	// ChunkLengthSchedule is when to speak, see [TTSStreamRequest]. Only sockets
	// that were opened with one heed another.
	ChunkLengthSchedule []int
}

// Utter begins something to be said in a way of its own, and is otherwise
// [TTSMulti.NewUtterance]. The options are about the line that it waits in for
// its slots, [WithPriority] and [WithTenant] among them, and about what happens
// to it on the way; the connections are made by those of [Client.DialTTSMulti].
func (m *TTSMulti) Utter(ctx context.Context, u TTSUtterance, opts ...CallOption) (*TTSSession, error) {
	if ctx == nil {
		return nil, badArgument("Context", "is nil")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cfg, req := m.cfg, m.req
	if err := cfg.applyAll(ctx, opts); err != nil {
		return nil, err
	}
	if err := u.over(&req); err != nil {
		return nil, err
	}
	s := newTTSSession(ctx, m.c, cfg, &req, "TTS utterance", multiDialect{singleDialect{&req}})
	return s, m.begin(s)
}

// over puts what the utterance sets over what its sockets were opened with.
func (u *TTSUtterance) over(req *TTSStreamRequest) error {
	const name = "TTSUtterance."
	if u.VoiceSettings != nil {
		settings := *u.VoiceSettings
		req.VoiceSettings = &settings
	}
	if u.Dictionaries != nil {
		req.Dictionaries = slices.Clone(u.Dictionaries)
	}
	if u.ChunkLengthSchedule != nil {
		if len(req.ChunkLengthSchedule) == 0 {
			return badArgument(name+"ChunkLengthSchedule", "the sockets were opened without one, and so heed none")
		}
		req.ChunkLengthSchedule = slices.Clone(u.ChunkLengthSchedule)
	}
	return req.validateOpening(name)
}
