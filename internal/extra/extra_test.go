package extra_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/internal/extra"
)

type thing struct {
	ID    string       `json:"id"`
	Size  *int         `json:"size,omitempty"`
	Extra extra.Fields `json:"-"`
}

func (t *thing) UnmarshalJSON(data []byte) (err error) {
	type plain thing
	t.Extra, err = extra.Unmarshal(data, (*plain)(t))
	return err
}

func (t thing) MarshalJSON() ([]byte, error) {
	type plain thing
	return extra.Marshal(plain(t), t.Extra)
}

func TestUnmarshal_KeepsWhatHasNoPlace(t *testing.T) {
	t.Parallel()
	const sent = `{"colour":{"name":"red","null":null},"id":"a","size":0,"weight":null}`
	var got thing
	require.NoError(t, json.Unmarshal([]byte(sent), &got))
	require.Equal(t, "a", got.ID)
	require.Zero(t, *got.Size)
	require.JSONEq(t, `{"name":"red","null":null}`, string(got.Extra["colour"]))
	require.Equal(t, "null", string(got.Extra["weight"]))
	back, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, sent, string(back))
}

func TestUnmarshal_NothingMore(t *testing.T) {
	t.Parallel()
	var got thing
	require.NoError(t, json.Unmarshal([]byte(`{"id":"a"}`), &got))
	require.Nil(t, got.Extra)
	require.Error(t, json.Unmarshal([]byte(`[]`), &got))
	require.NoError(t, json.Unmarshal([]byte(`null`), &got))
}

func TestMarshal_NamedFieldWins(t *testing.T) {
	t.Parallel()
	back, err := json.Marshal(thing{ID: "a", Extra: extra.Fields{"id": json.RawMessage(`"b"`)}})
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"a"}`, string(back))
}
