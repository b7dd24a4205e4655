module github.com/elevenlabs-go/elevenlabs/internal/decodertest

go 1.25.0

require (
	github.com/elevenlabs-go/elevenlabs v0.0.0
	github.com/hajimehoshi/go-mp3 v0.3.4
	github.com/stretchr/testify v1.12.1
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect

replace github.com/elevenlabs-go/elevenlabs => ../../
