package slackio

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

func TestPostWhoseAnswerWasLostIsFoundNotRepeated(t *testing.T) {
	for _, effect := range []bot.Effect{showCard(), {Kind: bot.Reply, Case: "SF-12", Text: "hello"}, {Kind: bot.Brief, Case: "SF-12"}} {
		d := newDesk(t, nil)
		s := d.under(nil)
		d.srv.Fault("chat.postMessage", sandbox.Fault{ResetAfterApply: true})
		del := d.delivery(effect)
		if got := d.class(del, s); got != bot.SendUncertain {
			t.Fatalf("%s: class %s, want uncertain", effect, got)
		}
		del.Uncertain = true
		s.Case.Owner = leo() // the case went on meanwhile
		posted := d.must(del, s)
		got := d.replies()
		if len(got) != 1 || got[0].TS != posted.Place.TS || d.called("chat.postMessage") > 1 {
			t.Errorf("%s: %d messages, %d posts", effect, len(got), d.called("chat.postMessage"))
		}
		if effect.Kind == bot.ShowCard && !strings.Contains(string(got[0].Blocks), "Leo Brandt") {
			t.Errorf("the found card shows an old state: %s", got[0].Blocks)
		}
	}
}

func TestUncertainPostInTheChannelItself(t *testing.T) {
	d := newDesk(t, nil)
	del := d.delivery(bot.Effect{Kind: bot.ShowDigest, Place: bot.Place{Channel: "C0SUPPORT"}})
	d.srv.Fault("chat.postMessage", sandbox.Fault{ResetAfterApply: true})
	if got := d.class(del, d.under(nil)); got != bot.SendUncertain {
		t.Fatalf("class %s", got)
	}
	del.Uncertain = true
	d.must(del, d.under(nil))
	if n := len(d.srv.Messages("C0SUPPORT")); n != 2 {
		t.Errorf("%d messages in the channel, want the alert and one digest", n)
	}
}

func TestPostThatNeverArrivedIsRepeatedOnce(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(nil)
	d.srv.Fault("chat.postMessage", sandbox.Fault{Status: 500})
	del := d.delivery(showCard())
	if got := d.class(del, s); got != bot.SendUncertain {
		t.Fatalf("class %s", got)
	}
	del.Uncertain = true
	d.must(del, s)
	if n := len(d.replies()); n != 1 {
		t.Errorf("%d messages", n)
	}
	if n := d.called("conversations.replies"); n != 3 {
		t.Errorf("looked %d times, want twice before posting and once after", n)
	}
}

// leapClock is at once where somebody waits for it to be.
type leapClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *leapClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *leapClock) CallAt(t time.Time, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
	go f()
	return func() bool { return false }
}

// What was tried long ago turns up no more: one look says all. One that nobody
// knows more of was tried by an earlier process.
func TestAPostOfLongAgoIsLookedForOnce(t *testing.T) {
	begin := time.Now()
	for _, c := range []struct {
		name       string
		now, tried time.Duration // since the start
		looks      int
	}{
		{"just started", time.Second, 0, 3},
		{"an earlier process", time.Minute, 0, 1},
		{"this one, long ago", 2 * time.Minute, time.Minute, 1},
		{"this one, just now", time.Minute, 50 * time.Second, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := &leapClock{now: begin}
			d := newDesk(t, func(s *SenderConfig) { s.Clock = clock })
			clock.CallAt(begin.Add(c.now), func() {})
			del := d.delivery(showCard())
			del.Uncertain = true
			if c.tried > 0 {
				del.Tried = begin.Add(c.tried)
			}
			d.must(del, d.under(nil))
			if n := d.called("conversations.replies"); n != c.looks || len(d.replies()) != 1 {
				t.Errorf("looked %d times, want %d; %d cards", n, c.looks, len(d.replies()))
			}
		})
	}
}

// A short pause is waited for on the spot, so that what a delivery did before need
// not be done again.
func TestAShortPauseIsWaitedForOnTheSpot(t *testing.T) {
	begin := time.Now()
	clock := &leapClock{now: begin}
	d := newDesk(t, func(s *SenderConfig) { s.Clock = clock })
	clock.CallAt(begin.Add(time.Hour), func() {})
	d.srv.Fault("chat.postMessage", sandbox.Fault{RetryAfter: 2 * time.Second})
	del := d.delivery(showCard())
	del.Uncertain = true
	d.must(del, d.under(nil))
	if waited := clock.Now().Sub(begin.Add(time.Hour)); waited != 2*time.Second {
		t.Errorf("waited %s, want 2s", waited)
	}
	if looks, posts := d.called("conversations.replies"), d.called("chat.postMessage"); looks != 1 || posts != 2 {
		t.Errorf("%d looks and %d posts, want 1 and 2", looks, posts)
	}
	for range maxTries {
		d.srv.Fault("chat.update", sandbox.Fault{RetryAfter: time.Second})
	}
	s := d.under(nil)
	s.Case.Card = bot.Place{Channel: "C0SUPPORT", TS: d.replies()[0].TS}
	if class := d.class(d.delivery(showCard()), s); class != bot.SendRateLimited || d.called("chat.update") != maxTries {
		t.Errorf("asked again and again: %s after %d calls", class, d.called("chat.update"))
	}
}

func TestDuplicatesOfOursAreDeleted(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(nil)
	del := d.delivery(showCard())
	first := d.must(del, s)
	d.must(del, s)
	other := del
	other.ID, other.Effect = "SF-12/9/0", bot.Effect{Kind: bot.Reply, Case: "SF-12", Text: "another", Place: del.Effect.Place}
	d.must(other, s)
	del.Uncertain = true
	if posted := d.must(del, s); posted.Place.TS != first.Place.TS {
		t.Errorf("kept %s, want the oldest, %s", posted.Place.TS, first.Place.TS)
	}
	if got := d.replies(); len(got) != 2 {
		t.Errorf("%d messages are left, want the card and the reply", len(got))
	}
}

func TestOnlyWhatWePostedIsOurs(t *testing.T) {
	s := NewSender(slack.New("xoxb-1"), Identity{UserID: "UBOT", BotID: "BBOT"}, SenderConfig{})
	d := bot.Delivery{ID: "SF-12/4/0", Effect: bot.Effect{Kind: bot.Reply, Case: "SF-12"}}
	with := func(user, botID string, meta slack.SlackMetadata, blocks ...slack.Block) slack.Message {
		var m slack.Message
		m.User, m.BotID, m.Metadata, m.Blocks.BlockSet = user, botID, meta, blocks
		return m
	}
	none := slack.SlackMetadata{}
	first := slack.NewSectionBlock(plain("x"), nil, nil, slack.SectionBlockOptionBlockID("delivery/SF-12/4/0"))
	for _, c := range []struct {
		name string
		m    slack.Message
		want bool
	}{
		{"by user", with("UBOT", "", metadata(d)), true},
		{"by bot id alone", with("", "BBOT", metadata(d)), true},
		{"by block id, metadata not to be seen", with("UBOT", "", none, first), true},
		{"another app's copy", with("UOTHER", "BOTHER", metadata(d)), false},
		{"another app's copy of the block", with("", "", none, first), false},
		{"another delivery", with("UBOT", "", metadata(bot.Delivery{ID: "SF-12/5/0", Effect: d.Effect})), false},
		{"nothing to go by", with("UBOT", "", none), false},
	} {
		if got := s.isOurs(c.m, d); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A case that was lost when an older store was put back may have left its card.
func TestCardOfALostCaseIsAdopted(t *testing.T) {
	d := newDesk(t, nil)
	lost := d.delivery(showCard())
	lost.ID, lost.Effect.Case = "SF-7/1/0", "SF-7"
	first := d.must(lost, d.under(nil))
	for _, adopt := range []bool{true, false} {
		del := d.delivery(showCard())
		del.ID, del.Born, del.Uncertain, del.Adopt = "SF-12/1/0", del.Born.Add(time.Hour), true, adopt
		posted := d.must(del, d.under(nil))
		if n := len(d.replies()); adopt && (n != 1 || posted.Place.TS != first.Place.TS) || !adopt && n != 2 {
			t.Errorf("adopting %v, %d cards stand, the case's at %s", adopt, n, posted.Place.TS)
		}
	}
}

func TestWhereWeMayNotLookNothingGoesOutTwice(t *testing.T) {
	for _, code := range []string{"missing_scope", "not_in_channel", "channel_not_found"} {
		d := newDesk(t, nil)
		d.srv.Fault("conversations.replies", sandbox.Fault{SlackError: code, Times: -1})
		del := d.delivery(showCard())
		del.Uncertain = true
		if got := d.class(del, d.under(nil)); got != bot.SendPermanent {
			t.Errorf("%s: class %s, want permanent", code, got)
		}
		if n := d.called("chat.postMessage"); n != 0 {
			t.Errorf("%s: posted %d times", code, n)
		}
	}
}

func TestALookThatFailsForAWhileIsTriedAgainLater(t *testing.T) {
	d := newDesk(t, nil)
	del := d.delivery(showCard())
	del.Uncertain = true
	d.srv.Fault("conversations.replies", sandbox.Fault{Status: 500})
	if got := d.class(del, d.under(nil)); got != bot.SendRetry {
		t.Errorf("class %s, want retry", got)
	}
	if n := d.called("chat.postMessage"); n != 0 {
		t.Errorf("posted %d times without having looked", n)
	}
}

func TestAThreadThatIsGoneDoesNotSwallowTheCard(t *testing.T) {
	d := newDesk(t, nil)
	d.srv.Fault("chat.postMessage", sandbox.Fault{SlackError: "thread_not_found"})
	posted := d.must(d.delivery(showCard()), d.under(nil))
	if posted.Place.Thread != "" || len(d.srv.Messages("C0SUPPORT")) != 2 {
		t.Errorf("posted %+v", posted.Place)
	}
}

func TestAPostWhoseThreadIsGoneIsLookedForInTheChannel(t *testing.T) {
	d := newDesk(t, nil)
	d.srv.Fault("chat.postMessage", sandbox.Fault{SlackError: "thread_not_found"})
	del := d.delivery(showCard())
	first := d.must(del, d.under(nil))
	d.srv.Fault("conversations.replies", sandbox.Fault{SlackError: "thread_not_found", Times: -1})
	del.Uncertain = true
	if again := d.must(del, d.under(nil)); again.Place != first.Place {
		t.Errorf("found %+v, want %+v", again.Place, first.Place)
	}
}
