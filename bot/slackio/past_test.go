package slackio

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

func TestWhatStandsSinceAMoment(t *testing.T) {
	a := newAbsence(t, false, nil)
	a.say("before")
	from := a.say("first")
	gone := a.say("gone")
	a.must(a.srv.Delete("support", gone))
	changed := a.say("changed")
	a.must(a.srv.Edit("support", changed, "Ledger login refused; password: hunter2"))
	reply, err := a.srv.SayIn("U0ANA", "support", from, "a reply")
	a.must(err)
	at := bot.Place{Team: a.self.TeamID, Channel: "C0SUPPORT", TS: from}

	said, whole, err := a.Since(t.Context(), at)
	a.must(err)
	slices.Reverse(said)
	if !whole || len(said) != 2 || said[0].Text != "first" || !strings.HasPrefix(said[1].Text, "Ledger login refused") || strings.Contains(said[1].Text, "hunter2") {
		t.Errorf("in the channel (%v): %v", whole, texts(said))
	}
	if len(said) == 2 && (!said[1].Edited || said[1].Place.TS != changed || !slices.Equal(said[1].Removed, []string{"password"})) {
		t.Errorf("the edit is %+v", said[1])
	}

	at.Thread, at.TS = from, reply
	said, whole, err = a.Since(t.Context(), at)
	a.must(err)
	if !whole || len(said) != 2 || said[1].Text != "a reply" || said[1].Place.Thread != from {
		t.Errorf("in the thread (%v): %+v", whole, said)
	}
	a.must(a.srv.Delete("support", reply))
	a.must(a.srv.Delete("support", from))
	if said, whole, err = a.Since(t.Context(), at); !whole || len(said) != 0 || err != nil {
		t.Errorf("in a thread that is gone (%v, %v): %v", whole, err, texts(said))
	}

	a.srv.Fault("conversations.history", sandbox.Fault{SlackError: "missing_scope"})
	at.Thread = ""
	if _, whole, err := a.Since(t.Context(), at); err == nil || whole {
		t.Errorf("without the scope: %v", err)
	}
}

func TestTooMuchSinceAMoment(t *testing.T) {
	a := newAbsence(t, false, nil)
	from := a.say("first")
	for range sincePages * historyPage {
		a.say("more")
	}
	said, whole, err := a.Since(t.Context(), bot.Place{Channel: "C0SUPPORT", TS: from})
	if err != nil || whole || len(said) != sincePages*historyPage || said[0].Text != "more" {
		t.Errorf("%d messages (%v, %v)", len(said), whole, err)
	}
}

// Reading history can take minutes; who waits for a late alert can't.
func TestLookingBackDoesNotWaitForCatchup(t *testing.T) {
	a := newAbsence(t, true, nil)
	from := a.say("first")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	soon := func() (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, time.Second) }
	for {
		ctx, cancel := soon()
		_, err := a.ask(ctx, "conversations.history", url.Values{"channel": {"C0SUPPORT"}})
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		a.must(err)
	}
	a.must(ctx.Err())
	ctx, cancel = soon()
	defer cancel()
	said, _, err := a.past.Since(ctx, bot.Place{Channel: "C0SUPPORT", TS: from})
	if err != nil || len(said) != 1 {
		t.Errorf("looking back gave %v, %v", texts(said), err)
	}
}

func TestWhatSlackSendsAgainIsMarked(t *testing.T) {
	g := newGateway(t)
	l := g.listen(&inbox{}, false, nil)
	conn := l.link()
	again := func(frame string) string {
		return strings.Replace(frame, `{`, `{"retry_attempt":1,"retry_reason":"timeout",`, 1)
	}
	odd := strings.Replace(alert("3.000001", "sync failed"), `"text"`, `"blocks":[{"type":7}],"text"`, 1)
	for i, f := range []string{frame("E1", "events_api", alert("1.000001", "x")), again(frame("E2", "events_api", alert("2.000001", "x"))), again(frame("E3", "events_api", odd))} {
		g.send(conn, f)
		next(t, "ack", g.acks)
		kept, _ := l.inbox.all()
		if e := kept[len(kept)-1]; e.Again != (i > 0) || e.Read || len(kept) != i+1 {
			t.Errorf("%s is kept as %+v", f, e)
		}
	}
}
