package main

import (
	"encoding/json"
	"strings"
	"testing"

	"syncfix/bot/sandbox"
	"syncfix/diagnose"
	"syncfix/playbooks"
)

// readable is all text of a sample, as the bot will see it.
func readable(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, readable(e))
		}
		return strings.Join(parts, "\n")
	case map[string]any:
		var parts []string
		for key, e := range v {
			if key != "type" && key != "color" && key != "mode" && key != "filetype" {
				parts = append(parts, readable(e))
			}
		}
		return strings.Join(parts, "\n")
	}
	return ""
}

// Every playbook's alert is recognised in every shape, for one account and for
// many, and so is its end.
func TestMessagesMadeToOrder(t *testing.T) {
	library, err := playbooks.Load("")
	if err != nil {
		t.Fatal(err)
	}
	m := sampleMaker(library.All())
	if len(m.Topics) < 80 || m.Topics[0].ID != featured || len(m.Shapes) != 6 {
		t.Fatalf("%d topics, the first %+v; %d shapes", len(m.Topics), m.Topics[0], len(m.Shapes))
	}
	for _, topic := range m.Topics {
		for _, shape := range m.Shapes {
			all, err := m.Make(topic.ID, shape.ID, "#2")
			if err != nil || len(all) != 1 || all[0].Author == "" {
				t.Fatalf("%s %s: %+v, %v", topic.ID, shape.ID, all, err)
			}
			var message any
			if err := json.Unmarshal(all[0].Message, &message); err != nil {
				t.Fatal(err)
			}
			rec := library.Recognizer().Recognize(readable(message))
			success := shape.ID == shapeSuccess
			sure := diagnose.Sure
			if topic.ID == "intacct-user-authentication-failure" && rec.Outcome == diagnose.Likely {
				sure = diagnose.Likely // another one has the same words
			}
			if rec.Recovered != success || !success && rec.Outcome != sure || rec.Account != "2345678" {
				t.Errorf("%s as %s: %+v", topic.ID, shape.ID, rec)
			}
		}
	}
	accounts := map[string]bool{}
	storm, err := m.Make(featured, "person", "50")
	for _, s := range storm {
		accounts[string(s.Message)] = true
	}
	if err != nil || len(accounts) != 50 {
		t.Errorf("a storm of 50 is %d accounts: %v", len(accounts), err)
	}
	for _, wrong := range [][3]string{{"none", "person", "#1"}, {featured, "none", "#1"}, {featured, "person", "#9"}, {featured, "person", "0"}, {featured, "person", "9999"}} {
		if all, err := m.Make(wrong[0], wrong[1], wrong[2]); err == nil {
			t.Errorf("%v: %d messages", wrong, len(all))
		}
	}
}

func TestSamplesAreWhatTheyClaimToBe(t *testing.T) {
	library, err := playbooks.Load("")
	if err != nil {
		t.Fatal(err)
	}
	all, err := samples(library.All(), library.Recognizer())
	if err != nil {
		t.Fatal(err)
	}
	slack, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", Samples: all})
	if err != nil {
		t.Fatal(err)
	}
	defer slack.Close()
	seen := map[string]bool{}
	for _, s := range all {
		t.Run(s.ID, func(t *testing.T) {
			if seen[s.ID] || s.Name == "" || s.Help == "" || s.Group == "" || s.Author == "" {
				t.Errorf("incomplete, or there twice: %+v", s)
			}
			seen[s.ID] = true
			if _, err := slack.Post("support", s.Author, s.Message); err != nil {
				t.Errorf("the sandbox can't post it: %v", err)
			}
			var message any
			if err := json.Unmarshal(s.Message, &message); err != nil {
				t.Fatal(err)
			}
			rec := library.Recognizer().Recognize(readable(message))
			switch {
			case strings.Contains(s.ID, "success"):
				if !rec.Recovered || rec.Account == "" {
					t.Errorf("not a success notice of an account: %+v", rec)
				}
			case strings.Contains(s.ID, "near-miss"):
				if rec.Outcome != diagnose.No || rec.Recovered {
					t.Errorf("taken for an alert: %+v", rec)
				}
			case strings.Contains(s.ID, "likely"):
				if rec.Outcome != diagnose.Likely {
					t.Errorf("not likely: %+v", rec)
				}
			default:
				if rec.Outcome != diagnose.Sure || rec.Account == "" || rec.Company == "" {
					t.Errorf("not a sure alert with account and company: %+v", rec)
				}
			}
		})
	}
	if len(seen) < 13 {
		t.Errorf("only %d samples", len(seen))
	}
}
