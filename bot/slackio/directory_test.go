package slackio

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

// registry is a Web API that answers look-ups and counts them.
type registry struct {
	mu      sync.Mutex
	answers map[string]string // "users.info U1" → body
	asked   map[string]int
	hold    chan struct{} // if set, answers wait for it
}

func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	what := strings.TrimPrefix(req.URL.Path, "/") + " " + req.FormValue("user") + req.FormValue("usergroup") + req.FormValue("channel")
	r.mu.Lock()
	r.asked[what]++
	body, hold := r.answers[what], r.hold
	r.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if body == "" {
		body = `{"ok":false,"error":"internal_error"}`
	}
	fmt.Fprint(w, body)
}

func (r *registry) count(what string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked[what]
}

func (r *registry) set(what, body string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[what] = body
}

// clockwork is a clock that a test moves.
type clockwork struct {
	mu sync.Mutex
	at time.Time
}

func (c *clockwork) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clockwork) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newDirectory(t *testing.T) (*Directory, *registry, *clockwork) {
	t.Helper()
	r := &registry{answers: map[string]string{}, asked: map[string]int{}}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	clock := &clockwork{at: noon()}
	api := slack.New(botToken, slack.OptionAPIURL(srv.URL+"/"), slack.OptionHTTPClient(srv.Client()))
	return NewDirectory(api, Identity{TeamID: "T1"}, DirectoryConfig{Groups: []string{"S2", "S1", "S2"}, Now: clock.now}), r, clock
}

func TestPeople(t *testing.T) {
	for name, tc := range map[string]struct {
		user string
		want bot.Actor
	}{
		"a colleague":                   {`"team_id":"T1","profile":{"real_name":"Ana Ruiz"}`, bot.Actor{Name: "Ana Ruiz", Team: "T1", Groups: []string{"S1"}}},
		"a guest":                       {`"team_id":"T1","name":"gil","is_restricted":true`, bot.Actor{Name: "gil", Team: "T1", Guest: true, Groups: []string{"S1"}}},
		"a guest of one channel":        {`"team_id":"T1","name":"gil","is_ultra_restricted":true`, bot.Actor{Name: "gil", Team: "T1", Guest: true, Groups: []string{"S1"}}},
		"of another company":            {`"team_id":"T2","name":"eve"`, bot.Actor{Name: "eve", Team: "T2", Outsider: true, Groups: []string{"S1"}}},
		"a stranger":                    {`"team_id":"T1","name":"eve","is_stranger":true`, bot.Actor{Name: "eve", Team: "T1", Outsider: true, Groups: []string{"S1"}}},
		"of our organisation":           {`"team_id":"T3","name":"bo","enterprise_user":{"id":"U1","teams":["T3","T1"]}`, bot.Actor{Name: "bo", Team: "T3", Groups: []string{"S1"}}},
		"of another's organisation":     {`"team_id":"T4","name":"mo","enterprise_user":{"id":"U1","teams":["T4"]}`, bot.Actor{Name: "mo", Team: "T4", Outsider: true, Groups: []string{"S1"}}},
		"a bot, though it said nothing": {`"team_id":"T1","name":"app","is_bot":true`, bot.Actor{Name: "app", Team: "T1", Bot: true, Groups: []string{"S1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			d, r, _ := newDirectory(t)
			r.set("users.info U1", `{"ok":true,"user":{"id":"U1",`+tc.user+`}}`)
			r.set("usergroups.users.list S1", `{"ok":true,"users":["U0","U1"]}`)
			r.set("usergroups.users.list S2", `{"ok":true,"users":["U0"]}`)
			tc.want.ID = "U1"
			got, err := d.Person(t.Context(), bot.Actor{ID: "U1"})
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestPersonOutOfSightIsAnOutsider(t *testing.T) {
	d, r, _ := newDirectory(t)
	r.set("users.info U1", `{"ok":false,"error":"user_not_visible"}`)
	r.set("usergroups.users.list S1", `{"ok":true,"users":[]}`)
	r.set("usergroups.users.list S2", `{"ok":true,"users":[]}`)
	if got, err := d.Person(t.Context(), bot.Actor{ID: "U1"}); err != nil || !got.Outsider {
		t.Errorf("Person = %+v, %v", got, err)
	}
}

func TestPersonCannotBeToldWithoutTheGroups(t *testing.T) {
	d, r, _ := newDirectory(t)
	r.set("users.info U1", `{"ok":true,"user":{"id":"U1","team_id":"T1"}}`)
	if _, err := d.Person(t.Context(), bot.Actor{ID: "U1"}); err == nil || !strings.Contains(err.Error(), "user group S1") {
		t.Errorf("err = %v", err)
	}
}

func TestChannels(t *testing.T) {
	for name, tc := range map[string]struct {
		id, answer string
		want       bot.Channel
	}{
		"ours":                    {"C1", `{"ok":true,"channel":{"id":"C1","name":"support","is_member":true}}`, bot.Channel{ID: "C1", Name: "support", Member: true}},
		"shared":                  {"C1", `{"ok":true,"channel":{"id":"C1","name":"acme","is_member":true,"is_ext_shared":true}}`, bot.Channel{ID: "C1", Name: "acme", Member: true, Shared: true}},
		"of the whole company":    {"C1", `{"ok":true,"channel":{"id":"C1","is_member":true,"is_org_shared":true,"is_shared":true}}`, bot.Channel{ID: "C1", Member: true}},
		"private, not ours":       {"C1", `{"ok":false,"error":"channel_not_found"}`, bot.Channel{ID: "C1"}},
		"direct, unasked":         {"D1", ``, bot.Channel{ID: "D1", Member: true, Direct: true}},
		"people among themselves": {"G1", `{"ok":false,"error":"missing_scope","needed":"mpim:read","provided":"x"}`, bot.Channel{ID: "G1", Shared: true}},
	} {
		t.Run(name, func(t *testing.T) {
			d, r, _ := newDirectory(t)
			r.set("conversations.info "+tc.id, tc.answer)
			got, err := d.Channel(t.Context(), "T1", tc.id)
			if err != nil || got != tc.want {
				t.Errorf("Channel = %+v, %v; want %+v", got, err, tc.want)
			}
		})
	}
}

func TestChannelThatCannotBeLookedAtSaysWhy(t *testing.T) {
	d, r, _ := newDirectory(t)
	r.set("conversations.info C1", `{"ok":false,"error":"missing_scope","needed":"channels:read","provided":"chat:write"}`)
	if _, err := d.Channel(t.Context(), "T1", "C1"); err == nil || !strings.Contains(err.Error(), "needed: channels:read") {
		t.Errorf("err = %v", err)
	}
	if n := r.count("conversations.info C1"); n != 1 {
		t.Errorf("asked %d times, though it will stay so", n)
	}
}

func TestAnswersAreKeptForAWhile(t *testing.T) {
	d, r, clock := newDirectory(t)
	const what = "conversations.info C1"
	ask := func() bot.Channel {
		t.Helper()
		c, err := d.Channel(t.Context(), "T1", "C1")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	r.set(what, `{"ok":true,"channel":{"id":"C1","is_member":false}}`)
	ask()
	r.set(what, `{"ok":true,"channel":{"id":"C1","is_member":true}}`) // invited, because we said so
	clock.pass(inviteTime)
	if !ask().Member || r.count(what) != 2 {
		t.Error("an invitation goes unnoticed")
	}
	clock.pass(10*time.Minute - time.Second)
	ask()
	if n := r.count(what); n != 2 {
		t.Errorf("asked %d times within ten minutes", n)
	}
	clock.pass(time.Second)
	ask()
	if n := r.count(what); n != 3 {
		t.Errorf("asked %d times after ten minutes", n)
	}
}

func TestALookUpWaitsAsLongAsSlackWants(t *testing.T) {
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	api := slack.New(srv.BotToken(), slack.OptionAPIURL(srv.APIURL()), slack.OptionHTTPClient(client))
	d := NewDirectory(api, Identity{}, DirectoryConfig{Sender: NewSender(api, Identity{}, SenderConfig{})})
	srv.Fault("conversations.info", sandbox.Fault{RetryAfter: time.Second})
	if _, err := d.Channel(t.Context(), "T1", "C0SUPPORT"); err == nil {
		t.Fatal("no error")
	}
	begin := time.Now()
	if c, err := d.Channel(t.Context(), "T1", "C0SUPPORT"); err != nil || !c.Member || time.Since(begin) < 900*time.Millisecond {
		t.Errorf("Channel = %+v, %v after %s", c, err, time.Since(begin))
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	d, r, _ := newDirectory(t)
	if _, err := d.Channel(t.Context(), "T1", "C1"); err == nil {
		t.Fatal("no error")
	}
	if n := r.count("conversations.info C1"); n != 1+len(askAgain()) {
		t.Errorf("asked %d times", n)
	}
	r.set("conversations.info C1", `{"ok":true,"channel":{"id":"C1","is_member":true}}`)
	if c, err := d.Channel(t.Context(), "T1", "C1"); err != nil || !c.Member {
		t.Errorf("Channel = %+v, %v", c, err)
	}
}

func TestThoseWhoAskAtOnceShareACall(t *testing.T) {
	d, r, _ := newDirectory(t)
	r.hold = make(chan struct{})
	r.set("conversations.info C1", `{"ok":true,"channel":{"id":"C1","is_member":true}}`)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := d.Channel(gone, "T1", "C1"); err == nil { // the first to ask gives up; its call goes on
		t.Error("somebody who left got an answer")
	}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if c, err := d.Channel(t.Context(), "T1", "C1"); err != nil || !c.Member {
				t.Errorf("Channel = %+v, %v", c, err)
			}
		})
	}
	close(r.hold)
	all.Wait()
	if n := r.count("conversations.info C1"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}
