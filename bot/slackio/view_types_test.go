package slackio

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// nodeFolder is where npm ci installs Slack's definitions for TypeScript, and what compiles against them.
const nodeFolder = "../sandbox/testdata/bolt"

// TestViewsAreWhatSlackDefines compiles everything that the bot shows against @slack/types, the definitions that Slack
// keeps itself: a field too many, one missing or a wrong word is an error.
func TestViewsAreWhatSlackDefines(t *testing.T) {
	unable := t.Skip
	if os.Getenv("CI") != "" {
		unable = t.Fatal
	}
	node, err := exec.LookPath("node")
	if err != nil {
		unable("no node in PATH: install Node 20 or newer (https://nodejs.org), then npm ci in bot/sandbox/testdata/bolt")
	}
	if _, err := os.Stat(filepath.Join(nodeFolder, "node_modules")); err != nil {
		unable("@slack/types is not installed: run npm ci in bot/sandbox/testdata/bolt")
	}
	type typed struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Value any    `json:"value"`
	}
	var views []typed
	for _, s := range append(cardSamples(), otherSamples()...) {
		switch r := Render(s.effect, s.scene, Options{TeamURL: "https://acme.slack.com/", Stale: 24 * time.Hour, Delivery: "SF-12/4/0"}); {
		case r.Modal != nil:
			views = append(views, typed{s.name, "types.ModalView", r.Modal})
		case r.Home != nil:
			views = append(views, typed{s.name, "types.HomeView", r.Home})
		case len(r.Blocks) > 0:
			views = append(views, typed{s.name, "types.KnownBlock[]", r.Blocks})
		}
	}
	if len(views) < 30 {
		t.Errorf("only %d views were looked at", len(views))
	}
	raw, err := json.Marshal(views)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, filepath.Join(nodeFolder, "types.js"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(raw), os.Stderr
	if out, err := cmd.Output(); err != nil {
		t.Errorf("not what Slack defines (%v):\n%s", err, out)
	}
}
