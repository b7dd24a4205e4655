package elevenlabs

const (
	defaultModel    = "eleven_multilingual_v2"
	defaultSTTModel = "scribe_v2"
	flashModel      = "eleven_flash_v2_5"
)

// maxCharacters is how many characters (Unicode code points) a request to a
// model may hold. The server takes a tenth more, which is not relied on. A
// model that is not listed is not checked.
//
// Source: the vendor's models page of September 2026.
var maxCharacters = map[string]int{
	"eleven_v4":                10_000,
	"eleven_v4_turbo":          10_000,
	"eleven_v3":                5_000,
	"eleven_v3_conversational": 5_000,
	"eleven_multilingual_v2":   10_000,
	"eleven_flash_v2_5":        40_000,
	"eleven_flash_v2":          30_000,
	"eleven_turbo_v2_5":        40_000,
	"eleven_turbo_v2":          30_000,
	"eleven_multilingual_v1":   10_000,
	"eleven_monolingual_v1":    10_000,
}

// Ptr returns a pointer to v, for optional fields whose zero is a choice.
func Ptr[T any](v T) *T { return &v }
