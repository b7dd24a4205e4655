package main

import (
	"time"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// scenes are told from the harmless to the expensive.
func scenes(step time.Duration) []scene {
	linear := elevenlabs.WithBackOff(elevenlabs.LinearBackOff(step))
	return []scene{
		{
			title:  "The vendor is busy, twice",
			moral:  "LinearBackOff waits one step, then two.",
			faults: []elevenlabstest.Fault{elevenlabstest.SystemBusy().Times(2)},
			client: []elevenlabs.ClientOption{linear},
		},
		{
			title:  "The account is full, and there is a back-off",
			moral:  "A back-off of your own is kept to, whatever the reason of the refusal.",
			faults: []elevenlabstest.Fault{elevenlabstest.ConcurrencyRefusal()},
			client: []elevenlabs.ClientOption{linear},
		},
		{
			title: "The account is full, and there is no back-off",
			moral: "By default the refused call waits for a slot, not for a clock: it goes as soon as the other is done.",
			// The account has one slot; the client believes in two at first.
			server: []elevenlabstest.Option{elevenlabstest.WithLimit(elevenlabs.FamilyStandard, 1)},
			client: []elevenlabs.ClientOption{elevenlabs.WithConcurrency(elevenlabs.FamilyStandard, 2)},
			calls:  2,
		},
		{
			title:  "The vendor fails once",
			moral:  "A 5xx is an answer: nothing came of the call, so it is made again.",
			faults: []elevenlabstest.Fault{elevenlabstest.Status(503, "upstream connect error")},
			client: []elevenlabs.ClientOption{linear},
		},
		{
			title:  "The vendor goes on failing",
			moral:  "Three retries, then the error, with what the last attempt was told.",
			faults: []elevenlabstest.Fault{elevenlabstest.Status(503, "upstream connect error").Times(10)},
			client: []elevenlabs.ClientOption{linear},
		},
		{
			title:  "The answer is lost",
			moral:  "The speech was made and billed, and the connection broke. It is fetched from the account's history, at no cost.",
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0)},
		},
		{
			title:  "The answer is lost, and the key may not read the history",
			moral:  "Nobody can tell whether it was billed. It is not made again unasked.",
			server: []elevenlabstest.Option{elevenlabstest.WithoutHistoryPermission()},
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0)},
		},
		{
			title:  "The answer is lost, and speech matters more than money",
			moral:  "WithRetryAmbiguous pays twice to be heard, where the history cannot tell.",
			server: []elevenlabstest.Option{elevenlabstest.WithoutHistoryPermission()},
			faults: []elevenlabstest.Fault{elevenlabstest.ResetAfter(0)},
			client: []elevenlabs.ClientOption{elevenlabs.WithRetryAmbiguous(), linear},
		},
		{
			title:  "The account is out of credits",
			moral:  "It comes as a 401, like a wrong key; the error knows better, and nothing is retried.",
			server: []elevenlabstest.Option{elevenlabstest.WithCredits(10)},
		},
		{
			title: "There is nothing to say",
			moral: "What must fail is not sent.",
			say:   "   ",
		},
	}
}
