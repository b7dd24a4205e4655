package elevenlabs_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
)

// The tables of this file list what every option, field and method refuses
// before anything is sent.

func TestNew_BadInput(t *testing.T) {
	t.Parallel()
	const e = elevenlabs.FamilyStandard
	limiter, err := elevenlabs.NewLimiter(elevenlabs.LimiterConfig{})
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		opt   elevenlabs.ClientOption
		field string
	}{
		"nil option":               {nil, "ClientOption"},
		"empty key":                {elevenlabs.WithAPIKey(""), "WithAPIKey"},
		"key with a line break":    {elevenlabs.WithAPIKey("sk_1\n"), "WithAPIKey"},
		"key beyond ASCII":         {elevenlabs.WithAPIKey("sk_é"), "WithAPIKey"},
		"nil key source":           {elevenlabs.WithKeySource(nil), "WithKeySource"},
		"base URL without host":    {elevenlabs.WithBaseURL("https:///v1"), "WithBaseURL"},
		"base URL of another kind": {elevenlabs.WithBaseURL("ftp://example.com"), "WithBaseURL"},
		"base URL that is none":    {elevenlabs.WithBaseURL("://"), "WithBaseURL"},
		"base URL with a user":     {elevenlabs.WithBaseURL("https://u:p@example.com"), "WithBaseURL"},
		"base URL with a query":    {elevenlabs.WithBaseURL("https://example.com?a=b"), "WithBaseURL"},
		"base URL with a fragment": {elevenlabs.WithBaseURL("https://example.com#a"), "WithBaseURL"},
		"plain http":               {elevenlabs.WithBaseURL("http://example.com"), "WithBaseURL"},
		"unknown region":           {elevenlabs.WithRegion("mars"), "WithRegion"},
		"nil HTTP client":          {elevenlabs.WithHTTPClient(nil), "WithHTTPClient"},
		"unknown tier":             {elevenlabs.WithTier(99), "WithTier"},
		"negative tier":            {elevenlabs.WithTier(-1), "WithTier"},
		"no concurrency":           {elevenlabs.WithConcurrency(e, 0), "WithConcurrency"},
		"negative concurrency":     {elevenlabs.WithConcurrency(e, -1), "WithConcurrency"},
		"concurrency of no family": {elevenlabs.WithConcurrency("", 1), "WithConcurrency"},
		"nil limiter":              {elevenlabs.WithLimiter(nil), "WithLimiter"},
		"nil logger":               {elevenlabs.WithLogger(nil), "WithLogger"},
		"negative retries":         {elevenlabs.WithMaxRetries(-1), "WithMaxRetries"},
		"nil back-off":             {elevenlabs.WithBackOff(nil), "WithBackOff"},
		"unknown priority":         {elevenlabs.WithPriority(9), "WithPriority"},
		"negative queue":           {elevenlabs.WithMaxQueue(-1), "WithMaxQueue"},
		"negative wait":            {elevenlabs.WithMaxWait(-1), "WithMaxWait"},
		"weightless tenant":        {elevenlabs.WithTenant("a", 0), "WithTenant"},
		"tenant of no weight":      {elevenlabs.WithTenant("a", math.NaN()), "WithTenant"},
		"negative headroom":        {elevenlabs.WithHeadroom(-0.1), "WithHeadroom"},
		"nothing but headroom":     {elevenlabs.WithHeadroom(1), "WithHeadroom"},
		"headroom of nothing":      {elevenlabs.WithHeadroom(math.NaN()), "WithHeadroom"},
		"negative tenant cap":      {elevenlabs.WithTenantCap(-0.1), "WithTenantCap"},
		"tenant cap above all":     {elevenlabs.WithTenantCap(1.1), "WithTenantCap"},
		"nameless header":          {elevenlabs.WithHeader("", "v"), "WithHeader"},
		"the key as a header":      {elevenlabs.WithHeader("Xi-Api-Key", "v"), "WithHeader"},
		"nameless query":           {elevenlabs.WithQuery("", "v"), "WithQuery"},
		"no body allowed":          {elevenlabs.WithMaxBody(0), "WithMaxBody"},
		"negative stream buffer":   {elevenlabs.WithStreamBuffer(-1), "WithStreamBuffer"},
		"empty voice":              {elevenlabs.WithVoice(""), "WithVoice"},
		"voice that is a path":     {elevenlabs.WithVoice("../x"), "WithVoice"},
		"empty model":              {elevenlabs.WithModel(""), "WithModel"},
		"empty format":             {elevenlabs.WithFormat(""), "WithFormat"},
		"unstable voice":           {elevenlabs.WithVoiceSettings(elevenlabs.VoiceSettings{Stability: elevenlabs.Ptr(1.5)}), "WithVoiceSettings.Stability"},
		"empty STT model":          {elevenlabs.WithSTTModel(""), "WithSTTModel"},
		"empty language":           {elevenlabs.WithLanguage(""), "WithLanguage"},
		"negative duration":        {elevenlabs.WithDuration(-1), "WithDuration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := elevenlabs.New(elevenlabs.WithAPIKey("k"), tt.opt)
			require.Nil(t, c)
			var arg *elevenlabs.ArgumentError
			require.ErrorAs(t, err, &arg)
			require.Equal(t, tt.field, arg.Field)
			require.NotContains(t, err.Error(), "sk_")
		})
	}

	_, err = elevenlabs.New(elevenlabs.WithAPIKey("k"), elevenlabs.WithLimiter(limiter), elevenlabs.WithTier(elevenlabs.TierPro))
	require.ErrorContains(t, err, "WithLimiter: cannot be combined")
	_, err = elevenlabs.New(elevenlabs.WithAPIKey("k"), elevenlabs.WithBaseURL("https://example.com"), elevenlabs.WithRegion(elevenlabs.RegionEU))
	require.ErrorContains(t, err, "WithBaseURL: cannot be combined with WithRegion")
}

func TestNew_ReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := elevenlabs.New(elevenlabs.WithTier(99), elevenlabs.WithMaxRetries(-1), elevenlabs.WithBaseURL("nowhere"))
	for _, want := range []string{"WithTier", "WithMaxRetries", "WithBaseURL", "ELEVENLABS_API_KEY"} {
		require.ErrorContains(t, err, want)
	}
}

func TestNew_TakesTheEnvironment(t *testing.T) {
	t.Setenv("ELEVENLABS_API_KEY", "sk_env")
	t.Setenv("ELEVENLABS_VOICE_ID", "voice_env")
	var path, key string
	h := &http.Client{Transport: drained(func(r *http.Request, _ []byte) (*http.Response, error) {
		path, key = r.URL.Path, r.Header.Get("Xi-Api-Key")
		return audioAnswer(), nil
	})}
	c, err := elevenlabs.New(elevenlabs.WithHTTPClient(h))
	require.NoError(t, err)
	_, err = c.TTS(t.Context(), "Hello")
	require.NoError(t, err)
	require.Equal(t, "/v1/text-to-speech/voice_env", path)
	require.Equal(t, "sk_env", key)

	t.Setenv("ELEVENLABS_BASE_URL", "http://api.example.com")
	_, err = elevenlabs.New()
	require.ErrorContains(t, err, "ELEVENLABS_BASE_URL: plain http")
	_, err = elevenlabs.New(elevenlabs.WithRegion(elevenlabs.RegionEU))
	require.NoError(t, err, "what the program says beats the environment")
	t.Setenv("ELEVENLABS_BASE_URL", "")

	t.Setenv("ELEVENLABS_VOICE_ID", "../x")
	_, err = elevenlabs.New()
	require.ErrorContains(t, err, "ELEVENLABS_VOICE_ID")
	t.Setenv("ELEVENLABS_API_KEY", "sk_env\n")
	_, err = elevenlabs.New()
	require.ErrorContains(t, err, "white space")
}

// silent is a client that fails the test when it sends.
func silent(t *testing.T, opts ...elevenlabs.ClientOption) *elevenlabs.Client {
	return clientOn(t, answerFunc(func(*http.Request) (*http.Response, error) {
		t.Error("something was sent")
		return nil, errors.New("sent")
	}), opts...)
}

func refused(t *testing.T, field string, err error) {
	t.Helper()
	var arg *elevenlabs.ArgumentError
	require.ErrorAs(t, err, &arg)
	require.Equal(t, field, arg.Field)
	require.NotContains(t, field, "_", "it has its name in Go")
	require.True(t, strings.HasPrefix(err.Error(), "elevenlabs: "+field+": "), err.Error())
}

func TestSynthesize_BadInput(t *testing.T) {
	t.Parallel()
	type req = elevenlabs.TTSRequest
	type settings = elevenlabs.VoiceSettings
	for name, tt := range map[string]struct {
		req   req
		field string
	}{
		"no text":                {req{}, "Text"},
		"blank text":             {req{Text: " \n\t "}, "Text"},
		"broken text":            {req{Text: "a\xffb"}, "Text"},
		"text too long":          {req{Text: strings.Repeat("é", 10_001)}, "Text"},
		"text too long for v3":   {req{Text: strings.Repeat("x", 5_001), ModelID: "eleven_v3"}, "Text"},
		"voice":                  {req{Text: "x", VoiceID: "a/b"}, "VoiceID"},
		"model":                  {req{Text: "x", ModelID: "a b"}, "ModelID"},
		"format":                 {req{Text: "x", Format: "mp3&x=1"}, "Format"},
		"language":               {req{Text: "x", LanguageCode: "e/n"}, "LanguageCode"},
		"normalisation":          {req{Text: "x", TextNormalization: "maybe"}, "TextNormalization"},
		"latency below":          {req{Text: "x", OptimizeStreamingLatency: elevenlabs.Ptr(-1)}, "OptimizeStreamingLatency"},
		"latency above":          {req{Text: "x", OptimizeStreamingLatency: elevenlabs.Ptr(5)}, "OptimizeStreamingLatency"},
		"stability":              {req{Text: "x", VoiceSettings: &settings{Stability: elevenlabs.Ptr(-0.1)}}, "VoiceSettings.Stability"},
		"similarity":             {req{Text: "x", VoiceSettings: &settings{SimilarityBoost: elevenlabs.Ptr(1.1)}}, "VoiceSettings.SimilarityBoost"},
		"style":                  {req{Text: "x", VoiceSettings: &settings{Style: elevenlabs.Ptr(math.NaN())}}, "VoiceSettings.Style"},
		"speed":                  {req{Text: "x", VoiceSettings: &settings{Speed: elevenlabs.Ptr(math.Inf(1))}}, "VoiceSettings.Speed"},
		"dictionaries":           {req{Text: "x", Dictionaries: make([]elevenlabs.DictionaryLocator, 4)}, "Dictionaries"},
		"nameless dictionary":    {req{Text: "x", Dictionaries: make([]elevenlabs.DictionaryLocator, 1)}, "Dictionaries"},
		"previous ids":           {req{Text: "x", PreviousRequestIDs: []string{"1", "2", "3", "4"}}, "PreviousRequestIDs"},
		"empty previous id":      {req{Text: "x", PreviousRequestIDs: []string{""}}, "PreviousRequestIDs"},
		"next ids":               {req{Text: "x", NextRequestIDs: []string{"1", "2", "3", "4"}}, "NextRequestIDs"},
		"ids without storage":    {req{Text: "x", NextRequestIDs: []string{"1"}, ZeroRetention: true}, "NextRequestIDs"},
		"extra that is known":    {req{Text: "x", Extra: map[string]any{"text": "y"}}, "Extra"},
		"extra that is not JSON": {req{Text: "x", Extra: map[string]any{"f": func() {}}}, "Extra"},
		"extra without a name":   {req{Text: "x", Extra: map[string]any{"": 1}}, "Extra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := silent(t).Synthesize(t.Context(), tt.req)
			refused(t, "TTSRequest."+tt.field, err)
			_, err = silent(t).SynthesizeStream(t.Context(), tt.req)
			refused(t, "TTSRequest."+tt.field, err)
		})
	}
	_, err := silent(t).SynthesizeStream(t.Context(), req{Text: "x", Format: elevenlabs.FormatWAV_16000})
	refused(t, "TTSRequest.Format", err)
	_, err = silent(t).TTS(t.Context(), strings.Repeat("x", 10_001))
	require.ErrorIs(t, err, elevenlabs.ErrTextTooLong)
	_, err = silent(t).TTS(t.Context(), "x", nil)
	refused(t, "TTSOption", err)
	_, err = silent(t).TTS(t.Context(), "x", elevenlabs.WithMaxRetries(-1))
	refused(t, "WithMaxRetries", err)
	_, err = silent(t).Synthesize(t.Context(), req{Text: "x"}, nil)
	refused(t, "CallOption", err)
	_, err = silent(t).SynthesizeStream(t.Context(), req{Text: "x"}, elevenlabs.WithMaxBody(0))
	refused(t, "WithMaxBody", err)
}

func TestSynthesize_LimitsAreOfTheModel(t *testing.T) {
	t.Parallel()
	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) { return audioAnswer(), nil }))
	for model, n := range map[string]int{
		"eleven_multilingual_v2": 10_000, "eleven_flash_v2_5": 40_000, "eleven_v3": 5_000, "eleven_turbo_v2": 30_000, "tomorrow": 100_000,
	} {
		_, err := c.TTS(t.Context(), strings.Repeat("é", n), elevenlabs.WithModel(model))
		require.NoError(t, err, model)
	}
}

func TestTranscribe_BadInput(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.mp3")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	type req = elevenlabs.STTRequest
	good := elevenlabs.AudioBytes([]byte("audio"), "audio/mpeg")
	long := make([]string, 1001)
	for i := range long {
		long[i] = "x"
	}
	for name, tt := range map[string]struct {
		req   req
		field string
	}{
		"no audio":               {req{}, "Audio"},
		"empty audio":            {req{Audio: elevenlabs.AudioBytes(nil, "audio/mpeg")}, "Audio"},
		"nil reader":             {req{Audio: elevenlabs.AudioReader(nil, "")}, "Audio"},
		"reader at its end":      {req{Audio: elevenlabs.AudioReader(strings.NewReader(""), "")}, "Audio"},
		"bad type":               {req{Audio: elevenlabs.AudioBytes([]byte("x"), "mp3")}, "Audio"},
		"type with a line break": {req{Audio: elevenlabs.AudioBytes([]byte("x"), "audio/mpeg\r\nx: y")}, "Audio"},
		"broken parameters":      {req{Audio: elevenlabs.AudioBytes([]byte("x"), "audio/mpeg;\na=b")}, "Audio"},
		"no path":                {req{Audio: elevenlabs.AudioFile("")}, "Audio"},
		"missing file":           {req{Audio: elevenlabs.AudioFile(empty + ".no")}, "Audio"},
		"empty file":             {req{Audio: elevenlabs.AudioFile(empty)}, "Audio"},
		"folder":                 {req{Audio: elevenlabs.AudioFile(filepath.Dir(empty))}, "Audio"},
		"no URL":                 {req{Audio: elevenlabs.AudioURL("")}, "Audio"},
		"URL of a file":          {req{Audio: elevenlabs.AudioURL("file:///etc/passwd")}, "Audio"},
		"cloud without https":    {req{Audio: elevenlabs.AudioCloudURL("http://example.com/a")}, "Audio"},
		"model":                  {req{Audio: good, ModelID: "a b"}, "ModelID"},
		"language":               {req{Audio: good, LanguageCode: "a/b"}, "LanguageCode"},
		"granularity":            {req{Audio: good, TimestampsGranularity: "?"}, "TimestampsGranularity"},
		"file format":            {req{Audio: good, FileFormat: "a b"}, "FileFormat"},
		"redaction mode":         {req{Audio: good, EntityRedactionMode: "a b"}, "EntityRedactionMode"},
		"token":                  {req{Audio: good, Token: "a b"}, "Token"},
		"few speakers":           {req{Audio: good, NumSpeakers: -1}, "NumSpeakers"},
		"many speakers":          {req{Audio: good, NumSpeakers: 33}, "NumSpeakers"},
		"threshold":              {req{Audio: good, Diarize: true, DiarizationThreshold: elevenlabs.Ptr(0.5)}, "DiarizationThreshold"},
		"threshold alone":        {req{Audio: good, DiarizationThreshold: elevenlabs.Ptr(0.2)}, "DiarizationThreshold"},
		"threshold with number":  {req{Audio: good, Diarize: true, NumSpeakers: 2, DiarizationThreshold: elevenlabs.Ptr(0.2)}, "DiarizationThreshold"},
		"temperature":            {req{Audio: good, Temperature: elevenlabs.Ptr(2.1)}, "Temperature"},
		"no temperature":         {req{Audio: good, Temperature: elevenlabs.Ptr(math.NaN())}, "Temperature"},
		"seed":                   {req{Audio: good, Seed: elevenlabs.Ptr(uint32(1 << 31))}, "Seed"},
		"duration":               {req{Audio: good, Duration: -time.Second}, "Duration"},
		"channels":               {req{Audio: good, Channels: -1}, "Channels"},
		"style alone":            {req{Audio: good, MultichannelOutputStyle: "combined"}, "MultichannelOutputStyle"},
		"library alone":          {req{Audio: good, UseSpeakerLibrary: true}, "UseSpeakerLibrary"},
		"roles alone":            {req{Audio: good, DetectSpeakerRoles: true}, "DetectSpeakerRoles"},
		"roles with channels":    {req{Audio: good, Diarize: true, DetectSpeakerRoles: true, UseMultiChannel: true}, "DetectSpeakerRoles"},
		"empty entity":           {req{Audio: good, EntityDetection: []string{""}}, "EntityDetection"},
		"empty redaction":        {req{Audio: good, EntityDetection: []string{"pii"}, EntityRedaction: []string{""}}, "EntityRedaction"},
		"redaction alone":        {req{Audio: good, EntityRedaction: []string{"pii"}}, "EntityRedaction"},
		"mode alone":             {req{Audio: good, EntityRedactionMode: "redacted"}, "EntityRedactionMode"},
		"many keyterms":          {req{Audio: good, Keyterms: long}, "Keyterms"},
		"blank keyterm":          {req{Audio: good, Keyterms: []string{" "}}, "Keyterms"},
		"long keyterm":           {req{Audio: good, Keyterms: []string{strings.Repeat("é", 50)}}, "Keyterms"},
		"wordy keyterm":          {req{Audio: good, Keyterms: []string{"a b c d e f"}}, "Keyterms"},
		"keyterm with brackets":  {req{Audio: good, Keyterms: []string{`["a"]`}}, "Keyterms"},
		"webhook id alone":       {req{Audio: good, WebhookID: "h"}, "WebhookID"},
		"style without times":    {req{Audio: good, UseMultiChannel: true, MultichannelOutputStyle: "combined", TimestampsGranularity: "none"}, "MultichannelOutputStyle"},
		"style with entities":    {req{Audio: good, UseMultiChannel: true, MultichannelOutputStyle: "combined", EntityDetection: []string{"all"}}, "MultichannelOutputStyle"},
		"deep metadata":          {req{Audio: good, Webhook: true, WebhookMetadata: map[string]any{"a": map[string]any{"b": []int{1}}}}, "WebhookMetadata"},
		"metadata alone":         {req{Audio: good, WebhookMetadata: map[string]any{"a": 1}}, "WebhookMetadata"},
		"large metadata":         {req{Audio: good, Webhook: true, WebhookMetadata: map[string]any{"a": strings.Repeat("x", 16<<10)}}, "WebhookMetadata"},
		"metadata not JSON":      {req{Audio: good, Webhook: true, WebhookMetadata: map[string]any{"a": func() {}}}, "WebhookMetadata"},
		"many formats":           {req{Audio: good, AdditionalFormats: make([]elevenlabs.AdditionalFormat, 11)}, "AdditionalFormats"},
		"nameless format":        {req{Audio: good, AdditionalFormats: make([]elevenlabs.AdditionalFormat, 1)}, "AdditionalFormats"},
		"extra file":             {req{Audio: good, Extra: map[string]string{"file": "x"}}, "Extra"},
		"nameless extra":         {req{Audio: good, Extra: map[string]string{"": "x"}}, "Extra"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := silent(t).Transcribe(t.Context(), tt.req)
			refused(t, "STTRequest."+tt.field, err)
		})
	}
	_, err := silent(t).STT(t.Context(), nil, "audio/mpeg")
	refused(t, "STTRequest.Audio", err)
	_, err = silent(t).STT(t.Context(), []byte("x"), "", nil)
	refused(t, "STTOption", err)
	_, err = silent(t).Transcribe(t.Context(), req{Audio: elevenlabs.AudioFile(empty + ".no")})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestClient_ThatNewDidNotMake(t *testing.T) {
	t.Parallel()
	var none *elevenlabs.Client
	for _, c := range []*elevenlabs.Client{none, new(elevenlabs.Client)} {
		_, err := c.TTS(t.Context(), "Hello")
		refused(t, "Client", err)
		_, err = c.STT(t.Context(), []byte("audio"), "")
		refused(t, "Client", err)
		_, err = c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Hello"})
		refused(t, "Client", err)
		_, err = c.SynthesizeStream(t.Context(), elevenlabs.TTSRequest{Text: "Hello"})
		refused(t, "Client", err)
		_, err = c.Transcribe(t.Context(), elevenlabs.STTRequest{})
		refused(t, "Client", err)
		_, err = c.Do(t.Context(), elevenlabs.Call{Path: "/v1/models"})
		refused(t, "Client", err)
	}
	var nobody context.Context
	_, err := silent(t).TTS(nobody, "Hello")
	refused(t, "Context", err)
}

func TestDo_BadInput(t *testing.T) {
	t.Parallel()
	_, err := silent(t).Do(t.Context(), elevenlabs.Call{Path: "/v1/x", Weight: -1})
	refused(t, "Call.Weight", err)
	_, err = silent(t).Do(t.Context(), elevenlabs.Call{Path: "/v1/x"}, nil)
	refused(t, "CallOption", err)
	_, err = silent(t).Do(t.Context(), elevenlabs.Call{Path: "/v1/x", Method: "BAD METHOD"})
	refused(t, "Call.Method", err)
	_, err = elevenlabs.JSONBody(func() {})
	refused(t, "Body", err)
}
