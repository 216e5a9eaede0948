package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot/sandbox"
	"syncfix/bot/slackio"
)

// fakeSlack answers as it was told; the zero value of a field is a failure of none.
type fakeSlack struct {
	standing   slackio.Standing
	err        error // of Standing
	app        string
	socket     error
	reach      error
	in         []slackio.ChannelStanding
	others     map[string]slackio.ChannelStanding
	persons    map[string]slackio.PersonStanding
	teams      []slackio.GroupStanding
	lists      error // of every list
	ahead, rtt time.Duration
	mute       bool
	patience   time.Duration // until when Standing was to answer
}

func (f *fakeSlack) Standing(ctx context.Context) (slackio.Standing, error) {
	if at, ok := ctx.Deadline(); ok {
		f.patience = time.Until(at)
	}
	return f.standing, f.err
}

func (f *fakeSlack) App(context.Context, string) (string, error) { return f.app, f.lists }
func (f *fakeSlack) SocketMode(context.Context) (string, error) {
	return "https://wss.example", f.socket
}
func (f *fakeSlack) Reach(context.Context, string) error                     { return f.reach }
func (f *fakeSlack) Groups(context.Context) ([]slackio.GroupStanding, error) { return f.teams, f.lists }
func (f *fakeSlack) Skew() (ahead, took time.Duration, told bool)            { return f.ahead, f.rtt, !f.mute }
func (f *fakeSlack) Channels(context.Context) ([]slackio.ChannelStanding, bool, error) {
	return f.in, true, f.lists
}

func (f *fakeSlack) Channel(_ context.Context, id string) (slackio.ChannelStanding, error) {
	return f.others[id], f.lists
}

func (f *fakeSlack) Person(_ context.Context, id, _ string) (slackio.PersonStanding, error) {
	return f.persons[id], f.lists
}

// ward is a doctor in a healthy place, and what it says.
type ward struct {
	slack *fakeSlack
	free  uint64
	known bool
}

func healthy() *ward {
	return &ward{free: 10 << 30, known: true, slack: &fakeSlack{
		standing: slackio.Standing{
			Identity: slackio.Identity{TeamID: "T1", BotID: "B1", UserID: "U0BOT", TeamURL: "https://acme.slack.com/"},
			Team:     "Acme", User: "syncfix", Scopes: scopeNames(), ScopesTold: true,
		},
		app: "A111",
		in: []slackio.ChannelStanding{
			{ID: "C0SUPPORT", Name: "support", Found: true, Member: true}, {ID: "C0OLD", Name: "old", Found: true, Member: true, Archived: true},
		},
		others: map[string]slackio.ChannelStanding{
			"C0GENERAL": {ID: "C0GENERAL", Name: "general", Found: true}, "C0PAST": {ID: "C0PAST", Name: "past", Found: true, Archived: true},
		},
		persons: map[string]slackio.PersonStanding{
			"U0ANA": {ID: "U0ANA", Name: "Ana", Found: true}, "U0LEFT": {ID: "U0LEFT", Name: "Lou", Found: true, Gone: true},
			"U0APP": {ID: "U0APP", Name: "app", Found: true, Bot: true}, "U0EVE": {ID: "U0EVE", Name: "Eve", Found: true, Outsider: true},
		},
		teams: []slackio.GroupStanding{{ID: "S0LEADS", Handle: "leads", Members: 2}, {ID: "S0OFF", Handle: "off", Gone: true}, {ID: "S0NONE", Handle: "none"}},
	}}
}

// examine lets the doctor look, with these settings beside good tokens.
func (w *ward) examine(t *testing.T, settings ...string) []finding {
	t.Helper()
	t.Chdir(t.TempDir())
	env := readEnvironment(tokens(settings...), "")
	conf, bad := readConfig(env)
	var all []finding
	d := doctor{
		conf: conf, bad: bad, env: env, slack: w.slack, free: func(string) (uint64, bool) { return w.free, w.known }, now: time.Now,
		say: func(f finding) { all = append(all, f) },
	}
	d.examine(t.Context())
	for _, f := range all {
		if (f.Status == good) != (f.Remedy == "") {
			t.Errorf("%s is %s, and its remedy is %q", f.Check, f.Status, f.Remedy)
		}
	}
	return all
}

// lines is what a person reads.
func lines(all []finding) string {
	var b strings.Builder
	for _, f := range all {
		b.Write(doctorCmd{}.line(f))
	}
	return b.String()
}

func TestDoctorOnAHealthySetup(t *testing.T) {
	all := healthy().examine(t)
	for _, f := range all {
		if f.Status != good {
			t.Errorf("%+v", f)
		}
	}
	checks := []string{
		"version", "settings", "mode", "time zone", "playbooks", "database", "disk", "backups", "bot token", "scopes", "socket mode",
		"socket address", "one app", "command and events", "channels", "people", "clock",
	}
	for i, f := range all {
		if i >= len(checks) || f.Check != checks[i] {
			t.Fatalf("check %d is %s; want %v", i, f.Check, checks)
		}
	}
}

func TestDoctorNamesEachTrouble(t *testing.T) {
	refused := func(code string) error { return &slackio.Refused{Code: code} }
	silent := fmt.Errorf("%w: it took too long", slackio.ErrUnanswered)
	for name, c := range map[string]struct {
		settings []string
		change   func(*ward)
		want     []string // lines, in parts
	}{
		"observing":        {[]string{"SYNCFIX_OBSERVE=true"}, nil, []string{"warn  mode: SYNCFIX_OBSERVE is on", "→ set SYNCFIX_OBSERVE=false"}},
		"wrong setting":    {[]string{"SYNCFIX_REOPEN=soon"}, nil, []string{`fail  settings: SYNCFIX_REOPEN can't be "soon".`, "→ write a duration"}},
		"wrong zone":       {[]string{"SYNCFIX_TIMEZONE=Mars"}, nil, []string{"fail  settings: SYNCFIX_TIMEZONE", "warn  time zone: not checked: SYNCFIX_TIMEZONE needs a change"}},
		"wrong channel":    {[]string{"SYNCFIX_CHANNELS=support"}, nil, []string{"fail  settings: SYNCFIX_CHANNELS", "warn  channels: not checked: SYNCFIX_CHANNELS"}},
		"zone":             {[]string{"SYNCFIX_TIMEZONE=Europe/Berlin"}, nil, []string{"ok    time zone: Europe/Berlin, where it is"}},
		"no disk":          {nil, func(w *ward) { w.free = 3 << 20 }, []string{"fail  disk:", "has 3 MB left", "→ make room"}},
		"full disk":        {nil, func(w *ward) { w.free = 100 }, []string{"fail  disk:", "has less than 1 MB left", "→ make room"}},
		"little disk":      {nil, func(w *ward) { w.free = 100 << 20 }, []string{"warn  disk:", "has 100 MB left; 512 MB"}},
		"disk not told":    {nil, func(w *ward) { w.known = false }, []string{"warn  disk:", "can't be told here"}},
		"token refused":    {nil, func(w *ward) { w.slack.err = refused("invalid_auth") }, []string{"fail  bot token: Slack does not accept the bot token (invalid_auth)", "→ copy the Bot User OAuth Token", "warn  scopes: not checked", "ok    socket mode", "warn  channels: not checked"}},
		"uninstalled":      {nil, func(w *ward) { w.slack.err = refused("account_inactive") }, []string{"no longer valid (account_inactive)", "→ install the app again"}},
		"nobody there":     {nil, func(w *ward) { w.slack.err = silent; w.slack.mute = true }, []string{"fail  bot token: no answer from Slack: it took too long", "→ check this machine's way to slack.com", "warn  socket mode: not checked: Slack has not answered", "warn  clock: not checked"}},
		"a person's token": {nil, func(w *ward) { w.slack.standing.BotID = "" }, []string{"fail  bot token: Slack takes it for a person's"}},
		"no bot token":     {[]string{"SLACK_BOT_TOKEN="}, nil, []string{"fail  settings: SLACK_BOT_TOKEN is not set.", "warn  bot token: not checked", "ok    socket mode: on", "warn  one app: not checked"}},
		"no app token":     {[]string{"SLACK_APP_TOKEN="}, nil, []string{"ok    bot token", "warn  socket mode: not checked: SLACK_APP_TOKEN needs a change", "ok    channels"}},
		"missing scope": {nil, func(w *ward) {
			w.slack.standing.Scopes = slices.DeleteFunc(scopeNames(), func(s string) bool { return s == "files:read" })
		}, []string{"fail  scopes: files:read is missing: it is needed to read alerts that come by mail", "→ add it at api.slack.com"}},
		"needless scope":   {nil, func(w *ward) { w.slack.standing.Scopes = append(scopeNames(), "admin") }, []string{"ok    scopes: not needed, and may be taken away: admin"}},
		"scopes not told":  {nil, func(w *ward) { w.slack.standing.ScopesTold = false }, []string{"warn  scopes: Slack's answer does not name"}},
		"no commands":      {nil, func(w *ward) { w.slack.standing.Scopes = nil }, []string{"fail  command and events: /syncfix and Fix this sync can't work"}},
		"socket mode off":  {nil, func(w *ward) { w.slack.socket = refused("socket_mode_disabled") }, []string{"fail  socket mode: it is not switched on (socket_mode_disabled)", "→ switch it on"}},
		"app token weak":   {nil, func(w *ward) { w.slack.socket = refused("missing_scope") }, []string{"lacks the scope connections:write", "→ make a new one"}},
		"app token bad":    {nil, func(w *ward) { w.slack.socket = refused("invalid_auth") }, []string{"fail  socket mode: Slack does not accept the app-level token (invalid_auth)"}},
		"firewall":         {nil, func(w *ward) { w.slack.reach = io.EOF }, []string{"fail  socket address: https://wss.example, where the connections go, can't be reached: EOF", "→ let this machine connect"}},
		"two apps":         {nil, func(w *ward) { w.slack.app = "A222" }, []string{"fail  one app: the bot token belongs to the app A222, the app-level token to A111"}},
		"limited":          {nil, func(w *ward) { w.slack.lists = &slackio.Refused{Code: "ratelimited", Wait: 2 * time.Minute} }, []string{"warn  channels: not checked: Slack asks to wait", "→ run syncfix doctor again in 2m0s"}},
		"in no channel":    {nil, func(w *ward) { w.slack.in = nil }, []string{"warn  channels: it is in 0, and listens in none", "→ /invite @syncfix"}},
		"not in it":        {[]string{"SYNCFIX_CHANNELS=C0GENERAL"}, nil, []string{"fail  channels: the bot is not in #general (C0GENERAL), which SYNCFIX_CHANNELS names", "in none it listens in"}},
		"archived":         {[]string{"SYNCFIX_CHANNELS=C0OLD,C0PAST"}, nil, []string{"#old (C0OLD) of SYNCFIX_CHANNELS is archived", "#past (C0PAST) of SYNCFIX_CHANNELS is archived"}},
		"no such channel":  {[]string{"SYNCFIX_CHANNELS=C0SUPPORT,C0NOWHERE"}, nil, []string{"fail  channels: C0NOWHERE of SYNCFIX_CHANNELS is not there, or private", "ok    channels: it is in 2, and listens in 1"}},
		"shared":           {nil, func(w *ward) { w.slack.in[0].Shared = true }, []string{"warn  channels: #support (C0SUPPORT) is shared with another company", "→ if it is to work there, add C0SUPPORT"}},
		"shared, and said": {[]string{"SYNCFIX_SHARED_CHANNELS=C0SUPPORT"}, func(w *ward) { w.slack.in[0].Shared = true }, []string{"ok    channels: it is in 2, and listens in 1"}},
		"not shared":       {[]string{"SYNCFIX_SHARED_CHANNELS=C0SUPPORT"}, nil, []string{"warn  channels: #support (C0SUPPORT) of SYNCFIX_SHARED_CHANNELS is not shared"}},
		"people":           {[]string{"SYNCFIX_RESPONDERS=U0ANA,S0LEADS", "SYNCFIX_APPROVERS=U0ANA"}, nil, []string{"ok    people: of SYNCFIX_RESPONDERS 2 of 2 can act, of SYNCFIX_APPROVERS 1 of 1"}},
		"nobody left":      {[]string{"SYNCFIX_APPROVERS=U0LEFT,U0NOBODY,U0APP"}, nil, []string{"Lou (U0LEFT) of SYNCFIX_APPROVERS has left", "U0NOBODY of SYNCFIX_APPROVERS is nobody", "app (U0APP) of SYNCFIX_APPROVERS is an app", "fail  people: nobody is left who may disconnect"}},
		"no responder":     {[]string{"SYNCFIX_RESPONDERS=U0LEFT"}, nil, []string{"fail  people: nobody is left who may press buttons"}},
		"an outsider":      {[]string{"SYNCFIX_RESPONDERS=U0EVE"}, nil, []string{"warn  people: Eve (U0EVE) of SYNCFIX_RESPONDERS is of another company"}},
		"user groups":      {[]string{"SYNCFIX_RESPONDERS=S0OFF,S0NONE,S0NOT,S0LEADS"}, nil, []string{"the user group @off (S0OFF) of SYNCFIX_RESPONDERS is disabled", "@none (S0NONE) of SYNCFIX_RESPONDERS has nobody", "S0NOT of SYNCFIX_RESPONDERS is not there", "1 of 4 can act"}},
		"clock ahead":      {nil, func(w *ward) { w.slack.ahead = 90 * time.Second }, []string{"warn  clock: this machine's clock is 1m30s ahead of Slack's", "→ let NTP set it"}},
		"clock behind":     {nil, func(w *ward) { w.slack.ahead = -6 * time.Second }, []string{"6s behind Slack's"}},
		"slow network":     {nil, func(w *ward) { w.slack.rtt = 8 * time.Second }, []string{"warn  clock: not checked: Slack's answer took 8s"}},
		"clock near":       {nil, func(w *ward) { w.slack.ahead = 4 * time.Second }, []string{"ok    clock: within 5s"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := healthy()
			if c.change != nil {
				c.change(w)
			}
			said := lines(w.examine(t, c.settings...))
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
			for _, token := range []string{goodBot, goodApp} {
				if strings.Contains(said, token) {
					t.Errorf("a token was printed:\n%s", said)
				}
			}
		})
	}
}

func TestDoctorOnTheDatabaseAndThePlaybooks(t *testing.T) {
	for name, c := range map[string]struct {
		file, content, setting string
		want                   string
	}{
		"foreign":        {"syncfix.db", strings.Repeat("accounts;", 3000), "", "fail  database: syncfix.db is no database of syncfix"},
		"short":          {"syncfix.db", "hello", "", "fail  database: syncfix.db is no database of syncfix"},
		"wrong playbook": {"one.yaml", "version: 7\n", "SYNCFIX_PLAYBOOKS=.", "fail  playbooks: one.yaml:1:"},
		"token file":     {".env", "SLACK_BOT_TOKEN=" + goodBot + "\n", "", "→ chmod 600 .env"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.content), 0o644); err != nil {
				t.Fatal(err)
			}
			env := readEnvironment(tokens(c.setting), "")
			delete(env.process, "")
			conf, bad := readConfig(env)
			var all []finding
			d := doctor{conf: conf, bad: bad, env: env, slack: healthy().slack, free: freeBytes, now: time.Now, say: func(f finding) { all = append(all, f) }}
			d.examine(t.Context())
			if said := lines(all); !strings.Contains(said, c.want) || strings.Contains(said, goodBot) {
				t.Errorf("want %q:\n%s", c.want, said)
			}
		})
	}
}

func TestDoctorOnTheBackups(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		copies []string
		free   uint64
		gone   bool
		want   string
	}{
		"none yet":     {nil, 1 << 30, false, "can be written to; no copy is there yet"},
		"last night's": {[]string{"syncfix-20260303T031500Z.db", "syncfix-20260304T031500Z.db", "mine.db"}, 1 << 30, false, "ok    backups: 2 in "},
		"nights ago":   {[]string{"syncfix-20260301T031500Z.db"}, 1 << 30, false, "syncfix-20260301T031500Z.db, is 3 days old\n      → look in the log"},
		"no room":      {nil, 3 << 20, false, "has 3 MB left, and a copy needs 4 MB\n      → make room"},
		"no folder":    {nil, 1 << 30, true, "fail  backups: nothing can be written to "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db := filepath.Join(t.TempDir(), "syncfix.db")
			if err := os.WriteFile(db, make([]byte, 4<<20), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, name := range c.copies {
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.gone {
				dir = filepath.Join(dir, "gone")
			}
			var all []finding
			d := doctor{
				conf: config{db: db, backupDir: dir}, now: func() time.Time { return now },
				free: func(string) (uint64, bool) { return c.free, true }, say: func(f finding) { all = append(all, f) },
			}
			d.backups(t.Context())
			if said := lines(all); !strings.Contains(said, c.want) {
				t.Errorf("want %q:\n%s", c.want, said)
			}
		})
	}
}

// It does not say that all is well beside what is not.
func TestDoctorSumsUpOnlyPeopleItKnowsOf(t *testing.T) {
	for name, c := range map[string]struct {
		settings []string
		lists    error
	}{
		"nobody left":    {[]string{"SYNCFIX_APPROVERS=U0LEFT"}, nil},
		"not checked":    {[]string{"SYNCFIX_APPROVERS=U0ANA"}, &slackio.Refused{Code: "missing_scope", Needed: "users:read"}},
		"groups unknown": {[]string{"SYNCFIX_RESPONDERS=S0LEADS"}, &slackio.Refused{Code: "missing_scope", Needed: "usergroups:read"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := healthy()
			w.slack.lists = c.lists
			if said := lines(w.examine(t, c.settings...)); strings.Contains(said, "ok    people") || !strings.Contains(said, "  people: ") {
				t.Errorf("it says:\n%s", said)
			}
		})
	}
}

// What others wrote must not look like a line of the doctor's.
func TestDoctorKeepsALineALine(t *testing.T) {
	for _, s := range []string{"a\nok    all: well", "a\x1b[2Jb", "a\u2028b", "a\u009b2Jb"} {
		line := string(doctorCmd{}.line(finding{"channels", warn, s, s}))
		if strings.Count(line, "\n") != 2 || strings.ContainsAny(line, "\x1b\u2028\u009b") {
			t.Errorf("%q became %q", s, line)
		}
	}
}

func TestDoctorAsAProgram(t *testing.T) {
	slack, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", Scopes: []string{"chat:write", "channels:read"}})
	if err != nil {
		t.Fatal(err)
	}
	defer slack.Close()
	t.Chdir(t.TempDir())
	var stdout, stderr bytes.Buffer
	environ := []string{"SLACK_BOT_TOKEN=" + slack.BotToken(), "SLACK_APP_TOKEN=" + slack.AppToken(), "SLACK_API_URL=" + slack.APIURL(), "SYNCFIX_CHANNELS=C0GENERAL"}
	code := run(t.Context(), []string{"doctor", "--json"}, environ, process{stdout: &stdout, stderr: &stderr})
	if code != exitFailed || !strings.Contains(stderr.String(), "failed, see above") {
		t.Errorf("code %d: %s", code, stderr.String())
	}
	if strings.Contains(stdout.String(), slack.BotToken()) || strings.Contains(stdout.String(), slack.AppToken()) || strings.Contains(stdout.String(), "ticket") {
		t.Errorf("a token or a ticket was printed:\n%s", stdout.String())
	}
	missing := 0
	for line := range strings.Lines(stdout.String()) {
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		var f finding
		if err := decoder.Decode(&f); err != nil || f.Check == "" || f.Found == "" {
			t.Fatalf("%q: %v", line, err)
		}
		if f.Check == "scopes" && f.Status == fail {
			missing++
		}
	}
	if want := len(botScopes()) - 2; missing != want {
		t.Errorf("%d scopes are missing, want %d:\n%s", missing, want, stdout.String())
	}
	if code, _, _ := call(t, nil, "doctor", "--fast"); code != exitUsage {
		t.Errorf("a wrong flag ends with %d", code)
	}
}

// A Slack that never answers holds up no check for longer than checkTime, and
// those that need its answer not at all.
func TestDoctorDoesNotHang(t *testing.T) {
	hold := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	defer srv.Close()
	defer close(hold)
	e := slackio.NewExaminer(slackio.Config{APIURL: srv.URL, HTTPTimeout: 50 * time.Millisecond})
	defer e.Close()
	conf, _ := readConfig(readEnvironment(tokens(), ""))
	var all []finding
	d := doctor{conf: conf, slack: e, free: freeBytes, now: time.Now, say: func(f finding) { all = append(all, f) }}
	begin := time.Now()
	d.examine(t.Context())
	if took := time.Since(begin); took > 5*time.Second || !strings.Contains(lines(all), "fail  bot token: no answer from Slack") {
		t.Errorf("after %s:\n%s", took, lines(all))
	}
	w := healthy()
	w.examine(t)
	if w.slack.patience <= 0 || w.slack.patience > 10*time.Second {
		t.Errorf("a check may take %s", w.slack.patience)
	}
}
