// Package spectest compares the client and the emulator with the vendor's
// specification: what the one sends and what the other answers is validated by
// kin-openapi against testdata/spec/openapi.json. It is a module of its own so
// that the validator is not among the dependencies of the library.
package spectest
