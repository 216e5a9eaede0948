package sandbox

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// testClock stands still until it is told otherwise.
type testClock struct {
	mu    sync.Mutex
	now   time.Time
	speed float64
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) CallAt(t time.Time, f func()) func() bool { return realClock{}.CallAt(t, f) }
func (c *testClock) Stop()                                    { c.Run(0) }
func (c *testClock) Run(speed float64)                        { c.mu.Lock(); c.speed = speed; c.mu.Unlock() }
func (c *testClock) Move(d time.Duration)                     { c.mu.Lock(); c.now = c.now.Add(d); c.mu.Unlock() }
func (c *testClock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

func TestPanelSwitchesFaults(t *testing.T) {
	s := start(t, nil)
	p := pageOf(t, s)
	dial(t, s)
	for _, step := range []struct {
		path   string
		fields []string
		says   string // of the answer; empty: no content
	}{
		{"/lab/fault", []string{"fault", "429:10%", "on", "true"}, ""},
		{"/lab/fault", []string{"fault", " acks:chat.update ", "on", "true"}, "takes no method"},
		{"/lab/fault", []string{"fault", `<b onclick=x>`, "on", "true"}, "&lt;b onclick=x&gt;"},
		{"/lab/fault", []string{"fault", "503:chat.update", "on", "true"}, ""},
		{"/lab/fault", []string{"fault", "429:10%", "on", "false"}, ""},
		{"/lab/once", []string{"what", "warning"}, ""},
		{"/lab/once", []string{"what", "cut"}, ""},
		{"/lab/once", []string{"what", "429"}, "no such button"},
		{"/lab/once", []string{"what", "offline:30s/1m"}, "no such button"},
		{"/lab/once", []string{"what", "offline:30s"}, ""},
		{"/lab/clock", []string{"do", "stop"}, "can&#39;t be set"},
	} {
		status, body := act(p, step.path, step.fields...)
		if ok := status == http.StatusNoContent; ok != (step.says == "") || !strings.Contains(body, step.says) {
			t.Errorf("%s %q answers %d %s, want %q", step.path, step.fields, status, body, step.says)
		}
	}
	want := []FaultCount{{"429:10%", false, 0}, {"503:chat.update", true, 0}, {"warning", false, 1}, {"cut", false, 1}, {"offline:30s", false, 1}}
	if got := s.Faults(); !slices.Equal(got, want) {
		t.Errorf("there are %+v, want %+v", got, want)
	}
	panel := fetch(t, p, "/lab/panel")
	for _, part := range []string{
		`aria-checked="false" hx-post="/lab/fault" hx-vals='{"fault":"429:10%","on":"true"}'`,
		`aria-checked="true" hx-post="/lab/fault" hx-vals='{"fault":"503:chat.update","on":"false"}'`,
		"There is no network.", `Cut the connections <span class="lab-count">1×</span>`,
	} {
		if !strings.Contains(panel, part) {
			t.Errorf("the panel has no %s:\n%s", part, panel)
		}
	}
	if strings.Contains(panel, "Clock") {
		t.Error("there is a clock that can't be set")
	}
	if fetch(t, p, "/lab/panel?open=false") != "" {
		t.Error("a closed panel has something in it")
	}
	mustAct(t, p, "/lab/once", "what", "online")
	if s.offlineNow() {
		t.Error("the network stays away")
	}
	mustAct(t, p, "/lab/mend")
	if got := s.Faults()[1]; got.On {
		t.Errorf("everything is switched off, but %+v", got)
	}
}

func TestPanelSetsTheClock(t *testing.T) {
	began := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	clock := &testClock{now: began, speed: 1}
	s := start(t, func(o *Options) { o.Clock = clock })
	p := pageOf(t, s)
	for _, step := range []struct {
		fields []string
		speed  float64
		after  time.Duration
		says   string
	}{
		{[]string{"do", "stop"}, 0, 0, ""},
		{[]string{"do", "move", "by", "30m"}, 0, 30 * time.Minute, ""},
		{[]string{"do", "move", "by", "-1h"}, 0, 30 * time.Minute, "never back"},
		{[]string{"do", "move", "by", "9000h"}, 0, 30 * time.Minute, "at most 31 days"},
		{[]string{"do", "run", "speed", "10"}, 10, 30 * time.Minute, ""},
		{[]string{"do", "run", "speed", "NaN"}, 10, 30 * time.Minute, "above 0"},
		{[]string{"do", "nothing"}, 10, 30 * time.Minute, "no such button"},
	} {
		_, body := act(p, "/lab/clock", step.fields...)
		if clock.Speed() != step.speed || clock.Now().Sub(began) != step.after || !strings.Contains(body, step.says) || (body == "") != (step.says == "") {
			t.Errorf("%q: speed %v, %v later, %q", step.fields, clock.Speed(), clock.Now().Sub(began), body)
		}
	}
	if panel := fetch(t, p, "/lab/panel"); !strings.Contains(panel, "runs 10 times faster") || !strings.Contains(panel, `data-speed="10"`) {
		t.Errorf("the panel says:\n%s", panel)
	}
}

// untilStreamed reads a stream of the page until what it has sent contains the text.
func untilStreamed(t *testing.T, s *Server, path, text string, do func()) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+path[1:], nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var all strings.Builder
	lines := bufio.NewScanner(got.Body)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		if all.Len() == 0 {
			do()
		}
		all.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), text) {
			return all.String()
		}
	}
	t.Fatalf("%s never sends %q: %v\n%s", path, text, lines.Err(), all.String())
	return ""
}

func TestPanelCountsLive(t *testing.T) {
	s := start(t, nil)
	breaks(t, s, "503:chat.postMessage")
	untilStreamed(t, s, "/lab/panel/live", `<span class="lab-count">2×</span>`, func() {
		for range 2 {
			_ = post(s)
		}
	})
}
