package specimen

import (
	"context"

	"github.com/elevenlabs-go/elevenlabs"
)

// rules are one of each kind, with everything that it takes.
func rules() []elevenlabs.DictionaryRule {
	alias, phoneme := elevenlabs.AliasRule("UN", "United Nations"), elevenlabs.PhonemeRule("tomato", "təˈmɑːtoʊ", "ipa")
	alias.CaseSensitive, alias.WordBoundaries = elevenlabs.Ptr(false), elevenlabs.Ptr(false)
	phoneme.CaseSensitive, phoneme.WordBoundaries = elevenlabs.Ptr(true), elevenlabs.Ptr(true)
	return []elevenlabs.DictionaryRule{alias, phoneme}
}

func dictionary(ctx context.Context, c *elevenlabs.Client) (*elevenlabs.CreatedDictionary, error) {
	return c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: "words", Rules: rules()})
}

// locators name a dictionary, and the latest version of one.
func locators(ctx context.Context, c *elevenlabs.Client) ([]elevenlabs.DictionaryLocator, error) {
	d, err := dictionary(ctx, c)
	if err != nil {
		return nil, err
	}
	return []elevenlabs.DictionaryLocator{d.Locator(), {ID: d.ID}}, nil
}

// withDictionary is a call on a dictionary.
func withDictionary(op, name string, do func(context.Context, *elevenlabs.Client, *elevenlabs.CreatedDictionary) error) Call {
	return Call{op, name, func(ctx context.Context, c *elevenlabs.Client) error {
		d, err := dictionary(ctx, c)
		if err != nil {
			return err
		}
		return do(ctx, c, d)
	}}
}

const pls = `<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>UN</grapheme><alias>United Nations</alias></lexeme>
</lexicon>`

// dictionaries are the calls on pronunciation dictionaries.
func dictionaries() []Call {
	const (
		list  = "/v1/pronunciation-dictionaries"
		one   = list + "/{pronunciation_dictionary_id}"
		admin = "admin"
	)
	return []Call{
		{"POST " + list + "/add-from-rules", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{Name: "words"}))
		}},
		{"POST " + list + "/add-from-rules", "full", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{
				Name: "words", Rules: rules(), Description: "Ours.", WorkspaceAccess: admin,
			}))
		}},
		{"POST " + list + "/add-from-file", Least, func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{Name: "words", PLS: []byte(pls)}))
		}},
		{"POST " + list + "/add-from-file", "full", func(ctx context.Context, c *elevenlabs.Client) error {
			return asked(c.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{
				Name: "words", PLS: []byte(pls), Description: "Ours.", WorkspaceAccess: admin,
			}))
		}},
		withDictionary("GET "+list, Least, func(ctx context.Context, c *elevenlabs.Client, _ *elevenlabs.CreatedDictionary) error {
			return asked(first(c.Dictionaries(ctx, elevenlabs.DictionaryQuery{})))
		}),
		withDictionary("GET "+list, "full", func(ctx context.Context, c *elevenlabs.Client, _ *elevenlabs.CreatedDictionary) error {
			if _, err := dictionary(ctx, c); err != nil {
				return err
			}
			return asked(taken(c.Dictionaries(ctx, elevenlabs.DictionaryQuery{
				PageSize: 1, Sort: "name", SortDirection: "ASCENDING", IncludeArchived: elevenlabs.Ptr(false),
			}), 1000))
		}),
		withDictionary("GET "+one, Least, func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
			return asked(c.Dictionary(ctx, d.ID))
		}),
		withDictionary("PATCH "+one, "full", func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
			return asked(c.EditDictionary(ctx, d.ID, elevenlabs.EditDictionaryRequest{Name: "more", Archived: elevenlabs.Ptr(true)}))
		}),
		withDictionary("POST "+one+"/add-rules", Least, func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
			return asked(c.AddDictionaryRules(ctx, d.ID, []elevenlabs.DictionaryRule{elevenlabs.AliasRule("EU", "European Union")}))
		}),
		withDictionary("POST "+one+"/add-rules", "full", func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
			return asked(c.AddDictionaryRules(ctx, d.ID, rules()))
		}),
		withDictionary("POST "+one+"/set-rules", Least, func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
			return asked(c.SetDictionaryRules(ctx, d.ID, nil))
		}),
		withDictionary("POST "+one+"/set-rules", "full", func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
			return asked(c.SetDictionaryRules(ctx, d.ID, rules()))
		}),
		withDictionary("POST "+one+"/remove-rules", Least, func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
			return asked(c.RemoveDictionaryRules(ctx, d.ID, []string{"UN"}))
		}),
		withDictionary("GET "+list+"/{dictionary_id}/{version_id}/download", Least,
			func(ctx context.Context, c *elevenlabs.Client, d *elevenlabs.CreatedDictionary) error {
				return asked(c.DictionaryPLS(ctx, d.ID, d.VersionID))
			}),
	}
}
