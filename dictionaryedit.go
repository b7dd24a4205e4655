package elevenlabs

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/elevenlabs-go/elevenlabs/internal/multipart"
)

// An AddDictionaryRequest is a dictionary of rules to be made. Name is required.
//
// Source: POST /v1/pronunciation-dictionaries/add-from-rules in the OpenAPI
// document.
type AddDictionaryRequest struct {
	// Name is for people.
	Name string `json:"name"`
	// Rules may be none; they can be added later.
	Rules []DictionaryRule `json:"rules"`
	// Description is for people.
	Description string `json:"description,omitempty"`
	// WorkspaceAccess is what others of the workspace may: admin, editor,
	// commenter or viewer. Default nothing.
	WorkspaceAccess string `json:"workspace_access,omitempty"`
}

// AddDictionary makes a pronunciation dictionary of rules. An answer that is
// lost ends it with an [AmbiguousError], for to repeat it may make two.
//
// Source: POST /v1/pronunciation-dictionaries/add-from-rules in the OpenAPI
// document.
func (c *Client) AddDictionary(ctx context.Context, req AddDictionaryRequest, opts ...CallOption) (*CreatedDictionary, error) {
	if err := checkText("AddDictionaryRequest.Name", req.Name); err != nil {
		return nil, err
	}
	if err := checkRules("AddDictionaryRequest.Rules", req.Rules); err != nil {
		return nil, err
	}
	if req.Rules == nil {
		req.Rules = []DictionaryRule{}
	}
	body, err := JSONBody(req)
	if err != nil {
		return nil, err
	}
	call := Call{Op: "Add dictionary", Method: http.MethodPost, Path: dictionariesPath + "/add-from-rules", Body: body}
	return ask[CreatedDictionary](ctx, c, call, opts)
}

// An AddDictionaryFileRequest is a dictionary to be made of a file. Name and PLS
// are required.
//
// Source: POST /v1/pronunciation-dictionaries/add-from-file in the OpenAPI
// document.
type AddDictionaryFileRequest struct {
	// Name is for people.
	Name string `json:"name"`
	// PLS is a lexicon of the W3C's Pronunciation Lexicon Specification, in XML.
	PLS []byte `json:"file,omitempty"`
	// Description is for people.
	Description string `json:"description,omitempty"`
	// WorkspaceAccess is what others of the workspace may: admin, editor,
	// commenter or viewer. Default nothing.
	WorkspaceAccess string `json:"workspace_access,omitempty"`
}

// AddDictionaryFile makes a pronunciation dictionary of a lexicon. An answer
// that is lost ends it with an [AmbiguousError], for to repeat it may make two.
//
// Source: POST /v1/pronunciation-dictionaries/add-from-file in the OpenAPI
// document.
func (c *Client) AddDictionaryFile(ctx context.Context, req AddDictionaryFileRequest, opts ...CallOption) (*CreatedDictionary, error) {
	if err := checkText("AddDictionaryFileRequest.Name", req.Name); err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(req.PLS)) == 0 {
		return nil, badArgument("AddDictionaryFileRequest.PLS", "is blank")
	}
	form := multipart.New()
	form.Add("name", req.Name)
	if req.Description != "" {
		form.Add("description", req.Description)
	}
	if req.WorkspaceAccess != "" {
		form.Add("workspace_access", req.WorkspaceAccess)
	}
	form.AddFile("file", multipart.File{
		Name: "dictionary.pls", ContentType: "application/pls+xml", Size: int64(len(req.PLS)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(req.PLS)), nil },
	})
	call := Call{Op: "Add dictionary", Method: http.MethodPost, Path: dictionariesPath + "/add-from-file", Body: formBody(form)}
	return ask[CreatedDictionary](ctx, c, call, opts)
}

// dictionaryCall describes a call on a dictionary, or on something of it. A nil
// body is none.
func dictionaryCall(op, method, id, rest string, body any) (call Call, err error) {
	if err := checkID("Dictionary.ID", id); err != nil {
		return call, err
	}
	call = Call{Op: op, Method: method, Path: dictionariesPath + "/" + url.PathEscape(id) + rest}
	if body != nil {
		call.Body, err = JSONBody(body)
	}
	return call, err
}

// Dictionary returns a dictionary with the rules of its latest version. The
// error is ErrNotFound if there is none.
//
// Source: GET /v1/pronunciation-dictionaries/{pronunciation_dictionary_id} in
// the OpenAPI document.
func (c *Client) Dictionary(ctx context.Context, id string, opts ...CallOption) (*Dictionary, error) {
	call, err := dictionaryCall("Dictionary", http.MethodGet, id, "", nil)
	if err != nil {
		return nil, err
	}
	return ask[Dictionary](ctx, c, call, opts)
}

// An EditDictionaryRequest is what to change about a dictionary. A zero field
// changes nothing.
//
// Source: PATCH /v1/pronunciation-dictionaries/{pronunciation_dictionary_id} in
// the OpenAPI document.
type EditDictionaryRequest struct {
	// Name is for people.
	Name string `json:"name,omitempty"`
	// Archived puts the dictionary away, or takes it back. There is no way to
	// delete one.
	Archived *bool `json:"archived,omitempty"`
}

// EditDictionary renames or archives a dictionary.
//
// Source: PATCH /v1/pronunciation-dictionaries/{pronunciation_dictionary_id} in
// the OpenAPI document.
func (c *Client) EditDictionary(ctx context.Context, id string, req EditDictionaryRequest, opts ...CallOption) (*Dictionary, error) {
	if req == (EditDictionaryRequest{}) {
		return nil, badArgument("EditDictionaryRequest", "changes nothing")
	}
	call, err := dictionaryCall("Edit dictionary", http.MethodPatch, id, "", req)
	if err != nil {
		return nil, err
	}
	call.Repeatable = true
	return ask[Dictionary](ctx, c, call, opts)
}

// dictionaryRules is the body of what adds or sets rules.
type dictionaryRules struct {
	Rules []DictionaryRule `json:"rules"`
}

// AddDictionaryRules adds rules to a dictionary, in a new version of it. An
// answer that is lost ends it with an [AmbiguousError].
//
// Source: POST .../{pronunciation_dictionary_id}/add-rules in the OpenAPI
// document.
func (c *Client) AddDictionaryRules(ctx context.Context, id string, rules []DictionaryRule, opts ...CallOption) (*DictionaryVersion, error) {
	if len(rules) == 0 {
		return nil, badArgument("rules", "is empty")
	}
	if err := checkRules("rules", rules); err != nil {
		return nil, err
	}
	call, err := dictionaryCall("Add dictionary rules", http.MethodPost, id, "/add-rules", dictionaryRules{rules})
	if err != nil {
		return nil, err
	}
	return ask[DictionaryVersion](ctx, c, call, opts)
}

// SetDictionaryRules replaces all rules of a dictionary, in a new version of
// it. With no rules it is emptied.
//
// Source: POST .../{pronunciation_dictionary_id}/set-rules in the OpenAPI
// document.
func (c *Client) SetDictionaryRules(ctx context.Context, id string, rules []DictionaryRule, opts ...CallOption) (*DictionaryVersion, error) {
	if err := checkRules("rules", rules); err != nil {
		return nil, err
	}
	if rules == nil {
		rules = []DictionaryRule{}
	}
	call, err := dictionaryCall("Set dictionary rules", http.MethodPost, id, "/set-rules", dictionaryRules{rules})
	if err != nil {
		return nil, err
	}
	call.Repeatable = true
	return ask[DictionaryVersion](ctx, c, call, opts)
}

// RemoveDictionaryRules removes the rules with the given StringToReplace from a
// dictionary, in a new version of it.
//
// Source: POST .../{pronunciation_dictionary_id}/remove-rules in the OpenAPI
// document.
func (c *Client) RemoveDictionaryRules(ctx context.Context, id string, texts []string, opts ...CallOption) (*DictionaryVersion, error) {
	if len(texts) == 0 {
		return nil, badArgument("texts", "is empty")
	}
	call, err := dictionaryCall("Remove dictionary rules", http.MethodPost, id, "/remove-rules", struct {
		Texts []string `json:"rule_strings"`
	}{texts})
	if err != nil {
		return nil, err
	}
	call.Repeatable = true
	return ask[DictionaryVersion](ctx, c, call, opts)
}

// DictionaryPLS returns a version of a dictionary as a lexicon of the W3C's
// Pronunciation Lexicon Specification, in XML.
//
// Source: GET .../{dictionary_id}/{version_id}/download in the OpenAPI document.
func (c *Client) DictionaryPLS(ctx context.Context, id, versionID string, opts ...CallOption) ([]byte, error) {
	if err := checkID("DictionaryVersion.VersionID", versionID); err != nil {
		return nil, err
	}
	call, err := dictionaryCall("Dictionary PLS", http.MethodGet, id, "/"+url.PathEscape(versionID)+"/download", nil)
	if err != nil {
		return nil, err
	}
	cfg, err := c.callConfig(ctx, opts)
	if err != nil {
		return nil, err
	}
	return answerOf(ctx, c, call, cfg, func(data []byte, _ Meta) ([]byte, error) { return data, nil })
}
