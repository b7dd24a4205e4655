package tone

// The codes of single samples, for the tables of G.711.
var (
	AppendULaw = appendULaw
	AppendALaw = appendALaw
)
