// Package benchmarks measures the client against the least that the same work
// can cost, and simulates many callers on one account. It holds nothing but
// tests, in a module of its own so that what it compares with never becomes a
// dependency of the client. RESULTS.md has the figures.
//
// # Cost of a call
//
//	go test -run '^$' -bench . -benchmem -count 6 | tee new.txt
//	benchstat new.txt
//
// On a busy machine rounds tell more than counts; RESULTS.md has the commands.
// Each benchmark runs its contenders one after the other, so the ratios of one
// run can be trusted where its times cannot. Names end in who does the work:
// client is this library, floor is hand-written net/http that does no more than
// it must, readall and raw are hand-written net/http as most people write it.
// The path before that says over what: memory is a transport that answers from
// memory, so that only the caller's own work is counted; loopback is a server
// in the same process, whose allocations are counted too.
//
// -short shortens the long transfers to 64 MiB.
//
// # A book
//
//	go test -run Narrate -v -full
//
// TestNarrateMakespan narrates a million characters on a fake clock and
// compares the time with the least that the slots can take, TestNarrateMemory
// compares the heap with that of a tenth of the text.
//
// # Many callers
//
//	go test -run 'Simulation|Listeners' -v
//	go test -run Simulation -v -full
//	go test -run Simulation -update
//
// TestSimulation runs scenarios against the emulator of package
// elevenlabstest, which keeps the account that it is judged by. It runs on the
// fake clock of testing/synctest, so that minutes cost milliseconds and are
// exact. It prints its tables before it fails for what is asked of this
// library and not reached. A further scenario is an entry of scenarios, a
// further contender one of contenders.
//
// By itself it runs this library once through each scenario, and the others
// where there are few calls. -full runs all of them, with several seeds;
// -update also writes RESULTS.md and plots.
//
// TestListeners has a hundred listeners hear streams in real time, on the same
// clock, with and without reading ahead of them.
package benchmarks
