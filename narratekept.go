package elevenlabs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A checkpoint is a directory with a file for each piece that was made, named by
// its identity, and a note for each that was asked for and may have been.

// A keptPiece is the first line of such a file. The audio is behind it.
type keptPiece struct {
	RequestID     string     `json:"request_id,omitempty"`
	HistoryItemID string     `json:"history_item_id,omitempty"`
	MadeUnix      int64      `json:"made_unix"`
	Format        Format     `json:"format"`
	AudioBytes    int64      `json:"audio_bytes"`
	Alignment     *Alignment `json:"alignment,omitempty"`
	Normalized    *Alignment `json:"normalized_alignment,omitempty"`
}

// checkDirectory makes sure that pieces can be kept before one is paid for.
func checkDirectory(dir string) error {
	if dir == "" {
		return nil
	}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = tryFile(dir)
	}
	if err != nil {
		return badArgument("NarrateRequest.Checkpoint", "cannot be written to: %v", err)
	}
	return nil
}

func tryFile(dir string) error {
	f, err := os.CreateTemp(dir, "*.tmp")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// speakOnce makes a piece and keeps it, unless it has been kept before. Pieces
// that are the same in all are made once, those of another narration of the
// client with the same directory among them.
func (n *narrator) speakOnce(ctx context.Context, p *narratedPiece) error {
	id, err := identity(p.req)
	if err != nil {
		return err
	}
	file := filepath.Join(n.req.Checkpoint, id)
	p.Reused = true
	p.made, err = n.client.pieces.get(ctx, file, func() (*madeSpeech, error) {
		if kept, err := restore(file + keptSuffix); kept != nil || err != nil {
			return kept, err
		}
		p.Reused = false
		return n.speakNew(ctx, p.req, file)
	})
	if err != nil {
		p.Reused = false
		return err
	}
	if p.Reused {
		n.client.claims.take(p.made.Meta.HistoryItemID)
	}
	return nil
}

// speakNew makes a piece and keeps it in files of a name. That it was asked for
// is noted first: a process that ends before the answer comes may have paid for
// it, so the next one looks in the account's history.
func (n *narrator) speakNew(ctx context.Context, req TTSRequest, file string) (made *madeSpeech, err error) {
	cfg := n.cfg
	if cfg.lostAt, err = noteSent(file + sentSuffix); err != nil {
		return nil, fmt.Errorf("noting that a piece is asked for: %w", err)
	}
	made, err = n.client.speakPiece(ctx, req, cfg)
	if err == nil {
		if err := replaceFile(file+keptSuffix, made.store); err != nil {
			return nil, fmt.Errorf("keeping the piece: %w", err)
		}
	}
	if !mayBePaid(err) {
		_ = os.Remove(file + sentSuffix) // if it stays it costs a look in the history, no more
	}
	return made, err
}

// What the files of a piece are named: its own, and one that notes when it was
// first asked for, as long as its fate is not known.
const keptSuffix, sentSuffix = ".piece", ".sent"

// noteSent returns when a piece was asked for without a known end, zero if it
// was not, and notes that it is now.
func noteSent(file string) (time.Time, error) {
	if at, err := sentAt(file); !errors.Is(err, fs.ErrNotExist) {
		return at, err
	}
	return time.Time{}, os.WriteFile(file, []byte(time.Now().Format(time.RFC3339)), 0o600)
}

// sentAt reads a note. One that is not whole, as after a power cut, is as old as
// its file.
func sentAt(file string) (time.Time, error) {
	note, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, err
	}
	if at, err := time.Parse(time.RFC3339, string(note)); err == nil {
		return at, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// mayBePaid reports whether a call that failed may have been billed.
func mayBePaid(err error) bool {
	var (
		lost  *AmbiguousError
		wrong *ResponseError
	)
	return errors.As(err, &lost) || errors.As(err, &wrong)
}

// store writes a piece that was made.
func (m *madeSpeech) store(w io.Writer) error {
	head, err := json.Marshal(keptPiece{
		RequestID: m.Meta.RequestID, HistoryItemID: m.Meta.HistoryItemID, MadeUnix: m.at.Unix(), Format: m.Format,
		AudioBytes: int64(len(m.Audio)), Alignment: m.Alignment, Normalized: m.NormalizedAlignment,
	})
	if err != nil {
		return err
	}
	if _, err := w.Write(append(head, '\n')); err != nil {
		return err
	}
	_, err = w.Write(m.Audio)
	return err
}

// restore reads a piece that was kept, nil for one that is not there or not
// whole.
func restore(file string) (*madeSpeech, error) {
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading a piece that was kept: %w", err)
	}
	head, audio, ok := readKept(data)
	if !ok {
		return nil, nil
	}
	return &madeSpeech{at: time.Unix(head.MadeUnix, 0), Speech: &Speech{
		Audio: audio, Format: head.Format, Alignment: head.Alignment, NormalizedAlignment: head.Normalized,
		Meta: Meta{RequestID: head.RequestID, HistoryItemID: head.HistoryItemID, CharacterCost: -1},
	}}, nil
}

func readKept(file []byte) (head keptPiece, audio []byte, ok bool) {
	line, audio, _ := bytes.Cut(file, []byte("\n"))
	err := json.Unmarshal(line, &head)
	return head, audio, err == nil && len(audio) > 0 && head.AudioBytes == int64(len(audio))
}

// replaceFile writes a file so that at any time it is whole or not there.
func replaceFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // in vain once it has its name
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
