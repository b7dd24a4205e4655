package elevenlabs_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/elevenlabs-go/elevenlabs"
	"github.com/elevenlabs-go/elevenlabs/elevenlabstest"
)

// comesBack decodes an answer, writes it again and compares.
func comesBack[T any](t *testing.T, sent string) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(sent), &v))
	back, err := json.Marshal(v)
	require.NoError(t, err)
	require.JSONEq(t, sent, string(back))
	return v
}

const fullPlan = `"tier":"growing_business","character_count":0,"character_limit":10,"max_character_limit_extension":0,
	"max_credit_limit_extension":"unlimited","can_extend_character_limit":false,"allowed_to_extend_character_limit":true,
	"next_character_count_reset_unix":0,"voice_slots_used":1,"professional_voice_slots_used":2,
	"professional_voice_slots_used_in_workspace":3,"voice_limit":4,"max_voice_add_edits":0,"voice_add_edit_counter":5,
	"professional_voice_limit":6,"can_extend_voice_limit":true,"can_use_instant_voice_cloning":true,
	"can_use_professional_voice_cloning":false,"currency":"eur","current_overage":{"amount":"0","currency":"eur"},
	"status":"active","billing_period":"monthly_period","character_refresh_period":"3_month_period"`

func TestSubscription_ComesBackWhole(t *testing.T) {
	t.Parallel()
	const invoice = `{"amount_due_cents":0,"subtotal_cents":0,"tax_cents":1,"discount_percent_off":0,"discount_amount_off":2.5,
		"discounts":[{"discount_percent_off":20},{"discount_amount_off":0}],"next_payment_attempt_unix":3,
		"payment_intent_status":"processing","payment_intent_statusses":["processing","of tomorrow"]}`
	s := comesBack[elevenlabs.Subscription](t, `{`+fullPlan+`,"next_invoice":`+invoice+`,"open_invoices":[`+invoice+`],
		"has_open_invoices":true,"has_used_starter_coupon_on_account":false,"has_used_creator_coupon_on_account":true,
		"pending_change":{"kind":"change","next_tier":"pro","next_billing_period":"annual_period","timestamp_seconds":7},
		"of_tomorrow":{"a":1}}`)
	require.Equal(t, elevenlabs.UnlimitedExtension, s.MaxCreditLimitExtension)
	require.Equal(t, "pro", s.PendingChange.NextTier)
	require.JSONEq(t, `{"a":1}`, string(s.Extra["of_tomorrow"]))

	comesBack[elevenlabs.PendingChange](t, `{"kind":"cancellation","timestamp_seconds":7}`)
	u := comesBack[elevenlabs.User](t, `{"user_id":"u","subscription":{`+fullPlan+`},"is_new_user":true,"created_at":1,
		"can_use_delayed_payment_methods":true,"is_onboarding_completed":true,"is_onboarding_checklist_completed":true,
		"show_compliance_terms":false,"first_name":"Jo","is_api_key_hashed":false,"xi_api_key_preview":"...1234",
		"referral_link_code":"r","partnerstack_partner_default_link":"p","seat_type":"workspace_admin","workspace_id":"w","more":0}`)
	require.Equal(t, "growing_business", u.Subscription.Tier)
	require.Len(t, u.Extra, 1)
}

func TestSubscription_NullIsNothing(t *testing.T) {
	t.Parallel()
	var s elevenlabs.Subscription
	require.NoError(t, json.Unmarshal([]byte(`{"tier":"free","max_character_limit_extension":null,"max_credit_limit_extension":null,
		"next_character_count_reset_unix":null,"max_voice_add_edits":null,"currency":null,"billing_period":null,
		"next_invoice":null,"open_invoices":null,"pending_change":null}`), &s))
	require.Equal(t, elevenlabs.Subscription{Plan: elevenlabs.Plan{Tier: "free"}}, s)
}

func TestCreditExtension_IsANumberOrAWord(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]int64{`0`: 0, `10000`: 10000} {
		e := comesBack[elevenlabs.CreditExtension](t, sent)
		n, ok := e.Credits()
		require.True(t, ok)
		require.Equal(t, want, n)
	}
	for _, word := range []string{`"unlimited"`, `"of tomorrow"`, `1.5`} {
		e := comesBack[elevenlabs.CreditExtension](t, word)
		_, ok := e.Credits()
		require.False(t, ok, word)
	}
	var e elevenlabs.CreditExtension
	require.NoError(t, json.Unmarshal([]byte(`""`), &e))
	require.Empty(t, e)
	require.Error(t, json.Unmarshal([]byte(`[]`), &e))
}

func TestModel_ComesBackWhole(t *testing.T) {
	t.Parallel()
	m := comesBack[elevenlabs.Model](t, `{"model_id":"m","name":"M","can_be_finetuned":true,"can_do_text_to_speech":true,
		"can_do_voice_conversion":true,"can_use_style":true,"can_use_speaker_boost":true,"serves_pro_voices":true,
		"token_cost_factor":0.5,"description":"d","requires_alpha_access":true,"max_characters_request_free_user":1,
		"max_characters_request_subscribed_user":2,"maximum_text_length_per_request":3,"languages":[{"language_id":"en","name":"English"}],
		"model_rates":{"character_cost_multiplier":0.5,"cost_discount_multiplier":0},"concurrency_group":"g","can_sing":false}`)
	require.Equal(t, "false", string(m.Extra["can_sing"]))
}

func TestAccount_TellsWhatTheEmulatorKnows(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := elevenlabstest.NewServer(t, elevenlabstest.WithTier(elevenlabs.TierPro), elevenlabstest.WithCredits(1000))
		c := srv.Client()
		_, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)

		models, err := c.Models(t.Context())
		require.NoError(t, err)
		require.Equal(t, "eleven_v4", models[0].ID)
		require.Equal(t, "standard_eleven_v4", models[0].ConcurrencyGroup)
		require.Equal(t, 1.0, *models[0].Rates.CostDiscountMultiplier)
		require.Empty(t, models[0].Extra)

		s, err := c.Subscription(t.Context())
		require.NoError(t, err)
		require.Equal(t, "pro", s.Tier)
		require.Equal(t, 5, s.CharacterCount)
		require.Equal(t, 1000, s.CharacterLimit)
		require.Equal(t, 9900, s.NextInvoice.AmountDueCents)
		require.Equal(t, time.Date(2000, 2, 1, 0, 0, 0, 0, time.UTC).Unix(), *s.NextResetUnix)
		require.Empty(t, s.Extra)

		u, err := c.User(t.Context())
		require.NoError(t, err)
		require.Equal(t, s.Plan, u.Subscription)
		require.Empty(t, u.Extra)
		for _, r := range srv.Requests()[1:] {
			require.Empty(t, r.Family, r.Path)
		}
	})
}

func TestAccount_NamesTheCallInErrors(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	srv.Inject(elevenlabstest.Status(401, `{"detail":{"status":"missing_permissions","message":"no user_read"}}`).On("/v1/user"))
	_, err := srv.Client().Subscription(t.Context())
	require.ErrorIs(t, err, elevenlabs.ErrMissingPermission)
	require.ErrorContains(t, err, "elevenlabs: Subscription: 401 missing_permissions: no user_read")

	c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
		return answered(200, "application/json", `{"model_id":1}`), nil
	}))
	_, err = c.Models(t.Context())
	require.ErrorIs(t, err, elevenlabs.ErrMalformed)
	require.ErrorContains(t, err, "elevenlabs: Models: ")
}

func TestNewToken_OpensOneTranscriptionWithin15Minutes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		audio, err := c.TTS(t.Context(), "Hello")
		require.NoError(t, err)
		token, err := c.NewToken(t.Context(), elevenlabs.TokenSTT)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(token, "sutkn_"))

		transcribe := func(token string) error {
			_, err := c.Transcribe(t.Context(), elevenlabs.STTRequest{Audio: elevenlabs.AudioBytes(audio, "audio/mpeg"), Token: token})
			return err
		}
		require.NoError(t, transcribe(token))
		require.ErrorIs(t, transcribe(token), elevenlabs.ErrUnauthorized, "it is used up")

		for wait, want := range map[time.Duration]error{15*time.Minute - time.Second: nil, 15 * time.Minute: elevenlabs.ErrUnauthorized} {
			token, err := c.NewToken(t.Context(), elevenlabs.TokenSTT)
			require.NoError(t, err)
			time.Sleep(wait)
			require.ErrorIs(t, transcribe(token), want)
		}
		token, err = c.NewToken(t.Context(), elevenlabs.TokenTTS)
		require.NoError(t, err)
		require.ErrorIs(t, transcribe(token), elevenlabs.ErrUnauthorized, "it is for something else")
		for _, r := range srv.Requests() {
			require.NotContains(t, fmt.Sprintf("%+v", r), "sutkn_")
		}
	})
}

func TestNewToken_IsNowhere(t *testing.T) {
	t.Parallel()
	const token = "sutkn_0123456789"
	for _, body := range []string{
		`{"token":"` + token + `\n"}`, `{"token":{"` + token + `":1}}`, `{"tokens":"` + token + `"}`, `{"token":"` + token, `"` + token + `"`,
	} {
		var log strings.Builder
		c := clientOn(t, drained(func(*http.Request, []byte) (*http.Response, error) {
			return answered(200, "application/json", body), nil
		}), elevenlabs.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		got, err := c.NewToken(t.Context(), elevenlabs.TokenRealtimeSTT)
		require.Empty(t, got)
		require.ErrorIs(t, err, elevenlabs.ErrMalformed, body)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), token)
		require.NotContains(t, log.String(), token)
	}
}

func TestNewToken_IsAskedForAgain(t *testing.T) {
	t.Parallel()
	srv := atOnce(t)
	srv.Inject(elevenlabstest.CutAfter(3))
	token, err := srv.Client(elevenlabs.WithBackOff(elevenlabs.LinearBackOff(1))).NewToken(t.Context(), elevenlabs.TokenTTS)
	require.NoError(t, err)
	require.NotEmpty(t, token)
	require.Equal(t, "/v1/single-use-token/tts_websocket", srv.Requests()[1].Path)
}

func TestUsage_IsWhatWasBilled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		srv := atOnce(t)
		c := srv.Client()
		start := time.Now() // midnight
		for _, model := range []string{"eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_multilingual_v2"} {
			_, err := c.Synthesize(t.Context(), elevenlabs.TTSRequest{Text: "Good day", ModelID: model})
			require.NoError(t, err)
			time.Sleep(24 * time.Hour)
		}
		query := elevenlabs.UsageQuery{Start: start, End: start.Add(71 * time.Hour)}
		usage, err := c.Usage(t.Context(), query)
		require.NoError(t, err)
		day := func(n int) int64 { return start.Add(time.Duration(n) * 24 * time.Hour).UnixMilli() }
		require.Equal(t, []int64{day(0), day(1), day(2)}, usage.TimeUnixMilli)
		require.Equal(t, map[string][]float64{"All": {8, 4, 8}}, usage.Usage)

		query.BreakdownType, query.AggregationInterval, query.Metric = "model", "cumulative", "tts_characters"
		usage, err = c.Usage(t.Context(), query)
		require.NoError(t, err)
		require.Equal(t, map[string][]float64{"eleven_multilingual_v2": {16}, "eleven_flash_v2_5": {8}}, usage.Usage)

		query = elevenlabs.UsageQuery{Start: start, End: start.Add(time.Hour), AggregationBucketSize: 30 * time.Minute, Metric: "request_count"}
		usage, err = c.Usage(t.Context(), query)
		require.NoError(t, err)
		require.Equal(t, map[string][]float64{"All": {1, 0, 0}}, usage.Usage)
	})
}

func TestUsage_SendsMilliseconds(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_700_000_000, 123_000_000)
	got := capture(t, answered(200, "application/json", `{"time":[],"usage":{}}`), func(c *elevenlabs.Client) error {
		_, err := c.Usage(t.Context(), elevenlabs.UsageQuery{
			Start: at, End: at.Add(time.Hour), IncludeWorkspaceMetrics: true, BreakdownType: "voice",
			AggregationInterval: "hour", AggregationBucketSize: time.Minute, Metric: "credits",
		})
		return err
	})
	require.Equal(t, "aggregation_bucket_size=60&aggregation_interval=hour&breakdown_type=voice&end_unix=1700003600123"+
		"&include_workspace_metrics=true&metric=credits&start_unix=1700000000123", got.URL.RawQuery)
	got = capture(t, answered(200, "application/json", `{"time":[],"usage":{}}`), func(c *elevenlabs.Client) error {
		_, err := c.Usage(t.Context(), elevenlabs.UsageQuery{Start: time.Unix(0, 0), End: at})
		return err
	})
	require.Equal(t, "end_unix=1700000000123&start_unix=0", got.URL.RawQuery, "since ever")
	comesBack[elevenlabs.Usage](t, `{"time":[1738252091000],"usage":{"All":[0,1.5]},"more":[]}`)
}

func TestAccount_BadInput(t *testing.T) {
	t.Parallel()
	c, ctx := silent(t), t.Context()
	_, err := c.NewToken(ctx, "")
	refused(t, "TokenType", err)
	_, err = c.NewToken(ctx, "../user")
	refused(t, "TokenType", err)

	now := time.Now()
	for field, query := range map[string]elevenlabs.UsageQuery{
		"Start": {End: now}, "End": {Start: now}, "AggregationBucketSize": {Start: now, End: now, AggregationBucketSize: time.Millisecond},
	} {
		_, err := c.Usage(ctx, query)
		refused(t, "UsageQuery."+field, err)
	}
	_, err = c.Usage(ctx, elevenlabs.UsageQuery{Start: now, End: now.Add(-1)})
	refused(t, "UsageQuery.End", err)
	var none *elevenlabs.Client
	_, err = none.Models(ctx)
	refused(t, "Client", err)
}

func FuzzAccount(f *testing.F) {
	f.Add([]byte(`{` + fullPlan + `}`))
	f.Add([]byte(`{"max_credit_limit_extension":1e400,"pending_change":{"kind":"x"},"time":[1],"usage":{"a":[1]}}`))
	f.Add([]byte(`{"subscription":{"tier":null},"history_item_id":"x","settings":{"a":1},"dialogue":[{}]}`))
	f.Add([]byte(`{"id":"d","rules":[{"type":"alias","string_to_replace":"a","alias":"b"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range []any{
			new(elevenlabs.Subscription), new(elevenlabs.User), new(elevenlabs.Model), new(elevenlabs.Usage),
			new(elevenlabs.HistoryItem), new(elevenlabs.Dictionary), new(elevenlabs.CreatedDictionary),
		} {
			if json.Unmarshal(data, v) != nil {
				continue
			}
			if _, err := json.Marshal(v); err != nil {
				t.Fatalf("%T: %v", v, err)
			}
		}
	})
}
