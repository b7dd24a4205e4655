package elevenlabs

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// openCall notes a call that has been sent, with settings of its own.
func (c *claims) openCall(text, settings string) *trip {
	t := &trip{call: Call{said: &utterance{text: text, format: defaultFormat}, rawQuery: settings}}
	c.sent(t)
	return t
}

func items(ids ...string) []pastSpeech {
	out := make([]pastSpeech, len(ids))
	for i, id := range ids {
		out[i] = pastSpeech{ID: id, RequestID: "request-" + id, State: "created"}
	}
	return out
}

func TestClaims_Choose(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		items   []pastSpeech
		others  func(*claims)
		waiting string // what is chosen before the last look
		last    string // and in it
	}{
		"none":             {items(), nil, "open: nothing was made", "open: nothing was made"},
		"one":              {items("a"), nil, "a", "a"},
		"two":              {items("a", "b"), nil, "several items fit", "several items fit"},
		"one is another's": {items("a", "b"), func(c *claims) { c.answered(c.openCall("x", ""), Meta{HistoryItemID: "a"}) }, "b", "b"},
		"one's request is another's": {
			items("a", "b"), func(c *claims) { c.answered(c.openCall("x", ""), Meta{RequestID: "request-a"}) }, "b", "b",
		},
		"a twin looks too":       {items("a", "b"), func(c *claims) { c.looking(c.openCall("Hi", "")) }, "a", "a"},
		"a twin is in flight":    {items("a"), func(c *claims) { c.openCall("Hi", "") }, "open: several items fit", "a"},
		"a twin has settled":     {items("a"), func(c *claims) { c.settle(c.openCall("Hi", "")) }, "a", "a"},
		"more than all twins":    {items("a", "b", "c"), func(c *claims) { c.looking(c.openCall("Hi", "")) }, "several items fit", "several items fit"},
		"a rival":                {items("a"), func(c *claims) { c.openCall("Hi", "other") }, "open: " + errRivals.Error(), "open: " + errRivals.Error()},
		"another text":           {items("a"), func(c *claims) { c.openCall("Ho", "") }, "a", "a"},
		"one that is being made": {[]pastSpeech{{ID: "a", State: "processing"}}, nil, "open: the speech is still being made", "open: the speech is still being made"},
		"one that was deleted":   {[]pastSpeech{{ID: "a", State: "deleted"}}, nil, "the speech was deleted", "the speech was deleted"},
		"one of a strange type":  {[]pastSpeech{{ID: "a", ContentType: "audio/pcm"}}, nil, errOtherFormat.Error(), errOtherFormat.Error()},
		"one of a telling type":  {[]pastSpeech{{ID: "a", ContentType: "audio/mpeg; x=y"}}, nil, "a", "a"},
		"one of another format":  {[]pastSpeech{{ID: "a", Format: FormatALaw_8000}}, nil, errOtherFormat.Error(), errOtherFormat.Error()},
		"one whose id climbs":    {[]pastSpeech{{ID: "../x"}}, nil, "the answer is malformed: history_item_id is no id", "the answer is malformed: history_item_id is no id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for last, want := range map[bool]string{false: tt.waiting, true: tt.last} {
				var c claims
				me := c.openCall("Hi", "")
				c.looking(me)
				if tt.others != nil {
					tt.others(&c)
				}
				it, err := c.choose(me, append([]pastSpeech(nil), tt.items...), last)
				got := it.ID
				if open, ok := err.(*unsettled); ok {
					got = "open: " + open.Error()
				} else if err != nil {
					got = err.Error()
				}
				require.Equal(t, want, got)
				if err == nil {
					require.True(t, c.claimed(it.ID))
				}
			}
		})
	}
}

func TestClaims_MemoryIsBounded(t *testing.T) {
	t.Parallel()
	var c claims
	const n = 5 * maxClaims
	for i := range n {
		c.answered(c.openCall("Hi", ""), Meta{HistoryItemID: fmt.Sprint(i)})
	}
	require.Empty(t, c.open)
	require.LessOrEqual(t, len(c.now)+len(c.before), 2*maxClaims)
	require.True(t, c.claimed(fmt.Sprint(n-maxClaims)), "the latest are remembered")
	require.False(t, c.claimed("0"))
}

func TestClaims_AnAccountThatStoresNothing(t *testing.T) {
	t.Parallel()
	var c claims
	asked := &trip{call: Call{said: &utterance{}, zeroRetention: true}}
	c.answered(asked, Meta{HistoryItemID: notStored})
	require.False(t, c.unstored(Meta{}), "it was asked not to")
	require.True(t, c.unstored(Meta{HistoryItemID: notStored}))
	c.answered(c.openCall("Hi", ""), Meta{HistoryItemID: notStored})
	require.True(t, c.unstored(Meta{}))
	require.False(t, c.unstored(Meta{HistoryItemID: "a"}))
	c.answered(c.openCall("Hi", ""), Meta{HistoryItemID: "a"})
	require.False(t, c.unstored(Meta{}), "now it does")
}
