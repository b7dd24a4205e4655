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
// its identity.

// A keptPiece is the first line of such a file. The audio is behind it.
type keptPiece struct {
	RequestID     string     `json:"request_id,omitempty"`
	HistoryItemID string     `json:"history_item_id,omitempty"`
	MadeUnix      int64      `json:"made_unix"`
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

// speakOnce makes a piece and keeps it, unless it has been kept before.
func (n *narrator) speakOnce(ctx context.Context, p *narratedPiece) error {
	id, err := identity(p.req)
	if err != nil {
		return err
	}
	file := filepath.Join(n.req.Checkpoint, id+".piece")
	if err := p.restore(file); err != nil || p.Reused {
		return err
	}
	p.at = time.Now()
	if p.speech, err = n.client.synthesize(ctx, p.req, n.cfg); err != nil {
		return err
	}
	if err := replaceFile(file, p.store); err != nil {
		return fmt.Errorf("keeping the piece: %w", err)
	}
	return nil
}

// store writes a piece that was made.
func (p *narratedPiece) store(w io.Writer) error {
	head, err := json.Marshal(keptPiece{
		RequestID: p.speech.Meta.RequestID, HistoryItemID: p.speech.Meta.HistoryItemID, MadeUnix: p.at.Unix(),
		AudioBytes: int64(len(p.speech.Audio)), Alignment: p.speech.Alignment, Normalized: p.speech.NormalizedAlignment,
	})
	if err != nil {
		return err
	}
	if _, err := w.Write(append(head, '\n')); err != nil {
		return err
	}
	_, err = w.Write(p.speech.Audio)
	return err
}

// restore reads a piece that was kept. One that is not there, or not whole, is
// as none.
func (p *narratedPiece) restore(file string) error {
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("reading a piece that was kept: %w", err)
	}
	head, audio, ok := readKept(data)
	if !ok {
		return nil
	}
	p.Reused, p.at = true, time.Unix(head.MadeUnix, 0)
	p.speech = &Speech{
		Audio: audio, Format: p.req.Format, Alignment: head.Alignment, NormalizedAlignment: head.Normalized,
		Meta: Meta{RequestID: head.RequestID, HistoryItemID: head.HistoryItemID},
	}
	return nil
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
