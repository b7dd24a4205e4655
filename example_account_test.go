package elevenlabs_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

func ExampleClient_Models() {
	client, stop := exampleClient()
	defer stop()

	models, err := client.Models(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range models {
		if m.CanDoTextToSpeech && m.TokenCostFactor < 1 && len(m.Languages) > 1 {
			fmt.Println(m.ID, m.MaxCharactersSubscribed)
		}
	}
	// Output:
	// eleven_v4_turbo 10000
	// eleven_v3_conversational 5000
	// eleven_flash_v2_5 40000
	// eleven_turbo_v2_5 40000
}

func ExampleClient_User() {
	client, stop := exampleClient()
	defer stop()

	user, err := client.User(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.SeatType, user.Subscription.Tier)
	// Output: workspace_admin starter
}

func ExampleClient_Subscription() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	if _, err := client.TTS(ctx, "Hello"); err != nil {
		log.Fatal(err)
	}

	sub, err := client.Subscription(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sub.CharacterCount, "of", sub.CharacterLimit, "credits used")
	if n, ok := sub.MaxCreditLimitExtension.Credits(); ok {
		fmt.Println(n, "more on top")
	}
	fmt.Println(sub.NextInvoice.AmountDueCents, sub.Currency)
	// Output:
	// 5 of 1000000000 credits used
	// 0 more on top
	// 500 usd
}

func ExampleCreditExtension_Credits() {
	n, limited := elevenlabs.CreditExtension("10000").Credits()
	fmt.Println(n, limited)
	_, limited = elevenlabs.UnlimitedExtension.Credits()
	fmt.Println(limited)
	// Output:
	// 10000 true
	// false
}

func ExampleClient_History() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	for _, text := range []string{"Good morning", "Good night"} {
		if _, err := client.TTS(ctx, text); err != nil {
			log.Fatal(err)
		}
	}

	query := elevenlabs.HistoryQuery{Since: time.Now().Add(-time.Hour), Search: "good"}
	for item, err := range client.History(ctx, query) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(item.VoiceName, item.Text, item.CharacterCountTo-item.CharacterCountFrom)
	}
	// Output:
	// Sarah Good night 10
	// Sarah Good morning 12
}

func ExampleClient_HistoryItem() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	speech, err := client.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}

	item, err := client.HistoryItem(ctx, speech.Meta.HistoryItemID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(item.Text, item.ModelID, item.Format)
	// Output: Hello eleven_multilingual_v2 mp3_44100_128
}

func ExampleClient_HistoryAudio() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	speech, err := client.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}

	again, err := client.HistoryAudio(ctx, speech.Meta.HistoryItemID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(again.Audio) == len(speech.Audio))
	// Output: true
}

func ExampleClient_DeleteHistoryItem() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	speech, err := client.Synthesize(ctx, elevenlabs.TTSRequest{Text: "Hello"})
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(client.DeleteHistoryItem(ctx, speech.Meta.HistoryItemID))
	// Output: <nil>
}

func ExampleClient_DownloadHistory() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	var ids []string
	for _, text := range []string{"Good morning", "Good night"} {
		speech, err := client.Synthesize(ctx, elevenlabs.TTSRequest{Text: text})
		if err != nil {
			log.Fatal(err)
		}
		ids = append(ids, speech.Meta.HistoryItemID)
	}

	resp, err := client.DownloadHistory(ctx, elevenlabs.HistoryDownload{IDs: ids, Format: "wav"})
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	archive, err := io.ReadAll(resp.Body) // or io.Copy to a file
	fmt.Println(resp.Header.Get("Content-Type"), len(archive) > 0, err)
	// Output: application/zip true <nil>
}

func ExampleClient_AddDictionary() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()

	dictionary, err := client.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{
		Name: "Our words",
		Rules: []elevenlabs.DictionaryRule{
			elevenlabs.AliasRule("SQL", "sequel"),
			elevenlabs.PhonemeRule("tomato", "təˈmeɪtoʊ", "ipa"),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Synthesize(ctx, elevenlabs.TTSRequest{
		Text:         "SELECT tomato FROM kitchen is SQL.",
		Dictionaries: []elevenlabs.DictionaryLocator{dictionary.Locator()},
	})
	fmt.Println(dictionary.VersionRules, err)
	// Output: 2 <nil>
}

func ExampleClient_AddDictionaryFile() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()

	dictionary, err := client.AddDictionaryFile(ctx, elevenlabs.AddDictionaryFileRequest{
		Name: "Our words",
		PLS: []byte(`<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en">
			<lexeme><grapheme>SQL</grapheme><alias>sequel</alias></lexeme>
		</lexicon>`),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(dictionary.Name, dictionary.VersionRules)
	// Output: Our words 1
}

// ourWords is a dictionary of one rule.
func ourWords(ctx context.Context, client *elevenlabs.Client) *elevenlabs.CreatedDictionary {
	d, err := client.AddDictionary(ctx, elevenlabs.AddDictionaryRequest{
		Name: "Our words", Rules: []elevenlabs.DictionaryRule{elevenlabs.AliasRule("SQL", "sequel")},
	})
	if err != nil {
		log.Fatal(err)
	}
	return d
}

func ExampleClient_Dictionaries() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	ourWords(ctx, client)

	for d, err := range client.Dictionaries(ctx, elevenlabs.DictionaryQuery{IncludeArchived: elevenlabs.Ptr(false)}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(d.Name, d.LatestVersionRules)
	}
	// Output: Our words 1
}

func ExampleClient_Dictionary() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	id := ourWords(ctx, client).ID

	d, err := client.Dictionary(ctx, id)
	if err != nil {
		log.Fatal(err)
	}
	for _, rule := range d.Rules {
		fmt.Println(rule.StringToReplace, "is", rule.Alias)
	}
	// Output: SQL is sequel
}

func ExampleClient_EditDictionary() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	id := ourWords(ctx, client).ID

	d, err := client.EditDictionary(ctx, id, elevenlabs.EditDictionaryRequest{Archived: elevenlabs.Ptr(true)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.ArchivedTimeUnix != nil)
	// Output: true
}

func ExampleClient_AddDictionaryRules() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	id := ourWords(ctx, client).ID

	version, err := client.AddDictionaryRules(ctx, id, []elevenlabs.DictionaryRule{elevenlabs.AliasRule("UN", "United Nations")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(version.VersionRules)
	// Output: 2
}

func ExampleClient_SetDictionaryRules() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	id := ourWords(ctx, client).ID

	version, err := client.SetDictionaryRules(ctx, id, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(version.VersionRules)
	// Output: 0
}

func ExampleClient_RemoveDictionaryRules() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	id := ourWords(ctx, client).ID

	version, err := client.RemoveDictionaryRules(ctx, id, []string{"SQL"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(version.VersionRules)
	// Output: 0
}

func ExampleClient_DictionaryPLS() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	dictionary := ourWords(ctx, client)

	pls, err := client.DictionaryPLS(ctx, dictionary.ID, dictionary.VersionID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(string(pls), "<grapheme>SQL</grapheme>"))
	// Output: true
}

func ExampleClient_NewToken() {
	srv, err := elevenlabstest.Start(elevenlabstest.WithSpeed(1000))
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	ctx := context.Background()
	audio, err := srv.Client().TTS(ctx, "Hello")
	if err != nil {
		log.Fatal(err)
	}

	token, err := srv.Client().NewToken(ctx, elevenlabs.TokenSTT)
	if err != nil {
		log.Fatal(err)
	}
	// Whoever has the token, and no key, can transcribe once.
	visitor := srv.Client(elevenlabs.WithAPIKey("none"))
	for range 2 {
		transcript, err := visitor.Transcribe(ctx, elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(audio, "audio/mpeg"), Token: token})
		if err != nil {
			fmt.Println(strings.Contains(err.Error(), token))
			continue
		}
		fmt.Println(transcript.Text)
	}
	// Output:
	// Hello
	// false
}

func ExampleClient_Usage() {
	client, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	if _, err := client.TTS(ctx, "Hello"); err != nil {
		log.Fatal(err)
	}

	now := time.Now()
	usage, err := client.Usage(ctx, elevenlabs.UsageQuery{
		Start: now.Add(-time.Hour), End: now.Add(time.Hour),
		BreakdownType: "model", AggregationInterval: "cumulative",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(usage.Usage)
	// Output: map[eleven_multilingual_v2:[5]]
}

// What a page for operators shows.
func ExampleClient_Stats() {
	client, stop := exampleClient()
	defer stop()
	if _, err := client.TTS(context.Background(), "Hello"); err != nil {
		log.Fatal(err)
	}
	standard := client.Stats().Families[elevenlabs.FamilyStandard]
	fmt.Println(standard.Credits, "credits;", standard.InFlight, "in flight,", standard.Queued, "waiting")
	// Output: 5 credits; 0 in flight, 0 waiting
}
