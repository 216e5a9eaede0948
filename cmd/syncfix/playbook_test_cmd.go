package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"syncfix/playbooks"
)

// playbookTestCmd plays the conversations that stand beside playbooks.
type playbookTestCmd struct {
	Paths   []string `arg:"" optional:"" name:"path" help:"Playbooks (*.yaml), conversations (*.txt) and folders of both. Without any: the built-in ones and those of SYNCFIX_PLAYBOOKS."`
	Update  bool     `help:"Write what the bot does into the conversations. Look at the change before you keep it."`
	Verbose bool     `short:"v" help:"Name every conversation, and what none of them comes to."`
}

// Help is shown by syncfix playbook test --help.
func (playbookTestCmd) Help() string {
	return `A conversation is an alert, what people do, and what the bot is expected to do about it. Conversations stand beside their playbook, in a text file with its name; write one like this:

  # Wrong login
  alert: Oracle NetSuite Sync Error: Your login credentials are invalid/expired
  answer refused
  press before
  press worked

Then let --update write what the bot does in between, and read whether that is right. Exit codes: 0 as expected, 1 otherwise, 2 a wrong command line.`
}

// Run plays the conversations and says how they went.
func (t playbookTestCmd) Run(p process, c *cli) error {
	if t.Update && len(t.Paths) == 0 {
		return usageError{errors.New("--update writes files: name the conversations or folders to write")}
	}
	for _, path := range t.Paths {
		if _, err := os.Stat(path); err != nil {
			return usageError{fmt.Errorf("there is no file or folder %q", path)}
		}
	}
	dir, err := playbookFolder(p, c)
	if err != nil {
		return err
	}
	library, rehearsals, err := playbooks.LoadRehearsals(dir, t.Paths)
	if found := (playbooks.Problems)(nil); errors.As(err, &found) {
		for _, problem := range found {
			playbooks.Renderer{Color: p.colors()}.Problem(p.stdout, problem)
		}
		return fmt.Errorf("the playbooks have %s, so nothing was played", count(len(found), "problem"))
	}
	if err != nil {
		return err
	}
	failed := 0
	for _, played := range playAll(library, rehearsals, t.Update) {
		if !played.report(p, t.Verbose) {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("the conversations of %s fail", count(failed, "playbook"))
	}
	return nil
}

// played is how a playbook's conversations went.
type played struct {
	playbooks.Rehearsal
	wrong    map[string][]playbooks.Problem // by conversation
	problems []playbooks.Problem
	missing  []string // what no conversation comes to
	updated  bool
}

// playAll plays rehearsals side by side; the results are in their order.
func playAll(library playbooks.Library, rehearsals []playbooks.Rehearsal, update bool) []played {
	out := make([]played, len(rehearsals))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				out[i] = playOne(library, rehearsals[i], update)
			}
		})
	}
	for i := range rehearsals {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

// playOne plays a playbook's conversations. With update it writes what the bot
// did and plays them again, so that only what can't be written is left.
func playOne(library playbooks.Library, r playbooks.Rehearsal, update bool) played {
	if r.Missing {
		missing := playbooks.Problem{File: r.Name, Message: "no conversation rehearses this playbook", Advice: "write some in " + r.Name + ".txt; syncfix playbook test --help tells how"}
		if !r.Builtin {
			missing.Severity = playbooks.Warning
		}
		return played{Rehearsal: r, problems: []playbooks.Problem{missing}}
	}
	if len(r.Problems) > 0 {
		return played{Rehearsal: r, problems: r.Problems}
	}
	turns, out := play(library, r)
	if !update || r.Builtin {
		return out
	}
	text := r.Script.Update(turns)
	old, err := os.ReadFile(r.Script.File)
	if err == nil && string(old) != string(text) {
		out.updated = true
		err = os.WriteFile(r.Script.File, text, 0o600)
	}
	if err != nil {
		out.problems = append(out.problems, playbooks.Problem{File: r.Script.File, Message: "the file can't be written: " + reason(err), Advice: "check its permissions"})
		return out
	}
	again := r
	again.Script, again.Problems = playbooks.ParseScript(r.Script.File, text)
	for i := range again.Script.Conversations {
		again.Script.Conversations[i].Playbook = r.Playbook
	}
	_, left := play(library, again)
	left.updated = out.updated
	return left
}

func play(library playbooks.Library, r playbooks.Rehearsal) ([][]playbooks.Turn, played) {
	out := played{Rehearsal: r, wrong: map[string][]playbooks.Problem{}}
	turns := make([][]playbooks.Turn, len(r.Script.Conversations))
	for i, c := range r.Script.Conversations {
		var problems []playbooks.Problem
		turns[i], problems = playbooks.Rehearse(c, newDesk(library))
		if len(problems) > 0 {
			out.wrong[c.Name] = problems
			out.problems = append(out.problems, problems...)
		}
	}
	if p, ok := library.Get(r.Playbook); ok {
		out.missing = playbooks.Unrehearsed(p, r.Script.Conversations, turns)
	}
	return turns, out
}

// report prints how it went and says whether that is well.
func (r played) report(p process, verbose bool) bool {
	draw := playbooks.Renderer{Color: p.colors()}
	state, note := "ok  ", ""
	switch {
	case r.Missing && !r.Builtin:
		state = "none"
	case r.Missing, len(r.problems) > 0:
		state = "FAIL"
	}
	if len(r.wrong) > 0 {
		note = fmt.Sprintf("%d of ", len(r.wrong))
	}
	fmt.Fprintf(p.stdout, "%s  %s  %s%s\n", state, r.Name, note, count(len(r.Script.Conversations), "conversation"))
	for _, c := range r.Script.Conversations {
		switch {
		case verbose && len(r.wrong[c.Name]) > 0:
			fmt.Fprintf(p.stdout, "      FAIL  %s\n", c.Name)
		case verbose && r.wrong != nil:
			fmt.Fprintf(p.stdout, "      ok    %s\n", c.Name)
		}
	}
	if verbose && len(r.missing) > 0 {
		fmt.Fprintf(p.stdout, "      never %s\n", strings.Join(r.missing, ", "))
	}
	if r.updated {
		fmt.Fprintf(p.stdout, "      %s.txt is written anew\n", r.Name)
	}
	for _, problem := range r.problems {
		draw.Problem(p.stdout, problem)
	}
	return state != "FAIL"
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
