package slackio

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncfix/bot"
	"syncfix/bot/memstore"
	"syncfix/bot/sandbox"
	"syncfix/diagnose"
)

// books is a library of one playbook.
type books struct {
	list []diagnose.Playbook
	rec  diagnose.Recognizer
}

func newBooks(t *testing.T) books {
	t.Helper()
	list := []diagnose.Playbook{{
		Version: 1, ID: "ledger", Title: "Ledger", System: "Ledger", Scope: diagnose.ScopeConnection, Hash: "h",
		Alerts: diagnose.Alerts{
			Phrases:  []diagnose.Phrase{{Text: "ledger login refused", Sure: true}},
			Extract:  []diagnose.Extract{{Field: diagnose.FieldAccount, Pattern: `account (\d+)`}},
			Recovery: []string{"ledger sync succeeded"},
		},
	}}
	rec, err := diagnose.NewRecognizer(list)
	if err != nil {
		t.Fatal(err)
	}
	return books{list, rec}
}

func (b books) All() []diagnose.Playbook { return b.list }
func (b books) Get(id string) (diagnose.Playbook, bool) {
	return b.list[0], id == b.list[0].ID
}
func (b books) Recognizer() diagnose.Recognizer { return b.rec }
func (b books) Library() bot.Library            { return b }
func (b books) Problems() []string              { return nil }

// absence is a workspace in which nobody listens, and what reads its history.
type absence struct {
	*testing.T
	srv   *sandbox.Server
	store *memstore.Store
	self  Identity
	log   *logged
	heard *heard
	now   time.Time
	past  *Past
	*Catchup
	bot.RealClock
}

// Now implements bot.Clock.
func (a *absence) Now() time.Time { return a.now }

// newAbsence marks the support channel as read until an hour ago.
func newAbsence(t *testing.T, limits bool, change func(*CatchupConfig)) *absence {
	t.Helper()
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", NoRateLimits: !limits})
	if err != nil {
		t.Fatal(err)
	}
	a := &absence{T: t, srv: srv, store: memstore.New(), log: &logged{}, heard: newHeard(), now: time.Now()}
	client, err := New(Config{
		BotToken: srv.BotToken(), AppToken: srv.AppToken(), APIURL: srv.APIURL(), Log: slog.New(slog.NewTextHandler(a.log, nil)),
		Clock: a, Observer: a.heard,
	})
	a.must(err)
	a.self, err = client.Auth(t.Context())
	a.must(err)
	conf := CatchupConfig{Store: a.store, Playbooks: newBooks(t)}
	if change != nil {
		change(&conf)
	}
	a.past = NewPast(client, a.self, NewSender(client.API(), a.self, SenderConfig{Limits: Limits{Unlimited: !limits}}))
	a.Catchup = NewCatchup(a.past, conf)
	a.patience = 0 // nobody works the inbox
	a.mark("C0SUPPORT", a.now.Add(-time.Hour))
	t.Cleanup(func() {
		client.http.CloseIdleConnections()
		a.must(srv.Close())
		for _, v := range srv.Violations() {
			t.Errorf("Slack would have refused: %s", v)
		}
		if strings.Contains(a.log.String(), srv.BotToken()) {
			t.Errorf("the token is in the log: %s", a.log)
		}
	})
	return a
}

func (a *absence) must(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

func (a *absence) mark(channel string, at time.Time) {
	a.Helper()
	a.must(a.store.Update(a.Context(), func(tx bot.Tx) error { return tx.MarkTick(bot.HistoryJob(channel), at) }))
}

func (a *absence) marked(channel string) (at time.Time) {
	a.Helper()
	a.must(a.store.View(a.Context(), func(tx bot.Reader) (err error) {
		at, err = tx.LastTick(bot.HistoryJob(channel))
		return err
	}))
	return at
}

// read reads history once and gives what was filed, decoded, and takes it out of
// the inbox.
func (a *absence) read(whole bool) []bot.Inbound {
	a.Helper()
	a.now = time.Now()
	if got := a.sweep(a.Context()); got != whole {
		a.Errorf("all was read: %v, want %v; log:\n%s", got, whole, a.log)
	}
	kept, err := a.store.LeaseEnvelopes(a.Context(), bot.Lease{Holder: "one", Max: 9999, Now: a.now, Until: a.now.Add(time.Hour)})
	a.must(err)
	var out []bot.Inbound
	a.must(a.store.Update(a.Context(), func(tx bot.Tx) error {
		for _, e := range kept {
			in, err := Decoder{Self: a.self}.Decode(e)
			if err != nil {
				return err
			}
			if e.Over {
				in.Text = "over: " + in.Text
			}
			out = append(out, in)
			if err := tx.DoneEnvelope(e.Seq); err != nil {
				return err
			}
		}
		return nil
	}))
	return out
}

func texts(list []bot.Inbound) []string {
	var out []string
	for _, in := range list {
		out = append(out, in.Text)
	}
	return out
}

func (a *absence) same(what string, got, want []string) {
	a.Helper()
	if d := cmp.Diff(want, got); d != "" {
		a.Errorf("%s (-want +got):\n%s\nlog:\n%s", what, d, a.log)
	}
}

func (a *absence) say(text string) string {
	a.Helper()
	ts, err := a.srv.Say("U0ANA", "support", text)
	a.must(err)
	return ts
}

func (a *absence) post(text string) string {
	a.Helper()
	ts, err := a.srv.Post("support", "Monitor", json.RawMessage(fmt.Sprintf(`{"text":%q}`, text)))
	a.must(err)
	return ts
}

func TestHistoryIsReadOnceAndInOrder(t *testing.T) {
	a := newAbsence(t, false, nil)
	var want []string
	for i := range 2*historyPage + 50 {
		want = append(want, fmt.Sprint("message ", i))
		a.say(want[i])
	}
	gone := a.say("gone")
	a.must(a.srv.Delete("support", gone))
	begin := time.Now()
	a.same("read", texts(a.read(true)), want)
	if a.Failed() || time.Since(begin) > soon {
		t.Fatalf("after %s", time.Since(begin))
	}
	a.same("read again", texts(a.read(true)), nil)
	if m := a.marked("C0SUPPORT"); !m.Equal(a.begun().Add(-overlap)) {
		t.Errorf("the mark is at %s, now is %s", m, a.now)
	}
	a.say("later")
	a.same("what is new", texts(a.read(true)), []string{"later"})
}

// begun is when the last reading began.
func (a *absence) begun() time.Time { return a.now.UTC() }

func TestEditedWhileAway(t *testing.T) {
	a := newAbsence(t, false, nil)
	ts := a.say("lunch?")
	a.same("at first", texts(a.read(true)), []string{"lunch?"})
	a.must(a.srv.Edit("support", ts, "Ledger login refused, account 1"))
	got := a.read(true)
	a.same("the edit", texts(got), []string{"Ledger login refused, account 1"})
	if len(got) == 1 && (!got[0].Edited || got[0].Place.TS != ts || !got[0].At.After(timeOf(ts))) {
		t.Errorf("got %+v", got[0])
	}
}

func TestAChannelThatIsNewStartsFromNow(t *testing.T) {
	a := newAbsence(t, false, nil)
	_, err := a.srv.Say("U0ANA", "billing-alerts", "before")
	a.must(err)
	a.same("read", texts(a.read(true)), nil)
	_, err = a.srv.Say("U0ANA", "billing-alerts", "after")
	a.must(err)
	a.same("read", texts(a.read(true)), []string{"after"})
}

func TestWhatWasSaidBeforeTheInvitationIsNotRead(t *testing.T) {
	a := newAbsence(t, false, nil)
	a.mark("C0GENERAL", a.now.Add(-time.Hour)) // it was in it once
	_, err := a.srv.Say("U0ANA", "general", "before")
	a.must(err)
	a.must(a.srv.Invite("U0ANA", "general", a.self.UserID))
	_, err = a.srv.Say("U0ANA", "general", "after")
	a.must(err)
	a.same("read", texts(a.read(true)), []string{"after"})
}

func TestOnlyChannelsThatAreListenedTo(t *testing.T) {
	a := newAbsence(t, false, func(c *CatchupConfig) { c.Settings.Channels = []string{"C0BILLING"} })
	a.mark("C0BILLING", a.now.Add(-time.Hour))
	a.say("not here")
	_, err := a.srv.Say("U0ANA", "billing-alerts", "here")
	a.must(err)
	a.same("read", texts(a.read(true)), []string{"here"})
	if n := len(a.asked("conversations.history")); n != 1 {
		t.Errorf("the history of %d channels was asked for", n)
	}
}

func TestABotThatIsInNoChannelSaysSoOnce(t *testing.T) {
	a := newAbsence(t, false, func(c *CatchupConfig) { c.Settings.Channels = []string{"C0GENERAL"} })
	a.read(true)
	a.read(true)
	const alone = "in no channel that it is to listen to"
	if n := strings.Count(a.log.String(), alone); n != 1 {
		t.Errorf("it was said %d times", n)
	}
	a.must(a.srv.Invite("U0ANA", "general", a.self.UserID))
	a.read(true)
	if n := strings.Count(a.log.String(), alone); n != 1 {
		t.Errorf("after it was invited, it was said %d times", n)
	}
}

// asked are the calls of a method so far.
func (a *absence) asked(method string) []sandbox.Call {
	return slices.DeleteFunc(a.srv.Calls(), func(c sandbox.Call) bool { return c.Method != method })
}

// openCase is an open case's alert.
func (a *absence) openCase() (root string) {
	a.Helper()
	root = a.say("one")
	a.must(a.store.Update(a.Context(), func(tx bot.Tx) error {
		c := bot.Case{ID: "SF-1", Rev: 1, State: bot.Triage, Anchor: bot.Place{Team: a.self.TeamID, Channel: "C0SUPPORT", TS: root}}
		return tx.PutCase(c, 0)
	}))
	return root
}

func TestThreadsOfOpenCasesAreRead(t *testing.T) {
	a := newAbsence(t, false, nil)
	root, other := a.openCase(), a.say("two")
	for _, r := range []string{root, other} {
		_, err := a.srv.SayIn("U0ANA", "support", r, "re: "+r)
		a.must(err)
	}
	got := a.read(true)
	a.same("read", texts(got), []string{"one", "two", "re: " + root})
	if len(got) == 3 && got[2].Place.Thread != root {
		t.Errorf("the reply stands at %+v", got[2].Place)
	}
	a.same("read again", texts(a.read(true)), nil)
}

func TestWhatIsTooOldIsLeftOutAndSaid(t *testing.T) {
	a := newAbsence(t, false, func(c *CatchupConfig) { c.Age = 30 * time.Minute })
	old := tsOf(a.now.Add(-40 * time.Minute))
	_, err := a.srv.Post("support", "Monitor", json.RawMessage(fmt.Sprintf(`{"text":"old","ts":%q}`, old)))
	a.must(err)
	a.say("new")
	a.same("read", texts(a.read(true)), []string{"new"})
	from := a.now.UTC().Add(-30 * time.Minute).Format(logTime)
	a.said(`what is older is left out" channel=C0SUPPORT from=` + from)
	a.said(`"caught up" channel=C0SUPPORT from=` + from)
	a.came(readShort)
	a.same("read again", texts(a.read(true)), nil)
	a.came(readWhole)
}

// logTime is how a time is written in these tests' logs.
const logTime = "2006-01-02T15:04:05.000Z07:00"

// said checks that the log says it.
func (a *absence) said(what string) {
	a.Helper()
	if !strings.Contains(a.log.String(), what) {
		a.Errorf("the log doesn't say %s:\n%s", what, a.log)
	}
}

// came checks that one reading so far came to that.
func (a *absence) came(result string) {
	a.Helper()
	a.heard.mu.Lock()
	defer a.heard.mu.Unlock()
	n := 0
	for _, line := range a.heard.lines {
		if strings.HasPrefix(line, "history ") && strings.HasSuffix(line, " "+result) {
			n++
		}
	}
	if n != 1 {
		a.Errorf("%d readings came to %q: %q", n, result, a.heard.lines)
	}
}

func TestTooMuchIsSaid(t *testing.T) {
	a := newAbsence(t, false, nil)
	const over = 10
	var tss []string
	for i := range channelPages*historyPage + over {
		tss = append(tss, a.say(fmt.Sprint(i)))
	}
	got := texts(a.read(true))
	if len(got) != channelPages*historyPage || got[0] != fmt.Sprint(over) {
		t.Errorf("read %d messages from %q on, want the newest", len(got), got[:1])
	}
	from := timeOf(tss[over]).UTC().Format(logTime) // what was reached, not what was asked for
	a.said(`there is too much of it" channel=C0SUPPORT from=` + from)
	a.said(`"caught up" channel=C0SUPPORT from=` + from)
	a.came(readShort)
}

func TestTooMuchInAThreadIsSaid(t *testing.T) {
	a := newAbsence(t, false, nil)
	root := a.openCase()
	for range threadPages*historyPage + 10 {
		_, err := a.srv.SayIn("U0ANA", "support", root, "still")
		a.must(err)
	}
	a.read(true)
	a.said(`a thread is read in part: there is too much of it" channel=C0SUPPORT thread=` + root + " from=")
	a.came(readShort)
}

func TestAFailedReadingIsReadAgain(t *testing.T) {
	a := newAbsence(t, false, nil)
	before := a.marked("C0SUPPORT")
	a.say("hello")
	a.srv.Fault("conversations.history", sandbox.Fault{SlackError: "missing_scope"})
	a.same("read", texts(a.read(false)), nil)
	a.came(readPart)
	if m := a.marked("C0SUPPORT"); !m.Equal(before) {
		t.Errorf("the mark went from %s to %s", before, m)
	}
	a.same("read", texts(a.read(true)), []string{"hello"})
}

func TestSlackMayAskForAPause(t *testing.T) {
	a := newAbsence(t, true, nil)
	a.say("hello")
	a.srv.Fault("conversations.history", sandbox.Fault{RetryAfter: time.Second})
	begin := time.Now()
	a.same("read", texts(a.read(true)), []string{"hello"})
	if d := time.Since(begin); d < time.Second || len(a.asked("conversations.history")) > 3 {
		t.Errorf("it took %s; calls %v", d, a.asked("conversations.history"))
	}
}
