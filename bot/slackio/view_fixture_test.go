package slackio

import (
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func ana() bot.Actor { return bot.Actor{ID: "U0ANA", Name: "Ana Ruiz"} }
func leo() bot.Actor { return bot.Actor{ID: "U0LEO", Name: "Leo Brandt"} }

// book is a small playbook with everything that a card can show.
func book() diagnose.Playbook {
	return diagnose.Playbook{
		ID: "oracle-netsuite-login", Title: "Oracle NetSuite: login credentials invalid/expired", System: "Oracle NetSuite",
		Product: "Cashflow360", Hash: "h1",
		Sources: []diagnose.Source{{Title: "Sync errors in Oracle NetSuite", URL: "https://cashflow360.bill.com/hc/en-us/articles/360002025532"}},
		Causes: []diagnose.Cause{
			{ID: "credentials", Name: "Wrong or expired login"},
			{ID: "two_factor", Name: "Two-factor authentication is on"},
		},
		Questions: []diagnose.Question{{
			ID: "can-log-in", Text: "Can the sync user log in to NetSuite in a browser?", Where: "NetSuite's login page, with the saved password",
			Who: diagnose.WhoCustomer,
			Answers: []diagnose.Answer{
				{ID: "yes", Text: "Yes"}, {ID: "no", Text: "No"},
				{ID: "code", Text: "Yes, but NetSuite asks for a code from a phone"},
			},
		}},
		Fixes:      []diagnose.Fix{reconnect(), dropTwoFactor()},
		Verify:     diagnose.Verification{Wait: 2 * time.Hour, Text: "The next sync ends without an error in Settings > Sync."},
		Escalation: diagnose.Escalation{To: "Cashflow360 support", Attach: []string{"A screenshot of the failing row in the Login Audit Trail"}},
	}
}

func reconnect() diagnose.Fix {
	return diagnose.Fix{
		ID: "reconnect", Title: "Reconnect with the right login", Destructive: true,
		Needs: []string{"The Administrator's login", "The subsidiary ID, for OneWorld accounts"}, Warnings: []string{"A wrong password five times locks the login for 30 minutes."},
		Steps: []diagnose.Step{
			{ID: "s1", Text: "Check that the login works in NetSuite itself.", Where: "NetSuite", Basis: diagnose.Documented,
				Gate: diagnose.Gate{ID: "before", Kind: diagnose.GateBefore, Title: "Before you disconnect", Button: "I have it all", Confirm: "After this, the sync stays off until it's connected again."}},
			{ID: "s2", Text: "Choose Disconnect, then Yes.", Where: "Cashflow360", Path: "Settings > Sync: Setup", Destructive: true, Basis: diagnose.Documented,
				Gate: diagnose.Gate{ID: "disconnected", Kind: diagnose.GateDisconnect, Button: "I've disconnected", Confirm: "Is the sync disconnected now?"}},
			{ID: "s3", Text: "Choose Connect.", Where: "Cashflow360", Path: "Settings > Sync: Setup", Basis: diagnose.Documented},
			{ID: "s4", Text: "Reenter the login, then Save.", Note: "With the subsidiary ID, if there is one.", Basis: diagnose.Documented},
			{ID: "s5", Text: "Wait until the sync shows as started.", Basis: diagnose.Inferred,
				Gate: diagnose.Gate{ID: "saved", Kind: diagnose.GateReconnect, Title: "Saved?", Button: "Saved, the sync has started"}},
		},
	}
}

func dropTwoFactor() diagnose.Fix {
	return diagnose.Fix{
		ID: "drop-2fa", Title: "Set two-factor to “Not required”",
		Steps: []diagnose.Step{{ID: "t1", Text: "For the Administrator role choose Not required, then Submit.", Where: "NetSuite", Path: "Setup > Users/Roles > Two-Factor Authentication Roles", Basis: diagnose.Documented,
			Gate:   diagnose.Gate{ID: "risk", Kind: diagnose.GateRisk, Title: "This lowers security", Button: "Lower it"},
			Cannot: []diagnose.Cannot{{ID: "not-offered", Text: "“Not required” isn't there"}}}},
	}
}

func ranking() diagnose.Ranking {
	return diagnose.Ranking{
		{Cause: "credentials", Name: "Wrong or expired login", Likelihood: .7, Band: diagnose.MostLikely, Why: "The error says that the credentials are invalid."},
		{Cause: "two_factor", Name: "Two-factor authentication is on", Likelihood: .25, Band: diagnose.Possible, Why: "Often the reason."},
		{Cause: "other", Name: "Something else", Likelihood: .05, Band: diagnose.Unlikely},
		{Cause: "subsidiary", Name: "The subsidiary ID is missing", Band: diagnose.RuledOut, Why: "It isn't a OneWorld account."},
	}
}

// theCase is a case in triage, some minutes old, under an alert.
func theCase() bot.Case {
	return bot.Case{
		ID: "SF-12", Rev: 4, State: bot.Triage, Team: "T0", Playbook: "oracle-netsuite-login", Hash: "h1", System: "Oracle NetSuite",
		Account: "1234567", Company: "Acme", Anchor: bot.Place{Team: "T0", Channel: "C0SUPPORT", TS: "1795521600.000100"},
		Card:   bot.Place{Team: "T0", Channel: "C0SUPPORT", TS: "1795521601.000200", Thread: "1795521600.000100"},
		Opened: noon().Add(-20 * time.Minute), Changed: noon().Add(-5 * time.Minute), LastFailure: noon().Add(-2 * time.Minute),
		Owner: ana(), Text: "Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired",
		Offer:   bot.Offer{ID: "o1", Kind: bot.OfferQuestion, Question: "can-log-in", Reason: "This tells “Wrong or expired login” from “Two-factor authentication is on”."},
		Repeats: bot.Repeats{Count: 2, Last: noon().Add(-2 * time.Minute)},
	}
}

func scene(change func(*bot.Case)) bot.Scene {
	c := theCase()
	if change != nil {
		change(&c)
	}
	return bot.Scene{
		Now: noon(), Case: c, Playbook: book(), Ranking: ranking(), Systems: []string{"Oracle NetSuite", "Sage Intacct"},
		Titles: map[string]string{"oracle-netsuite-login": book().Title, "sage-login": "Sage Intacct: login failed"},
	}
}

// fixing puts the case into a fix, behind as many gates as are given.
func fixing(fix, next string, gates ...bot.GateRun) func(*bot.Case) {
	return func(c *bot.Case) {
		c.State = bot.Fixing
		c.Offer = bot.Offer{ID: "o2", Kind: bot.OfferGate, Fix: fix, Gate: next, Reason: "“Wrong or expired login” is most likely."}
		c.Tried = []bot.Try{{Fix: fix, Started: noon().Add(-10 * time.Minute), Cause: "credentials", Gates: gates}}
		c.Evidence = []diagnose.Evidence{{Kind: diagnose.KindAnswer, Question: "can-log-in", Answer: "no"}}
	}
}

func ready() bot.GateRun {
	return bot.GateRun{Gate: "before", Kind: diagnose.GateBefore, By: leo(), At: noon().Add(-9 * time.Minute)}
}

func disconnected() bot.GateRun {
	return bot.GateRun{Gate: "disconnected", Kind: diagnose.GateDisconnect, By: ana(), At: noon().Add(-8 * time.Minute)}
}

func reconnected() bot.GateRun {
	return bot.GateRun{Gate: "saved", Kind: diagnose.GateReconnect, By: ana(), At: noon().Add(-7 * time.Minute)}
}

func verifying(c *bot.Case) {
	fixing("reconnect", "", ready(), disconnected(), reconnected())(c)
	c.State = bot.Verifying
	c.Offer = bot.Offer{ID: "o5", Kind: bot.OfferVerify, Fix: "reconnect"}
	c.Timers = map[bot.Timer]time.Time{bot.TimerVerify: noon().Add(2 * time.Hour)}
}

func resolved(c *bot.Case) {
	verifying(c)
	c.State, c.Offer, c.Timers = bot.Resolved, bot.Offer{}, nil
	c.Tried[0].Result = bot.Worked
	c.Verified = bot.Verified{At: noon(), By: leo(), Note: "Last sync shows today's bills", Fix: "reconnect", Cause: "credentials"}
	c.Closed = noon()
}

func escalated(c *bot.Case) {
	fixing("drop-2fa", "risk")(c)
	c.State, c.Offer = bot.Escalated, bot.Offer{}
	c.Tried[0].Result, c.Tried[0].Ended = bot.Blocked, noon().Add(-time.Minute)
	c.Reason = "“Not required” can't be chosen for the Administrator role."
}

func events() []bot.Event {
	at := func(min int) time.Time { return noon().Add(time.Duration(min-20) * time.Minute) }
	return []bot.Event{
		{Kind: bot.EventOpened, At: at(0), By: bot.Actor{ID: "B0ALERT", Bot: true}},
		{Kind: bot.EventPosted, At: at(0)},
		{Kind: bot.EventAnswered, At: at(8), By: ana(), Offer: "o1", Choice: "no"},
		{Kind: bot.EventGate, At: at(11), By: leo(), Offer: "o2", Choice: "before"},
		{Kind: bot.EventAlert, At: at(18)},
		{Kind: bot.EventCannot, At: at(19), By: ana(), Choice: "not-offered"},
	}
}
