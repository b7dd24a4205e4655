// Specgen makes testdata/spec/openapi.json of the vendor's OpenAPI document:
// its shapes alone, with no prose in it, as OpenAPI 3.0, which validators know
// best. Whoever takes over a newer document runs, from the repository's root,
//
//	go run ./internal/spectest/specgen path/to/openapi.json
//
// and then the tests, which say what the types lack.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	out := flag.String("o", "testdata/spec/openapi.json", "where the fixture is written")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: specgen [-o fixture] openapi.json")
	}
	if err := run(flag.Arg(0), *out); err != nil {
		log.Fatal("specgen: ", err)
	}
}

func run(in, out string) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	fixture, err := generate(data)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return os.WriteFile(out, fixture, 0o644)
}

// generate makes the fixture of a document.
func generate(data []byte) ([]byte, error) {
	var doc struct {
		Info       object
		Paths      map[string]map[string]object
		Components struct{ Schemas map[string]object }
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	r := reducer{all: doc.Components.Schemas, used: object{}}
	paths := object{}
	for path, methods := range doc.Paths {
		reduced := object{}
		for method, op := range methods {
			reduced[method] = r.operation(op)
		}
		paths[path] = reduced
	}
	if r.err != nil {
		return nil, r.err
	}
	return print(object{
		"openapi":    "3.0.3",
		"info":       object{"title": "Shapes of the ElevenLabs speech API", "version": doc.Info["version"]},
		"paths":      paths,
		"components": object{"schemas": r.used},
	}), nil
}
