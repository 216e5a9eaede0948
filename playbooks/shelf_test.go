package playbooks

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const shelfPlaybook = `version: 1
id: vendor-inactive
title: The vendor is inactive
system: QuickBooks Online
product: BILL
match: [The vendor you picked is inactive in QuickBooks]
samples: {match: [The vendor you picked is inactive in QuickBooks]}
why: The vendor was made inactive.
steps: [{text: Make the vendor active again.}]
escalation: {to: BILL support}
`

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reload is one call of told.
type reload struct {
	changed []string
	err     error
}

// watched runs fn beside a Watch of a folder with one playbook, in virtual time.
func watched(t *testing.T, fn func(dir string, s *Shelf, asked chan<- struct{}, told *[]reload)) {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "a.yaml", shelfPlaybook)
	s, err := NewShelf(dir)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		asked := make(chan struct{})
		var reloads []reload
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.Watch(ctx, asked, func(changed []string, err error) { reloads = append(reloads, reload{changed, err}) })
		}()
		synctest.Wait()
		fn(dir, s, asked, &reloads)
		cancel()
		<-ended
	})
}

// second lets a second pass: by then a change must have been taken over.
func second() {
	time.Sleep(time.Second)
	synctest.Wait()
}

func TestWatchTakesAChangeOverWithinASecond(t *testing.T) {
	watched(t, func(dir string, s *Shelf, _ chan<- struct{}, told *[]reload) {
		before := s.Library()
		put(t, dir, "a.yaml", strings.Replace(shelfPlaybook, "The vendor is inactive", "The vendor is no longer active", 1))
		put(t, dir, "b.yml", strings.ReplaceAll(strings.Replace(shelfPlaybook, "vendor-inactive", "customer-inactive", 1), "vendor", "customer"))
		second()
		if len(*told) != 1 || (*told)[0].err != nil || !slices.Equal((*told)[0].changed, []string{"customer-inactive", "vendor-inactive"}) {
			t.Fatalf("told %v", *told)
		}
		if p, _ := s.Library().Get("vendor-inactive"); p.Title != "The vendor is no longer active" {
			t.Errorf("title %q", p.Title)
		}
		if p, _ := before.Get("vendor-inactive"); p.Title != "The vendor is inactive" {
			t.Errorf("a library changed under who held it: %q", p.Title)
		}
		if err := os.Remove(filepath.Join(dir, "b.yml")); err != nil {
			t.Fatal(err)
		}
		second()
		if _, ok := s.Library().Get("customer-inactive"); ok || len(*told) != 2 {
			t.Errorf("a removed playbook is still there; told %v", *told)
		}
		second()
		if len(*told) != 2 {
			t.Errorf("reloaded without a change: %v", (*told)[2:])
		}
	})
}

func TestWatchRefusesWhatIsBroken(t *testing.T) {
	watched(t, func(dir string, s *Shelf, asked chan<- struct{}, told *[]reload) {
		put(t, dir, "a.yaml", strings.Replace(shelfPlaybook, "why:", "wy:", 1))
		second()
		var found Problems
		if len(*told) != 1 || !errors.As((*told)[0].err, &found) {
			t.Fatalf("told %v", *told)
		}
		if _, ok := s.Library().Get("vendor-inactive"); !ok {
			t.Error("the last good playbook is gone")
		}
		if lines := s.Problems(); len(lines) < 2 || !strings.HasPrefix(lines[1], "a.yaml:8:1: a short playbook has no field") {
			t.Errorf("problems %q", lines)
		}
		put(t, dir, "a.yaml", shelfPlaybook)
		asked <- struct{}{}
		synctest.Wait()
		if len(*told) != 2 || (*told)[1].err != nil || s.Problems() != nil {
			t.Errorf("told %v, problems %q", *told, s.Problems())
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		second()
		if len(*told) != 3 || (*told)[2].err == nil || len(s.Library().All()) == 0 {
			t.Errorf("without its folder: told %v", *told)
		}
	})
}

// A file that is still being written is left alone until it rests.
func TestWatchWaitsUntilAFileRests(t *testing.T) {
	watched(t, func(dir string, _ *Shelf, _ chan<- struct{}, told *[]reload) {
		for i := range 4 {
			put(t, dir, "a.yaml", shelfPlaybook[:len(shelfPlaybook)-10*(4-i)])
			time.Sleep(Look)
			synctest.Wait()
		}
		if len(*told) != 0 {
			t.Errorf("reloaded in the middle: %v", *told)
		}
		put(t, dir, "a.yaml", shelfPlaybook+"takes: 7m\n")
		second()
		if len(*told) != 1 || (*told)[0].err != nil {
			t.Errorf("told %v", *told)
		}
	})
}
