package main

import "strings"

func (w *world) cmdSlash(_ bool, args []string) error {
	return w.slack.Command(userID(args[0]), args[1], args[2])
}

func (w *world) cmdShortcut(_ bool, args []string) error {
	return w.shortcut(args[0], userID(args[1]))
}

func (w *world) cmdForm(neg bool, args []string) error {
	return w.expectForm(neg, userID(args[0]), args[1:])
}

func (w *world) cmdSubmit(neg bool, args []string) error {
	return w.submit(userID(args[0]), neg, args[1:])
}

func (w *world) cmdHome(_ bool, args []string) error {
	return w.expectHome(userID(args[0]), args[1:])
}

func (w *world) cmdReaction(_ bool, args []string) error {
	return w.expectReaction(args[0], args[1])
}

func (w *world) cmdSays(_ bool, args []string) error {
	return w.cmdNamed(false, append([]string{"-"}, args...))
}

func (w *world) cmdNamed(_ bool, args []string) error {
	return w.expectPost(args[0], args[1], args[2:])
}

func (w *world) cmdLog(_ bool, args []string) error {
	return w.logs.wait(func() bool { return strings.Contains(w.logs.String(), args[0]) })
}
