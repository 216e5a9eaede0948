package diagnose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncfix/diagnose"
)

func recognizer(t testing.TB, playbooks ...diagnose.Playbook) diagnose.Recognizer {
	t.Helper()
	r, err := diagnose.NewRecognizer(playbooks)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecognize(t *testing.T) {
	toaster := diagnose.Playbook{ID: "toaster", Alerts: diagnose.Alerts{
		Phrases: []diagnose.Phrase{
			{Text: "stays cold after a minute", Sure: true},
			{Pattern: `toast (is )?(black|burnt)`, Sure: true, Speaks: speaks("x", diagnose.For)},
			{Text: "bread stuck", Sure: false, Needs: []string{"toaster"}},
		},
		Not:      []string{"toaster oven"},
		Recovery: []string{"toast is golden"},
	}}
	r := recognizer(t, kettle(), toaster)
	for name, tc := range map[string]struct {
		text string
		want diagnose.Recognition // Reasons are looked at elsewhere
	}{
		"a sure phrase": {"Help: the kettle stays cold after a minute!", diagnose.Recognition{
			Outcome: diagnose.Sure, Playbook: "kettle", Confidence: 0.98, Words: []string{"the kettle stays cold after a minute"},
		}},
		"what stands within longer words goes to the longer": {"THE KETTLE STAYS COLD AFTER A MINUTE", diagnose.Recognition{
			Outcome: diagnose.Sure, Playbook: "kettle", Confidence: 0.98, Words: []string{"the kettle stays cold after a minute"},
		}},
		"the shorter alone": {"It stays cold after a minute", diagnose.Recognition{
			Outcome: diagnose.Sure, Playbook: "toaster", Confidence: 0.98, Words: []string{"stays cold after a minute"},
		}},
		"a pattern": {"my toast is black", diagnose.Recognition{
			Outcome: diagnose.Sure, Playbook: "toaster", Confidence: 0.98, Words: []string{`toast (is )?(black|burnt)`},
			Signals: []diagnose.Evidence{{Kind: diagnose.KindSignal, Words: `toast (is )?(black|burnt)`}},
		}},
		"needs": {"kettle: fuse blown", diagnose.Recognition{
			Outcome: diagnose.Likely, Playbook: "kettle", Confidence: 0.6, Words: []string{"fuse blown"},
			Signals: []diagnose.Evidence{{Kind: diagnose.KindSignal, Words: "fuse blown"}},
		}},
		"without what it needs": {"fuse blown", diagnose.Recognition{Outcome: diagnose.No}},
		"what it is not":        {"toaster oven: toast is black", diagnose.Recognition{Outcome: diagnose.No}},
		"two at once": {"The kettle stays cold after a minute and my toast is burnt", diagnose.Recognition{
			Outcome: diagnose.Sure, Playbook: "kettle", Others: []string{"toaster"}, Confidence: 0.98,
			Words: []string{"the kettle stays cold after a minute"},
		}},
		"a success notice": {"the kettle boils", diagnose.Recognition{
			Outcome: diagnose.No, Playbook: "kettle", Recovered: true, Confidence: 0.99,
		}},
		"a success notice with words in between": {"the big kettle now boils", diagnose.Recognition{Outcome: diagnose.No}}, // three words: word for word
		"a success denied":                       {"until the kettle boils", diagnose.Recognition{Outcome: diagnose.No}},
		"nothing":                                {"", diagnose.Recognition{Outcome: diagnose.No}},
		"punctuation":                            {"?!…", diagnose.Recognition{Outcome: diagnose.No}},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.Recognize(tc.text)
			if len(got.Reasons) == 0 {
				t.Error("no reasons")
			}
			got.Reasons = nil
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecognizeReasons(t *testing.T) {
	r := recognizer(t, kettle())
	for text, want := range map[string]string{
		"the kettle stays cold after a minute": "“the kettle stays cold after a minute” stands in it.",
		"fuse blown":                           "“fuse blown” stands in it, but nothing says kettle.",
		"hello":                                "None of the playbooks' words stand in it.",
		"":                                     "There are no words in it.",
		"the kettle boils":                     "“the kettle boils” says that the sync works.",
		"[Resolved] the kettle stays cold after a minute":        "“resolved” says that it is over.",
		"the kettle stays cold after a minute, is fixed now":     "“is fixed”: somebody says that it is over.",
		"if you see: the kettle stays cold after a minute":       "“if you see”: somebody talks about the error in general.",
		"what does the kettle stays cold after a minute mean":    "“what does” leaves it open whether it fails now.",
		"last week the kettle stays cold after a minute, really": "“last week” leaves it open whether it fails now.",
	} {
		if got := strings.Join(r.Recognize(text).Reasons, " "); !strings.HasSuffix(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestRecognizerWithoutPlaybooks(t *testing.T) {
	if got := (diagnose.Recognizer{}).Recognize("anything"); got.Outcome != diagnose.No || len(got.Reasons) == 0 {
		t.Errorf("%+v", got)
	}
	if got := recognizer(t).Recognize("anything"); got.Outcome != diagnose.No {
		t.Errorf("%+v", got)
	}
}

func TestNewRecognizerListsEveryBadPattern(t *testing.T) {
	_, err := diagnose.NewRecognizer([]diagnose.Playbook{
		{ID: "one", Alerts: diagnose.Alerts{Phrases: []diagnose.Phrase{{Pattern: "("}, {Pattern: "[z-a]"}}}},
		{ID: "two", Alerts: diagnose.Alerts{Extract: []diagnose.Extract{{Field: diagnose.FieldAccount, Pattern: `\d+`}, {Field: diagnose.FieldCompany, Pattern: "*"}}}},
	})
	const want = "playbook one: pattern \"(\": error parsing regexp: missing closing ): `(`\n" +
		"playbook one: pattern \"[z-a]\": error parsing regexp: invalid character class range: `z-a`\n" +
		"playbook two: extract account: pattern \"\\\\d+\" has no group ( ) to take\n" +
		"playbook two: extract company: pattern \"*\": error parsing regexp: missing argument to repetition operator: `*`"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestExtract(t *testing.T) {
	own := kettle()
	own.Alerts.Extract = []diagnose.Extract{{Field: diagnose.FieldSubject, Pattern: `Kessel-Nr\. (\S+)`}}
	r := recognizer(t, own)
	for text, want := range map[string][2]string{ // account, company
		"Account: Acme (1234567)":                                    {"1234567", "Acme"},
		"all in one line, invalid/expired Account: Sierra (8900001)": {"8900001", "Sierra"},
		"Account: 1234567 (Acme Inc.)":                               {"1234567", "Acme Inc"},
		"Account: Acme, Inc. (1234567)":                              {"1234567", "Acme, Inc."},
		"Account ID: 2345678_SB2":                                    {"2345678_SB2", ""},
		"Account ID: 2345678-sb2":                                    {"2345678-SB2", ""},
		"*Account:* 1234567":                                         {"1234567", ""},
		"*Account*\nAcme GmbH (1234567)":                             {"1234567", "Acme GmbH"},
		"*Company*\nAcme GmbH\n*Account ID*\n1234567":                {"1234567", "Acme GmbH"},
		"Customer: Blue Heron Ltd. Account: 7654321":                 {"7654321", "Blue Heron Ltd"},
		"Customer: Blue Heron, Account: 7654321, Incident: 99887766": {"7654321", "Blue Heron"},
		"company=\"Stark & Sons\" account=3456789 host=a":            {"3456789", "Stark & Sons"},
		"{\"account_id\":\"1234567\",\"company_name\":\"Initech\"}":  {"1234567", "Initech"},
		"for account 1234567, please":                                {"1234567", ""},
		"for account #1234567":                                       {"1234567", ""},
		"account no. 1234567":                                        {"1234567", ""},
		"in account Acme (TSTDRV1234567)":                            {"TSTDRV1234567", "Acme"},
		"for Umbrella Corp of Ohio (4455667)":                        {"4455667", "Umbrella Corp of Ohio"},
		"[Acme Corp / 1234567]":                                      {"1234567", "Acme Corp"},
		"[Acme Corp - 1234567_SB1]":                                  {"1234567_SB1", "Acme Corp"},
		"(account 1234567) Acme":                                     {"1234567", ""},
		"Acme Corp (account 1234567)":                                {"1234567", "Acme Corp"},
		"for customer Hooli XYZ, urgent":                             {"", "Hooli XYZ"},
		"sandbox 2345678_SB2 is down":                                {"2345678_SB2", ""},
		"incident 5551234":                                           {"", ""},
		"Incident: 5551234":                                          {"", ""},
		"Invoice (1029384)":                                          {"", ""},
		"Vendor Bill (1029384)":                                      {"", ""},
		"Payment 7654321 of invoice #1029384":                        {"", ""},
		"Bank account: 12345678":                                     {"", ""},
		"bank account 12345678":                                      {"", ""},
		"Account: joe@example.com":                                   {"", ""},
		"Account: n/a\nCompany: unknown":                             {"", ""},
		"Incident (5551234)":                                         {"", ""},
		"Ticket [1234567]":                                           {"", ""},
		"at 2026-11-23 10:20:30 (123456 ms)":                         {"", ""},
		"Company: " + strings.Repeat("x", 300):                       {"", ""},
	} {
		t.Run(text[:min(len(text), 50)], func(t *testing.T) {
			for _, message := range []string{text + "\nThe kettle stays cold after a minute", "The kettle stays cold after a minute\n" + text} {
				got := r.Recognize(message)
				if got.Account != want[0] || got.Company != want[1] {
					t.Errorf("%q: account %q, company %q; want %q, %q", message, got.Account, got.Company, want[0], want[1])
				}
			}
		})
	}
	if got := r.Recognize("The kettle stays cold after a minute. Kessel-Nr. K-7 klemmt").Subject; got != "K-7" {
		t.Errorf("subject %q by the playbook's own pattern", got)
	}
}

func TestRecognizeForgivesOneWrongLetterAWord(t *testing.T) {
	r := recognizer(t, kettle())
	for _, text := range []string{
		"the ketle stays cold after a minute", "the kettle stasy cold after a minute",
		"the kettlee stays cold after a mimute", "the kettle staysx cold aftr a minute",
	} {
		if got := r.Recognize(text); got.Outcome != diagnose.Sure {
			t.Errorf("%q: %s %q", text, got.Outcome, got.Reasons)
		}
	}
	for _, text := range []string{"the kettle plays gold after a minaret", "the nettle stalls cool before an hour"} {
		if got := r.Recognize(text); got.Outcome != diagnose.No {
			t.Errorf("%q: %s %q", text, got.Outcome, got.Reasons)
		}
	}
}

// Whatever stands around an alert that says nothing about it, it is recognised;
// whatever the text, the answer is whole.
func TestRecognizeProperties(t *testing.T) {
	r := recognizer(t, kettle())
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[b-df-hj-np-tv-z]{7,12}`)
		noise := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, "words"), rapid.SampledFrom([]string{" ", "\n", ", "}).Draw(t, "between"))
		})
		text := noise.Draw(t, "before") + "\n" + rapid.SampledFrom([]string{
			"The kettle stays cold after a minute", "*The kettle* stays cold — after a minute!", "&gt; the kettle stays\n&gt; cold after a minute",
		}).Draw(t, "alert") + "\n" + noise.Draw(t, "after")
		got := r.Recognize(text)
		if got.Outcome != diagnose.Sure || got.Playbook != "kettle" {
			t.Fatalf("%q: %+v", text, got)
		}
		if diff := cmp.Diff(got, r.Recognize(text)); diff != "" {
			t.Fatalf("not the same again:\n%s", diff)
		}
	})
}

func whole(t *testing.T, got diagnose.Recognition) {
	t.Helper()
	switch got.Outcome {
	case diagnose.No:
		if got.Recovered != (got.Playbook != "") || len(got.Signals) > 0 {
			t.Errorf("no, but %+v", got)
		}
	case diagnose.Sure, diagnose.Likely:
		if got.Playbook == "" || got.Recovered || len(got.Words) == 0 {
			t.Errorf("taken, but %+v", got)
		}
	default:
		t.Errorf("outcome %q", got.Outcome)
	}
	if len(got.Reasons) == 0 || got.Confidence < 0 || got.Confidence > 1 {
		t.Errorf("%+v", got)
	}
}

func FuzzRecognize(f *testing.F) {
	r := recognizer(f, append(errorLibrary(), kettle())...)
	for _, seed := range []string{
		"the kettle stays cold after a minute", "<https://x|the kettle> boils", "Account: Acme (1234567)\nfuse blown kettle",
		"[RESOLVED] the kettle stays cold after a minute", "<!channel> \u202e &lt; ``` _a_ \xff", "ok\nclosed:", "n't can't (((([[[[ = : =", "for customer A & B (", "bill(s) can not ca nnot logincredentials …edentials are inv", "There is no due on the bill \"", "| Account | x |\n|--|\n| 1234567 | y |",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		whole(t, r.Recognize(text))
		norm := diagnose.Normalize(text)
		if again := diagnose.Normalize(norm); again != norm {
			t.Errorf("normalising twice: %q, then %q", norm, again)
		}
	})
}

// A playbook that the text denies leaves what stands in its words to others.
func TestADeniedPlaybookTakesNothingFromOthers(t *testing.T) {
	long := diagnose.Playbook{ID: "long", Alerts: diagnose.Alerts{
		Phrases: []diagnose.Phrase{{Text: "the lamp stays dark after the storm", Sure: true}}, Not: []string{"drill"},
	}}
	short := diagnose.Playbook{ID: "short", Alerts: diagnose.Alerts{Phrases: []diagnose.Phrase{{Text: "lamp stays dark", Sure: true}}}}
	r := recognizer(t, long, short)
	if got := r.Recognize("Error: the lamp stays dark after the storm"); got.Playbook != "long" {
		t.Errorf("%s, want the longer words' playbook", got.Playbook)
	}
	if got := r.Recognize("Error with the hammer drill: the lamp stays dark after the storm"); got.Playbook != "short" {
		t.Errorf("%q, want the playbook that nothing denies\n%q", got.Playbook, got.Reasons)
	}
}

// Words within longer ones of the same playbook still give their answer.
func TestShorterWordsKeepTheirAnswers(t *testing.T) {
	answer := func(question, answer string) []diagnose.Answered {
		return []diagnose.Answered{{Question: question, Answer: answer}}
	}
	r := recognizer(t, diagnose.Playbook{ID: "lamp", Alerts: diagnose.Alerts{Phrases: []diagnose.Phrase{
		{Text: "the lamp stays dark after the storm", Sure: true, Answers: answer("when", "storm")},
		{Text: "stays dark", Answers: answer("how", "dark")},
		{Text: "after the storm", Answers: answer("when", "later")},
	}}})
	got := r.Recognize("Error: the lamp stays dark after the storm").Signals
	want := []diagnose.Evidence{
		{Kind: diagnose.KindAnswer, Question: "when", Answer: "storm"},
		{Kind: diagnose.KindAnswer, Question: "how", Answer: "dark"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
