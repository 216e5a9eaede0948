package playbooks

import (
	"slices"
	"strings"
	"testing"

	"syncfix/diagnose"
)

const headline = "Sync didn't finish successfully! Your login credentials are invalid/expired"

// seen is what a message in a support channel should be taken for.
type seen struct {
	text             string
	outcome          diagnose.Outcome
	recovered        bool
	account, company string
}

func netsuiteMessages() map[string]seen {
	const sure, likely, no = diagnose.Sure, diagnose.Likely, diagnose.No
	return map[string]seen{
		"mail, forwarded":               {"Fwd: [Cashflow360] Sync failure\n\nFrom: noreply@hq.bill.com\nSubject: Oracle NetSuite Sync Error\n\n> Hello,\n> Oracle NetSuite Sync Error: Sync didn&#39;t finish\n> successfully! Your login credentials are invalid/expired.\n> Company: Blue Heron Ltd.\n", sure, false, "", "Blue Heron Ltd."},
		"alert tool's fields":           {"*FIRING* P2\n*Check*\nNetSuite sync\n*Account*\nAcme GmbH (1234567)\n*Message*\n" + headline, sure, false, "1234567", "Acme GmbH"},
		"JSON in a code fence":          {"```{\"system\": \"Oracle NetSuite\", \"account_id\": \"2345678_SB2\", \"company\": \"Initech\", \"error\": \"" + headline + "\"}```", sure, false, "2345678_SB2", "Initech"},
		"logfmt":                        {"level=error system=netsuite account=7654321 company=\"Vandelay Industries\" msg=\"Sync did not finish successfully: your login credentials are invalid or expired\"", sure, false, "7654321", "Vandelay Industries"},
		"one line with pipes":           {"NetSuite Sync Error | Account: 3456789 | Company: Stark & Sons | " + headline + " | Incident: 99881234", sure, false, "3456789", "Stark & Sons"},
		"a person pastes it":            {"hi team, customer Hooli got this from NetSuite this morning: “Sync didn’t finish successfully! Your login credentials are invalid/expired” can somebody help?", sure, false, "", "Hooli"},
		"prose with an account":         {"NetSuite sync for account 1234567 is down again, it says sync didn't finish successfully, your login credentials are invalid/expired", sure, false, "1234567", ""},
		"brackets":                      {"[Acme Corp / 1234567] Oracle NetSuite Sync Error: " + headline, sure, false, "1234567", "Acme Corp"},
		"name and id":                   {"Oracle NetSuite Sync Error for Umbrella Corp (4455667): " + headline, sure, false, "4455667", "Umbrella Corp"},
		"a link instead of the title":   {"<https://cashflow360.example/sync/1|Oracle NetSuite Sync Error>: *" + headline + "*", sure, false, "", ""},
		"typing errors":                 {"Netsuite sync eror: Sync didnt finish sucessfuly, your login credentals are invalid/expired", sure, false, "", ""}, //nolint:misspell // typing errors are the point
		"words in between":              {"NetSuite: Sync didn't finish successfully (code 17)! Sorry - your saved login credentials are most likely invalid/expired", sure, false, "", ""},
		"cut off":                       {"Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials a…", likely, false, "", ""},
		"all capitals":                  {"ORACLE NETSUITE SYNC ERROR: SYNC DIDN'T FINISH SUCCESSFULLY! YOUR LOGIN CREDENTIALS ARE INVALID/EXPIRED", sure, false, "", ""},
		"no system named":               {headline, likely, false, "", ""},
		"invoice and incident numbers":  {"NetSuite sync failed (incident 5551234, invoice 1029384): " + headline, sure, false, "", ""},
		"a bank account":                {"Oracle NetSuite Sync Error: " + headline + "\nBank account: 12345678", sure, false, "", ""},
		"NS0109":                        {"NS0109: Failed to login to NetSuite. Please verify your admin credentials.", sure, false, "", ""},
		"password expired":              {"Cashflow360 <-> NetSuite: Password has expired. Please change your Netsuite password before continuing.", sure, false, "", ""},
		"two factor":                    {"NetSuite login says TWO_FA_AUTH_REQD for account TSTDRV1234567", sure, false, "TSTDRV1234567", ""},
		"null":                          {"NetSuite sync: Error logging in : null.", sure, false, "", ""},
		"undetermined code":             {"NetSuite sync stopped with INVALID_LOGIN_ATTEMPT", likely, false, "", ""},
		"fails again after a fix":       {"It was fixed yesterday but now again for Acme: Oracle NetSuite Sync Error: " + headline, sure, false, "", ""},
		"not resolved":                  {"NetSuite ticket not resolved: " + headline, sure, false, "", ""},
		"synced yesterday, fails today": {"NetSuite sync completed successfully yesterday but now: " + headline, sure, false, "", ""},
		"somebody asks what it means":   {"What does the NetSuite error “" + headline + "” mean?", likely, false, "", ""},
		"mention and emoji":             {"<!here> :rotating_light: NetSuite :rotating_light: " + headline + " 😱", sure, false, "", ""},

		"resolved, in brackets":             {"[RESOLVED] Oracle NetSuite Sync Error: " + headline, no, true, "", ""},
		"resolved, as a field":              {"Alert: NetSuite sync\nStatus: Resolved\nWas: " + headline + "\nAccount: Acme (1234567)", no, true, "1234567", "Acme"},
		"resolved, with a tick":             {"✅ Oracle NetSuite Sync Error: " + headline, no, true, "", ""},
		"recovered":                         {"Recovered: NetSuite sync of account 1234567 (" + headline + ")", no, true, "1234567", ""},
		"a success":                         {"Oracle NetSuite sync for Acme GmbH (1234567) completed successfully", no, true, "1234567", "Acme GmbH"},
		"a success that quotes the error":   {"NetSuite sync completed successfully. Previous error: " + headline, no, true, "", ""},
		"not a success":                     {"NetSuite sync not completed successfully", no, false, "", ""},
		"somebody says it is over":          {"NetSuite: “" + headline + "” is fixed now, thanks all", no, false, "", ""},
		"somebody explains":                 {"If you get “" + headline + "” from NetSuite, ask for the Administrator first", no, false, "", ""},
		"how it works":                      {"How does the NetSuite sync work? Does it need login credentials of an admin?", no, false, "", ""},
		"headline of another product":       {"AWS S3 sync didn't finish successfully", no, false, "", ""},
		"headline alone":                    {"NetSuite: sync didn't finish successfully", no, false, "", ""},
		"another error behind the headline": {"Oracle NetSuite Sync Error: Sync didn't finish successfully! Your subscription has ended", no, false, "", ""},
		"QuickBooks says the same":          {"QuickBooks Online Sync Error: " + headline, no, false, "", ""},
		"Salesforce":                        {"INVALID_LOGIN: Invalid username, password, security token; or user locked out. (Salesforce to NetSuite export)", no, false, "", ""},
		"Firebase":                          {"auth error: INVALID_LOGIN_CREDENTIALS", no, false, "", ""},
		"rate limit":                        {"NetSuite sync: SuiteTalk concurrent request limit exceeded. Request blocked.", no, false, "", ""},
		"a record's error":                  {"Oracle NetSuite Sync Error: RCRD_HAS_BEEN_CHANGED Record has been changed", no, false, "", ""},
		"token connection":                  {"NetSuite sync: consumer_key_refused", no, false, "", ""},
		"an address spells it out":          {"fyi https://cashflow360.bill.com/hc/en-us/articles/360002025532-Oracle-NetSuite-Sync-Error-Sync-didn-t-finish-successfully-Your-login-credentials-are-invalid-expired", no, false, "", ""},
		"small talk":                        {"Lunch? The login credentials for the coffee machine have expired.", no, false, "", ""},
		"nothing is wrong any more":         {"NetSuite sync did finish successfully, your login credentials are no longer invalid/expired", no, false, "", ""},
		"watch it until it is over":         {"Please watch NetSuite until back to normal: " + headline, sure, false, "", ""},
		"nothing":                           {"", no, false, "", ""},
	}
}

func TestNetSuiteMessages(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	r := l.Recognizer()
	for name, m := range netsuiteMessages() {
		t.Run(name, func(t *testing.T) {
			got := r.Recognize(m.text)
			if got.Outcome != m.outcome || got.Recovered != m.recovered {
				t.Errorf("%s, recovered %t; want %s, %t\n%q", got.Outcome, got.Recovered, m.outcome, m.recovered, got.Reasons)
			}
			if got.Account != m.account || got.Company != m.company {
				t.Errorf("account %q, company %q; want %q, %q", got.Account, got.Company, m.account, m.company)
			}
			if taken := m.outcome != diagnose.No || m.recovered; taken != (got.Playbook == "oracle-netsuite-login" || slices.Contains(got.Others, "oracle-netsuite-login")) {
				t.Errorf("playbook %q", got.Playbook)
			}
			if len(got.Reasons) == 0 {
				t.Error("no reasons")
			}
		})
	}
}

func TestWordsOfTheAlertSpeak(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := l.Get("oracle-netsuite-login")
	for text, cause := range map[string]string{
		"NetSuite sync: INVALID_LOGIN_CREDENTIALS":                                                           "credentials",
		"NetSuite: You have entered an invalid email address or password. Please try again. (NetSuite sync)": "credentials",
		"NetSuite: Password has expired. Please change your Netsuite password before continuing.":            "credentials",
		"NetSuite: TWO_FA_REQD":                              "two_factor",
		"NetSuite: Error logging in : null.":                 "two_factor",
		"NetSuite sync: Invalid subsidiary reference key 12": "subsidiary",
	} {
		got := l.Recognizer().Recognize(text)
		if top := diagnose.Rank(p, got.Signals)[0].Cause; got.Outcome == diagnose.No || top != cause {
			t.Errorf("%q: %s, most likely %s, want %s\n%q", text, got.Outcome, top, cause, got.Reasons)
		}
	}
}

// Every sample of every playbook goes to its own playbook and no other's, and
// nothing that a playbook disowns is taken for it.
func TestLibraryTellsItsSamplesApart(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	r := l.Recognizer()
	for _, p := range l.All() {
		t.Run(p.ID, func(t *testing.T) {
			for _, sample := range p.Alerts.Match {
				got := r.Recognize(sample)
				if got.Outcome == diagnose.No || got.Playbook != p.ID || len(got.Others) > 0 {
					t.Errorf("%q: %s %s, others %q\n%q", sample, got.Outcome, got.Playbook, got.Others, got.Reasons)
				}
			}
			for _, sample := range p.Alerts.NoMatch {
				if got := r.Recognize(sample); got.Outcome != diagnose.No && got.Playbook == p.ID {
					t.Errorf("%q is none of it: %s\n%q", sample, got.Outcome, got.Reasons)
				}
			}
		})
	}
}

// Under another system's name the same words are nobody's, or that system's.
func TestLibraryKeepsToItsSystems(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	r := l.Recognizer()
	systems := []string{"Oracle NetSuite", "QuickBooks Online", "QuickBooks Desktop", "Xero", "Sage Intacct", "Microsoft Dynamics GP", "FreshBooks"}
	for _, p := range l.All() {
		for _, ph := range p.Alerts.Phrases {
			if ph.Text == "" || named(ph.Text) {
				continue
			}
			for _, system := range systems {
				got := r.Recognize(system + " Sync Error: " + ph.Text)
				other, _ := l.Get(got.Playbook)
				if got.Outcome != diagnose.No && other.System != system {
					t.Errorf("%q under %s is taken for %s\n%q", ph.Text, system, got.Playbook, got.Reasons)
				}
			}
		}
	}
}

// named says whether the words name a system themselves.
func named(text string) bool {
	text = diagnose.Normalize(text)
	return slices.ContainsFunc([]string{"netsuite", "quickbooks", "qbo", "xero", "intacct", "gp", "dynamics"}, func(name string) bool {
		return strings.Contains(" "+text+" ", " "+name+" ")
	})
}

func BenchmarkRecognizeLibrary(b *testing.B) {
	l, err := Load("")
	if err != nil {
		b.Fatal(err)
	}
	r := l.Recognizer()
	for name, text := range map[string]string{
		"short":             "*Cashflow360 sync failed*\n*System*: QuickBooks Online\n*Account*: Birch & Sons LLC (4411223)\n*Error*: Deposited transaction can’t be changed.",
		"40,000 characters": strings.Repeat("2026-11-23T10:20:30Z level=info msg=\"the sync of vendor bills and payments goes on as usual\" host=web-17\n", 380),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r.Recognize(text)
			}
		})
	}
}

// A card's field for the system says as much as the word "sync".
func TestReasonNullOnACard(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]diagnose.Outcome{
		"Alert\nSystem: Oracle NetSuite\nCustomer: Acme\nError: Reason: Null": diagnose.Likely,
		"System: Oracle NetSuite | Error: Reason: Null":                       diagnose.Likely,
		"Oracle NetSuite: Reason: Null":                                       diagnose.No,
	} {
		if got := l.Recognizer().Recognize(text); got.Outcome != want {
			t.Errorf("%q is %s, want %s: %q", text, got.Outcome, want, got.Reasons)
		}
	}
}
