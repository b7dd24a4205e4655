// Package decodertest plays the stand-in speech of internal/tone to a decoder
// that others wrote. It is a module of its own so that the decoder is not
// among the dependencies of the library.
package decodertest
