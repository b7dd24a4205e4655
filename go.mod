module github.com/elevenlabs-go/elevenlabs

go 1.25.0
