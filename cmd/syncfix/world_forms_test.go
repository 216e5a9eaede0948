package main

import (
	"fmt"
	"slices"
	"strings"
)

func (w *world) cmdSlash(_ bool, args []string) error {
	return w.slack.Command(userID(args[0]), args[1], args[2])
}

func (w *world) cmdShortcut(_ bool, args []string) error {
	m, err := w.named(args[0])
	if err != nil {
		return err
	}
	return w.slack.Shortcut(userID(args[1]), shortcutCallback, m.channel, m.ts)
}

func (w *world) cmdForm(neg bool, args []string) error {
	return w.wait(fmt.Sprintf("the form of %s to say %q (none: %v)", args[0], args[1:], neg), func() bool {
		v, ok := w.slack.Modal(userID(args[0]))
		if neg {
			return !ok
		}
		return ok && saysAll(v.Plain(), args[1:])
	})
}

func (w *world) cmdSubmit(neg bool, args []string) error {
	values := map[string]string{}
	for _, a := range args[1:] {
		field, value, _ := strings.Cut(a, "=")
		values[field] = value
	}
	problems, err := w.slack.Submit(userID(args[0]), values)
	if err != nil {
		return err
	}
	if neg != (len(problems) > 0) {
		return fmt.Errorf("the form's errors are %v", problems)
	}
	return nil
}

func (w *world) cmdHome(_ bool, args []string) error {
	user := userID(args[0])
	if err := w.slack.OpenHome(user); err != nil {
		return err
	}
	return w.wait(fmt.Sprintf("App Home of %s to say %q", args[0], args[1:]), func() bool {
		v, ok := w.slack.Home(user)
		return ok && saysAll(v.Plain(), args[1:])
	})
}

func (w *world) cmdReaction(_ bool, args []string) error {
	m, err := w.named(args[0])
	if err != nil {
		return err
	}
	return w.wait(fmt.Sprintf("the reaction %s on %s", args[1], args[0]), func() bool {
		for _, r := range w.slack.Thread(m.channel, m.ts) {
			if r.TS == m.ts {
				return len(r.Reactions) == 1 && slices.Contains(r.Reactions[args[1]], w.slack.BotUserID())
			}
		}
		return false
	})
}

func (w *world) cmdSays(_ bool, args []string) error {
	return w.cmdNamed(false, append([]string{"-"}, args...))
}

func (w *world) cmdNamed(_ bool, args []string) error {
	return w.wait(fmt.Sprintf("a post in %s that says %q", args[1], args[2:]), func() bool {
		for _, m := range w.slack.Messages(args[1]) {
			if m.BotID == w.slack.BotID() && saysAll(m.Plain(), args[2:]) {
				w.messages[args[0]] = message{args[1], m.TS}
				return true
			}
		}
		return false
	})
}

func (w *world) cmdLog(_ bool, args []string) error {
	return w.logs.wait(func() bool { return strings.Contains(w.logs.String(), args[0]) })
}
