// Package graphemetest holds the pieces of internal/sentences against the
// characters that another library sees. It is a module of its own so that the
// library is not among the dependencies of this one.
package graphemetest
