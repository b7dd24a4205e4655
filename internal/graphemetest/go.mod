module github.com/elevenlabs-go/elevenlabs/internal/graphemetest

go 1.25.0

replace github.com/elevenlabs-go/elevenlabs => ../../

require (
	github.com/elevenlabs-go/elevenlabs v0.0.0-00010101000000-000000000000
	github.com/rivo/uniseg v0.4.7
	github.com/stretchr/testify v1.12.1
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect
