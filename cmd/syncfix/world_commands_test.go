package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"syncfix/bot/sandbox"
)

// command is one command of the scripts. neg is set by a ! before it.
type command func(neg bool, args []string) error

// commands are the words of testdata/e2e/*.txt. NAME is what a script calls a
// message; USER is ana, leo, gil or eve. Every expectation is waited for.
func (w *world) commands() map[string]func(*testscript.TestScript, bool, []string) {
	table := map[string]struct {
		run   command
		args  int // at least
		usage string
	}{
		"start":    {w.cmdStart, 0, "start [NAME=VALUE…]: start syncfix run"},
		"away":     {w.cmdAway, 0, "away [NAME=VALUE…]: start it while nobody answers at Slack's address, and wait until it has noticed"},
		"back":     {w.cmdBack, 0, "back: from now on Slack answers there"},
		"restart":  {w.cmdRestart, 0, "restart: start it again after crash or quit"},
		"crash":    {w.cmdCrash, 0, "crash: SIGKILL"},
		"freeze":   {w.cmdFreeze, 0, "freeze: SIGSTOP; its sockets stay open, and it hears nothing until crash"},
		"settled":  {w.cmdSettled, 0, "settled: every envelope that Slack sent, again and again if need be, was acked"},
		"quit":     {w.cmdQuit, 0, "quit: SIGTERM; it must end by itself"},
		"quit-now": {w.cmdQuitNow, 0, "quit-now: SIGTERM twice; it must end at once"},
		"playbook": {w.cmdPlaybook, 2, "playbook NAME FILE: put the file into the folder playbooks, under this name; FILE begins with $WORK"},
		"hangup":   {w.cmdHangup, 0, "hangup: SIGHUP"},
		"doctor":   {w.cmdDoctor, 2, "doctor CODE TEXT…: syncfix doctor ends with CODE and says all of it"},
		"post":     {w.cmdPost, 4, "post NAME CHANNEL APP TEXT: another app posts"},
		"post-at":  {w.cmdPostAt, 5, "post-at MARK NAME CHANNEL APP TEXT: … with an earlier time"},
		"under":    {w.cmdUnder, 3, "under NAME APP TEXT: another app posts in its thread"},
		"say":      {w.cmdSay, 4, "say NAME CHANNEL USER TEXT"},
		"reply":    {w.cmdReply, 3, "reply NAME USER TEXT: in the thread"},
		"mark":     {w.cmdMark, 1, "mark MARK: remember this moment"},
		"card":     {w.cmdCard, 2, "[!] card NAME TEXT…: the card in its thread says all of it"},
		"thread":   {w.cmdThread, 2, "[!] thread NAME TEXT: some post of the bot in its thread says it"},
		"posts":    {w.cmdPosts, 2, "posts NAME NUMBER: so many posts of the bot stand in its thread"},
		"answer":   {w.cmdAnswer, 3, "answer NAME USER QUESTION=LABEL…: answer until nothing is asked"},
		"press":    {w.cmdPress, 3, "press NAME USER LABEL: on the card"},
		"twice":    {w.cmdTwice, 3, "twice NAME USER LABEL: two presses at once"},
		"confirm":  {w.cmdConfirm, 3, "confirm NAME LABEL TEXT: the button has a confirm dialog that says it"},
		"private":  {w.cmdPrivate, 2, "[!] private USER TEXT: they see it, nobody else does"},
		"slow":     {w.cmdSlow, 1, "slow DURATION [METHOD]: the next update of a card, or call of METHOD, takes so long; 0s: no more"},
		"slash":    {w.cmdSlash, 3, "slash USER CHANNEL LINE: a slash command"},
		"shortcut": {w.cmdShortcut, 2, "shortcut NAME USER: Fix this sync on the message"},
		"form":     {w.cmdForm, 1, "[!] form USER TEXT: their open form says it; with ! none is open"},
		"submit":   {w.cmdSubmit, 1, "[!] submit USER FIELD=VALUE…: with ! the form stays open, with errors"},
		"home":     {w.cmdHome, 2, "home USER TEXT: open App Home"},
		"reaction": {w.cmdReaction, 2, "reaction NAME EMOJI: the bot's only reaction on the message"},
		"says":     {w.cmdSays, 2, "says CHANNEL TEXT: the bot posted it outside of threads"},
		"named":    {w.cmdNamed, 2, "named NAME CHANNEL TEXT: call the bot's post that says it NAME"},
		"many":     {w.cmdMany, 5, "many PREFIX NUMBER CHANNEL APP TEXT: posts named PREFIX1 and so on; # in TEXT is the number"},
		"opened":   {w.cmdOpened, 1, "opened NUMBER [DURATION]: so many cases in all; so long after the start, at most"},
		"sweeps":   {w.cmdSweeps, 1, "sweeps NUMBER: history was read so many times in all"},
		"delete":   {w.cmdDelete, 1, "delete NAME"},
		"edit":     {w.cmdEdit, 2, "edit NAME TEXT"},
		"cut":      {w.cmdCut, 0, "cut: all sockets break"},
		"http":     {w.cmdHTTP, 3, "http PATH STATUS TEXT…: what it answers over HTTP"},
		"health":   {w.cmdHealth, 2, "health CODE TEXT: syncfix health ends with CODE and says it"},
		"refuse":   {w.cmdRefuse, 2, "refuse METHOD ERROR [NUMBER]: Slack answers calls of METHOD with ERROR, so often or always; METHOD is socket for new connections"},
		"pause":    {w.cmdPause, 2, "pause METHOD DURATION: Slack answers the next call of METHOD with 429, and wants a pause so long"},
		"revoke":   {w.cmdRevoke, 0, "revoke: the bot token is worth nothing any more; the next start has a new one"},
		"lost":     {w.cmdLost, 1, "lost METHOD: the next call of METHOD is carried out, and its answer lost"},
		"error":    {w.cmdError, 1, "error TEXT: errors that say it may be logged"},
		"relent":   {w.cmdRelent, 0, "relent: Slack refuses nothing more"},
		"ended":    {w.cmdEnded, 2, "ended CODE TEXT: the process ends by itself, and says it in one line"},
		"log":      {w.cmdLog, 1, "log TEXT: the process logged it"},
	}
	out := map[string]func(*testscript.TestScript, bool, []string){}
	for name, c := range table {
		out[name] = func(ts *testscript.TestScript, neg bool, args []string) {
			if len(args) < c.args {
				ts.Fatalf("usage: %s", c.usage)
			}
			if neg && !strings.HasPrefix(c.usage, "[!]") {
				ts.Fatalf("%s takes no !", name)
			}
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], `\n`, "\n")
			}
			if err := c.run(neg, args); err != nil {
				ts.Fatalf("%s: %v", name, err)
			}
		}
	}
	return out
}

func (w *world) cmdStart(_ bool, args []string) error {
	w.env = args
	return w.start()
}

func (w *world) cmdRestart(bool, []string) error { return w.start() }

func (w *world) cmdCrash(bool, []string) error { return w.end(syscall.SIGKILL) }

func (w *world) cmdQuit(bool, []string) error { return w.end(syscall.SIGTERM) }

// cmdQuitNow is for somebody who presses Ctrl-C again because something hangs.
func (w *world) cmdQuitNow(bool, []string) error {
	p := w.process
	if p == nil {
		return errors.New("syncfix isn't running")
	}
	w.process = nil
	begin := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := w.logs.wait(func() bool { return w.logs.count(`"msg":"stopping"`) > 0 })
	if err != nil {
		return err
	}
	_ = p.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	_ = p.Wait()
	if took := time.Since(begin); took > 5*time.Second {
		return fmt.Errorf("it took %s", took)
	}
	return nil
}

func (w *world) cmdPlaybook(_ bool, args []string) error {
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, "playbooks", args[0]), text, 0o600)
}

func (w *world) cmdHangup(bool, []string) error {
	if w.process == nil {
		return errors.New("syncfix isn't running")
	}
	return w.process.Process.Signal(syscall.SIGHUP)
}

func (w *world) cmdMark(_ bool, args []string) error {
	now := time.Now()
	w.marks[args[0]] = fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
	return nil
}

func (w *world) cmdPost(_ bool, args []string) error {
	return w.post(args[0], args[1], args[2], map[string]string{"text": args[3]})
}

func (w *world) cmdPostAt(_ bool, args []string) error {
	return w.post(args[1], args[2], args[3], map[string]string{"text": args[4], "ts": w.marks[args[0]]})
}

func (w *world) cmdUnder(_ bool, args []string) error {
	m, err := w.named(args[0])
	if err != nil {
		return err
	}
	return w.post(args[0]+"/under", m.channel, args[1], map[string]string{"text": args[2], "thread_ts": m.ts})
}

func (w *world) cmdSay(_ bool, args []string) error {
	return w.say(args[0], args[1], userID(args[2]), args[3])
}

func (w *world) cmdReply(_ bool, args []string) error {
	return w.reply(args[0], userID(args[1]), args[2])
}

func (w *world) cmdCard(neg bool, args []string) error {
	return w.expectCard(neg, args[0], args[1:])
}

func (w *world) cmdThread(neg bool, args []string) error {
	return w.expectThread(neg, args[0], args[1:])
}

func (w *world) cmdPosts(_ bool, args []string) error {
	want, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	m, err := w.named(args[0])
	if err != nil {
		return err
	}
	// One may be on its way still when settle's command is answered: that answer is
	// for one person, and waits for no channel.
	err = w.wait(fmt.Sprintf("%d posts of the bot in the thread of %s", want, args[0]), func() bool { return len(w.thread(m)) >= want })
	if err != nil {
		return err
	}
	return w.expectPosts(args[0], want)
}

func (w *world) cmdPress(_ bool, args []string) error {
	return w.press(args[0], userID(args[1]), args[2])
}

func (w *world) cmdTwice(_ bool, args []string) error {
	card, err := w.button(args[0], args[2])
	if err != nil {
		return err
	}
	var both sync.WaitGroup
	var errs [2]error
	for i := range errs {
		both.Go(func() { errs[i] = w.slack.Press(userID(args[1]), card.Channel, card.TS, args[2]) })
	}
	both.Wait()
	return errors.Join(errs[:]...)
}

func (w *world) cmdAnswer(_ bool, args []string) error {
	return w.answer(args[0], userID(args[1]), args[2:])
}

func (w *world) cmdConfirm(_ bool, args []string) error {
	return w.expectConfirm(args[0], args[1], args[2])
}

func (w *world) cmdPrivate(neg bool, args []string) error {
	return w.expectPrivate(neg, userID(args[0]), args[1:])
}

func (w *world) cmdSlow(_ bool, args []string) error {
	d, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	if d == 0 {
		w.slack.ClearFaults()
		return nil
	}
	method := "chat.update"
	if len(args) > 1 {
		method = args[1]
	}
	w.slack.Fault(method, sandbox.Fault{Latency: d})
	return nil
}
