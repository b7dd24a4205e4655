package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

const document = `{
	"openapi": "3.1.0", "info": {"title": "t", "version": "7"}, "tags": [{"name": "x"}],
	"paths": {"/a/{id}": {"post": {
		"operationId": "a", "description": "prose", "deprecated": true,
		"parameters": [
			{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "title": "Id"}},
			{"name": "n", "in": "query", "required": false, "deprecated": true,
				"schema": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}], "description": "prose"}},
			{"name": "xi-api-key", "in": "header", "schema": {"type": "string"}}],
		"requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}},
		"responses": {"200": {"description": "prose", "content": {"audio/mpeg": {}}}}
	}}},
	"components": {"schemas": {
		"Body": {"type": "object", "required": ["kind"], "x-mark": 1, "properties": {
			"kind": {"type": "string", "const": "one", "examples": ["one"]},
			"title": {"anyOf": [{"$ref": "#/components/schemas/Body"}, {"type": "null"}], "default": null},
			"either": {"anyOf": [{"type": "string"}, {"items": {"type": "string"}, "type": "array"}, {"type": "null"}]},
			"labels": {"type": "object", "additionalProperties": {"type": "string", "title": "T"}},
			"any": {"type": "object", "additionalProperties": true}}},
		"Unused": {"type": "string"}
	}}
}`

const fixture = `{
	"openapi": "3.0.3", "info": {"title": "Shapes of the ElevenLabs speech API", "version": "7"},
	"paths": {"/a/{id}": {"post": {
		"deprecated": true,
		"parameters": [
			{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
			{"name": "n", "in": "query", "deprecated": true, "schema": {"type": "integer", "maximum": 9, "nullable": true}}],
		"requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}},
		"responses": {"200": {"description": "", "content": {"audio/mpeg": {"schema": {"type": "string", "format": "binary"}}}}}
	}}},
	"components": {"schemas": {
		"Body": {"type": "object", "required": ["kind"], "properties": {
			"kind": {"type": "string", "enum": ["one"]},
			"title": {"allOf": [{"$ref": "#/components/schemas/Body"}], "nullable": true, "default": null},
			"either": {"anyOf": [{"type": "string"}, {"items": {"type": "string"}, "type": "array"}], "nullable": true},
			"labels": {"type": "object", "additionalProperties": {"type": "string"}},
			"any": {"type": "object", "additionalProperties": true}}}
	}}
}`

func TestGenerate_KeepsShapesAlone(t *testing.T) {
	t.Parallel()
	got, err := generate([]byte(document))
	require.NoError(t, err)
	require.JSONEq(t, fixture, string(got))
}

func TestGenerate_LosesNoKeyword(t *testing.T) {
	t.Parallel()
	for name, schema := range map[string]string{
		"keyword":   `{"type": "string", "unheardOf": 1}`,
		"reference": `{"$ref": "#/components/schemas/Gone"}`,
	} {
		_, err := generate([]byte(`{"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": ` + schema + `}}}}}}}}`))
		require.Error(t, err, name)
	}
}

func TestGenerate_OfTheFixtureIsTheFixture(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("../../../testdata/spec/openapi.json")
	require.NoError(t, err)
	got, err := generate(want)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}
