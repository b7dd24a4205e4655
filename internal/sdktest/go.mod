module github.com/elevenlabs-go/elevenlabs/internal/sdktest

go 1.25.0

require (
	github.com/elevenlabs-go/elevenlabs v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/cenkalti/backoff/v4 v4.3.0 // indirect
	github.com/coder/websocket v1.8.15 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.22.0 // indirect
)

replace github.com/elevenlabs-go/elevenlabs => ../../
