package elevenlabs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrVoiceAmbiguous means that several voices of the account have the name
// that was asked for. The error is a [VoiceError] that lists them.
var ErrVoiceAmbiguous = errors.New("several voices fit")

// maxNearest is how many voices an error suggests.
const maxNearest = 5

// A VoiceError reports a voice that [Client.ResolveVoice] could not settle on.
type VoiceError struct {
	// Voice is what was asked for: an id or a name.
	Voice string
	// Candidates are the voices that fit where several do, else those whose
	// names are the nearest, the nearest first, at most 5.
	Candidates []*Voice
	// Err is why: ErrVoiceNotFound, ErrVoiceAmbiguous, or the API's refusal to
	// tell, which is ErrMissingPermission.
	Err error
}

func (e *VoiceError) Error() string {
	list := e.list()
	prefix := fmt.Sprintf("elevenlabs: ResolveVoice: %q: ", e.Voice)
	switch {
	case errors.Is(e.Err, ErrVoiceAmbiguous):
		return fmt.Sprintf("%s%v: %s; use an id", prefix, e.Err, list)
	case errors.Is(e.Err, ErrMissingPermission):
		return fmt.Sprintf("%sthe key may not look voices up (it needs voices_read; an id works without): %s",
			prefix, strings.TrimPrefix(e.Err.Error(), "elevenlabs: "))
	case list != "":
		return fmt.Sprintf("%sthe account has no such voice, the nearest are %s", prefix, list)
	}
	return prefix + "the account has no such voice; one of the library is added first, see AddSharedVoice"
}

func (e *VoiceError) Unwrap() error { return e.Err }

// list names the candidates, the first of many.
func (e *VoiceError) list() string {
	var names []string
	for i, v := range e.Candidates {
		if i == maxNearest {
			names = append(names, fmt.Sprintf("and %d more", len(e.Candidates)-i))
			break
		}
		names = append(names, fmt.Sprintf("%q (%s)", v.Name, v.ID))
	}
	return strings.Join(names, ", ")
}

// ResolveVoice finds a voice of the account by its id or its name. What looks
// like an id (20 letters and digits) is looked up as one. A name fits, in this
// order: as it is; but for case; as what stands before " - " in the name, so
// that "Sarah" is "Sarah - Mature, Reassuring, Confident"; as how the name
// begins. The first of these that any voice fits decides, and one that several
// fit is ambiguous.
//
// For a name all voices of the account are listed, 100 with each request, and
// every call asks anew: keep what it returns. It costs nothing and takes no
// slot. When no voice is found the error is a [VoiceError] that says why.
func (c *Client) ResolveVoice(ctx context.Context, idOrName string, opts ...CallOption) (*Voice, error) {
	asked := strings.TrimSpace(idOrName)
	if asked == "" {
		return nil, badArgument("idOrName", "is blank; give an id or a name")
	}
	voice, err := c.resolveVoice(ctx, asked, opts)
	if errors.Is(err, ErrMissingPermission) {
		return nil, &VoiceError{Voice: asked, Err: err}
	}
	return voice, err
}

func (c *Client) resolveVoice(ctx context.Context, asked string, opts []CallOption) (*Voice, error) {
	isID := looksLikeID(asked)
	if isID {
		if v, err := c.Voice(ctx, asked, opts...); err == nil || !errors.Is(err, ErrVoiceNotFound) {
			return v, err
		}
	}
	all := make(map[string]*Voice)
	for v, err := range c.Voices(ctx, VoiceQuery{PageSize: maxPageSize}, opts...) {
		if err != nil {
			return nil, err
		}
		all[v.ID] = v // the vendor's own may come twice
	}
	if v := all[asked]; v != nil {
		return v, nil
	}
	found := namesakes(all, asked)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, &VoiceError{Voice: asked, Candidates: found, Err: ErrVoiceAmbiguous}
	case isID: // the vendor has said so of a voice that it found soon after
		if v, err := c.Voice(ctx, asked, opts...); err == nil || !errors.Is(err, ErrVoiceNotFound) {
			return v, err
		}
	}
	return nil, &VoiceError{Voice: asked, Candidates: nearest(all, asked), Err: ErrVoiceNotFound}
}

// looksLikeID reports whether a text is written as the vendor writes ids.
func looksLikeID(s string) bool {
	return len(s) == 20 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// fits are the ways in which a voice's name may be meant, the surest first.
var fits = []func(name, asked string) bool{
	func(name, asked string) bool { return name == asked },
	strings.EqualFold,
	func(name, asked string) bool { return strings.EqualFold(shortName(name), asked) },
	func(name, asked string) bool { return strings.HasPrefix(strings.ToLower(name), strings.ToLower(asked)) },
}

// shortName is what stands before the description in a name.
func shortName(name string) string {
	short, _, _ := strings.Cut(name, " - ")
	return strings.TrimSpace(short)
}

// namesakes returns the voices that a name may mean in the surest way that any
// fits, by name.
func namesakes(all map[string]*Voice, asked string) []*Voice {
	var found []*Voice
	for _, fit := range fits {
		for _, v := range all {
			if fit(strings.TrimSpace(v.Name), asked) {
				found = append(found, v)
			}
		}
		if found != nil {
			break
		}
	}
	slices.SortFunc(found, func(a, b *Voice) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// nearest returns the voices that may have been meant by a name that none has.
func nearest(all map[string]*Voice, asked string) []*Voice {
	wanted := []rune(strings.ToLower(asked))
	if len(wanted) > 100 {
		return nil // no name is as long
	}
	type near struct {
		*Voice
		edits int
	}
	var found []near
	for _, v := range all {
		name := []rune(strings.ToLower(shortName(v.Name)))
		edits := distance(wanted, name[:min(len(name), 100)])
		if edits <= min(len(wanted)/2, 3) || strings.Contains(strings.ToLower(v.Name), string(wanted)) {
			found = append(found, near{v, edits})
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	var voices []*Voice
	for _, n := range found[:min(len(found), maxNearest)] {
		voices = append(voices, n.Voice)
	}
	return voices
}

// distance is how many letters have to be changed, added or dropped to make b
// of a (Levenshtein).
func distance(a, b []rune) int {
	row := make([]int, len(b)+1) // from the letters of a so far to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			edits := diagonal
			if x != y {
				edits++
			}
			diagonal = row[j+1]
			row[j+1] = min(edits, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
