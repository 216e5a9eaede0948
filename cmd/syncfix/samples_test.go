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
	if len(seen) < 14 {
		t.Errorf("only %d samples", len(seen))
	}
}
