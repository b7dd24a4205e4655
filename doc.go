// Package elevenlabs is a client for the ElevenLabs speech API.
package elevenlabs
