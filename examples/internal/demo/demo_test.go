package demo_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs/examples/internal/demo"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args, operands string
		want           string // error; empty for none
	}{
		"nothing":         {"", "", ""},
		"a flag":          {"-n 3", "", ""},
		"an operand":      {"-n 3 a", "[file]", ""},
		"many operands":   {"a b c", "file ...", ""},
		"one too many":    {"a b", "[file]", `unexpected argument "b" (-help lists the flags)`},
		"none is taken":   {"Hello", "", `unexpected argument "Hello" (-help lists the flags)`},
		"an unknown flag": {"-x", "", "flag provided but not defined: -x (-help lists the flags)"},
	} {
		flags := flag.NewFlagSet("talk", flag.ContinueOnError)
		flags.Int("n", 0, "a number")
		err := demo.Env{Args: strings.Fields(tt.args)}.Parse(flags, tt.operands)
		if tt.want == "" {
			require.NoError(t, err, name)
		} else {
			require.EqualError(t, err, tt.want, name)
		}
	}
}

func TestParse_Help(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	flags := flag.NewFlagSet("talk", flag.ContinueOnError)
	flags.Int("n", 0, "a number")
	require.ErrorIs(t, demo.Env{Args: []string{"-h"}, Stdout: &out}.Parse(flags, "[file]"), flag.ErrHelp)
	require.Equal(t, "usage: talk [flags] [file]\n  -n int\n    \ta number\n", out.String())
}
