// Package sdktest lets the vendor's own JavaScript SDK call every endpoint of
// the emulator, unchanged, and compares what it gets with what the client of
// this library gets. It needs node, and npm to install the SDK, so it runs only
// where ELEVENLABS_SDKTEST is set. It is a module of its own because nothing
// else needs any of that.
package sdktest
